"""A renderer process that dies: who is told, and how a window recovers (semantics a.4)."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest
from ipc import is_alive, listen, open_page, program
from page_sources import script
from rules import held, not_simulated

from ipclab import BrowserWindow, LoadError, RenderProcessGone, app, ipc_main, once, restart, settle, web_contents

TOPIC = "render-process-gone"

# --- who is told ---------------------------------------------------------------------------------------------------

DEATHS = [
    ("forcefully_crash_renderer", "killed", -9),
    (signal.SIGKILL, "killed", -9),
    (signal.SIGTERM, "killed", -15),
    (signal.SIGSEGV, "crashed", -11),
    (signal.SIGABRT, "crashed", -6),
    ("import sys; sys.exit()", "clean-exit", 0),
    ("import sys; sys.exit(3)", "abnormal-exit", 3),
    ("import os; os._exit(5)", "abnormal-exit", 5),
]


@held("a.4", TOPIC, "`(event, {reason, exitCode})` on the web contents.")
@held("a.4", TOPIC, "Then re-emitted on `app` as `(event, webContents, details)`.")
@held("a.4", TOPIC, "Reasons: `clean-exit`, `abnormal-exit`, `killed`, `crashed`.")
@held("a.4", "forcefullyCrashRenderer", "Gives the reason `killed` or `crashed`.")
@pytest.mark.parametrize(("how", "reason", "code"), DEATHS, ids=[f"{how!s}-{reason}" for how, reason, _ in DEATHS])
@program
async def test_a_death_is_told_on_contents_and_app_and_in_one_line(
    how: str | signal.Signals, reason: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    window = BrowserWindow()
    contents = window.web_contents
    fired: list[tuple[Any, ...]] = []
    contents.on(TOPIC, lambda _, details: fired.append(("contents", details.reason, details.exit_code)))
    app.on(TOPIC, lambda _, who, details: fired.append((who, details.reason, details.exit_code)))
    gone = once(app, TOPIC)
    await contents.execute("1")
    if isinstance(how, signal.Signals):
        os.kill(contents.get_os_process_id(), how)
    elif how.startswith("import"):
        with pytest.raises(RenderProcessGone):
            await contents.execute(how)
    else:
        contents.forcefully_crash_renderer()
    await gone
    assert fired == [("contents", reason, code), (contents, reason, code)]
    assert contents.is_crashed()
    assert contents.get_os_process_id() == 0
    assert not window.is_destroyed()
    assert capsys.readouterr().err == f"renderer 1 is gone: {reason} (exit code {code})\n"


not_simulated(
    "a.4",
    TOPIC,
    "Reasons: `oom`, `launch-failed`, `integrity-failure`, `memory-eviction`.",
    "Nothing tells them from `killed` here; a process that cannot be started is an exception where it is started.",
)
not_simulated(
    "a.4",
    TOPIC,
    "Before it was introduced (10.0, and 8.4 and 9.1): `crashed`, then `renderer-process-crashed`, gone in 29.",
    "The newer event is there in every version.",
)


@held("a.4", TOPIC, "Asynchronous: never inside the call that caused it.")
@program
async def test_the_event_is_asynchronous() -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, TOPIC)
    gone = once(contents, TOPIC)
    contents.forcefully_crash_renderer()
    assert fired == []
    assert not contents.is_crashed()
    await gone
    assert fired == [TOPIC]


@held("a.4", "forcefullyCrashRenderer", "May be called again, and on a renderer that has crashed.")
@program
async def test_crashing_twice_and_crashing_the_crashed_do_no_harm() -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, TOPIC)
    gone = once(contents, TOPIC)
    contents.forcefully_crash_renderer()
    contents.forcefully_crash_renderer()
    await gone
    contents.forcefully_crash_renderer()
    await settle()
    assert fired == [TOPIC]
    await restart()


@held("a.4", TOPIC, "Comes after everything the renderer said before it died.")
@program
async def test_what_a_renderer_said_before_it_died_is_heard() -> None:
    contents = await open_page()
    order: list[object] = []
    gone = once(contents, TOPIC)
    ipc_main.on("ch", lambda _, number: order.append(number))
    contents.on(TOPIC, lambda *_: order.append("gone"))
    code = "import os\nfor number in range(500): ipc_renderer.send('ch', number)\nos._exit(1)"
    with pytest.raises(RenderProcessGone):
        await contents.execute(code)
    await gone
    assert order == [*range(500), "gone"]


# --- recovery ------------------------------------------------------------------------------------------------------


@held("a.4", "reload", "After a crash it starts a new process; the web contents and their id stay the same.")
@program
async def test_reload_after_a_crash_starts_a_new_process_with_the_same_id() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    await window.load_url(script("value = 42"))
    old = contents.get_os_process_id()
    gone = once(contents, TOPIC)
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


@held("a.4", TOPIC, "`reload()` inside the handler is allowed and recovers.")
@program
async def test_reload_inside_render_process_gone_recovers() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    loads: list[Any] = []
    contents.on(TOPIC, lambda *_: loads.append(contents.reload()))
    for crashes in range(1, 3):
        gone = once(contents, "did-finish-load")
        contents.forcefully_crash_renderer()
        await gone
        assert len(loads) == crashes
        await loads[-1]
        assert await contents.execute("'alive'") == "alive"


@held("a.4", TOPIC, "The window may be closed inside the handler.")
@program
async def test_closing_inside_render_process_gone_is_allowed() -> None:
    window = BrowserWindow()
    app.on("window-all-closed", lambda *_: None)
    closed = once(window, "closed")
    window.web_contents.on(TOPIC, lambda *_: window.destroy())
    window.web_contents.forcefully_crash_renderer()
    await closed
    assert BrowserWindow.get_all_windows() == []


@held("a.4", "isDestroyed, isCrashed", "A crashed window can be closed, or shown another page.")
@program
async def test_a_crashed_window_can_be_closed_and_loaded_anew() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    gone = [once(each.web_contents, TOPIC) for each in (first, second)]
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
