"""`local_storage`: text shared by the windows of an origin, at once and without main's help (HTML: web storage)."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from ipc import IMPORTS, in_preload_world, open_page, program
from stored import PAGE, failure, stored_page

import ipclab
from ipclab import BrowserWindow, app, settle
from ipclab.main import pages
from ipclab.storage.js_text import js_text
from ipclab.undefined_value import undefined

QUOTA = 10 * 1024 * 1024

# --- items ---------------------------------------------------------------------------------------------------------


@program
async def test_items_are_kept_read_counted_and_removed() -> None:
    contents = await stored_page("""
local_storage.set_item("b", "2")
local_storage.set_item("a", "1")
local_storage.set_item("a", "one")
""")
    assert await contents.execute("local_storage.length, local_storage.get_item('a')") == [2, "one"]
    numbers = await contents.execute("[local_storage.key(n) for n in (0, 1, 2, -1, 10**30)]")
    assert numbers == ["a", "b", None, None, None]
    assert await contents.execute("local_storage.get_item('c')") is None
    await contents.execute("local_storage.remove_item('a')\nlocal_storage.remove_item('never there')")
    assert await contents.execute("list(local_storage.keys())") == ["b"]
    await contents.execute("local_storage.clear()")
    assert await contents.execute("local_storage.length") == 0


@program
async def test_items_are_used_like_those_of_a_dict() -> None:
    contents = await stored_page("local_storage['a'] = 1\nlocal_storage['b'] = 2\ndel local_storage['a']")
    told = await contents.execute("dict(local_storage), 'a' in local_storage, len(local_storage), [*local_storage]")
    assert told == [{"b": "2"}, False, 1, ["b"]]
    assert await contents.execute("5 in local_storage") is False
    assert await failure(contents, "local_storage['a']") == "KeyError: 'a'"
    assert await failure(contents, "del local_storage['a']") == "KeyError: 'a'"


@program
async def test_all_windows_of_an_origin_share_it_and_it_outlives_them() -> None:
    app.on("window-all-closed", lambda _: None)
    first = await stored_page("local_storage['user'] = 'John'")
    second = await stored_page()
    assert await second.execute("local_storage['user']") == "John"
    await second.execute("local_storage['user'] = 'Jane'")
    assert await first.execute("local_storage['user']") == "Jane"
    for window in BrowserWindow.get_all_windows():
        window.destroy()
    assert await (await stored_page()).execute("local_storage['user']") == "Jane"


@program
async def test_it_survives_reload_and_crash() -> None:
    contents = await stored_page("local_storage['a'] = 1")
    await contents.reload()
    assert await contents.execute("local_storage['a']") == "1"
    contents.forcefully_crash_renderer()
    await settle()
    await contents.reload()
    assert await contents.execute("local_storage['a']") == "1"


@program
async def test_text_of_every_kind_comes_back_as_it_was() -> None:
    contents = await stored_page()
    texts = ["", "渲染进程", "😀", "\0", "a\0b", "\ud800", "\udfff x \ud800", "x" * 100_000]
    for text in texts:
        assert await contents.execute(f"local_storage[{text!r}] = {text!r}\nlocal_storage[{text!r}]") == text
    assert sorted(await contents.execute("[*local_storage]")) == sorted(texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        (undefined, "undefined"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-17, "-17"),
        (10**30, "1" + "0" * 30),  # a BigInt's text
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-9, "1.5e-9"),
        (5e-324, "5e-324"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_scalars_are_kept_as_javascript_writes_them(value: object, text: str) -> None:
    """ECMAScript: Number::toString, and the String of the other scalars."""
    assert js_text(value, "value") == text


@program
async def test_what_is_no_scalar_is_refused_with_advice() -> None:
    """A browser would keep "[object Object]", which helps nobody."""
    contents = await stored_page()
    for value in ("{'a': 1}", "[1]", "b'x'", "print", "object()"):
        told = await failure(contents, f"local_storage['a'] = {value}")
        assert told.startswith("TypeError: storage keeps text only"), value
        assert "json.dumps" in told
    assert await failure(contents, "local_storage[(1, 2)] = 1") == "TypeError: a storage key is text, not tuple"
    assert await failure(contents, "local_storage.key('a')") == (
        "TypeError: key() takes a number, not str; get_item() takes a key"
    )
    assert await contents.execute("len(local_storage)") == 0


@program
async def test_other_spellings_are_told() -> None:
    contents = await stored_page()
    assert "Here it is called 'set_item'" in await failure(contents, "local_storage.setItem('a', '1')")
    assert "local_storage['theme']" in await failure(contents, "local_storage.theme")
    assert "local_storage['theme'] = ..." in await failure(contents, "local_storage.theme = 'dark'")
    assert "Here it is called 'local_storage'" in await failure(contents, "from ipclab import localStorage")


@program
async def test_it_belongs_to_every_world_and_to_the_window() -> None:
    """A page's own: also where it may not use Electron."""
    contents = await stored_page("local_storage['a'] = 1", node_integration=False, context_isolation=True)
    assert await contents.execute("window.local_storage is local_storage") is True
    await in_preload_world(
        contents, "from ipclab import local_storage\nlocal_storage['a'] = local_storage['a'] + '!'"
    )
    assert await contents.execute("local_storage['a']") == "1!"


