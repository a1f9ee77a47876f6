"""Lockstep: a frame leaves for a renderer only when every renderer sleeps or waits in `send_sync` (design 6)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, RenderProcessGone, ipc_main, once, restart, settle, trace
from ipclab.main.lockstep import lockstep


@pytest.fixture(autouse=True)
def in_lockstep() -> Iterator[None]:
    """On, and so patient that a test would fail before a busy renderer is passed over."""
    before = lockstep.enabled, lockstep.limit
    lockstep.enabled, lockstep.limit = True, 60.0
    yield
    lockstep.enabled, lockstep.limit = before


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A pipe in the file system: a renderer that reads it is busy until somebody writes."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def busy_until_written(gate: Path) -> str:
    return f"open({str(gate)!r}).read()"


async def write(gate: Path) -> None:
    await asyncio.to_thread(gate.write_text, "go")


# --- one order -----------------------------------------------------------------------------------------------------

WORKER = """
import random, time
def work(event, round, *_):
    time.sleep(random.random() / 500)  # different in every run and process
    ipc_renderer.send("worked", round, "a")
    time.sleep(random.random() / 500)
    ipc_renderer.send("worked", round, "b")
ipc_renderer.on("work", work)
None
"""


async def transcript() -> list[tuple[int, int, str]]:
    pages = [await open_page(WORKER) for _ in range(3)]
    lines: list[tuple[int, int, str]] = []

    @ipc_main.on("worked")
    def worked(event: Any, number: int, part: str) -> None:
        lines.append((event.sender.id, number, part))
        if number < 3 and part == "b":
            for page in pages:
                page.send("work", number + 1)

    for page in pages:
        page.send("work", 1)
    await settle()
    await restart()
    return lines


@program
async def test_renderers_that_run_at_the_same_time_give_one_transcript_in_every_run() -> None:
    first = await transcript()
    assert len(first) == 2 * (3 + 9 + 27)
    for _ in range(2):
        assert await transcript() == first


@program
async def test_a_frame_waits_until_every_renderer_sleeps(gate: Path) -> None:
    first, second = (
        await open_page(),
        await open_page("ipc_renderer.on('ask', lambda e: ipc_renderer.send('ch', 'second'))\n0"),
    )
    order: list[str] = []
    ipc_main.on("ch", lambda _, who: order.append(who))
    await settle()
    busy = asyncio.ensure_future(first.execute(f"{busy_until_written(gate)}\nipc_renderer.send('ch', 'first')"))
    await asyncio.sleep(0)
    second.send("ask")
    await asyncio.sleep(0.05)  # time enough for a frame that does not wait
    assert order == []
    assert trace[-1].outcome == "pending"
    await write(gate)
    await busy
    await settle()
    assert order == ["first", "second"]


@program
async def test_a_blocked_renderer_goes_on_with_an_answer_that_has_waited_behind_other_frames(gate: Path) -> None:
    first, second = await open_page(), await open_page()
    events: list[Any] = []
    ipc_main.on("ask", lambda event: events.append(event))
    asking = asyncio.ensure_future(first.execute("ipc_renderer.send_sync('ask')"))
    while not events:
        await asyncio.sleep(0.001)
    busy = asyncio.ensure_future(second.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    first.send("ch")
    events.pop().return_value = "answer"
    await write(gate)
    await busy
    assert await asking == "answer"


@program
async def test_frames_of_one_window_keep_their_order_and_all_arrive() -> None:
    pages = [
        await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(event, n): got.append(n)") for _ in range(2)
    ]
    for number in range(100):
        for page in pages:
            page.send("ch", number)
    await settle()
    for page in pages:
        assert await page.execute("got") == list(range(100))
    assert all(message.outcome == "delivered" for message in trace)


@program
async def test_what_waits_for_its_turn_is_a_copy(gate: Path) -> None:
    """Semantics e: a message is a copy, made when it is sent."""
    first, second = (
        await open_page(),
        await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(e, b): got.append(b.count(0))"),
    )
    busy = asyncio.ensure_future(first.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    data = bytearray(100_000)
    second.send("ch", data)
    data[:] = b"\1" * len(data)
    data.append(2)
    await write(gate)
    await busy
    assert await second.execute("got") == [100_000]


# --- who does not hold up the others -------------------------------------------------------------------------------


@program
async def test_a_renderer_in_send_sync_holds_up_nobody() -> None:
    first, second = await open_page(), await open_page()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.return_value = await second.execute("6 * 7")

    assert await first.execute("ipc_renderer.send_sync('ch')") == 42


@program
async def test_a_busy_renderer_holds_up_the_others_for_the_limit_only(gate: Path) -> None:
    lockstep.limit = 0.05
    first, second = await open_page(), await open_page()
    await settle()
    busy = asyncio.ensure_future(first.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    assert await second.execute("'goes on'") == "goes on"
    assert not busy.done()
    # Passed over once, it holds up nobody until it has slept.
    lockstep.limit = 60
    assert await second.execute("'again'") == "again"
    await write(gate)
    await busy
    await settle()
    # Then it counts again.
    busy = asyncio.ensure_future(first.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(second.execute("1"))
    await asyncio.wait([waiting], timeout=0.05)
    assert not waiting.done()
    await write(gate)
    assert await waiting == 1
    await busy


@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_a_busy_renderer_that_ends_lets_the_others_go_on(how: str) -> None:
    first, second = await open_page(), await open_page()
    await settle()
    busy = asyncio.ensure_future(first.execute("while True: pass"))
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(second.execute("'goes on'"))
    await asyncio.sleep(0)
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    else:
        first.forcefully_crash_renderer()
    async with asyncio.timeout(2):
        assert await waiting == "goes on"
    with pytest.raises(RenderProcessGone):
        await busy


@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_frames_that_wait_for_a_renderer_that_is_gone_hold_up_nobody(how: str, gate: Path) -> None:
    first, second = await open_page(), await open_page()
    await settle()
    busy = asyncio.ensure_future(first.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    for number in range(3):
        second.send("ch", number)
    if how == "destroy":
        BrowserWindow.get_all_windows()[1].destroy()
    else:
        gone = once(second, "render-process-gone")
        second.forcefully_crash_renderer()
        await gone
    await write(gate)
    await busy
    async with asyncio.timeout(2):
        assert await first.execute("'goes on'") == "goes on"
    assert [message.outcome for message in trace] == ["lost"] * 3


@program
async def test_a_crashed_window_loads_again_in_lockstep() -> None:
    contents = await open_page()
    for _ in range(2):
        gone = once(contents, "render-process-gone")
        contents.send("ch", 1)
        contents.forcefully_crash_renderer()
        await gone
        async with asyncio.timeout(2):
            await contents.reload()
            assert await contents.execute("1") == 1


# --- on and off ----------------------------------------------------------------------------------------------------


@program
async def test_switching_off_lets_what_waits_leave_in_order(gate: Path) -> None:
    first, second = (
        await open_page(),
        await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(e, n): got.append(n)"),
    )
    await settle()
    busy = asyncio.ensure_future(first.execute(busy_until_written(gate)))
    await asyncio.sleep(0)
    second.send("ch", 1)
    second.send("ch", 2)
    lockstep.enabled = False
    second.send("ch", 3)
    assert await second.execute("got") == [1, 2, 3]
    assert not busy.done()
    await write(gate)
    await busy


@program
async def test_restart_forgets_what_waits() -> None:
    first, second = await open_page(), await open_page()
    await settle()
    busy = asyncio.ensure_future(first.execute("while True: pass"))
    await asyncio.sleep(0)
    second.send("ch")
    await restart()
    with pytest.raises(RenderProcessGone):
        await busy
    contents = await open_page()
    async with asyncio.timeout(2):
        assert await contents.execute("1") == 1


def test_programs_run_free_and_the_limit_can_be_set_from_outside() -> None:
    """Design 4.7: on in notebooks by default; 6: seconds under nbval."""
    code = "from ipclab.main.lockstep import lockstep; print(lockstep.enabled, lockstep.limit)"
    for value, shown in (("", "False 0.1"), ("7.5", "False 7.5")):
        environment = {name: text for name, text in os.environ.items() if name != "IPCLAB_LOCKSTEP_LIMIT"}
        if value:
            environment["IPCLAB_LOCKSTEP_LIMIT"] = value
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=20, check=True
        )
        assert done.stdout.strip() == shown


@program
async def test_what_a_frame_sets_going_in_main_runs_before_the_next_frame() -> None:
    """Whether two frames arrive together or apart is the machine's affair, and never shows."""
    lockstep.enabled = True
    contents = await open_page()
    asked: dict[int, asyncio.Future[int]] = {}

    async def ask(_: object, number: int) -> int:
        asked[number] = asyncio.get_running_loop().create_future()
        return await asked[number]

    ipc_main.handle("ask", ask)
    ipc_main.on("answer", lambda _, number: asked[number].set_result(number))
    await contents.execute(
        "for number in (1, 2): ipc_renderer.invoke('ask', number)\n"
        "for number in (1, 2): ipc_renderer.send('answer', number)"
    )
    await settle()
    assert [message.kind for message in trace] == ["invoke", "invoke", "send", "reply", "send", "reply"]
