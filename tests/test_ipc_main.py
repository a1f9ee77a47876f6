"""`ipc_main` and its scoped siblings: who hears a renderer's message, in which order (semantics a.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, Error, ipc_main, settle, trace
from ipclab.main.ipc_main import IpcMain

# --- a send goes through four levels -------------------------------------------------------------------------------


@program
async def test_send_is_heard_by_ipc_message_then_frame_then_contents_then_ipc_main() -> None:
    """Semantics a.1, what happens on arrival: 1 ipc-message, 2 senderFrame.ipc, 3 webContents.ipc, 4 ipcMain."""
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


@program
async def test_all_levels_get_the_same_event_and_the_same_argument_objects() -> None:
    """Semantics a.1: a mutation by an early listener is seen by later ones."""
    contents = await open_page()
    events: list[object] = []
    seen: list[list[int]] = []

    def listener(event: object, items: list[int]) -> None:
        events.append(event)
        items.append(len(items))
        seen.append(list(items))

    contents.on("ipc-message", lambda event, _, items: listener(event, items))
    for emitter in (contents.main_frame.ipc, contents.ipc, ipc_main, ipc_main):
        emitter.on("ch", listener)
    await contents.execute("ipc_renderer.send('ch', [])")
    assert seen == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert all(event is events[0] for event in events)


@program
async def test_only_the_senders_scoped_emitters_hear_a_message() -> None:
    """Semantics a.1, scoped emitters: webContents.ipc hears its own contents only, ipcMain hears all."""
    first, second = await open_page(), await open_page()
    heard: list[str] = []
    first.ipc.on("ch", lambda *_: heard.append("first"))
    second.ipc.on("ch", lambda *_: heard.append("second"))
    ipc_main.on("ch", lambda event: heard.append(f"main hears {event.sender.id}"))
    await second.execute("ipc_renderer.send('ch')")
    assert heard == ["second", "main hears 2"]


# --- listeners that raise ------------------------------------------------------------------------------------------


@program
async def test_a_listener_that_raises_ends_the_chain_and_main_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.1: later listeners and levels are skipped, the exception is uncaught, the app keeps running."""
    contents = await open_page()
    heard: list[str] = []

    def broken(*_: object) -> None:
        heard.append("broken")
        raise ValueError("boom")

    contents.on("ipc-message", lambda *_: heard.append("ipc-message"))
    contents.ipc.on("ch", broken)
    contents.ipc.on("ch", lambda *_: heard.append("next listener"))
    ipc_main.on("ch", lambda *_: heard.append("next level"))
    await contents.execute("ipc_renderer.send('ch')\nipc_renderer.send('ch')")
    assert heard == ["ipc-message", "broken"] * 2
    told = capsys.readouterr().err
    assert told.count("A Python error occurred in the main process\nUncaught Exception:\n") == 2
    assert told.count("ValueError: boom") == 2


