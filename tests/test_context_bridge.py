"""Electron's contextBridge (a.8): what a preload exposes, and how values cross to an isolated page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ipclab import BrowserWindow, ipc_main, restart

PRELOAD = """
from ipclab import context_bridge, ipc_renderer

async def get(number):
    return await ipc_renderer.invoke("get", number)

kept = []

context_bridge.expose_in_main_world("api", {
    "get": get,
    "items": [1, [2]],
    "fail": lambda: 1 / 0,
    "twice": lambda function: function(2) * 2,
    "keep": kept.append,
    "kept_twice_is_same": lambda: kept[0] is kept[1],
    "echo": lambda value: value,
    "change": lambda value: value.append(1),
})
"""


def in_page(folder: Path, *sources: str, preload: str = PRELOAD, **preferences: object) -> list[Any]:
    """Run sources, one after the other, in the page of a window with the preload; return their results."""
    script = folder / "preload.py"
    script.write_text(preload, encoding="utf-8")

    async def main() -> list[Any]:
        ipc_main.handle("get", lambda _, number: number + 1)
        try:
            win = BrowserWindow(web_preferences={"preload": str(script), **preferences})
            await win.load_url("about:blank")
            return [await win.web_contents.execute(source) for source in sources]
        finally:
            await restart()

    return asyncio.run(asyncio.wait_for(main(), 20))


def test_an_exposed_function_reaches_main_from_the_page(tmp_path: Path) -> None:
    assert in_page(tmp_path, "await api.get(41)", "from ipclab import window; window.api is api") == [42, True]


def test_entries_are_read_as_attributes_and_as_items(tmp_path: Path) -> None:
    assert in_page(tmp_path, "[api.items, api['items'], 'get' in api]") == [[[1, [2]], [1, [2]], True]]


def test_the_exposed_copy_is_frozen(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Cannot assign to read only property 'get'"):
        in_page(tmp_path, "api.get = None")
    with pytest.raises(AttributeError, match="append"):
        in_page(tmp_path, "api.items.append(3)")


def test_of_an_error_only_its_text_crosses(tmp_path: Path) -> None:
    source = "try: api.fail()\nexcept Exception as error: seen = [type(error).__name__, str(error)]\nseen"
    assert in_page(tmp_path, source) == [["Error", "division by zero"]]


def test_a_callback_is_called_across_the_bridge_and_back(tmp_path: Path) -> None:
    assert in_page(tmp_path, "api.twice(lambda number: number + 1)") == [6]


def test_each_crossing_makes_a_new_proxy_of_a_function(tmp_path: Path) -> None:
    """Why a listener handed over the bridge cannot be removed by it (issue 33328)."""
    source = "def f(): pass\napi.keep(f)\napi.keep(f)\n"
    assert in_page(tmp_path, source + "api.kept_twice_is_same()") == [False]


def test_a_function_that_comes_back_to_its_own_world_is_itself(tmp_path: Path) -> None:
    assert in_page(tmp_path, "def f(): pass\napi.echo(f) is f") == [True]


def test_values_are_copied(tmp_path: Path) -> None:
    assert in_page(tmp_path, "mine = []\napi.change(mine)\nmine") == [[]]


def test_nesting_beyond_1000_is_refused(tmp_path: Path) -> None:
    nest = "nested = []\nfor _ in range({}): nested = [nested]\n"
    assert in_page(tmp_path, nest.format(997) + "type(api.echo(nested)).__name__") == ["list"]
    with pytest.raises(Exception, match="Electron contextBridge recursion depth exceeded"):
        in_page(tmp_path, nest.format(1001) + "api.echo(nested)")


def test_without_isolation_there_is_no_bridge(tmp_path: Path) -> None:
    preload = """
from ipclab import context_bridge, window
try:
    context_bridge.expose_in_main_world("api", {})
except Exception as error:
    window.seen = str(error)
"""
    seen = in_page(tmp_path, "seen", preload=preload, context_isolation=False)
    assert seen == ["contextBridge API can only be used when contextIsolation is enabled"]


def test_a_name_the_page_has_already_is_refused(tmp_path: Path) -> None:
    preload = """
from ipclab import context_bridge
context_bridge.expose_in_main_world("api", {"n": 1})
try:
    context_bridge.expose_in_main_world("api", {"n": 2})
except Exception as error:
    context_bridge.expose_in_main_world("seen", {"text": str(error)})
"""
    seen = in_page(tmp_path, "[api.n, seen.text]", preload=preload)
    assert seen == [[1, "Cannot bind an API on top of an existing property on the window object"]]


def test_the_preloads_own_names_stay_in_its_world(tmp_path: Path) -> None:
    with pytest.raises(NameError, match="kept"):
        in_page(tmp_path, "kept")
