"""Loads: pages, their scripts and titles, the order of events, failures, preload scripts (semantics a.4, design 4.6)."""

from __future__ import annotations

import asyncio
import select
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ipc import in_preload_world, listen, open_page, program

from ipclab import BrowserWindow, LoadError, RendererError, ipc_main, once, settle
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


# --- a load that goes well -------------------------------------------------------------------------------------------


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
    assert await asyncio.gather(load, load) == [None, None]
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


# --- addresses -------------------------------------------------------------------------------------------------------


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
    with pytest.raises(TypeError, match="^Must pass filePath as a string$"):
        BrowserWindow().load_file(path)


# --- one load at a time ----------------------------------------------------------------------------------------------

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


@pytest.mark.xfail(strict=True, reason="bug S16: the operation of DomReady is not compared")
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


# --- scripts ---------------------------------------------------------------------------------------------------------


@program
async def test_a_pages_scripts_run_in_order_and_share_their_names(here: Path) -> None:
    """Design 4.6: inline or src, in order; an awaiting script holds up the next as it holds up dom-ready."""
    (here / "pages").mkdir()
    (here / "pages" / "part.py").write_text("order.append('src')\n")
    (here / "pages" / "index.html").write_text("""<html><body>
      <script type="py">
        import asyncio
        order = ['inline']
        def helper():
            return 'helped'
      </script>
      <script type="text/python" src="part.py">order.append('ignored: it has a src')</script>
      <script type="py">
        await asyncio.sleep(0)
        order.append(helper())
      </script>
      <script type="py">order.append('last')</script>
    </body></html>""")
    window = BrowserWindow()
    await window.load_file("pages/index.html")
    assert await window.web_contents.execute("order") == ["inline", "src", "helped", "last"]


@program
async def test_a_py_file_is_a_script_on_an_empty_page(here: Path) -> None:
    (here / "page.py").write_text("value = 6 * 7\n")
    window = BrowserWindow(title="mine")
    await window.load_file("page.py")
    assert await window.web_contents.execute("value") == 42
    assert window.title == "mine"


@program
async def test_a_script_that_fails_is_told_and_the_next_ones_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "page.html").write_text(
        '<html>\n<script type="py">\nx = 1\nraise ValueError("boom")\n</script>\n'
        '<script type="py">def (:</script>\n<script type="py">y = x + 1</script>'
    )
    window = BrowserWindow()
    await window.load_file("page.html")
    assert await window.web_contents.execute("y") == 2
    told = capsys.readouterr().err
    assert "renderer 1 │ Uncaught ValueError: boom\n" in told
    assert "page.html, line 4: raise ValueError" in told
    assert "renderer 1 │ Uncaught SyntaxError: " in told


@program
async def test_what_a_page_asks_for_and_does_not_get_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Design 4.6: an ordinary <script> is not run and logs a warning."""
    (here / "page.html").write_text(
        '<script>alert(1)</script>\n<script src="app.js"></script>\n<script type="py" src="missing.py"></script>'
    )
    window = BrowserWindow()
    heard: list[Any] = []
    window.web_contents.on("console-message", lambda details: heard.append((details.level, details.message)))
    await window.load_file("page.html")
    assert heard == [
        ("warning", '<script> (page.html, line 1) is not run: ipclab runs <script type="py"> only'),
        ("warning", '<script src="app.js"> (page.html, line 2) is not run: ipclab runs <script type="py"> only'),
        ("error", "Failed to load resource: net::ERR_FILE_NOT_FOUND (missing.py)"),
    ]
    assert capsys.readouterr().err.count("renderer 1 │ ") == 3


@program
async def test_a_page_takes_its_names_timers_and_tasks_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    await contents.execute("""
import asyncio
async def task():
    try: await asyncio.Event().wait()
    except Exception as error: print("never printed")
