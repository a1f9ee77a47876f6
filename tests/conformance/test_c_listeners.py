"""Adding and removing listeners of Node's EventEmitter: duplicates, `once`, `prependListener` (semantics c)."""

from __future__ import annotations

from typing import Any

import pytest
from emitters import METHODS, nothing
from rules import different, held, not_simulated

from ipclab import EventEmitter, undefined

pytest_plugins = ["emitter_fixtures"]


@held("c", "on", "The same listener may be added twice and then runs twice.")
def test_the_same_listener_twice_runs_twice(emitter: EventEmitter, seen: list[Any]) -> None:
    def ping() -> None:
        seen.append("ping")

    emitter.on("ping", ping).on("ping", ping).emit("ping")
    assert seen == ["ping", "ping"]


@held("c", "removeListener", "It removes one of several equal listeners.")
def test_off_removes_one_instance(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).on("ping", nothing).off("ping", nothing)
    assert emitter.listeners("ping") == [nothing]


@held("c", "removeListener", "Of several equal listeners the one added last goes.")
def test_off_removes_the_last_added_instance(emitter: EventEmitter, seen: list[Any]) -> None:
    def again() -> None:
        seen.append("again")

    emitter.on("ping", again).on("ping", lambda: seen.append("between")).on("ping", again)
    emitter.off("ping", again).emit("ping")
    assert seen == ["again", "between"]


@held("c", "removeListener", "After on and then once of one function the once goes.")
def test_off_after_on_and_once_of_one_function_removes_the_once(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("ping", nothing).off("ping", nothing)
    assert emitter.raw_listeners("ping") == [nothing]


@held("c", "removeListener", "A function that is not a listener is no error, and nothing is removed.")
def test_off_of_a_stranger_does_nothing(emitter: EventEmitter) -> None:
    assert emitter.off("ping", nothing) is emitter
    emitter.on("ping", print).off("ping", nothing)
    assert emitter.listeners("ping") == [print]


@different(
    "c",
    "removeListener",
    "A listener is found by identity.",
    "It is found by equality: in Python each access makes a new bound method, and identity would never find one.",
)
def test_off_finds_a_bound_method_by_equality(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", seen.append).off("ping", seen.append)
    assert emitter.event_names() == []


@held("c", "once", "The listener runs for one event.")
def test_once_runs_once(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", seen.append)
    assert emitter.emit("ping", 1) is True
    assert emitter.emit("ping", 2) is False
    assert seen == [1]


@held("c", "once", "The listener is removed first, then called.")
def test_once_is_removed_before_it_is_called(emitter: EventEmitter, seen: list[Any]) -> None:
    def first() -> None:
        seen.append(emitter.listener_count("ping"))
        emitter.emit("ping")

    emitter.once("ping", first)
    emitter.emit("ping")
    assert seen == [0]


@held("c", "once", "A re-entrant emit calls it only once.")
def test_once_runs_once_even_if_an_earlier_listener_emits_again(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", lambda depth: emitter.emit("ping", depth + 1))
    emitter.once("ping", seen.append)
    emitter.emit("ping", 0)
    assert seen == [1]


@held("c", "once", "removeListener takes it by the original function before it has run.")
def test_off_takes_a_once_listener_by_its_original(emitter: EventEmitter) -> None:
    emitter.once("ping", nothing).off("ping", nothing)
    assert emitter.emit("ping") is False


@held("c", "once", "listeners() shows the original, rawListeners() a wrapper whose `listener` is the original.")
def test_listeners_shows_the_original_and_raw_listeners_the_wrapper(emitter: EventEmitter) -> None:
    emitter.on("ping", print).once("ping", nothing)
    assert emitter.listeners("ping") == [print, nothing]
    plain, wrapper = emitter.raw_listeners("ping")
    assert plain is print
    assert wrapper is not nothing
    assert wrapper.listener is nothing  # type: ignore[attr-defined]


@held("c", "once", "Calling the wrapper removes the listener and runs it, once.")
def test_calling_the_wrapper_removes_and_runs_the_listener_once(emitter: EventEmitter, seen: list[Any]) -> None:
    def ping(value: int) -> str:
        seen.append((value, emitter.listener_count("ping")))
        return "result"

    emitter.once("ping", ping)
    (wrapper,) = emitter.raw_listeners("ping")
    assert wrapper(1) == "result"
    assert wrapper(2) is None
    assert seen == [(1, 0)]


@held("c", "once", "removeListener takes the wrapper, too.")
def test_off_takes_the_wrapper_too(emitter: EventEmitter) -> None:
    emitter.once("ping", nothing).once("ping", nothing)
    first, second = emitter.raw_listeners("ping")
    emitter.off("ping", first)
    assert emitter.raw_listeners("ping") == [second]


@held("c", "prependListener", "prependListener and prependOnceListener add to the front: the last one runs first.")
def test_the_last_prepended_listener_runs_first(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda: seen.append("on"))
    emitter.prepend_listener("ping", lambda: seen.append("prepended"))
    emitter.prepend_once_listener("ping", lambda: seen.append("prepended last"))
    emitter.emit("ping")
    assert seen == ["prepended last", "prepended", "on"]
    emitter.emit("ping")
    assert seen[3:] == ["prepended", "on"]


@held("c", "chaining", "Every method that changes the emitter returns it.")
def test_mutators_return_the_emitter(emitter: EventEmitter) -> None:
    for method in METHODS:
        assert getattr(emitter, method)("ping", nothing) is emitter
    assert emitter.remove_all_listeners("ping") is emitter
    assert emitter.remove_all_listeners() is emitter
    assert emitter.set_max_listeners(1) is emitter


@held("c", "chaining", "addListener is on, and off is removeListener.")
def test_add_listener_is_on_and_remove_listener_is_off() -> None:
    methods = vars(EventEmitter)
    assert methods["add_listener"] is methods["on"]
    assert methods["remove_listener"] is methods["off"]


REFUSED = 'The "listener" argument must be of type function. Received '


@held("c", "listener type", "on, once, off and the prepend methods refuse what is no function, with a TypeError.")
@pytest.mark.parametrize("method", METHODS)
def test_a_listener_must_be_a_function(emitter: EventEmitter, method: str) -> None:
    with pytest.raises(TypeError) as caught:
        getattr(emitter, method)("ping", undefined)
    assert str(caught.value) == f"{REFUSED}undefined"
    assert emitter.event_names() == []


@different(
    "c",
    "listener type",
    "The text ends with what was received: null, type string ('abc'), an instance of Object.",
    "It ends with Python's names of the same.",
)
@pytest.mark.parametrize(
    ("wrong", "received"),
    [
        (None, "None"),
        ("abc", "type str ('abc')"),
        (1, "type int (1)"),
        ("x" * 60, "type str ('xxxxxxxxxxxxxxxxxxxxxxxx...)"),
        ({}, "an instance of dict"),
        (EventEmitter(), "an instance of EventEmitter"),
    ],
)
def test_the_text_says_what_was_received_in_pythons_names(emitter: EventEmitter, wrong: Any, received: str) -> None:
    with pytest.raises(TypeError) as caught:
        emitter.on("ping", wrong)
    assert str(caught.value) == REFUSED + received


not_simulated(
    "c",
    "listener type",
    "In sandboxed renderers npm's `events` words the text slightly differently.",
    "One EventEmitter serves all processes, and its texts are Node's.",
)
not_simulated(
    "c",
    "errors",
    "Errors have a code: ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_UNHANDLED_ERROR.",
    "Python tells errors apart by their classes, here TypeError, ValueError and UnhandledError.",
)
