"""The console of a window's view: the page's lines, and those that the reader's clicks cause main to print."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from ipclab.main import console

if TYPE_CHECKING:
    from ipclab.notebook.views.view import Item, View

#: Lines that are kept, and shown.
KEPT = 1000

#: Seconds that main's unfinished line waits for its end before it is shown.
PATIENCE = 0.1


class WindowConsole:
    """Keeps the lines for those who come later, and counts what nobody has seen."""

    def __init__(self, view: View, label: str) -> None:
        self._view = view
        self._loop = asyncio.get_running_loop()
        # What the page has said before its window was shown. Which level it had is not known any more.
        said = [text for sender, _, text in console.said if sender == label]
        self._lines: deque[Item] = deque((_item(label, "", text) for text in said), maxlen=KEPT)
        self._unfinished: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._open = False
        self._unseen = 0

    def whole(self) -> list[Item]:
        """Return the items that tell a front end everything."""
        return [*self._lines, self.state()]

    def state(self) -> Item:
        return {"t": "console", "open": self._open, "unseen": self._unseen}

    def show(self, opened: bool) -> None:
        """The pane is opened or closed."""
        if self._open != opened:
            self._open = opened
            self._unseen = 0
            self._view.tell(self.state())

    def empty(self) -> None:
        """Forget the lines."""
        self._lines.clear()
        self._unseen = 0
        self._view.tell({"t": "empty"})
        self._view.tell(self.state())

    def line(self, label: str, level: str, text: str) -> None:
        """Add what a process says."""
        item = _item(label, level, text)
        self._lines.append(item)
        self._unseen += not self._open
        self._view.tell(item)

    def write(self, level: str, text: str) -> None:
        """Add what main writes to one of its streams, line by line."""
        *lines, rest = (self._unfinished.pop(level, "") + text).split("\n")
        for line in lines:
            self.line("main", level, line)
        if rest:
            self._unfinished[level] = rest
            if self._timer is None:
                self._timer = self._loop.call_later(PATIENCE, self.finish)

    def finish(self) -> None:
        """Show the lines that have no end yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for level, text in self._unfinished.items():
            self.line("main", level, text)
        self._unfinished.clear()


def _item(label: str, level: str, text: str) -> Item:
    cut = f"{text[: console.LONGEST]} …" if len(text) > console.LONGEST else text
    return {"t": "line", "label": label, "level": level, "text": cut}
