"""Cells are modules: what a notebook cell registered can be taken back before the cell runs again.

A cell that runs twice would otherwise pile up its listeners. Whoever registers something (a listener, a handler, a
window, a timer) leaves a note in the current scope of how to undo it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar


class Scope:
    """What one cell registered, as a list of undos."""

    __slots__ = ("_closed", "_last", "_undos")

    def __init__(self) -> None:
        self._closed = False
        self._undos: dict[int, Callable[[], object]] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._undos)

    def add(self, undo: Callable[[], object]) -> int:
        """Keep `undo` for `take_back` and return a token for `discard`."""
        self._last += 1
        if self._closed:
            # What is being registered does not exist yet: it can be undone on the loop's next turn.
            from asyncio import get_running_loop

            get_running_loop().call_soon(undo)
        else:
            self._undos[self._last] = undo
        return self._last

    def discard(self, token: int) -> None:
        """Forget one undo, because what it would undo is gone already. An unknown token is ignored."""
        self._undos.pop(token, None)

    def take_back(self) -> None:
        """Run the undos, the newest first, each once, and forget them.

        All of them run; the first exception is raised when they have. What an undo adds stays for the next time.
        """
        first: BaseException | None = None
        for token in reversed(tuple(self._undos)):
            undo = self._undos.pop(token, None)
            if undo is None:  # an earlier undo discarded it
                continue
            try:
                undo()
            except BaseException as error:
                first = first or error
        if first is not None:
            raise first

    def close(self) -> None:
        """Take everything back, for good: what the cell's old code still registers is undone at once."""
        self._closed = True
        self.take_back()


class Place:
    """One undo's place in a scope, given up when the place is forgotten.

    Whatever was registered holds its place; it must not be held by the undo, or it would never go.
    """

    __slots__ = ("_scope", "_token")

    def __init__(self, scope: Scope, undo: Callable[[], object]) -> None:
        self._scope = scope
        self._token = scope.add(undo)

    def __del__(self) -> None:
        self._scope.discard(self._token)


#: The scope of the running cell; None outside notebooks.
current: ContextVar[Scope | None] = ContextVar("ipclab_scope", default=None)


def note(undo: Callable[[], object]) -> None:
    """Add `undo` to the current scope, if there is one."""
    scope = current.get()
    if scope is not None:
        scope.add(undo)
