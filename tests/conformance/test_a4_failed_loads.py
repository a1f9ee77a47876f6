"""Loads that fail, and loads that another one supersedes (semantics a.4)."""

from __future__ import annotations

import select
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ipc import listen, program
from page_sources import ENDLESS, EVENTS, html, script
from rules import different, held

from ipclab import BrowserWindow, LoadError, settle
from ipclab.main.web_contents import WebContents
from ipclab.protocol import DomReady, Reader, ToMain

pytest_plugins = ["page_fixtures"]

TOPIC = "loadURL, loadFile"

# --- failures ------------------------------------------------------------------------------------------------------

FAILURES = [
    ("no such file.html", "ERR_FILE_NOT_FOUND", -6),
    ("file.html/below", "ERR_FILE_NOT_FOUND", -6),
    ("file:///no/such/file.html", "ERR_FILE_NOT_FOUND", -6),
    ("data:no comma", "ERR_INVALID_URL", -300),
    ("https://example.org/", "ERR_INTERNET_DISCONNECTED", -106),
]


def load(window: BrowserWindow, address: str) -> Any:
    return window.load_url(address) if ":" in address else window.load_file(address)


@held("a.4", TOPIC, "Rejects with `<DESC> (<code>) loading '<url>'` and `errno`, `code` and `url`.")
@held("a.4", TOPIC, "A missing file: code `ERR_FILE_NOT_FOUND`, errno -6.")
@held("a.4", "did-fail-load", "`(event, errorCode, errorDescription, validatedURL, isMainFrame)`, on failures.")
@pytest.mark.parametrize(("address", "code", "errno"), FAILURES)
@program
async def test_a_load_that_fails(address: str, code: str, errno: int, here: Path) -> None:
    (here / "file.html").write_text("")
    window = BrowserWindow()
    contents = window.web_contents
    fired = listen(contents, *EVENTS)
    details: list[Any] = []
    contents.on("did-fail-load", lambda _, *args: details.append(args))
    with pytest.raises(LoadError) as caught:
        await load(window, address)
    error = caught.value
    assert (error.code, error.errno) == (code, errno)
    assert str(error) == f"{code} ({errno}) loading '{error.url}'"
    assert error.url.endswith(address if ":" in address else quote(address))
    assert fired == ["did-start-loading", "did-start-navigation", "did-fail-load", "did-stop-loading"]
    assert details == [(errno, code, error.url, True)]


@held("a.4", TOPIC, "What is no URL fails at once with ERR_INVALID_URL: `did-fail-load`, and no other event.")
@pytest.mark.parametrize("url", ["no url", "", "/page.html", "http://[::1"])
@program
async def test_what_is_no_url_fails_at_once(url: str) -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, *EVENTS)
    details: list[Any] = []
    contents.on("did-fail-load", lambda _, *args: details.append(args))
    refused = contents.load_url(url)
    assert fired == ["did-fail-load"]
    assert details == [(-300, "ERR_INVALID_URL", url, True)]
    assert not contents.is_loading()
    with pytest.raises(LoadError) as caught:
        await refused
    assert str(caught.value) == f"ERR_INVALID_URL (-300) loading '{url}'"
    await settle()
    assert fired == ["did-fail-load"]


@held("a.4", TOPIC, "A bad scheme: `ERR_FAILED (-2) loading '...'`; the loading just stops, without `did-fail-load`.")
@pytest.mark.parametrize("url", ["no-such-scheme:x", "app://nobody/page.html"])
@program
async def test_a_scheme_that_nobody_serves_just_stops(url: str) -> None:
    contents = BrowserWindow().web_contents
    fired = listen(contents, *EVENTS)
    with pytest.raises(LoadError) as caught:
        await contents.load_url(url)
    assert str(caught.value) == f"ERR_FAILED (-2) loading '{url}'"
    assert (caught.value.code, caught.value.errno, caught.value.url) == ("ERR_FAILED", -2, url)
    assert fired == ["did-start-loading", "did-start-navigation", "did-stop-loading"]


@held("a.4", TOPIC, "The URL in the error's message is cut to 2048 characters.")
@program
async def test_a_failing_urls_text_is_cut() -> None:
    with pytest.raises(LoadError) as caught:
        await BrowserWindow().load_url("x" * 5_000)
    assert str(caught.value) == f"ERR_INVALID_URL (-300) loading '{'x' * 2048}'"
    assert len(caught.value.url) == 5_000


@different(
    "a.4",
    TOPIC,
    "A page that cannot be loaded is replaced by Chromium's error page.",
    "There is no such page to show: what was shown stays, and `reload` loads that again.",
)
@pytest.mark.parametrize("address", ["no such file.html", "no-such-scheme:x", "data:no comma"])
@program
async def test_the_page_that_was_there_stays(address: str) -> None:
    window = BrowserWindow()
    contents = window.web_contents
    await window.load_url(script("page = 'first'"))
    await contents.execute("still = 'here'")
    with pytest.raises(LoadError):
        await load(window, address)
    assert await contents.execute("still") == "here"
    assert contents.get_url() == script("page = 'first'")
    await window.reload()
    assert await contents.execute("page") == "first"


