"""Many processes on one storage: nothing is lost, nothing is torn, and a process that is killed leaves no trace."""

from __future__ import annotations

import asyncio
import random

import pytest
from ipc import program
from stored import stored_page

from ipclab import ipc_main, settle
from ipclab.main.web_contents import WebContents

WRITERS = 8
ROUNDS = 15

STORE = """
db = await indexed_db.open("test", 1, lambda db, *_: db.create_object_store("s").create_index("of", "of"))
"""
#: Each writes values that can be seen to be whole, adds to a sum and leaves what nobody else writes.
WRITES = f"""
async def work(me):
    for n in range({ROUNDS}):
        async with db.transaction("s", "readwrite") as tx:
            store = tx.object_store("s")
            store.put({{"of": me, "text": str(me) * 5000}}, "last")
            store.put((await store.get("sum") or 0) + 1, "sum")
            store.add({{"of": me, "n": n}}, [me, n])
        local_storage["last"] = str(me) * 5000
        local_storage[f"{{me}} {{n}}"] = n
"""
#: Reads all the while; whatever it sees is whole.
READS = """
torn, seen = [], 0
async def read():
    global seen
    while True:
        value = await db.get("s", "last")
        if value is not None and value["text"] != str(value["of"]) * 5000:
            torn.append(value)
        text = local_storage.get_item("last") or ""
        if text != text[:1] * len(text) or len(text) not in (0, 5000):
            torn.append(text)
        seen += 1
        await asyncio.sleep(0)
reading = asyncio.create_task(read())
"""
#: Two records and their entries in the index always agree, and a commit that was told of is kept.
STEPS = """
async def work():
    n = (await db.get("s", "a") or {"n": 0})["n"]
    while True:
        n += 1
        async with db.transaction("s", "readwrite") as tx:
            tx.object_store("s").put({"n": n, "of": n}, "a")
            tx.object_store("s").put({"n": n, "of": n}, "b")
        local_storage["n"] = n
        ipc_renderer.send("kept", n)
        await asyncio.sleep(0)
"""
STATE = """
async with db.transaction("s") as tx:
    store = tx.object_store("s")
    state = [await store.get("a"), await store.get("b"), await store.index("of").get_all_keys()]
state + [local_storage.get_item("n")]
"""


@program
async def test_eight_processes_that_write_at_once_lose_nothing() -> None:
    reader = await stored_page(STORE + READS)
    writers = [await stored_page(STORE + WRITES) for _ in range(WRITERS)]
    for me, writer in enumerate(writers):
        await writer.execute(f"task = asyncio.create_task(work({me}))")
    await asyncio.gather(*(writer.execute("await task") for writer in writers))
    assert await reader.execute("reading.cancel()\nbool(seen), torn") == [True, []]
    total = WRITERS * ROUNDS
    assert await reader.execute("await db.get('s', 'sum'), await db.count('s')") == [total, total + 2]
    assert await reader.execute(f"""
async with db.transaction("s") as tx:
    counts = [await tx.object_store("s").index("of").count(me) for me in range({WRITERS})]
sum(counts), max(counts) - min(counts) <= 1, len(local_storage)
""") == [total + 1, True, total + 1]


@pytest.mark.parametrize(
    "write", ["store.clear()", "store.put({'of': 9, 'x': 'y' * 3_000_000}, 'large')", "store.delete(1)"]
)
@program
async def test_a_process_killed_in_a_transaction_leaves_the_state_before_it(write: str) -> None:
    contents = await stored_page(STORE + "await db.put('s', {'of': 1}, 1)")
    other = await stored_page(STORE)
    await contents.execute(f"""
async def die():
    async with db.transaction("s", "readwrite") as tx:
        store = tx.object_store("s")
        store.put({{"of": 2}}, 2)
        {write}
        os.kill(os.getpid(), signal.SIGKILL)
task = asyncio.create_task(die())
None
""")
    await settle()
    assert contents.is_crashed()
    assert await other.execute("await db.get_all('s')") == [{"of": 1}]
    assert await other.execute("await db.put('s', {'of': 3}, 3)") == 3
    await contents.reload()
    await contents.execute(STORE)
    assert await contents.execute("await db.get_all('s')") == [{"of": 1}, {"of": 3}]


@program
async def test_a_process_killed_in_an_upgrade_leaves_the_version_before_it() -> None:
    contents = await stored_page("""
def upgrade(db, old, new):
    db.create_object_store("s").put("lost", 1)
    os.kill(os.getpid(), signal.SIGKILL)
task = asyncio.create_task(indexed_db.open("test", 1, upgrade))
None
""")
    await settle()
    assert contents.is_crashed()
    other = await stored_page()
    assert await other.execute(
        "await indexed_db.databases(), (await indexed_db.open('test')).object_store_names"
    ) == [[], []]


@program
async def test_processes_killed_at_any_moment_leave_whole_transactions() -> None:
    """Whatever it was doing: what it had told of is kept, what it had not finished is not there."""
    kept: list[int] = []
    ipc_main.on("kept", lambda _, n: kept.append(n))
    dice = random.Random(5)
    witness = await stored_page(STORE)
    contents = await stored_page()
    for _ in range(8):
        await contents.execute(
            "from ipclab import ipc_renderer" + STORE + STEPS + "task = asyncio.create_task(work())\nNone"
        )
        await _some_more(kept, contents)
        await asyncio.sleep(dice.uniform(0, 0.005))
        contents.forcefully_crash_renderer()
        await settle()
        a, b, entries, text = await witness.execute(STATE)
        assert a == b
        assert entries == ["a", "b"]
        assert a["n"] >= kept[-1]
        assert int(text) in (a["n"], a["n"] - 1)
        assert int(text) >= kept[-1]
        await contents.reload()


async def _some_more(kept: list[int], contents: WebContents) -> None:
    """Wait until the page has told of three more."""
    wanted = len(kept) + 3
    while len(kept) < wanted:
        await asyncio.sleep(0.001)
        assert not contents.is_crashed()
