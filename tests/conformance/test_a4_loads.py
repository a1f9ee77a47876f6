"""Loads that go well: their events and the order of these, what is awaited, `ready-to-show` (semantics a.4)."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ipc import listen, open_page, program
from page_sources import ENDLESS, EVENTS, WELL, html, script
from rules import different, held, not_simulated

from ipclab import BrowserWindow, ipc_main, once, settle

pytest_plugins = ["page_fixtures"]

# --- events --------------------------------------------------------------------------------------------------------


@held(
    "a.4",
    "the events of a load",
    "Usual order: `did-start-loading`, `did-start-navigation`, `did-frame-navigate`, `did-navigate`, `dom-ready`, "
    "`did-frame-finish-load`, `did-finish-load`, `did-stop-loading`.",
)
@held("a.4", "the events of a load", "`did-frame-finish-load` and `did-finish-load` are emitted back to back.")
@pytest.mark.parametrize("kind", ["file", "url", "reload"])
@program
async def test_a_load_fires_its_events_in_order(kind: str, here: Path) -> None:
    (here / "page.html").write_text("<p>text</p>")
    window = BrowserWindow()
    contents = window.web_contents
    fired = listen(contents, *EVENTS)
    contents.on("did-frame-finish-load", lambda *_: asyncio.get_running_loop().call_soon(fired.append, "next turn"))
    if kind == "file":
        await window.load_file("page.html")
    elif kind == "url":
        await window.load_url("about:blank")
    else:
        await window.reload()
    await settle()
    assert fired == [*WELL, "next turn"]


@held("a.4", "the events of a load", "`did-start-navigation`, `did-frame-navigate` and `did-navigate` give the URL.")
@program
async def test_the_navigation_events_give_the_url() -> None:
    contents = BrowserWindow().web_contents
    heard: list[tuple[str, Any]] = []
    for name in ("did-start-navigation", "did-frame-navigate", "did-navigate"):
        contents.on(name, lambda _, url, name=name: heard.append((name, url)))
    contents.on("did-frame-finish-load", lambda _, is_main_frame: heard.append(("is main frame", is_main_frame)))
    await contents.load_url(html("page"))
    url = html("page")
    assert heard == [
        ("did-start-navigation", url),
        ("did-frame-navigate", url),
        ("did-navigate", url),
        ("is main frame", True),
    ]


not_simulated(
    "a.4",
    "the events of a load",
    "After the URL follow HTTP's status and the ids of process and frame.",
    "There is no HTTP and one frame; and Python's functions, unlike JavaScript's, do not ignore surplus arguments.",
)
not_simulated(
    "a.4", "the events of a load", "`did-finish-load` comes after the page's `onload`.", "Not yet: no `load` event."
)


@held("a.4", "did-start-loading, did-stop-loading", "The spinner: `isLoading()` is true from the one to the other.")
@program
async def test_is_loading_between_start_and_end() -> None:
    contents = BrowserWindow().web_contents
    states: list[bool] = []
    for event in ("did-start-loading", "did-navigate", "dom-ready", "did-finish-load", "did-stop-loading"):
        contents.on(event, lambda *_: states.append(contents.is_loading()))
    assert not contents.is_loading()
    load = contents.load_url("about:blank")
    assert contents.is_loading()
    await load
    assert states == [True, True, True, True, False]


@held(
    "a.4", "did-start-loading, did-stop-loading", "A load that supersedes another keeps the spinner on: one of each."
)
@pytest.mark.parametrize("event", ["at once", "did-navigate", "did-frame-finish-load", "did-finish-load"])
@program
async def test_the_spinner_stays_on_when_another_load_takes_over(event: str) -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, "did-start-loading", "did-start-navigation", "did-stop-loading")
    inner: list[Any] = []
    contents.once(event, lambda *_: inner.append(contents.load_url(html("inner"))))
    outer = contents.load_url(html("outer"))
    if event == "at once":
        inner.append(contents.load_url(html("inner")))
    await outer.over()
    await inner[0]
    assert fired == ["did-start-loading", "did-start-navigation", "did-start-navigation", "did-stop-loading"]
    assert not contents.is_loading()


@held("a.4", "dom-ready", "The main frame's document is parsed: its scripts have run.")
@program
async def test_dom_ready_comes_after_the_pages_scripts() -> None:
    contents = await open_page()
    order: list[str] = []
    ipc_main.on("script", lambda _, text: order.append(text))
    for event in ("did-navigate", "dom-ready", "did-finish-load"):
        contents.on(event, lambda *_, event=event: order.append(event))
    lines = ["from ipclab import ipc_renderer", "import asyncio", "ipc_renderer.send('script', 'begins')"]
    lines += ["await asyncio.sleep(0)", "ipc_renderer.send('script', 'ends')"]
    await contents.load_url(script(*lines))
    assert order == ["did-navigate", "begins", "ends", "dom-ready", "did-finish-load"]


# --- what is awaited -----------------------------------------------------------------------------------------------


@held("a.4", "loadURL, loadFile", "The promise resolves on `did-finish-load`.")
@program
async def test_a_load_is_awaited_until_did_finish_load() -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, "dom-ready", "did-finish-load")
    load = contents.load_url(html("page"))
    assert fired == []
    assert await load is None  # type: ignore[func-returns-value]
    assert fired == ["dom-ready", "did-finish-load"]
    assert await load is None  # type: ignore[func-returns-value]


@held("a.4", "loadURL, loadFile", "A no-op catch is attached: ignoring the promise is never an unhandled rejection.")
@program
async def test_ignoring_a_load_is_fine_and_several_may_await_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What asyncio had to report would fail this test as it fails all others."""
    (here / "page.html").write_text("")
    window = BrowserWindow()
    window.load_file("no such file.html")
    window.load_url("no url")
    window.load_url(ENDLESS)
    load = window.load_file("page.html")
    gc.collect()
    impatient = asyncio.ensure_future(load.over())
    impatient.cancel()
    assert list(await asyncio.gather(load, load)) == [None, None]
    assert capsys.readouterr().err == ""