@held("a.4", "did-fail-load", "Its listener may load another page.")
@program
async def test_another_page_may_be_loaded_when_one_fails() -> None:
    window = BrowserWindow()
    fired = listen(window.web_contents, "did-start-loading", "did-fail-load", "did-finish-load", "did-stop-loading")
    rescue: list[Any] = []
    window.web_contents.on("did-fail-load", lambda *_: rescue.append(window.load_url(html("sorry"))))
    with pytest.raises(LoadError, match="ERR_FILE_NOT_FOUND"):
        await window.load_file("no such file.html")
    await rescue[0]
    assert fired == ["did-start-loading", "did-fail-load", "did-finish-load", "did-stop-loading"]
    assert window.web_contents.get_url() == html("sorry")


@held("a.4", TOPIC, "Destroyed while loading: `ERR_FAILED (-2) loading '...'`.")
@pytest.mark.parametrize("end", ["close", "destroy"])
@program
async def test_a_window_closed_while_loading_fails_the_load(end: str) -> None:
    window = BrowserWindow()
    fired = listen(window.web_contents, "did-fail-load", "did-stop-loading")
    loading = window.load_url(ENDLESS)
    getattr(window, end)()
    with pytest.raises(LoadError) as caught:
        await loading
    assert str(caught.value) == f"ERR_FAILED (-2) loading '{ENDLESS}'"
    assert fired == []


@held("a.4", TOPIC, "A renderer that dies while loading: `ERR_FAILED (-2) loading '...'`, and the loading stops.")
@program
async def test_a_renderer_that_dies_while_loading_fails_the_load() -> None:
    window = BrowserWindow()
    fired = listen(window.web_contents, "did-fail-load", "did-stop-loading")
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading "):
        await window.load_url(script("import os", "os._exit(1)"))
    assert fired == ["did-stop-loading"]
    assert window.web_contents.is_crashed()
    assert not window.web_contents.is_loading()
    await window.load_url(html("alive"))
    assert not window.web_contents.is_crashed()


# --- one load at a time --------------------------------------------------------------------------------------------


@held("a.4", TOPIC, "Superseded by another navigation: `ERR_ABORTED (-3) loading '...'`, with that navigation's URL.")
@held("a.4", "did-fail-load", "Not for a load that another one supersedes.")
@program
async def test_a_later_load_aborts_an_earlier_one() -> None:
    window = BrowserWindow()
    fired = listen(window.web_contents, "did-fail-load", "did-finish-load")
    first, second, third = window.load_url(ENDLESS), window.load_url(html("2")), window.load_url(html("3"))
    await third
    for superseded, url in ((first, html("2")), (second, html("3"))):
        with pytest.raises(LoadError) as caught:
            await superseded
        assert str(caught.value) == f"ERR_ABORTED (-3) loading '{url}'"
        assert (caught.value.code, caught.value.errno, caught.value.url) == ("ERR_ABORTED", -3, url)
    assert window.web_contents.get_url() == html("3")
    assert fired == ["did-finish-load"]
    await settle(1)


@held("a.4", TOPIC, "Calling `loadURL` inside `did-start-loading` makes that second load fail.")
@program
async def test_a_load_begun_inside_did_start_loading_fails() -> None:
    window = BrowserWindow()
    inner: list[Any] = []
    window.web_contents.once("did-start-loading", lambda _: inner.append(window.load_url(html("inner"))))
    await window.load_url(html("outer"))
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading 'data:text/html,inner'$"):
        await inner[0]
    assert window.web_contents.get_url() == html("outer")


@held("a.4", TOPIC, "A load begun inside a later event takes the place of the one under way.")
@pytest.mark.parametrize(
    ("event", "aborted"),
    [
        ("did-start-navigation", True),
        ("did-navigate", True),
        ("dom-ready", True),
        ("did-frame-finish-load", True),
        ("did-finish-load", False),
        ("did-stop-loading", False),
    ],
)
@program
async def test_a_listener_may_load_another_page(event: str, aborted: bool) -> None:
    window = BrowserWindow()
    inner: list[Any] = []
    window.web_contents.once(event, lambda *_: inner.append(window.load_url(html("inner"))))
    outer = window.load_url(html("outer"))
    await outer.over()
    await inner[0]
    assert window.web_contents.get_url() == html("inner")
    if aborted:
        with pytest.raises(LoadError, match=r"^ERR_ABORTED \(-3\) loading 'data:text/html,inner'$"):
            await outer
    else:
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


@held("a.4", "dom-ready", "That of a superseded page, on its way when the next load begins, is not the next page's.")
@program
async def test_a_page_that_was_ready_too_late_is_not_taken_for_the_next() -> None:
    window = BrowserWindow()
    fired = listen(window.web_contents, "dom-ready", "did-finish-load")
    window.load_url(html("first"))
    wait_for_dom_ready(window.web_contents)
    await window.load_url(html("second"))
    assert fired == ["dom-ready", "did-finish-load"]
