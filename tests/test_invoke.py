"""`invoke` and `handle`: the round trip and every way it can fail (semantics a.1, invoke round trip)."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DataCloneError, RendererError, app, ipc_main, once, settle, trace

#: Page code: `await outcome("ch")` is what the promise resolved with, or the text of what it was rejected with.
OUTCOME = """
async def outcome(channel, *args):
    try:
        return {"resolved": await ipc_renderer.invoke(channel, *args)}
    except Exception as error:
        return {"rejected": str(error), "type": type(error).__name__}
"""


def rejected(channel: str, text: str) -> dict[str, str]:
    return {"rejected": f"Error invoking remote method '{channel}': {text}", "type": "RemoteError"}


# --- success -------------------------------------------------------------------------------------------------------


class Thenable:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "thenable"


@program
async def test_a_handlers_result_is_awaited_whatever_kind_it_is() -> None:
    """Invoke round trip 2: sync values, promises and thenables alike; returns nothing: resolves with nothing."""
    contents = await open_page()

    async def coroutine(_: object) -> str:
        await asyncio.sleep(0)
        return "coroutine"

    async def immediate(_: object) -> str:
        return "immediate"

    def future(_: object) -> asyncio.Future[str]:
        result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(result.set_result, "future")
        return result

    ipc_main.handle("value", lambda _: {"a": [1, 2.5, None]})
    ipc_main.handle("coroutine", coroutine)
    ipc_main.handle("immediate", immediate)
    ipc_main.handle("future", future)
    ipc_main.handle("task", lambda event: asyncio.get_running_loop().create_task(coroutine(event)))
    ipc_main.handle("thenable", lambda _: Thenable())
    ipc_main.handle("nothing", lambda _: None)
    for name in ("coroutine", "immediate", "future", "thenable"):
        assert await contents.execute(f"await ipc_renderer.invoke('{name}')") == name
    assert await contents.execute("await ipc_renderer.invoke('task')") == "coroutine"
    assert await contents.execute("await ipc_renderer.invoke('value')") == {"a": [1, 2.5, None]}
    assert await contents.execute("await ipc_renderer.invoke('nothing')") is None


@program
async def test_a_handler_gets_the_event_and_the_arguments() -> None:
    """Semantics a.1: an invoke's event has no reply() and no returnValue."""
    contents = await open_page()
    calls: list[tuple[Any, ...]] = []
    ipc_main.handle("ch", lambda *args: calls.append(args))
    await contents.execute("await ipc_renderer.invoke('ch', 1, ['two'], {'three': 3})")
    ((event, *args),) = calls
    assert args == [1, ["two"], {"three": 3}]
    assert event.sender is contents
    assert event.sender_frame is contents.main_frame
    assert event.type == "frame"
    assert not hasattr(event, "reply")
    assert not hasattr(event, "return_value")


@program
async def test_invoke_sends_when_it_is_called_not_when_it_is_awaited() -> None:
    """Design 4.2: invoke sends when called and gives an awaitable."""
    contents = await open_page()
    calls: list[int] = []
    ipc_main.handle("ch", lambda _, number: calls.append(number))
    await contents.execute("ipc_renderer.invoke('ch', 1)\nipc_renderer.invoke('ch', 2)\nNone")
    assert calls == [1, 2]


@program
async def test_a_promise_can_be_awaited_by_several_and_shows_its_state() -> None:
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: 7)
    assert await contents.execute("""
promise = ipc_renderer.invoke("ch")
states = [repr(promise), await promise, await promise, repr(promise)]
failing = ipc_renderer.invoke("nobody")
try: await failing
except Exception: states.append(repr(failing))
states
""") == ["<Promise pending>", 7, 7, "<Promise fulfilled>", "<Promise rejected>"]


@program
async def test_replies_arrive_in_the_order_in_which_handlers_end() -> None:
    """Semantics a.1: handlers of concurrent invokes interleave; replies come in completion order."""
    contents = await open_page("order = []")
    gates = [asyncio.Event() for _ in range(3)]

    @ipc_main.handle("ch")
    async def handler(_: object, number: int) -> int:
        await gates[number].wait()
        if number:
            gates[number - 1].set()
        return number

    ipc_main.on("all sent", lambda _: gates[2].set())
    await contents.execute("""
import asyncio
promises = [ipc_renderer.invoke("ch", n) for n in range(3)]
for promise in promises: promise.add_done_callback(lambda done: order.append(done.result()))
ipc_renderer.send("all sent")
await asyncio.gather(*promises)
""")
    assert await contents.execute("order") == [2, 1, 0]


