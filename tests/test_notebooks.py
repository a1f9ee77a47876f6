"""What every lesson's file must keep to, one rule a test."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execute_notebooks import FOLDER, minimal, written

PATHS = sorted(path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
every_notebook = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])

FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
SIDES = ("# main process", "%%renderer ", "%%page ", "%%preload ")

#: What differs from machine to machine, or from run to run.
VOLATILE = {
    "a path of a machine": re.compile(r"(?<![\w.:])/(?:home|root|tmp|private|Users|var|usr|opt|work)/\w+"),
    "a kernel's temporary file": re.compile(r"ipykernel_\d+"),
    "an address in memory": re.compile(r"\b0x[0-9a-f]{6,}\b"),
    "a process number": re.compile(r"\bpid\b\W{0,3}\d+", re.IGNORECASE),
    "a time": re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d+\.\d{4,}\b"),
}


def read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == kind]


def prose(path: Path) -> str:
    """The notebook's Markdown without what stands in fences."""
    return "\n\n".join(FENCE.sub("", cell["source"]) for cell in cells(path, "markdown"))


def headings(path: Path) -> list[tuple[int, str]]:
    return [(len(marks), text) for marks, text in HEADING.findall(prose(path))]


def anchors(path: Path) -> list[str]:
    """The anchors that JupyterLab gives the headings."""
    return [text.replace("`", "").replace(" ", "-") for _, text in headings(path)]


def texts(value: Any) -> Iterator[str]:
    """All texts in an output, and what is in the pictures of its HTML."""
    if isinstance(value, str):
        yield re.sub(r"base64,[\w+/=]+", "", value)
        for picture in re.findall(r"base64,([\w+/=]+)", value):
            yield b64decode(picture).decode()
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "image/png":
                yield from texts(item)
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield from texts("".join(value))
        else:
            for item in value:
                yield from texts(item)


def test_there_are_lessons() -> None:
    assert [path.stem[:2] for path in PATHS if path.parent == FOLDER][:1] == ["00"]


@every_notebook
def test_one_top_heading_and_no_level_left_out(path: Path) -> None:
    levels = [level for level, _ in headings(path)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in pairwise(levels):
        assert after <= before + 1, headings(path)


@every_notebook
def test_the_first_cell_introduces_the_lesson(path: Path) -> None:
    """A heading, a summary in a paragraph, links to other lessons and a list of this one's sections."""
    first = read(path)["cells"][0]
    assert first["cell_type"] == "markdown"
    heading, summary, *_ = first["source"].split("\n\n")
    assert heading.startswith("# ")
    assert 1 <= summary.count(". ") + summary.count("。") + 1 <= 3
    targets = LINK.findall(first["source"])
    assert any(".ipynb" in target for target in targets)
    assert [target[1:] for target in targets if re.match(r"#(?!The-lessons)", target)] == [
        anchor
        for (level, _), anchor in zip(headings(path), anchors(path), strict=True)
        if level == 2 and anchor != "The-lessons"
    ]


@every_notebook
def test_links_lead_somewhere_and_say_where(path: Path) -> None:
    for target in LINK.findall(prose(path)):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.is_file(), target
        if anchor:
            assert anchor in anchors(linked), target
    assert not re.search(r"\[(here|this|link|click here)\]\(", prose(path), re.IGNORECASE)


@every_notebook
def test_pictures_exist_and_have_a_text_alternative(path: Path) -> None:
    for alternative, target in IMAGE.findall(prose(path)):
        assert alternative.strip(), target
        assert (path.parent / target).is_file(), target
    everything = prose(path) + "\n".join(text for cell in cells(path, "code") for text in texts(cell["outputs"]))
    for tag in re.findall(r"<img\b[^>]*>", everything):
        assert re.search(r'\balt="[^"]+"', tag), tag
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data):
                assert data.get("text/plain"), cell["id"]


@every_notebook
def test_what_is_folded_says_what_it_is(path: Path) -> None:
    assert prose(path).count("<details>") == prose(path).count("<summary>") == prose(path).count("</details>")


@every_notebook
def test_a_code_cell_says_first_which_process_runs_it(path: Path) -> None:
    for cell in cells(path, "code"):
        first, _, rest = cell["source"].partition("\n")
        assert first == SIDES[0] or first.startswith(SIDES[1:]), cell["id"]
        assert rest.strip(), f"{cell['id']} is empty"


@every_notebook
def test_the_first_code_cell_starts_all_over(path: Path) -> None:
    first = cells(path, "code")[0]["source"]
    assert "%load_ext ipclab" in first
    assert "await ipclab.restart()" in first


@every_notebook
def test_a_cell_fails_only_where_its_tag_announces_it(path: Path) -> None:
    for cell in cells(path, "code"):
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in cell["metadata"].get("tags", [])), cell["id"]


@every_notebook
def test_outputs_are_those_of_one_run_from_top_to_bottom(path: Path) -> None:
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_outputs_are_the_same_everywhere(path: Path) -> None:
    for cell in cells(path, "code"):
        for text in texts(cell["outputs"]):
            for what, pattern in VOLATILE.items():
                found = pattern.search(text)
                assert found is None, f"{what} in {cell['id']}: {found and found[0]}"


@every_notebook
def test_cell_ids_are_unique_and_readable(path: Path) -> None:
    ids = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(ids)) == len(ids)
    for name in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name), name
        assert not re.fullmatch(r"[0-9a-f]{8}", name), name


@every_notebook
def test_the_file_is_written_as_execute_notebooks_writes_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    minimal(notebook)
    assert path.read_text(encoding="utf-8") == written(notebook)


@every_notebook
def test_any_kernel_called_python3_will_do(path: Path) -> None:
    assert read(path)["metadata"]["kernelspec"]["name"] == "python3"