kept = asyncio.ensure_future(task())
set_timeout(lambda: print("never printed"), 50)
@ipc_renderer.on("ch")
def listen(event): print("never printed")
""")
    await contents.load_url(script("from ipclab import ipc_renderer, set_timeout, window"))
    contents.send("ch")
    await contents.execute("import asyncio\ndone = asyncio.Event()\nset_timeout(done.set, 60)\nawait done.wait()")
    assert capsys.readouterr() == ("", "")


@program
async def test_an_ipc_renderer_that_outlives_its_page_says_so() -> None:
    """Semantics a.2: every method throws `IPC method called after context was released`."""
    contents = await open_page("import sys\nsys.kept = ipc_renderer")
    await contents.load_url("about:blank")
    for call in ("send('ch')", "invoke('ch')", "send_sync('ch')"):
        with pytest.raises(RendererError, match="^IPC method called after context was released$"):
            await contents.execute(f"import sys\nsys.kept.{call}")


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
    (here / "page.py").unlink()
    with pytest.raises(LoadError, match="ERR_FILE_NOT_FOUND"):
        await window.reload()


# --- preload ---------------------------------------------------------------------------------------------------------


@program
async def test_a_preload_runs_before_any_page_script(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.0: preload runs before any page script; with isolation in a world of its own."""
    (here / "preload.py").write_text(
        "from ipclab import ipc_renderer\nimport asyncio\nawait asyncio.sleep(0)\nsecret = 1\nprint('preload')\n"
    )
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    await window.load_url(script("print('page', 'secret' in globals())"))
    assert capsys.readouterr().out == "renderer 1 │ preload\nrenderer 1 │ page False\n"
    await in_preload_world(window.web_contents, "assert secret == 1")


@program
async def test_a_preload_runs_at_each_load_and_not_before(here: Path) -> None:
    (here / "preload.py").write_text("from ipclab import ipc_renderer\nipc_renderer.send('preload runs')")
    runs: list[int] = []
    ipc_main.on("preload runs", lambda event: runs.append(event.sender.id))
    window = BrowserWindow(web_preferences={"preload": here / "preload.py"})
    await window.web_contents.execute("1")
    assert runs == []
    await window.load_url("about:blank")
    await window.reload()
    assert runs == [1, 1]


@program
async def test_a_preload_hears_what_main_sent_right_after_it_began_the_load(here: Path) -> None:
    """Semantics a.2: messages before the document exists are held and delivered once the preload has run."""
    (here / "preload.py").write_text(
        "from ipclab import ipc_renderer\n"
        "ipc_renderer.on('early', lambda event, text: ipc_renderer.send('heard', text))\n"
    )
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    heard = once(ipc_main, "heard")
    ipc_main.on("heard", lambda *_: None)
    load = window.load_url("about:blank")
    window.web_contents.send("early", "news")
    assert (await heard)[1:] == ["news"]
    await load


@pytest.mark.parametrize(
    ("source", "name", "text"),
    [
        ("raise ValueError('boom')", "ValueError", "boom"),
        ("def (:", "SyntaxError", "invalid syntax"),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", "ZeroDivisionError", "division by zero"),
        (None, "FileNotFoundError", "No such file or directory"),
        ("import no_such_module", "ModuleNotFoundError", "No module named 'no_such_module'"),
    ],
)
@program
async def test_a_preload_that_fails_is_a_preload_error_and_the_page_still_loads(
    source: str | None, name: str, text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semantics a.4: preload-error (event, path, error), the real message retained; the page still loads."""
    if source is not None:
        (here / "preload.py").write_text(source)
    window = BrowserWindow(web_preferences={"preload": "preload.py"})
    heard: list[Any] = []
    window.web_contents.on("preload-error", lambda _, path, error: heard.append((path, str(error))))
    await window.load_url(script("page = 'runs'"))
    ((path, message),) = heard
    assert path == "preload.py"
    assert text in message
    assert await window.web_contents.execute("page") == "runs"
    told = capsys.readouterr().err
    assert told.startswith("renderer 1 │ Unable to load preload script: preload.py\n")
    assert name in told


@program
async def test_a_preload_kept_under_a_name_wins_over_a_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "preload.py").write_text("which = 'file'")
    monkeypatch.setitem(pages.named_preloads, "preload.py", "which = 'named'")
    window = BrowserWindow(web_preferences={"preload": "preload.py", "context_isolation": False})
    await window.load_url("about:blank")
    assert await window.web_contents.execute("which") == "named"
