"""`send_sync`: a renderer that is really blocked, and how an answer comes or does not (semantics a.1, a.2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DataCloneError, DeadlockError, RenderProcessGone, app, ipc_main, once, settle, trace

NEVER_SENT = {"error": "reply was never sent"}


# --- answers -------------------------------------------------------------------------------------------------------


@program
async def test_return_value_is_the_answer_and_reads_as_nothing() -> None:
    """Semantics a.1, returnValue: the setter sends the reply, the getter always yields undefined."""
    contents = await open_page()
    read: list[object] = []

    @ipc_main.on("ch")
    def listener(event: Any, value: object) -> None:
        read.append(event.return_value)
        event.return_value = [value, "answered"]
        read.append(event.return_value)

    assert await contents.execute("ipc_renderer.send_sync('ch', {'a': 1})") == [{"a": 1}, "answered"]
    assert read == [None, None]


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}, {"error": "reply was never sent"}])
@program
async def test_a_falsy_answer_is_an_answer(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        event.return_value = value

    assert await contents.execute("ipc_renderer.send_sync('ch')") == value
    assert capsys.readouterr().err == ""
    await settle()
    assert [(message.kind, message.outcome) for message in trace] == [
        ("send_sync", "delivered"),
        ("reply", "delivered"),
    ]


@program
async def test_a_large_answer_arrives_whole() -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any, data: bytes) -> None:
        event.return_value = [data, b"x" * 3_145_729]

    code = "a, b = ipc_renderer.send_sync('ch', b'y' * 3145729)\n[a == b'y' * 3145729, b == b'x' * 3145729]"
    assert await contents.execute(code) == [True, True]


@program
async def test_the_first_assignment_wins() -> None:
    """Semantics a.1: later assignments are ignored without error, in the same listener and in later ones."""
    contents = await open_page()
    tried: list[str] = []

    @ipc_main.on("ch")
    def first(event: Any) -> None:
        event.return_value = "first"
        event.return_value = "second"
        tried.append("first")

    @ipc_main.on("ch")
    def later(event: Any) -> None:
        event.return_value = "third"
        event.return_value = print  # not even looked at
        tried.append("later")

    assert await contents.execute("ipc_renderer.send_sync('ch')") == "first"
    assert tried == ["first", "later"]


@program
async def test_ipc_message_sync_may_answer_before_anybody_else() -> None:
    """Semantics a.3: the ipc-message-sync event comes first and may set returnValue."""
    contents = await open_page()

    @contents.on("ipc-message-sync")
    def listener(event: Any, channel: str, *args: object) -> None:
        event.return_value = [channel, *args]

    @ipc_main.on("ch")
    def too_late(event: Any, _: object) -> None:
        event.return_value = "too late"

    assert await contents.execute("ipc_renderer.send_sync('ch', 5)") == ["ch", 5]
    assert await contents.execute("ipc_renderer.send_sync('heard by no emitter')") == ["heard by no emitter"]


@program
async def test_the_answer_may_come_after_the_listener_has_returned() -> None:
    """Semantics a.1: returnValue may be set later; the renderer simply stays blocked until then."""
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "kept")
    ipc_main.on("kept", lambda event: kept.append(event))

    @ipc_main.on("async")
    async def answers_later(event: Any) -> None:
        await asyncio.sleep(0)
        event.return_value = "after an await"

    assert await contents.execute("ipc_renderer.send_sync('async')") == "after an await"
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('kept')"))
    (event,) = await asked
    assert event is kept[0]
    assert not answer.done()
    event.return_value = "from outside"
    assert await answer == "from outside"


@program
async def test_send_sync_does_not_ask_handlers(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    ipc_main.handle("ch", lambda _: "handled")
    assert await contents.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT
    assert "without listeners" in capsys.readouterr().err


# --- no answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "warns", "result"),
    [
        ("10", False, None),
        ("11", False, None),
        ("12", False, NEVER_SENT),
        ("15", False, NEVER_SENT),
        ("16", True, NEVER_SENT),
        ("43", True, NEVER_SENT),
    ],
)
@program
async def test_send_sync_with_nobody_listening(
    version: str, warns: bool, result: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics a.2: a warning from 16 on; an object with `error` from 12, nothing in 10 and 11; it never throws."""
    app.electron_version = version
    contents = await open_page()
    assert await contents.execute("ipc_renderer.send_sync('ch', 1)") == result
    warning = "WebContents #1 called ipcRenderer.sendSync() with 'ch' channel without listeners.\n"
    assert capsys.readouterr().err == (warning if warns else "")
    await settle()
    assert [(message.kind, message.outcome) for message in trace] == [
        ("send_sync", "unheard"),
        ("reply", "delivered"),
    ]


