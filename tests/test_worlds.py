"""Worlds: which code may import what, and whose names are whose (semantics a.0, design 4.2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import in_preload_world, open_page, program

import ipclab
from ipclab import BrowserWindow, RendererError, app, ipc_main
from ipclab.main.web_contents import WebContents

#: Names that only code with access to Electron gets, and what tells that it got them.
ELECTRON = ("ipc_renderer", "process")
PAGES_OWN = ("console", "window", "set_timeout", "clear_timeout", "undefined")
COMMON = ("EventEmitter", "Error", "DataCloneError", "RemoteError", "RendererError", "RenderProcessGone")
MAIN = ("app", "BrowserWindow", "ipc_main", "web_contents", "trace", "settle", "restart", "global_")


def window_contents(**preferences: object) -> WebContents:
    return BrowserWindow(web_preferences=preferences).web_contents


async def in_page(contents: WebContents, code: str) -> None:
    await contents.execute(code)


# --- what each world gets ------------------------------------------------------------------------------------------


@program
async def test_the_isolated_world_gets_electrons_names_whatever_the_preferences() -> None:
    """Design 4.2, second row: %%renderer cells and preload scripts."""
    for preferences in ({}, {"node_integration": True}, {"context_isolation": False}):
        contents = window_contents(**preferences)
        names = ", ".join((*ELECTRON, *PAGES_OWN, *COMMON))
        await in_preload_world(contents, f"from ipclab import {names}\nimport ipclab\nassert ipclab.ipc_renderer")


@pytest.mark.parametrize(
    ("preferences", "why"),
    [
        ({}, "it runs in the main world, and context isolation is on"),
        ({"node_integration": True}, "it runs in the main world, and context isolation is on"),
        ({"context_isolation": False}, "node integration is off"),
        ({"context_isolation": False, "node_integration": True}, None),
    ],
    ids=["default", "node integration only", "no isolation only", "both"],
)
@program
async def test_the_page_gets_electrons_names_only_with_node_integration_and_without_isolation(
    preferences: dict[str, object], why: str | None
) -> None:
    """Semantics a.0: no require, no ipcRenderer in the page unless nodeIntegration and not contextIsolation."""
    contents = window_contents(**preferences)
    await contents.execute(f"from ipclab import {', '.join((*PAGES_OWN, *COMMON))}")
    for name in ELECTRON:
        for code in (f"from ipclab import {name}", f"import ipclab\nipclab.{name}\nNone"):
            if why is None:
                await contents.execute(code)
                continue
            with pytest.raises(ImportError) as caught:
                await contents.execute(code)
            text = str(caught.value)
            assert text.startswith(f"{name} is not available to the page: {why}. ")
            assert "preload" in text
            assert "node_integration=True and context_isolation=False" in text


@pytest.mark.parametrize(("version", "works"), [("9", True), ("11", True), ("12", False), ("43", False)])
@program
async def test_node_integration_alone_is_enough_before_12(version: str, works: bool) -> None:
    """Design 7: nodeIntegration: true gives a page require only before 12, when isolation became the default."""
    app.electron_version = version
    contents = window_contents(node_integration=True)
    if works:
        await contents.execute("from ipclab import ipc_renderer")
    else:
        with pytest.raises(ImportError, match="context isolation is on"):
            await contents.execute("from ipclab import ipc_renderer")


@program
async def test_main_names_are_an_import_error_in_every_world_of_a_renderer() -> None:
    """Design 4.2: asking for the other side's name is an ImportError that says so."""
    contents = await open_page()
    isolated = window_contents()
    for name in MAIN:
        text = f"^{name} belongs to the main process, and this code runs in renderer "
        for code in (f"from ipclab import {name}", f"import ipclab\nipclab.{name}\nNone"):
            with pytest.raises(ImportError, match=text + "1"):
                await contents.execute(code)
            with pytest.raises(ImportError, match=text + "2"):
                await isolated.execute(code)
            with pytest.raises(RendererError, match=text + "2"):
                await in_preload_world(isolated, code)


@pytest.mark.parametrize("name", ["ipc_renderer", "context_bridge", "console", "window", "set_timeout"])
def test_renderer_names_are_an_import_error_in_main(name: str) -> None:
    with pytest.raises(ImportError, match=f"^{name} belongs to renderer processes, and this code runs in the main"):
        exec(f"from ipclab import {name}", {})
    with pytest.raises(ImportError, match=f"^{name} belongs to renderer processes"):
        getattr(ipclab, name)


@program
async def test_an_unknown_name_is_an_import_error_that_lists_what_there_is() -> None:
    contents = await open_page()
    with pytest.raises(ImportError, match=r"^cannot import name 'ipcRenderer' from 'ipclab'.*\bipc_renderer\b"):
        await contents.execute("from ipclab import ipcRenderer")
    with pytest.raises(ImportError, match="cannot import name 'ipcMain'"):
        exec("from ipclab import ipcMain", {})


@program
async def test_a_star_import_gives_what_the_world_may_have() -> None:
    contents = window_contents()
    await contents.execute("from ipclab import *\nfound = 'console' in globals(), 'ipc_renderer' in globals()")
    assert await contents.execute("found") == [True, False]
    await in_preload_world(contents, "from ipclab import *\nassert ipc_renderer and console")


@program
async def test_inner_modules_of_main_cannot_be_imported_in_a_renderer() -> None:
    contents = await open_page()
    for code in ("import ipclab.main.app", "from ipclab.main import app", "from ipclab.main.app import app"):
        with pytest.raises(ImportError, match="belongs to the main process"):
            await contents.execute(code)


