"""`storage` events: what one window changes in `local_storage`, the others of its origin hear (HTML: web storage)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import program
from stored import PAGE, stored_page

from ipclab import settle, trace
from ipclab.main import pages
from ipclab.main.lockstep import lockstep

#: A page that says what it hears.
LISTENS = """
@window.add_event_listener("storage")
def heard(event):
    print(event.key, event.old_value, event.new_value, event.storage_area is local_storage)
"""

TELLS = """
from ipclab import ipc_renderer
window.onstorage = lambda event: ipc_renderer.send("heard", event.key)
"""


@program
async def test_other_windows_hear_what_has_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """HTML: the `storage` event fires in the other documents of the origin, and only if something changes."""
    writer = await stored_page(LISTENS)
    await stored_page(LISTENS)
    await writer.execute("""
local_storage["a"] = 1
local_storage["a"] = 1
local_storage["a"] = 2
local_storage.remove_item("a")
local_storage.remove_item("a")
local_storage["b"] = 3
local_storage.clear()
local_storage.clear()
""")
    await settle()
    heard = ["a None 1 True", "a 1 2 True", "a 2 None True", "b None 3 True", "None None None True"]
    assert capsys.readouterr().out == "".join(f"renderer 2 │ {line}\n" for line in heard)


@program
async def test_the_event_says_which_page_it_was() -> None:
    writer = await stored_page()
    reader = await stored_page("said = []\nwindow.onstorage = lambda event: said.append((event.type, event.url))")
    await writer.execute("local_storage['a'] = 1")
    await settle()
    assert await reader.execute("said") == [["storage", writer.get_url()]]


@program
async def test_who_hears_of_it_sees_it() -> None:
    """What is told has happened already."""
    writer = await stored_page("""
def write():
    for n in range(50):
        local_storage["n"] = n
""")
    reader = await stored_page("""
heard, behind = [], []
def hear(event):
    heard.append(event.new_value)
    if int(local_storage["n"]) < int(event.new_value):
        behind.append(event.new_value)
window.onstorage = hear
""")
    await writer.execute("write()")
    await settle()
    assert await reader.execute("heard, behind") == [[str(n) for n in range(50)], []]


@program
async def test_other_origins_partitions_and_worlds_without_listeners_hear_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(pages.app_hosts, "one", tmp_path)
    (tmp_path / "index.py").write_text(pages.named_pages[PAGE] + LISTENS)
    other = await stored_page()
    await other.load_url("app://one/index.py")
    await stored_page(LISTENS, partition="other")
    writer = await stored_page()
    await writer.execute("local_storage['a'] = 1")
    await settle()
    assert capsys.readouterr().out == ""
    assert [message.receiver for message in trace if message.channel == "local_storage"] == ["main"] * 3


@program
async def test_who_listens_no_more_hears_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    writer = await stored_page("def write(value): local_storage['a'] = value")
    stops = await stored_page(LISTENS)
    leaves = await stored_page(LISTENS)
    dies = await stored_page(LISTENS)
    await writer.execute("write(1)")
    await settle()
    assert len(capsys.readouterr().out.splitlines()) == 3
    await stops.execute("window.remove_event_listener('storage', heard)")
    await leaves.load_url("about:blank")
    dies.forcefully_crash_renderer()
    await settle()
    before = len(trace)
    await writer.execute("write(2)")
    await settle()
    assert "heard" not in capsys.readouterr().out
    assert len(trace) == before, "nobody was to be told"


@program
async def test_onstorage_can_be_read_replaced_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    writer = await stored_page()
    reader = await stored_page("window.onstorage = lambda event: print('first')\nassert callable(window.onstorage)")
    await reader.execute("window.onstorage = lambda event: print('second')")
    await writer.execute("local_storage['a'] = 1")
    await settle()
    await reader.execute("window.onstorage = None\nassert window.onstorage is None")
    await writer.execute("local_storage['a'] = 2")
    await settle()
    assert capsys.readouterr().out == "renderer 2 │ second\n"


@program
async def test_a_listener_that_fails_disturbs_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    writer = await stored_page()
    await stored_page("window.onstorage = lambda event: 1 / 0\n" + LISTENS)
    await writer.execute("local_storage['a'] = 1")
    await settle()
    told = capsys.readouterr()
    assert "Uncaught ZeroDivisionError" in told.err
    assert told.out == "renderer 2 │ a None 1 True\n"


@program
async def test_events_are_in_the_trace() -> None:
    writer = await stored_page()
    await stored_page(LISTENS)
    await stored_page()
    await writer.execute("local_storage['a'] = 'text'")
    await settle()
    told = [(m.sender, m.receiver, m.args, m.outcome) for m in trace if m.kind == "storage" and m.args]
    assert told == [
        ("renderer 1", "renderer 2", ["a", None, "text"], "delivered"),
        ("renderer 1", "renderer 3", ["a", None, "text"], "unheard"),
    ]


@program
async def test_events_keep_their_order_in_lockstep(capsys: pytest.CaptureFixture[str]) -> None:
    lockstep.enabled = True
    try:
        writer = await stored_page("from ipclab import ipc_renderer")
        for _ in range(2):
            await stored_page(LISTENS + TELLS)
        await writer.execute("local_storage['a'] = 1\nipc_renderer.send('written')\nlocal_storage['b'] = 2")
        await settle()
    finally:
        lockstep.enabled = False
    order = [(m.sender, m.receiver, m.channel, *m.args[:1]) for m in trace if m.args or m.channel == "written"]
    assert order == [
        ("renderer 1", "renderer 2", "local_storage", "a"),
        ("renderer 1", "renderer 3", "local_storage", "a"),
        ("renderer 1", "main", "written"),
        ("renderer 1", "renderer 2", "local_storage", "b"),
        ("renderer 1", "renderer 3", "local_storage", "b"),
        ("renderer 2", "main", "heard", "a"),
        ("renderer 3", "main", "heard", "a"),
        ("renderer 2", "main", "heard", "b"),
        ("renderer 3", "main", "heard", "b"),
    ]
    assert len(capsys.readouterr().out.splitlines()) == 4