@program
async def test_a_hundred_interleaved_invokes_get_each_its_own_answer() -> None:
    pages = [await open_page() for _ in range(2)]
    begun: list[int] = []

    @ipc_main.handle("ch")
    async def handler(event: Any, number: int) -> tuple[int, int]:
        begun.append(number)
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return event.sender.id, number

    code = "import asyncio\nawait asyncio.gather(*(ipc_renderer.invoke('ch', n) for n in range(100)))"
    answers = await asyncio.gather(*(page.execute(code) for page in pages))
    assert answers == [[[page, n] for n in range(100)] for page in (1, 2)]
    assert sorted(begun) == sorted([*range(100), *range(100)])


# --- handlers that fail --------------------------------------------------------------------------------------------


class MyErr(Exception):  # noqa: N818 (JavaScript lets an error have any name)
    """With an own name, own fields and a cause, all of which stay in main."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = "E_MINE"
        self.__cause__ = KeyError("cause")


class UntellableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


FAILURES = [
    (Exception("some error"), "Error: some error"),
    (Exception(), "Error"),
    (ValueError("boom"), "ValueError: boom"),
    (TypeError("x"), "TypeError: x"),
    (MyErr("bad"), "MyErr: bad"),
    (KeyError("k"), "KeyError: 'k'"),
    (ValueError(""), "ValueError"),
    (ValueError(0), "ValueError: 0"),
    (Exception("two\nlines 渲染"), "Error: two\nlines 渲染"),
    (FileNotFoundError(2, "No such file", "x"), "FileNotFoundError: [Errno 2] No such file: 'x'"),
    (StopIteration("over"), "StopIteration: over"),
    (UntellableError(), "UntellableError: (its text cannot be made)"),
    (DataCloneError("a", "is a function"), "DataCloneError: An object could not be cloned.\na is a function"),
]


@pytest.mark.parametrize(
    ("error", "text"), FAILURES, ids=[type(error).__name__ + text[-5:] for error, text in FAILURES]
)
@program
async def test_what_a_failing_handler_raises_arrives_as_text(
    error: Exception, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics a.1, consequences; design 4.3: the Python class's name, a bare Exception as Error."""
    contents = await open_page(OUTCOME)

    @ipc_main.handle("sync")
    def fails(_: object) -> None:
        raise error

    @ipc_main.handle("async")
    async def fails_later(_: object) -> None:
        await asyncio.sleep(0)
        if isinstance(error, StopIteration):
            raise ValueError("a coroutine cannot raise StopIteration")
        raise error

    assert await contents.execute("await outcome('sync')") == rejected("sync", text)
    if not isinstance(error, StopIteration):
        assert await contents.execute("await outcome('async')") == rejected("async", text)
        assert "Error occurred in handler for 'async': " in capsys.readouterr().err


@program
async def test_a_failure_is_logged_in_main_with_the_channel(capsys: pytest.CaptureFixture[str]) -> None:
    """Invoke round trip 3: console.error("Error occurred in handler for '<ch>':", err) in main."""
    contents = await open_page(OUTCOME)

    @ipc_main.handle("do-work")
    def fails(_: object) -> None:
        raise ValueError("boom")

    await contents.execute("await outcome('do-work')")
    told = capsys.readouterr().err
    assert told.startswith("Error occurred in handler for 'do-work': ")
    assert "ValueError: boom" in told


@program
async def test_only_the_text_of_an_error_crosses() -> None:
    """Semantics a.1: the object is a plain error; code, cause, custom fields and main's stack are lost."""
    contents = await open_page()

    @ipc_main.handle("ch")
    def fails(_: object) -> None:
        raise MyErr("bad")

    assert await contents.execute("""
from ipclab import RemoteError
try: await ipc_renderer.invoke("ch")
except RemoteError as error: found = type(error) is RemoteError, hasattr(error, "code"), error.__cause__, error.args
found
""") == [True, False, None, ["Error invoking remote method 'ch': MyErr: bad"]]


