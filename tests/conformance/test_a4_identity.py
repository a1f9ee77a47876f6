"""Web contents: their ids, finding them, their processes, and their end (semantics a.0, a.4)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest
from ipc import is_alive, open_page, program
from page_sources import html, script
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, ipc_main, once, web_contents
from ipclab.main.preferences import WebPreferences
from ipclab.main.web_contents import WebContents

# --- ids and finding -----------------------------------------------------------------------------------------------


@held("a.4", "id", "Counts from 1, increases, and is never reused.")
@held("a.4", "webContents.fromId", "The object, or `undefined` if there is none.")
@held("a.4", "getAllWebContents", "The contents of all windows.")
@program
async def test_contents_are_found_by_their_id() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    contents: list[WebContents] = [first.web_contents, second.web_contents]
    assert [each.id for each in contents] == [1, 2]
    assert web_contents.get_all_web_contents() == contents
    assert web_contents.from_id(2) is contents[1]
    assert web_contents.from_id(3) is None
    first.destroy()
    assert web_contents.from_id(1) is None
    assert web_contents.get_all_web_contents() == contents[1:]
    assert BrowserWindow().web_contents.id == 3


@held("a.4", "id", "Still readable after destruction.")
@program
async def test_the_id_outlives_the_contents() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    window.destroy()
    assert contents.id == 1


@held("a.4", "id", "Its counter is not that of `BrowserWindow.id`.")
@program
async def test_contents_and_windows_are_counted_apart() -> None:
    class Owner:
        """What is no window, as a webview's owner would be."""

    owner = Owner()
    alone = WebContents(WebPreferences(None, "43"), owner)
    window = BrowserWindow()
    assert (alone.id, window.id, window.web_contents.id) == (1, 1, 2)
    assert web_contents.from_id(1) is alone
    assert BrowserWindow.from_id(1) is window
    alone.destroy_now()


@different(
    "a.4",
    "getAllWebContents",
    "Opened DevTools are web contents too (type `remote`).",
    "A renderer's console is shown under the cells; `open_dev_tools` takes no id.",
)
@program
async def test_developer_tools_are_no_contents() -> None:
    contents = BrowserWindow().web_contents
    opened: list[object] = []
    contents.on("devtools-opened", lambda _: opened.append(True))
    assert not contents.is_dev_tools_opened()
    contents.open_dev_tools()
    contents.open_dev_tools()
    assert contents.is_dev_tools_opened()
    assert opened == [True]
    assert web_contents.get_all_web_contents() == [contents]
    assert BrowserWindow().web_contents.id == 2


not_simulated("a.4", "getAllWebContents", "Webviews have web contents of their own.", "Pages have no webviews.")


@held("a.4", "getFocusedWebContents", "The object, or `null` if no window is focused.")
@program
async def test_the_focused_windows_contents() -> None:
    assert web_contents.get_focused_web_contents() is None
    first, second = BrowserWindow(), BrowserWindow()
    first.focus()
    assert web_contents.get_focused_web_contents() is first.web_contents
    second.focus()
    assert web_contents.get_focused_web_contents() is second.web_contents
    second.destroy()
    assert web_contents.get_focused_web_contents() is None


# --- processes -----------------------------------------------------------------------------------------------------


@held("a.4", "getOSProcessId, getProcessId", "The operating system's pid, and Chromium's number of the process.")
@program
async def test_each_window_is_a_process_of_its_own() -> None:
    pages = [await open_page() for _ in range(2)]
    pids = [page.get_os_process_id() for page in pages]
    assert [await page.execute("process.pid") for page in pages] == pids
    assert len({os.getpid(), *pids}) == 3
    assert await pages[0].execute("[process.type, process.versions['electron']]") == ["renderer", "43"]
    numbers: list[int] = []
    ipc_main.on("ch", lambda event: numbers.append(event.process_id))
    for page in pages:
        await page.execute("ipc_renderer.send('ch')")
    assert [page.get_process_id() for page in pages] == numbers
    assert len({*pids, *numbers}) == 4


