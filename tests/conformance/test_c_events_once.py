"""`events.once` of Node: waiting for one event (semantics c)."""

from __future__ import annotations

import asyncio

import pytest
from emitters import in_a_loop
from rules import different, held

from ipclab import EventEmitter, UnhandledError, once

pytest_plugins = ["emitter_fixtures"]


@held("c", "events.once", "It is a promise of the event's arguments, as an array.")
@in_a_loop
async def test_once_resolves_with_the_arguments_and_listens_from_the_call_on(emitter: EventEmitter) -> None:
    waiting = once(emitter, "ping")
    emitter.emit("ping", 1, 2)
    emitter.emit("ping", 3)
    assert await waiting == [1, 2]
    assert emitter.event_names() == []


@held("c", "events.once", "It rejects if `error` is emitted first.")
@in_a_loop
async def test_once_rejects_if_error_is_emitted_first(emitter: EventEmitter) -> None:
    waiting = once(emitter, "ping")
    emitter.emit("error", ValueError("boom"))
    with pytest.raises(ValueError, match="boom"):
        await waiting
    assert emitter.event_names() == []


@different(
    "c",
    "events.once",
    "It rejects with what was emitted, also if that is no Error.",
    "A future fails with an exception only: what is none is the context of an UnhandledError.",
)
@in_a_loop
async def test_once_rejects_with_an_exception_in_any_case(emitter: EventEmitter) -> None:
    waiting = once(emitter, "ping")
    emitter.emit("error", "bad")
    with pytest.raises(UnhandledError, match=r"Unhandled error. \('bad'\)") as caught:
        await waiting
    assert caught.value.context == "bad"
    assert emitter.event_names() == []


@held("c", "events.once", "It resolves with an `error` that is waited for.")
@in_a_loop
async def test_once_of_error_resolves_with_it(emitter: EventEmitter) -> None:
    waiting = once(emitter, "error")
    emitter.emit("error", "bad")
    assert await waiting == ["bad"]


@held("c", "events.once", "It misses a second event that is emitted synchronously right after the first.")
@in_a_loop
async def test_once_misses_a_second_event_emitted_right_after_the_first(emitter: EventEmitter) -> None:
    asyncio.get_running_loop().call_soon(lambda: (emitter.emit("ping"), emitter.emit("pong")))
    await once(emitter, "ping")
    waiting = once(emitter, "pong")
    assert emitter.listener_count("pong") == 1
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
