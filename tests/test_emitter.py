"""EventEmitter follows Node's events module (section c of the Electron semantics), one test per rule."""

from __future__ import annotations

import asyncio
import gc
import math
import warnings
import weakref
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any

import pytest

from ipclab import tasks
from ipclab.emitter import EventEmitter, MaxListenersExceededWarning, UnhandledError, error_monitor
from ipclab.scope import Place, Scope, current, note
from ipclab.waiting import once


@pytest.fixture
def emitter() -> EventEmitter:
    return EventEmitter()


@pytest.fixture
def seen() -> list[Any]:
    return []


@pytest.fixture
def cell() -> Generator[Scope, None, None]:
    """The scope of a cell that runs meanwhile."""
    token = current.set(Scope())
    scope = current.get()
    assert scope is not None
    yield scope
    current.reset(token)


def nothing(*_: object) -> None:
    pass


# Dispatch


def test_emit_is_synchronous_and_in_the_order_of_registration(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda *args: seen.append(("first", args)))
    emitter.on("ping", lambda *args: seen.append(("second", args)))
    emitter.emit("ping", 1, "two")
    assert seen == [("first", (1, "two")), ("second", (1, "two"))]


def test_emit_returns_whether_there_was_a_listener_and_ignores_what_listeners_return(emitter: EventEmitter) -> None:
    emitter.on("ping", lambda: False)
    assert emitter.emit("ping") is True
    assert emitter.emit("pong") is False


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


# Snapshot


def test_a_listener_removed_during_emit_still_runs_this_time(emitter: EventEmitter, seen: list[Any]) -> None:
    def second() -> None:
        seen.append("second")

    emitter.on("ping", lambda: emitter.off("ping", second))
    emitter.on("ping", second)
    emitter.emit("ping")
    emitter.emit("ping")
    assert seen == ["second"]


