"""`close`, `closed`, `destroy` of windows whose pages have nothing to say about it (semantics a.5)."""

from __future__ import annotations

import pytest
from ipc import is_alive, program
from rules import held

from ipclab import BrowserWindow, app


def watch(window: BrowserWindow) -> list[str]:
    fired: list[str] = []
    window.on("close", lambda _: fired.append("close"))
    window.on("closed", lambda *_: fired.append("closed"))
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    return fired


@held("a.5", "close()", "`close`, then `closed`; of the last window `closed` comes before `window-all-closed`.")
@held(
    "a.5", "close()", "A page without `beforeunload` and `unload` listeners is not asked: the window closes at once."
)
@program
async def test_close_asks_then_the_window_is_closed_and_its_process_ends() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    pid = contents.get_os_process_id()
    fired = watch(window)
    window.close()
    assert fired == ["close", "closed", "window-all-closed"]
    assert window.is_destroyed()
    assert contents.is_destroyed()
    assert not is_alive(pid)


@held("a.5", "close()", "`close` may be prevented: the window stays.")
@program
async def test_a_prevented_close_keeps_the_window() -> None:
    window = BrowserWindow()
    window.once("close", lambda event: event.prevent_default())
    window.close()
    assert not window.is_destroyed()
    assert await window.web_contents.execute("1") == 1
    window.close()
    assert window.is_destroyed()


@held("a.5", "destroy()", "No `close`, nothing can refuse; `closed` is guaranteed.")
@held("a.5", "closed", "Emitted once.")
@program
async def test_destroy_does_not_ask_but_closed_is_guaranteed_once() -> None:
    window = BrowserWindow()
    fired = watch(window)
    window.on("close", lambda event: event.prevent_default())
    window.destroy()
    window.destroy()
    assert fired == ["closed", "window-all-closed"]


@held("a.5", "closed", "Emitted once.")
@program
async def test_closing_inside_close_and_destroying_inside_close_end_once() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    fired: list[str] = []
    first.on("close", lambda _: first.close())
    second.on("close", lambda _: second.destroy())
    for window in (first, second):
        window.on("closed", lambda *_: fired.append("closed"))
        window.close()
        assert window.is_destroyed()
    assert fired == ["closed", "closed"]


@held("a.5", "closed", "The window is already marked destroyed: only `id` and what is no native member can be used.")
@program
async def test_a_closed_windows_members_raise_but_its_id_remains() -> None:
    window = BrowserWindow()
    seen: list[object] = []
    window.on("closed", lambda *_: seen.extend([window.is_destroyed(), window.id]))
    window.close()
    assert seen == [True, 1]
    for use in (window.close, window.focus, window.show, window.hide, window.get_title, window.reload):
        with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
            use()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        window.set_title("x")
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        _ = window.web_contents
    assert window.listener_count("closed") == 1