@program
async def test_a_failing_async_listener_is_an_unhandled_rejection(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.1: an async listener's rejection becomes an unhandledRejection; it does not end the chain."""
    contents = await open_page()
    heard: list[str] = []

    async def broken_at_once(_: object) -> None:
        raise ValueError("at once")

    async def broken_later(_: object) -> None:
        await asyncio.sleep(0)
        raise ValueError("later")

    ipc_main.on("ch", broken_at_once).on("ch", broken_later).on("ch", lambda _: heard.append("next"))
    await contents.execute("ipc_renderer.send('ch')")
    await settle()
    assert heard == ["next"]
    told = capsys.readouterr().err
    assert told.count("UnhandledPromiseRejectionWarning: ") == 2
    assert told.index("ValueError: at once") < told.index("ValueError: later")


@program
async def test_a_listeners_result_is_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    heard: list[str] = []

    @ipc_main.on("ch")
    def returns(_: object) -> object:
        heard.append("heard")
        return {"error": print}

    await contents.execute("ipc_renderer.send('ch')")
    assert heard == ["heard"]
    assert capsys.readouterr().err == ""


# --- async listeners -----------------------------------------------------------------------------------------------


@program
async def test_async_listeners_run_to_their_first_await_before_the_next_listener_starts() -> None:
    """Design 4.1: listeners may be async def; one runs up to its first await before the next starts, as in Node."""
    contents = await open_page()
    order: list[str] = []

    def listener(name: str) -> Callable[..., Any]:
        async def listen(_: object) -> None:
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

        return listen

    contents.ipc.on("ch", listener("a"))
    ipc_main.on("ch", listener("b")).on("ch", lambda _: order.append("c"))
    await contents.execute("ipc_renderer.send('ch')")
    await settle()
    assert order == ["a begins", "b begins", "c", "a ends", "b ends"]


# --- who is not asked ----------------------------------------------------------------------------------------------


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


@program
async def test_handlers_do_not_hear_send_and_listeners_do_not_answer_invoke() -> None:
    """Semantics a.1: listeners are never consulted for invoke, and there is no ipc-message event for it."""
    contents = await open_page()
    called: list[str] = []
    ipc_main.handle("handled", lambda *_: called.append("handler"))
    ipc_main.on("listened", lambda *_: called.append("listener"))
    contents.on("ipc-message", lambda _, channel: called.append(f"ipc-message {channel}"))
    contents.on("ipc-message-sync", lambda _, channel: called.append(f"ipc-message-sync {channel}"))
    await contents.execute("ipc_renderer.send('handled')")
    assert called == ["ipc-message handled"]
    text = await contents.execute(
        "try: await ipc_renderer.invoke('listened')\nexcept Exception as e: text = str(e)\ntext"
    )
    assert text == "Error invoking remote method 'listened': Error: No handler registered for 'listened'"
    assert called == ["ipc-message handled"]


@program
async def test_a_channel_is_any_string() -> None:
    """Semantics a.0: channels are arbitrary strings; a prefix has no meaning."""
    contents = await open_page()
    for channel in ("", "__proto__", "toString", "通道", "a b\n", "dialog:open", "x" * 10_000):
        heard: list[object] = []
        ipc_main.on(channel, lambda _, *args, heard=heard: heard.append(args))
        ipc_main.handle(channel, lambda _, value: value)
        await contents.execute(f"channel = {channel!a}\nipc_renderer.send(channel, 1)")
        assert heard == [(1,)]
        assert await contents.execute("await ipc_renderer.invoke(channel, 2)") == 2


# --- the guard on `error` ------------------------------------------------------------------------------------------


@program
async def test_a_fresh_ipc_main_has_electrons_guard_on_error() -> None:
    """Semantics a.1: eventNames() is ['error'] in a fresh app; scoped emitters have a guard of their own."""
    contents = await open_page()
    assert ipc_main.event_names() == contents.ipc.event_names() == contents.main_frame.ipc.event_names() == ["error"]
    ipc_main.remove_all_listeners()
    assert ipc_main.event_names() == []


@program
async def test_a_message_named_error_does_not_blow_up_main(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    await contents.execute("ipc_renderer.send('error', 'harmless')")
    assert capsys.readouterr().err == ""
    assert trace[-1].outcome == "unheard"  # the guard is Electron's, it does not count as somebody who listens


@program
async def test_without_the_guard_a_message_named_error_is_an_unhandled_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Semantics a.1: removeAllListeners() removes the guard too, and then channel `error` throws in main."""
    contents = await open_page()
    ipc_main.remove_all_listeners()
    await contents.execute("ipc_renderer.send('error', 'x')")
    told = capsys.readouterr().err
    assert "Uncaught Exception:" in told
    assert "Unhandled error. (" in told
    assert await contents.execute("1") == 1


@program
async def test_a_listener_of_ones_own_on_error_is_heard() -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("error", lambda _, *args: heard.append(args))
    await contents.execute("ipc_renderer.send('error', 'x')")
    assert heard == [("x",)]
    assert trace[-1].outcome == "delivered"


@program
async def test_a_listener_on_error_in_place_of_the_guard_counts_as_heard() -> None:
    contents = await open_page()
    ipc_main.remove_all_listeners()
    heard: list[object] = []
    ipc_main.on("error", lambda _, *args: heard.append(args))
    await contents.execute("ipc_renderer.send('error', 'x')")
    assert heard == [("x",)]
    assert trace[-1].outcome == "delivered"


# --- handle: registering -------------------------------------------------------------------------------------------


@program
async def test_handle_returns_none_and_a_second_handler_is_refused() -> None:
    """Semantics a.1: handle is not chainable, one handler per channel per emitter."""
    register: Callable[..., object] = ipc_main.handle
    assert register("ch", print) is None
    with pytest.raises(Error, match=r"^Attempted to register a second handler for 'ch'$"):
        ipc_main.handle("ch", print)
    with pytest.raises(Error, match=r"^Attempted to register a second handler for 'ch'$"):
        ipc_main.handle_once("ch", print)


@program
async def test_the_duplicate_check_comes_before_the_type_check() -> None:
    """Semantics a.1: duplicate check happens before the type check."""
    with pytest.raises(TypeError, match=r"^Expected handler to be a function, but found type 'NoneType'$"):
        ipc_main.handle("ch", None)  # type: ignore[call-overload]
    ipc_main.handle("ch", print)
    with pytest.raises(Error, match="second handler"):
        ipc_main.handle("ch", None)  # type: ignore[call-overload]


@program
async def test_each_emitter_has_its_own_handlers() -> None:
    contents = BrowserWindow().web_contents
    for emitter in (ipc_main, contents.ipc, contents.main_frame.ipc):
        emitter.handle("ch", print)


@program
async def test_remove_handler_is_silent_without_a_handler_and_lets_another_be_registered() -> None:
    assert ipc_main.remove_handler("nobody") is None  # type: ignore[func-returns-value]
    ipc_main.handle("ch", print)
    ipc_main.remove_handler("ch")
    ipc_main.handle("ch", print)


@program
async def test_listeners_and_handlers_do_not_touch_each_other() -> None:
    """Semantics a.1: handle does not touch listeners, removeAllListeners does not touch handlers."""
    contents = await open_page()
    ipc_main.handle("ch", lambda _: "answer")
    ipc_main.remove_all_listeners()
    assert ipc_main.event_names() == []
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "answer"
    ipc_main.on("ch", print)
    ipc_main.remove_handler("ch")
    assert ipc_main.listener_count("ch") == 1


def decorators(emitter: IpcMain) -> list[Callable[[str], Callable[..., Any]]]:
    return [
        emitter.on,
        emitter.once,
        emitter.prepend_listener,
        emitter.prepend_once_listener,
        emitter.handle,
        emitter.handle_once,
    ]


@program
async def test_registering_without_a_function_is_a_decorator_that_returns_the_function() -> None:
    """Design 4.1, emitters."""
    emitter = IpcMain()

    def function(*_: object) -> None: ...

    for number, decorate in enumerate(decorators(emitter)):
        assert decorate(f"ch{number}")(function) is function
    assert [emitter.listeners(f"ch{number}") for number in range(4)] == [[function]] * 4
    with pytest.raises(Error, match="second handler for 'ch4'"):
        emitter.handle("ch4", function)
    with pytest.raises(Error, match="second handler for 'ch5'"):
        emitter.handle("ch5", function)
    assert emitter.on("ch", function) is emitter
    assert emitter.once("ch", function) is emitter


@program
async def test_a_decorated_handler_that_cannot_be_registered_says_so() -> None:
    ipc_main.handle("ch", print)
    with pytest.raises(Error, match="second handler for 'ch'"):

        @ipc_main.handle("ch")
        def again(_: object) -> None: ...


# --- the event -----------------------------------------------------------------------------------------------------


@program
async def test_the_event_of_a_send_says_who_sent_it() -> None:
    """Semantics a.1, event details; design 4.1, `event` in main."""
    contents = await open_page()
    events: list[Any] = []
    ipc_main.on("ch", lambda event: events.append(event))
    await contents.execute("ipc_renderer.send('ch')")
    (event,) = events
    assert event.type == "frame"
    assert event.sender is contents
    assert event.sender_frame is contents.main_frame
    assert isinstance(event.process_id, int)
    assert isinstance(event.frame_id, int)
    assert event.process_id != contents.get_os_process_id()
    assert not hasattr(event, "return_value") or event.return_value is None
    event.return_value = print  # an ordinary useless property of a plain send's event
    event.prevent_default()  # exists, and means nothing
    assert await contents.execute("1") == 1


@program
async def test_sender_frame_is_none_once_the_window_is_gone() -> None:
    contents = await open_page()
    events: list[Any] = []
    ipc_main.on("ch", lambda event: events.append(event))
    await contents.execute("ipc_renderer.send('ch')")
    BrowserWindow.get_all_windows()[0].destroy()
    assert events[0].sender_frame is None
    assert events[0].sender is contents


@program
async def test_reply_answers_the_sender_with_a_message_of_its_own() -> None:
    contents = await open_page("got = []\n@ipc_renderer.on('back')\ndef back(event, *args): got.append(args)")
    other = await open_page("got = []\n@ipc_renderer.on('back')\ndef back(event, *args): got.append(args)")
    results: list[object] = []
    ipc_main.on("ch", lambda event, *args: results.append(event.reply("back", *args, "and back")))
    await contents.execute("ipc_renderer.send('ch', 'there')")
    await settle()
    assert results == [None]
    assert await contents.execute("got") == [["there", "and back"]]
    assert await other.execute("got") == []


@program
async def test_a_reply_to_a_window_that_is_gone_is_discarded_silently(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.1, `reply`: if that frame is gone the reply is silently discarded, no throw."""
    contents = await open_page()
    events: list[Any] = []
    ipc_main.on("ch", lambda event: events.append(event))
    await contents.execute("ipc_renderer.send('ch')")
    BrowserWindow.get_all_windows()[0].destroy()
    assert events[0].reply("back", 1) is None
    assert capsys.readouterr().err == ""


# --- order ---------------------------------------------------------------------------------------------------------


@program
async def test_send_send_sync_and_invoke_of_one_renderer_arrive_first_in_first_out() -> None:
    """Semantics e, ordering guarantee: they share one pipe, strictly FIFO."""
    contents = await open_page()
    order: list[int] = []

    @ipc_main.on("ch")
    def listener(event: Any, number: int) -> None:
        order.append(number)
        event.return_value = number

    ipc_main.handle("ch", lambda _, number: order.append(number))
    await contents.execute("""
for number in range(0, 90, 3):
    ipc_renderer.send("ch", number)
    last = ipc_renderer.invoke("ch", number + 1)
    ipc_renderer.send_sync("ch", number + 2)
await last
""")
    assert order == list(range(90))


@program
async def test_two_windows_messages_keep_each_windows_own_order() -> None:
    contents = [await open_page() for _ in range(2)]
    order: dict[int, list[int]] = {1: [], 2: []}
    ipc_main.on("ch", lambda event, number: order[event.sender.id].append(number))
    await asyncio.gather(
        *(each.execute("for number in range(200): ipc_renderer.send('ch', number)") for each in contents)
    )
    assert order == {1: list(range(200)), 2: list(range(200))}
