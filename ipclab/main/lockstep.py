"""Lockstep: one order of events in every run.

Renderers that run at the same time reach main in an order that the machine's load decides. In lockstep a frame leaves
for a renderer only when every renderer sleeps (or waits in `send_sync`), so one thing happens after the other. A
renderer that stays busy longer than `limit` seconds no longer holds up the others until it has slept.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from typing import Protocol

from ipclab.protocol import Buffer

#: Seconds for which a busy renderer holds up the others.
LIMIT = 0.1


class Host(Protocol):
    def is_alive(self) -> bool: ...
    def is_blocked(self) -> bool: ...
    def write(self, chunks: list[Buffer]) -> None: ...


class _Waiting:
    """A packet that waits for its turn."""

    __slots__ = ("answers", "chunks", "host", "instead", "size")

    def __init__(self, host: Host, chunks: list[Buffer], instead: list[Buffer] | None, answers: bool) -> None:
        self.host = host
        self.answers = answers
        self.chunks = chunks
        self.instead = instead
        self.size = sum(map(len, chunks))


class Lockstep:
    """Whose turn it is. One for all renderers."""

    def __init__(self) -> None:
        self.enabled = False
        self.limit = float(os.environ.get("IPCLAB_LOCKSTEP_LIMIT", LIMIT))
        self._queue: deque[_Waiting] = deque()
        self._held: Counter[Host] = Counter()
        self._answers: Counter[Host] = Counter()  # what waits and lets a blocked renderer go on
        self._busy: set[Host] = set()
        self._exempt: set[Host] = set()
        self._timer: asyncio.TimerHandle | None = None

    def send(
        self, host: Host, chunks: list[Buffer], instead: list[Buffer] | None = None, answers: bool = False
    ) -> None:
        """Send a packet when its turn comes: now, if lockstep is off. `call_off` puts `instead` in its place.

        `answers`: a renderer that waits in `send_sync` goes on with it.
        """
        if not self.enabled and not self._queue:
            host.write(chunks)
            return
        # What waits must not change when the program changes its own memory meanwhile.
        held: list[Buffer] = [chunk if isinstance(chunk, bytes) else bytes(chunk) for chunk in chunks]
        waiting = _Waiting(host, held, instead, answers)
        self._queue.append(waiting)
        self._held[host] += waiting.size
        self._answers[host] += answers
        self._pump()

    def held(self, host: Host) -> int:
        """How many bytes wait for their turn to leave for `host`'s renderer."""
        return self._held[host]

    def quiet(self, host: Host) -> None:
        """`host`'s renderer sleeps, waits in `send_sync`, or is gone."""
        self._busy.discard(host)
        self._exempt.discard(host)
        if self._queue:
            self._pump()

    def forget(self, host: Host) -> None:
        """`host` is gone: what waits for it is dropped."""
        self._queue = deque(waiting for waiting in self._queue if waiting.host is not host)
        del self._held[host]
        del self._answers[host]
        self.quiet(host)

    def call_off(self) -> None:
        """The cell was interrupted: code that still waits for its turn is not to begin."""
        for waiting in self._queue:
            waiting.chunks = waiting.instead or waiting.chunks

    def restart(self) -> None:
        self._queue.clear()
        self._held.clear()
        self._answers.clear()
        self._busy.clear()
        self._exempt.clear()
        self._stop_timer()

    def _pump(self) -> None:
        while self._queue and (not self._busy or not self.enabled):
            waiting = self._queue.popleft()
            host = waiting.host
            self._held[host] -= waiting.size
            # Until its answer leaves, a renderer is blocked, whatever else it is sent before.
            sets_going = host.is_alive() and (waiting.answers or not (host.is_blocked() or self._answers[host]))
            self._answers[host] -= waiting.answers
            if self.enabled and sets_going and host not in self._exempt:
                self._busy.add(host)
            host.write(waiting.chunks)
        if not self._queue:
            self._stop_timer()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.limit, self._give_up_waiting)

    def _give_up_waiting(self) -> None:
        self._timer = None
        self._exempt |= self._busy
        self._busy.clear()
        self._pump()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


lockstep = Lockstep()