@program
async def test_a_listener_that_does_not_answer_is_not_warned_about(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.2: same outcome when a listener exists but never sets returnValue."""
    contents = await open_page()
    ipc_main.on("ch", lambda _: None)
    assert await contents.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT
    assert capsys.readouterr().err == ""


@program
async def test_a_listener_that_raises_first_leaves_the_call_unanswered(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.2: or throws first. Without the help of the garbage collector."""
    contents = await open_page()

    @ipc_main.on("sync")
    def raises(_: object) -> None:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("boom") from error

    @ipc_main.on("async")
    async def raises_later(_: object) -> None:
        await asyncio.sleep(0)
        raise ValueError("boom")

    assert await contents.execute("ipc_renderer.send_sync('sync')") == NEVER_SENT
    assert await contents.execute("ipc_renderer.send_sync('async')") == NEVER_SENT
    told = capsys.readouterr().err
    assert "Uncaught Exception:" in told
    assert "UnhandledPromiseRejectionWarning: " in told


@program
async def test_an_event_that_is_dropped_later_answers_then() -> None:
    """Design 4.1: "reply was never sent" is said when the unanswered event is garbage-collected."""
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    del asked
    await asyncio.sleep(0)
    assert not answer.done()
    kept.clear()
    assert await answer == NEVER_SENT


@program
async def test_an_unclonable_return_value_raises_in_the_listener_and_a_valid_one_still_answers() -> None:
    """Semantics a.2: throws inside the main listener; on <= 39 a later valid assignment can still reply."""
    contents = await open_page()
    texts: list[str] = []

    @ipc_main.on("mended")
    def mended(event: Any) -> None:
        try:
            event.return_value = {"f": print}
        except DataCloneError as error:
            texts.append(str(error))
        event.return_value = "mended"

    @ipc_main.on("given up")
    def given_up(event: Any) -> None:
        try:
            event.return_value = print
        except DataCloneError as error:
            texts.append(str(error))

    assert await contents.execute("ipc_renderer.send_sync('mended')") == "mended"
    assert await contents.execute("ipc_renderer.send_sync('given up')") == NEVER_SENT
    refusal = "An object could not be cloned.\nreturn_value"
    assert texts == [f"{refusal}.f is a function", f"{refusal} is a function"]


@program
async def test_unclonable_arguments_raise_at_once_and_nothing_is_sent() -> None:
    """Semantics a.2: sendSync throws synchronously on serialization failure."""
    contents = await open_page()
    calls: list[object] = []
    ipc_main.on("ch", lambda *args: calls.append(args))
    with pytest.raises(DataCloneError, match=r"^An object could not be cloned.\nargs\[1\] is a function$"):
        await contents.execute("ipc_renderer.send_sync('ch', 1, print)")
    assert calls == []
    assert [message.outcome for message in trace] == ["refused"]


# --- blocked -------------------------------------------------------------------------------------------------------


@program
async def test_a_blocked_renderer_hears_what_main_sent_after_the_current_task_in_order() -> None:
    """Semantics a.2: messages from main queue up and are delivered after the current task."""
    contents = await open_page("""
order = []
@ipc_renderer.on("news")
def news(event, number): order.append(number)
""")

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.sender.send("news", 1)
        event.reply("news", 2)
        await asyncio.sleep(0)
        event.sender.send("news", 3)
        event.return_value = "answer"
        event.sender.send("news", 4)

    code = "order.append(ipc_renderer.send_sync('ch'))\norder.append(ipc_renderer.send_sync('ch'))\nlist(order)"
    assert await contents.execute(f"order.clear()\n{code}") == ["answer", "answer"]
    assert await contents.execute("order") == ["answer", "answer", 1, 2, 3, 4, 1, 2, 3, 4]


@program
async def test_a_blocked_renderers_timers_and_tasks_stand_still() -> None:
    """Semantics a.2: sendSync blocks the renderer's whole thread."""
    contents = await open_page("order = []")

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        await contents_2.execute("import time\ntime.sleep(0.05)")  # longer than the timer below
        event.return_value = "answer"

    contents_2 = await open_page()
    assert await contents.execute("""
import asyncio
async def task(): order.append("task")
set_timeout(lambda: order.append("timer"), 1)
later = asyncio.ensure_future(task())
order.append(ipc_renderer.send_sync("ch"))
when_answered = list(order)
await later
when_answered
""") == ["answer"]
    assert await contents.execute("order[:2]") == ["answer", "task"]


@program
async def test_main_and_other_windows_go_on_while_a_renderer_is_blocked() -> None:
    """Design 6: main never blocks. Two renderers may wait at the same time and are answered in any order."""
    pages = [await open_page() for _ in range(3)]
    events: dict[int, Any] = {}
    both = asyncio.Event()

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        events[event.sender.id] = event
        if len(events) == 2:
            both.set()

    ipc_main.handle("work", lambda _, n: n * n)
    answers = [asyncio.ensure_future(page.execute("ipc_renderer.send_sync('ch')")) for page in pages[:2]]
    await both.wait()
    assert await pages[2].execute("await ipc_renderer.invoke('work', 12)") == 144
    events.pop(2).return_value = "second"
    assert await answers[1] == "second"
    assert not answers[0].done()
    events.pop(1).return_value = "first"
    assert await answers[0] == "first"


@program
async def test_invokes_sent_before_a_send_sync_are_answered_after_it() -> None:
    contents = await open_page("order = []")
    ipc_main.handle("ask", lambda _: "invoke")

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        event.return_value = "send_sync"

    assert await contents.execute("""
promise = ipc_renderer.invoke("ask")
order.append(ipc_renderer.send_sync("ch"))
order.append(promise.done())
order.append(await promise)
order
""") == ["send_sync", False, "invoke"]


# --- the end of a blocked renderer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_answering_a_renderer_that_is_gone_is_silent(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    else:
        contents.forcefully_crash_renderer()
    with pytest.raises(RenderProcessGone, match=r"^renderer 1 is gone"):
        await answer
    capsys.readouterr()
    kept[0].return_value = "too late"
    await settle()
    assert capsys.readouterr().err == ""
    assert [(message.kind, message.outcome) for message in trace] == [("send_sync", "delivered"), ("reply", "lost")]


@program
async def test_an_unanswered_event_of_a_window_that_is_gone_leaves_nothing_open() -> None:
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    BrowserWindow.get_all_windows()[0].destroy()
    with pytest.raises(RenderProcessGone):
        await answer
    del asked
    kept.clear()
    await settle(1)


# --- deadlocks -----------------------------------------------------------------------------------------------------


@program
async def test_main_may_not_wait_for_the_renderer_that_waits_for_it() -> None:
    """Design 6, deadlock: refused at once, instead of a hang."""
    contents = await open_page()
    caught: list[str] = []

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        for wait in (contents.execute("1"), asyncio.create_task(contents.execute("1"))):
            try:
                await wait
            except DeadlockError as error:
                caught.append(str(error))
        event.return_value = "refused"
        caught.append(await contents.execute("'after the answer'"))

    assert await contents.execute("ipc_renderer.send_sync('ch')") == "refused"
    await settle()
    text = "renderer 1 waits in send_sync for this very listener: it cannot run code before it is answered."
    assert [line.startswith(text) for line in caught] == [True, True, False]
    assert caught[2] == "after the answer"


@program
async def test_a_listener_may_run_code_in_another_window_for_its_answer() -> None:
    first, second = await open_page(), await open_page()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.return_value = await second.execute("6 * 7")

    assert await first.execute("ipc_renderer.send_sync('ch')") == 42


@program
async def test_a_deadlock_through_a_second_window_is_refused_too() -> None:
    first, second = await open_page(), await open_page()

    @ipc_main.on("outer")
    async def outer(event: Any) -> None:
        event.return_value = await second.execute("ipc_renderer.send_sync('inner')")

    @ipc_main.on("inner")
    async def inner(event: Any) -> None:
        try:
            await first.execute("1")
        except DeadlockError:
            event.return_value = "refused"

    async with asyncio.timeout(2):
        assert await first.execute("ipc_renderer.send_sync('outer')") == "refused"
