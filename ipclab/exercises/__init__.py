"""Exercises: `ipclab.exercise("02-1")` gives a task, judges what came of it, and helps.

Each exercise is a folder, ``ex02_1`` for ``02-1``, with these files:

* ``task.md``: what is asked;
* ``stub.md``: the cells of the lesson, one fenced block each; a line that ends with ``# ____`` is the reader's to
  replace (Markdown, because cells with magics are no Python modules);
* ``check.py``: ``check(trace) -> Verdict``;
* ``hints.md``: one hint under each ``## ``;
* ``solution.md``: the cells of one solution, and ``explanation.md``: why it is one.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from ipclab.exercises.verdict import Verdict
from ipclab.main.traffic import trace

FOLDER = Path(__file__).parent


class Text(str):
    """Markdown that a notebook shows as such, and a terminal as it stands."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)


class Exercise:
    """One exercise. Shown by itself it is its task; `check`, `hint` and `solution` do the rest."""

    def __init__(self, number: str) -> None:
        self.number = number
        self._folder = FOLDER / _folder_name(number)

    def check(self) -> Verdict:
        """Judge the newest attempt by what the trace and the main process hold, after the cells have run.

        The verdict's `outcome` is ``right``, ``wrong`` (its `text` then shows the difference) or
        ``not attempted yet``.
        """
        module = importlib.import_module(f"ipclab.exercises.{self._folder.name}.check")
        verdict: Verdict = module.check(trace)
        return verdict

    def hint(self, n: int = 1) -> Text:
        """Return the `n`-th hint, from 1. ValueError if there are not so many."""
        hints = [hint.partition("\n")[2].strip() for hint in f"\n{self._read('hints')}".split("\n## ")[1:]]
        if not isinstance(n, int) or not 1 <= n <= len(hints):
            raise ValueError(f"exercise {self.number} has {len(hints)} hints: hint(1) to hint({len(hints)})")
        more = f" `hint({n + 1})` says more." if n < len(hints) else " This is the last one."
        return Text(f"**Hint {n} of {len(hints)}.** {hints[n - 1]}\n\n{more.strip()}")

    def solution(self) -> Text:
        """Return the cells of one solution, and why they are one. Others may be right, too."""
        return Text(
            f"**One solution of exercise {self.number}**\n\n{self._read('solution')}\n\n{self._read('explanation')}"
        )

    def _read(self, name: str) -> str:
        return (self._folder / f"{name}.md").read_text(encoding="utf-8").strip()

    def __repr__(self) -> str:
        return self._read("task")

    def _repr_markdown_(self) -> str:
        return self._read("task")


def exercise(number: str) -> Exercise:
    """Return the exercise with this number, such as ``"02-1"``. ValueError, with the known ones, if there is none."""
    known = numbers()
    if number not in known:
        raise ValueError(f"there is no exercise {number!r}. There are: {', '.join(known)}")
    return Exercise(number)


def numbers() -> list[str]:
    """Return the numbers of all exercises, in order."""
    return sorted(folder.name.removeprefix("ex").replace("_", "-") for folder in FOLDER.glob("ex[0-9]*_[0-9]*"))


def _folder_name(number: str) -> str:
    return f"ex{number.replace('-', '_')}"
