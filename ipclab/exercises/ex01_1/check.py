"""01-1: a listener that goes when it has heard enough."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, newest, seen
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL = "tick"
OUTCOMES = {1: "delivered", 2: "delivered", 3: "delivered", 4: "unheard", 5: "unheard"}


def check(trace: Sequence[Message]) -> Verdict:
    """From the newest 1 on, the numbers come in order: three are heard, two are not."""
    first = newest(trace, CHANNEL, "send", [1])
    if isinstance(first, Verdict):
        return first
    ticks = [one for one in trace if one.receiver == "main" and one.channel == CHANNEL and one.number >= first.number]
    if [(one.args, one.outcome) for one in ticks] != [([number], told) for number, told in OUTCOMES.items()]:
        return wrong(
            "Main is to hear three of the five messages, and nobody the other two.",
            [f"{line('send', CHANNEL, [number])}  {told}" for number, told in OUTCOMES.items()],
            [seen(one) for one in ticks[: 2 * len(OUTCOMES)]],
        )
    return right("Main has heard three ticks, and then its listener was gone.")