@pytest.mark.parametrize("name", ["local_storage", "session_storage", "indexed_db", "KeyRange"])
def test_main_has_none(name: str) -> None:
    with pytest.raises(ImportError, match=f"{name} belongs to renderer processes"):
        getattr(ipclab, name)


# --- quota ---------------------------------------------------------------------------------------------------------


@program
async def test_an_origin_has_ten_mebibytes_counted_as_utf_16() -> None:
    contents = await stored_page(f"local_storage['k'] = 'x' * ({QUOTA} // 2 - 2)")
    full = (
        "QuotaExceededError: Failed to execute 'setItem' on 'Storage': Setting the value of 'l' exceeded the quota."
    )
    assert await failure(contents, "local_storage.set_item('l', 'x')") == full
    assert await failure(contents, "local_storage['l'] = 'x'") == (
        "QuotaExceededError: Failed to set a named property 'l' on 'Storage': "
        "Setting the value of 'l' exceeded the quota."
    )
    assert await contents.execute("local_storage.length") == 1
    await contents.execute("local_storage['l'] = ''")  # just fits
    for change in ("del local_storage['k']", "local_storage['k'] = '😀'", "local_storage.clear()"):
        await contents.execute(change)
        assert await failure(contents, "local_storage.set_item('l', 'x')") == ""
    # Characters beyond the basic plane count twice.
    assert "exceeded the quota" in await failure(contents, f"local_storage['k'] = '😀' * ({QUOTA} // 4)")


@program
async def test_each_origin_has_its_own_items_and_quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("one", "two"):
        monkeypatch.setitem(pages.app_hosts, host, tmp_path)
    (tmp_path / "index.py").write_text(pages.named_pages[PAGE])
    contents = await stored_page(f"local_storage['k'] = 'x' * ({QUOTA} // 2 - 1)")
    for address in ("app://one/index.py", "app://two/index.py?q#f"):
        await contents.load_url(address)
        assert await contents.execute("len(local_storage)") == 0
        await contents.execute("local_storage['k'] = 'x'")
    await contents.load_url("app://one/index.py")
    assert await contents.execute("local_storage['k']") == "x"


@pytest.mark.parametrize(
    ("load", "problem"),
    [
        (None, "Access is denied for this document."),
        ("about:blank", "Access is denied for this document."),
        ("data:text/html,hi", "Storage is disabled inside 'data:' URLs."),
    ],
)
@program
async def test_opaque_origins_have_no_storage(load: str | None, problem: str) -> None:
    """HTML: reading `localStorage` throws SecurityError; here importing does not, using does."""
    contents = await open_page()
    if load is not None:
        await contents.load_url(load)
        await contents.execute(IMPORTS)
    await contents.execute("from ipclab import local_storage, session_storage\nwindow.onstorage = print")
    for use in ("get_item('a')", "set_item('a', 1)", "length", "keys()", "clear()"):
        told = await failure(contents, f"local_storage.{use}")
        assert told == f"SecurityError: Failed to read the 'localStorage' property from 'Window': {problem}"
    assert "'sessionStorage' property" in await failure(contents, "session_storage['a']")
    with pytest.raises(Exception, match=r"win\.load_file"):
        await contents.execute("local_storage['a']")


# --- without main --------------------------------------------------------------------------------------------------


@program
async def test_pages_read_and_write_while_main_is_blocked(tmp_path: Path) -> None:
    """As in Chromium, where the browser's JavaScript has no part in it. Only the first use asks main where it is."""
    done = tmp_path / "done"
    writer = await stored_page("local_storage['n'] = 0")
    reader = await stored_page("assert local_storage['n'] == '0'")
    for contents, code in (
        (writer, "for n in range(1, 101):\n        local_storage['n'] = n"),
        (reader, "while local_storage['n'] != '100':\n        await asyncio.sleep(0)"),
    ):
        await contents.execute(f"""
async def work():
    await asyncio.sleep(0.02)
    {code}
    os.mkdir({str(done)!r}) if {contents is reader} else None
task = asyncio.create_task(work())
""")
    deadline = time.monotonic() + 10
    while not done.exists():  # without an await: nothing else runs in main
        assert time.monotonic() < deadline
        time.sleep(0.01)
