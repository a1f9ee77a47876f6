"""Telling main what becomes of the page's tree, while it is watched there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ipclab.protocol import DocumentChanges
from ipclab.protocol.document import MAX_CHANGES, MAX_DEPTH, MAX_NODES, MAX_TEXT

if TYPE_CHECKING:
    from ipclab.renderer.dom import Document
    from ipclab.renderer.process import RendererProcess

#: Characters of all texts in one frame.
MAX_CHARACTERS = 1 << 23
#: Seconds after which changes are told by a loop that never sleeps, and by one whose last ones main has not read.
AT_LATEST = 0.02
LOOK_AGAIN = 0.05


class _Room:
    """What still fits into a frame: trees and texts are cut to it."""

    def __init__(self) -> None:
        self.nodes = MAX_NODES
        self.characters = MAX_CHARACTERS

    def is_full(self) -> bool:
        return self.nodes <= 0 or self.characters <= 0

    def change(self, change: list[Any]) -> list[Any]:
        what, *rest = change
        if what == "insert":
            parent, before, tree = rest
            return [what, parent, before, self.tree(tree)]
        return [what, *(self._text(part) if isinstance(part, str) else part for part in rest)]

    def tree(self, node: list[Any], depth: int = 1) -> list[Any]:
        self.nodes -= 1
        if len(node) == 2:
            return [node[0], self._text(node[1])]
        number, tag, attributes, children, properties = node
        kept = []
        for child in children:
            if self.is_full() or depth == MAX_DEPTH:
                break
            kept.append(self.tree(child, depth + 1))
        return [number, self._text(tag), self._texts(attributes), kept, self._texts(properties)]

    def _texts(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            self._text(name): self._text(value) if isinstance(value, str) else value for name, value in values.items()
        }

    def _text(self, text: str) -> str:
        kept = str(text[: max(0, min(MAX_TEXT, self.characters))])
        self.characters -= len(kept)
        return kept


class Showing:
    """Gathers the changes of the page that is watched, and tells them before the loop sleeps.

    If too many gather, or main does not read, the whole tree follows instead of them: a renderer neither waits for
    those who watch, nor keeps much for them.
    """

    def __init__(self, process: RendererProcess) -> None:
        self._process = process
        self._watched = False
        self._observed: Document | None = None
        #: Whether all of the page is to be told (again).
        self._whole = False
        self._pending: list[list[Any]] = []
        self._room = _Room()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, begins: bool) -> None:
        """Main says whether anybody watches (again)."""
        if not begins:
            self._end()
        elif not self._watched or self._whole:
            self._watched = True
            if self._process.has_begun():
                self.page_replaced()
        else:
            self.flush()
            if self._pending or self._observed is None:  # main does not read: all begin anew
                self._gather_anew(True)
            else:
                self._tell([["all", _Room().tree(self._observed.snapshot())]], answers=True)

    def page_replaced(self) -> None:
        """There is another page (or the first one)."""
        if self._watched:
            self._gather_anew(True)

    def flush(self) -> None:
        """Tell what has gathered, if main reads."""
        if not self._pending and not self._whole:
            return
        self._stop_timer()
        if not self._process.main_reads():
            self._wait(LOOK_AGAIN)
            return
        told = self._pending
        if self._whole:
            try:
                told = [["all", _Room().tree(self._observe().snapshot())]]
            except Exception as error:
                self._process.uncaught(error)
                self._end()
                return
        self._gather_anew(False)
        self._tell(told)

    def _observe(self) -> Document:
        document = self._process.page.document.open()
        if document is not self._observed:
            self._observed = document
            document.observe(lambda changes: self._changed(document, changes))
        return document

    def _changed(self, document: Document, changes: list[list[Any]]) -> None:
        if document is not self._observed or self._whole:
            return
        for change in changes:
            self._pending.append(change if change[0] == "all" else self._room.change(change))
            if change[0] == "all" or len(self._pending) == MAX_CHANGES or self._room.is_full():
                self._gather_anew(True)
                return
        self._wait(AT_LATEST)

    def _gather_anew(self, whole: bool) -> None:
        self._whole = whole
        self._pending = []
        self._room = _Room()
        if whole:
            self._wait(AT_LATEST)

    def _tell(self, changes: list[Any], answers: bool = False) -> None:
        self._process.write_beside(DocumentChanges(0, self._process.page.document.number, answers, changes))

    def _wait(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._process.loop.call_later(seconds, self.flush)

    def _end(self) -> None:
        self._watched = False
        if self._observed is not None:
            self._observed.observe(None)
            self._observed = None
        self._gather_anew(False)
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
