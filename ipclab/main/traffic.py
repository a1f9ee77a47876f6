"""What is under way: the trace's clock, what each activity still waits for, and settling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ipclab import activity
from ipclab.record import Trace

#: Turns of main's loop in which nothing may happen before an activity counts as settled.
QUIET_TURNS = 3

trace = Trace()

#: What the running code itself keeps open: a handler that settles must not wait for itself.
mine: ContextVar[set[int] | None] = ContextVar("ipclab_mine", default=None)

#: Set by `web_contents`: asks each renderer to answer once the activity has no timers there.
timer_waits: Callable[[int], list[asyncio.Future[Any]]] = lambda number: []  # noqa: ARG005, E731


class Traffic:
    """Counts what is open, per activity: frames a renderer has not worked off, and named things (handlers, loads)."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._frames: dict[int, int] = {}
        self._things: dict[int, dict[int, str]] = {}
        self._last = 0
        self._waiting: set[int] = set()
        self._waiters: list[asyncio.Future[None]] = []

    def now(self) -> float:
        """Seconds since the app started."""
        return time.monotonic() - self._started

    def since_start(self, monotonic: float) -> float:
        return max(0.0, monotonic - self._started)

    def frames_left(self, number: int, count: int = 1) -> None:
        """Frames of an activity are on their way to a renderer."""
        self._frames[number] = self._frames.get(number, 0) + count

    def frames_done(self, number: int, count: int = 1) -> None:
        """A renderer has worked off frames of an activity (or never will)."""
        left = self._frames.get(number, 0) - count
        if left > 0:
            self._frames[number] = left
            return
        self._frames.pop(number, None)
        self._wake()

    def opened(self, number: int, what: str, waits: bool = False) -> int:
        """Note that `what` is open in activity `number`; return a token for `closed`.

        `waits`: it may be waiting for the handler that asks, and so is nothing that a handler could wait for.
        """
        self._last += 1
        if waits:
            self._waiting.add(self._last)
        self._things.setdefault(number, {})[self._last] = what
        return self._last

    def closed(self, number: int, token: int) -> None:
        things = self._things.get(number)
        self._waiting.discard(token)
        if things is None or things.pop(token, None) is None:
            return
        if not things:
            del self._things[number]
        self._wake()

    def open_in(self, number: int, own: set[int] | None) -> list[str]:
        """Name what is open in an activity, oldest first; for code that itself keeps `own` open."""
        things = self._things.get(number, {})
        names = [what for token, what in things.items() if own is None or token not in own | self._waiting]
        frames = self._frames.get(number, 0)
        if frames:
            names.append(f"{frames} message{'s' if frames > 1 else ''} that a renderer has not worked off")
        return names

    def is_open(self, number: int, own: set[int] | None) -> bool:
        """Whether anything is open in an activity that code which keeps `own` open can wait for."""
        if number in self._frames:
            return True
        things = self._things.get(number)
        return things is not None and (own is None or not things.keys() <= own | self._waiting)

    @contextmanager
    def settling(self, own: set[int] | None) -> Iterator[None]:
        """A handler that settles is not to be waited for by another one that does."""
        tokens = set(own or ()) - self._waiting
        self._waiting |= tokens
        try:
            yield
        finally:
            self._waiting -= tokens

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done() and not waiter.get_loop().is_closed():
                waiter.set_result(None)

    def changed(self) -> asyncio.Future[None]:
        """Return a future that is done when something has been closed."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def restart(self) -> None:
        self._started = time.monotonic()
        self._frames.clear()
        self._things.clear()
        self._waiting.clear()
        self._wake()


traffic = Traffic()


async def settle(timeout: float = 10, timers: bool = False) -> None:
    """Wait until the traffic of the caller's activity is delivered and handled.

    Outside notebooks the whole program is one activity. Inside a handler the handler itself is not waited for. With
    `timers` pending `set_timeout`s are waited for too. `timeout` is in seconds; TimeoutError names what is open.
    """
    number = activity.current.get()
    deadline = time.monotonic() + timeout
    with traffic.settling(mine.get()):
        await _settle(number, deadline, timeout)
        while timers and await _waited_for_timers(number, deadline, timeout):
            await _settle(number, deadline, timeout)


async def _waited_for_timers(number: int, deadline: float, timeout: float) -> bool:
    """Wait until no renderer has timers of the activity; return whether any had (it may have set others since)."""
    waits = timer_waits(number)
    if not waits:
        return False
    try:
        done, pending = await asyncio.wait(waits, timeout=max(0.0, deadline - time.monotonic()))
        if pending:
            raise _too_long(number, timeout)
        return any(wait.exception() is None and wait.result()[0].payload for wait in done)
    finally:
        for wait in waits:
            wait.cancel()


def _too_long(number: int, timeout: float) -> TimeoutError:
    return TimeoutError(f"still open after {timeout:g} s: {'; '.join(traffic.open_in(number, mine.get()))}")


async def _settle(number: int, deadline: float, timeout: float) -> None:
    own = mine.get()
    quiet = 0
    while quiet < QUIET_TURNS:
        if not traffic.is_open(number, own):
            quiet += 1
            await asyncio.sleep(0)
            continue
        quiet = 0
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_long(number, timeout)
        await asyncio.wait([traffic.changed()], timeout=left)
