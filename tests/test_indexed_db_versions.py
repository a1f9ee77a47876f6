"""Opening, upgrading and deleting databases (Indexed DB: "Opening a database", Chromium's texts)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import open_page, program
from stored import PAGE, failure, stored_page

from ipclab import settle, trace
from ipclab.main import pages
from ipclab.main.web_contents import MAIN_WORLD

#: A database that another version is wanted of closes itself.
GIVES_WAY = """
told = []
def give_way(db, old, new):
    told.append((db.name, old, new))
    db.close()
"""


@program
async def test_an_upgrade_makes_the_stores() -> None:
    contents = await stored_page()
    assert await contents.execute("""
said = []
async def upgrade(db, old, new):
    said.append((old, new, db.version, db.object_store_names))
    await asyncio.sleep(0)
    db.create_object_store("b")
    store = db.create_object_store("a", "id", auto_increment=True)
    await store.put({"name": "first"})
    said.append((store.name, store.key_path, store.auto_increment, store.index_names, db.object_store_names))
db = await indexed_db.open("test", 3, upgrade)
said, db.name, db.version, db.object_store_names, await db.get_all("a"), repr(db)
""") == [
        [[0, 3, 3, []], ["a", "id", True, [], ["a", "b"]]],
        "test",
        3,
        ["a", "b"],
        [{"name": "first", "id": 1}],
        "<Database 'test' version 3>",
    ]


@program
async def test_which_version_is_opened() -> None:
    contents = await stored_page("upgrades = []\nupgrade = lambda db, old, new: upgrades.append((old, new))")
    assert await contents.execute("""
said = []
for version in (None, 1, None, 4, None):
    db = await indexed_db.open("test", version, upgrade)
    said.append(db.version)
    db.close()
said, upgrades
""") == [[1, 1, 1, 4, 4], [[0, 1], [1, 4]]]
    assert await failure(contents, "await indexed_db.open('test', 3)") == (
        "VersionError: The requested version (3) is less than the existing version (4)."
    )
    for version in ("0", "-1", "1.5", "True", "2 ** 53", "'1'"):
        told = await failure(contents, f"await indexed_db.open('test', {version})")
        assert told.startswith("TypeError: Failed to execute 'open' on 'IDBFactory': The version is"), version
    assert await failure(contents, "await indexed_db.open('test', 5, 'no function')") == (
        "TypeError: upgrade takes a function, not str"
    )
    assert await failure(contents, "await indexed_db.open(5)") == "TypeError: the name of a database is text, not int"


@pytest.mark.parametrize("kind", ["def", "async def"])
@program
async def test_an_upgrade_that_fails_leaves_the_database_as_before(kind: str) -> None:
    contents = await stored_page(f"""
def first(db, old, new):
    db.create_object_store("kept").create_index("i", "i")
    db.object_store("kept").put({{"i": 1}}, 1)
{kind} fails(db, old, new):
    db.delete_object_store("kept")
    db.create_object_store("lost").put(1, 1)
    raise ZeroDivisionError("boom")
""")
    assert await failure(contents, "await indexed_db.open('test', 1, fails)") == (
        "NotFoundError: Failed to execute 'deleteObjectStore' on 'IDBDatabase': "
        "The specified object store was not found."
    )
    assert await contents.execute("await indexed_db.databases()") == []
    await contents.execute("(await indexed_db.open('test', 1, first)).close()")
    assert await failure(contents, "await indexed_db.open('test', 2, fails)") == "ZeroDivisionError: boom"
    assert await contents.execute("""
db = await indexed_db.open("test")
async with db.transaction("kept") as tx:
    kept = await tx.object_store("kept").index("i").get_all(1)
db.version, db.object_store_names, kept
""") == [1, ["kept"], [{"i": 1}]]


@program
async def test_what_only_an_upgrade_may_do_and_may_not() -> None:
    contents = await stored_page("""
said = []
def upgrade(db, old, new):
    db.create_object_store("s")
    for try_ in (
        lambda: db.create_object_store("s"), lambda: db.create_object_store("t", "1 2"),
        lambda: db.create_object_store("t", ["a"], auto_increment=True), lambda: db.object_store("never"),
        lambda: db.create_object_store("t", "", auto_increment=True), lambda: db.transaction("s"),
        lambda: db.create_object_store(5), lambda: db.create_object_store("t", []),
    ):
        try:
            try_()
        except Exception as error:
            said.append(type(error).__name__)
db = await indexed_db.open("test", 1, upgrade)
""")
    assert await contents.execute("said, db.object_store_names") == [
        [
            *["ConstraintError", "ValueError", "InvalidAccessError", "NotFoundError"],
            *["InvalidAccessError", "InvalidStateError", "TypeError", "ValueError"],
        ],
        ["s"],
    ]
    for method, web_name in (
        ("create_object_store", "createObjectStore"),
        ("delete_object_store", "deleteObjectStore"),
    ):
        assert await failure(contents, f"db.{method}('s')") == (
            f"InvalidStateError: Failed to execute '{web_name}' on 'IDBDatabase': "
            f"The database is not running a version change transaction."
        )


@program
async def test_stores_of_an_upgrade_end_with_it() -> None:
    contents = await stored_page("""
