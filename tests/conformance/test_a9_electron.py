"""Electron's own objects by `remote`, and promises (semantics a.9)."""

from __future__ import annotations

import pytest
from ipc import program
from remote_pages import asked, open_remote_page
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, global_, settle, trace

# --- Electron's own objects ----------------------------------------------------------------------------------------


@held("a.9", "remote.getCurrentWindow", "One message; a proxy of the window that shows the page.")
@held("a.9", "remote.getCurrentWebContents", "One message; a proxy of the page's web contents.")
@held("a.9", "remote.app", "One message; the same goes for all modules of the main process.")
@program
async def test_electrons_own_objects() -> None:
    app.electron_version = 9
    BrowserWindow()
    contents = await open_remote_page()
    assert await contents.execute("""[
    remote.get_current_window().id,
    remote.get_current_web_contents().id,
    remote.app.name,
    remote.process.type,
    remote.get_builtin("app") is remote.app,
    repr(remote.BrowserWindow),
]""") == [2, 2, "ipclab", "browser", True, "<remote class BrowserWindow>"]
    assert asked() == [
        "getCurrentWindow",
        "get BrowserWindow.id",
        "getCurrentWebContents",
        "get WebContents.id",
        "getBuiltin app",
        "get app.name",
        "getGlobal process",
        "get process.type",
        "getBuiltin app",
        "getBuiltin app",
        "getBuiltin BrowserWindow",
    ]


@held("a.9", "remote.BrowserWindow", "A page can open windows, load them and send to them.")
@program
async def test_a_page_can_open_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_remote_page()
    assert await contents.execute("""
opens = {"node_integration": True, "context_isolation": False}
listens = "from ipclab import ipc_renderer\\nipc_renderer.on('ch', lambda _, text: print(text))\\nNone"
win = remote.BrowserWindow(title="two", web_preferences=opens)
await win.load_url("about:blank")
await win.web_contents.execute(listens)
win.web_contents.send("ch", "pong")
[win.get_title(), win.id, len(remote.BrowserWindow.get_all_windows())]
""") == ["two", 2, 2]
    await settle()
    assert "renderer 2 │ pong\n" in capsys.readouterr().out
    await contents.execute("win.close()")
    assert len(BrowserWindow.get_all_windows()) == 1


@held(
    "a.9",
    "promises",
    "A promise of main's is one in the page: kept with a converted value, or broken with the error.",
)
@program
async def test_promises() -> None:
    async def later(value: object) -> object:
        return {"value": value}

    async def never(text: str) -> None:
        raise TypeError(text)

    global_.later, global_.never = later, never
    contents = await open_remote_page("later, never = remote.get_global('later'), remote.get_global('never')")
    assert await contents.execute("""
promise = later(5)
kept = await promise
try: await never("boo")
except TypeError as error: broken = str(error)
[repr(later(1)), kept.value, broken]
""") == ["<Promise pending>", 5, "boo"]


@different(
    "a.9",
    "promises",
    "The page calls `then` of main's promise, with another synchronous message, and its callbacks are called.",
    "Main settles the promise unasked: one message less, and one answer more to the call.",
)
@program
async def test_a_promise_is_settled_by_a_second_answer() -> None:
    async def later() -> int:
        return 5

    global_.later = later
    contents = await open_remote_page("later = remote.get_global('later')")
    await contents.execute("await later()")
    assert [(m.kind, m.answers, repr(m.args)) for m in trace][2:] == [
        ("remote", None, "[]"),
        ("reply", 3, "[<Promise>]"),
        ("reply", 3, "[5]"),
    ]


@held("a.9", "promises", "One that is broken and not awaited is unhandled in the page, not in main.")
@program
async def test_a_broken_promise_is_told_in_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    async def never() -> None:
        raise TypeError("boo")

    global_.never = never
    contents = await open_remote_page()
    await contents.execute("remote.get_global('never')()\nNone")
    await settle()
    assert capsys.readouterr().err == "renderer 1 │ Uncaught (in promise) TypeError: boo\n"


not_simulated(
    "a.9",
    "remote.require",
    "One message; a proxy of any module that main can load.",
    "It would hand main's whole standard library to a page. Put what pages need into `global_`.",
)
