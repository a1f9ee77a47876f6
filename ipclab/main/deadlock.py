"""Who waits for whom, so that a wait that could never end is refused instead of begun.

A renderer in `send_sync` waits for main's listener. If that listener awaits code in another renderer, the first waits
for the second, and so on. Main refuses to wait for a renderer that, along such a chain, waits for the very listener.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ipclab.errors import DeadlockError

#: The renderers that wait in `send_sync` for the code that is running (or for what called it).
waiting_for_me: ContextVar[frozenset[int]] = ContextVar("ipclab_waiting_for_me", default=frozenset())

#: How many `send_sync`s of each renderer are unanswered: it can run nothing until they are.
blocked: dict[int, int] = {}

_waits: list[tuple[frozenset[int], int]] = []


def begin_sync(renderer: int) -> None:
    """A renderer has called `send_sync`; the code that handles it runs in the current context."""
    blocked[renderer] = blocked.get(renderer, 0) + 1
    waiting_for_me.set(waiting_for_me.get() | {renderer})


def end_sync(renderer: int) -> None:
    """One `send_sync` of the renderer was answered."""
    left = blocked.pop(renderer, 0) - 1
    if left > 0:
        blocked[renderer] = left


def forget(renderer: int) -> None:
    """The renderer is gone."""
    blocked.pop(renderer, None)


@contextmanager
def waiting(renderer: int) -> Iterator[None]:
    """Main's running code waits for code in a renderer. DeadlockError if that code could never run."""
    above = waiting_for_me.get()
    if _leads_back(renderer, above):
        raise DeadlockError(
            f"renderer {renderer} waits in send_sync for this very listener: it cannot run code before it is "
            f"answered. Set event.return_value first, or use invoke instead of send_sync"
        )
    wait = (above, renderer)
    _waits.append(wait)
    try:
        yield
    finally:
        _waits.remove(wait)


def _leads_back(renderer: int, above: frozenset[int]) -> bool:
    seen: set[int] = set()
    front = [renderer]
    while front:
        one = front.pop()
        if one in seen or one not in blocked:
            continue
        if one in above:
            return True
        seen.add(one)
        front += [target for waiters, target in _waits if one in waiters]
        if any(one in waiters and target in above for waiters, target in _waits):
            return True
    return False
