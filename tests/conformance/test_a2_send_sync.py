"""`ipc_renderer.send_sync`: a renderer that is really blocked, and calls that nobody answers (semantics a.2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import open_page, program
from outcomes import NEVER_SENT, without_collector
from rules import held

from ipclab import RenderProcessGone, app, ipc_main, once, settle, trace

# --- blocked -------------------------------------------------------------------------------------------------------


@held("a.2", "ipcRenderer.sendSync", "Returns what main's listener sets as `returnValue`.")
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729])
@program
async def test_send_sync_returns_the_answer_whatever_its_size(size: int) -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any, data: bytes) -> None:
        event.return_value = [data, b"x" * len(data)]

    code = f"a, b = ipc_renderer.send_sync('ch', b'y' * {size})\n[a == b'y' * {size}, b == b'x' * {size}]"
    assert await contents.execute(code) == [True, True]


@held(
    "a.2", "ipcRenderer.sendSync", "Messages from main queue up meanwhile, and are delivered after the current task."
)
@program
async def test_a_blocked_renderer_hears_what_main_sent_after_the_current_task_in_order() -> None:
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


@held("a.2", "ipcRenderer.sendSync", "Blocks the renderer's whole thread: its timers and tasks stand still.")
@program
async def test_a_blocked_renderers_timers_and_tasks_stand_still() -> None:
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


@held("a.2", "ipcRenderer.sendSync", "Main and other windows go on; answers may come in any order.")
@program
async def test_main_and_other_windows_go_on_while_a_renderer_is_blocked() -> None:
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


@held("a.2", "ipcRenderer.sendSync", "A pending `invoke` settles after it only, even if its answer came before.")
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


# --- nobody answers ------------------------------------------------------------------------------------------------


@held(
    "a.2",
    "an unanswered `sendSync`",
    "With nobody listening main warns `WebContents #<id> called ipcRenderer.sendSync() with '<ch>' channel without "
    "listeners.` (16).",
)
@held(
    "a.2",
    "an unanswered `sendSync`",
    "It returns the object `{error: 'reply was never sent'}` from 12, `undefined` in 10 and 11, and never throws.",
)
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
    app.electron_version = version
    contents = await open_page()
    with without_collector():
        assert await contents.execute("ipc_renderer.send_sync('ch', 1)") == result
    warning = "WebContents #1 called ipcRenderer.sendSync() with 'ch' channel without listeners.\n"
    assert capsys.readouterr().err == (warning if warns else "")
    await settle()
    assert [(message.kind, message.outcome) for message in trace] == [
        ("send_sync", "unheard"),
        ("reply", "delivered"),
    ]


@held("a.2", "an unanswered `sendSync`", "Before 10 the renderer stays blocked for ever.")
@pytest.mark.parametrize("listens", [False, True])
@program
async def test_before_10_an_unanswered_send_sync_hangs(listens: bool) -> None:
    app.electron_version = 9
    contents = await open_page()
    if listens:
        ipc_main.on("ch", lambda _: None)
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send('before')\nipc_renderer.send_sync('ch')"))
    await once(ipc_main, "before")
    with pytest.raises(TimeoutError, match="send_sync 'ch' without its return_value"):
        await settle(0.2)
    assert not answer.done()
    contents.forcefully_crash_renderer()
    with pytest.raises(RenderProcessGone):
        await answer


@held(
    "a.2", "an unanswered `sendSync`", "Handlers do not answer it: a channel that only has one is without listeners."
)
@program
async def test_send_sync_does_not_ask_handlers(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    ipc_main.handle("ch", lambda _: "handled")
    assert await contents.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT
    assert "without listeners" in capsys.readouterr().err


@held(
    "a.2",
    "an unanswered `sendSync`",
    "A listener anywhere, on `ipc-message-sync` or one of the three emitters, keeps main from warning.",
)
@pytest.mark.parametrize("where", ["ipc-message-sync", "frame", "contents", "ipc_main", "error"])
@program
async def test_a_listener_that_does_not_answer_is_not_warned_about(
    where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = await open_page()
    channel = "error" if where == "error" else "ch"  # on `error` Electron's own guard listens
    if where == "ipc-message-sync":
        contents.on(where, lambda *_: None)
    elif where != "error":
        emitters = {"frame": contents.main_frame.ipc, "contents": contents.ipc, "ipc_main": ipc_main}
        emitters[where].on("ch", lambda _: None)
    assert await contents.execute(f"ipc_renderer.send_sync('{channel}')") == NEVER_SENT
    assert capsys.readouterr().err == ""


@held("a.2", "an unanswered `sendSync`", "Same outcome when a listener exists but never sets `returnValue`.")
@pytest.mark.parametrize("kind", ["sync", "async"])
@program
async def test_a_listener_that_ends_without_an_answer_leaves_the_call_unanswered(kind: str) -> None:
    contents = await open_page()

    async def ends_later(_: object) -> None:
        await asyncio.sleep(0)

    ipc_main.on("ch", ends_later if kind == "async" else lambda _: None)
    with without_collector():
        assert await contents.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT


@held("a.2", "an unanswered `sendSync`", "Same outcome when a listener throws first.")
@program
async def test_a_listener_that_raises_first_leaves_the_call_unanswered(capsys: pytest.CaptureFixture[str]) -> None:
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

    with without_collector():
        assert await contents.execute("ipc_renderer.send_sync('sync')") == NEVER_SENT
        assert await contents.execute("ipc_renderer.send_sync('async')") == NEVER_SENT
    told = capsys.readouterr().err
    assert "Uncaught Exception:" in told
    assert "UnhandledPromiseRejectionWarning: " in told


@held(
    "a.2", "an unanswered `sendSync`", "The renderer stays blocked until main's last reference to the event is gone."
)
@program
async def test_an_event_that_is_dropped_later_answers_then() -> None:
    """Reference counting makes that prompt."""
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    del asked
    await asyncio.sleep(0)
    assert not answer.done()
    with without_collector():
        kept.clear()
        assert await answer == NEVER_SENT
