"""What ipclab's EventEmitter has beyond Node's: decorators, Python's coroutines, prompt garbage, cells as modules.

Node's own rules are in `conformance/test_c_*.py`.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

import pytest
from emitters import in_a_loop, nothing, pile_up

from ipclab import EventEmitter, MaxListenersExceededWarning, UnhandledError, once
from ipclab.scope import Place, Scope, current, note

pytest_plugins = ["emitter_fixtures"]


@pytest.fixture
def cell() -> Generator[Scope, None, None]:
    """The scope of a cell that runs meanwhile."""
    token = current.set(Scope())
    scope = current.get()
    assert scope is not None
    yield scope
    current.reset(token)


def test_emit_takes_no_keyword_arguments(emitter: EventEmitter) -> None:
    with pytest.raises(TypeError):
        emitter.emit("ping", reason="none")  # type: ignore[call-arg]


def test_a_subclass_need_not_call_the_constructor() -> None:
    class Chat(EventEmitter):
        def __init__(self, room: str) -> None:
            self.room = room

    chat = Chat("lobby")
    assert chat.emit("join") is False
    assert chat.event_names() == []
    chat.on("join", nothing)
    assert chat.emit("join") is True
    assert Chat("kitchen").event_names() == []


def test_the_repr_is_the_same_in_every_run() -> None:
    class Chat(EventEmitter):
        pass

    assert repr(Chat()) == "<Chat>"


def test_error_with_a_value_whose_repr_fails(emitter: EventEmitter) -> None:
    class Awkward:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(UnhandledError, match=r"Unhandled error. \(<.*Awkward object"):
        emitter.emit("error", Awkward())


@pytest.mark.parametrize(
    ("method", "order", "runs"),
    [
        ("on", ["other", "decorated"], 2),
        ("add_listener", ["other", "decorated"], 2),
        ("once", ["other", "decorated"], 1),
        ("prepend_listener", ["decorated", "other"], 2),
        ("prepend_once_listener", ["decorated", "other"], 1),
    ],
)
def test_without_a_listener_it_is_a_decorator_that_returns_the_function(
    emitter: EventEmitter, seen: list[Any], method: str, order: list[str], runs: int
) -> None:
    emitter.on("ping", lambda: seen.append("other"))

    def decorated() -> None:
        seen.append("decorated")

    assert getattr(emitter, method)("ping")(decorated) is decorated
    emitter.emit("ping")
    assert seen == order
    emitter.emit("ping")
    assert seen.count("decorated") == runs


def test_a_decorated_non_function_is_refused_too(emitter: EventEmitter) -> None:
    with pytest.raises(TypeError, match=r'The "listener" argument must be of type function\. Received None'):
        emitter.on("ping")(None)  # type: ignore[type-var]


@in_a_loop
async def test_a_coroutine_of_another_make_is_run_as_well(emitter: EventEmitter, seen: list[Any]) -> None:
    """Compiled extensions (Cython) bring coroutine types of their own."""

    class Compiled(Coroutine[Any, Any, None]):
        def send(self, _: object) -> None:
            seen.append("ran")
            raise StopIteration

        def throw(self, *_: object) -> None: ...

        def __await__(self) -> Generator[Any, Any, None]:
            yield

    emitter.on("ping", Compiled)
    emitter.emit("ping")
    assert seen == ["ran"]


@in_a_loop
async def test_cancelling_once_removes_its_listeners(emitter: EventEmitter) -> None:
    waiting = once(emitter, "ping")
    waiting.cancel()
    assert emitter.emit("ping") is True  # an event right after the cancellation is no failure
    once(emitter, "ping").cancel()
    await asyncio.sleep(0)
    assert emitter.event_names() == []


@in_a_loop
async def test_an_emitter_goes_with_its_last_reference() -> None:
    """Electron notices garbage (a port's peer, an unanswered event); reference counting makes that prompt."""
    emitter = EventEmitter()
    emitter.on("ping", nothing).once("ping", nothing).once("pong", nothing)
    emitter.raw_listeners("ping")
    waiting = once(emitter, "ping")
    emitter.emit("ping")
    await waiting
    await asyncio.sleep(0)
    gone = weakref.ref(emitter)
    gc.disable()
    try:
        del emitter
        assert gone() is None
    finally:
        gc.enable()


# Cells are modules


def test_taking_back_a_cell_removes_what_it_registered(emitter: EventEmitter, cell: Scope) -> None:
    emitter.on("ping", nothing).once("ping", nothing)
    emitter.prepend_listener("ping", nothing).prepend_once_listener("pong", nothing)
    emitter.on("decorated")(nothing)
    assert len(cell) == 5
    cell.take_back()
    assert emitter.event_names() == []
    assert len(cell) == 0


def test_taking_back_leaves_the_equal_registrations_of_others(emitter: EventEmitter) -> None:
    mine, other = Scope(), Scope()
    for scope, method in ((mine, emitter.on), (None, emitter.once), (other, emitter.prepend_listener)):
        token = current.set(scope)
        method("ping", nothing)
        current.reset(token)
    mine.take_back()
    assert [type(each).__name__ for each in emitter.raw_listeners("ping")] == ["function", "_OnceRegistration"]
    assert len(other) == 1


def test_taking_back_tells_remove_listener(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("removeListener", lambda name, function: seen.append((name, function)))
    scope = Scope()
    token = current.set(scope)
    emitter.on("first", nothing).on("second", nothing)
    current.reset(token)
    scope.take_back()
    assert seen == [("second", nothing), ("first", nothing)]


def test_a_registration_that_is_gone_leaves_the_scope(emitter: EventEmitter, cell: Scope) -> None:
    for _ in range(1000):
        emitter.on("ping", nothing).off("ping", nothing)
        emitter.once("ping", nothing).emit("ping")
        emitter.on("ping", nothing).remove_all_listeners("ping")
        emitter.on("ping", nothing).remove_all_listeners()
        EventEmitter().on("ping", nothing).once("ping", nothing)
    assert len(cell) == 0


def test_a_scope_keeps_no_emitter_alive(cell: Scope) -> None:
    def use() -> weakref.ref[EventEmitter]:
        emitter = EventEmitter()
        emitter.on("ping", lambda: emitter)  # a cycle through the listener must stay collectable
        return weakref.ref(emitter)

    gone = use()
    gc.collect()
    assert gone() is None
    assert len(cell) == 0


def test_a_warning_counts_anew_after_taking_back(emitter: EventEmitter, cell: Scope) -> None:
    for _ in range(2):
        with pytest.warns(MaxListenersExceededWarning):
            pile_up(emitter, 11)
        cell.take_back()


def test_take_back_runs_the_undos_newest_first_and_each_once(seen: list[Any]) -> None:
    scope = Scope()
    for i in range(3):
        scope.add(partial(seen.append, i))
    scope.take_back()
    scope.take_back()
    assert seen == [2, 1, 0]


def test_take_back_goes_on_after_a_failure_and_raises_the_first(seen: list[Any]) -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    scope = Scope()
    scope.add(partial(seen.append, "oldest"))
    scope.add(partial(fail, "second"))
    scope.add(partial(fail, "first"))
    with pytest.raises(ValueError, match="first"):
        scope.take_back()
    assert seen == ["oldest"]
    assert len(scope) == 0


def test_an_undo_may_discard_another_and_add_new_ones(seen: list[Any]) -> None:
    scope = Scope()
    discarded = scope.add(partial(seen.append, "discarded"))

    def undo() -> None:
        scope.discard(discarded)
        scope.add(partial(seen.append, "next time"))

    scope.add(undo)
    scope.discard(12345)
    scope.take_back()
    assert seen == []
    scope.take_back()
    assert seen == ["next time"]


def test_a_place_is_given_up_with_its_last_reference(seen: list[Any]) -> None:
    scope = Scope()
    kept = Place(scope, partial(seen.append, "kept"))
    Place(scope, partial(seen.append, "forgotten"))
    assert len(scope) == 1
    scope.take_back()
    assert seen == ["kept"]
    del kept


def test_note_leaves_an_undo_in_the_current_scope_if_there_is_one(cell: Scope, seen: list[Any]) -> None:
    note(partial(seen.append, "undone"))
    token = current.set(None)
    note(partial(seen.append, "outside"))
    current.reset(token)
    cell.take_back()
    assert seen == ["undone"]
