"""Looking before sleeping: to fall asleep and be woken on another processor costs more than most answers take.

Who expects an answer looks for it a moment first. A moment in vain is paid for by sleeping at once for a while, so
that at most a twentieth of a processor is spent on it; and each look gives way to whoever else wants to run here.
"""

from __future__ import annotations

from time import perf_counter

#: Seconds for which to look.
MOMENT = 0.0001
#: For how many moments a look in vain is followed by none.
PAUSE = 20


class Moment:
    """When to look, and until when. Between two looks call `os.sched_yield`."""

    __slots__ = ("_not_before",)

    def __init__(self) -> None:
        self._not_before = 0.0

    def until(self) -> float:
        """Return until when (`perf_counter`) to look from now on; 0 if it is not the time for it."""
        now = perf_counter()
        return now + MOMENT if now >= self._not_before else 0.0

    def in_vain(self) -> None:
        self._not_before = perf_counter() + PAUSE * MOMENT
