"""Pages that listen to `beforeunload` and `unload`: they are asked before their window closes (semantics a.5)."""

from __future__ import annotations

import asyncio

import pytest
from ipc import in_preload_world, program
from leaving import SAYS, open_watched
from rules import held

from ipclab import BrowserWindow, app, ipc_main, once, settle
from ipclab.main import browser_window, unloading

# --- close ---------------------------------------------------------------------------------------------------------


@held("a.5", "close()", "`close`, then the page's `beforeunload`, then its `unload`, then `closed`.")
@program
async def test_the_page_hears_that_it_goes() -> None:
    window, _, fired = await open_watched()
    window.close()
    assert not window.is_destroyed()
    await settle()
    assert fired == ["close", "beforeunload", "unload", "closed", "window-all-closed"]


@held("a.5", "close()", "The page is not asked if `close` was prevented.")
@program
async def test_a_prevented_close_does_not_reach_the_page() -> None:
    window, contents, fired = await open_watched()
    window.on("close", lambda event: event.prevent_default())
    window.close()
    await settle()
    assert fired == ["close"]
    assert await contents.execute("1") == 1


@held("a.5", "close()", "`beforeunload` returning anything but `undefined` cancels silently.")
@pytest.mark.parametrize("answer", ["False", "True", "0", "''", "'Really?'", "[]", "{}"])
@program
async def test_a_page_may_refuse_to_go(answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    window, contents, fired = await open_watched(SAYS + f"answer = {answer}")
    window.close()
    await settle()
    assert fired == ["close", "beforeunload", "will-prevent-unload"]
    assert await contents.execute("answer = None\n'still here'") == "still here"
    window.close()
    await settle()
    assert fired[3:] == ["close", "beforeunload", "unload", "closed", "window-all-closed"]
    assert capsys.readouterr() == ("", "")


@held(
    "a.5", "close()", "`beforeunload` returning anything but `undefined` cancels; so does an `async` one's promise."
)
@program
async def test_a_promise_is_something_returned() -> None:
    window, contents, fired = await open_watched("""
async def before(event):
    ipc_renderer.send("said", "begins at once")
window.onbeforeunload = before
""")
    window.close()
    await settle()
    assert fired == ["close", "begins at once", "will-prevent-unload"]
    await contents.execute("window.onbeforeunload = lambda event: undefined")
    window.close()
    await settle()
    assert window.is_destroyed()


@held(
    "a.5",
    "close()",
    "With `addEventListener` what counts is `event.preventDefault()` and `event.returnValue`, not what is returned.",
)
@pytest.mark.parametrize(
    ("body", "stays"),
    [
        ("return False", False),
        ("event.prevent_default()", True),
        ("event.return_value = 'Really?'", True),
        ("event.return_value = False", True),
        ("event.return_value = ''", False),
    ],
)
@program
async def test_listeners_refuse_by_the_event(body: str, stays: bool) -> None:
    code = f"def before(event):\n    {body}\nwindow.add_event_listener('beforeunload', before)"
    window, _, fired = await open_watched(code)
    window.close()
    await settle()
    assert window.is_destroyed() is not stays
    assert ("will-prevent-unload" in fired) is stays


@held("a.5", "close()", "A listener that throws does not keep the page; the others are called.")
@program
async def test_a_listener_that_raises_does_not_keep_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    window, _, fired = await open_watched("""
for event in ("beforeunload", "unload"):
    window.add_event_listener(event, lambda event: 1 / 0)
    window.add_event_listener(event, lambda event: ipc_renderer.send("said", event.type))
""")
    window.close()
    await settle()
    assert fired == ["close", "beforeunload", "unload", "closed", "window-all-closed"]
    assert capsys.readouterr().err.count("ZeroDivisionError") == 2


@held("a.5", "close()", "Listeners that a preload adds in the isolated world count too: the page has one window.")
@program
async def test_the_preloads_world_may_refuse_too() -> None:
    window = BrowserWindow()
    await in_preload_world(
        window.web_contents, "from ipclab import window\nwindow.onbeforeunload = lambda event: False"
    )
    window.close()
    await settle()
    assert not window.is_destroyed()
    await window.web_contents.execute("from ipclab import window\nassert window.onbeforeunload is not None")


@held("a.5", "close()", "A page whose listeners are gone (removed, or with their page) is not asked any more.")
@pytest.mark.parametrize("end", ["remove", "reload", "crash"])
@program
async def test_without_listeners_the_window_closes_at_once(end: str) -> None:
    window, contents, _ = await open_watched()
    if end == "remove":
        await contents.execute("window.onbeforeunload = None\ndel window.onunload")
    elif end == "reload":
        await contents.reload()
    else:
        gone = once(contents, "render-process-gone")
        contents.forcefully_crash_renderer()
        await gone
    window.close()
    assert window.is_destroyed()


@held("a.5", "close()", "A second `close()` while the page is asked emits `close` again and asks nobody twice.")
@program
async def test_a_page_is_asked_once_at_a_time() -> None:
    window, _, fired = await open_watched(SAYS + "answer = False")
    window.close()
    window.close()
    await settle()
    assert fired == ["close", "close", "beforeunload", "will-prevent-unload"]


@held("a.5", "close()", "A renderer that dies over the question refuses nothing.")
@program
async def test_a_page_that_dies_over_the_question_is_closed() -> None:
    window, _, fired = await open_watched("import os\nwindow.onbeforeunload = lambda event: os._exit(1)")
    gone = once(window.web_contents, "render-process-gone")
    window.close()
    await gone
    await settle()
    assert fired == ["close", "closed", "window-all-closed"]


# --- will-prevent-unload -------------------------------------------------------------------------------------------


@held("a.5", "will-prevent-unload", "Emitted on `webContents` when a page refuses; prevented, it lets the page go.")
@program
async def test_main_may_overrule_the_page() -> None:
    window, contents, fired = await open_watched(SAYS + "answer = False")
    contents.on("will-prevent-unload", lambda event: event.prevent_default())
    window.close()
    await settle()
    assert fired == ["close", "beforeunload", "will-prevent-unload", "unload", "closed", "window-all-closed"]


# --- destroy, exit -------------------------------------------------------------------------------------------------


@held("a.5", "destroy()", "No `close`, no `beforeunload`, no `unload`; `closed` is guaranteed.")
@pytest.mark.parametrize("asked", [False, True])
@program
async def test_destroy_does_not_ask_the_page(asked: bool) -> None:
    window, _, fired = await open_watched(SAYS + "answer = False")
    if asked:
        window.close()
        fired.clear()
    window.destroy()
    await settle()
    assert fired == ["closed", "window-all-closed"]


@held("a.6", "exit()", "Does not ask pages either.")
@program
async def test_exit_does_not_ask_the_page() -> None:
    _, _, fired = await open_watched(SAYS + "answer = False")
    app.exit()
    await settle()
    assert fired == ["closed", "quit"]


# --- quit ----------------------------------------------------------------------------------------------------------


@held("a.5", "close()", "A page that refuses aborts an app quit in progress.")
@held("a.6", "quit()", "A page that refuses resets the quitting flag: the app goes on and may be quit again.")
@program
async def test_a_page_that_refuses_ends_the_quit() -> None:
    _, contents, fired = await open_watched(SAYS + "answer = False")
    other = BrowserWindow()
    app.quit()
    assert other.is_destroyed()
    await settle()
    assert fired == ["before-quit", "close", "beforeunload", "will-prevent-unload"]
    await contents.execute("answer = None")
    fired.clear()
    app.quit()
    await settle()
    assert fired == ["before-quit", "close", "beforeunload", "unload", "closed", "will-quit", "quit"]


@held("a.6", "quit()", "A second call while quitting is ignored, also while pages are asked.")
@program
async def test_a_second_quit_while_pages_are_asked_is_ignored() -> None:
    _, _, fired = await open_watched()
    app.quit()
    app.quit()
    await settle()
    assert fired == ["before-quit", "close", "beforeunload", "unload", "closed", "will-quit", "quit"]


# --- pages that do not answer --------------------------------------------------------------------------------------


async def open_blocked(code: str) -> tuple[BrowserWindow, list[str]]:
    """Open a window whose page listens and is busy for ever."""
    window, contents, fired = await open_watched(code)
    busy = once(ipc_main, "busy")
    ipc_main.on("busy", lambda _: None)
    runs = asyncio.ensure_future(contents.execute("ipc_renderer.send('busy')\nwhile True: pass"))
    runs.add_done_callback(lambda run: run.exception())  # its window is destroyed
    await busy
    return window, fired


@held("a.5", "unresponsive", "Emitted 5000 ms after a `close()` that nothing came of; the window can be destroyed.")
@program
async def test_a_page_that_does_not_answer_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser_window.UNRESPONSIVE_AFTER == 5.0
    monkeypatch.setattr(browser_window, "UNRESPONSIVE_AFTER", 0.1)
    window, fired = await open_blocked(SAYS)
    told = once(window, "unresponsive")
    window.close()
    await told
    assert fired == ["close"]
    again = once(window, "unresponsive")
    window.close()
    await again
    window.destroy()
    assert fired == ["close", "close", "closed", "window-all-closed"]


@held("a.6", "quit()", "Waits for a page that does not answer; once its window is destroyed, the quit goes on.")
@program
async def test_a_quit_goes_on_when_the_unresponsive_window_is_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_window, "UNRESPONSIVE_AFTER", 0.1)
    window, fired = await open_blocked(SAYS)
    window.on("unresponsive", lambda *_: window.destroy())
    quits = once(app, "quit")
    app.quit()
    await quits
    assert fired == ["before-quit", "close", "closed", "will-quit", "quit"]


@held("a.5", "close()", "A page that takes too long over `unload` is closed all the same.")
@program
async def test_a_page_that_does_not_end_its_unload_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unloading, "UNLOAD_LIMIT", 0.1)
    window, _, fired = await open_watched("""
def gone(event):
    while True:
        pass
window.onunload = gone
""")
    closed = once(window, "closed")
    window.close()
    await closed
    assert fired == ["close", "closed", "window-all-closed"]
