"""`emit` of Node's EventEmitter: order, snapshot, exceptions, async listeners (semantics c)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from emitters import in_a_loop
from rules import different, held, not_simulated

from ipclab import EventEmitter, tasks
from ipclab.main.ipc_main import IpcMainImpl

pytest_plugins = ["emitter_fixtures"]


@held("c", "emit", "Listeners run synchronously, in the order of registration, with the arguments of emit.")
def test_emit_is_synchronous_and_in_the_order_of_registration(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda *args: seen.append(("first", args)))
    emitter.on("ping", lambda *args: seen.append(("second", args)))
    emitter.emit("ping", 1, "two")
    assert seen == [("first", (1, "two")), ("second", (1, "two"))]


@held("c", "emit", "It returns true if there was a listener, else false; what listeners return is ignored.")
def test_emit_returns_whether_there_was_a_listener(emitter: EventEmitter) -> None:
    emitter.on("ping", lambda: False)
    assert emitter.emit("ping") is True
    assert emitter.emit("pong") is False


@different(
    "c",
    "emit",
    "In a listener that is no arrow function, `this` is the emitter.",
    "Python has no `this`: a listener gets the arguments of emit alone; a bound method has its own object.",
)
def test_a_listener_gets_the_arguments_and_nothing_else(emitter: EventEmitter, seen: list[Any]) -> None:
    class Log:
        def write(self, *args: object) -> None:
            seen.append((self, args))

    log = Log()
    emitter.on("ping", log.write)
    emitter.emit("ping", 1)
    assert seen == [(log, (1,))]


@held("c", "emit", "A listener that is removed during emit still runs this time.")
def test_a_listener_removed_during_emit_still_runs_this_time(emitter: EventEmitter, seen: list[Any]) -> None:
    def second() -> None:
        seen.append("second")

    emitter.on("ping", lambda: emitter.off("ping", second))
    emitter.on("ping", second)
    emitter.emit("ping")
    emitter.emit("ping")
    assert seen == ["second"]


@held("c", "emit", "A listener that is removed during emit still runs this time.")
def test_a_once_listener_removed_during_emit_still_runs_this_time(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda _: emitter.off("ping", seen.append))
    emitter.once("ping", seen.append)
    emitter.emit("ping", 1)
    emitter.emit("ping", 2)
    assert seen == [1]


@held("c", "emit", "A listener that is added during emit waits for the next one.")
def test_a_listener_added_during_emit_waits_for_the_next(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", lambda: emitter.on("ping", lambda: seen.append("late")))
    emitter.emit("ping")
    assert seen == []
    emitter.emit("ping")
    assert seen == ["late"]


@held("c", "emit", "removeAllListeners does not stop the emit under way.")
def test_remove_all_listeners_does_not_stop_the_emit_under_way(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda: emitter.remove_all_listeners())
    emitter.on("ping", lambda: seen.append("second"))
    assert emitter.emit("ping") is True
    assert emitter.emit("ping") is False
    assert seen == ["second"]


def fail() -> None:
    raise ValueError("boom")


@held("c", "emit", "An exception of a listener leaves emit, and the listeners behind it are skipped.")
def test_an_exception_leaves_emit_and_skips_the_other_listeners(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", fail)
    emitter.on("ping", lambda: seen.append("second"))
    with pytest.raises(ValueError, match="boom"):
        emitter.emit("ping")
    assert seen == []


@held("c", "emit", "A once listener that throws has been removed already.")
def test_a_once_listener_that_throws_has_been_removed(emitter: EventEmitter) -> None:
    emitter.once("ping", fail)
    with pytest.raises(ValueError, match="boom"):
        emitter.emit("ping")
    assert emitter.listener_count("ping") == 0


@held("c", "async listeners", "An async listener runs to its first await before the next listener starts.")
@in_a_loop
async def test_an_async_listener_runs_to_its_first_await_before_the_next_starts(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    go, done = asyncio.Event(), asyncio.Event()

    @emitter.on("ping")
    async def first(value: int) -> None:
        seen.append(("first starts", value))
        await go.wait()
        seen.append("first ends")
        done.set()

    emitter.on("ping", lambda _: seen.append("second"))
    assert emitter.emit("ping", 7) is True
    assert seen == [("first starts", 7), "second"]
    go.set()
    await done.wait()
    assert seen[2:] == ["first ends"]


@held("c", "async listeners", "A promise that a listener of any kind returns is not awaited, and runs all the same.")
@in_a_loop
async def test_a_coroutine_from_a_plain_function_or_a_once_is_run_as_well(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    async def listener(value: int) -> None:
        seen.append(value)

    emitter.on("ping", lambda value: listener(value))
    emitter.once("ping", listener)
    emitter.emit("ping", 1)
    emitter.emit("ping", 2)
    assert seen == [1, 1, 2]


@held(
    "c",
    "captureRejections",
    "It is off by default, in ipcMain too: an async listener that rejects is an unhandled rejection, no error event.",
)
@pytest.mark.parametrize("kind", [EventEmitter, IpcMainImpl])
@in_a_loop
async def test_a_rejecting_async_listener_is_an_unhandled_rejection_not_an_error_event(
    kind: type[EventEmitter], seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "on_unhandled", lambda error: seen.append(str(error)))
    emitter = kind()
    emitter.on("error", lambda _: seen.append("error event"))
    late = asyncio.get_running_loop().create_future()

    @emitter.on("ping")
    async def early() -> None:
        raise ValueError("early")

    @emitter.on("ping")
    async def later() -> None:
        await late
        raise ValueError("late")

    assert emitter.emit("ping") is True
    late.set_result(None)
    while len(seen) < 2:
        await asyncio.sleep(0)
    assert seen == ["early", "late"]


not_simulated(
    "c",
    "captureRejections",
    "With captureRejections: true an async listener that rejects is an `error` event.",
    "No emitter of Electron's asks for it. An async listener that may fail catches its exceptions itself.",
)
