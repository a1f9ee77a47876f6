"""03-2: a failure as an answer."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import answer, newest, reply_line
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL = "read-setting"
ANSWERS: dict[str, dict[str, object]] = {
    "theme": {"ok": True, "value": "dark"},
    "size": {"ok": False, "code": "unknown-setting"},
}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest answer to each question is the envelope asked for, perhaps with more in it."""
    for name, wanted in ANSWERS.items():
        question = newest(trace, CHANNEL, "invoke", [name])
        if isinstance(question, Verdict):
            return question
        given = answer(trace, question)
        if not isinstance(given, dict) or not wanted.items() <= given.items():
            return wrong(
                f"Main's answer for `{name}` is another one.",
                [reply_line(CHANNEL, wanted)],
                [reply_line(CHANNEL, given, question.sender)],
            )
    return right("Both answers arrive whole: the value, and the reason why there is none.")
