"""A real window, its loads, listeners and handlers; only the link to its renderer process is a stand-in."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from ipclab import BrowserWindow, ipc_main
from ipclab.errors import ProtocolError
from ipclab.link import Link
from ipclab.main import spare
from ipclab.main.web_contents import WebContents
from ipclab.protocol import Buffer, Reader, ToMain

OnFrame = Callable[[ToMain, list[bytes]], None]


class StandIn(Link):
    """A link without a process: what is said on it is given to `hear`, what main writes goes nowhere."""

    def __init__(self, heard: Counter[str]) -> None:
        self.closed = self.talking = False
        self._queued = 0
        self.fault = None
        self.pid = 0
        self._heard = heard

    def attach(self, loop: asyncio.AbstractEventLoop, on_frame: OnFrame, on_gone: Callable[[str, int], None]) -> None:
        def count(frame: ToMain, buffers: list[bytes]) -> None:
            self._heard[type(frame).__name__] += 1
            on_frame(frame, buffers)

        assert loop.is_running()
        self._reader: Reader[ToMain] = Reader(ToMain, count)
        self._on_gone = on_gone

    def hear(self, data: bytes) -> None:
        """Read `data` as a link does that finds it in its socket; the process dies of a fault at once."""
        at = 0
        try:
            while at < len(data) and not self.closed:
                space = self._reader.space()
                count = min(len(space), len(data) - at)
                space[:count] = data[at : at + count]
                del space
                self._reader.filled(count)
                at += count
        except ProtocolError as error:
            self.break_off(str(error))

    def break_off(self, why: str) -> None:
        """Main ends the process over a fault of it."""
        if not self.closed:
            self.fault = f"protocol error: {why}"
            self.hang_up()

    def hang_up(self) -> None:
        """The process dies."""
        if not self.closed:
            self.closed = True
            assert self._on_gone is not None
            self._on_gone("killed", -9)

    def write(self, chunks: list[Buffer]) -> None:
        pass

    def is_alive(self) -> bool:
        return not self.closed

    def interrupt(self) -> None:
        pass

    def kill(self, _: int = 9) -> None:
        self.hang_up()

    def close(self) -> None:
        self.closed = True


class Target:
    """The window, and the link to the renderer process that it has now."""

    def __init__(self, heard: Counter[str]) -> None:
        self._heard = heard
        self.link = StandIn(heard)
        vars(spare)["take"] = self._take
        listen()
        self.contents: WebContents = BrowserWindow().web_contents
        for event in ("ipc-message", "ipc-message-sync", "console-message", "preload-error", "dom-ready"):
            self.contents.on(event, lambda *_: None)
        self._waiting: set[asyncio.Future[Any]] = set()

    def _take(self) -> StandIn:
        self.link = StandIn(self._heard)
        return self.link

    def begin(self, loads: bool) -> None:
        """Start a new process, with something to answer: code, messages, timers and, if it `loads`, a page."""
        contents = self.contents
        contents.living_host()
        for number in range(3):
            contents.send("channel", number)
        self._wait_for(contents.wait_for_timers(0))
        if loads:
            contents.reload()
        else:
            self._wait_for(asyncio.ensure_future(contents.execute("1")))

    def _wait_for(self, future: asyncio.Future[Any] | None) -> None:
        assert future is not None
        self._waiting.add(future)
        future.add_done_callback(self._ended)

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self._waiting.discard(future)
        if not future.cancelled():
            future.exception()  # whatever the renderer said it was


def listen() -> None:
    """Register listeners and handlers of every kind; none of them can fail."""
    kept: deque[Any] = deque(maxlen=3)  # they are answered when others take their place
    ipc_main.on("heard", lambda *_: None)
    ipc_main.on("heard", lambda event, *_: event.sender.send("told", 1))
    ipc_main.handle("answered", lambda *_: "answer")
    ipc_main.handle("echoed", lambda _, *args: args)

    @ipc_main.handle("answered-later")
    async def answer_later(*_: object) -> str:
        await asyncio.sleep(0)
        return "later"

    @ipc_main.on("kept")
    def keep(event: Any, *_: object) -> None:
        kept.append(event)

    @ipc_main.on("sync")
    async def sync(event: Any, *args: object) -> None:
        if len(args) % 2:
            await asyncio.sleep(0)
        event.return_value = len(args)
