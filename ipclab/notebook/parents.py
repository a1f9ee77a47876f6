"""A cell's outputs, and the word that it has ended, name the cell they belong to: its request is their parent.

The kernel handles a view's message while a cell runs, and afterwards puts back the parent that it found (ipykernel
7.4, `Kernel.shell_main`). Should the next cell run by then, all it puts out would name the cell before, and to the
front end it would never end. So a parent that was set before is not set again: the one that counts stays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

#: Requests whose handling has begun and of which some may still be put back.
REMEMBERED = 1000


class Parents:
    """Stands before a kernel's `set_parent`."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._set: Callable[[list[bytes], dict[str, Any], str], None] = kernel.set_parent
        self._begun: deque[str] = deque([_request(kernel.get_parent("shell"))], REMEMBERED)
        kernel.set_parent = self.set_parent

    def unload(self) -> None:
        vars(self._kernel).pop("set_parent", None)

    def set_parent(self, ident: list[bytes], parent: dict[str, Any], channel: str = "shell") -> None:
        """Set the parent of what is put out from now on, but only when its handling begins."""
        if channel == "shell":
            request = _request(parent)
            if request in self._begun:
                # Set anew all the same: what threads put out has a parent, too, and has got another one meanwhile.
                ident, parent = self._kernel._parent_ident["shell"], self._kernel.get_parent("shell")
            else:
                self._begun.append(request)
        self._set(ident, parent, channel)


def _request(parent: dict[str, Any]) -> str:
    return str(parent.get("header", {}).get("msg_id"))
