"""`newListener`, `removeListener` and `removeAllListeners` of Node's EventEmitter (semantics c)."""

from __future__ import annotations

from functools import partial
from typing import Any

from emitters import nothing
from rules import held

from ipclab import EventEmitter

pytest_plugins = ["emitter_fixtures"]


@held("c", "newListener", "It comes before the listener is added, with its name and the original function.")
def test_new_listener_comes_before_the_listener_is_added(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("newListener", lambda name, function: seen.append((name, function, emitter.listener_count(name))))
    emitter.on("ping", nothing)
    emitter.once("ping", nothing)
    assert seen == [("ping", nothing, 0), ("ping", nothing, 1)]


@held("c", "newListener", "It does not tell of its own first listener, but of the next.")
def test_new_listener_does_not_tell_of_its_own_first_listener_but_of_the_next(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    emitter.on("newListener", lambda name, _: seen.append(name))
    assert seen == []
    emitter.on("newListener", nothing)
    assert seen == ["newListener"]


@held("c", "newListener", "A listener that is added in it lands before the one being added.")
def test_a_listener_added_in_new_listener_lands_before_the_one_being_added(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    emitter.once("newListener", lambda *_: emitter.on("ping", lambda: seen.append("inserted")))
    emitter.on("ping", lambda: seen.append("added"))
    emitter.emit("ping")
    assert seen == ["inserted", "added"]


@held("c", "removeListener event", "It comes after the removal, with the original function, of a once too.")
def test_remove_listener_comes_after_the_removal_with_the_original(emitter: EventEmitter, seen: list[Any]) -> None:
    """The rule; Node 20 passes the wrapper of a `once` when other listeners share the event."""
    emitter.on("removeListener", lambda name, function: seen.append((name, function, emitter.listener_count(name))))
    emitter.on("ping", nothing).once("ping", print)
    emitter.off("ping", print)
    emitter.once("ping", print).off("ping", emitter.raw_listeners("ping")[1])
    emitter.off("ping", nothing)
    assert seen == [("ping", print, 1), ("ping", print, 1), ("ping", nothing, 0)]


@held("c", "removeListener event", "It tells of a once listener before that runs.")
def test_remove_listener_tells_of_a_once_before_it_runs(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("removeListener", lambda name, _: seen.append(f"removed {name}"))
    emitter.once("ping", lambda: seen.append("ran"))
    emitter.emit("ping")
    assert seen == ["removed ping", "ran"]


@held("c", "removeListener event", "It is not emitted for a function that was no listener.")
def test_remove_listener_is_not_emitted_for_a_stranger(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("removeListener", lambda *args: seen.append(args))
    emitter.on("ping", nothing).off("ping", print).off("pong", nothing)
    assert seen == []


@held("c", "removeListener event", "removeAllListeners(name) emits it for each listener, the last added first.")
def test_remove_all_listeners_of_a_name_tells_of_each_the_last_first(emitter: EventEmitter, seen: list[Any]) -> None:
    first, second, third = (partial(nothing, i) for i in range(3))
    emitter.on("ping", first).once("ping", second).on("ping", third).on("pong", nothing)
    emitter.on("removeListener", lambda _, function: seen.append(function))
    emitter.remove_all_listeners("ping")
    assert seen == [third, second, first]
    assert emitter.event_names() == ["pong", "removeListener"]


@held("c", "removeListener event", "removeAllListeners() goes name by name and ends with removeListener.")
def test_remove_all_listeners_goes_name_by_name_and_ends_with_remove_listener(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    emitter.on("removeListener", lambda name, _: seen.append(("first", name)))
    emitter.on("removeListener", lambda name, _: seen.append(("second", name)))
    emitter.on("ping", nothing).on("pong", nothing).remove_all_listeners()
    assert seen == [
        ("first", "ping"),
        ("second", "ping"),
        ("first", "pong"),
        ("second", "pong"),
        ("first", "removeListener"),
    ]
    assert emitter.event_names() == []


@held("c", "removeAllListeners", "Without an argument it removes everything.")
def test_remove_all_listeners_without_an_argument_removes_everything(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("pong", nothing).remove_all_listeners()
    assert emitter.event_names() == []


@held("c", "removeAllListeners", "With a name it removes that name's listeners only.")
def test_remove_all_listeners_of_a_name_leaves_the_others(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("ping", nothing).on("pong", nothing)
    assert emitter.remove_all_listeners("ping").event_names() == ["pong"]
    assert emitter.remove_all_listeners("ping").event_names() == ["pong"]


@held("c", "removeAllListeners", "An explicit undefined counts as a name, and nothing else is removed.")
def test_remove_all_listeners_takes_an_explicit_none_as_a_name(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).on(None, nothing).remove_all_listeners(None)
    assert emitter.event_names() == ["ping"]
