"""What the reader's clicks cause to be printed goes where the reader looks: to the view that was clicked in.

The cell that displayed the view is no such place for long: after the page was reloaded, JupyterLab drops what is
printed in its name. So stand-ins take the place of the kernel's two streams when a view first diverts them.
"""

from __future__ import annotations

import sys
from typing import Any

from ipclab.main import console


class Diverting:
    """Stands for one of the kernel's streams, and asks `console.divert` first.

    A `write` put on the stream itself would be gone with the cell that runs: IPython puts its own there for each
    cell, and afterwards puts back what was there before.
    """

    def __init__(self, stream: Any, level: str) -> None:
        self.original = stream
        self._level = level

    def write(self, text: str) -> int:
        divert = console.divert.get()
        if divert is None:
            return int(self.original.write(text) or len(text))
        divert(None, self._level, text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


def divert_streams() -> None:
    """Have stdout and stderr ask `console.divert` first, from now on."""
    for name, level in (("stdout", "info"), ("stderr", "error")):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Diverting):
            setattr(sys, name, Diverting(stream, level))


def restore_streams() -> None:
    """The streams are the kernel's own again."""
    for name in ("stdout", "stderr"):
        if isinstance(stream := getattr(sys, name), Diverting):
            setattr(sys, name, stream.original)
