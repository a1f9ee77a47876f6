"""The table of the document's patterns, in both READMEs: lessons that exist and use what the row names, and APIs that
the simulated Electrons have or lack as the row says."""

from __future__ import annotations

import json
import re
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ipc import open_page, program

import ipclab
from ipclab import BrowserWindow, Menu, app, ipc_main, names, once, settle

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
HEADS = ("| pattern in the document |", "| 原文中的模式 |")

LESSON = re.compile(r"\[(\d\d)\]\((notebooks/(\d\d)-[\w-]+\.ipynb)\)")
OLDEST, NEWEST = 9, 43


class Row(NamedTuple):
    """One row; `last` is the newest Electron that has the pattern."""

    lesson: str
    apis: tuple[str, ...]
    last: int


def rows(readme: str) -> list[Row]:
    lines = iter((ROOT / readme).read_text(encoding="utf-8").splitlines())
    assert any(line.startswith(HEADS) for line in lines)
    assert next(lines) == "|---|---|---|---|"
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        _, lesson, apis, versions = (cell.strip() for cell in line.strip("|").split(" | "))
        last = re.match(r"(?:up to|到) (\d+)", versions)
        assert last or versions in ("all", "全部"), versions
        found.append(Row(lesson, tuple(re.findall(r"`(.+?)`", apis)), int(last[1]) if last else NEWEST))
    return found


ROWS = rows(READMES[0])
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.lesson[1:3] + row.apis[0] for row in ROWS])


def test_both_readmes_have_the_same_rows() -> None:
    assert rows(READMES[1]) == ROWS
    assert len(ROWS) == 12


@every_row
def test_a_row_names_its_lesson_which_uses_the_apis(row: Row) -> None:
    """The number alone stands for a lesson that is still to be written."""
    link = LESSON.fullmatch(row.lesson)
    if link is None:
        assert not list((ROOT / "notebooks").glob(f"{row.lesson}-*.ipynb")), f"{row.lesson} is to be a link"
        return
    assert link[1] == link[3]
    cells = json.loads((ROOT / link[2]).read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for api in row.apis:
        assert re.search(rf"\b{api.rpartition('.')[2]}\b", code), f"{api} is not in {link[2]}"


def test_every_lesson_of_a_pattern_has_a_row() -> None:
    lessons = {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert lessons - {"00", "90"} <= {row.lesson.strip("[")[:2] for row in ROWS}


@every_row
@program
async def test_an_electron_has_the_apis_of_a_row_up_to_the_last_one(row: Row) -> None:
    for version in {OLDEST, row.last}:
        for api in row.apis:
            assert await has(api, version), f"Electron {version}: {api}"
    if row.last < NEWEST:
        for api in row.apis:
            assert not await has(api, row.last + 1), f"Electron {row.last + 1}: {api}"


async def has(api: str, version: int) -> bool:
    """Whether main, or a page that may use Electron, has what `api` names."""
    app.electron_version = version
    root, *attributes = api.split(".")
    contents = await open_page(enable_remote_module=True)
    if root in names.PRIVILEGED | names.PAGE:
        try:
            await contents.execute(f"from ipclab import {root}\n{api}\nNone")
        except (ImportError, AttributeError):
            return False
        return True
    heard = once(ipc_main, "event")
    await contents.execute("ipc_renderer.send('event')\nNone")
    own = {"event": (await heard)[0], "menu": Menu(), "win": BrowserWindow.from_web_contents(contents)}
    await settle()
    value: Any = reduce(getattr, attributes, own[root] if root in own else getattr(ipclab, root))
    return callable(value)