@held("a.4", "loadFile", "What is no string: `TypeError: Must pass filePath as a string`.")
@pytest.mark.parametrize("path", [None, 5, Path("page.html")])
@program
async def test_load_file_takes_text(path: Any) -> None:
    with pytest.raises(TypeError, match=r"^Must pass filePath as a string$"):
        BrowserWindow().load_file(path)


@different(
    "a.4",
    "loadFile",
    "The path is relative to the app's root.",
    "It is relative to the working directory: a notebook's folder.",
)
@program
async def test_the_url_tells_what_is_shown(here: Path) -> None:
    (here / "a page ü.html").write_text("")
    window = BrowserWindow()
    contents = window.web_contents
    assert contents.get_url() == ""
    await window.load_file("a page ü.html")
    assert contents.get_url() == f"file://{quote(str(here))}/a%20page%20%C3%BC.html"
    await window.load_url(contents.get_url())
    await window.load_url("about:blank")
    assert contents.get_url() == "about:blank"


@held("a.4", "reload", "Loads the page anew, as it is now, in the same process.")
@program
async def test_reload_runs_the_page_as_it_is_now(here: Path) -> None:
    (here / "page.py").write_text("value = 1")
    window = BrowserWindow()
    await window.load_file("page.py")
    pid = window.web_contents.get_os_process_id()
    (here / "page.py").write_text("value = 2")
    await window.reload()
    assert await window.web_contents.execute("value") == 2
    assert window.web_contents.get_os_process_id() == pid


# --- the window ----------------------------------------------------------------------------------------------------


@held("a.4", "ready-to-show", "Emitted on the window, on the next tick after the page was drawn, with no argument.")
@program
async def test_ready_to_show_comes_after_did_finish_load() -> None:
    window = BrowserWindow(show=False)
    order: list[object] = []
    for event in ("did-finish-load", "did-stop-loading"):
        window.web_contents.on(event, lambda *_, event=event: order.append((event, window.is_visible())))
    window.on("ready-to-show", lambda *args: order.append(("ready-to-show", args)))
    window.once("ready-to-show", window.show)
    ready = once(window, "ready-to-show")
    await window.load_url("about:blank")
    await ready
    assert window.is_visible()
    assert order == [("did-finish-load", False), ("did-stop-loading", False), ("ready-to-show", ())]
    await window.load_url(html("another page"))
    await settle()
    assert order.count(("ready-to-show", ())) == 2


@held("a.4", "ready-to-show", "Not before a page was loaded, and not for a window that is gone.")
@program
async def test_ready_to_show_needs_a_page_and_a_window() -> None:
    idle, closed = BrowserWindow(), BrowserWindow()
    fired: list[str] = []
    idle.on("ready-to-show", lambda: fired.append("idle"))
    closed.on("ready-to-show", lambda: fired.append("closed"))
    closed.web_contents.on("did-stop-loading", lambda _: closed.destroy())
    await closed.load_url("about:blank")
    await settle()
    assert fired == []


not_simulated(
    "a.4",
    "ready-to-show",
    "Sometimes before `did-finish-load`; never with `paintWhenInitiallyHidden: false`.",
    "Nothing is drawn: it always comes after.",
)


@held(
    "a.4", "page-title-updated", "The page's title becomes the window's, which hears `(event, title, explicitSet)`."
)
@pytest.mark.parametrize(
    ("title", "shown"), [("<title> A page </title>", "A page"), ("<title>A &amp; B</title>", "A & B"), ("", None)]
)
@program
async def test_a_pages_title_becomes_the_windows(title: str, shown: str | None) -> None:
    window = BrowserWindow(title="mine")
    heard: list[object] = []
    window.on("page-title-updated", lambda _, *args: heard.append(args))
    await window.load_url(html(title + "<p>text</p>"))
    assert window.get_title() == (shown or "mine")
    assert window.web_contents.get_title() == (shown or window.web_contents.get_url())
    assert heard == ([(shown, True)] if shown else [])


@held("a.4", "page-title-updated", "`preventDefault()` keeps the window's own title.")
@program
async def test_a_listener_may_keep_the_windows_title() -> None:
    window = BrowserWindow(title="mine")
    window.on("page-title-updated", lambda event, *_: event.prevent_default())
    await window.load_url(html("<title>theirs</title>"))
    assert window.title == "mine"
    assert window.web_contents.get_title() == "theirs"
