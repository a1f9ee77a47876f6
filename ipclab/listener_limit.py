"""What is said when more listeners wait for one event than an emitter's limit allows."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipclab.emitter import EventEmitter


class MaxListenersExceededWarning(Warning):
    """More listeners for one event than `get_max_listeners` allows, which often means that some are never removed.

    `emitter`, `type` (the event's name) and `count` say where. The text is Node's.
    """

    def __init__(self, emitter: EventEmitter, type: Hashable, count: int) -> None:  # noqa: A002 (Node's name)
        super().__init__(
            f"Possible EventEmitter memory leak detected. {count} {type} listeners added to "
            f"[{emitter.__class__.__name__}]. MaxListeners is {emitter.get_max_listeners()}. "
            "Use emitter.setMaxListeners() to increase limit"
        )
        self.emitter = emitter
        self.type = type
        self.count = count


def warn(emitter: EventEmitter, name: Hashable, count: int) -> None:
    """Issue the warning at the line that added the listener."""
    frame = sys._getframe(1)
    # The caller's line is the last one outside the package: ipclab's own emitters wrap these methods.
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("ipclab."):
        frame = frame.f_back
    # Without a registry: it would let a line of code warn about its first emitter only.
    warnings.warn_explicit(
        MaxListenersExceededWarning(emitter, name, count),
        category=MaxListenersExceededWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=frame.f_globals.get("__name__"),
    )
