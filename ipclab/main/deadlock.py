"""Who waits for whom, so that a wait that could never end is refused instead of begun.

A renderer in `send_sync` waits for main's listener. If that listener awaits code in another renderer, the first waits
for the second; if that code has called `invoke`, for its handler too, and so on. Main refuses to wait for a renderer
that, along such a chain, waits for the very code that asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ipclab.errors import DeadlockError


class SyncCall:
    """One `send_sync`: until it is answered its renderer runs nothing."""

    __slots__ = ("renderer",)

    def __init__(self, renderer: int) -> None:
        self.renderer = renderer


#: The calls that wait for the code that is running (or for what called it).
waiting_for_me: ContextVar[frozenset[SyncCall]] = ContextVar("ipclab_waiting_for_me", default=frozenset())

_unanswered: dict[int, set[SyncCall]] = {}  # per renderer

_waits: dict[object, tuple[frozenset[SyncCall], int]] = {}  # which calls wait for which renderer


def begin_sync(renderer: int) -> SyncCall:
    """A renderer has called `send_sync`; the code that handles it runs in the current context."""
    call = SyncCall(renderer)
    _unanswered.setdefault(renderer, set()).add(call)
    waiting_for_me.set(waiting_for_me.get() | {call})
    return call


def end_sync(call: SyncCall) -> None:
    """The call was answered, or its renderer waits no more."""
    calls = _unanswered.get(call.renderer)
    if calls is not None:
        calls.discard(call)
        if not calls:
            del _unanswered[call.renderer]


@contextmanager
def waiting(renderer: int) -> Iterator[None]:
    """Main's running code waits for a renderer to run something. DeadlockError if that could never be."""
    above = waiting_for_me.get()
    if not above:
        yield
        return
    if _leads_back(renderer, above):
        raise DeadlockError(
            f"renderer {renderer} waits in send_sync for this very listener: it cannot run code before it is "
            f"answered. Set event.return_value first, or use invoke instead of send_sync"
        )
    wait = object()
    _waits[wait] = (above, renderer)
    try:
        yield
    finally:
        del _waits[wait]


def _leads_back(renderer: int, above: frozenset[SyncCall]) -> bool:
    seen: set[int] = set()
    front = [renderer]
    while front:
        one = front.pop()
        if one in seen:
            continue
        seen.add(one)
        for call in _unanswered.get(one, ()):
            if call in above:
                return True
            front += [target for calls, target in _waits.values() if call in calls]
    return False
