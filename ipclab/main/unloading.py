"""Leaving a page: its `beforeunload` may refuse, its `unload` has the last word. Without these nobody is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipclab import activity
from ipclab.main.events import Event
from ipclab.protocol import Leave

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

#: Seconds that a closing window's page may spend in `unload` (Chromium gives it half a second).
UNLOAD_LIMIT = 2.0


class Unloading:
    """Main's side of the `beforeunload` and `unload` listeners of one web contents' page."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        #: Whether the page has such listeners: its renderer told so.
        self.listens = False
        #: Whether the page is going: what arrives now was said by its frame while that was being taken away.
        self.going = False
        self._on_gone: Callable[[], object] | None = None

    def page_listens(self, listens: bool) -> None:
        """The renderer told whether its page has such listeners; one that has gone has none."""
        self.listens = listens
        if not listens:
            self.going = False
            on_gone, self._on_gone = self._on_gone, None
            if on_gone is not None:
                on_gone()

    def page_replaced(self, on_gone: Callable[[], object]) -> None:
        """Another page takes its place; the renderer fires `unload` first. `on_gone` is called when that is over."""
        if self.listens:
            self.going = True
            self._on_gone = on_gone
        else:
            on_gone()

    def ask(self, leave: Callable[[], object], stay: Callable[[], object]) -> None:
        """Fire `beforeunload`, then call `leave`, or `stay` if the page refuses and `will-prevent-unload` lets it."""
        contents = self._contents

        def answered(future: asyncio.Future[Any]) -> None:
            if contents.is_destroyed():
                return
            # A renderer that died meanwhile refuses nothing.
            refuses = future.exception() is None and bool(future.result()[0].payload)
            if refuses:
                event = Event()
                contents.announce("will-prevent-unload", event)
                refuses = not event.default_prevented
            if not contents.is_destroyed():
                stay() if refuses else leave()

        if self.listens:
            self._fire("beforeunload")[1].add_done_callback(answered)
        else:
            leave()

    def unload(self, then: Callable[[], object]) -> None:
        """Fire `unload`, then call `then`; also if the page takes too long over it."""
        contents = self._contents
        if not self.listens:
            then()
            return
        self.going = True
        number, future = self._fire("unload")
        limit = contents.loop.call_later(UNLOAD_LIMIT, contents.host.abandon, number)

        def answered(_: asyncio.Future[Any]) -> None:
            limit.cancel()
            if not contents.is_destroyed():
                then()

        future.add_done_callback(answered)

    def _fire(self, event: Any) -> tuple[int, asyncio.Future[Any]]:
        contents = self._contents
        contents.hang.watch()
        return contents.host.ask(
            f"{event} in {contents.label}", lambda number: Leave(activity.current.get(), number, event)
        )
