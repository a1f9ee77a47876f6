"""A renderer's message arrives in main: who hears it, in which order, and who does not (semantics a.0, a.1, e)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import OPEN, listen, open_page, program
from outcomes import OUTCOME, no_handler
from rules import different, held, not_simulated

from ipclab import BrowserWindow, ipc_main, settle, trace

# --- the order of the levels ---------------------------------------------------------------------------------------


@held(
    "a.1",
    "arrival of `send`",
    "First `ipc-message` of the web contents `(event, channel, ...args)`, then `senderFrame.ipc`, `webContents.ipc`, "
    "`ipcMain`.",
)
@program
async def test_send_is_heard_by_ipc_message_then_frame_then_contents_then_ipc_main() -> None:
    contents = await open_page()
    heard: list[tuple[object, ...]] = []
    ipc_main.on("ch", lambda _, *args: heard.append(("ipc_main", *args)))
    contents.ipc.on("ch", lambda _, *args: heard.append(("contents", *args)))
    contents.main_frame.ipc.on("ch", lambda _, *args: heard.append(("frame", *args)))
    contents.on("ipc-message", lambda _, *args: heard.append(("ipc-message", *args)))
    contents.on("ipc-message-sync", lambda _, *args: heard.append(("ipc-message-sync", *args)))
    await contents.execute("ipc_renderer.send('ch', 1, 'two')")
    assert heard == [
        ("ipc-message", "ch", 1, "two"),
        ("frame", 1, "two"),
        ("contents", 1, "two"),
        ("ipc_main", 1, "two"),
    ]


@held(
    "a.1",
    "arrival of `sendSync`",
    "First `ipc-message-sync` of the web contents, then `senderFrame.ipc`, `webContents.ipc`, `ipcMain`.",
)
@program
async def test_send_sync_is_heard_by_ipc_message_sync_and_the_same_three_emitters() -> None:
    contents = await open_page()
    heard: list[str] = []
    contents.on("ipc-message", lambda *_: heard.append("ipc-message"))
    contents.on("ipc-message-sync", lambda _, channel, *args: heard.append(f"ipc-message-sync {channel} {args}"))
    contents.main_frame.ipc.on("ch", lambda *_: heard.append("frame"))
    contents.ipc.on("ch", lambda *_: heard.append("contents"))

    @ipc_main.on("ch")
    def answer(event: Any, *_: object) -> None:
        heard.append("ipc_main")
        event.return_value = "answer"

    assert await contents.execute("ipc_renderer.send_sync('ch', 1)") == "answer"
    assert heard == ["ipc-message-sync ch (1,)", "frame", "contents", "ipc_main"]


@held("a.1", "arrival of `postMessage`", "`senderFrame.ipc`, `webContents.ipc`, `ipcMain`: no `ipc-message` event.")
@program
async def test_post_message_is_heard_by_the_three_emitters_only() -> None:
    contents = await open_page()
    heard = listen(contents, "ipc-message", "ipc-message-sync")
    ipc_main.on("ch", lambda _, text: heard.append(f"ipc_main {text}"))
    contents.ipc.on("ch", lambda _, text: heard.append(f"contents {text}"))
    contents.main_frame.ipc.on("ch", lambda _, text: heard.append(f"frame {text}"))
    await contents.execute("ipc_renderer.post_message('ch', 'posted')")
    assert heard == ["frame posted", "contents posted", "ipc_main posted"]
    assert [(message.kind, message.outcome) for message in trace] == [("post_message", "delivered")]


@held(
    "a.1",
    "arrival of `invoke`",
    "No `ipc-message` event, and ordinary listeners are never consulted.",
)
@program
async def test_an_invoke_is_no_business_of_listeners() -> None:
    contents = await open_page()
    heard = listen(contents, "ipc-message", "ipc-message-sync")
    for emitter in (contents.main_frame.ipc, contents.ipc, ipc_main):
        emitter.on("ch", lambda *_: heard.append("listener"))
    ipc_main.handle("ch", lambda _: "handled")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "handled"
    assert heard == []


@held("a.1", "arrival of `send`", "All levels get the same event, and the same argument objects: changes are seen.")
@pytest.mark.parametrize(("call", "event_name"), [("send", "ipc-message"), ("send_sync", "ipc-message-sync")])
@program
async def test_all_levels_get_the_same_event_and_the_same_argument_objects(call: str, event_name: str) -> None:
    contents = await open_page()
    events: set[int] = set()
    seen: list[list[int]] = []

    def listener(event: object, items: list[int]) -> None:
        events.add(id(event))
        items.append(len(items))
        seen.append(list(items))

    contents.on(event_name, lambda event, _, items: listener(event, items))
    for emitter in (contents.main_frame.ipc, contents.ipc, ipc_main, ipc_main):
        emitter.on("ch", listener)
    await contents.execute(f"ipc_renderer.{call}('ch', [])")
    assert seen == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert len(events) == 1


not_simulated(
    "a.1",
    "arrival of `send`",
    "The arguments are deserialized on main's thread even if nobody listens.",
    "It shows in time and memory only; ipclab promises neither.",
)

# --- who does not hear ---------------------------------------------------------------------------------------------


@held("a.1", "arrival of `send`", "A message for which nobody listens is dropped silently, not kept for later.")
@program
async def test_a_send_without_a_listener_is_dropped_and_not_kept_for_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    contents = await open_page()
    heard: list[str] = []
    await contents.execute("ipc_renderer.send('ch', 'early')")
    ipc_main.on("ch", lambda _, text: heard.append(text))
    await contents.execute("ipc_renderer.send('ch', 'late')")
    assert heard == ["late"]
    assert capsys.readouterr() == ("", "")


@held("a.1", "arrival of `send`", "A channel that only has a handler ignores `send`.")
@program
async def test_handlers_do_not_hear_send() -> None:
    contents = await open_page()
    called: list[object] = []
    for emitter in (contents.main_frame.ipc, contents.ipc, ipc_main):
        emitter.handle("ch", lambda *args: called.append(args))
    await contents.execute("ipc_renderer.send('ch')")
    assert called == []
    assert trace[-1].outcome == "unheard"


@held("a.1", "arrival of `invoke`", "A channel that only has listeners makes `invoke` fail: no handler.")
@program
async def test_listeners_do_not_answer_invoke() -> None:
    contents = await open_page(OUTCOME)
    ipc_main.on("ch", lambda *_: "answer")
    assert await contents.execute("await outcome('ch')") == no_handler("ch")


@held("a.1", "internals", "Electron's own traffic never reaches the program's `ipcMain` and `ipcRenderer`.")
@program
async def test_internal_traffic_is_heard_by_nobody() -> None:
    """A load, code and console lines cross the same link; the trace would show whatever an emitter is given."""
    window = BrowserWindow(web_preferences=OPEN)
    await window.load_url("data:text/html,<script type='py'>print('hello')</script>")
    assert await window.web_contents.execute("from ipclab import ipc_renderer\nipc_renderer.event_names()") == []
    await settle()
    assert ipc_main.event_names() == ["error"]
    assert list(trace) == []


@held("a.1", "internals", "A program's message that is named like an event of Electron's is not that event.")
@program
async def test_channels_are_no_events_of_the_contents() -> None:
    contents = await open_page()
    names = (
        "did-finish-load",
        "dom-ready",
        "console-message",
        "render-process-gone",
        "destroyed",
        "ipc-message-sync",
    )
    fired = listen(contents, *names)
    heard: list[str] = []
    for name in names:
        ipc_main.on(name, lambda _, name=name: heard.append(name))
        await contents.execute(f"ipc_renderer.send('{name}')")
    assert fired == []
    assert heard == list(names)


# --- channels ------------------------------------------------------------------------------------------------------


@held("a.1", "channels", "Any string is a channel; a prefix such as `dialog:` has no meaning.")
@program
async def test_a_channel_is_any_string() -> None:
    contents = await open_page()
    for channel in ("", "__proto__", "toString", "通道", "a b\n", "dialog:open", "x" * 10_000):
        heard: list[object] = []
        ipc_main.on(channel, lambda _, *args, heard=heard: heard.append(args))
        ipc_main.handle(channel, lambda _, value: value)
        await contents.execute(f"channel = {channel!a}\nipc_renderer.send(channel, 1)")
        assert heard == [(1,)]
        assert await contents.execute("await ipc_renderer.invoke(channel, 2)") == 2


@held("a.1", "channels", "One name may be used in both directions, and by listeners and handlers at once.")
@program
async def test_a_name_can_be_used_in_both_directions() -> None:
    contents = await open_page("got = []\nipc_renderer.on('ch', lambda _, text: got.append(text)) and None")
    heard: list[str] = []
    ipc_main.on("ch", lambda _, text: heard.append(text))
    ipc_main.handle("ch", lambda _, text: f"{text} handled")
    contents.send("ch", "from main")
    assert await contents.execute("ipc_renderer.send('ch', 'sent')\nawait ipc_renderer.invoke('ch', 'invoked')") == (
        "invoked handled"
    )
    assert heard == ["sent"]
    assert await contents.execute("got") == ["from main"]


# --- order ---------------------------------------------------------------------------------------------------------


@held("a.1", "order", "`send`, `sendSync`, `invoke` and `postMessage` of one frame arrive first in, first out.")
@program
async def test_messages_of_all_kinds_of_one_renderer_arrive_first_in_first_out() -> None:
    contents = await open_page()
    order: list[int] = []

    @ipc_main.on("ch")
    def listener(event: Any, number: int) -> None:
        order.append(number)
        event.return_value = number

    ipc_main.handle("ch", lambda _, number: order.append(number))
    await contents.execute("""
