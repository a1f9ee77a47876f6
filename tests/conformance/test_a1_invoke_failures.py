"""The round trip of `invoke` that fails, in every way it can (semantics a.1)."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from ipc import open_page, program
from outcomes import OUTCOME, no_handler, rejected, without_collector
from rules import different, held

from ipclab import app, ipc_main, once, settle

# --- no handler ----------------------------------------------------------------------------------------------------


@held(
    "a.1",
    "invoke without a handler",
    "Rejects with `No handler registered for '<ch>'`: bare from 7 to 24, with `Error: ` in front from 25.",
)
@held("a.1", "invoke without a handler", "Main logs it, as it logs a failing handler.")
@pytest.mark.parametrize(("version", "prefix"), [("9", ""), ("24", ""), ("25", "Error: "), ("43", "Error: ")])
@program
async def test_an_invoke_without_a_handler(version: str, prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    app.electron_version = version
    contents = await open_page(OUTCOME)
    text = f"{prefix}No handler registered for 'nope'"
    assert await contents.execute("await outcome('nope')") == rejected("nope", text)
    assert capsys.readouterr().err == (
        "Error occurred in handler for 'nope': Error: No handler registered for 'nope'\n"
    )


# --- what a handler throws -----------------------------------------------------------------------------------------


class MyErr(Exception):  # noqa: N818 (JavaScript lets an error have any name)
    """With an own name, own fields and a cause, all of which stay in main."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = "E_MINE"
        self.__cause__ = KeyError("cause")


@held(
    "a.1",
    "a failing handler",
    "Throws `new Error('x')`: rejects with `Error invoking remote method '<ch>': Error: x`.",
)
@held("a.1", "a failing handler", "Throws an error of another class or name: that name stands before the text.")
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Exception("some error"), "Error: some error"),
        (Exception(), "Error"),
        (TypeError("x"), "TypeError: x"),
        (ValueError("boom"), "ValueError: boom"),
        (MyErr("bad"), "MyErr: bad"),
        (Exception("two\nlines 渲染"), "Error: two\nlines 渲染"),
    ],
    ids=["Error", "empty Error", "TypeError", "ValueError", "a name of its own", "two lines"],
)
@program
async def test_what_a_handler_throws_arrives_as_name_and_text(error: Exception, text: str) -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle("sync")
    def fails(_: object) -> None:
        raise error

    @ipc_main.handle("async")
    async def fails_later(_: object) -> None:
        await asyncio.sleep(0)
        raise error

    @ipc_main.handle("future")
    def rejects(_: object) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_exception(error)
        return future

    for channel in ("sync", "async", "future"):
        assert await contents.execute(f"await outcome('{channel}')") == rejected(channel, text)


@held(
    "a.1",
    "a failing handler",
    "The renderer gets a plain `Error`: code, cause, own fields and main's stack are lost.",
)
@program
async def test_only_the_text_of_an_error_crosses() -> None:
    contents = await open_page()

    @ipc_main.handle("ch")
    def fails(_: object) -> None:
        raise MyErr("bad")

    assert await contents.execute("""
from ipclab import RemoteError
try: await ipc_renderer.invoke("ch")
except RemoteError as error:
    found = type(error) is RemoteError, vars(error), error.__cause__, error.__context__, error.args
found
""") == [True, {}, None, None, ["Error invoking remote method 'ch': MyErr: bad"]]


