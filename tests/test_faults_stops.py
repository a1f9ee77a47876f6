"""A renderer that stands still (SIGSTOP) or does not read: main and the other windows go on, main's memory is
bounded, and nothing is lost when the renderer comes back to life."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ipc import new_children, open_page, program

from ipclab import BrowserWindow, Error, LoadError, RenderProcessGone, app, ipc_main, once, restart, settle, trace
from ipclab.link import MAX_QUEUED
from ipclab.main import spare
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents

#: Seconds that a call of main's may take while a renderer stands still, on a loaded machine.
SOON = 5.0

COLLECT = "got = []\n@ipc_renderer.on('ch')\ndef listen(event, number, data=b''): got.append([number, len(data)])"


@contextmanager
def stopped(contents: WebContents) -> Iterator[None]:
    pid = contents.get_os_process_id()
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def memory(pid: int | str = "self") -> int:
    """The bytes of physical memory that a process uses."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


async def check_that_it_works(contents: WebContents) -> None:
    ipc_main.remove_handler("ping")
    ipc_main.handle("ping", lambda _, number: number)
    async with asyncio.timeout(SOON):
        assert await contents.execute("[await ipc_renderer.invoke('ping', n) for n in range(10)]") == list(range(10))


@pytest.mark.parametrize("in_lockstep", [False, True], ids=["free", "lockstep"])
@program
async def test_what_main_sent_meanwhile_arrives_whole_and_in_order(
    in_lockstep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockstep, "enabled", in_lockstep)
    contents, other = await open_page(COLLECT), await open_page()
    sizes = [100_000 if number % 50 == 0 else number % 7 for number in range(2_000)]
    with stopped(contents):
        codes = []
        for number, size in enumerate(sizes):
            contents.send("ch", number, bytes(size))
            if number % 500 == 0:
                codes.append(asyncio.ensure_future(contents.execute("len(got)")))
                await check_that_it_works(other)
    async with asyncio.timeout(SOON):
        # Code runs where it stands among the messages.
        assert await asyncio.gather(*codes) == [number + 1 for number in range(2_000) if number % 500 == 0]
        assert await contents.execute("got") == [list(pair) for pair in enumerate(sizes)]
        await settle(SOON)
    assert {message.outcome for message in trace} == {"delivered"}


@program
async def test_stopped_while_it_talks() -> None:
    """At any moment, also in the middle of a message."""
    contents, other = await open_page(), await open_page()
    heard: list[int] = []
    ipc_main.on("ch", lambda _, number, __: heard.append(number))
    ipc_main.handle("ask", lambda _, number: number)
    talking = asyncio.ensure_future(
        contents.execute("""
for number in range(3_000):
    ipc_renderer.send("ch", number, b"x" * (200_000 if number % 100 == 0 else 10))
    if number % 10 == 0:
        assert await ipc_renderer.invoke("ask", number) == number
""")
    )
    for _ in range(20):
        with stopped(contents):
            await check_that_it_works(other)
    await talking
    assert heard == list(range(3_000))
    await settle(SOON)


@program
async def test_stopped_inside_send_sync() -> None:
    contents, other = await open_page(), await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", kept.append)
    waiting = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    with stopped(contents):
        kept.pop().return_value = "answer"
        await check_that_it_works(other)
        assert not waiting.done()
    async with asyncio.timeout(SOON):
        assert await waiting == "answer"


@program
async def test_stopped_while_it_starts() -> None:
    contents = BrowserWindow().web_contents
    other = await open_page()
    with stopped(contents):
        waiting = asyncio.ensure_future(contents.execute("1"))
        await check_that_it_works(other)
        assert not waiting.done()
    async with asyncio.timeout(SOON):
        assert await waiting == 1


ENDS: dict[str, Callable[[BrowserWindow], object]] = {
    "close": lambda window: window.close(),
    "destroy": lambda window: window.destroy(),
    "quit": lambda _: app.quit(),
    "exit": lambda _: app.exit(),
}


@pytest.mark.parametrize("end", ENDS)
@program
async def test_a_stopped_window_can_be_closed_at_once(end: str) -> None:
    app.on("window-all-closed", lambda *_: None)
    contents = await open_page()
    window = BrowserWindow.get_all_windows()[0]
    waiting = asyncio.ensure_future(contents.execute("1"))
    await waiting
    os.kill(contents.get_os_process_id(), signal.SIGSTOP)
    waiting = asyncio.ensure_future(contents.execute("1"))
    await asyncio.sleep(0)
    contents.send("ch", bytes(5_000_000))
    begun = time.monotonic()
    ENDS[end](window)
    assert window.is_destroyed()
    assert time.monotonic() - begun < SOON
    with pytest.raises(RenderProcessGone):
        await waiting
    spare.dismiss()
    assert new_children() == set()


