"""07-2: main passes a message on to the web contents with a number, and says whether there are any."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import TROUBLE, answer, line_to_page, newest, reply_line, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

DELIVER = "deliver"
NOTE, TEXT = "note", "hello"
ANSWERS = [True, False]


def check(trace: Sequence[Message]) -> Verdict:
    """Of the newest two requests the first was passed on, with the sender's id, and the second was not."""
    last = newest(trace, DELIVER, "invoke", [0, NOTE, TEXT], any_args=True)
    if isinstance(last, Verdict):
        return last
    here = [one for one in trace if one.activity == last.activity]
    requests = [one for one in here if one.channel == DELIVER and one.kind == "invoke"]
    told = [one for one in here if one.sender == "main" and one.kind == "send"]
    if failed := [one for one in requests if one.outcome != "delivered"]:
        return wrong(TROUBLE[failed[0].outcome], [], [seen(one) for one in failed])
    given = [answer(trace, one) for one in requests]
    if not told and given == [None] * len(given):
        return not_attempted("Main has passed nothing on. Fill in `deliver`, and run all four cells.")
    note = [int(last.sender.rpartition(" ")[2]), TEXT]
    if [(one.channel, one.args, one.outcome) for one in told] != [(NOTE, note, "delivered")]:
        return wrong(
            "The reader is to hear the note, once, with the id of the page that sends it.",
            [f"{line_to_page(NOTE, note, 'renderer')}  delivered"],
            [seen(one) for one in told] or ["no message from main"],
        )
    if given != ANSWERS:
        return wrong(
            "The answer is to say whether there are such web contents.",
            [reply_line(DELIVER, one) for one in ANSWERS],
            [reply_line(DELIVER, one, last.sender) for one in given],
        )
    return right("The reader has the note, and the writer knows that the other one is gone.")
