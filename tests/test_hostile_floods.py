"""Much, and much of nothing: what a renderer says takes memory and time of main in proportion, and others go on."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hostile import TOOLS, open_hostile_page, resident
from ipc import open_page, program, run_program

from ipclab import RenderProcessGone, ipc_main, link, once, settle, trace
from ipclab.main import console
from ipclab.protocol import Reader

MIB = 1 << 20

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# --- memory --------------------------------------------------------------------------------------------------------


@linux
@program
async def test_memory_grows_with_what_is_said_and_not_with_what_is_announced() -> None:
    """A body of 1 GiB, buffers of 8 GiB, of which little comes."""
    heads = [
        "struct.pack('<II', 2**30, 0)",
        "packet(send()[8:], 2**33 - 9, 9)",
        "packet(send()[8:], *[2**16] * 2**16)",
    ]
    pages = [await open_hostile_page() for _ in heads]
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    before = resident()
    for page, head in zip(pages, heads, strict=True):
        with pytest.raises(RenderProcessGone):
            await page.execute(f"say({head} + bytes(100_000))\nos._exit(0)")
    assert resident("VmHWM") - before < 64 * MIB


@linux
@program
async def test_a_large_frame_leaves_no_large_memory_behind() -> None:
    contents = await open_hostile_page()
    heard: list[int] = []
    ipc_main.on("ch", lambda _, text: heard.append(len(text)))
    before = resident()
    await contents.execute("ipc_renderer.send('ch', 'x' * 100_000_000)")
    assert heard == [100_000_000]
    assert resident() - before < 50 * MIB


@linux
def test_a_renderer_that_says_more_than_there_is_memory_for_is_ended_and_main_goes_on() -> None:
    """Main has 300 MiB here; the renderer says 1,000 MiB, in one body or beside it."""
    done = run_program(f"""
import asyncio, resource, sys
from ipclab import BrowserWindow, RenderProcessGone, restart
from ipclab.main import spare
TOOLS = {TOOLS!r}
async def main():
    windows = [BrowserWindow(), BrowserWindow(), BrowserWindow()]
    for window in windows:
        await window.web_contents.execute(TOOLS)
    spare.dismiss()
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (used + 300 * 2**20, hard))
    for window, head in zip(windows, ("struct.pack('<II', 2**30, 0)", "packet(send()[8:], 2**30)")):
        try:
            await window.web_contents.execute(f"say({{head}})\\nfor _ in range(1000): say(bytes(2**20))")
        except RenderProcessGone as error:
            print(error)
    print(await windows[2].web_contents.execute("'fine'"))
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    await restart()
asyncio.run(main())
""")
    fault = "is gone (killed, exit code -9, protocol error: more than there is memory for)"
    assert done.stdout.splitlines() == [f"renderer 1 {fault}", f"renderer 2 {fault}", "fine"], done.stderr


@linux
@program
async def test_messages_that_nobody_hears_take_no_memory_but_the_traces() -> None:
    contents = await open_hostile_page()
    await contents.execute("some = send(channel='nobody') * 5_000")
    flood = "for _ in range({}): say(some)"
    await contents.execute(flood.format(10))
    await settle()
    before = resident()
    await contents.execute(flood.format(30))
    await settle()
    assert trace[-1].number >= 200_000
    assert len(trace) == trace.limit
    assert resident() - before < 10 * MIB


@linux
@pytest.mark.parametrize(
    "data",
    [
        "send(channel='x' * 200_000)",
        "frame(36, 0, 'send', 'ch', [], 'x' * 200_000, 1.0)",
        "frame(36, 0, 'send', 'ch', [''] * 200_000, '', 1.0)",
    ],
    ids=["channels", "errors", "texts"],
)
@program
async def test_the_trace_keeps_a_bounded_part_of_each_message(data: str) -> None:
    contents = await open_hostile_page()
    before = resident()
    await contents.execute(f"some = {data}\nfor _ in range(400): say(some)")
    assert len(trace) == 400
    assert resident() - before < 50 * MIB


@program
async def test_the_console_keeps_a_bounded_part_of_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_hostile_page()
    await contents.execute("some = frame(37, 0, 'info', 'x' * 1_000_000, 1, '')\nfor _ in range(50): say(some)")
    assert len(capsys.readouterr().out) > 50_000_000
    assert len(console.said) == 50
    assert sum(len(line) for *_, line in console.said) < 5_000_000


@program
async def test_who_asks_for_ever_and_reads_no_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "MAX_QUEUED", MIB)
    contents = await open_hostile_page()
    ipc_main.handle("ask", lambda *_: "x" * 10_000)
    with pytest.raises(RenderProcessGone, match="without reading"):
        await contents.execute(
            "some = frame(34, 0, 1, 'ask', b'\\x92\\x01\\x90', 1.0)\nfor _ in range(9_000): say(some)"
        )


# --- time ----------------------------------------------------------------------------------------------------------

TINY = {
    "sends": "send(channel='count')",
    "console lines": "frame(37, 0, 'info', '', 1, '')",
    "calls given up": "frame(43, 0, 1)",
    "invokes": "frame(34, 0, 1, 'count', b'\\x92\\x01\\x90', 1.0)",
}


@pytest.mark.parametrize("data", TINY.values(), ids=TINY)
@program
async def test_a_flood_of_tiny_frames_leaves_the_loop_to_others(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Main reads no more at once than it works off in a moment: other windows and timers have their turns between."""
    contents, other = await open_hostile_page(), await open_page()
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    ipc_main.on("count", count)
    ipc_main.handle("count", count)
    flood = asyncio.ensure_future(contents.execute(f"some = {data} * 10_000\nwhile True: say(some)"))
    loop = asyncio.get_running_loop()
    most = 0
    for number in range(10):
        begun, before = loop.time(), counted
        await asyncio.sleep(0.001)
        most = max(most, counted - before)
        assert loop.time() - begun < 2
        assert await other.execute(f"{number}") == number
        capsys.readouterr()
    # A timer may have to wait for two turns of the loop; the smallest of these frames has 28 bytes.
    assert most < 3 * Reader.AT_ONCE / 28
    contents.forcefully_crash_renderer()
    with pytest.raises(RenderProcessGone):
        await flood


