"""What must not happen while a window listens to anything at all: code that runs, texts that tell of a mistake."""

from __future__ import annotations

import ctypes
import io
import os
import sys
from pathlib import Path
from typing import Any

_C = ctypes.CDLL(None)

#: Python's audit events of code and files. Whatever is imported late has been imported by then.
FORBIDDEN = (
    "compile",
    "exec",
    "import",
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "pickle.",
    "marshal.",
    "ctypes.",
    "code.",
)

#: What main's console says of a mistake of main's own.
MISTAKES = (
    "could not handle",
    "Uncaught Exception",
    "UnhandledPromiseRejection",
    "Traceback (most recent call last)",
)


class Watch:
    """Collects what happens that should not. A page may ask for the folder of its `storage`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.storage: Path | None = None
        self._armed = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._armed and event.startswith(FORBIDDEN):
            if event == "os.mkdir" and str(arguments[0]) == str(self.storage):
                return  # it is there already
            self._armed = False
            self.seen.append(f"{event} {arguments!r:.300}")
            self._armed = True

    def __enter__(self) -> Watch:
        self._armed = True
        return self

    def __exit__(self, *_: object) -> None:
        self._armed = False

    def loop_failed(self, _: object, context: dict[str, Any]) -> None:
        """For a loop's exception handler."""
        self.seen.append(f"asyncio: {context.get('message')} {context.get('exception')!r}")


class Listened(io.TextIOBase):
    """A stream that keeps nothing, and looks for what tells of a mistake."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def write(self, text: str) -> int:
        if any(mistake in text for mistake in MISTAKES):
            self._watch.seen.append(f"told: {text[:2000]}")
        return len(text)


def resident() -> int:
    """The bytes of memory that this process has in use; 0 where there is no /proc."""
    # Else glibc keeps a few MiB more from time to time, for later.
    trim = getattr(_C, "malloc_trim", None)
    if trim is not None:
        trim(0)
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
