"""Pages: their scripts, what they leave behind, and the preload scripts before them (design 4.6, semantics a.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ipc import in_preload_world, open_page, program

from ipclab import BrowserWindow, LoadError, RendererError, ipc_main, once
from ipclab.main import pages


def script(*lines: str) -> str:
    source = "\n".join(lines)
    return "data:text/html," + quote(f'<script type="py">\n{source}\n</script>')


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which relative paths start at."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- scripts -------------------------------------------------------------------------------------------------------


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
        with pytest.raises(RendererError, match=r"^IPC method called after context was released$"):
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


# --- preload -------------------------------------------------------------------------------------------------------


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
