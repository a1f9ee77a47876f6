"""What Node's EventEmitter tells of itself, and what an event name is (semantics c)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from emitters import nothing
from rules import different, held

from ipclab import EventEmitter

pytest_plugins = ["emitter_fixtures"]


@held("c", "eventNames", "The names are in the order of their first registration, symbols included.")
def test_event_names_are_in_the_order_of_first_registration(emitter: EventEmitter) -> None:
    symbol = object()
    emitter.on("b", nothing).on("a", nothing).on("b", nothing).on(symbol, nothing)
    assert emitter.event_names() == ["b", "a", symbol]


@different(
    "c",
    "eventNames",
    "Names that look like numbers come before the others, and symbols after them.",
    "JavaScript orders the keys of its objects so. Here all names keep the order of their registration.",
)
def test_event_names_are_not_sorted_by_kind(emitter: EventEmitter) -> None:
    symbol = object()
    emitter.on(symbol, nothing).on("b", nothing).on("2", nothing).on(1, nothing)
    assert emitter.event_names() == [symbol, "b", "2", "1"]


@held("c", "eventNames", "A name vanishes with its last listener.")
def test_a_name_vanishes_with_its_last_listener(emitter: EventEmitter) -> None:
    emitter.on("b", nothing).on("a", nothing).on("b", nothing).off("b", nothing)
    assert emitter.event_names() == ["b", "a"]
    emitter.off("b", nothing)
    assert emitter.event_names() == ["a"]
    emitter.on("b", nothing)
    assert emitter.event_names() == ["a", "b"]


@held("c", "listeners", "listeners() and rawListeners() return copies.")
def test_listeners_returns_a_copy(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing)
    emitter.listeners("ping").clear()
    emitter.raw_listeners("ping").clear()
    assert emitter.listener_count("ping") == 1
    assert emitter.listeners("pong") == emitter.raw_listeners("pong") == []


@held("c", "listenerCount", "It counts the listeners of a name, or how often one function is among them.")
def test_listener_count_may_ask_for_one_listener(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("ping", nothing).on("ping", print)
    assert emitter.listener_count("ping") == 3
    assert emitter.listener_count("ping", nothing) == 2
    assert emitter.listener_count("ping", len) == 0
    assert emitter.listener_count("pong") == 0


@held("c", "event names", "Names are property keys: 1 and '1' are the same.")
def test_names_are_property_keys(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on(1, seen.append)
    assert emitter.emit("1", "by text")
    assert emitter.emit(1, "by number")
    assert seen == ["by text", "by number"]
    assert emitter.event_names() == ["1"]
    assert emitter.listener_count(1) == len(emitter.listeners(1)) == len(emitter.raw_listeners(1)) == 1
    emitter.off("1", seen.append).on("1", nothing).remove_all_listeners(1)
    assert emitter.event_names() == []


@different(
    "c",
    "event names",
    "Other values become texts, too: true and 'true' are the same name, and so are null and 'null'.",
    "Any hashable value is a name and stays what it is: what `str` makes of it is not what JavaScript makes of it.",
)
@pytest.mark.parametrize("name", [True, None, (1, 2), 1.5])
def test_other_names_stay_what_they_are(emitter: EventEmitter, name: Hashable) -> None:
    emitter.on(name, nothing)
    assert emitter.event_names() == [name]
    assert emitter.emit(name)
    assert not emitter.emit(str(name))
    assert not emitter.emit(1)


@held("c", "event names", "No name is special, __proto__ and toString neither.")
@pytest.mark.parametrize("name", ["__proto__", "toString", "hasOwnProperty", "__class__", "on", ""])
def test_no_name_is_special(emitter: EventEmitter, name: str) -> None:
    assert emitter.emit(name) is False
    emitter.on(name, nothing)
    assert emitter.emit(name) is True
    assert emitter.event_names() == [name]