def upgrade(db, old, new):
    global store, gone
    store = db.create_object_store("s")
    gone = db.create_object_store("gone")
    db.delete_object_store("gone")
    try:
        gone.put(1, 1)
    except InvalidStateError as error:
        print(error)
    db.create_object_store("gone")
db = await indexed_db.open("test", 1, upgrade)
""")
    assert await failure(contents, "store.put(1, 1)") == (
        "TransactionInactiveError: Failed to execute 'put' on 'IDBObjectStore': The transaction has finished."
    )
    assert await contents.execute("await db.count('gone')") == 0


# --- several connections -------------------------------------------------------------------------------------------


@program
async def test_an_upgrade_waits_until_all_others_have_closed() -> None:
    contents = await stored_page("one = await indexed_db.open('test')\ntwo = await indexed_db.open('test')")
    other = await stored_page("three = await indexed_db.open('test')")
    await contents.execute("""
order = []
async def upgrade():
    db = await indexed_db.open("test", 2, lambda *_: order.append("upgrade"))
    order.append("open")
    return db
task = asyncio.create_task(upgrade())
await asyncio.sleep(0.01)
one.close()
order.append("one closed")
""")
    await other.execute("await asyncio.sleep(0.01)\nthree.close()")
    assert await contents.execute("""
await asyncio.sleep(0.01)
order.append("two closes")
two.close()
db = await task
order, db.version
""") == [["one closed", "two closes", "upgrade", "open"], 2]


@program
async def test_a_blocked_upgrade_is_told_after_a_while() -> None:
    """On the web: the event `blocked`, and an endless wait."""
    contents = await stored_page("db = await indexed_db.open('test')")
    other = await stored_page()
    for blocked in (contents, other):
        told = await failure(blocked, "await indexed_db.open('test', 2, timeout=0.1)")
        assert told.startswith("TimeoutError: blocked: database 'test' is open in another version")
        assert "db.close()" in told
    assert "TimeoutError: blocked" in await failure(other, "await indexed_db.delete_database('test', timeout=0.1)")
    assert await other.execute("(await indexed_db.open('test')).version") == 1


@pytest.mark.parametrize("end", ["crash", "navigation", "close"])
@program
async def test_connections_end_with_their_page(end: str) -> None:
    contents = await stored_page("db = await indexed_db.open('test')")
    other = await stored_page("task = asyncio.create_task(indexed_db.open('test', 2))")
    if end == "crash":
        contents.forcefully_crash_renderer()
    elif end == "navigation":
        await contents.load_url("about:blank")
    else:
        contents.close()
    assert await other.execute("(await task).version") == 2


@program
async def test_who_has_it_open_is_told_that_another_version_is_wanted() -> None:
    """Indexed DB: `versionchange` fires at the other connections, which had best close."""
    first = await stored_page(GIVES_WAY + "db = await indexed_db.open('test', version_change=give_way)")
    second = await stored_page(
        GIVES_WAY + "dbs = [await indexed_db.open('test', version_change=give_way) for _ in range(2)]"
    )
    third = await stored_page("db = await indexed_db.open('test', 5)")
    assert await third.execute("db.version") == 5
    assert await first.execute("told") == [["test", 1, 5]]
    assert await second.execute("told") == [["test", 1, 5]] * 2
    told = [(m.sender, m.receiver, m.args, m.outcome) for m in trace if m.channel == "versionchange"]
    assert told == [("renderer 3", f"renderer {n}", ["test", 5], "delivered") for n in (1, 2)]


@program
async def test_deleting_tells_too_and_async_functions_may_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await stored_page("""
async def give_way(db, old, new):
    await asyncio.sleep(0)
    print("told", old, new)
    db.close()
    raise ValueError("afterwards")
db = await indexed_db.open("test", version_change=give_way)
await indexed_db.delete_database("test")
""")
    await settle()
    told = capsys.readouterr()
    assert told.out == "renderer 1 │ told 1 None\n"
    assert "Uncaught (in promise) ValueError: afterwards" in told.err
    assert await contents.execute("await indexed_db.databases()") == []


@program
async def test_one_of_many_windows_makes_the_database() -> None:
    """All of them want it at the same time, and all get the version that one of them has made."""
    windows = [await stored_page() for _ in range(4)]
    for contents in windows:
        await contents.execute(
            """
async def work():
    db = await indexed_db.open("test", 1, lambda db, *_: db.create_object_store("s").put("made", 1))
    return await db.add("s", "of this window", ipc)
