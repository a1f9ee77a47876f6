"""What the reader's clicks cause to be printed goes where the reader looks: to the view that was clicked in.

The cell that displayed the view is no such place for long: after the page was reloaded, JupyterLab drops what is
printed in its name. So the kernel's two streams are wrapped, on the instance, when a view first diverts them.
"""

from __future__ import annotations

import sys
from typing import Any

from ipclab.main import console

MARK = "_ipclab_diverts"


def divert_streams() -> None:
    """Have stdout and stderr ask `console.divert` first, from now on."""
    for stream, level in ((sys.stdout, "info"), (sys.stderr, "error")):
        if stream is not None and not hasattr(stream, MARK):
            _wrap(stream, level)


def restore_streams() -> None:
    """The streams are the kernel's own again."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, MARK):
            for name in ("write", MARK):
                vars(stream).pop(name, None)


def _wrap(stream: Any, level: str) -> None:
    original = stream.write

    def write(text: str) -> int:
        divert = console.divert.get()
        if divert is None:
            return int(original(text) or len(text))
        divert(None, level, text)
        return len(text)

    stream.write = write
    setattr(stream, MARK, True)
