"""Numbered traffic: pages that number what they say and main, which notes what it heard and answers as it is told.

Whatever happens to windows and processes meanwhile, the numbers show what was lost, doubled or out of order.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any
from urllib.parse import quote

from ipclab import BrowserWindow, DeadlockError, RendererError, RenderProcessGone, ipc_main, trace

#: How main answers an `invoke` or a `send_sync` (or deals with a `send`).
HOWS = ("now", "later", "raise", "gate", "drop", "ask back", "ask another", "cancel", "unclonable", "destroy")

#: `talk(plan)` says something for each step of the plan: a way to say it, or a pause, and how it is to be dealt with.
PAGE = """
import asyncio, functools, os
from ipclab import ipc_renderer
life = f"{os.getpid()}-{os.urandom(4).hex()}"  # of this page
said, open_calls, wrong = 0, {}, []

@ipc_renderer.on("down")
def down(event, number):
    global said
    ipc_renderer.send("heard", life, said, number)
    said += 1

def right(number, how, value, error):
    if how in ("now", "later", "gate", "ask back", "ask another"):
        return value == number
    if how == "destroy":
        return False  # nobody is left to be answered
    return error is not None

def settled(number, how, promise):
    del open_calls[number]
    error = None if promise.cancelled() else promise.exception()
    value = None if promise.cancelled() or error else promise.result()
    if promise.cancelled() or not right(number, how, value, error):
        wrong.append([number, how, repr(promise), repr(error or value)])

async def talk(plan):
    global said
    for way, how in plan:
        number, said = said, said + (way != "pause")
        if way == "send":
            ipc_renderer.send("up", life, number, how)
        elif way == "invoke":
            promise = ipc_renderer.invoke("up", life, number, how)
            open_calls[number] = how
            promise.add_done_callback(functools.partial(settled, number, how))
        elif way == "send_sync":
            answer = ipc_renderer.send_sync("up", life, number, how)
            never = answer == {"error": "reply was never sent"}
            if not right(number, how, answer, never or None):
                wrong.append([number, how, answer])
        else:
            await asyncio.sleep(0)
"""

URL = "data:text/html," + quote(f'<script type="py">{PAGE}</script>')

#: What a page tells of itself, once nothing is under way.
ACCOUNT = "[life, said, open_calls, wrong]"

#: What may end code in a page, as far as windows that come to grief are concerned.
ENDS = (RendererError, RenderProcessGone, TypeError, asyncio.CancelledError)


class Ear:
    """Main's side: what each page was heard to say, and which of main's messages the pages say they heard."""

    def __init__(self) -> None:
        self.said: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.heard: dict[int, list[int]] = defaultdict(list)
        self.gate = asyncio.Event()
        self._last = 0
        ipc_main.on("heard", self._on_heard)
        ipc_main.on("up", self._on_up)
        ipc_main.handle("up", self._handle)

    def send(self, window: BrowserWindow) -> None:
        self._last += 1
        window.web_contents.send("down", self._last)

    def release(self) -> None:
        """Let everything go on that waits."""
        self.gate.set()
        self.gate = asyncio.Event()

    def _note(self, event: Any, life: str, number: int) -> None:
        self.said[event.sender.id, life].append(number)

    def _on_heard(self, event: Any, life: str, said: int, number: int) -> None:
        self._note(event, life, said)
        self.heard[event.sender.id].append(number)

    async def _on_up(self, event: Any, life: str, number: int, how: str) -> None:
        self._note(event, life, number)
        if not hasattr(event, "return_value"):
            if how == "ask back":
                self.send_back(event)
            await self._deal(event, number, "later" if how in ("ask back", "gate", "drop") else how)
            return
        if how == "ask back":
            how = "now"  # the page waits: nothing can be asked of it
        event.return_value = await self._deal(event, number, how)

    async def _handle(self, event: Any, life: str, number: int, how: str) -> object:
        self._note(event, life, number)
        return await self._deal(event, number, how)

    def send_back(self, event: Any) -> None:
        self._last += 1
        event.reply("down", self._last)

    async def _deal(self, event: Any, number: int, how: str) -> object:
        if how == "later":
            for _ in range(number % 4):
                await asyncio.sleep(0)
        elif how == "raise":
            raise ValueError(number)
        elif how == "gate":
            await self.gate.wait()
        elif how == "drop":
            await asyncio.get_running_loop().create_future()  # nobody else knows it
        elif how == "ask back":
            await execute_somehow(event.sender)
        elif how == "ask another":
            others = [each for each in BrowserWindow.get_all_windows() if each.web_contents is not event.sender]
            if others:
                await execute_somehow(others[0].web_contents)
        elif how == "cancel":
            raise asyncio.CancelledError
        elif how == "unclonable":
            return print
        elif how == "destroy" and (window := BrowserWindow.from_web_contents(event.sender)) is not None:
            window.destroy()
        return number

    # --- the account -----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Nothing twice, nothing out of order, and the trace tells the same story."""
        for who, numbers in self.said.items():
            assert numbers == list(range(len(numbers))), f"{who} was heard to say {numbers}"
        for receiver, numbers in self.heard.items():
            assert numbers == sorted(set(numbers)), f"renderer {receiver} heard {numbers}"
        assert not trace.dropped
        pending = [message for message in trace if message.outcome == "pending"]
        assert pending == [], pending
        traced = defaultdict(list)
        answers: dict[int, int] = defaultdict(int)
        for message in trace:
            if message.kind == "reply":
                answers[message.answers or 0] += 1
            elif message.channel == "down":
                assert message.outcome != "delivered" or self._arrived(message.receiver, message.args[0]), message
            elif message.outcome != "lost":
                life, number = message.args[:2]
                traced[int(message.sender.removeprefix("renderer ")), life].append(number)
        assert traced == self.said
        assert set(answers.values()) <= {1}
        asked = {m.number for m in trace if m.kind in ("invoke", "send_sync") and m.outcome != "lost"}
        assert set(answers) == asked

    def _arrived(self, receiver: str, number: object) -> bool:
        """A page says what it heard before it says that it has worked it off; but a destroyed window says nothing."""
        contents_id = int(receiver.removeprefix("renderer "))
        alive = any(window.web_contents.id == contents_id for window in BrowserWindow.get_all_windows())
        return not alive or number in self.heard[contents_id]


async def execute_somehow(contents: Any) -> None:
    try:
        await contents.execute("1")
    except (*ENDS, DeadlockError):
        pass
