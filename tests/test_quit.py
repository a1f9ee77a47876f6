"""Quitting and exiting: who is asked, in which order, and who may refuse (semantics a.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ipc import children, program

from ipclab import BrowserWindow, Error, app, restart


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


@program
async def test_quit_asks_everybody_in_electrons_order() -> None:
    """Semantics a.6: before-quit, every window's close and closed, will-quit, quit(event, exitCode)."""
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
    assert children() == set()


@program
async def test_quit_without_windows() -> None:
    fired = watch_app()
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]
    app.quit()
    app.exit(3)
    assert fired == ["before-quit", "will-quit", "quit"]


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


@program
async def test_a_window_that_refuses_ends_the_attempt_but_every_window_is_asked() -> None:
    """Semantics a.6: a window refusing to close resets the quitting flag; Electron asks all windows all the same."""
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


@program
async def test_after_a_refused_quit_the_last_window_fires_window_all_closed_again() -> None:
    window = BrowserWindow()
    window.once("close", lambda event: event.prevent_default())
    fired: list[str] = []
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    app.quit()
    window.close()
    assert fired == ["window-all-closed"]


@program
async def test_will_quit_may_be_prevented_and_the_app_goes_on() -> None:
    """Semantics a.6: preventDefault in will-quit resets the quitting flag."""
    BrowserWindow()
    app.once("will-quit", lambda event: event.prevent_default())
    fired = watch_app()
    app.quit()
    assert fired == ["before-quit", "will-quit"]
    window = BrowserWindow()
    assert await window.web_contents.execute("'goes on'") == "goes on"
    app.quit()
    assert fired == ["before-quit", "will-quit", "before-quit", "will-quit", "quit"]


@pytest.mark.parametrize("event", ["before-quit", "will-quit"])
@program
async def test_a_second_quit_while_quitting_is_ignored(event: str) -> None:
    fired = watch_app()
    app.on(event, lambda *_: app.quit())
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]


@program
async def test_quit_inside_a_windows_close_waits_for_that_window() -> None:
    """Electron: will-quit comes once no window is left."""
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    for window in windows:
        watch_window(window, fired)
    windows[0].once("close", lambda *_: app.quit())
    windows[0].close()
    assert fired == ["close 1", "before-quit", "close 2", "closed 2", "closed 1", "will-quit", "quit"]


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


@program
async def test_a_listener_that_raises_does_not_stop_the_quit(capsys: pytest.CaptureFixture[str]) -> None:
    window = BrowserWindow()
    fired = watch_app()

    def broken(*_: object) -> None:
        raise ValueError("boom")

    for emitter, event in ((app, "before-quit"), (window, "close"), (window, "closed"), (app, "will-quit")):
        emitter.on(event, broken)
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]
    assert capsys.readouterr().err.count("ValueError: boom") == 4


@program
async def test_exit_destroys_unasked_and_fires_quit_with_the_code() -> None:
    """Semantics a.6: no before-quit, no will-quit."""
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


@program
async def test_exit_overtakes_a_quit() -> None:
    BrowserWindow()
    fired = watch_app()
    app.on("before-quit", lambda _: app.exit(7))
    app.quit()
    assert fired == ["before-quit", "quit"]


# --- the default quit ----------------------------------------------------------------------------------------------


@program
async def test_closing_the_last_window_quits_by_default() -> None:
    """Semantics a.6: Electron's own listener quits only when it is the sole one."""
    windows = [BrowserWindow() for _ in range(2)]
    fired = watch_app()
    windows[0].close()
    assert fired == []
    windows[1].close()
    assert fired == ["before-quit", "will-quit", "quit"]
    with pytest.raises(Error, match=r"ipclab\.restart\(\)"):
        BrowserWindow()


@program
async def test_any_listener_of_window_all_closed_cancels_the_default() -> None:
    fired = watch_app()
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    window = BrowserWindow()
    watch_window(window, fired)
    window.close()
    assert fired == ["close 1", "closed 1", "window-all-closed"]
    assert BrowserWindow().id == 2


@program
async def test_a_window_may_be_opened_inside_closed_and_the_app_goes_on() -> None:
    fired = watch_app()
    window = BrowserWindow()
    window.once("closed", lambda *_: BrowserWindow())
    window.close()
    assert fired == []
    assert [each.id for each in BrowserWindow.get_all_windows()] == [2]


@pytest.mark.parametrize("end", [app.quit, app.exit])
@program
async def test_after_the_end_no_window_opens_until_restart(end: Callable[[], None]) -> None:
    """Design 4.1: afterwards BrowserWindow() raises an error that names restart(); the host program goes on."""
    end()
    with pytest.raises(Error, match=r"quit.*restart\(\)"):
        BrowserWindow()
    await restart()
    assert await BrowserWindow().web_contents.execute("1") == 1
