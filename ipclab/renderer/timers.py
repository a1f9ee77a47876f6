"""The page's timers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ipclab import activity, scope, tasks


class _Timer:
    """A timer that has not fired, and its place in the scope of the cell that set it."""

    __slots__ = ("activity", "handle", "place")

    def __init__(self, handle: asyncio.TimerHandle, started_by: int, place: scope.Place | None) -> None:
        self.handle = handle
        self.activity = started_by
        self.place = place


class Timers:
    """`set_timeout` and `clear_timeout` of one page."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, changed: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        self._loop = loop
        self._changed = changed
        self._failed = failed
        self._last = 0
        self._pending: dict[int, _Timer] = {}

    def set_timeout(self, function: Callable[..., object], ms: float = 0, *args: object) -> int:
        """Call `function(*args)` once, `ms` milliseconds from now at the earliest; return the timer's number.

        The unit is the web's (`setTimeout`). Raises TypeError if `function` cannot be called.
        """
        if not callable(function):
            raise TypeError(f"set_timeout takes a function, not {type(function).__name__}")
        self._last += 1
        number = self._last

        def fire() -> None:
            self._pending.pop(number, None)
            try:
                result: Any = function(*args)
                if asyncio.iscoroutine(result):
                    tasks.start(result)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                self._failed(error)
            finally:
                self._changed()

        current = scope.current.get()
        place = None if current is None else scope.Place(current, lambda: self.clear_timeout(number))
        handle = self._loop.call_later(max(0.0, ms) / 1000, fire)
        self._pending[number] = _Timer(handle, activity.current.get(), place)
        return number

    def clear_timeout(self, number: int | None = None) -> None:
        """Cancel a timer. Unknown and fired ones are ignored, as on the web."""
        if number is not None and (pending := self._pending.pop(number, None)) is not None:
            pending.handle.cancel()
            self._changed()

    def pending_of(self, number: int) -> int:
        """How many timers of activity `number` have not fired yet."""
        return sum(1 for timer in self._pending.values() if timer.activity == number)

    def clear_all(self) -> None:
        for number in list(self._pending):
            self.clear_timeout(number)
