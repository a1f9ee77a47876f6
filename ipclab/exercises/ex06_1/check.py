"""06-1: a message to all windows but the one that sent it, with a closed window among those that main remembers."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, said_by_main, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

CALL, CALLED = "call", "called"
TEXT, TITLE = "dinner", "kitchen"

#: Lines of the difference.
SHOWN = 6


def check(trace: Sequence[Message]) -> Verdict:
    """After the newest call one window has heard of it, once, and the caller was sent nothing."""
    call = newest(trace, CALL, "send", [TEXT])
    if isinstance(call, Verdict):
        return call
    said = said_by_main(trace, call)
    if not said:
        return not_attempted("Main has passed nothing on. Fill in `on_call`, and run all four cells.")
    told = [one for one in said if one.channel == CALLED]
    if own := [one for one in told if one.receiver == call.sender]:
        return wrong("The window that calls is to be left out.", ["the others"], [seen(one) for one in own])
    heard = [one.args for one in told if one.outcome == "delivered"]
    if heard != [[TEXT, TITLE]]:
        return wrong(
            "The hall is to hear the call, once.",
            [f"{line_to_page(CALLED, [TEXT, TITLE], 'renderer')}  delivered"],
            [seen(one) for one in (told or said)[:SHOWN]],
        )
    return right("The hall has heard the call. The kitchen was left out, and the attic was not missed.")
