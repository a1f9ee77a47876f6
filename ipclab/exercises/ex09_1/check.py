"""09-1: the question of a `send_sync`, asked by `invoke`."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import answer, newest, printed_promise, reply_line
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL, NAME, PROFILE = "load-profile", "John", {"name": "John", "language": "zh"}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest question went by `invoke`, and its answer is the profile."""
    question = newest(trace, CHANNEL, "invoke", [NAME])
    if isinstance(question, Verdict):
        return question
    if (printed := printed_promise(question)) is not None:
        return wrong("The page printed a promise: `invoke` has to be awaited.", [f"{PROFILE}"], [printed])
    given = answer(trace, question)
    if given != PROFILE:
        return wrong(
            "Main's answer is another one.",
            [reply_line(CHANNEL, PROFILE)],
            [reply_line(CHANNEL, given, question.sender)],
        )
    return right("The page has its profile, and lived on while it waited.")
