"""The limit of listeners of Node's EventEmitter (semantics c)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator
from typing import Any

import pytest
from emitters import nothing, pile_up
from rules import different, held

from ipclab import EventEmitter, MaxListenersExceededWarning

pytest_plugins = ["emitter_fixtures"]


@pytest.fixture
def warned() -> Generator[list[warnings.WarningMessage], None, None]:
    """What is shown with the filter that Python applies to such a warning by default."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        yield shown


@held("c", "max listeners", "The limit is 10: the 11th listener of one event name warns, not the 10th, and once.")
def test_the_eleventh_listener_of_a_name_warns_once(
    emitter: EventEmitter, warned: list[warnings.WarningMessage]
) -> None:
    pile_up(emitter, 10)
    pile_up(emitter, 10, "pong")
    assert warned == []
    pile_up(emitter, 3)
    assert len(warned) == 1
    pile_up(emitter, 1, "pong")
    assert len(warned) == 2


@held("c", "max listeners", "The text of MaxListenersExceededWarning names count, event, class and limit.")
def test_the_text_of_the_warning(warned: list[warnings.WarningMessage]) -> None:
    class Chat(EventEmitter):
        pass

    pile_up(EventEmitter(), 11)
    pile_up(Chat().set_max_listeners(1), 2, "pong")
    assert [str(shown.message) for shown in warned] == [
        "Possible EventEmitter memory leak detected. 11 ping listeners added to [EventEmitter]. MaxListeners is 10. "
        "Use emitter.setMaxListeners() to increase limit",
        "Possible EventEmitter memory leak detected. 2 pong listeners added to [Chat]. MaxListeners is 1. "
        "Use emitter.setMaxListeners() to increase limit",
    ]


@held("c", "max listeners", "The warning has `emitter`, `type` and `count`.")
def test_the_warning_says_which_emitter_event_and_count(emitter: EventEmitter) -> None:
    with pytest.warns(MaxListenersExceededWarning) as shown:
        pile_up(emitter, 11)
    warning = shown[0].message
    assert isinstance(warning, MaxListenersExceededWarning)
    assert (warning.emitter, warning.type, warning.count) == (emitter, "ping", 11)


@held("c", "max listeners", "Every emitter warns for itself.")
def test_every_emitter_warns_although_the_line_is_the_same(warned: list[warnings.WarningMessage]) -> None:
    """Python by itself shows a text once per line of code."""
    first, second = EventEmitter(), EventEmitter()
    pile_up(first, 11)
    pile_up(second, 11)
    assert [shown.message.emitter for shown in warned] == [first, second]  # type: ignore[union-attr]


@held("c", "max listeners", "Listeners that pile up anew, after all but one have gone, warn anew.")
@pytest.mark.parametrize("left", [0, 1])
def test_listeners_that_pile_up_anew_warn_anew(
    emitter: EventEmitter, warned: list[warnings.WarningMessage], left: int
) -> None:
    pile_up(emitter, 11)
    for _ in range(9):
        emitter.off("ping", nothing)
    pile_up(emitter, 9)
    assert len(warned) == 1
    for _ in range(11 - left):
        emitter.off("ping", nothing)
    pile_up(emitter, 11 - left)
    assert len(warned) == 2


@held("c", "max listeners", "Listeners that pile up anew, after all but one have gone, warn anew.")
def test_after_remove_all_listeners_they_warn_anew(
    emitter: EventEmitter, warned: list[warnings.WarningMessage]
) -> None:
    pile_up(emitter, 11)
    emitter.remove_all_listeners("ping")
    pile_up(emitter, 11)
    emitter.remove_all_listeners()
    pile_up(emitter, 11)
    assert len(warned) == 3


@different(
    "c",
    "max listeners",
    "The warning is emitted on a later tick.",
    "It comes at once: a Python warning points at the line that caused it, here the one that adds the listener.",
)
def test_the_warning_points_at_the_line_that_adds_the_listener(warned: list[warnings.WarningMessage]) -> None:
    emitter = EventEmitter().set_max_listeners(1)
    pile_up(emitter, 2)
    emitter.on("pong", nothing)

    @emitter.on("pong")
    def pong() -> None:
        pass

    assert [shown.lineno for shown in warned] == [pile_up.__code__.co_firstlineno + 2, pong.__code__.co_firstlineno]
    assert [shown.filename for shown in warned] == [pile_up.__code__.co_filename, __file__]


@held("c", "max listeners", "The limit never keeps a listener from being added.")
def test_the_limit_never_blocks_adding(emitter: EventEmitter) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(MaxListenersExceededWarning):
            pile_up(emitter, 11)
    assert emitter.listener_count("ping") == 11


@held("c", "max listeners", "0 and Infinity mean: any number.")
@pytest.mark.parametrize("unlimited", [0, math.inf])
def test_zero_and_infinity_mean_unlimited(
    emitter: EventEmitter, warned: list[warnings.WarningMessage], unlimited: float
) -> None:
    pile_up(emitter.set_max_listeners(unlimited), 50)
    assert warned == []


@held("c", "max listeners", "An emitter's own limit beats defaultMaxListeners.")
def test_an_emitters_own_limit_beats_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = EventEmitter(), EventEmitter()
    assert EventEmitter.default_max_listeners == 10
    assert mine.set_max_listeners(3) is mine
    monkeypatch.setattr(EventEmitter, "default_max_listeners", 7)
    assert (mine.get_max_listeners(), other.get_max_listeners()) == (3, 7)


@different(
    "c",
    "setMaxListeners",
    "A negative number and NaN are a RangeError.",
    "Python has no RangeError; it is a ValueError with the same text.",
)
@pytest.mark.parametrize("wrong", [-1, -math.inf, math.nan])
def test_set_max_listeners_out_of_range(emitter: EventEmitter, wrong: float) -> None:
    with pytest.raises(ValueError, match="out of range") as caught:
        emitter.set_max_listeners(wrong)
    text = f'The value of "setMaxListeners" is out of range. It must be >= 0. Received {wrong}'
    assert str(caught.value) == text


@held("c", "setMaxListeners", "What is no number is a TypeError.")
@pytest.mark.parametrize(
    ("wrong", "received"),
    [("ten", "type str ('ten')"), (None, "None"), (True, "type bool (True)"), ({}, "an instance of dict")],
)
def test_set_max_listeners_of_a_non_number(emitter: EventEmitter, wrong: Any, received: str) -> None:
    with pytest.raises(TypeError) as caught:
        emitter.set_max_listeners(wrong)
    assert str(caught.value) == f'The "setMaxListeners" argument must be of type number. Received {received}'
