"""Run the lessons and save their outputs: `python tests/execute_notebooks.py [notebook ...]`, by default all of them.

Notebooks are executed in place. What varies from run to run (times, the kernel's version) is left out, and the file
is written in one form, so that a second run changes nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

#: The form of an output that is a live view: a reference to what a running kernel has.
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"

FOLDER = Path(__file__).parents[1] / "notebooks"

#: Seconds that a cell may take.
LIMIT = 60


def minimal(notebook: NotebookNode) -> None:
    """Leave only what is of use without a kernel: metadata that a front end needs, tags, what can be read.

    Of a live view its HTML and its words stay. A front end would prefer the view itself, find that its kernel is
    gone, and show "model not found" instead.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(LIVE_VIEW, None)


def written(notebook: NotebookNode) -> str:
    """Return the text of a notebook file."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text}\n"


def execute(path: Path) -> None:
    """Run one notebook and save it. nbclient's CellExecutionError if a cell fails that is not meant to."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # nbval runs under pytest, where ipclab waits longer for a slow renderer before it goes on without it.
    os.environ["IPCLAB_LOCKSTEP_LIMIT"] = "10"
    client = NotebookClient(
        notebook,
        timeout=LIMIT,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": FOLDER}},
    )
    client.execute()
    minimal(notebook)
    path.write_text(written(notebook), encoding="utf-8")


def main(names: list[str]) -> None:
    for path in [Path(name) for name in names] or sorted(FOLDER.glob("*.ipynb")):
        execute(path.resolve())
        print(f"executed {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
