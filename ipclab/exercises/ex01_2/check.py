"""01-2: a listener that is there once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

OPENED, CHANNEL, ANSWER, NAME = "open-panel", "save", "saved", "notes.txt"


def check(trace: Sequence[Message]) -> Verdict:
    """The newest `save`, after three openings by the same cell, has one answer."""
    saves = [one for one in trace if one.receiver == "main" and one.channel == CHANNEL]
    if saves and saves[-1].outcome == "unheard":
        return not_attempted(
            f"Nobody in the main process listens on the channel `{CHANNEL}`. Fill in `open_panel` and run both cells."
        )
    question = newest(trace, CHANNEL, "send", [NAME])
    if isinstance(question, Verdict):
        return question
    same_cell = [one for one in trace if one.activity == question.activity]
    opened = [one for one in same_cell if one.channel == OPENED and one.number < question.number]
    if len(opened) != 3:
        return wrong(
            "The panel opens three times before it saves.", [f"3 × {OPENED}()"], [f"{len(opened)} × {OPENED}()"]
        )
    answers = [one for one in same_cell if one.sender == "main" and one.channel == ANSWER]
    if len(answers) != 1:
        return wrong(
            "One message is to have one answer.",
            [line_to_page(ANSWER, [NAME], question.sender)],
            [seen(one) for one in answers] or ["no answer"],
        )
    return right("The panel was opened three times, and main listens once.")
