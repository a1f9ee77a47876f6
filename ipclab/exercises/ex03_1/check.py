"""03-1: two questions, two answers."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import answer, newest, printed_promise, reply_line
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL, ANSWERS = "confirm-order", {80: "confirm", 120: "cancel"}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest question for each price has the right answer."""
    for price, wanted in ANSWERS.items():
        question = newest(trace, CHANNEL, "invoke", [price])
        if isinstance(question, Verdict):
            return question
        if (printed := printed_promise(question)) is not None:
            return wrong("The page printed a promise: `invoke` has to be awaited.", [wanted], [printed])
        given = answer(trace, question)
        if given != wanted:
            return wrong(
                f"Main's answer for {price} is another one.",
                [reply_line(CHANNEL, wanted)],
                [reply_line(CHANNEL, given, question.sender)],
            )
    return right("Main has decided both ways, and the page knows.")