def test_a_listener_added_during_emit_waits_for_the_next(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", lambda: emitter.on("ping", lambda: seen.append("late")))
    emitter.emit("ping")
    assert seen == []
    emitter.emit("ping")
    assert seen == ["late"]


def test_remove_all_listeners_does_not_stop_the_emit_under_way(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda: emitter.remove_all_listeners())
    emitter.on("ping", lambda: seen.append("second"))
    assert emitter.emit("ping") is True
    assert emitter.emit("ping") is False
    assert seen == ["second"]


# Exceptions


def test_an_exception_leaves_emit_and_skips_the_other_listeners(emitter: EventEmitter, seen: list[Any]) -> None:
    def fail() -> None:
        raise ValueError("boom")

    emitter.on("ping", fail)
    emitter.on("ping", lambda: seen.append("second"))
    with pytest.raises(ValueError, match="boom"):
        emitter.emit("ping")
    assert seen == []


def test_a_once_listener_that_throws_has_been_removed(emitter: EventEmitter) -> None:
    def fail() -> None:
        raise ValueError("boom")

    emitter.once("ping", fail)
    with pytest.raises(ValueError, match="boom"):
        emitter.emit("ping")
    assert emitter.listener_count("ping") == 0


# Duplicates and removal


def test_the_same_listener_twice_runs_twice(emitter: EventEmitter, seen: list[Any]) -> None:
    def ping() -> None:
        seen.append("ping")

    emitter.on("ping", ping).on("ping", ping).emit("ping")
    assert seen == ["ping", "ping"]


def test_off_removes_one_instance(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).on("ping", nothing).off("ping", nothing)
    assert emitter.listeners("ping") == [nothing]


def test_off_removes_the_last_added_instance(emitter: EventEmitter, seen: list[Any]) -> None:
    def again() -> None:
        seen.append("again")

    emitter.on("ping", again).on("ping", lambda: seen.append("between")).on("ping", again)
    emitter.off("ping", again).emit("ping")
    assert seen == ["again", "between"]


def test_off_after_on_and_once_of_one_function_removes_the_once(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("ping", nothing).off("ping", nothing)
    assert emitter.raw_listeners("ping") == [nothing]


def test_off_of_a_stranger_does_nothing(emitter: EventEmitter) -> None:
    assert emitter.off("ping", nothing) is emitter
    emitter.on("ping", print).off("ping", nothing)
    assert emitter.listeners("ping") == [print]


def test_off_finds_a_bound_method_by_equality(emitter: EventEmitter, seen: list[Any]) -> None:
    """In Python each access makes a new bound method, so identity would never find one."""
    emitter.on("ping", seen.append).off("ping", seen.append)
    assert emitter.event_names() == []


# once


def test_once_runs_once(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", seen.append)
    assert emitter.emit("ping", 1) is True
    assert emitter.emit("ping", 2) is False
    assert seen == [1]


def test_once_is_removed_before_it_is_called(emitter: EventEmitter, seen: list[Any]) -> None:
    def first() -> None:
        seen.append(emitter.listener_count("ping"))
        emitter.emit("ping")

    emitter.once("ping", first)
    emitter.emit("ping")
    assert seen == [0]


def test_once_runs_once_even_if_an_earlier_listener_emits_again(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.once("ping", lambda depth: emitter.emit("ping", depth + 1))
    emitter.once("ping", seen.append)
    emitter.emit("ping", 0)
    assert seen == [1]


def test_a_once_listener_removed_during_emit_still_runs_this_time(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda _: emitter.off("ping", seen.append))
    emitter.once("ping", seen.append)
    emitter.emit("ping", 1)
    emitter.emit("ping", 2)
    assert seen == [1]


def test_off_takes_a_once_listener_by_its_original(emitter: EventEmitter) -> None:
    emitter.once("ping", nothing).off("ping", nothing)
    assert emitter.emit("ping") is False


def test_listeners_shows_the_original_and_raw_listeners_the_wrapper(emitter: EventEmitter) -> None:
    emitter.on("ping", print).once("ping", nothing)
    assert emitter.listeners("ping") == [print, nothing]
    plain, wrapper = emitter.raw_listeners("ping")
    assert plain is print
    assert wrapper is not nothing
    assert wrapper.listener is nothing  # type: ignore[attr-defined]


def test_calling_the_wrapper_removes_and_runs_the_listener_once(emitter: EventEmitter, seen: list[Any]) -> None:
    def ping(value: int) -> str:
        seen.append((value, emitter.listener_count("ping")))
        return "result"

    emitter.once("ping", ping)
    (wrapper,) = emitter.raw_listeners("ping")
    assert wrapper(1) == "result"
    assert wrapper(2) is None
    assert seen == [(1, 0)]


def test_off_takes_the_wrapper_too(emitter: EventEmitter) -> None:
    emitter.once("ping", nothing).once("ping", nothing)
    first, second = emitter.raw_listeners("ping")
    emitter.off("ping", first)
    assert emitter.raw_listeners("ping") == [second]


# prepend


def test_the_last_prepended_listener_runs_first(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("ping", lambda: seen.append("on"))
    emitter.prepend_listener("ping", lambda: seen.append("prepended"))
    emitter.prepend_once_listener("ping", lambda: seen.append("prepended last"))
    emitter.emit("ping")
    assert seen == ["prepended last", "prepended", "on"]
    emitter.emit("ping")
    assert seen[3:] == ["prepended", "on"]


# newListener, removeListener


def test_new_listener_comes_before_the_listener_is_added(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("newListener", lambda name, function: seen.append((name, function, emitter.listener_count(name))))
    emitter.on("ping", nothing)
    emitter.once("ping", nothing)
    assert seen == [("ping", nothing, 0), ("ping", nothing, 1)]


def test_new_listener_does_not_tell_of_its_own_first_listener_but_of_the_next(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    emitter.on("newListener", lambda name, _: seen.append(name))
    assert seen == []
    emitter.on("newListener", nothing)
    assert seen == ["newListener"]


def test_a_listener_added_in_new_listener_lands_before_the_one_being_added(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    emitter.once("newListener", lambda *_: emitter.on("ping", lambda: seen.append("inserted")))
    emitter.on("ping", lambda: seen.append("added"))
    emitter.emit("ping")
    assert seen == ["inserted", "added"]


def test_remove_listener_comes_after_the_removal_with_the_original(emitter: EventEmitter, seen: list[Any]) -> None:
    """The rule; Node 20 passes the wrapper of a `once` when other listeners share the event."""
    emitter.on("removeListener", lambda name, function: seen.append((name, function, emitter.listener_count(name))))
    emitter.on("ping", nothing).once("ping", print)
    emitter.off("ping", print)
    emitter.once("ping", print).off("ping", emitter.raw_listeners("ping")[1])
    emitter.off("ping", nothing)
    assert seen == [("ping", print, 1), ("ping", print, 1), ("ping", nothing, 0)]


def test_remove_listener_tells_of_a_once_before_it_runs(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("removeListener", lambda name, _: seen.append(f"removed {name}"))
    emitter.once("ping", lambda: seen.append("ran"))
    emitter.emit("ping")
    assert seen == ["removed ping", "ran"]


def test_remove_listener_is_not_emitted_for_a_stranger(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("removeListener", lambda *args: seen.append(args))
    emitter.on("ping", nothing).off("ping", print).off("pong", nothing)
    assert seen == []


def test_remove_all_listeners_of_a_name_tells_of_each_the_last_first(emitter: EventEmitter, seen: list[Any]) -> None:
    first, second, third = (partial(nothing, i) for i in range(3))
    emitter.on("ping", first).once("ping", second).on("ping", third).on("pong", nothing)
    emitter.on("removeListener", lambda _, function: seen.append(function))
    assert emitter.remove_all_listeners("ping") is emitter
    assert seen == [third, second, first]
    assert emitter.event_names() == ["pong", "removeListener"]


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


def test_remove_all_listeners_without_an_argument_removes_everything(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).on("pong", nothing)
    assert emitter.remove_all_listeners() is emitter
    assert emitter.event_names() == []


def test_remove_all_listeners_takes_an_explicit_none_as_a_name(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).on(None, nothing).remove_all_listeners(None)
    assert emitter.event_names() == ["ping"]


# error


def test_error_without_a_listener_raises_the_exception_itself(emitter: EventEmitter) -> None:
    error = ValueError("boom")
    with pytest.raises(ValueError, match="boom") as caught:
        emitter.emit("error", error, "more")
    assert caught.value is error


@pytest.mark.parametrize("context", ["text", None, {"code": 1}, ValueError])
def test_error_without_a_listener_raises_unhandled_error_for_a_non_exception(
    emitter: EventEmitter, context: object
) -> None:
    with pytest.raises(UnhandledError) as caught:
        emitter.emit("error", context)
    assert str(caught.value) == f"Unhandled error. ({context!r})"
    assert caught.value.context == context


def test_error_with_nothing_passed(emitter: EventEmitter) -> None:
    with pytest.raises(UnhandledError) as caught:
        emitter.emit("error")
    assert str(caught.value) == "Unhandled error. (undefined)"
    assert caught.value.context is None


def test_error_with_a_value_whose_repr_fails(emitter: EventEmitter) -> None:
    class Awkward:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(UnhandledError, match=r"Unhandled error. \(<.*Awkward object"):
        emitter.emit("error", Awkward())


def test_error_with_a_listener_is_an_event_like_others(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("error", lambda *args: seen.append(args))
    assert emitter.emit("error", "bad", 1) is True
    assert seen == [("bad", 1)]


def test_error_monitor_runs_first_and_does_not_count_as_a_handler(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on(EventEmitter.error_monitor, lambda error: seen.append(("monitor", error)))
    with pytest.raises(UnhandledError):
        emitter.emit("error", "bad")
    emitter.on("error", lambda error: seen.append(("handler", error)))
    emitter.emit("error", "worse")
    assert seen == [("monitor", "bad"), ("monitor", "worse"), ("handler", "worse")]


def test_error_monitor_is_one_readable_sentinel() -> None:
    assert EventEmitter.error_monitor is error_monitor
    assert repr(error_monitor) == "error_monitor"


# Max listeners


@pytest.fixture
def warned() -> Generator[list[warnings.WarningMessage], None, None]:
    """What is shown with the filter that Python applies to such a warning by default."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        yield shown


def pile_up(emitter: EventEmitter, count: int, name: str = "ping") -> None:
    for _ in range(count):
        emitter.on(name, nothing)


def test_the_eleventh_listener_of_a_name_warns_once(
    emitter: EventEmitter, warned: list[warnings.WarningMessage]
) -> None:
    pile_up(emitter, 10)
    pile_up(emitter, 10, "pong")
    assert warned == []
    pile_up(emitter, 3)
    (shown,) = warned
    warning = shown.message
    assert isinstance(warning, MaxListenersExceededWarning)
    assert str(warning) == (
        "Possible EventEmitter memory leak detected. 11 ping listeners added to [EventEmitter]. "
        "MaxListeners is 10. Use emitter.setMaxListeners() to increase limit"
    )
    assert (warning.emitter, warning.type, warning.count) == (emitter, "ping", 11)
    pile_up(emitter, 1, "pong")
    assert len(warned) == 2


def test_every_emitter_warns_although_the_line_is_the_same(warned: list[warnings.WarningMessage]) -> None:
    """Python shows a text once per line of code; Node warns once per emitter and event name."""
    first, second = EventEmitter(), EventEmitter()
    pile_up(first, 11)
    pile_up(second, 11)
    assert [shown.message.emitter for shown in warned] == [first, second]  # type: ignore[union-attr]


def test_a_name_that_lost_its_listeners_can_warn_again(
    emitter: EventEmitter, warned: list[warnings.WarningMessage]
) -> None:
    """So it is in Node, and a cell that is run again shows the warning again."""
    pile_up(emitter, 11)
    emitter.remove_all_listeners("ping")
    pile_up(emitter, 11)
    for _ in range(11):
        emitter.off("ping", nothing)
    pile_up(emitter, 11)
    assert len(warned) == 3


def test_the_warning_names_the_class_and_points_at_the_callers_line(warned: list[warnings.WarningMessage]) -> None:
    class Chat(EventEmitter):
        pass

    chat = Chat().set_max_listeners(1)
    pile_up(chat, 2)
    chat.on("pong", nothing)

    @chat.on("pong")
    def pong() -> None:
        pass

    lines = [shown.lineno for shown in warned]
    assert lines == [pile_up.__code__.co_firstlineno + 2, pong.__code__.co_firstlineno]
    assert {shown.filename for shown in warned} == {__file__}
    assert "added to [Chat]. MaxListeners is 1." in str(warned[0].message)


def test_the_limit_never_blocks_adding(emitter: EventEmitter) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(MaxListenersExceededWarning):
            pile_up(emitter, 11)
    assert emitter.listener_count("ping") == 11


@pytest.mark.parametrize("unlimited", [0, math.inf])
def test_zero_and_infinity_mean_unlimited(
    emitter: EventEmitter, warned: list[warnings.WarningMessage], unlimited: float
) -> None:
    pile_up(emitter.set_max_listeners(unlimited), 50)
    assert warned == []


def test_an_emitters_own_limit_beats_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = EventEmitter(), EventEmitter()
    assert EventEmitter.default_max_listeners == 10
    assert mine.set_max_listeners(3) is mine
    monkeypatch.setattr(EventEmitter, "default_max_listeners", 7)
    assert (mine.get_max_listeners(), other.get_max_listeners()) == (3, 7)


@pytest.mark.parametrize("wrong", [-1, -math.inf, math.nan])
def test_set_max_listeners_out_of_range(emitter: EventEmitter, wrong: float) -> None:
    with pytest.raises(ValueError, match="out of range") as caught:
        emitter.set_max_listeners(wrong)
    text = f'The value of "setMaxListeners" is out of range. It must be >= 0. Received {wrong}'
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("wrong", "received"),
    [("ten", "type str ('ten')"), (None, "None"), (True, "type bool (True)"), ({}, "an instance of dict")],
)
def test_set_max_listeners_of_a_non_number(emitter: EventEmitter, wrong: Any, received: str) -> None:
    with pytest.raises(TypeError) as caught:
        emitter.set_max_listeners(wrong)
    assert str(caught.value) == f'The "setMaxListeners" argument must be of type number. Received {received}'


# Listener type check

METHODS = [
    "on",
    "add_listener",
    "once",
    "prepend_listener",
    "prepend_once_listener",
    "off",
    "remove_listener",
]


@pytest.mark.parametrize("method", METHODS)
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
def test_a_listener_must_be_callable(emitter: EventEmitter, method: str, wrong: object, received: str) -> None:
    with pytest.raises(TypeError) as caught:
        getattr(emitter, method)("ping", wrong)
    assert str(caught.value) == f'The "listener" argument must be of type function. Received {received}'
    assert emitter.event_names() == []


def test_a_decorated_non_function_is_refused_too(emitter: EventEmitter) -> None:
    with pytest.raises(TypeError, match=r'The "listener" argument must be of type function\. Received None'):
        emitter.on("ping")(None)  # type: ignore[type-var]


# Introspection


def test_event_names_are_in_the_order_of_first_registration(emitter: EventEmitter) -> None:
    sentinel = object()
    emitter.on("b", nothing).on(sentinel, nothing).on("a", nothing).on("b", nothing)
    assert emitter.event_names() == ["b", sentinel, "a"]


def test_a_name_vanishes_with_its_last_listener(emitter: EventEmitter) -> None:
    emitter.on("b", nothing).on("a", nothing).on("b", nothing).off("b", nothing)
    assert emitter.event_names() == ["b", "a"]
    emitter.off("b", nothing)
    assert emitter.event_names() == ["a"]
    emitter.on("b", nothing)
    assert emitter.event_names() == ["a", "b"]


def test_listeners_returns_a_copy(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing)
    emitter.listeners("ping").clear()
    emitter.raw_listeners("ping").clear()
    assert emitter.listener_count("ping") == 1
    assert emitter.listeners("pong") == emitter.raw_listeners("pong") == []


def test_listener_count_may_ask_for_one_listener(emitter: EventEmitter) -> None:
    emitter.on("ping", nothing).once("ping", nothing).on("ping", print)
    assert emitter.listener_count("ping") == 3
    assert emitter.listener_count("ping", nothing) == 2
    assert emitter.listener_count("ping", len) == 0
    assert emitter.listener_count("pong") == 0


def test_names_are_property_keys(emitter: EventEmitter, seen: list[Any]) -> None:
    """1 and "1" are the same name, as JavaScript's property keys are; True is another."""
    emitter.on(1, seen.append)
    assert emitter.emit("1", "by text")
    assert emitter.emit(1, "by number")
    assert not emitter.emit(True, "by bool")
    assert seen == ["by text", "by number"]
    assert emitter.event_names() == ["1"]
    assert emitter.listener_count(1) == len(emitter.listeners(1)) == len(emitter.raw_listeners(1)) == 1
    emitter.off("1", seen.append).on("1", nothing).remove_all_listeners(1)
    assert emitter.event_names() == []


@pytest.mark.parametrize("name", ["__proto__", "toString", "hasOwnProperty", "__class__", "on", ""])
def test_no_name_is_special(emitter: EventEmitter, name: str) -> None:
    assert emitter.emit(name) is False
    emitter.on(name, nothing)
    assert emitter.emit(name) is True
    assert emitter.event_names() == [name]


# Chaining, decorators


def test_mutators_return_the_emitter(emitter: EventEmitter) -> None:
    for method in METHODS:
        assert getattr(emitter, method)("ping", nothing) is emitter
    assert emitter.remove_all_listeners("ping") is emitter
    assert emitter.set_max_listeners(1) is emitter


def test_add_listener_is_on_and_remove_listener_is_off() -> None:
    methods = vars(EventEmitter)
    assert methods["add_listener"] is methods["on"]
    assert methods["remove_listener"] is methods["off"]


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


# Async listeners


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 10))


def test_an_async_listener_runs_to_its_first_await_before_the_next_starts(
    emitter: EventEmitter, seen: list[Any]
) -> None:
    async def main() -> None:
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

    run(main)


def test_a_coroutine_from_a_plain_function_or_a_once_is_run_as_well(emitter: EventEmitter, seen: list[Any]) -> None:
    async def listener(value: int) -> None:
        seen.append(value)

    async def main() -> None:
        emitter.on("ping", lambda value: listener(value))
        emitter.once("ping", listener)
        emitter.emit("ping", 1)
        emitter.emit("ping", 2)
        assert seen == [1, 1, 2]

    run(main)


def test_a_coroutine_of_another_make_is_run_as_well(emitter: EventEmitter, seen: list[Any]) -> None:
    """Compiled extensions (Cython) bring coroutine types of their own."""

    class Compiled(Coroutine[Any, Any, None]):
        def send(self, _: object) -> None:
            seen.append("ran")
            raise StopIteration

        def throw(self, *_: object) -> None: ...

        def __await__(self) -> Generator[Any, Any, None]:
            yield

    async def main() -> None:
        emitter.on("ping", Compiled)
        emitter.emit("ping")
        assert seen == ["ran"]

    run(main)


def test_a_rejecting_async_listener_is_an_unhandled_rejection_not_an_error_event(
    emitter: EventEmitter, seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Node's captureRejections is off by default."""
    monkeypatch.setattr(tasks, "on_unhandled", lambda error: seen.append(str(error)))
    emitter.on("error", lambda _: seen.append("error event"))

    async def main() -> None:
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

    run(main)


# events.once


def test_once_resolves_with_the_arguments_and_listens_from_the_call_on(emitter: EventEmitter) -> None:
    async def main() -> None:
        waiting = once(emitter, "ping")
        emitter.emit("ping", 1, 2)
        emitter.emit("ping", 3)
        assert await waiting == [1, 2]
        assert emitter.event_names() == []

    run(main)


def test_once_misses_a_second_event_emitted_right_after_the_first(emitter: EventEmitter) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: (emitter.emit("ping"), emitter.emit("pong")))
        await once(emitter, "ping")
        waiting = once(emitter, "pong")
        assert emitter.listener_count("pong") == 1
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()

    run(main)


def test_once_rejects_if_error_is_emitted_first(emitter: EventEmitter) -> None:
    async def main() -> None:
        waiting = once(emitter, "ping")
        emitter.emit("error", ValueError("boom"))
        with pytest.raises(ValueError, match="boom"):
            await waiting
        waiting = once(emitter, "ping")
        emitter.emit("error", "bad")
        with pytest.raises(UnhandledError, match=r"Unhandled error. \('bad'\)"):
            await waiting
        assert emitter.event_names() == []

    run(main)


def test_once_of_error_resolves_with_it(emitter: EventEmitter) -> None:
    async def main() -> None:
        waiting = once(emitter, "error")
        emitter.emit("error", "bad")
        assert await waiting == ["bad"]

    run(main)


def test_cancelling_once_removes_its_listeners(emitter: EventEmitter) -> None:
    async def main() -> None:
        waiting = once(emitter, "ping")
        waiting.cancel()
        assert emitter.emit("ping") is True  # an event right after the cancellation is no failure
        once(emitter, "ping").cancel()
        await asyncio.sleep(0)
        assert emitter.event_names() == []

    run(main)


# Memory


def test_an_emitter_goes_with_its_last_reference() -> None:
    """Electron notices garbage (a port's peer, an unanswered event); reference counting makes that prompt."""

    async def main() -> None:
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

    run(main)


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
