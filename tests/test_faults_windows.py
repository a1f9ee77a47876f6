"""A window that is closed, destroyed, reloaded or sent elsewhere in the middle of everything."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from ipc import IMPORTS, OPEN, new_children, open_page, program

from ipclab import (
    BrowserWindow,
    Error,
    LoadError,
    RendererError,
    RenderProcessGone,
    app,
    ipc_main,
    restart,
    settle,
    trace,
)
from ipclab.main import spare
from ipclab.main.browser_window import MAX_WINDOWS
from ipclab.main.load import Load
from ipclab.main.lockstep import lockstep

#: Seconds within which everything has settled.
SOON = 5.0

#: What the page is doing when its window goes: it has told main so, and would go on for ever.
STAGES = {
    "invoke": "await ipc_renderer.invoke('ch')",
    "send_sync": "ipc_renderer.send_sync('ch')",
    "execute": "ipc_renderer.send('ch')\nawait asyncio.sleep(1000)",
    "timer": "set_timeout(ipc_renderer.send, 1000, 'late')\nipc_renderer.send('ch')\nawait asyncio.sleep(1000)",
    "talk": "while True:\n    ipc_renderer.send('ch')\n    await asyncio.sleep(0)",
    "load": (
        "if not await ipc_renderer.invoke('seen before?'):\n"
        "    ipc_renderer.send('ch')\n    await asyncio.sleep(1000)"
    ),
}

ENDS: dict[str, Callable[[BrowserWindow], object]] = {
    "close": lambda window: window.close(),
    "destroy": lambda window: window.destroy(),
    "reload": lambda window: window.reload(),
    "navigate": lambda window: window.load_url("about:blank"),
}

#: Behind the page's own end may come an answer to `send_sync`, which lets its code end first.
OUTCOMES: dict[tuple[bool, bool], tuple[type[BaseException], str]] = {
    # (whether the window is gone, whether it was loading)
    (True, False): (RenderProcessGone, r"renderer \d is gone: its window was closed"),
    (True, True): (LoadError, r"ERR_FAILED \(-2\) loading "),
    (False, False): (RendererError, "the page went away before this code had ended"),
    (False, True): (LoadError, r"ERR_ABORTED \(-3\) loading "),
}


@pytest.mark.parametrize("inside", [False, True], ids=["outside", "inside its own listener"])
@pytest.mark.parametrize("stage", STAGES)
@program
async def test_in_the_middle(stage: str, inside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockstep, "enabled", len(stage) % 2 == 0)
    app.on("window-all-closed", lambda *_: None)
    other = await open_page()
    ipc_main.handle("still there?", lambda _: "yes")
    for end in ENDS:
        window = BrowserWindow(web_preferences=OPEN)
        await check_one(window, stage, end, inside)
        gone = end in ("close", "destroy")
        assert window.is_destroyed() is gone
        assert {message.outcome for message in trace} & {"pending"} == set()
        for each in (other,) if gone else (other, window.web_contents):
            assert await each.execute(f"{IMPORTS}await ipc_renderer.invoke('still there?')") == "yes"
        window.destroy()


async def check_one(window: BrowserWindow, stage: str, end: str, inside: bool) -> None:
    contents = window.web_contents
    asked, gate = asyncio.Event(), asyncio.Event()
    events: list[Any] = []
    loads = itertools.count()
    ipc_main.handle("seen before?", lambda _: next(loads) > 0)

    def hear(event: Any) -> None:
        if inside and not asked.is_set():
            asked.set()
            ENDS[end](window)
        events.append(event)
        asked.set()

    async def handle(event: Any) -> str:
        hear(event)
        await gate.wait()
        return "answer"

    ipc_main.on("ch", hear)
    ipc_main.handle("ch", handle)
    if stage == "load":
        url = "data:text/html," + quote(f'<script type="py">{IMPORTS}import asyncio\n{STAGES[stage]}</script>')
        working = asyncio.ensure_future(as_coroutine(window.load_url(url)))
    else:
        working = asyncio.ensure_future(contents.execute(f"{IMPORTS}import asyncio\n{STAGES[stage]}"))
    async with asyncio.timeout(SOON):
        await asked.wait()
        if not inside:
            ENDS[end](window)
        gate.set()
        while not working.done():
            events.clear()  # an unanswered `send_sync` is answered by that
            await asyncio.sleep(0)
    gone = window.is_destroyed()
    kind, text = OUTCOMES[gone, stage == "load"]
    if gone or stage not in ("send_sync", "invoke"):
        with pytest.raises(kind, match=text):
            working.result()
    else:
        error = working.exception()  # or the answer came first
        assert error is None or isinstance(error, kind)
    await settle(SOON, timers=True)
    assert "late" not in {message.channel for message in trace if message.outcome != "lost"}
    ipc_main.remove_all_listeners("ch")
    for channel in ("ch", "seen before?"):
        ipc_main.remove_handler(channel)


async def as_coroutine(load: Load) -> None:
    await load


@program
async def test_a_page_begun_inside_did_frame_finish_load_takes_over() -> None:
    window = BrowserWindow()
    inner: list[Any] = []
    load = "data:text/html,inner"
    window.web_contents.once("did-frame-finish-load", lambda *_: inner.append(window.load_url(load)))
    with pytest.raises(LoadError, match="ERR_ABORTED"):
        await window.load_url("data:text/html,outer")
    async with asyncio.timeout(SOON):
        await inner[0]
    assert window.web_contents.get_url() == load
    await settle(SOON)


# --- many ----------------------------------------------------------------------------------------------------------


@program
async def test_fifty_windows_work_at_once_and_more_than_the_limit_are_refused() -> None:
    """Each is a process: a loop that opens windows must not take the machine down. Nothing of them is left."""
    before = len(os.listdir("/dev/fd"))
    app.on("window-all-closed", lambda *_: None)
    ipc_main.handle("ping", lambda event, number: [event.sender.id, number])
    code = f"{IMPORTS}[await ipc_renderer.invoke('ping', number) for number in range(20)]"
    windows = [BrowserWindow(web_preferences=OPEN) for _ in range(50)]
    answers = await asyncio.gather(*(window.web_contents.execute(code) for window in windows))
    assert answers == [[[window.web_contents.id, number] for number in range(20)] for window in windows]
    windows += [BrowserWindow() for _ in range(MAX_WINDOWS - 50)]
    for _ in range(3):
        with pytest.raises(Error, match=f"^{MAX_WINDOWS} windows are open, and each is a process: close some"):
            BrowserWindow()
    assert len(BrowserWindow.get_all_windows()) == MAX_WINDOWS
    for window in windows[10:]:
        window.close()
    again = BrowserWindow(web_preferences=OPEN)
    assert (await again.web_contents.execute(code))[-1] == [again.web_contents.id, 19]
    assert (await windows[0].web_contents.execute("1")) == 1
    await restart()
    spare.dismiss()
    assert new_children() == set()
    assert len(os.listdir("/dev/fd")) == before