@pytest.mark.parametrize(("version", "prefix"), [("24", ""), ("25", "Error: "), ("43", "Error: ")])
@program
async def test_an_invoke_without_a_handler(version: str, prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics d: "No handler registered" carries `Error: ` from 25; a.1: this case logs in main too."""
    app.electron_version = version
    contents = await open_page(OUTCOME)
    text = f"{prefix}No handler registered for 'nope'"
    assert await contents.execute("await outcome('nope')") == rejected("nope", text)
    assert capsys.readouterr().err == (
        "Error occurred in handler for 'nope': Error: No handler registered for 'nope'\n"
    )


@program
async def test_an_unclonable_result_is_an_error_that_main_explains(capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.1, the rule up to Electron 39; design 4.3: whatever the dial."""
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: {"user": {"callback": print}})
    assert await contents.execute("await outcome('ch')") == rejected("ch", "Error: An object could not be cloned.")
    told = capsys.readouterr().err
    assert told.startswith("Error occurred in handler for 'ch': ")
    assert "result.user.callback is a function" in told
    ipc_main.remove_handler("ch")
    ipc_main.handle("ch", lambda _: "clonable")
    assert await contents.execute("await outcome('ch')") == {"resolved": "clonable"}


@program
async def test_unclonable_arguments_reject_and_nothing_is_sent() -> None:
    """Semantics a.2: invoke's serialization failure is a rejection, not a synchronous throw."""
    contents = await open_page()
    calls: list[object] = []
    ipc_main.handle("ch", lambda *args: calls.append(args))
    assert (
        await contents.execute("""
from ipclab import DataCloneError
promise = ipc_renderer.invoke("ch", {"user": {"callback": print}})
try: await promise
except DataCloneError as error: text = str(error)
text
""")
        == "An object could not be cloned.\nargs[0].user.callback is a function"
    )
    assert calls == []


@program
async def test_an_awaitable_that_becomes_garbage_rejects_with_reply_was_never_sent() -> None:
    """Semantics a.1: `reply was never sent`; design 4.1: reference counting makes that prompt."""
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: asyncio.get_running_loop().create_future())
    assert await contents.execute("await outcome('ch')") == rejected("ch", "reply was never sent")


@program
async def test_a_coroutine_that_waits_for_garbage_is_told_after_a_collection() -> None:
    contents = await open_page(OUTCOME)
    waits = asyncio.Event()

    @ipc_main.handle("ch")
    async def never(_: object) -> None:
        waits.set()
        await asyncio.get_running_loop().create_future()

    asyncio.get_running_loop().set_exception_handler(None)  # asyncio remarks on the task that it destroys
    asked = asyncio.ensure_future(contents.execute("await outcome('ch')"))
    await waits.wait()
    await asyncio.sleep(0)
    gc.collect()
    assert await asked == rejected("ch", "reply was never sent")


@program
async def test_an_awaitable_that_is_kept_may_be_answered_much_later() -> None:
    contents = await open_page(OUTCOME)
    kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ipc_main.handle("ch", lambda _: kept)
    asked = once(ipc_main, "asked")
    answer = asyncio.ensure_future(contents.execute("o = outcome('ch')\nipc_renderer.send('asked')\nawait o"))
    await asked
    gc.collect()
    kept.set_result("at last")
    assert await answer == {"resolved": "at last"}


@program
async def test_a_rejection_that_nobody_catches_is_told_in_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    await contents.execute("ipc_renderer.invoke('nope')\nNone")
    await settle()
    told = "Uncaught (in promise) RemoteError: Error invoking remote method 'nope': Error: No handler registered"
    assert f"renderer 1 │ {told}" in capsys.readouterr().err


# --- which handler answers -----------------------------------------------------------------------------------------


@program
async def test_the_first_of_frame_contents_and_ipc_main_that_has_a_handler_answers_alone() -> None:
    """Semantics a.1, scoped emitters: handlers override in the order frame, contents, ipcMain."""
    contents, other = await open_page(), await open_page()
    called: list[str] = []

    def handler_of(name: str) -> Callable[..., str]:
        def handler(_: object) -> str:
            called.append(name)
            return name

        return handler

    for name, emitter in (("ipc_main", ipc_main), ("contents", contents.ipc), ("frame", contents.main_frame.ipc)):
        emitter.handle("ch", handler_of(name))
        assert await contents.execute("await ipc_renderer.invoke('ch')") == name
    assert await other.execute("await ipc_renderer.invoke('ch')") == "ipc_main"
    assert called == ["ipc_main", "contents", "frame", "ipc_main"]
    contents.main_frame.ipc.remove_handler("ch")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "contents"


