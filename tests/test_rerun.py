"""A lesson stands what a curious reader does: each cell twice, each section by itself, everything once more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from kernel import Cell, Kernel, Kernels, shared_kernels

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
every_lesson = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])

#: The lessons whose sections need the set-up only; those of the others build on what stands above them.
STAND_ALONE = [path for path in PATHS if path.stem in ("00-welcome", "02-send-and-on", "03-invoke-and-handle")]

#: Seconds. Such a cell waits for the ten seconds after which it says what is still open.
HANGS = 8.0


shared = shared_kernels()


@pytest.fixture
def kernel(shared: Kernels) -> Kernel:
    kernel = shared.fresh()
    kernel.good(f"os.chdir({str(FOLDER)!r})")  # where the lessons' files are
    return kernel


def sections(path: Path) -> list[list[dict[str, Any]]]:
    """The code cells under each heading that has any; the first is the lesson's set-up."""
    found: list[list[dict[str, Any]]] = [[]]
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            found[-1].append(cell | {"source": source})
        elif source.startswith("#"):
            found.append([])
    return [section for section in found if section]


def code(path: Path) -> list[dict[str, Any]]:
    return [cell for section in sections(path) for cell in section]


def run(kernel: Kernel, cell: dict[str, Any], with_id: bool = True) -> Cell:
    """Run a lesson's cell, which fails only if it is meant to."""
    ended = kernel.run(cell["source"], cell["id"] if with_id else None, HANGS)
    meant = "raises-exception" in cell["metadata"].get("tags", [])
    assert (ended.error is not None) == meant, f"{cell['id']}: {ended.error}"
    return ended


def without_ids(ended: Cell) -> str:
    """What a cell shows, pictures by their text; a window opened anew has a new id, and messages new numbers."""
    shown = [output.get("text/plain") if "text/plain" in output else output for output in ended.comparable()]
    text = re.sub(r"(renderer |[Ww]eb ?[Cc]ontents #?)\d+", r"\1N", repr(shown))
    return re.sub(r"\d+(?=  (main|renderer) )", "N", text)


@every_lesson
def test_each_cell_runs_twice_in_a_row_and_shows_the_same(kernel: Kernel, path: Path) -> None:
    """A page that was killed stays so: of a cell that fails, only the error is compared.

    A cell with the tag `goes-on` changes what stays (a counter, storage, a listener that hears once), and goes on
    from there: it runs again without an error, but what it shows is another thing.
    """
    for cell in code(path):
        first, again = run(kernel, cell), run(kernel, cell)
        if first.error is not None:
            assert again.error == first.error, cell["id"]
        elif "goes-on" not in cell["metadata"].get("tags", ()):
            assert without_ids(again) == without_ids(first), cell["id"]
        if path in STAND_ALONE and first.error is None:
            assert again.comparable() == first.comparable(), cell["id"]


@every_lesson
@pytest.mark.parametrize("with_id", [True, False], ids=["in JupyterLab", "without cell ids"])
def test_a_second_run_from_top_to_bottom_shows_the_same(kernel: Kernel, path: Path, with_id: bool) -> None:
    first = [run(kernel, cell, with_id).comparable() for cell in code(path)]
    again = [run(kernel, cell, with_id).comparable() for cell in code(path)]
    assert again == first


@pytest.mark.parametrize("path", STAND_ALONE, ids=[path.stem for path in STAND_ALONE])
def test_each_section_runs_by_itself_after_the_first_cell(kernel: Kernel, path: Path) -> None:
    (set_up, *rest), *others = sections(path)
    for section in [rest, *others]:
        run(kernel, set_up)
        for cell in section:
            run(kernel, cell)
