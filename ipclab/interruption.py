"""Interrupting a reader's code, and never ipclab's own in the middle of its work."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from ipclab.errors import Interrupted


def raise_on_return(target: FrameType) -> None:
    """Raise KeyboardInterrupt as soon as the function that runs in `target` returns: it has done its work then."""
    returned = False

    def hook(frame: FrameType, event: str, _: Any) -> None:
        nonlocal returned
        if event == "return" and frame is target:
            returned = True
            if frame.f_code.co_name == "__del__":
                return  # Python would swallow it: whatever the caller does next gets it
        if returned:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(hook)


def as_raised(error: BaseException) -> BaseException:
    """Return the KeyboardInterrupt that left its task as `Interrupted` (see `tasks`); any other error as it is."""
    return error.__cause__ if isinstance(error, Interrupted) and error.__cause__ is not None else error
