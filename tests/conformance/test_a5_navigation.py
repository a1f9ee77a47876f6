"""Pages that listen to `beforeunload` and `unload` when another page is to take their place; what they say last."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import OPEN, listen, program
from leaving import SAYS, open_watched
from rules import held

from ipclab import BrowserWindow, LoadError, ipc_main, once, settle

LOADS = ("did-start-loading", "did-start-navigation", "did-navigate", "did-finish-load", "did-fail-load")

# --- navigation ----------------------------------------------------------------------------------------------------


@held("a.4", "loadURL, reload", "The page's `beforeunload` comes before `did-start-navigation`, its `unload` after.")
@pytest.mark.parametrize("how", ["reload", "load_url"])
@program
async def test_a_navigation_asks_the_page_too(how: str) -> None:
    _, contents, fired = await open_watched()
    for event in LOADS:
        contents.on(event, lambda *_, event=event: fired.append(event))
    await (contents.reload() if how == "reload" else contents.load_url("data:text/html,elsewhere"))
    assert fired == [
        "did-start-loading",
        "beforeunload",
        "did-start-navigation",
        "did-navigate",
        "unload",
        "did-finish-load",
    ]


@held(
    "a.4", "loadURL, reload", "If the page refuses, the load stops (ERR_FAILED, no `did-fail-load`): the page stays."
)
@program
async def test_a_page_may_refuse_a_navigation() -> None:
    _, contents, fired = await open_watched(SAYS + "answer = False")
    loads = listen(contents, *LOADS, "did-stop-loading")
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading 'data:text/html,elsewhere'$"):
        await contents.load_url("data:text/html,elsewhere")
    assert fired == ["beforeunload", "will-prevent-unload"]
    assert loads == ["did-start-loading", "did-stop-loading"]
    assert contents.get_url() == ""
    assert await contents.execute("answer") is False


@held("a.5", "will-prevent-unload", "Emitted for a navigation as well; prevented, it lets the page go.")
@program
async def test_main_may_overrule_a_page_that_refuses_a_navigation() -> None:
    _, contents, fired = await open_watched(SAYS + "answer = False")
    contents.on("will-prevent-unload", lambda event: event.prevent_default())
    await contents.reload()
    assert fired == ["beforeunload", "will-prevent-unload", "unload"]


@held(
    "a.4",
    "loadURL, reload",
    "A window closed by `will-prevent-unload` or while its page is asked loads nothing more.",
)
@pytest.mark.parametrize("when", ["will-prevent-unload", "asked"])
@program
async def test_a_window_may_go_while_its_page_is_asked(when: str) -> None:
    window, contents, _ = await open_watched(SAYS + "answer = False")
    contents.on("will-prevent-unload", lambda _: window.destroy())
    load = contents.reload()
    if when == "asked":
        window.destroy()
    with pytest.raises(LoadError, match=r"^ERR_FAILED"):
        await load
    assert window.is_destroyed()


# --- messages from unload ------------------------------------------------------------------------------------------


@held("a.1", "event.senderFrame", "A message from an `unload` handler arrives with `senderFrame.detached === true`.")
@pytest.mark.parametrize("end", ["close", "reload", "navigate"])
@program
async def test_what_a_page_says_from_unload_comes_from_a_detached_frame(end: str) -> None:
    window, contents, _ = await open_watched()
    detached: list[tuple[str, bool]] = []
    ipc_main.on("said", lambda event, text: detached.append((text, event.sender_frame.detached)))
    if end == "close":
        window.close()
        await settle()
    else:
        await (contents.reload() if end == "reload" else contents.load_url("data:text/html,elsewhere"))
        assert not contents.main_frame.detached
    assert detached == [("beforeunload", False), ("unload", True)]


@held("a.1", "event.reply()", "To a message from `unload`: the frame is gone, the reply is discarded silently.")
@program
async def test_nobody_hears_a_reply_to_unload(capsys: pytest.CaptureFixture[str]) -> None:
    page = "<script type='py'>from ipclab import ipc_renderer\nipc_renderer.on('back', print)</script>"
    window = BrowserWindow(web_preferences=OPEN)
    contents = window.web_contents
    await contents.load_url(f"data:text/html,{page}")
    await contents.execute("from ipclab import window\nwindow.onunload = lambda event: ipc_renderer.send('bye')")
    bye = once(ipc_main, "bye")
    ipc_main.on("bye", lambda event: event.reply("back"))
    await contents.reload()
    await bye
    await settle()
    assert capsys.readouterr() == ("", "")


@held("a.1", "sendSync", "Main answers it in `unload` too: the window waits for the page.")
@program
async def test_a_page_may_ask_main_in_unload() -> None:
    window, _, fired = await open_watched("""
window.onunload = lambda event: ipc_renderer.send("said", ipc_renderer.send_sync("last words"))
""")

    @ipc_main.on("last words")
    def listener(event: Any) -> None:
        event.return_value = "farewell"

    window.close()
    await settle()
    assert fired == ["close", "farewell", "closed", "window-all-closed"]
