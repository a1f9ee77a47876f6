"""A load under way: what `load_file`, `load_url` and `reload` return."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

from ipclab import activity
from ipclab.errors import LoadError


class Load:
    """Await it for did-finish-load; it raises LoadError if the load failed. Ignoring it is fine."""

    __clonable__ = False

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self.activity = activity.current.get()
        #: The host's number for it, once the renderer was asked to navigate.
        self.operation = 0
        self._future: asyncio.Future[None] = loop.create_future()

    def __await__(self) -> Generator[Any, None, None]:
        # Shielded: several may wait, and one that gives up must not end the load for the others.
        return asyncio.shield(self._future).__await__()

    async def over(self) -> None:
        """Wait until the load has ended, well or not."""
        await asyncio.wait([self._future])

    def finish(self, error: LoadError | None) -> None:
        if self._future.done() or self._future.get_loop().is_closed():
            return
        if error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(error)
            self._future.exception()  # as in Electron, nobody has to catch it

    def __repr__(self) -> str:
        return f"<load of {self.url!r}: {'over' if self._future.done() else 'under way'}>"
