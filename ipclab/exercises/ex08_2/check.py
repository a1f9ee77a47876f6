"""08-2: two stores changed in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, newest, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

CHANNEL = "inventory"
BEFORE: list[object] = [{"flute": 2, "piano": 1}, []]
AFTER: list[object] = [{"flute": 1, "piano": 1}, ["flute"]]


def check(trace: Sequence[Message]) -> Verdict:
    """What the shop has told main last: the flute is sold, and of the piano's purchase nothing is left."""
    told = newest(trace, CHANNEL, "send", AFTER, any_args=True)
    if isinstance(told, Verdict):
        return told
    if told.args == BEFORE:
        return not_attempted("Nothing has been bought. Fill in `buy`, and run all four cells.")
    if told.args != AFTER:
        return wrong(
            "The flute is to be sold and ordered. Of the piano, which was not paid, nothing is to be left.",
            [line("send", CHANNEL, AFTER)],
            [seen(told)],
        )
    return right("The flute is sold. The piano was taken out of the stock, and the transaction has put it back.")