@held(
    "a.1", "a failing handler", "Main logs `Error occurred in handler for '<ch>':` and the error, and nothing else."
)
@pytest.mark.parametrize("moment", ["at once", "later"])
@program
async def test_a_failure_is_logged_in_main_with_the_channel(moment: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle("do-work")
    async def fails(_: object) -> None:
        if moment == "later":
            await asyncio.sleep(0)
        raise ValueError("boom")

    await contents.execute("await outcome('do-work')")
    await settle()
    told = capsys.readouterr().err
    assert told.startswith("Error occurred in handler for 'do-work': ")
    assert told.count("ValueError: boom") == 1
    assert "Unhandled" not in told


NO_ERROR = "Python raises nothing but exceptions: raising anything else is itself a TypeError, and that arrives."


@different(
    "a.1",
    "a failing handler",
    "Throws `'plain string'`, `0`, `false` or `{code: 1}`: rejects with the value's `toString()`.",
    NO_ERROR,
)
@different(
    "a.1",
    "a failing handler",
    "Throws `undefined` or `null`: an unhandledRejection in main and no reply, until main's garbage collector makes "
    "it `reply was never sent`.",
    NO_ERROR,
)
@pytest.mark.parametrize("value", ["plain string", 0, False, {"code": 1}, None])
@program
async def test_a_handler_can_throw_nothing_but_exceptions(value: Any) -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle("ch")
    def fails(_: object) -> None:
        raise value

    text = "TypeError: exceptions must derive from BaseException"
    assert await contents.execute("await outcome('ch')") == rejected("ch", text)


@different(
    "a.1",
    "a failing handler",
    "Throws `''`, or an object whose `toString()` is `''`: the promise resolves with `undefined`.",
    "An exception's text begins with the name of its class, so it is never empty and the promise rejects.",
)
@pytest.mark.parametrize(("error", "text"), [(Exception(""), "Error"), (ValueError(""), "ValueError")])
@program
async def test_an_empty_error_still_rejects(error: Exception, text: str) -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle("ch")
    def fails(_: object) -> None:
        raise error

    assert await contents.execute("await outcome('ch')") == rejected("ch", text)


# --- no reply ------------------------------------------------------------------------------------------------------

NEVER = "Returns a promise that never settles and becomes garbage: rejects with `reply was never sent` (10+)."


@held("a.1", "a handler that never answers", NEVER)
@pytest.mark.parametrize("version", ["10", "43"])
@program
async def test_an_awaitable_that_becomes_garbage_rejects_with_reply_was_never_sent(version: str) -> None:
    """Reference counting tells at once, without the garbage collector."""
    app.electron_version = version
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: asyncio.get_running_loop().create_future())
    with without_collector():
        assert await contents.execute("await outcome('ch')") == rejected("ch", "reply was never sent")


@held("a.1", "a handler that never answers", NEVER)
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


@held("a.1", "a handler that never answers", "Before 10 the promise stays pending for ever.")
@program
async def test_before_10_a_promise_of_a_handler_that_is_garbage_hangs() -> None:
    app.electron_version = 9
    contents = await open_page("promise = None")
    ipc_main.handle("ch", lambda _: asyncio.get_running_loop().create_future())
    ipc_main.handle("next", lambda _: "answered")
    await contents.execute("promise = ipc_renderer.invoke('ch')\nNone")
    assert await contents.execute("[await ipc_renderer.invoke('next'), repr(promise)]") == [
        "answered",
        "<Promise pending>",
    ]
    await settle()  # nothing that main could finish is open
    assert await contents.execute("repr(promise)") == "<Promise pending>"


@held("a.1", "a handler that never answers", "A promise that main keeps may be settled much later.")
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


# --- results that cannot be cloned ---------------------------------------------------------------------------------


@held(
    "a.1",
    "a result that cannot be cloned",
    "Up to 39: rejects with `Error: An object could not be cloned.`, and main logs it.",
)
@program
async def test_an_unclonable_result_is_an_error_that_main_explains(capsys: pytest.CaptureFixture[str]) -> None:
    app.electron_version = 39
    contents = await open_page(OUTCOME)
    ipc_main.handle_once("ch", lambda _: {"user": {"callback": print}})
    assert await contents.execute("await outcome('ch')") == rejected("ch", "Error: An object could not be cloned.")
    told = capsys.readouterr().err
    assert told.startswith("Error occurred in handler for 'ch': ")
    assert "result.user.callback is a function" in told
    ipc_main.handle("ch", lambda _: "clonable")
    assert await contents.execute("await outcome('ch')") == {"resolved": "clonable"}


@different(
    "a.1",
    "a result that cannot be cloned",
    "From 40 the reply is lost and the promise does not settle.",
    "As up to 39, whatever the version: what 40 does looks like a regression and teaches nothing.",
)
@pytest.mark.parametrize("version", ["40", "43"])
@program
async def test_from_40_too_an_unclonable_result_is_a_rejection(version: str) -> None:
    app.electron_version = version
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: print)
    assert await contents.execute("await outcome('ch')") == rejected("ch", "Error: An object could not be cloned.")
    ipc_main.remove_handler("ch")
    assert await contents.execute("await outcome('ch')") == no_handler("ch")