@different(
    "a.4",
    "getOSProcessId, getProcessId",
    "Windows of one site may share a process, and die together of one crash.",
    "Every window has a process of its own.",
)
@program
async def test_a_crash_takes_one_window_only() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    for window in (first, second):
        await window.load_url(html("the same page"))
    gone = once(first.web_contents, "render-process-gone")
    first.web_contents.forcefully_crash_renderer()
    await gone
    assert not second.web_contents.is_crashed()
    assert await second.web_contents.execute("1") == 1


# --- the end -------------------------------------------------------------------------------------------------------


@held("a.4", "isDestroyed, isCrashed", "A crash makes `isCrashed()` true; `isDestroyed()` stays false.")
@program
async def test_is_destroyed_is_false_while_merely_crashed() -> None:
    contents = await open_page()
    assert (contents.is_crashed(), contents.is_destroyed()) == (False, False)
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone
    assert (contents.is_crashed(), contents.is_destroyed()) == (True, False)


@held("a.4", "destroyed", "Emitted once, when the contents are gone.")
@held("a.4", "destroyed", "Afterwards all native methods throw `Object has been destroyed`.")
@program
async def test_everything_but_the_id_of_destroyed_contents_raises() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    fired: list[bool] = []
    contents.on("destroyed", lambda _: fired.append(contents.is_destroyed()))
    window.destroy()
    assert fired == [True]
    uses: list[Callable[[], object]] = [
        contents.reload,
        contents.close,
        contents.get_url,
        contents.get_title,
        contents.get_process_id,
        contents.get_os_process_id,
        contents.forcefully_crash_renderer,
        contents.is_crashed,
        contents.is_loading,
        contents.open_dev_tools,
        contents.is_dev_tools_opened,
        lambda: contents.send("ch"),
        lambda: contents.post_message("ch", 1),
        lambda: contents.send_to_frame(1, "ch"),
        lambda: contents.load_url("about:blank"),
        lambda: contents.load_file("page.html"),
    ]
    for use in uses:
        with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
            use()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        await contents.execute("1")
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        await contents.execute_in_isolated_world(999, [{"code": "1"}])


@held("a.4", "close", "Closes the BrowserWindow too: `closed` follows, without the window's `close`.")
@program
async def test_closing_the_contents_closes_the_window() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    pid = contents.get_os_process_id()
    fired: list[str] = []
    window.on("close", lambda _: fired.append("close"))
    window.on("closed", lambda *_: fired.append("closed"))
    app.on("window-all-closed", lambda *_: fired.append("window-all-closed"))
    contents.close()
    assert fired == ["closed", "window-all-closed"]
    assert window.is_destroyed()
    assert contents.is_destroyed()
    assert not is_alive(pid)


REFUSES = script(
    "from ipclab import window",
    "asked = []",
    "def refuse(event):",
    "    asked.append(event)",
    "    event.prevent_default()",
    "window.add_event_listener('beforeunload', refuse)",
)


@held("a.4", "close", "By default the page's `beforeunload` is not asked.")
@program
async def test_close_does_not_ask_the_page() -> None:
    window = BrowserWindow()
    await window.load_url(REFUSES)
    closed = once(window, "closed")
    window.web_contents.close()
    async with asyncio.timeout(5):
        await closed
    assert window.is_destroyed()


@held("a.4", "close", "With `waitForBeforeUnload` it is asked, and may refuse.")
@program
async def test_close_may_ask_the_page() -> None:
    window = BrowserWindow()
    contents = window.web_contents
    await window.load_url(REFUSES)
    refused: asyncio.Future[list[Any]] = asyncio.ensure_future(once(contents, "will-prevent-unload"))
    await asyncio.sleep(0)
    contents.close(wait_for_before_unload=True)
    await refused
    assert not window.is_destroyed()
    assert await contents.execute("len(asked)") == 1
