"""04-2: main asks twice at once, and each answer finds its question."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, newest, seen, window_of
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

QUESTION, ANSWER = "question", "answer"
FORM = {"name": "Ann", "city": "Oslo"}
TITLE = "Ann, Oslo"


def check(trace: Sequence[Message]) -> Verdict:
    """The two newest questions have answers with their numbers, and the window's title has the answers in order."""
    last = newest(trace, ANSWER, "send", [1, FORM["name"]], any_args=True)
    if isinstance(last, Verdict):
        return last
    asked = [one for one in trace if one.receiver == last.sender and one.channel == QUESTION][-len(FORM) :]
    if [one.args[1:] for one in asked] != [[field] for field in FORM]:
        return wrong("Main asks for both fields.", list(FORM), [seen(one) for one in asked])
    answers = [one for one in trace if one.receiver == "main" and one.channel == ANSWER]
    given = [one for one in answers if one.number > asked[0].number]
    wanted = [[one.args[0], value] for one, value in zip(asked, FORM.values(), strict=True)]
    if sorted((one.args for one in given), key=repr) != sorted(wanted, key=repr):
        return wrong(
            "The page is to answer each question once, with its number and the field's value.",
            [line("send", ANSWER, args) for args in wanted],
            [seen(one) for one in given[: 2 * len(FORM)]] or ["no answer"],
        )
    window = window_of(last)
    title = None if window is None else window.title
    if title != TITLE:
        return wrong(
            "The page has answered both questions, but main did not put the answers where they belong.",
            [f"the window's title is {TITLE!r}"],
            ["the window is closed" if window is None else f"the window's title is {title!r}"],
        )
    return right("Each answer has found its question.")
