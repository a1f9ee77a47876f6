"""Pages: where they are found, their scripts, and what they leave behind (design 4.1, 4.6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ipc import open_page, program
from page_sources import script

from ipclab import BrowserWindow, LoadError
from ipclab.main import pages

pytest_plugins = ["page_fixtures"]

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


# --- where they are found ------------------------------------------------------------------------------------------


@program
async def test_a_preload_kept_under_a_name_wins_over_a_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "preload.py").write_text("which = 'file'")
    monkeypatch.setitem(pages.named_preloads, "preload.py", "which = 'named'")
    window = BrowserWindow(web_preferences={"preload": "preload.py", "context_isolation": False})
    await window.load_url("about:blank")
    assert await window.web_contents.execute("which") == "named"


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
    monkeypatch.setitem(pages.named_pages, "app://shop/index.html", '<script type="py">which = "kept"</script>')
    await window.load_url("app://shop/index.html?page=1#top")
    assert await contents.execute("which") == "kept"
    with pytest.raises(LoadError, match="ERR_FILE_NOT_FOUND"):
        await window.load_url("app://lesson/../named.html")
    await window.load_url(f"file://{here}/pages/one.html")
    assert await contents.execute("which") == "file"
    await window.load_url("data:text/plain,<script type='py'>which = 1</script>")
    with pytest.raises(NameError):
        await contents.execute("which")
    await window.load_url("about:blank")