""".replace("ipc", str(contents.id + 1))
        )
    for contents in windows:
        await contents.execute("task = asyncio.create_task(work())")
    assert [await contents.execute("await task") for contents in windows] == [2, 3, 4, 5]


@program
async def test_a_closed_connection_starts_nothing_and_ends_what_it_has_started() -> None:
    contents = await stored_page("""
db = await indexed_db.open("test", 1, lambda db, *_: db.create_object_store("s"))
async with db.transaction("s", "readwrite") as tx:
    db.close()
    tx.object_store("s").put("kept", 1)
""")
    told = "InvalidStateError: Failed to execute 'transaction' on 'IDBDatabase': The database connection is closing."
    for use in ("db.transaction('s')", "await db.get('s', 1)", "await db.put('s', 1, 1)"):
        assert await failure(contents, use) == told
    assert await contents.execute("db = await indexed_db.open('test', 2)\nawait db.get('s', 1)") == "kept"


@program
async def test_a_closed_connection_waits_for_what_has_not_begun_yet() -> None:
    """Indexed DB: a connection is closed when all its transactions are complete."""
    contents = await stored_page("""
db = await indexed_db.open("test", 1, lambda db, *_: db.create_object_store("s"))
go_on = asyncio.Event()
async def hold():
    async with db.transaction("s", "readwrite"):
        await go_on.wait()
tasks = [asyncio.create_task(work) for work in (hold(), db.add("s", "second", 2), db.add("s", "third", 3))]
await asyncio.sleep(0)
db.close()
""")
    other = await stored_page()
    assert "TimeoutError: blocked" in await failure(other, "await indexed_db.open('test', 2, timeout=0.05)")
    await contents.execute("go_on.set()\nawait asyncio.gather(*tasks)")
    assert await other.execute("await (await indexed_db.open('test', 2)).get_all('s')") == ["second", "third"]


@program
async def test_a_connection_that_is_forgotten_is_closed() -> None:
    contents = await stored_page("db = await indexed_db.open('test')")
    assert await contents.execute("db = None\n(await indexed_db.open('test', 2, timeout=0)).version") == 2


@program
async def test_a_cell_that_runs_again_closes_what_it_had_opened() -> None:
    """Cells are modules (design 4.7): nothing of the cell's last run blocks the upgrade of the next one."""
    contents = await stored_page()
    code = "db = await indexed_db.open('test', {})\nkept = [db]"
    await contents.run(code.format(1), MAIN_WORLD, "cell", "the cell", cell="one")
    contents.take_back("one")
    await contents.run(code.format(2), MAIN_WORLD, "cell", "the cell", cell="one")
    assert await contents.execute("db.version") == 2


# --- databases -----------------------------------------------------------------------------------------------------


@program
async def test_databases_are_listed_compared_and_deleted() -> None:
    contents = await stored_page("""
for name, version in (("b", 2), ("a", 1), ("", 3), ("../\\ud800/" + "x" * 1000, 1)):
    db = await indexed_db.open(name, version, lambda db, *_: db.create_object_store("s").put(db.name, 1))
    assert await db.get("s", 1) == name
    db.close()
""")
    assert await contents.execute("[(one['name'][:5], one['version']) for one in await indexed_db.databases()]") == [
        ["", 3],
        ["../\ud800/", 1],
        ["a", 1],
        ["b", 2],
    ]
    await contents.execute("await indexed_db.delete_database('b')\nawait indexed_db.delete_database('never there')")
    assert len(await contents.execute("await indexed_db.databases()")) == 3
    assert await contents.execute("""
db = await indexed_db.open("b", 1, lambda db, *_: db.create_object_store("new"))
db.version, db.object_store_names
""") == [1, ["new"]]
    assert await contents.execute("indexed_db.cmp(1, 'a'), indexed_db.cmp([2], [1]), indexed_db.cmp(1, 1.0)") == [
        -1,
        1,
        0,
    ]
    assert (await failure(contents, "indexed_db.cmp(None, 1)")).startswith("DataError: Failed to execute 'cmp'")


@program
async def test_each_origin_has_its_own_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pages.app_hosts, "one", tmp_path)
    (tmp_path / "index.py").write_text(pages.named_pages[PAGE])
    contents = await stored_page("db = await indexed_db.open('test', 7)")
    await contents.load_url("app://one/index.py")
    assert await contents.execute("await indexed_db.databases(), (await indexed_db.open('test')).version") == [[], 1]


@program
async def test_opaque_origins_have_no_databases() -> None:
    contents = await open_page("from ipclab import indexed_db")
    for call, web_name in (
        ("open('x')", "open"),
        ("delete_database('x')", "deleteDatabase"),
        ("databases()", "databases"),
    ):
        assert await failure(contents, f"await indexed_db.{call}") == (
            f"SecurityError: Failed to execute '{web_name}' on 'IDBFactory': "
            f"access to the Indexed Database API is denied in this context."
        )
