"""Web contents as main sees them: `send`, its failures, the console, finding them (semantics a.3, a.4)."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DataCloneError, Error, app, ipc_main, link, once, settle, trace, web_contents
from ipclab.main.web_contents import WebContents

COLLECT = """
got = []
@ipc_renderer.on("ch")
def listen(event, *args): got.append(args)
"""

DISPOSED = "Render frame was disposed before WebFrameMain could be accessed"


# --- send ----------------------------------------------------------------------------------------------------------


@program
async def test_send_reaches_the_listeners_of_its_own_window_only() -> None:
    first, second = await open_page(COLLECT), await open_page(COLLECT)
    assert first.send("ch", 1, {"two": [3]}) is None  # type: ignore[func-returns-value]
    first.main_frame.send("ch", "from the frame")
    assert await first.execute("got") == [[1, {"two": [3]}], ["from the frame"]]
    assert await second.execute("got") == []


@program
async def test_send_without_a_listener_is_dropped_and_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.2: no listener at arrival, dropped."""
    contents = await open_page()
    contents.send("ch", "early")
    await contents.execute(COLLECT)
    contents.send("ch", "late")
    assert await contents.execute("got") == [["late"]]
    assert capsys.readouterr() == ("", "")


@program
async def test_send_and_execute_of_one_window_keep_their_order() -> None:
    """Semantics e: main to renderer, send and executeJavaScript share one pipe, first in first out."""
    contents = await open_page(COLLECT)
    waits = []
    for number in range(50):
        contents.send("ch", number)
        waits.append(asyncio.ensure_future(contents.execute("len(got)")))
        await asyncio.sleep(0)
    assert await asyncio.gather(*waits) == list(range(1, 51))


