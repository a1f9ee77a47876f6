"""Who in main heard which message: noted only while somebody watches, for names cost more than the trace may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ipclab.emitter import EventEmitter

#: Messages whose audience is known; the oldest are forgotten first.
KEPT = 20_000

#: The listeners that a message had, by its number. None: nobody watches.
noted: dict[int, tuple[str, ...]] | None = None

_watchers = 0


def watch() -> Callable[[], None]:
    """Have audiences noted from now on; returns the way to stop it."""
    global _watchers, noted
    _watchers += 1
    if noted is None:
        noted = {}
    stopped = False

    def stop() -> None:
        global _watchers, noted
        nonlocal stopped
        if stopped:
            return
        stopped = True
        _watchers -= 1
        if not _watchers:
            noted = None

    return stop


def forget() -> None:
    """Messages are numbered anew."""
    if noted is not None:
        noted.clear()


def note_listeners(number: int, emitters: Iterable[EventEmitter], channel: str) -> None:
    """Note who is about to hear a message. Called before it is emitted: a `once` listener is gone afterwards."""
    note(number, [each for emitter in emitters for each in emitter.listeners(channel) if not _is_own(each)])


def note(number: int, functions: Iterable[Callable[..., Any]]) -> None:
    """Note the functions that are about to get a message: their names only, so that nothing is kept alive."""
    if noted is None:
        return
    noted[number] = tuple(map(_name, functions))
    if len(noted) > KEPT:
        del noted[next(iter(noted))]


def _is_own(function: Callable[..., Any]) -> bool:
    """Whether it is a guard of ipclab's, as Electron has one for `error`."""
    return type(function).__name__ == "function" and str(function.__module__).startswith("ipclab.main.")


def _name(function: Callable[..., Any]) -> str:
    """Return how a reader knows the function: its name, and the line of its cell or file."""
    # Looked up without running code of the reader's: it may be any object that can be called.
    kind = type(function)
    if kind.__name__ == "method":
        function = function.__func__  # type: ignore[attr-defined]
        kind = type(function)
    if kind.__name__ != "function":
        return f"an instance of {kind.__name__}"
    return f"{function.__name__} (line {function.__code__.co_firstlineno})"
