"""Messages to a frame, and `post_message` (semantics a.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, DataCloneError, Error, app, once, trace
from ipclab.main.web_contents import WebContents

COLLECT = """
got = []
@ipc_renderer.on("ch")
def listen(event, *args): got.append([len(event.ports), *args])
"""

DISPOSED = "Render frame was disposed before WebFrameMain could be accessed"


async def crash(contents: WebContents) -> None:
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone


# --- sendToFrame ---------------------------------------------------------------------------------------------------


@held("a.3", "webContents.sendToFrame", "`frame` is a routing id or `[processId, routingId]`.")
@held("a.3", "webContents.sendToFrame", "Returns `true`, or `false` if there is no such frame.")
@program
async def test_send_to_frame_reaches_the_frame_or_says_that_there_is_none() -> None:
    contents = await open_page(COLLECT)
    frame = contents.main_frame
    assert contents.send_to_frame(frame.routing_id, "ch", 1)
    assert contents.send_to_frame([frame.process_id, frame.routing_id], "ch", 2, 3)
    assert contents.send_to_frame((contents.get_process_id(), frame.routing_id), "ch")
    for missing in (frame.routing_id + 99, [frame.process_id, 99], [99, frame.routing_id], -1):
        assert not contents.send_to_frame(missing, "ch", "nobody")
    assert await contents.execute("got") == [[0, 1], [0, 2, 3], [0]]


@held("a.3", "webContents.sendToFrame", "A pair finds any frame of the app, that of other web contents too.")
@program
async def test_send_to_frame_finds_the_frames_of_other_windows() -> None:
    first, second = await open_page(COLLECT), await open_page(COLLECT)
    other = second.main_frame
    assert first.send_to_frame([other.process_id, other.routing_id], "ch", "from afar")
    assert await first.execute("got") == []
    assert await second.execute("got") == [[0, "from afar"]]


@held(
    "a.3",
    "webContents.sendToFrame",
    "Anything else: `Error: Missing required frame argument (must be number or [processId, frameId])`.",
)
@pytest.mark.parametrize("frame", [None, "1", [1], [1, 2, 3], ["1", 2], {}, True])
@program
async def test_send_to_frame_needs_a_frame(frame: Any) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(Error) as caught:
        contents.send_to_frame(frame, "ch")
    assert type(caught.value) is Error
    assert str(caught.value) == "Missing required frame argument (must be number or [processId, frameId])"


# --- mainFrame -----------------------------------------------------------------------------------------------------


@held("a.3", "mainFrame.send, mainFrame.postMessage", "As those of the web contents, which call them.")
@program
async def test_the_main_frame_sends_as_its_contents_do() -> None:
    contents = await open_page(COLLECT)
    contents.main_frame.send("ch", "from", "the frame")
    contents.main_frame.post_message("ch", {"from": "the frame"})
    assert await contents.execute("got") == [[0, "from", "the frame"], [0, {"from": "the frame"}]]


@held("a.3", "mainFrame.send, mainFrame.postMessage", f"Once its web contents are destroyed: `Error: {DISPOSED}`.")
@pytest.mark.parametrize(("version", "logs"), [("15", False), ("16", True), ("43", True)])
@program
async def test_a_frame_that_outlives_its_contents_is_disposed(
    version: str, logs: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    app.electron_version = version
    window = BrowserWindow()
    contents = window.web_contents
    frame = contents.main_frame
    window.destroy()
    with pytest.raises(Error, match=f"^{DISPOSED}$"):
        frame.post_message("ch", 1)
    assert capsys.readouterr().err == ""
    if logs:
        frame.send("ch", 1)
        assert capsys.readouterr().err == f"Error sending from webFrameMain:  Error: {DISPOSED}\n"
    else:
        with pytest.raises(Error, match=f"^{DISPOSED}$"):
            frame.send("ch", 1)


# --- postMessage ---------------------------------------------------------------------------------------------------


@held("a.3", "webContents.postMessage", "Sends exactly one message value; the listener's event has `ports`.")
@program
async def test_post_message_sends_one_value() -> None:
    contents = await open_page(COLLECT)
    contents.post_message("ch", [1, {"two": 2}])
    contents.post_message("ch", None, [])
    post: Callable[..., None] = contents.post_message
    with pytest.raises(TypeError):
        post("ch")
    with pytest.raises(TypeError):
        post("ch", 1, [], 2)
    assert await contents.execute("got") == [[0, [1, {"two": 2}]], [0, None]]
    assert [message.kind for message in trace] == ["post_message", "post_message"]


@held("a.3", "webContents.postMessage", "What fails is thrown, in every version: `An object could not be cloned.`")
@held("a.3", "webContents.postMessage", f"What fails is thrown, in every version: `{DISPOSED}`.")
@pytest.mark.parametrize("version", ["9", "15", "16", "43"])
@program
async def test_what_fails_in_post_message_is_raised(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    app.electron_version = version
    contents = await open_page()
    with pytest.raises(DataCloneError, match=r"^An object could not be cloned\.\nargs\[0\]\.callback is a function$"):
        contents.post_message("ch", {"callback": print})
    await crash(contents)
    capsys.readouterr()
    with pytest.raises(Error, match=f"^{DISPOSED}$"):
        contents.post_message("ch", 1)
    BrowserWindow.get_all_windows()[0].destroy()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        contents.post_message("ch", 1)
    assert capsys.readouterr().err == ""
    assert [message.outcome for message in trace] == ["refused", "lost", "lost"]


@held("a.3", "webContents.postMessage", "A `transfer` that is no list of ports: `Error: Invalid value for transfer`.")
@pytest.mark.parametrize("transfer", [None, 5, "port", {}, [None], [5], [b"array buffer"]])
@program
async def test_post_message_transfers_nothing_but_ports(transfer: Any) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(Error, match=r"^Invalid value for transfer$"):
        contents.post_message("ch", 1, transfer)
    assert len(trace) == 0


@different(
    "a.3",
    "webContents.postMessage",
    "A channel that is no string: `Error processing argument at index 0, conversion failure from ...`.",
    "The value is shown as Python writes it.",
)
@pytest.mark.parametrize(("channel", "shown"), [(None, "None"), (5, "5"), (b"ch", "b'ch'")])
@program
async def test_post_message_needs_a_channel(channel: Any, shown: str) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(TypeError) as caught:
        contents.post_message(channel, 1)
    assert str(caught.value) == f"Error processing argument at index 0, conversion failure from {shown}"


not_simulated(
    "a.3",
    "webContents.postMessage",
    "`transfer` hands over MessagePortMains; they are neutered, and lost if the frame is disposed.",
    "Not yet: ipclab has no message ports so far.",
)
not_simulated(
    "a.3", "webContents.sendToFrame", "Reaches iframes by their own ids.", "A page has one frame, the main frame."
)