@program
async def test_handle_once_answers_one_invoke_also_when_the_handler_raises() -> None:
    """Semantics a.1, handleOnce: removed before the function runs, also when it throws."""
    contents = await open_page(OUTCOME)
    ipc_main.handle_once("ch", lambda _: "once")

    @ipc_main.handle_once("fails")
    def fails(_: object) -> None:
        raise ValueError("boom")

    nobody = "Error: No handler registered for "
    assert await contents.execute("[await outcome('ch'), await outcome('ch')]") == [
        {"resolved": "once"},
        rejected("ch", nobody + "'ch'"),
    ]
    assert await contents.execute("[await outcome('fails'), await outcome('fails')]") == [
        rejected("fails", "ValueError: boom"),
        rejected("fails", nobody + "'fails'"),
    ]


@program
async def test_handle_once_is_used_up_while_its_handler_still_runs() -> None:
    """Semantics a.1, handleOnce: a re-entrant or second invoke sees "no handler"."""
    contents = await open_page(OUTCOME)

    @ipc_main.handle_once("ch")
    async def asks_back(event: Any) -> object:
        return await event.sender.execute("await outcome('ch')")

    assert await contents.execute("await outcome('ch')") == {
        "resolved": rejected("ch", "Error: No handler registered for 'ch'")
    }


@program
async def test_a_once_handler_may_be_registered_again_from_inside() -> None:
    contents = await open_page(OUTCOME)

    def handler(_: object) -> str:
        ipc_main.handle_once("ch", lambda _: "second")
        return "first"

    ipc_main.handle_once("ch", handler)
    assert await contents.execute("[await outcome('ch'), await outcome('ch')]") == [
        {"resolved": "first"},
        {"resolved": "second"},
    ]


@program
async def test_remove_handler_does_not_touch_an_invocation_that_runs() -> None:
    contents = await open_page(OUTCOME)
    gate = asyncio.Event()

    @ipc_main.handle("ch")
    async def handler(_: object) -> str:
        await gate.wait()
        return "finished"

    @ipc_main.on("remove")
    def remove(_: object) -> None:
        ipc_main.remove_handler("ch")
        gate.set()

    code = "first = ipc_renderer.invoke('ch')\nipc_renderer.send('remove')\n[await first, await outcome('ch')]"
    first, second = await contents.execute(code)
    assert first == "finished"
    assert second == rejected("ch", "Error: No handler registered for 'ch'")


# --- the asker goes away -------------------------------------------------------------------------------------------


async def pending_handler() -> tuple[asyncio.Event, asyncio.Event, list[str]]:
    begun, gate, ended = asyncio.Event(), asyncio.Event(), []

    @ipc_main.handle("ch")
    async def handler(_: object) -> str:
        begun.set()
        await gate.wait()
        ended.append("ended")
        return "too late"

    return begun, gate, ended


@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_a_handler_ends_although_its_asker_is_gone_and_its_reply_is_lost(
    how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics a.1: the handler still runs to completion, its reply is dropped."""
    contents = await open_page()
    begun, gate, ended = await pending_handler()
    await contents.execute("ipc_renderer.invoke('ch')\nNone")
    await begun.wait()
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    else:
        gone = once(contents, "render-process-gone")
        contents.forcefully_crash_renderer()
        await gone
    capsys.readouterr()
    gate.set()
    await settle()
    assert ended == ["ended"]
    assert capsys.readouterr().err == ""
    assert [(message.kind, message.outcome) for message in trace] == [("invoke", "delivered"), ("reply", "lost")]


@program
async def test_a_promise_vanishes_with_its_page_and_the_next_page_gets_no_stray_answer() -> None:
    """Semantics a.1: renderer navigates while an invoke is pending: its promise disappears with its context."""
    begun, gate, ended = await pending_handler()
    contents = await open_page(
        "async def wait(): print('answered', await ipc_renderer.invoke('ch'))\nset_timeout(wait)\n0"
    )
    lines: list[str] = []
    contents.on("console-message", lambda details: lines.append(details.message))
    await begun.wait()
    await contents.load_url("about:blank")
    await contents.execute("from ipclab import ipc_renderer")

    @ipc_main.handle("next")
    def next_one(_: object) -> str:
        gate.set()
        return "next"

    assert await contents.execute("await ipc_renderer.invoke('next')") == "next"
    await settle()
    assert ended == ["ended"]
    assert lines == []


@program
async def test_execute_reports_a_rejected_invoke_with_its_text() -> None:
    contents = await open_page()
    with pytest.raises(RendererError, match=r"^Error invoking remote method 'nope': Error: No handler") as caught:
        await contents.execute("await ipc_renderer.invoke('nope')")
    assert caught.value.name == "RemoteError"
