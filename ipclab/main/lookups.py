"""The editor's questions to one renderer: which names may follow, what is this?"""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from ipclab.link import Link
from ipclab.protocol import Found, LookUp, pack

Kind = Literal["name", "attribute", "module", "member", "object", "source"]


class Lookups:
    """Asks one question at a time, beside the messages: no activity counts it and lockstep knows nothing of it.

    So a renderer that does not listen never has more than one question to read.
    """

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop) -> None:
        self._link = link
        self._loop = loop
        self._last = 0
        self._asked: asyncio.Future[list[tuple[str, str]]] | None = None

    async def ask(
        self, world: str, kind: Kind, of: str, prefix: str = "", *, limit: float
    ) -> list[tuple[str, str]] | None:
        """Return what is found (see `protocol.LookUp`), None without an answer within `limit` seconds."""
        if self._asked is not None or self._link.closed:
            return None
        self._last += 1
        self._asked = asked = self._loop.create_future()
        self._link.write(pack(LookUp(0, self._last, world, kind, of, prefix, time.monotonic() + limit)))
        await asyncio.wait([asked], timeout=limit)
        return asked.result() if asked.done() else None

    def answered(self, frame: Found) -> None:
        """The renderer has answered, perhaps too late for anybody to hear."""
        if frame.request == self._last and self._asked is not None:
            asked, self._asked = self._asked, None
            if not self._loop.is_closed():
                asked.set_result(frame.found)
