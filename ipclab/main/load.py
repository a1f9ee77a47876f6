"""A load under way: what `load_file`, `load_url` and `reload` return."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import nullcontext
from typing import Any

from ipclab import activity
from ipclab.errors import LoadError
from ipclab.main import deadlock


class Load:
    """Await it for did-finish-load; it raises LoadError if the load failed. Ignoring it is fine.

    DeadlockError if the renderer waits in `send_sync` for the code that awaits.
    """

    __clonable__ = False

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop, renderer: int) -> None:
        self.url = url
        self._renderer = renderer
        self.activity = activity.current.get()
        #: The host's number for it, once the renderer was asked to navigate.
        self.operation = 0
        self._future: asyncio.Future[None] = loop.create_future()
        self._told: Callable[[LoadError], object] | None = None

    def __await__(self) -> Generator[Any, None, None]:
        # Done, it is no wait; and what its renderer waits for may be the very code that asks.
        with nullcontext() if self._future.done() else deadlock.waiting(self._renderer):
            # Shielded: several may wait, and one that gives up must not end the load for the others.
            yield from asyncio.shield(self._future).__await__()

    async def over(self) -> None:
        """Wait until the load has ended, well or not."""
        await asyncio.wait([self._future])

    def told_of(self, told: Callable[[LoadError], object]) -> None:
        """Have `told(error)` called if it fails, or has failed already."""
        self._told = told
        if self._future.done() and (error := self._future.exception()) is not None:
            assert isinstance(error, LoadError)
            told(error)

    def finish(self, error: LoadError | None) -> None:
        if self._future.done() or self._future.get_loop().is_closed():
            return
        if error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(error)
            self._future.exception()  # as in Electron, nobody has to catch it
            if self._told is not None:
                self._told(error)

    def __repr__(self) -> str:
        return f"<load of {self.url!r}: {'over' if self._future.done() else 'under way'}>"
