"""`session_storage`: as `local_storage`, but of one window and no longer than it (HTML: web storage)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import program
from stored import PAGE, failure, stored_page, temporary_folder

from ipclab import BrowserWindow, settle, trace
from ipclab.main import pages


@program
async def test_items_are_kept_read_counted_and_removed() -> None:
    contents = await stored_page("session_storage['a'] = 1\nsession_storage.set_item('b', 2.0)")
    assert await contents.execute("dict(session_storage), session_storage.length") == [{"a": "1", "b": "2"}, 2]
    await contents.execute("session_storage.remove_item('a')")
    assert await contents.execute("session_storage.get_item('a'), session_storage.key(0)") == [None, "b"]
    await contents.execute("session_storage.clear()")
    assert await contents.execute("len(session_storage)") == 0
    assert await contents.execute("repr(session_storage)") == "<session_storage>"


@program
async def test_windows_do_not_share_it() -> None:
    """What the document's list of "data sharing" gets wrong: it shares nothing between windows."""
    first = await stored_page("session_storage['a'] = 1\nlocal_storage['b'] = 2")
    second = await stored_page()
    assert await second.execute("'a' in session_storage, 'b' in local_storage") == [False, True]
    await second.execute("session_storage['a'] = 'mine'")
    assert await first.execute("session_storage['a']") == "1"


@program
async def test_it_survives_reload_navigation_and_crash() -> None:
    contents = await stored_page("session_storage['a'] = 1")
    await contents.reload()
    assert await contents.execute("session_storage['a']") == "1"
    contents.forcefully_crash_renderer()
    await settle()
    await contents.load_file(PAGE)
    assert await contents.execute("session_storage['a']") == "1"


@program
async def test_each_origin_of_a_window_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pages.app_hosts, "one", tmp_path)
    (tmp_path / "index.py").write_text(pages.named_pages[PAGE])
    contents = await stored_page("session_storage['a'] = 'of files'")
    await contents.load_url("app://one/index.py")
    assert await contents.execute("len(session_storage)") == 0
    await contents.execute("session_storage['a'] = 'of one'")
    await contents.load_file(PAGE)
    assert await contents.execute("session_storage['a']") == "of files"


@program
async def test_it_goes_with_its_window() -> None:
    contents = await stored_page("session_storage['a'] = 1")
    other = await stored_page("session_storage['a'] = 2")
    folder = temporary_folder()
    assert len(list(folder.glob("session-*.sqlite"))) == 2
    BrowserWindow.from_web_contents(contents).destroy()  # type: ignore[union-attr]  # there is one
    assert [path.name for path in folder.glob("session-*.sqlite")] == [f"session-{other.id}.sqlite"]
    assert await other.execute("session_storage['a']") == "2"


@program
async def test_nobody_hears_of_its_changes(capsys: pytest.CaptureFixture[str]) -> None:
    """HTML: only other documents of the same window would."""
    listens = "window.onstorage = print"
    writer = await stored_page(listens)
    await stored_page(listens)
    await writer.execute("session_storage['a'] = 1")
    await settle()
    assert capsys.readouterr().out == ""
    assert [message.args for message in trace] == [[]] * 3  # where the files are


@program
async def test_it_has_a_quota_of_its_own() -> None:
    contents = await stored_page("local_storage['k'] = 'x' * (5 * 2 ** 20 - 1)")
    await contents.execute("session_storage['k'] = 'x' * (5 * 2 ** 20 - 1)")
    assert await failure(contents, "session_storage.set_item('l', 1)") == (
        "QuotaExceededError: Failed to execute 'setItem' on 'Storage': Setting the value of 'l' exceeded the quota."
    )
