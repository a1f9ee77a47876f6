"""Looking for a text in all messages of a trace, a few at a time: decoding thousands at once would block main."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable

from ipclab.notebook.views.monitor_rows import searched_text
from ipclab.record import Trace

#: Seconds that one turn of main's loop is used for it at most, and that it is left alone between two.
TURN, REST = 0.005, 0.005


class Search:
    """Looks for `text` from message number `first` on; `found(numbers, upto, done)` is called while it goes on.

    `upto` is the number of the last message that was looked at.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        trace: Trace,
        text: str,
        first: int,
        found: Callable[[list[int], int, bool], None],
    ) -> None:
        self._loop = loop
        self._text = text.lower()
        messages = list(trace)
        self._left = messages[bisect_left([message.number for message in messages], first) :]
        self._left.reverse()
        self._upto = first - 1
        self._found = found
        self._timer = loop.call_soon(self._go_on)

    def stop(self) -> None:
        """Nobody wants to know any more."""
        self._timer.cancel()

    def _go_on(self) -> None:
        end = time.monotonic() + TURN
        numbers: list[int] = []
        while self._left and time.monotonic() < end:
            message = self._left.pop()
            self._upto = message.number
            if self._text in searched_text(message):
                numbers.append(message.number)
        self._found(numbers, self._upto, not self._left)
        if self._left:
            self._timer = self._loop.call_later(REST, self._go_on)