@program
async def test_a_stopped_page_with_a_say_in_its_end_can_still_be_destroyed() -> None:
    """Its `beforeunload` is asked, and does not answer."""
    contents = await open_page()
    await contents.execute("window.add_event_listener('beforeunload', lambda event: None)\nNone")
    window = BrowserWindow.get_all_windows()[0]
    os.kill(contents.get_os_process_id(), signal.SIGSTOP)
    window.close()
    await asyncio.sleep(0.05)
    assert not window.is_destroyed()
    window.destroy()
    await settle(SOON)


@program
async def test_a_stopped_page_that_loads_can_be_killed() -> None:
    contents = await open_page()
    os.kill(contents.get_os_process_id(), signal.SIGSTOP)
    load = contents.reload()
    waiting = asyncio.ensure_future(contents.execute("1"))
    await asyncio.sleep(0)
    contents.forcefully_crash_renderer()
    async with asyncio.timeout(SOON):
        with pytest.raises(LoadError, match="ERR_FAILED"):
            await load
        with pytest.raises(RenderProcessGone):
            await waiting
        await contents.reload()
    assert await contents.execute("1") == 1


@program
async def test_restart_with_stopped_renderers_only() -> None:
    pages = [await open_page() for _ in range(3)]
    for page in pages:
        os.kill(page.get_os_process_id(), signal.SIGSTOP)
        page.send("ch", bytes(3_000_000))
    async with asyncio.timeout(SOON):
        await restart()
    spare.dismiss()
    assert new_children() == set()


# --- a renderer that does not read ---------------------------------------------------------------------------------


def send_all(contents: WebContents, count: int, make: Callable[[int], bytes]) -> tuple[list[int], list[str]]:
    """Send `count` messages without a pause; return the numbers of those that left, and what was raised."""
    sent, raised = [], []
    for number in range(count):
        try:
            contents.send("ch", number, make(number))
        except Error as error:
            raised.append(str(error))
        else:
            sent.append(number)
    return sent, raised


@linux
@pytest.mark.parametrize("in_lockstep", [False, True], ids=["free", "lockstep"])
@program
async def test_a_gigabyte_for_a_renderer_that_does_not_read(
    in_lockstep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clear error once MAX_QUEUED waits; what was taken arrives in order when the renderer reads again."""
    monkeypatch.setattr(lockstep, "enabled", in_lockstep)
    contents, other = await open_page(COLLECT), await open_page()
    before = memory()
    peak = 0
    sent: list[int] = []
    raised: list[str] = []
    with stopped(contents):
        # Without a pause, main's loop gets no turn: what waits then is bounded all the same.
        for _ in range(4):
            more, errors = send_all(contents, 250, lambda number: bytes([number % 256]) * 1_000_000)
            sent, raised = sent + more, raised + errors
            peak = max(peak, memory())
            await check_that_it_works(other)
    assert len(raised) > 700
    assert set(raised) == {
        f"renderer 1 does not read: {MAX_QUEUED >> 20} MiB wait for it already. Send less at a time, "
        "or wait for an answer before you send more"
    }
    assert peak - before < MAX_QUEUED + 64 * 1024 * 1024
    async with asyncio.timeout(2 * SOON):
        assert await contents.execute("got") == [[number, 1_000_000] for number in sent]
        await settle(SOON)
    assert [message.outcome for message in trace if message.channel == "ch"].count("lost") == len(raised)
    # A renderer that reads takes messages again.
    contents.send("ch", 0)
    assert await contents.execute("len(got)") == len(sent) + 1


@linux
@program
async def test_small_messages_cost_more_than_their_bytes_and_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 16 * 1024 * 1024
    monkeypatch.setattr("ipclab.link.MAX_QUEUED", bound)
    contents = await open_page(COLLECT)
    trace.limit = 10
    with stopped(contents):
        before = memory()
        sent, raised = send_all(contents, 60_000, lambda _: b"")
        assert raised
        assert memory() - before < 2 * bound
    async with asyncio.timeout(2 * SOON):
        assert await contents.execute("got") == [[number, 0] for number in sent]


@linux
@program
async def test_a_message_larger_than_the_bound_may_be_sent_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipclab.link.MAX_QUEUED", 1_000_000)
    contents = await open_page(COLLECT)
    with stopped(contents):
        contents.send("ch", 1, bytes(5_000_000))
        with pytest.raises(Error, match="does not read"):
            contents.send("ch", 2)
    async with asyncio.timeout(SOON):
        assert await contents.execute("got") == [[1, 5_000_000]]
        contents.send("ch", 3, bytes(5_000_000))
        assert await contents.execute("got") == [[1, 5_000_000], [3, 5_000_000]]
