"""In lockstep main's own order is fixed, too: what one frame sets going gets its turns before the next one is taken.

Two frames that a renderer sends in a row arrive together or apart, as the machine's load decides. A task of main's
that the first one wakes would run behind the second, or before it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ipclab.errors import ProtocolError
from ipclab.link import Link
from ipclab.main.lockstep import lockstep
from ipclab.protocol import DocumentChanges, Pong, ToMain

#: Turns of main's loop between two frames: a future is set, its task runs to its end, its result is sent.
TURNS = 3
#: What is said to those who only watch: it has no place in the order, so that watching does not change it.
BESIDE = (DocumentChanges, Pong)
#: How many frames may wait. Beyond it they are taken at once: a flood is to be over soon, and nobody reads its order.
MANY = 256

Take = Callable[[ToMain, list[bytes]], None]


class Turns:
    """Hands on a renderer's frames: at once, or in lockstep one after the other."""

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop, take: Take) -> None:
        self._link = link
        self._loop = loop
        self._take = take
        self._waiting: deque[tuple[ToMain, list[bytes]]] = deque()
        self._left = 0  # turns until the next frame may be taken

    def arrived(self, frame: ToMain, buffers: list[bytes]) -> None:
        """Take a frame now, or after those that wait. What `take` raises now is raised here."""
        if (self._left or self._waiting) and not isinstance(frame, BESIDE):
            self._waiting.append((frame, buffers))
            if len(self._waiting) > MANY or not lockstep.enabled or self._link.closed:
                self._take_all()
            return
        if lockstep.enabled and not self._link.closed and not isinstance(frame, BESIDE):
            self._begin()
        self._take(frame, buffers)

    def end(self) -> None:
        """The renderer is gone: take what it had said before."""
        self._take_now(self._take_all)

    def _take_all(self) -> None:
        while self._waiting:
            self._take(*self._waiting.popleft())

    def _take_now(self, take: Callable[[], None]) -> None:
        try:
            take()
        except (ProtocolError, MemoryError) as error:
            self._waiting.clear()
            self._link.break_off(str(error))

    def _begin(self) -> None:
        self._left = TURNS
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._left -= 1
        if self._left:
            self._loop.call_soon(self._turn)
        elif self._waiting:
            self._begin()
            self._take_now(lambda: self._take(*self._waiting.popleft()))
