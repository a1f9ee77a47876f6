"""06-2: pages write to each other by name, and main forgets those that are gone."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

SAY, SAID, NOBODY = "say", "said", "nobody"
SENDER, NAME, BEFORE, AFTER = "anna", "ben", "hello", "are you there?"


def check(trace: Sequence[Message]) -> Verdict:
    """The newest message while Ben is there reaches Ben, the newest one after that is answered with `nobody`."""
    before = newest(trace, SAY, "send", [NAME, BEFORE])
    if isinstance(before, Verdict):
        return before
    told = _told(trace, before)
    if not told:
        return not_attempted("Main has passed nothing on. Fill in `on_join` and `on_say`, and run all five cells.")
    heard = [(one.channel, one.args, one.outcome) for one in told if one.receiver != before.sender]
    if len(told) != 1 or heard != [(SAID, [BEFORE, SENDER], "delivered")]:
        return wrong(
            "Ben is to hear what Anna says, and nobody else.",
            [f"{line_to_page(SAID, [BEFORE, SENDER], 'renderer')}  delivered"],
            [seen(one) for one in told],
        )
    after = newest(trace, SAY, "send", [NAME, AFTER])
    if isinstance(after, Verdict):
        return after
    told = _told(trace, after)
    if [(one.receiver, one.channel, one.args) for one in told] != [(after.sender, NOBODY, [NAME])]:
        return wrong(
            "Ben's window is closed, so Anna is to be told that nobody has this name.",
            [line_to_page(NOBODY, [NAME], after.sender)],
            [seen(one) for one in told] or ["no message from main"],
        )
    return right("Names lead to pages, and a page that is gone has no name any more.")


def _told(trace: Sequence[Message], cause: Message) -> list[Message]:
    return [one for one in trace if one.sender == "main" and one.activity == cause.activity]
