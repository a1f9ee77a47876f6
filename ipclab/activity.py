"""Activities: what one cell (or one click) set going, across all processes.

Every frame on a link carries the number of the activity it belongs to; what the frame causes runs in a copy of the
context in which that activity began, so that its output lands under the right cell. Outside notebooks there is one
activity, number 0.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import TypeVar, TypeVarTuple

A = TypeVarTuple("A")
R = TypeVar("R")

#: The activity that the running code belongs to.
current: ContextVar[int] = ContextVar("ipclab_activity", default=0)

#: How many activities keep their context; frames of older ones run in the context of whoever reads the link.
KEPT = 1000

_contexts: dict[int, Context] = {}
_last = 0


def begin() -> int:
    """Begin an activity in the caller's context and return its number."""
    global _last
    _last += 1
    current.set(_last)
    _contexts[_last] = copy_context()
    if len(_contexts) > KEPT:
        del _contexts[next(iter(_contexts))]
    return _last


def count_from(number: int) -> None:
    """Number activities from `number` on, if they have not got there yet."""
    global _last
    _last = max(_last, number - 1)


def last() -> int:
    """Return the number of the newest activity, 0 if none was begun."""
    return _last


def run(number: int, function: Callable[[*A], R], *args: *A) -> R:
    """Call `function` in a copy of the context of activity `number`."""
    kept = _contexts.get(number)
    if kept is not None:
        return kept.copy().run(function, *args)
    return copy_context().run(_run_as, number, function, args)


def _run_as(number: int, function: Callable[..., R], args: tuple[object, ...]) -> R:
    current.set(number)
    return function(*args)