import random
calls = [ipc_renderer.send, ipc_renderer.invoke, ipc_renderer.send_sync, ipc_renderer.post_message]
for number in range(300):
    random.Random(number).choice(calls)("ch", number)
last = await ipc_renderer.invoke("ch", 300)
""")
    assert order == list(range(301))


@held("a.1", "order", "Messages of one window keep their order, whatever other windows send meanwhile.")
@program
async def test_two_windows_messages_keep_each_windows_own_order() -> None:
    contents = [await open_page() for _ in range(2)]
    order: dict[int, list[int]] = {1: [], 2: []}
    ipc_main.on("ch", lambda event, number: order[event.sender.id].append(number))
    await asyncio.gather(
        *(each.execute("for number in range(200): ipc_renderer.send('ch', number)") for each in contents)
    )
    assert order == {1: list(range(200)), 2: list(range(200))}


@different(
    "a.1",
    "order",
    "Replies travel on another pipe than `webContents.send`: what main sends just before a handler returns may "
    "arrive before or after the answer.",
    "One link carries both, so it arrives before the answer, in every run.",
)
@program
async def test_what_main_sends_before_it_answers_arrives_before_the_answer() -> None:
    contents = await open_page("order = []\nipc_renderer.on('news', lambda _: order.append('news')) and None")

    @ipc_main.handle("ask")
    def ask(event: Any) -> None:
        event.sender.send("news")

    await contents.execute("await ipc_renderer.invoke('ask')\norder.append('answer')")
    assert await contents.execute("order") == ["news", "answer"]
