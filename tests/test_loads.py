"""Loads: the order of events, addresses, titles, failures, one load at a time (semantics a.4, design 4.1)."""

from __future__ import annotations

import asyncio
import select
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ipc import listen, program

from ipclab import BrowserWindow, LoadError, settle
from ipclab.main import pages
from ipclab.main.web_contents import WebContents
from ipclab.protocol import DomReady, Reader, ToMain

EVENTS = (
    "did-start-loading",
    "did-start-navigation",
    "did-frame-navigate",
    "did-navigate",
    "dom-ready",
    "did-frame-finish-load",
    "did-finish-load",
    "did-fail-load",
    "did-stop-loading",
)
WELL = [event for event in EVENTS if event != "did-fail-load"]


def html(body: str) -> str:
    return "data:text/html," + quote(body)


def script(*lines: str) -> str:
    return html('<script type="py">\n' + "\n".join(lines) + "\n</script>")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which relative paths start at."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- a load that goes well -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "url", "reload"])
@program
async def test_a_load_fires_its_events_in_order(kind: str, here: Path) -> None:
    """Semantics a.4, usual order; did-frame-finish-load and did-finish-load back to back."""
    (here / "page.html").write_text("<p>text</p>")
    window = BrowserWindow()
    contents = window.web_contents
    fired = listen(contents, *EVENTS)
    if kind == "file":
        await window.load_file("page.html")
    elif kind == "url":
        await window.load_url("about:blank")
    else:
        await window.reload()
    assert fired == WELL


@program
async def test_is_loading_between_start_and_end() -> None:
    contents = BrowserWindow().web_contents
    states: list[bool] = []
    for event in ("did-start-loading", "did-navigate", "dom-ready", "did-stop-loading"):
        contents.on(event, lambda *_: states.append(contents.is_loading()))
    assert not contents.is_loading()
    load = contents.load_url("about:blank")
    assert contents.is_loading()
    await load
    assert states == [True, True, True, False]


@program
async def test_ignoring_a_load_is_fine_and_several_may_await_it(here: Path) -> None:
    """Semantics a.4: a no-op catch is attached, so ignoring a rejection is never reported."""
    (here / "page.html").write_text("")
    window = BrowserWindow()
    window.load_file("no such file.html")
    load = window.load_file("page.html")
    impatient = asyncio.ensure_future(load.over())
    impatient.cancel()
    assert list(await asyncio.gather(load, load)) == [None, None]
    await load


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


@program
async def test_a_listener_may_keep_the_windows_title() -> None:
    window = BrowserWindow(title="mine")
    window.on("page-title-updated", lambda event, *_: event.prevent_default())
    await window.load_url(html("<title>theirs</title>"))
    assert window.title == "mine"
    assert window.web_contents.get_title() == "theirs"


# --- addresses -----------------------------------------------------------------------------------------------------


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


