"""What a check answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

Outcome: TypeAlias = Literal["right", "wrong", "not attempted yet"]

MARKS = {"right": "✓", "wrong": "✗", "not attempted yet": "○"}


class Verdict(msgspec.Struct, frozen=True):
    """The answer of a check: `outcome`, and `text` with what is the matter.

    `sentence` says it in words of ours; `expected` and `seen` are lines that may quote the reader.
    """

    outcome: Outcome
    sentence: str
    expected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence and, of a wrong answer, the difference between what was expected and what was seen."""
        return "\n".join([self.sentence, *self._difference()])

    def _difference(self) -> list[str]:
        lines = [f"expected: {line}" for line in self.expected]
        return lines + [f"seen:     {line}" for line in self.seen]

    def __repr__(self) -> str:
        return f"{MARKS[self.outcome]} {self.outcome.capitalize()}. {self.text}"

    def _repr_markdown_(self) -> str:
        shown = f"**{MARKS[self.outcome]} {self.outcome.capitalize()}.** {self.sentence}"
        difference = "\n".join(self._difference())
        return f"{shown}\n\n```text\n{difference}\n```" if difference else shown


def right(sentence: str) -> Verdict:
    """The exercise is solved."""
    return Verdict("right", sentence)


def wrong(sentence: str, expected: Sequence[str], seen: Sequence[str]) -> Verdict:
    """Something was done, but not this. `expected` and `seen` show the difference."""
    return Verdict("wrong", sentence, tuple(expected), tuple(seen))


def not_attempted(sentence: str) -> Verdict:
    """Nothing has been done that could be judged."""
    return Verdict("not attempted yet", sentence)
