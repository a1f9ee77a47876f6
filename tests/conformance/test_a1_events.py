"""The `event` of main's listeners and handlers, and its `reply` (semantics a.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program
from rules import held, not_simulated

from ipclab import BrowserWindow, app, ipc_main, once, settle, trace
from ipclab.main.web_contents import WebContents

COLLECT = "got = []\nipc_renderer.on('back', lambda _, *args: got.append(args)) and None"

#: Page code, what registers a listener for it, by the kind of message.
CALLS: dict[str, tuple[str, Callable[..., Any]]] = {
    "send": ("ipc_renderer.send('ch')", ipc_main.on),
    "send_sync": ("ipc_renderer.send_sync('ch')", ipc_main.on),
    "post_message": ("ipc_renderer.post_message('ch', 1)", ipc_main.on),
    "invoke": ("await ipc_renderer.invoke('ch')", ipc_main.handle),
}


async def event_of(contents: WebContents, call: str = "send") -> Any:
    """The event that main gets when the page makes this call."""
    events: list[Any] = []
    code, register = CALLS[call]

    def keep(event: Any, *_: object) -> None:
        events.append(event)
        if call == "send_sync":
            event.return_value = None

    register("ch", keep)
    await contents.execute(code)
    return events[0]


# --- members -------------------------------------------------------------------------------------------------------


@held("a.1", "event.type", "`'frame'`.")
@held("a.1", "event.sender", "The WebContents object.")
@held("a.1", "event.processId, event.frameId", "Chromium's numbers, not the operating system's pid.")
@held("a.1", "event.frameTreeNodeId", "Chromium's number of the frame's node, which outlives its pages.")
@pytest.mark.parametrize("call", CALLS)
@program
async def test_an_event_says_who_sent_it(call: str) -> None:
    contents = await open_page()
    event = await event_of(contents, call)
    assert event.type == "frame"
    assert event.sender is contents
    assert all(isinstance(each, int) for each in (event.process_id, event.frame_id, event.frame_tree_node_id))
    assert event.process_id != contents.get_os_process_id()
    frame = contents.main_frame
    assert (event.process_id, event.frame_id) == (frame.process_id, frame.routing_id)
    assert event.frame_tree_node_id == frame.frame_tree_node_id
    await contents.load_url("about:blank")
    assert event.frame_tree_node_id == frame.frame_tree_node_id


@held("a.1", "event.preventDefault()", "Exists, with `defaultPrevented`, and means nothing for IPC.")
@pytest.mark.parametrize("call", CALLS)
@program
async def test_preventing_an_ipc_event_means_nothing(call: str) -> None:
    contents = await open_page()
    heard: list[bool] = []
    contents.on("ipc-message", lambda event, _: event.prevent_default())
    contents.on("ipc-message-sync", lambda event, _: event.prevent_default())
    event = await event_of(contents, call)
    heard.append(event.default_prevented)
    event.prevent_default()
    heard.append(event.default_prevented)
    assert heard == [call in ("send", "send_sync"), True]


@held("a.1", "event.ports", "An array on the event of `postMessage`; absent from all others.")
@pytest.mark.parametrize("call", CALLS)
@program
async def test_only_post_message_has_ports(call: str) -> None:
    event = await event_of(await open_page(), call)
    assert getattr(event, "ports", None) == ([] if call == "post_message" else None)


not_simulated("a.1", "event.ports", "It holds the MessagePortMains that were transferred.", "There are no ports yet.")
not_simulated(
    "a.1",
    "event.type",
    "`'service-worker'` for a service worker's message (35/36).",
    "Pages have no service workers.",
)


@held(
    "a.1",
    "event.reply(), event.returnValue",
    "`send` has `reply()`, `sendSync` both, `invoke` and `postMessage` none.",
)
@pytest.mark.parametrize("call", CALLS)
@program
async def test_which_events_can_answer(call: str) -> None:
    event = await event_of(await open_page(), call)
    assert hasattr(event, "reply") is (call in ("send", "send_sync"))
    assert hasattr(event, "return_value") is (call == "send_sync")


# --- senderFrame ---------------------------------------------------------------------------------------------------


@held("a.1", "event.senderFrame", "The WebFrameMain that sent, looked up when it is read.")
@pytest.mark.parametrize("call", CALLS)
@program
async def test_sender_frame_is_the_main_frame(call: str) -> None:
    contents = await open_page()
    assert (await event_of(contents, call)).sender_frame is contents.main_frame


@held("a.1", "event.senderFrame", "`null` once the frame is destroyed.")
@pytest.mark.parametrize("version", ["12", "43"])
@program
async def test_sender_frame_is_none_once_the_window_is_gone(version: str) -> None:
    app.electron_version = version
    contents = await open_page()
    event = await event_of(contents)
    BrowserWindow.get_all_windows()[0].destroy()
    assert event.sender_frame is None
    assert event.sender is contents


async def crash(contents: WebContents) -> None:
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone


@held("a.1", "event.senderFrame", "`null` after a cross-origin navigation; a reload keeps the frame.")
@program
async def test_sender_frame_is_none_after_a_cross_origin_navigation() -> None:
    contents = await open_page()
    await contents.load_url("data:text/html,first")
    await contents.execute("from ipclab import ipc_renderer")
    event = await event_of(contents)
    await contents.reload()
    assert event.sender_frame is contents.main_frame
    await contents.load_url("data:text/html,second")
    assert event.sender_frame is None
    await contents.load_url("data:text/html,first")
    assert event.sender_frame is None


@held("a.1", "event.senderFrame", "`null` after a crash, also when the page has a new process.")
@program
async def test_sender_frame_is_none_after_a_crash() -> None:
    contents = await open_page()
    event = await event_of(contents)
    await crash(contents)
    assert event.sender_frame is None
    await contents.reload()
    assert event.sender_frame is None


@held("a.1", "event.senderFrame", "Came with 12.")
@program
async def test_there_is_no_sender_frame_before_12() -> None:
    app.electron_version = 11
    event = await event_of(await open_page())
    with pytest.raises(AttributeError, match="came with Electron 12"):
        _ = event.sender_frame


# --- reply ---------------------------------------------------------------------------------------------------------


@held("a.1", "event.reply()", "Sends a message of its own to the sender; returns `undefined`.")
@pytest.mark.parametrize("call", ["send", "send_sync"])
@program
async def test_reply_answers_the_sender_with_a_message_of_its_own(call: str) -> None:
    contents, other = await open_page(COLLECT), await open_page(COLLECT)
    results: list[object] = []
    ipc_main.on("ch", lambda event, *args: results.append(event.reply("back", *args, "and back")))
    await contents.execute(f"ipc_renderer.{call}('ch', 'there')")
    await settle()
    assert results == [None]
    assert await contents.execute("got") == [["there", "and back"]]
    assert await other.execute("got") == []


@held("a.1", "event.reply()", "May be called late and often, also after a reload: the frame is the same.")
@program
async def test_reply_may_come_late_and_often() -> None:
    contents = await open_page()
    await contents.load_url("data:text/html,page")
    await contents.execute("from ipclab import ipc_renderer")
    event = await event_of(contents)
    await contents.reload()
    await contents.execute(f"from ipclab import ipc_renderer\n{COLLECT}")
    for number in range(3):
        event.reply("back", number)
    assert await contents.execute("got") == [[0], [1], [2]]


async def destroy(contents: WebContents) -> None:
    BrowserWindow.from_web_contents(contents).destroy()  # type: ignore[union-attr]


async def crash_and_reload(contents: WebContents) -> None:
    await crash(contents)
    await contents.reload()


async def navigate(contents: WebContents) -> None:
    await contents.load_url("data:text/html,elsewhere")


@held("a.1", "event.reply()", "If the frame that sent is gone, the reply is discarded silently, in every version.")
@pytest.mark.parametrize("version", ["9", "15", "43"])
@pytest.mark.parametrize("end", [destroy, crash, crash_and_reload, navigate])
@program
async def test_a_reply_to_a_frame_that_is_gone_is_discarded_silently(
    end: Callable[[WebContents], Any], version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app.electron_version = version
    contents = await open_page()
    event = await event_of(contents)
    await end(contents)
    if end in (crash_and_reload, navigate):
        await contents.execute(f"from ipclab import ipc_renderer\n{COLLECT}")
    capsys.readouterr()
    assert event.reply("back", 1) is None
    assert event.reply("back", print) is None
    assert event.reply(5) is None
    assert capsys.readouterr() == ("", "")
    assert [(message.channel, message.outcome) for message in trace][-1] == ("back", "lost")
    if end in (crash_and_reload, navigate):
        assert await contents.execute("got") == []


not_simulated(
    "a.1",
    "event.reply()",
    "Reaches the exact frame that sent, an iframe too, whereas `event.sender.send` reaches the main frame.",
    "A page has one frame.",
)
