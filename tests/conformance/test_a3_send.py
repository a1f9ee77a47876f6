"""`web_contents.send`: who hears it, in which order, and what goes wrong (semantics a.3, e)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ipc import in_preload_world, open_page, program
from rules import different, held

from ipclab import BrowserWindow, DataCloneError, Error, app, ipc_main, once, trace

TOPIC = "webContents.send"
COLLECT = """
got = []
@ipc_renderer.on("ch")
def listen(event, *args): got.append(args)
"""

DISPOSED = "Render frame was disposed before WebFrameMain could be accessed"


# --- who hears it --------------------------------------------------------------------------------------------------


@held("a.3", TOPIC, "Reaches the listeners of the window it is called on, of no other.")
@held("a.3", TOPIC, "Returns `undefined`: there is no receipt, whether anybody listens or not.")
@program
async def test_send_reaches_the_listeners_of_its_own_window_only() -> None:
    first, second = await open_page(COLLECT), await open_page(COLLECT)
    assert first.send("ch", 1, {"two": [3]}) is None  # type: ignore[func-returns-value]
    assert first.send("nobody listens", 1) is None  # type: ignore[func-returns-value]
    first.send("ch")
    assert await first.execute("got") == [[1, {"two": [3]}], []]
    assert await second.execute("got") == []


@held(
    "a.3",
    TOPIC,
    "Delivered to the `ipcRenderer` of the preload's world; with isolation the page's world hears nothing.",
)
@program
async def test_send_reaches_the_preloads_world_only() -> None:
    contents = BrowserWindow().web_contents
    await in_preload_world(contents, "from ipclab import ipc_renderer\n" + COLLECT)
    await contents.execute("got = []\ndef listen(event, *args): got.append(args)")
    contents.send("ch", 1)
    assert await contents.execute("got") == []
    await in_preload_world(contents, "assert got == [(1,)], got")
    with pytest.raises(ImportError, match="not available to the page"):
        await contents.execute("from ipclab import ipc_renderer")


@held("a.3", TOPIC, "There is no broadcast: each window that is to hear it is sent a message of its own.")
@program
async def test_each_window_is_sent_a_message_of_its_own() -> None:
    pages = [await open_page(COLLECT) for _ in range(3)]
    shared: list[object] = []
    for number, contents in enumerate(pages):
        shared.append(number)
        contents.send("ch", shared)
    assert [await contents.execute("got") for contents in pages] == [[[[0]]], [[[0, 1]]], [[[0, 1, 2]]]]
    assert [message.receiver for message in trace] == ["renderer 1", "renderer 2", "renderer 3"]


@held("a.3", TOPIC, "What was sent is a copy: changing it afterwards changes nothing.")
@program
async def test_what_was_sent_may_be_changed_at_once() -> None:
    contents = await open_page(
        "got = []\n@ipc_renderer.on('ch')\ndef listen(event, b, d): got.append([len(b), b.count(0), d])"
    )
    data, nested = bytearray(8_000_000), {"list": [1]}
    contents.send("ch", data, nested)
    data[:] = b"\1" * len(data)
    data.append(2)
    nested["list"].append(2)
    assert await contents.execute("got") == [[8_000_000, 8_000_000, {"list": [1]}]]


@held("a.3", TOPIC, "The arguments of one call are one graph; two calls share nothing.")
@program
async def test_one_send_is_one_graph_and_two_sends_share_nothing() -> None:
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


@held("a.3", TOPIC, "Binary data of any size arrives whole, on either side of what travels inline.")
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729])
@program
async def test_binary_data_of_any_size_arrives_whole_in_both_directions(size: int) -> None:
    contents = await open_page("@ipc_renderer.on('there')\ndef there(event, *args): ipc_renderer.send('back', *args)")
    back = once(ipc_main, "back")
    ipc_main.on("back", lambda *_: None)
    data = bytes(range(256)) * (size // 256) + b"." * (size % 256)
    contents.send("there", data, [data, bytearray(data)], "end")
    (_, first, [second, third], end) = await back
    assert (first, second, third, end) == (data, data, bytearray(data), "end")
    assert type(third) is bytearray


# --- order ---------------------------------------------------------------------------------------------------------


@held(
    "a.3", "order", "`send`, `postMessage` and `executeJavaScript` of one frame share one pipe: first in, first out."
)
@program
async def test_send_post_message_and_execute_of_one_window_keep_their_order() -> None:
    contents = await open_page(COLLECT)
    waits = []
    for number in range(50):
        contents.send("ch", number)
        contents.post_message("ch", -number)
        waits.append(asyncio.ensure_future(contents.execute("len(got)")))
        await asyncio.sleep(0)
    assert await asyncio.gather(*waits) == list(range(2, 102, 2))
    assert await contents.execute("got") == [[sign * number] for number in range(50) for sign in (1, -1)]


# --- what goes wrong -----------------------------------------------------------------------------------------------


@held(
    "a.3",
    TOPIC,
    "A channel that is no string: `TypeError: Missing required channel argument`, before 27 a plain `Error`.",
)
@pytest.mark.parametrize(("version", "kind"), [("43", TypeError), ("27", TypeError), ("26", Error), ("9", Error)])
@program
async def test_send_needs_a_channel(version: str, kind: type[Exception]) -> None:
    app.electron_version = version
    contents = BrowserWindow().web_contents
    calls: list[Callable[..., None]] = [contents.send, contents.main_frame.send]
    for send in calls:
        for channel in (None, 5, b"ch", ["ch"]):
            with pytest.raises(kind, match=r"^Missing required channel argument$"):
                send(channel, 1)
    assert len(trace) == 0


@different(
    "a.3",
    TOPIC,
    "Arguments that cannot be cloned are logged: `Error sending from webFrameMain:  Error: Failed to serialize "
    "arguments`.",
    "A second line says which argument, as Electron's users have long asked.",
)
@program
async def test_send_of_an_unclonable_value_is_logged_not_raised(capsys: pytest.CaptureFixture[str]) -> None:
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


@held("a.3", TOPIC, f"In a crashed renderer: `Error sending from webFrameMain:  Error: {DISPOSED}`, logged.")
@held("a.3", TOPIC, "Since 16.0 what fails inside is only logged; before, it is thrown.")
@pytest.mark.parametrize(("version", "raises"), [("9", True), ("15", True), ("16", False), ("43", False)])
@program
async def test_send_raises_before_16_and_logs_from_16_on(
    version: str, raises: bool, capsys: pytest.CaptureFixture[str]
) -> None:
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


@held("a.3", TOPIC, "After the web contents were destroyed: `TypeError: Object has been destroyed`.")
@pytest.mark.parametrize("version", ["9", "43"])
@program
async def test_send_of_destroyed_contents_raises_in_every_version(version: str) -> None:
    app.electron_version = version
    window = BrowserWindow()
    contents = window.web_contents
    window.destroy()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        contents.send("ch", 1)
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        _ = window.web_contents
