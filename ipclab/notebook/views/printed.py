"""Printed text as lines: what was printed in pieces is put together, and every line says whose it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

#: The most lines that are kept.
LIMIT = 1_000


class Printed:
    """Takes what `console.divert` is given, and keeps lines as a notebook shows them (``renderer 1 │ pong``)."""

    def __init__(self, told: Callable[[str], object]) -> None:
        self.lines: deque[str] = deque(maxlen=LIMIT)
        self._told = told
        self._begun: dict[str, str] = {}

    def take(self, label: str | None, level: str, text: str) -> None:
        """Take a renderer's console line, or (without a label) a piece of what main prints."""
        if label is not None:
            for line in text.split("\n"):
                self._add(f"{label} │ {line}")
            return
        *whole, rest = (self._begun.pop(level, "") + text).split("\n")
        for line in whole:
            self._add(line)
        if rest:
            self._begun[level] = rest

    def flush(self) -> None:
        """Take what has no end of line for a line."""
        for rest in self._begun.values():
            self._add(rest)
        self._begun.clear()

    def _add(self, line: str) -> None:
        self.lines.append(line)
        self._told(line)
