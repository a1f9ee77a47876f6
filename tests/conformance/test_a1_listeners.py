"""`ipc_main.on` and its siblings, the guard on `error`, listeners that fail (semantics a.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program
from rules import different, held, not_simulated

from ipclab import ipc_main, settle

# --- registering ---------------------------------------------------------------------------------------------------


@held(
    "a.1",
    "ipcMain.on",
    "`ipcMain` is a plain EventEmitter: `on`, `addListener`, `once`, `off`, `removeListener` and "
    "`removeAllListeners` return the emitter.",
)
@program
async def test_every_listener_method_returns_the_emitter() -> None:
    def listener(*_: object) -> None: ...

    for register in (ipc_main.on, ipc_main.add_listener, ipc_main.once):
        assert register("ch", listener) is ipc_main
    for remove in (ipc_main.off, ipc_main.remove_listener):
        assert remove("ch", listener) is ipc_main
    assert ipc_main.listener_count("ch") == 1
    assert ipc_main.remove_all_listeners("ch") is ipc_main
    assert ipc_main.remove_all_listeners() is ipc_main


@held("a.1", "ipcMain.on", "Listeners receive `send`, `sendSync` and `postMessage`, and get `(event, ...args)`.")
@pytest.mark.parametrize("call", ["send", "send_sync"])
@program
async def test_a_listener_gets_the_event_and_the_arguments(call: str) -> None:
    contents = await open_page()
    calls: list[tuple[object, ...]] = []
    ipc_main.on("ch", lambda event, *args: calls.append((event.sender, *args)))
    await contents.execute(f"ipc_renderer.{call}('ch', 1, ['two'], {{'three': 3}})\nipc_renderer.{call}('ch')")
    await contents.execute("ipc_renderer.post_message('ch', {'four': 4})")
    assert calls == [(contents, 1, ["two"], {"three": 3}), (contents,), (contents, {"four": 4})]


@held("a.1", "ipcMain.on", "A `once` listener hears one message; `off` and `removeListener` end a listener.")
@program
async def test_once_and_off_do_what_they_say() -> None:
    contents = await open_page()
    heard: list[str] = []

    def kept(_: object, text: str) -> None:
        heard.append(f"kept {text}")

    def removed(_: object, text: str) -> None:
        heard.append(f"removed {text}")

    ipc_main.once("ch", lambda _, text: heard.append(f"once {text}"))
    ipc_main.on("ch", removed).on("ch", kept)
    await contents.execute("ipc_renderer.send('ch', 'first')")
    ipc_main.off("ch", removed)
    await contents.execute("ipc_renderer.send('ch', 'second')")
    ipc_main.remove_listener("ch", kept)
    await contents.execute("ipc_renderer.send('ch', 'third')")
    assert heard == ["once first", "removed first", "kept first", "kept second"]


@held("a.1", "ipcMain.removeAllListeners", "With a channel it removes that channel's listeners only.")
@program
async def test_remove_all_listeners_of_a_channel_leaves_the_others() -> None:
    ipc_main.on("channel1", print).on("channel2", print)
    ipc_main.remove_all_listeners("channel1")
    assert ipc_main.event_names() == ["error", "channel2"]


@held("a.1", "ipcMain.on", "What a listener returns is ignored.")
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


@held("a.1", "ipcMain.on", "An `async` listener runs up to its first `await` before the next listener starts.")
@program
async def test_async_listeners_run_to_their_first_await_before_the_next_listener_starts() -> None:
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


# --- listeners that fail -------------------------------------------------------------------------------------------


@held(
    "a.1",
    "a failing listener",
    "A listener that throws ends the chain: later listeners and later levels are skipped. The app keeps running.",
)
@pytest.mark.parametrize("broken", range(4))
@program
async def test_a_listener_that_raises_ends_the_chain(broken: int) -> None:
    contents = await open_page()
    heard: list[tuple[int, str]] = []

    def register(emitter: Any, channel: str, level: int) -> None:
        def first(*_: object) -> None:
            heard.append((level, "first"))
            if level == broken:
                raise ValueError("boom")

        emitter.on(channel, first)
        emitter.on(channel, lambda *_: heard.append((level, "second")))

    register(contents, "ipc-message", 0)
    register(contents.main_frame.ipc, "ch", 1)
    register(contents.ipc, "ch", 2)
    register(ipc_main, "ch", 3)
    await contents.execute("ipc_renderer.send('ch')\nipc_renderer.send('ch')")
    before = [(level, which) for level in range(broken) for which in ("first", "second")]
    assert heard == [*before, (broken, "first")] * 2


@different(
    "a.1",
    "a failing listener",
    "With no `uncaughtException` handler, Electron shows an error box `A JavaScript error occurred in the main "
    "process` with `Uncaught Exception:` and the stack.",
    "The same text goes to stderr and speaks of Python: there is no desktop for a box.",
)
@program
async def test_an_uncaught_exception_is_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def broken(*_: object) -> None:
        raise ValueError("boom")

    await contents.execute("ipc_renderer.send('ch')")
    told = capsys.readouterr().err
    assert told.startswith("A Python error occurred in the main process\nUncaught Exception:\nTraceback ")
    assert told.endswith("ValueError: boom\n")


not_simulated(
    "a.1",
    "a failing listener",
    "`process.on('uncaughtException')` hears what a listener threw, in place of the error box.",
    "Main's `process` is Python's: an exception of a listener is told and goes no further.",
)


@held(
    "a.1",
    "a failing listener",
    "An `async` listener's rejection is an unhandledRejection in main; it does not end the chain.",
)
@program
async def test_a_failing_async_listener_is_an_unhandled_rejection(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    heard: list[str] = []

    async def broken_at_once(_: object) -> None:
        raise ValueError("at once")

    async def broken_later(_: object) -> None:
        await asyncio.sleep(0)
        raise ValueError("later")

    contents.ipc.on("ch", broken_at_once)
    ipc_main.on("ch", broken_later).on("ch", lambda _: heard.append("next"))
    await contents.execute("ipc_renderer.send('ch')")
    await settle()
    assert heard == ["next"]
    told = capsys.readouterr().err
    assert told.count("UnhandledPromiseRejectionWarning: ") == 2
    assert told.index("ValueError: at once") < told.index("ValueError: later")


# --- the guard on `error` ------------------------------------------------------------------------------------------


@held("a.1", "channel `error`", "A fresh `ipcMain` has a no-op listener: `eventNames()` is `['error']`.")
@program
async def test_a_fresh_ipc_main_has_electrons_guard_on_error() -> None:
    assert ipc_main.event_names() == ["error"]
    assert ipc_main.listener_count("error") == 1


@held("a.1", "channel `error`", "A message named `error` does not blow up main.")
@pytest.mark.parametrize("call", ["send", "send_sync"])
@program
async def test_a_message_named_error_does_not_blow_up_main(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    heard: list[object] = []
    await contents.execute(f"ipc_renderer.{call}('error', 'harmless')")
    assert capsys.readouterr().err == ""
    ipc_main.on("error", lambda _, *args: heard.append(args))
    await contents.execute(f"ipc_renderer.{call}('error', 'heard')")
    assert heard == [("heard",)]


@held(
    "a.1",
    "channel `error`",
    "`removeAllListeners()` removes the guard too; then a message on `error` throws ERR_UNHANDLED_ERROR in main.",
)
@program
async def test_without_the_guard_a_message_named_error_is_an_unhandled_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    contents = await open_page()
    ipc_main.remove_all_listeners()
    assert ipc_main.event_names() == []
    await contents.execute("ipc_renderer.send('error', 'x')")
    told = capsys.readouterr().err
    assert "Uncaught Exception:" in told
    assert "Unhandled error. (" in told
    assert await contents.execute("1") == 1