@linux
def test_a_child_of_a_dead_renderer_that_talks_on_does_not_hold_main_up() -> None:
    """It has inherited the socket: what main reads after the end must have an end, too."""
    done = run_program(f"""
import asyncio
from ipclab import BrowserWindow, restart
TOOLS = {TOOLS!r}
FORK = '''
import ctypes, threading
some = send() * 10_000
end, begin = os.pipe()
if os.fork() == 0:
    ctypes.CDLL(None).prctl(1, 0)  # the death of its parent is not its own
    threading.Timer(8, os._exit, [0]).start()
    os.write(begin, b"x")
    while True: say(some)
os.read(end, 1)
os._exit(3)
'''
async def main():
    contents, other = BrowserWindow().web_contents, BrowserWindow().web_contents
    await contents.execute(TOOLS)
    try:
        await contents.execute(FORK)
    except Exception as error:
        print(error)
    print(await other.execute("'fine'"))
    await restart()
asyncio.run(main())
""", timeout=7)  # fmt: skip
    assert done.stdout.splitlines() == ["renderer 1 is gone (abnormal-exit, exit code 3)", "fine"], done.stderr


# --- the console ---------------------------------------------------------------------------------------------------

ESCAPES = [
    "a\rrenderer 2 │ I",
    "\x1b[1A\x1b[2Krenderer 2 │ I",
    "a\x0brenderer 2 │ I",
    "\x9b2Ja",
    "a\x85b",
    "a\u2028b",
    "\x08" * 20,
]


def controls(text: str) -> list[str]:
    return re.findall(r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\U0010ffff]", text)


@program
async def test_each_line_of_a_console_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_hostile_page()
    await contents.execute("say(frame(37, 0, 'info', 'a\\nrenderer 2 │ I am another\\n\\n', 1, ''))")
    lines = capsys.readouterr().out.split("\n")
    assert lines == ["renderer 1 │ a", "renderer 1 │ renderer 2 │ I am another", "renderer 1 │ ", "renderer 1 │ ", ""]


@pytest.mark.parametrize("text", ESCAPES, ids=ascii)
@program
async def test_no_line_of_a_console_moves_the_cursor(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_hostile_page()
    await contents.execute(f"say(frame(37, 0, 'info', {text!r}, 1, ''))")
    assert controls(capsys.readouterr().out) == []


@program
async def test_a_line_may_have_colours_which_end_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_hostile_page()
    await contents.execute("print('\\x1b[1;31mred')\nprint('\\x1b[32mgreen\\x1b[0m')")
    expected = ["renderer 1 │ \x1b[1;31mred\x1b[0m", "renderer 1 │ \x1b[32mgreen\x1b[0m", ""]
    assert capsys.readouterr().out.split("\n") == expected


@pytest.mark.parametrize("kind", ["invoke", "send_sync"])
@program
async def test_no_channel_poses_as_another_line_of_the_console(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_hostile_page()
    channel = "x\nrenderer 2 │ I am another\r\x1b[2J"
    await contents.execute(f"some = ipc_renderer.{kind}({channel!r}, 1)\nNone")
    await settle()
    told = capsys.readouterr().err
    assert "x\\nrenderer 2" in told
    assert [line for line in told.splitlines() if line.startswith("renderer 2")] == []
    assert controls(told) == []


@program
async def test_a_very_long_line_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    contents, other = await open_hostile_page(), await open_page()
    heard: list[Any] = []
    contents.on("console-message", lambda details: heard.append(details))
    await contents.execute("say(frame(37, 0, 'error', 'x' * 50_000_000, -(2**63), 'y' * 1_000_000))")
    (details,) = heard
    assert (len(details.message), details.level, details.line_number) == (50_000_000, "error", -(2**63))
    assert len(capsys.readouterr().err) == 50_000_000 + len("renderer 1 │ \n")
    assert await other.execute("1") == 1


@program
async def test_what_a_renderer_says_after_hanging_up_is_not_waited_for() -> None:
    contents = await open_hostile_page()
    gone = once(contents, "render-process-gone")
    with pytest.raises(RenderProcessGone):
        async with asyncio.timeout(5):
            await contents.execute("say(send()[:10])\nsock.shutdown(socket.SHUT_RDWR)\nwhile True: pass")
    assert (await gone)[1].reason == "killed"