@program
async def test_each_kind_of_address_that_loads(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Design 4.1, loads: about:blank, data:, file:, app://HOST/PATH; names given by %%page win over files."""
    (here / "pages").mkdir()
    (here / "pages" / "one.html").write_text('<script type="py">which = "file"</script>')
    monkeypatch.setitem(pages.app_hosts, "lesson", here / "pages")
    monkeypatch.setitem(pages.named_pages, "named.html", '<script type="py">which = "named"</script>')
    (here / "named.html").write_text('<script type="py">which = "file"</script>')
    window = BrowserWindow()
    contents = window.web_contents
    await window.load_file("pages/one.html")
    assert await contents.execute("which") == "file"
    await window.load_file("named.html")
    assert await contents.execute("which") == "named"
    await window.load_url("app://lesson/one.html")
    assert await contents.execute("which") == "file"
    await window.load_url(f"file://{here}/pages/one.html")
    assert await contents.execute("which") == "file"
    await window.load_url("data:text/plain,<script type='py'>which = 1</script>")
    with pytest.raises(NameError):
        await contents.execute("which")
    await window.load_url("about:blank")


FAILURES = [
    ("no such file.html", "ERR_FILE_NOT_FOUND", -6),
    ("file.html/below", "ERR_FILE_NOT_FOUND", -6),
    ("file:///no/such/file.html", "ERR_FILE_NOT_FOUND", -6),
    ("app://nobody/page.html", "ERR_FAILED", -2),
    ("no-such-scheme:x", "ERR_FAILED", -2),
    ("no url", "ERR_INVALID_URL", -300),
    ("data:no comma", "ERR_INVALID_URL", -300),
    ("", "ERR_INVALID_URL", -300),
]


@pytest.mark.parametrize(("address", "code", "errno"), FAILURES)
@program
async def test_a_load_that_fails(address: str, code: str, errno: int, here: Path) -> None:
    """Semantics a.4, loadURL: `<DESC> (<code>) loading '<url>'` with errno, code and url; did-fail-load before
    did-stop-loading; the page that was there stays."""
    (here / "file.html").write_text("")
    window = BrowserWindow()
    contents = window.web_contents
    await contents.execute("still = 'here'")
    fired = listen(contents, *EVENTS)
    details: list[Any] = []
    contents.on("did-fail-load", lambda _, *args: details.append(args))
    load = window.load_file(address) if address.endswith(("file.html", "below")) and ":" not in address else None
    with pytest.raises(LoadError) as caught:
        await (load or window.load_url(address))
    error = caught.value
    assert (error.code, error.errno) == (code, errno)
    assert str(error) == f"{code} ({errno}) loading '{error.url}'"
    assert error.url.endswith(quote(address, safe=":/") if load else address)
    assert fired == ["did-start-loading", "did-fail-load", "did-stop-loading"]
    assert details == [(errno, code, error.url, True)]
    assert await contents.execute("still") == "here"


@program
async def test_a_failing_urls_text_is_cut() -> None:
    """Semantics a.4: url ≤2048 chars."""
    with pytest.raises(LoadError) as caught:
        await BrowserWindow().load_url("x" * 5_000)
    assert str(caught.value) == f"ERR_INVALID_URL (-300) loading '{'x' * 2048}'"
    assert len(caught.value.url) == 5_000


@pytest.mark.parametrize("path", [None, 5, Path("page.html")])
@program
async def test_load_file_takes_text(path: Any) -> None:
    """Semantics a.4: TypeError: Must pass filePath as a string."""
    with pytest.raises(TypeError, match=r"^Must pass filePath as a string$"):
        BrowserWindow().load_file(path)


# --- one load at a time --------------------------------------------------------------------------------------------

ENDLESS = script("import asyncio", "await asyncio.Event().wait()")


@program
async def test_a_later_load_aborts_an_earlier_one() -> None:
    """Semantics a.4: superseded by another navigation, ERR_ABORTED (-3); no did-fail-load for it."""
    window = BrowserWindow()
    fired = listen(window.web_contents, "did-fail-load", "did-finish-load")
    first, second, third = window.load_url(ENDLESS), window.load_url(html("2")), window.load_url(html("3"))
    await third
    for load, name in ((first, ENDLESS), (second, html("2"))):
        with pytest.raises(LoadError) as caught:
            await load
        assert str(caught.value) == f"ERR_ABORTED (-3) loading '{name}'"
    assert window.web_contents.get_url() == html("3")
    assert fired == ["did-finish-load"]
    await settle(1)


@program
async def test_a_load_begun_inside_did_start_loading_fails() -> None:
    """Semantics a.4: calling loadURL inside did-start-loading makes that second load fail."""
    window = BrowserWindow()
    inner: list[Any] = []
    window.web_contents.once("did-start-loading", lambda _: inner.append(window.load_url(html("inner"))))
    await window.load_url(html("outer"))
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading 'data:text/html,inner'$"):
        await inner[0]
    assert window.web_contents.get_url() == html("outer")


@pytest.mark.parametrize("event", ["did-start-navigation", "did-navigate", "dom-ready", "did-finish-load"])
@program
async def test_a_listener_may_load_another_page(event: str) -> None:
    window = BrowserWindow()
    inner: list[Any] = []
    window.web_contents.once(event, lambda *_: inner.append(window.load_url(html("inner"))))
    outer = window.load_url(html("outer"))
    await outer.over()
    await inner[0]
    assert window.web_contents.get_url() == html("inner")
    if event != "did-finish-load":
        with pytest.raises(LoadError, match="ERR_ABORTED"):
            await outer
    await settle(1)


def wait_for_dom_ready(contents: WebContents) -> None:
    """Wait, without letting main's loop run, until the renderer has sent that its page is ready."""
    sock: socket.socket = contents.host.link._socket
    frames: list[ToMain] = []
    for _ in range(1_000):
        assert select.select([sock], [], [], 5)[0], "the renderer says nothing"
        frames.clear()
        reader: Reader[ToMain] = Reader(ToMain, lambda frame, _: frames.append(frame))
        data = sock.recv(1 << 16, socket.MSG_PEEK)
        reader.space()[: len(data)] = data
        reader.filled(len(data))
        if any(isinstance(frame, DomReady) for frame in frames):
            return
    raise AssertionError(f"no DomReady among {frames}")


@program
async def test_a_page_that_was_ready_too_late_is_not_taken_for_the_next() -> None:
    """The superseded page's dom-ready, on its way when main begins the next load, is not the next page's."""
    window = BrowserWindow()
    fired = listen(window.web_contents, "dom-ready", "did-finish-load")
    window.load_url(html("first"))
    wait_for_dom_ready(window.web_contents)
    await window.load_url(html("second"))
    assert fired == ["dom-ready", "did-finish-load"]


@program
async def test_a_window_closed_while_loading_fails_the_load() -> None:
    """Semantics a.4: destroyed while loading, ERR_FAILED (-2)."""
    window = BrowserWindow()
    load = window.load_url(ENDLESS)
    window.close()
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading 'data:"):
        await load


@program
async def test_a_renderer_that_dies_while_loading_fails_the_load() -> None:
    window = BrowserWindow()
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading "):
        await window.load_url(script("import os", "os._exit(1)"))
    assert window.web_contents.is_crashed()
    await window.load_url(html("alive"))
    assert not window.web_contents.is_crashed()
