"""A renderer's console: what it prints travels to main, line by line, in order with its messages."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

#: `write(level, text, line, source)`
Writer = Callable[[str, str, int, str], None]

PACKAGE = __name__.partition(".")[0]


def caller() -> tuple[int, str]:
    """Return line and source name of the innermost code that is not ipclab's own."""
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if not (isinstance(module, str) and module.split(".")[0] == PACKAGE):
            return frame.f_lineno, frame.f_code.co_filename
        if frame.f_back is None:
            break
        frame = frame.f_back
    return 0, ""


class ConsoleStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a renderer process: whole lines become console messages."""

    encoding = "utf-8"
    errors = "surrogatepass"

    def __init__(self, level: str, write: Writer) -> None:
        self._level = level
        self._write = write
        self._partial = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        whole, newline, rest = text.rpartition("\n")
        if not newline:
            self._partial += text
        else:
            # The rest comes after these lines: whatever is sent finishes what is unfinished first.
            lines, self._partial = self._partial + whole, ""
            self._write(self._level, lines, *caller())
            self._partial = rest
        return len(text)

    def finish(self) -> None:
        """Send a line that has no end yet: something else follows it, or nothing will."""
        if self._partial:
            text, self._partial = self._partial, ""
            self._write(self._level, text, *caller())


class Console:
    """The page's `console`: `log`, `info`, `warn`, `error`, `debug`. Strings are shown as they are, other values
    by their repr, separated by spaces."""

    def __init__(self, write: Writer) -> None:
        self._write = write

    def _say(self, level: str, values: tuple[object, ...]) -> None:
        text = " ".join(value if isinstance(value, str) else repr(value) for value in values)
        self._write(level, text, *caller())

    def log(self, *values: object) -> None:
        self._say("info", values)

    def info(self, *values: object) -> None:
        self._say("info", values)

    def warn(self, *values: object) -> None:
        self._say("warning", values)

    def error(self, *values: object) -> None:
        self._say("error", values)

    def debug(self, *values: object) -> None:
        self._say("debug", values)

    def __repr__(self) -> str:
        return "<console>"
