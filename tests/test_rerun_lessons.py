"""Every lesson can be run in any way a reader runs it: each cell twice in a row, and all of it twice from the top."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel import Cell, Kernel, kernels

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

#: Seconds that a cell of a lesson may take.
LIMIT = 60.0


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def run(kernel: Kernel, cell: dict[str, Any]) -> Cell:
    """Run a cell; only one that says so may fail."""
    ended = kernel.run("".join(cell["source"]), cell["id"], LIMIT)
    assert ended.reply is not None
    if "raises-exception" not in cell["metadata"].get("tags", ()):
        assert ended.reply["status"] == "ok", f"{ended.source}\n{ended.traceback or ended}"
    return ended


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with kernels(cwd=NOTEBOOKS) as own:
        yield own.fresh()


@pytest.fixture(params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda notebook: str(notebook.stem))
def notebook(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_each_cell_runs_twice_in_a_row(kernel: Kernel, notebook: Path) -> None:
    for cell in code_cells(notebook):
        run(kernel, cell)
        run(kernel, cell)


def test_the_second_run_from_top_to_bottom_is_the_first(kernel: Kernel, notebook: Path) -> None:
    cells = code_cells(notebook)
    first, second = ({cell["id"]: run(kernel, cell).comparable() for cell in cells} for _ in range(2))
    ignored = {cell["id"] for cell in cells if "nbval-ignore-output" in cell["metadata"].get("tags", ())}
    assert {name: outputs for name, outputs in second.items() if name not in ignored} == {
        name: outputs for name, outputs in first.items() if name not in ignored
    }