@program
async def test_one_send_is_one_graph_and_two_sends_share_nothing() -> None:
    """Semantics b: shared references and cycles are preserved across the arguments of one call."""
    contents = await open_page("kept = []\n@ipc_renderer.on('ch')\ndef listen(event, *args): kept.append(args)")
    shared: list[Any] = [1]
    shared.append(shared)
    contents.send("ch", shared, {"again": shared})
    contents.send("ch", shared)
    assert await contents.execute("(a, b), (c,) = kept\n[a is b['again'], a[1] is a, a is c, c[1] is c]") == [
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(("version", "kind"), [("43", TypeError), ("27", TypeError), ("26", Error), ("9", Error)])
@program
async def test_send_needs_a_channel(version: str, kind: type[Exception]) -> None:
    """Semantics a.3: TypeError (plain Error before 27): Missing required channel argument."""
    app.electron_version = version
    contents = BrowserWindow().web_contents
    send: Callable[..., None] = contents.send
    for channel in (None, 5, b"ch", ["ch"]):
        with pytest.raises(kind, match=r"^Missing required channel argument$"):
            send(channel, 1)
    assert len(trace) == 0


@program
async def test_send_of_an_unclonable_value_is_logged_not_raised(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.3, since 16: caught and only logged; design 4.3: the place is named, the trace shows it refused."""
    contents = await open_page(COLLECT)
    contents.send("ch", "before")
    contents.send("ch", 1, {"user": {"callback": print}})
    contents.send("ch", "after")
    assert capsys.readouterr().err == (
        "Error sending from webFrameMain:  Error: Failed to serialize arguments\n"
        "    args[1].user.callback is a function\n"
    )
    assert await contents.execute("got") == [["before"], ["after"]]
    refused = trace[1]
    assert refused.outcome == "refused"
    assert refused.channel == "ch"
    assert str(refused.args[0]) == "1"


@pytest.mark.parametrize(("version", "raises"), [("9", True), ("15", True), ("16", False), ("43", False)])
@program
async def test_send_raises_before_16_and_logs_from_16_on(
    version: str, raises: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics d: webContents.send swallows errors and logs from 16.0."""
    app.electron_version = version
    contents = await open_page()
    gone = once(contents, "render-process-gone")
    failures: list[Exception] = []

    def try_to_send(value: object) -> None:
        try:
            contents.send("ch", value)
        except Exception as error:
            failures.append(error)

    try_to_send(print)
    contents.forcefully_crash_renderer()
    await gone
    capsys.readouterr()
    try_to_send(1)
    told = capsys.readouterr().err
    if raises:
        refused, disposed = failures
        assert type(refused) is DataCloneError
        assert (type(disposed), str(disposed)) == (Error, DISPOSED)
        assert told == ""
    else:
        assert failures == []
        assert told == f"Error sending from webFrameMain:  Error: {DISPOSED}\n"


@program
async def test_everything_but_the_id_of_destroyed_contents_raises() -> None:
    """Semantics a.3: TypeError: Object has been destroyed; a.4: the id is still readable after destruction."""
    window = BrowserWindow()
    contents = window.web_contents
    frame = contents.main_frame
    window.destroy()
    destroyed = pytest.raises(TypeError, match=r"^Object has been destroyed$")
    for call in (contents.send, frame.send):
        with destroyed:
            call("ch", 1)
    for use in (contents.reload, contents.get_os_process_id, contents.forcefully_crash_renderer):
        with destroyed:
            use()
    with destroyed:
        contents.load_url("about:blank")
    with destroyed:
        await contents.execute("1")
    with destroyed:
        _ = window.web_contents
    assert contents.is_destroyed()
    assert contents.id == 1


@program
async def test_is_destroyed_is_false_while_merely_crashed() -> None:
    contents = await open_page()
    assert (contents.is_crashed(), contents.is_destroyed()) == (False, False)
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone
    assert (contents.is_crashed(), contents.is_destroyed()) == (True, False)


# --- what may be sent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729])
@program
async def test_binary_data_of_any_size_arrives_whole_in_both_directions(size: int) -> None:
    """Semantics e: spec sizes straddle the limit of what travels inline."""
    contents = await open_page("@ipc_renderer.on('there')\ndef there(event, *args): ipc_renderer.send('back', *args)")
    back = once(ipc_main, "back")
    ipc_main.on("back", lambda *_: None)
    data = bytes(range(256)) * (size // 256) + b"." * (size % 256)
    contents.send("there", data, [data, bytearray(data)], "end")
    (_, first, [second, third], end) = await back
    assert (first, second, third, end) == (data, data, bytearray(data), "end")
    assert type(third) is bytearray


@program
async def test_what_was_sent_may_be_changed_at_once() -> None:
    """Semantics e: a message is a copy, made when it is sent."""
    contents = await open_page(
        "got = []\n@ipc_renderer.on('ch')\ndef listen(event, b): got.append([len(b), b.count(0)])"
    )
    data = bytearray(8_000_000)
    contents.send("ch", data)
    data[:] = b"\1" * len(data)
    data.append(2)
    assert await contents.execute("got") == [[8_000_000, 8_000_000]]


@program
async def test_a_message_of_more_than_a_thousand_large_buffers_arrives() -> None:
    contents = await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(event, b): got.append(len(b))")
    contents.send("ch", [bytes([number % 256]) * 65_536 for number in range(1_100)])
    async with asyncio.timeout(5):
        assert await contents.execute("got") == [1_100]


@program
async def test_a_renderer_that_does_not_read_is_an_error_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages queue up in main's memory; the bound is stated in the error."""
    monkeypatch.setattr(link, "MAX_QUEUED", 1 << 20)
    contents = await open_page(COLLECT)
    os.mkfifo(tmp_path / "gate")
    busy = asyncio.ensure_future(contents.execute(f"open({str(tmp_path / 'gate')!r}).read()"))
    await asyncio.sleep(0)

    def send_too_much() -> None:
        for _ in range(100):
            contents.send("ch", b"x" * 100_000)

    with pytest.raises(Error, match=r"^renderer 1 does not read: "):
        send_too_much()
    sent = len(trace) - 1
    assert trace[-1].outcome == "lost"
    await asyncio.to_thread((tmp_path / "gate").write_text, "go")
    assert await busy == "go"
    assert await contents.execute("len(got)") == sent


# --- the event in the renderer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "sender_id"), [("9", 0), ("27", 0), ("28", None), ("43", None)])
@program
async def test_the_event_of_a_renderers_listener(version: str, sender_id: int | None) -> None:
    """Semantics a.2: {sender: ipcRenderer, ports: []}; senderId (0 for main) gone since 28."""
    app.electron_version = version
    contents = await open_page("""
found = []
@ipc_renderer.on("ch")
def listen(event):
    found.extend([event.sender is ipc_renderer, event.ports, getattr(event, "sender_id", None)])
""")
    contents.send("ch")
    assert await contents.execute("found") == [True, [], sender_id]


@program
async def test_all_listeners_of_a_message_share_event_and_arguments() -> None:
    contents = await open_page("""
seen = []
def listen(event, items):
    items.append(id(event))
    seen.append(len(items))
ipc_renderer.on("ch", listen).on("ch", listen)
None
""")
    contents.send("ch", [])
    assert await contents.execute("seen") == [1, 2]


@program
async def test_a_renderers_listener_that_raises_ends_its_message_only(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page("""
order = []
@ipc_renderer.on("ch")
def broken(event):
    order.append("broken")
    raise ValueError("boom")
@ipc_renderer.on("ch")
def skipped(event): order.append("skipped")
@ipc_renderer.on("next")
def next_one(event): order.append("next")
""")
    contents.send("ch")
    contents.send("next")
    assert await contents.execute("order") == ["broken", "next"]
    told = capsys.readouterr().err
    assert told.startswith("renderer 1 │ Uncaught ValueError: boom\nrenderer 1 │ ")
    assert "line 7" in told  # of what the test sent, its imports counted


@program
async def test_a_renderers_async_listeners_start_in_order_and_may_fail(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page("""
import asyncio
order = []
@ipc_renderer.on("ch")
async def first(event):
    order.append("first begins")
    await asyncio.sleep(0)
    order.append("first ends")
    raise ValueError("boom")
@ipc_renderer.on("ch")
def second(event): order.append("second")
""")
    contents.send("ch")
    await settle()
    assert await contents.execute("order") == ["first begins", "second", "first ends"]
    assert "renderer 1 │ Uncaught (in promise) ValueError: boom" in capsys.readouterr().err


@program
async def test_an_error_message_without_a_listener_is_an_exception_in_the_renderer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Semantics a.2: no `error` guard there; the renderer lives on."""
    contents = await open_page()
    contents.send("error", "x")
    assert await contents.execute("1") == 1
    told = capsys.readouterr().err
    assert "renderer 1 │ Uncaught UnhandledError: Unhandled error. (" in told
    assert not re.search(r"0x[0-9a-f]+", told), "an address differs in every run"


# --- finding them --------------------------------------------------------------------------------------------------


@program
async def test_contents_are_found_by_their_id() -> None:
    """Semantics a.4: fromId gives the object or undefined (None here); ids count up and are never reused."""
    first, second = BrowserWindow(), BrowserWindow()
    contents: list[WebContents] = [first.web_contents, second.web_contents]
    assert [each.id for each in contents] == [1, 2]
    assert web_contents.get_all_web_contents() == contents
    assert web_contents.from_id(2) is contents[1]
    assert web_contents.from_id(3) is None
    first.destroy()
    assert web_contents.from_id(1) is None
    assert web_contents.get_all_web_contents() == contents[1:]
    assert BrowserWindow().web_contents.id == 3


@program
async def test_the_focused_windows_contents() -> None:
    assert web_contents.get_focused_web_contents() is None
    first, second = BrowserWindow(), BrowserWindow()
    first.focus()
    assert web_contents.get_focused_web_contents() is first.web_contents
    second.focus()
    assert web_contents.get_focused_web_contents() is second.web_contents
    second.destroy()
    assert web_contents.get_focused_web_contents() is None


@program
async def test_each_window_is_a_process_of_its_own() -> None:
    """Semantics a.0 and design 1: a real child process with its own pid."""
    pages = [await open_page() for _ in range(2)]
    pids = [page.get_os_process_id() for page in pages]
    assert [await page.execute("process.pid") for page in pages] == pids
    assert len({os.getpid(), *pids}) == 3
    assert await pages[0].execute("[process.type, process.versions['electron']]") == ["renderer", "43"]
