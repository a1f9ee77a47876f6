"""Questions to be answered before one runs a cell: predict, run, see. `ipclab.predict` shows them.

Each is a file here, ``02-1.md`` for ``02-1``, so that a lesson's cell does not give the answer away: the question,
and below it a task list of the answers with the right one ticked, each with what to say to who chose it.

    What does the page print?

    - [x] `pong`

      The listener in main has replied.

    - [ ] nothing

      That would be so if main did not listen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

ANSWER = re.compile(r"^- \[([ x])\] +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question, its answers in their order, each with its feedback, and which one is right.

    Texts may have `code` in backticks. TypeError and ValueError say what is wrong with a question.
    """

    text: str
    answers: Mapping[str, str]
    answer: str

    def __post_init__(self) -> None:
        if not isinstance(self.answers, Mapping):
            raise TypeError(f"the answers are a dict with the feedback of each, not {self.answers!r}")
        for text in (self.text, *self.answers, *self.answers.values()):
            _check_text(text)
        if len(self.answers) < 2:
            raise ValueError(f"a question needs two answers at least, and this one has {len(self.answers)}")
        if self.answer not in self.answers:
            raise ValueError(f"the right answer {self.answer!r} is none of {', '.join(map(repr, self.answers))}")


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise TypeError(f"question, answers and their feedback are texts, and this is none: {text!r}")
    if not text.strip():
        raise ValueError("question, answers and their feedback must not be empty")
    if text.count("`") % 2:
        raise ValueError(f"a backtick has no partner in {text!r}")


def read(number: str) -> Question:
    """Return the question with this number, such as ``"02-1"``. ValueError, with the known ones, if there is none."""
    known = numbers()
    if number not in known:
        raise ValueError(f"there is no question {number!r} to predict. There are: {', '.join(known)}")
    return parse((FOLDER / f"{number}.md").read_text(encoding="utf-8"))


def numbers() -> list[str]:
    """Return the numbers of all questions, in order."""
    return sorted(path.stem for path in FOLDER.glob("[0-9]*-[0-9]*.md"))


def parse(source: str) -> Question:
    """Read a question from its Markdown. ValueError if it is not one."""
    text, *parts = ANSWER.split(source)
    ticks, answers, feedback = parts[::3], [part.strip() for part in parts[1::3]], map(_one_line, parts[2::3])
    if ticks.count("x") != 1:
        raise ValueError(f"exactly one answer is ticked as the right one, and here {ticks.count('x')} are")
    if len(set(answers)) < len(answers):
        raise ValueError("two answers are the same")
    return Question(_one_line(text), dict(zip(answers, feedback, strict=True)), answers[ticks.index("x")])


def _one_line(text: str) -> str:
    return " ".join(text.split())
