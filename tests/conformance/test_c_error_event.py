"""The event `error` of Node's EventEmitter (semantics c)."""

from __future__ import annotations

from typing import Any

import pytest
from rules import held

from ipclab import EventEmitter, UnhandledError
from ipclab.emitter import error_monitor

pytest_plugins = ["emitter_fixtures"]


@held("c", "error", "Without a listener emit throws the Error that it was given.")
def test_error_without_a_listener_raises_the_exception_itself(emitter: EventEmitter) -> None:
    error = ValueError("boom")
    with pytest.raises(ValueError, match="boom") as caught:
        emitter.emit("error", error, "more")
    assert caught.value is error


@held(
    "c", "error", "Anything else is thrown in an `Unhandled error. (<inspected value>)`, which has it as `context`."
)
@pytest.mark.parametrize("context", ["text", None, {"code": 1}, ValueError])
def test_error_without_a_listener_raises_unhandled_error_for_a_non_exception(
    emitter: EventEmitter, context: object
) -> None:
    with pytest.raises(UnhandledError) as caught:
        emitter.emit("error", context)
    assert str(caught.value) == f"Unhandled error. ({context!r})"
    assert caught.value.context == context


@held("c", "error", "With nothing passed the text is `Unhandled error. (undefined)`.")
def test_error_with_nothing_passed(emitter: EventEmitter) -> None:
    with pytest.raises(UnhandledError) as caught:
        emitter.emit("error")
    assert str(caught.value) == "Unhandled error. (undefined)"
    assert caught.value.context is None


@held("c", "error", "With a listener it is an event like others.")
def test_error_with_a_listener_is_an_event_like_others(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on("error", lambda *args: seen.append(args))
    assert emitter.emit("error", "bad", 1) is True
    assert seen == [("bad", 1)]


@held("c", "errorMonitor", "Its listeners see each error first, and do not count as handling it.")
def test_error_monitor_runs_first_and_does_not_count_as_a_handler(emitter: EventEmitter, seen: list[Any]) -> None:
    emitter.on(EventEmitter.error_monitor, lambda error: seen.append(("monitor", error)))
    with pytest.raises(UnhandledError):
        emitter.emit("error", "bad")
    emitter.on("error", lambda error: seen.append(("handler", error)))
    emitter.emit("error", "worse")
    assert seen == [("monitor", "bad"), ("monitor", "worse"), ("handler", "worse")]


@held("c", "errorMonitor", "It is a symbol, so that no event's name is the same.")
def test_error_monitor_is_one_readable_sentinel() -> None:
    assert EventEmitter.error_monitor is error_monitor
    assert repr(error_monitor) == "error_monitor"
