"""A renderer process that dies: who is told, and how a window recovers (semantics a.4)."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest
from ipc import is_alive, open_page, program

from ipclab import BrowserWindow, LoadError, RenderProcessGone, app, ipc_main, once, restart, settle, web_contents

# --- a process that dies -------------------------------------------------------------------------------------------

DEATHS = [
    ("forcefully_crash_renderer", "killed", -9),
    (signal.SIGKILL, "killed", -9),
    (signal.SIGTERM, "killed", -15),
    (signal.SIGSEGV, "crashed", -11),
    (signal.SIGABRT, "crashed", -6),
]


@pytest.mark.parametrize(("how", "reason", "code"), DEATHS, ids=[f"{how!s}-{reason}" for how, reason, _ in DEATHS])
@program
async def test_a_death_is_told_on_contents_and_app_and_in_one_line(
    how: str | signal.Signals, reason: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics a.4: render-process-gone (event, {reason, exitCode}); on app (event, webContents, details)."""
    window = BrowserWindow()
    contents = window.web_contents
    fired: list[tuple[Any, ...]] = []
    contents.on(
        "render-process-gone", lambda _, details: fired.append(("contents", details.reason, details.exit_code))
    )
    app.on("render-process-gone", lambda _, who, details: fired.append((who, details.reason, details.exit_code)))
    gone = once(app, "render-process-gone")
    await contents.execute("1")
    if isinstance(how, str):
        contents.forcefully_crash_renderer()
    else:
        os.kill(contents.get_os_process_id(), how)
    await gone
    assert fired == [("contents", reason, code), (contents, reason, code)]
    assert contents.is_crashed()
    assert not window.is_destroyed()
    assert capsys.readouterr().err == f"renderer 1 is gone: {reason} (exit code {code})\n"


@program
async def test_reload_after_a_crash_starts_a_new_process_with_the_same_id() -> None:
    """Design 4.5: N is the web contents' id, the same after reload and crash."""
    window = BrowserWindow()
    contents = window.web_contents
    await window.load_url("data:text/html,<script type='py'>value = 42</script>")
    old = contents.get_os_process_id()
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone
    with pytest.raises(RenderProcessGone, match=r"^renderer 1 is gone \(killed, exit code -9\)$"):
        await contents.execute("value")
    await contents.reload()
    assert not contents.is_crashed()
    assert contents.get_os_process_id() not in (0, old)
    assert (contents.id, contents.label) == (1, "renderer 1")
    assert await contents.execute("value") == 42
    assert web_contents.from_id(1) is contents
    assert not is_alive(old)


@program
async def test_reload_inside_render_process_gone_recovers() -> None:
    """Semantics a.4 [S]: reload() inside the handler is allowed and recovers."""
    window = BrowserWindow()
    contents = window.web_contents
    loads: list[Any] = []
    contents.on("render-process-gone", lambda *_: loads.append(contents.reload()))
    for crashes in range(1, 3):
        gone = once(contents, "did-finish-load")
        contents.forcefully_crash_renderer()
        await gone
        assert len(loads) == crashes
        await loads[-1]
        assert await contents.execute("'alive'") == "alive"


@program
async def test_closing_inside_render_process_gone_is_allowed() -> None:
    window = BrowserWindow()
    app.on("window-all-closed", lambda *_: None)
    closed = once(window, "closed")
    window.web_contents.on("render-process-gone", lambda *_: window.destroy())
    window.web_contents.forcefully_crash_renderer()
    await closed
    assert BrowserWindow.get_all_windows() == []


@program
async def test_a_crashed_window_can_be_closed_and_loaded_anew() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    gone = [once(each.web_contents, "render-process-gone") for each in (first, second)]
    for each in (first, second):
        each.web_contents.forcefully_crash_renderer()
    await asyncio.gather(*gone)
    first.close()
    assert first.is_destroyed()
    with pytest.raises(LoadError, match="ERR_FILE_NOT_FOUND"):
        await second.load_file("no such file.html")
    assert second.web_contents.is_crashed()
    await second.load_url("about:blank")
    assert await second.web_contents.execute("1") == 1


@program
async def test_crashing_twice_and_crashing_the_crashed_do_no_harm() -> None:
    contents = BrowserWindow().web_contents
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    contents.forcefully_crash_renderer()
    await gone
    contents.forcefully_crash_renderer()
    await settle()
    await restart()


@program
async def test_what_a_renderer_said_before_it_died_is_heard() -> None:
    """Its last words are in the socket already, and come before its end."""
    contents = await open_page()
    order: list[object] = []
    gone = once(contents, "render-process-gone")
    ipc_main.on("ch", lambda _, number: order.append(number))
    contents.on("render-process-gone", lambda *_: order.append("gone"))
    code = "import os\nfor number in range(500): ipc_renderer.send('ch', number)\nos._exit(1)"
    with pytest.raises(RenderProcessGone):
        await contents.execute(code)
    await gone
    assert order == [*range(500), "gone"]
