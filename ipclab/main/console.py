"""What the reader sees: the renderers' consoles with a label, and what main itself has to say."""

from __future__ import annotations

import re
import sys
import traceback
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeAlias

from ipclab import activity
from ipclab.errors import STACK_LIMIT
from ipclab.interruption import as_raised

#: Set in notebooks: names the cell that a file name stands for, None for other files. Failures are then told with
#: the reader's own lines only, in a form that is the same in every run; programs get the whole traceback.
cell_of: Callable[[str], str | None] | None = None

#: The newest lines of the renderers' consoles: who said it, in which activity, what.
said: deque[tuple[str, int, str]] = deque(maxlen=1000)

#: The most that is kept of a line in `said`.
LONGEST = 10_000

#: Takes what is printed: who says it (None: main), the level, the text.
Taker: TypeAlias = Callable[[str | None, str, str], object]

#: Who is told of every line that a renderer's console says: a view of the window, for one.
onlookers: list[Taker] = []

#: Set in activities whose output does not belong under a cell: what takes it instead.
divert: ContextVar[Taker | None] = ContextVar("ipclab_divert", default=None)

#: What moves a terminal's cursor or breaks a line: a line must not pose as another's. Colours it may have.
CONTROLS = re.compile("\x1b(?!\\[[0-9;]*m)|[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029]")
COLOUR = "\x1b["
NO_COLOUR = "\x1b[0m"


def plain(text: str) -> str:
    """Return `text` on one line, control characters written out; its colours end with it."""
    if text.isprintable():
        return text
    line = CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)
    return line + NO_COLOUR if COLOUR in line and not line.endswith(NO_COLOUR) else line


def write(text: str, error: bool = False) -> None:
    """Print `text` so that it keeps its place among what goes to the other stream."""
    ours, other = (sys.stderr, sys.stdout) if error else (sys.stdout, sys.stderr)
    # Flushing waits for the kernel's output thread: only where the stream changes, and after what is rare.
    if error and other is not None:
        other.flush()
    print(text, file=ours)
    if error and ours is not None:
        ours.flush()


def write_labelled(label: str, level: str, text: str) -> None:
    """Print a renderer's console lines: warnings and errors to stderr, the rest to stdout."""
    lines = [plain(line) for line in text.replace("\r\n", "\n").split("\n")]
    said.extend((label, activity.current.get(), line[:LONGEST]) for line in lines)
    told = "\n".join(lines)
    for onlooker in onlookers[:]:
        onlooker(label, level, told)
    if (taker := divert.get()) is not None:
        taker(label, level, told)
        return
    write("\n".join(f"{label} │ {line}" for line in lines), error=level in ("warning", "error"))


def name_of(error: BaseException) -> str:
    """The name an error has in Electron's texts: a bare Exception is JavaScript's Error."""
    return "Error" if type(error) is Exception else type(error).__name__


def text_of(error: BaseException) -> str:
    """What `error.toString()` gives in JavaScript: ``Name: text``."""
    error = as_raised(error)
    try:
        text = str(error)
    except BaseException:
        text = "(its text cannot be made)"
    return f"{name_of(error)}: {text}" if text else name_of(error)


def report(what: str, error: BaseException, where: bool = True) -> None:
    """Tell of an exception that ended a piece of main's code, and (`where`) in which line; all else goes on."""
    if cell_of is None:
        told = "".join(traceback.format_exception(error)).rstrip()
    else:
        frames = traceback.extract_tb(as_raised(error).__traceback__)
        places = [(cell_of(frame.filename), frame) for frame in reversed(frames)]
        lines = [f"    at {cell}, line {frame.lineno}: {frame.line}" for cell, frame in places if cell and where]
        told = "\n".join([text_of(error), *lines[:STACK_LIMIT]])
    write(f"{what}{told}", error=True)


def uncaught(error: BaseException) -> None:
    """A listener raised: Electron shows an error box with this text, and the app keeps running."""
    report("A Python error occurred in the main process\nUncaught Exception:\n", error)


def unhandled_rejection(error: BaseException) -> None:
    """An `async` listener raised after its first await: nobody awaits it."""
    report("UnhandledPromiseRejectionWarning: ", error)
