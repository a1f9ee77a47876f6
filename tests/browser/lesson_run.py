"""A lesson that was run in JupyterLab, for all tests that begin where the run has ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_page import Lab, Output

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]


@dataclass(frozen=True)
class LessonRun:
    """One lesson, its code cells as the file has them, and what they showed when all were run."""

    name: str
    cells: list[dict[str, Any]]
    outputs: list[list[Output]]
    errors: list[str]


def run(lab: Lab, name: str) -> LessonRun:
    """Open a lesson and run all its cells."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    lab.open(f"{name}.ipynb")
    lab.run_all()
    return LessonRun(name, [cell for cell in cells if cell["cell_type"] == "code"], lab.outputs(), lab.errors())
