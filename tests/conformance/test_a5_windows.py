"""Windows: which there are, how they are found, what they pass on (semantics a.5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import open_page, program
from rules import held, not_simulated

from ipclab import BrowserWindow, Error, app, settle, web_contents
from ipclab.main.web_contents import WebContents

# --- making one ----------------------------------------------------------------------------------------------------


@held("a.5", "constructor", "Before the app is ready it throws `Cannot create BrowserWindow before app is ready`.")
def test_a_window_needs_a_running_loop() -> None:
    with pytest.raises(Error, match=r"^Cannot create BrowserWindow before app is ready"):
        BrowserWindow()


@held("a.5", "constructor", "`web-contents-created` fires before `browser-window-created`: the contents come first.")
@program
async def test_the_contents_exist_before_the_window() -> None:
    fired: list[object] = []
    app.on("web-contents-created", lambda _, contents: fired.append(contents))
    app.on("browser-window-created", lambda _, window: fired.append(window))
    window = BrowserWindow()
    assert fired == [window.web_contents, window]


# --- ids -----------------------------------------------------------------------------------------------------------


@held("a.5", "id", "Windows have a counter of their own, apart from that of the web contents; no id comes twice.")
@program
async def test_window_ids_and_contents_ids_have_counters_of_their_own() -> None:
    first = BrowserWindow()
    orphan = WebContents(first.web_contents.preferences, first)
    second = BrowserWindow()
    assert (second.id, second.web_contents.id) == (2, 3)
    second.destroy()
    third = BrowserWindow()
    assert (third.id, third.web_contents.id) == (3, 4)
    orphan.destroy_now()


@held("a.5", "BrowserWindow.fromId", "The window with that id; `null` (here None) if there is none, or no more.")
@program
async def test_windows_are_found_by_id() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    assert BrowserWindow.from_id(1) is first
    assert BrowserWindow.from_id(2) is second
    assert BrowserWindow.from_id(3) is None
    second.destroy()
    assert BrowserWindow.from_id(2) is None


@held("a.5", "BrowserWindow.fromWebContents", "The window that shows the contents, or `null`.")
@program
async def test_windows_are_found_by_their_contents() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    contents = second.web_contents
    assert BrowserWindow.from_web_contents(first.web_contents) is first
    assert BrowserWindow.from_web_contents(contents) is second
    second.destroy()
    assert BrowserWindow.from_web_contents(contents) is None


@held("a.5", "BrowserWindow.fromWebContents", "Usable inside `browser-window-created`.")
@program
async def test_a_window_is_found_while_it_is_announced() -> None:
    found: list[object] = []
    app.on(
        "browser-window-created", lambda _, window: found.append(BrowserWindow.from_web_contents(window.web_contents))
    )
    window = BrowserWindow()
    assert found == [window]


not_simulated(
    "a.5",
    "BrowserWindow.fromWebContents",
    "Also finds the owner of a BrowserView's or webview's contents.",
    "There are no views inside windows.",
)

# --- which there are -----------------------------------------------------------------------------------------------


@held("a.5", "BrowserWindow.getAllWindows", "All open windows; not one that is inside its `closed` event.")
@program
async def test_a_window_inside_closed_is_none_any_more() -> None:
    windows = [BrowserWindow() for _ in range(3)]
    seen: list[list[BrowserWindow]] = []
    assert BrowserWindow.get_all_windows() == windows
    windows[1].on("closed", lambda *_: seen.append(BrowserWindow.get_all_windows()))
    windows[1].close()
    assert seen == [[windows[0], windows[2]]]


@held("a.5", "BrowserWindow.getAllWindows", "Empty in `window-all-closed`.")
@program
async def test_there_are_no_windows_in_window_all_closed() -> None:
    seen: list[list[BrowserWindow]] = []
    app.on("window-all-closed", lambda *_: seen.append(BrowserWindow.get_all_windows()))
    BrowserWindow().close()
    assert seen == [[]]


@held("a.5", "BrowserWindow.getFocusedWindow", "The focused window, or `null`.")
@program
async def test_the_focused_window_is_known() -> None:
    assert BrowserWindow.get_focused_window() is None
    first = BrowserWindow()
    second = BrowserWindow()
    assert BrowserWindow.get_focused_window() is second
    first.focus()
    assert BrowserWindow.get_focused_window() is first
    assert web_contents.get_focused_web_contents() is first.web_contents
    first.destroy()
    assert BrowserWindow.get_focused_window() is None


not_simulated(
    "a.5",
    "BrowserWindow.getFocusedWindow",
    "Also the window whose DevTools has the focus.",
    "Developer tools are a flag here and take no focus; a renderer's console is shown under the cells.",
)

# --- what a window passes on ---------------------------------------------------------------------------------------


@held("a.5", "loadURL, loadFile", "Passed on to the window's `webContents`.")
@program
async def test_a_window_loads_what_its_contents_load(tmp_path: Path) -> None:
    window = BrowserWindow()
    await window.load_url("data:text/html,page")
    assert window.web_contents.get_url() == "data:text/html,page"
    page = tmp_path / "page.html"
    page.write_text("<p>page</p>")
    await window.load_file(str(page))
    assert window.web_contents.get_url().endswith("/page.html")


@held("a.5", "send", "`BrowserWindow.prototype.send` (undocumented) is `webContents.send`.")
@program
async def test_a_window_sends_what_its_contents_send() -> None:
    contents = await open_page("heard = []\nipc_renderer.on('ch', lambda event, *args: heard.append(args))\nNone")
    window = BrowserWindow.get_all_windows()[0]
    assert window.send("ch", 1, "two") is None  # type: ignore[func-returns-value]
    await settle()
    assert await contents.execute("heard") == [[1, "two"]]
    window.destroy()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        window.send("ch")
