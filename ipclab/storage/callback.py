"""Functions of the page's that storage calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import copy_context

from ipclab import activity, tasks


class Callback:
    """A function, def or async def. `what` took it, and says TypeError if it is none."""

    def __init__(self, function: Callable[..., object], what: str) -> None:
        if not callable(function):
            raise TypeError(f"{what} takes a function, not {type(function).__name__}")
        self._function = function
        self._context = copy_context()

    async def run(self, *args: object) -> None:
        """Call it and wait for its end."""
        result = self._function(*args)
        if inspect.isawaitable(result):
            await result

    def start(self, *args: object) -> None:
        """Call it as whoever gave it would; what it raises is an unhandled rejection of the page's."""
        context = self._context.copy()
        context.run(activity.current.set, activity.current.get())
        context.run(tasks.start, self.run(*args))
