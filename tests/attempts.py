"""Attempts at exercises, handed in as a reader's cells in a real kernel (the fixture `lesson`)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent

from kernel import Kernel

from ipclab import exercises


def cells(number: str, name: str) -> list[str]:
    """The cells in an exercise's ``stub.md`` or ``solution.md``."""
    text = (exercises.FOLDER / f"ex{number.replace('-', '_')}" / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)


def verdict(kernel: Kernel, number: str) -> tuple[str, str]:
    """Outcome and text of a check."""
    checked = kernel.good(
        f"import json\nfound = ipclab.exercise({number!r}).check()\nprint(json.dumps([found.outcome, found.text]))"
    )
    outcome, text = json.loads(checked.stdout)
    return outcome, text


@dataclass
class Attempt:
    """What somebody might hand in: the bodies of main's function and of the page's cell."""

    number: str
    main: str
    page: str

    def cells(self) -> list[str]:
        return [self.main, f"%%renderer win\nfrom ipclab import ipc_renderer\n{self.page}"]


@dataclass
class Filled:
    """An exercise's stub in which somebody has filled in the blanks, in their order."""

    number: str
    blanks: Sequence[str]

    def cells(self) -> list[str]:
        left = iter(self.blanks)
        stubs = cells(self.number, "stub")
        filled = [re.sub(r"^( *).*# ____$", lambda at: indent(next(left), at[1]), stub, flags=re.M) for stub in stubs]
        assert not list(left)
        return filled


def check_right(kernel: Kernel, attempt: Attempt | Filled) -> None:
    """Check that this attempt, of which no cell fails, is right."""
    kernel.good("%%renderer win\nimport asyncio")
    for cell in attempt.cells():
        kernel.good(cell)
    outcome, text = verdict(kernel, attempt.number)
    assert outcome == "right", text


def check_wrong(kernel: Kernel, attempt: Attempt | Filled, difference: list[str]) -> None:
    """Check that this attempt is wrong, and that the verdict says all that is in `difference`."""
    kernel.good("%%renderer win\nimport asyncio")
    for cell in attempt.cells():
        kernel.run(cell)
    outcome, text = verdict(kernel, attempt.number)
    assert outcome == "wrong", text
    for part in difference:
        assert part in text, text
