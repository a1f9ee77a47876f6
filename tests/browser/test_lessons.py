"""Every lesson, opened and run in JupyterLab as a reader would, shows what its file says it shows."""

from typing import Any

import pytest
from jupyter_page import Lab, Output
from lesson_run import LESSONS, LessonRun


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


@pytest.mark.parametrize("lesson", LESSONS, indirect=True)
def test_a_lesson_runs_in_jupyterlab_with_the_outputs_it_was_saved_with(lab: Lab, lesson: LessonRun) -> None:
    shown = [texts(outputs) for outputs in lesson.outputs]
    lab.screenshot(lesson.name)

    assert len(shown) == len(lesson.cells)
    for cell, found in zip(lesson.cells, shown, strict=True):
        source = joined(cell["source"])
        if "raises-exception" not in tags(cell):
            assert "error" not in found, source
        if cell["outputs"] and "nbval-ignore-output" not in tags(cell):
            assert found == texts(cell["outputs"]), source
    assert lesson.errors == []
