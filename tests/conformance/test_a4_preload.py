"""Preload scripts: when they run, what they hear, and how they fail (semantics a.0, a.2, a.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ipc import in_preload_world, listen, program
from page_sources import EVENTS, WELL, script
from rules import held

from ipclab import BrowserWindow, ipc_main, once

pytest_plugins = ["page_fixtures"]

# --- when it runs --------------------------------------------------------------------------------------------------


@held("a.4", "preload", "Runs before any page script; with `contextIsolation` in a world of its own.")
@pytest.mark.parametrize("isolated", [True, False])
@program
async def test_a_preload_runs_before_any_page_script(
    isolated: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "preload.py").write_text(
        "from ipclab import ipc_renderer\nimport asyncio\nawait asyncio.sleep(0)\nsecret = 1\nprint('preload')\n"
    )
    window = BrowserWindow(web_preferences={"preload": "preload.py", "context_isolation": isolated})
    await window.load_url(script("print('page', 'secret' in globals())"))
    assert capsys.readouterr().out == f"renderer 1 │ preload\nrenderer 1 │ page {not isolated}\n"
    await in_preload_world(window.web_contents, "assert secret == 1")


@held("a.4", "preload", "Runs anew at each load, and not before the first.")
@program
async def test_a_preload_runs_at_each_load_and_not_before(here: Path) -> None:
    (here / "preload.py").write_text("from ipclab import ipc_renderer\nipc_renderer.send('preload runs')")
    runs: list[int] = []
    ipc_main.on("preload runs", lambda event: runs.append(event.sender.id))
    window = BrowserWindow(web_preferences={"preload": here / "preload.py"})
    await window.web_contents.execute("1")
    assert runs == []
    await window.load_url("about:blank")
    await window.reload()
    assert runs == [1, 1]


@held("a.4", "preload", "What main sends before the document exists is held, and delivered once the preload has run.")
@program
async def test_a_preload_hears_what_main_sent_right_after_it_began_the_load(here: Path) -> None:
    (here / "preload.py").write_text(
        "from ipclab import ipc_renderer\n"
        "ipc_renderer.on('early', lambda event, text: ipc_renderer.send('heard', text))\n"
    )
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    heard = once(ipc_main, "heard")
    ipc_main.on("heard", lambda *_: None)
    load = window.load_url("about:blank")
    window.web_contents.send("early", "news")
    assert (await heard)[1:] == ["news"]
    await load


# --- preload-error -------------------------------------------------------------------------------------------------


@held("a.4", "preload-error", "`(event, path, error)`: an exception, a syntax error, a file that cannot be loaded.")
@held("a.4", "preload-error", "The error is of its own class, and keeps its message.")
@held("a.4", "preload-error", "The page still loads.")
@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("raise ValueError('boom')", ValueError, "boom"),
        ("def (:", SyntaxError, "invalid syntax"),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", ZeroDivisionError, "division by zero"),
        (None, FileNotFoundError, "No such file or directory"),
        ("import no_such_module", ModuleNotFoundError, "No module named 'no_such_module'"),
    ],
)
@program
async def test_a_preload_that_fails_is_a_preload_error_and_the_page_still_loads(
    source: str | None, kind: type[Exception], text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if source is not None:
        (here / "preload.py").write_text(source)
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    heard: list[Any] = []
    window.web_contents.on("preload-error", lambda _, path, error: heard.append((path, error)))
    fired = listen(window.web_contents, *EVENTS, "preload-error")
    await window.load_url(script("page = 'runs'"))
    ((path, error),) = heard
    assert path == "preload.py"
    assert isinstance(error, kind)
    assert text in str(error)
    assert await window.web_contents.execute("page") == "runs"
    # After the navigation and before the page's scripts are done.
    assert fired[4] == "preload-error"
    assert [event for event in fired if event != "preload-error"] == WELL
    told = capsys.readouterr().err
    assert told.startswith("renderer 1 │ Unable to load preload script: preload.py\n")
    assert kind.__name__ in told


@held("a.4", "preload-error", "What a preload did before it failed stays done.")
@program
async def test_a_preload_that_fails_late_has_done_what_it_did(here: Path) -> None:
    (here / "preload.py").write_text(
        "from ipclab import context_bridge\ncontext_bridge.expose_in_main_world('api', {'x': 1})\n1 / 0\n"
    )
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    heard: list[str] = []
    window.web_contents.on("preload-error", lambda *args: heard.append(str(args[2])))
    await window.load_url(script("found = api.x"))
    assert heard == ["division by zero"]
    assert await window.web_contents.execute("found") == 1
