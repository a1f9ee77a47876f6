"""`contents.pulse`: a window's process as the reader sees it: loading, ready, blocked, crashed or closed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from ipc import open_page, program
from page_sources import ENDLESS, html

from ipclab import BrowserWindow, ipc_main, settle, trace
from ipclab.main import pulse as pulse_module
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents

pytest_plugins = ("page_fixtures",)


class Pulse:
    """The states of one window's renderer, as they are told."""

    def __init__(self, contents: WebContents) -> None:
        self.told: list[str] = []
        self._changed = asyncio.Event()
        self.stop: Callable[[], None] = contents.pulse.watch(self._take)

    def _take(self, state: str) -> None:
        self.told.append(state)
        self._changed.set()

    async def until(self, state: str) -> None:
        """Wait until this is the state."""
        while self.told[-1:] != [state]:
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def watched(contents: WebContents) -> AsyncIterator[Pulse]:
    pulse = Pulse(contents)
    try:
        await pulse.until("ready")
        yield pulse
    finally:
        pulse.stop()


@program
async def test_a_new_window_is_loading_until_its_process_answers() -> None:
    pulse = Pulse(BrowserWindow().web_contents)
    assert pulse.told == ["loading"]
    await pulse.until("ready")
    assert pulse.told == ["loading", "ready"]


@program
async def test_who_watches_is_told_the_state_at_once() -> None:
    contents = await open_page()
    async with watched(contents):
        second = Pulse(contents)
        assert second.told == ["ready"]


@program
async def test_a_load_is_told_from_its_beginning_to_its_end() -> None:
    """Between did-start-loading and did-stop-loading."""
    contents = await open_page()
    async with watched(contents) as pulse:
        pulse.told.clear()
        load = contents.load_url(html("<p>page"))
        assert pulse.told == ["loading"]
        await load
        assert pulse.told == ["loading", "ready"]


@program
async def test_a_load_that_fails_ends_too() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        with pytest.raises(Exception, match="ERR_FILE_NOT_FOUND"):
            await contents.load_file("nowhere.html")
        assert pulse.told[-3:] == ["ready", "loading", "ready"]


@program
async def test_a_load_without_end_stays_loading_and_is_given_up_with_the_window() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        pulse.told.clear()
        load = contents.load_url(ENDLESS)
        await asyncio.sleep(2 * pulse_module.BLOCKED_AFTER)  # its loop turns all the while
        contents.owner().destroy()
        assert pulse.told == ["loading", "closed"]
        with pytest.raises(Exception, match="ERR_FAILED"):
            await load


@pytest.mark.parametrize(
    "busy",
    ["open({gate!r}).read()", "while not exists({gate!r} + '.go'): pass\nopen({gate!r}).read()"],
    ids=["sleeps", "computes"],
)
@program
async def test_a_renderer_whose_loop_does_not_turn_is_blocked_while_main_lives(busy: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    contents = await open_page("from os.path import exists")
    async with watched(contents) as pulse:
        running = asyncio.ensure_future(contents.execute(busy.format(gate=str(gate))))
        await pulse.until("blocked")
        (tmp_path / "gate.go").touch()
        await asyncio.to_thread(gate.write_text, "go")
        await pulse.until("ready")
        await running
        assert pulse.told[-3:] == ["ready", "blocked", "ready"]


@program
async def test_a_renderer_that_waits_in_send_sync_is_blocked() -> None:
    """Electron: sendSync blocks the whole renderer process until it is answered."""
    contents = await open_page()
    events: list[Any] = []
    ipc_main.on("ask", lambda event: events.append(event))
    async with watched(contents) as pulse:
        running = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ask')"))
        await pulse.until("blocked")
        events.pop().return_value = "answer"
        await pulse.until("ready")
        assert await running == "answer"


@program
async def test_a_stopped_process_is_blocked_and_asked_once_only() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        os.kill(contents.host.link.pid, signal.SIGSTOP)
        try:
            await pulse.until("blocked")
            number = contents.pulse._number
            await asyncio.sleep(2 * pulse_module.ASK_EVERY)  # time for another question
            assert contents.pulse._number == number
        finally:
            os.kill(contents.host.link.pid, signal.SIGCONT)
        await pulse.until("ready")


@program
async def test_a_blocked_main_takes_no_renderer_for_blocked() -> None:
    """The answer lies unread in main's socket meanwhile."""
    contents = await open_page()
    async with watched(contents) as pulse:
        pulse.told.clear()
        for _ in range(2):
            number = contents.pulse._number
            while contents.pulse._number == number:
                await asyncio.sleep(0.01)
            time.sleep(3 * pulse_module.BLOCKED_AFTER)
            await asyncio.sleep(0.05)
        assert pulse.told == []


@program
async def test_a_crash_is_told_and_a_reload_makes_it_ready_again() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        pulse.told.clear()
        contents.forcefully_crash_renderer()
        await pulse.until("crashed")
        await contents.reload()
        await pulse.until("ready")
        assert pulse.told == ["crashed", "loading", "ready"]


@program
async def test_a_blocked_process_that_is_killed_is_crashed() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        os.kill(contents.host.link.pid, signal.SIGSTOP)
        await pulse.until("blocked")
        contents.forcefully_crash_renderer()
        await pulse.until("crashed")


@program
async def test_a_closed_window_is_closed_and_nothing_follows() -> None:
    window = BrowserWindow()
    pulse = Pulse(window.web_contents)
    contents = window.web_contents
    await pulse.until("ready")
    window.close()
    assert pulse.told[-1] == "closed"
    late = Pulse(contents)
    assert late.told == ["closed"]
    late.stop()
    pulse.stop()


@program
async def test_who_has_stopped_watching_is_told_nothing_and_nobody_is_asked_any_more() -> None:
    contents = await open_page()
    async with watched(contents) as pulse:
        other = Pulse(contents)
        other.stop()
        other.stop()
        contents.forcefully_crash_renderer()
        await pulse.until("crashed")
        assert other.told == ["ready"]
        await contents.reload()
        await pulse.until("ready")
    number = contents.pulse._number
    await asyncio.sleep(1.5 * pulse_module.ASK_EVERY)
    assert contents.pulse._number == number


@program
async def test_a_watcher_that_raises_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    def fail(state: str) -> None:
        raise ValueError(f"no {state} please")

    stop = contents.pulse.watch(fail)
    async with watched(contents):
        pass
    stop()
    assert "no ready please" in capfd.readouterr().err


@pytest.mark.parametrize("in_lockstep", [False, True])
@program
async def test_the_questions_count_nowhere(in_lockstep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not among what settles, not in the trace, and lockstep waits for no answer."""
    monkeypatch.setattr(lockstep, "enabled", in_lockstep)
    monkeypatch.setattr(lockstep, "limit", 60.0)
    contents, other = await open_page(), await open_page()
    async with watched(contents):
        os.kill(contents.host.link.pid, signal.SIGSTOP)
        try:
            number = contents.pulse._number
            contents.pulse._ask()
            assert contents.pulse._number == number + 1
            await settle(timeout=1)
            assert not contents.host.is_busy()
            assert await other.execute("6 * 7") == 42
            assert list(trace) == []
        finally:
            os.kill(contents.host.link.pid, signal.SIGCONT)
