"""Every lesson, opened and run in JupyterLab as a reader would, shows what its file says it shows."""

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_page import Lab, Output

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [path.relative_to(NOTEBOOKS).as_posix() for path in sorted(NOTEBOOKS.glob("*.ipynb"))]


def code_cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def joined(text: str | list[str]) -> str:
    """A notebook file may hold a text as a list of its lines."""
    return text if isinstance(text, str) else "".join(text)


def texts(outputs: list[Output]) -> dict[str, list[str]]:
    """What can be read in a cell's outputs: a stream's text in one piece, however it was cut on its way."""
    found: dict[str, list[str]] = {}
    for output in outputs:
        match output["output_type"]:
            case "stream":
                found[output["name"]] = ["".join([*found.get(output["name"], []), joined(output["text"])])]
            case "error":
                found.setdefault("error", []).append(f"{output['ename']}: {output['evalue']}")
            case _:
                found.setdefault("text/plain", []).append(joined(output["data"].get("text/plain", "")))
    return found


def tags(cell: dict[str, Any]) -> list[str]:
    found: list[str] = cell["metadata"].get("tags", [])
    return found


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_in_jupyterlab_with_the_outputs_it_was_saved_with(lab: Lab, lesson: str) -> None:
    cells = code_cells(NOTEBOOKS / lesson)
    lab.open(lesson)
    lab.run_all()
    shown = [texts(outputs) for outputs in lab.outputs()]
    lab.screenshot(Path(lesson).stem)

    assert len(shown) == len(cells)
    for cell, found in zip(cells, shown, strict=True):
        source = joined(cell["source"])
        if "raises-exception" not in tags(cell):
            assert "error" not in found, source
        if cell["outputs"] and "nbval-ignore-output" not in tags(cell):
            assert found == texts(cell["outputs"]), source
    assert lab.errors() == []
