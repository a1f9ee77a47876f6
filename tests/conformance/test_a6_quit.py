"""Quitting and exiting: who is asked, in which order, and who may refuse (semantics a.6)."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from ipc import new_children, open_page, program
from rules import different, held

from ipclab import BrowserWindow, Error, RenderProcessGone, app, ipc_main, once


def watch_app() -> list[str]:
    fired: list[str] = []
    for event in ("before-quit", "will-quit", "quit"):
        app.on(event, lambda *_, event=event: fired.append(event))
    return fired


def watch_window(window: BrowserWindow, fired: list[str]) -> None:
    name = f" {window.id}"
    window.on("close", lambda *_: fired.append("close" + name))
    window.on("closed", lambda *_: fired.append("closed" + name))


# --- quit ----------------------------------------------------------------------------------------------------------


@held("a.6", "quit()", "`before-quit`, every window's `close` and `closed`, `will-quit`, `quit` with the exit code.")
@held("a.6", "window-all-closed", "Not emitted during an `app.quit()`.")
@program
async def test_quit_asks_everybody_in_electrons_order() -> None:
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    codes: list[object] = []
    app.on("quit", lambda _, code: codes.append(code))
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    for window in windows:
        watch_window(window, fired)
    app.quit()
    assert fired == ["before-quit", "close 1", "closed 1", "close 2", "closed 2", "will-quit", "quit"]
    assert codes == [0]
    assert BrowserWindow.get_all_windows() == []
    assert new_children() == set()


@held(
    "a.6", "quit()", "Without windows `before-quit`, `will-quit` and `quit` remain; after it nothing comes any more."
)
@program
async def test_quit_without_windows() -> None:
    fired = watch_app()
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]
    app.quit()
    app.exit(3)
    assert fired == ["before-quit", "will-quit", "quit"]


@held("a.6", "quit()", "`before-quit` may be prevented: no window is asked, and the app may be quit again.")
@program
async def test_before_quit_may_be_prevented() -> None:
    window = BrowserWindow()
    fired = watch_app()
    watch_window(window, fired)
    app.once("before-quit", lambda event: event.prevent_default())
    app.quit()
    assert fired == ["before-quit"]
    assert not window.is_destroyed()
    app.quit()
    assert fired == ["before-quit", "before-quit", "close 1", "closed 1", "will-quit", "quit"]


@held("a.6", "quit()", "A window that refuses to close resets the quitting flag; the others are asked all the same.")
@program
async def test_a_window_that_refuses_ends_the_attempt_but_every_window_is_asked() -> None:
    windows = [BrowserWindow() for _ in range(3)]
    fired = watch_app()
    for window in windows:
        watch_window(window, fired)
    windows[1].once("close", lambda event: event.prevent_default())
    app.quit()
    assert fired == ["before-quit", "close 1", "closed 1", "close 2", "close 3", "closed 3"]
    assert BrowserWindow.get_all_windows() == [windows[1]]
    assert await windows[1].web_contents.execute("1") == 1
    fired.clear()
    app.quit()
    assert fired == ["before-quit", "close 2", "closed 2", "will-quit", "quit"]


@held("a.6", "quit()", "After a refused quit the last window emits `window-all-closed` as before.")
@program
async def test_after_a_refused_quit_the_last_window_fires_window_all_closed_again() -> None:
    window = BrowserWindow()
    window.once("close", lambda event: event.prevent_default())
    fired: list[str] = []
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    app.quit()
    window.close()
    assert fired == ["window-all-closed"]


@held("a.6", "quit()", "Preventing `will-quit` resets the quitting flag: the app goes on and may be quit again.")
@program
async def test_will_quit_may_be_prevented_and_the_app_goes_on() -> None:
    BrowserWindow()
    app.once("will-quit", lambda event: event.prevent_default())
    fired = watch_app()
    app.quit()
    assert fired == ["before-quit", "will-quit"]
    window = BrowserWindow()
    assert await window.web_contents.execute("'goes on'") == "goes on"
    app.quit()
    assert fired == ["before-quit", "will-quit", "before-quit", "will-quit", "quit"]


@held("a.6", "quit()", "A second call while quitting is ignored.")
@pytest.mark.parametrize("event", ["before-quit", "will-quit", "quit"])
@program
async def test_a_second_quit_while_quitting_is_ignored(event: str) -> None:
    fired = watch_app()
    app.on(event, lambda *_: app.quit())
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]


@held("a.6", "quit()", "`will-quit` waits until no window is left, also for one that is inside its `close`.")
@program
async def test_quit_inside_a_windows_close_waits_for_that_window() -> None:
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    for window in windows:
        watch_window(window, fired)
    windows[0].once("close", lambda *_: app.quit())
    windows[0].close()
    assert fired == ["close 1", "before-quit", "close 2", "closed 2", "closed 1", "will-quit", "quit"]


@held("a.6", "quit()", "A window that calls `quit()` in its `close` and then prevents that has refused.")
@program
async def test_quit_inside_a_close_that_is_then_prevented_is_refused() -> None:
    window = BrowserWindow()
    fired = watch_app()

    @window.once("close")
    def close(event: Any) -> None:
        app.quit()
        event.prevent_default()

    window.close()
    assert fired == ["before-quit"]
    assert not window.is_destroyed()
    app.quit()
    assert fired == ["before-quit", "before-quit", "will-quit", "quit"]


@different(
    "a.6",
    "quit()",
    "After `quit` the process ends.",
    "A notebook's kernel (or the host program) goes on; windows open again after `ipclab.restart()`.",
)
@program
async def test_the_host_program_outlives_its_app() -> None:
    app.quit()
    with pytest.raises(Error, match=r"^the app has quit: no window can be opened. `await ipclab\.restart\(\)`"):
        BrowserWindow()


# --- exit ----------------------------------------------------------------------------------------------------------


@held("a.6", "exit()", "Windows are destroyed unasked; no `before-quit`, no `will-quit`; `quit` with the code.")
@program
async def test_exit_destroys_unasked_and_fires_quit_with_the_code() -> None:
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    codes: list[object] = []
    app.on("quit", lambda _, code: codes.append(code))
    for window in windows:
        watch_window(window, fired)
        window.on("close", lambda event: event.prevent_default())
    app.exit(3)
    assert fired == ["closed 1", "closed 2", "quit"]
    assert codes == [3]
    app.exit(4)
    assert codes == [3]


@held("a.6", "exit()", "The code is 0 by default.")
@program
async def test_exit_is_well_by_default() -> None:
    codes: list[object] = []
    app.on("quit", lambda _, code: codes.append(code))
    app.exit()
    assert codes == [0]


@held("a.6", "exit()", "Overtakes a quit that is under way.")
@program
async def test_exit_overtakes_a_quit() -> None:
    BrowserWindow()
    fired = watch_app()
    app.on("before-quit", lambda _: app.exit(7))
    app.quit()
    assert fired == ["before-quit", "quit"]


@held("a.6", "exit()", "`process.exit` (here `sys.exit`) in a listener or handler is mapped to it.")
@pytest.mark.parametrize("where", ["listener", "async listener", "handler", "async handler", "event"])
@program
async def test_sys_exit_in_main_is_app_exit_and_the_host_program_goes_on(
    where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = await open_page()
    quits = once(app, "quit")

    def leave(*_: object) -> None:
        sys.exit(3)

    async def leave_later(*_: object) -> None:
        await asyncio.sleep(0)
        leave()

    listener = leave_later if "async" in where else leave
    if where == "event":
        contents.on("did-finish-load", listener)
        contents.load_url("about:blank")
    elif "handler" in where:
        ipc_main.handle("ch", listener)
        asyncio.ensure_future(contents.execute("ipc_renderer.invoke('ch')\nNone")).add_done_callback(ended)
    else:
        ipc_main.on("ch", listener)
        asyncio.ensure_future(contents.execute("ipc_renderer.send('ch')")).add_done_callback(ended)
    assert (await quits)[1] == 3
    assert BrowserWindow.get_all_windows() == []
    await asyncio.sleep(0)
    assert "Traceback" not in capsys.readouterr().err


def ended(task: asyncio.Task[Any]) -> None:
    """It may have been answered before its window went, or not."""
    assert task.exception() is None or isinstance(task.exception(), RenderProcessGone)


# --- window-all-closed ---------------------------------------------------------------------------------------------


@held(
    "a.6", "window-all-closed", "By default the app quits: Electron's own listener does it when it is the sole one."
)
@program
async def test_closing_the_last_window_quits_by_default() -> None:
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    windows[0].close()
    assert fired == []
    windows[1].close()
    assert fired == ["before-quit", "will-quit", "quit"]


@held("a.6", "window-all-closed", "Any other listener cancels the default.")
@program
async def test_any_listener_of_window_all_closed_cancels_the_default() -> None:
    fired = watch_app()
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    window = BrowserWindow()
    watch_window(window, fired)
    window.close()
    assert fired == ["close 1", "closed 1", "window-all-closed"]
    assert BrowserWindow().id == 2


@held("a.6", "window-all-closed", "Removing all listeners removes Electron's own as well: nobody quits then.")
@program
async def test_the_default_is_a_listener_too() -> None:
    fired = watch_app()
    assert app.listener_count("window-all-closed") == 1
    app.remove_all_listeners("window-all-closed")
    BrowserWindow().close()
    assert fired == []
    assert BrowserWindow().id == 2


@held("a.6", "window-all-closed", "Not emitted if a window was opened inside `closed`.")
@program
async def test_a_window_may_be_opened_inside_closed_and_the_app_goes_on() -> None:
    fired = watch_app()
    window = BrowserWindow()
    window.once("closed", lambda *_: BrowserWindow())
    window.close()
    assert fired == []
    assert [each.id for each in BrowserWindow.get_all_windows()] == [2]