@program
async def test_the_standard_library_can_be_imported_in_every_world() -> None:
    """Design 4.2: Python worlds teach Electron's rules, they are no security boundary."""
    contents = window_contents()
    assert (
        await contents.execute("import json, sqlite3, os.path\nfrom collections import abc\njson.dumps([1])") == "[1]"
    )
    await in_preload_world(contents, "import subprocess")


@program
async def test_a_module_of_ones_own_imports_what_its_importers_world_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Semantics a.0: a preload may be several files; a required module sees the same `electron`."""
    (tmp_path / "ipclab_test_helper.py").write_text(
        "from ipclab import ipc_renderer\n\ndef send():\n    ipc_renderer.send('from the helper')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    contents = await open_page()
    heard: list[str] = []
    ipc_main.on("from the helper", lambda _: heard.append("heard"))
    await contents.execute("import ipclab_test_helper\nipclab_test_helper.send()")
    assert heard == ["heard"]


@program
async def test_import_module_gives_the_worlds_names_too() -> None:
    contents = await open_page()
    code = "import importlib\nipclab = importlib.import_module('ipclab')\n"
    with pytest.raises(ImportError, match="app belongs to the main process, and this code runs in renderer 1"):
        await contents.execute(f"{code}ipclab.app\nNone")
    await contents.execute(f"{code}assert ipclab.ipc_renderer is ipc_renderer")


@program
async def test_a_preloads_callbacks_keep_its_rights(tmp_path: Path) -> None:
    """Semantics a.0: a preload's functions keep what the preload may, also when they run later and share a world."""
    (tmp_path / "preload.py").write_text("""
from ipclab import ipc_renderer, set_timeout
def answer(*_):
    from ipclab import ipc_renderer as again
    again.send("answered")
ipc_renderer.on("ask", answer)
async def later():
    answer()
set_timeout(later)
""")
    contents = window_contents(preload=tmp_path / "preload.py", context_isolation=False)
    answers: list[object] = []
    ipc_main.on("answered", lambda event: answers.append(event.sender.id))
    await contents.load_url("about:blank")
    contents.send("ask")
    await contents.execute("from ipclab import set_timeout\nimport asyncio\nrest = asyncio.Event()")
    await contents.execute("set_timeout(rest.set, 5)\nawait rest.wait()")
    assert answers == [1, 1]


# --- whose names are whose -----------------------------------------------------------------------------------------


@program
async def test_isolated_worlds_do_not_see_each_others_names_nor_changed_builtins() -> None:
    """Semantics a.0: the preload runs in world 999, the page in world 0."""
    contents = window_contents()
    await in_preload_world(contents, "secret = 1\n__builtins__['planted'] = 1\nimport builtins")
    await contents.execute("own = 2")
    for name in ("secret", "planted"):
        with pytest.raises(NameError):
            await contents.execute(name)
    await in_preload_world(contents, "assert 'own' not in globals()")


@program
async def test_without_isolation_preload_and_page_share_one_world() -> None:
    contents = window_contents(context_isolation=False)
    await in_preload_world(contents, "shared = [1]")
    await contents.execute("shared.append(2)")
    await in_preload_world(contents, "assert shared == [1, 2]")


@program
async def test_windows_do_not_share_anything() -> None:
    """Semantics a.0: one renderer process per window."""
    first, second = await open_page("import sys\nsys.shared = x = 1"), await open_page("import sys")
    assert await second.execute("[hasattr(sys, 'shared'), 'x' in globals()]") == [False, False]
    assert await first.execute("x") == 1


@program
async def test_window_is_the_worlds_global_object() -> None:
    contents = await open_page("x = 1")
    assert await contents.execute("window.y = 2\n[window.x, y]") == [1, 2]
    with pytest.raises(AttributeError, match="window has no 'nothing'"):
        await contents.execute("window.nothing")
    await contents.execute("del window.x")
    with pytest.raises(NameError):
        await contents.execute("x")


# --- a renderer's sending ------------------------------------------------------------------------------------------


# --- timers --------------------------------------------------------------------------------------------------------


@program
async def test_set_timeout_counts_milliseconds_and_passes_arguments() -> None:
    """Design 4: set_timeout(fn, ms) keeps the web's milliseconds."""
    contents = await open_page()
    assert await contents.execute("""
import asyncio
order, done = [], asyncio.Event()
set_timeout(order.append, 20, "late")
set_timeout(lambda *args: order.append(args), 1, 1, 2)
set_timeout(done.set, 40)
cancelled = set_timeout(order.append, 10, "never")
clear_timeout(cancelled)
clear_timeout(cancelled)
clear_timeout(999)
clear_timeout(None)
set_timeout(order.append, -5, "at once")
await done.wait()
[order, type(cancelled) is int]
""") == [["at once", [1, 2], "late"], True]
    with pytest.raises(TypeError, match="set_timeout takes a function"):
        await contents.execute("set_timeout('code', 1)")


@program
async def test_a_timer_that_fails_is_told_and_others_still_fire(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    await contents.execute("""
import asyncio
done = asyncio.Event()
async def fails_later():
    await asyncio.sleep(0)
    raise ValueError("rejected")
set_timeout(lambda: 1 / 0)
set_timeout(fails_later)
set_timeout(done.set, 10)
await done.wait()
""")
    told = capsys.readouterr().err
    assert "renderer 1 │ Uncaught ZeroDivisionError: division by zero" in told
    assert "renderer 1 │ Uncaught (in promise) ValueError: rejected" in told
