"""Transactions of IndexedDB: all or nothing, one writer at a time, and a page that goes on meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from ipc import program
from stored import failure, stored_page

from ipclab import RendererError, settle

STORE = """
db = await indexed_db.open("test", 1, lambda db, *_: [db.create_object_store(name) for name in ("s", "t")])
"""
#: Goes on and on until told, inside of a transaction.
HOLDS = """
go_on = asyncio.Event()
async def hold():
    async with db.transaction("s", "readwrite") as tx:
        tx.object_store("s").put("held", 1)
        await go_on.wait()
task = asyncio.create_task(hold())
await asyncio.sleep(0)
"""


@program
async def test_the_end_of_the_block_commits_and_an_exception_rolls_back() -> None:
    contents = await stored_page(STORE)
    other = await stored_page(STORE)
    assert await contents.execute("""
async with db.transaction(["s", "t"], "readwrite") as tx:
    tx.object_store("s").put("kept", 1)
    tx.object_store("t").put("kept", 2)
try:
    async with db.transaction(["s", "t"], "readwrite") as tx:
        tx.object_store("s").clear()
        tx.object_store("t").put("lost", 3)
        inside = await tx.object_store("s").count()
        raise ZeroDivisionError
except ZeroDivisionError:
    pass
inside, tx.mode, tx.object_store_names, tx.db is db, repr(tx)
""") == [0, "readwrite", ["s", "t"], True, "<Transaction readwrite of 's', 't'>"]
    for page in (contents, other):
        assert await page.execute("await db.get_all('s'), await db.get_all_keys('t')") == [["kept"], [2]]


@program
async def test_abort_undoes_everything_and_ends_the_transaction() -> None:
    contents = await stored_page(STORE + "await db.put('s', 'before', 1)")
    assert await contents.execute("""
async with db.transaction("s", "readwrite") as tx:
    store = tx.object_store("s")
    store.put("after", 1)
    tx.abort()
    try:
        await store.get(1)
    except TransactionInactiveError as error:
        told = str(error)
told, await db.get("s", 1)
""") == ["Failed to execute 'get' on 'IDBObjectStore': The transaction has finished.", "before"]
    assert (await failure(contents, "tx.abort()")).startswith("TransactionInactiveError")


#: What is refused, and what is said then.
REFUSED = [
    (
        "async with db.transaction('s') as tx: tx.object_store('s').put(1, 1)",
        "ReadOnlyError: Failed to execute 'put' on 'IDBObjectStore': The transaction is read-only.",
    ),
    (
        "async with db.transaction('s') as tx: tx.object_store('s').delete(1)",
        "ReadOnlyError: Failed to execute 'delete' on 'IDBObjectStore': The transaction is read-only.",
    ),
    (
        "async with db.transaction('s') as tx: tx.object_store('s').clear()",
        "ReadOnlyError: Failed to execute 'clear' on 'IDBObjectStore': The transaction is read-only.",
    ),
    (
        "async with db.transaction('s') as tx: tx.object_store('t')",
        "NotFoundError: Failed to execute 'objectStore' on 'IDBTransaction': "
        "The specified object store was not found.",
    ),
    (
        "db.transaction(['s', 'u'])",
        "NotFoundError: Failed to execute 'transaction' on 'IDBDatabase': "
        "One of the specified object stores was not found.",
    ),
    (
        "db.transaction([])",
        "InvalidAccessError: Failed to execute 'transaction' on 'IDBDatabase': The storeNames parameter is empty.",
    ),
    (
        "db.transaction('s', 'write')",
        "TypeError: Failed to execute 'transaction' on 'IDBDatabase': The provided value 'write' is not a valid "
        "enum value of type IDBTransactionMode.",
    ),
    (
        "db.transaction('s').object_store('s').get(1)",
        "TransactionInactiveError: Failed to execute 'get' on 'IDBObjectStore': The transaction is not active.",
    ),
    (
        "async with db.transaction('s') as tx: pass\nasync with tx: pass",
        "InvalidStateError: a transaction can be used once: make another one with db.transaction(...)",
    ),
]


@program
async def test_what_transactions_refuse() -> None:
    """Chromium's texts."""
    contents = await stored_page(STORE)
    for code, told in REFUSED:
        assert await failure(contents, code) == told, code


@program
async def test_one_that_reads_sees_one_state_and_waits_for_nobody() -> None:
    contents = await stored_page(STORE + "await db.put('s', 'before', 1)")
    other = await stored_page(STORE)
    assert (
        await contents.execute("""
reading = db.transaction("s")
store = (await reading.__aenter__()).object_store("s")
await store.get(1)
""")
        == "before"
    )
    await other.execute(HOLDS)
    assert await other.execute("await db.get('s', 1)") == "before"
    await other.execute("go_on.set()\nawait task")
    assert await contents.execute("""
said = [await store.get(1)]
await reading.__aexit__(None, None, None)
said + [await db.get("s", 1)]
""") == ["before", "held"]


# --- one writer at a time ------------------------------------------------------------------------------------------


@program
async def test_a_page_goes_on_while_another_one_writes() -> None:
    """Waiting for one's turn to write does not block the loop."""
    holder = await stored_page(STORE + HOLDS)
    waiter = await stored_page(STORE + "task = asyncio.create_task(db.add('s', 'waited', 2))")
    assert await waiter.execute("await asyncio.sleep(0.02)\ntask.done(), 'still alive'") == [False, "still alive"]
    await holder.execute("go_on.set()")
    assert await waiter.execute("await task, await db.get_all('s')") == [2, ["held", "waited"]]


@program
async def test_transactions_of_one_page_come_in_their_order() -> None:
    """Indexed DB: transactions with overlapping scopes run in the order in which they were created."""
    contents = await stored_page(STORE)
    assert await contents.execute("""
order = []
async def write(n):
    async with db.transaction("s", "readwrite") as tx:
        order.append(f"{n} begins")
        await asyncio.sleep(0.001)
        tx.object_store("s").put(n, "last")
        order.append(f"{n} ends")
await asyncio.gather(*(write(n) for n in range(4)))
order, await db.get("s", "last")
""") == [[f"{n} {what}" for n in range(4) for what in ("begins", "ends")], 3]


@program
async def test_nothing_is_lost_between_tasks_that_read_and_write() -> None:
    contents = await stored_page(STORE + "await db.put('s', 0, 'n')")
    assert (
        await contents.execute("""
async def add():
    async with db.transaction("s", "readwrite") as tx:
        n = await tx.object_store("s").get("n")
        await asyncio.sleep(0)
        tx.object_store("s").put(n + 1, "n")
await asyncio.gather(*(add() for _ in range(50)))
await db.get("s", "n")
""")
        == 50
    )


@program
async def test_a_transaction_inside_of_another_one_is_refused_at_once() -> None:
    """It would wait for itself. (A browser ends the outer one instead, and the code that goes on in it fails.)"""
    contents = await stored_page(STORE)
    told = "InvalidStateError: this code is inside of another transaction that writes to the same database"
    nested = "async with db.transaction('s', 'readwrite') as tx: {}"
    for inner in ("await db.put('t', 1, 1)", "await asyncio.gather(db.put('t', 1, 1))"):
        assert (await failure(contents, nested.format(inner))).startswith(told), inner
    # Reading is possible, and so is writing elsewhere.
    assert await contents.execute("""
other = await indexed_db.open("other", 1, lambda db, *_: db.create_object_store("s"))
async with db.transaction("s", "readwrite") as tx:
    tx.object_store("s").put("inside", 1)
    seen = await db.get("s", 1)
    await other.put("s", "elsewhere", 1)
    local_storage["a"] = "too"
    later = asyncio.create_task(asyncio.sleep(0.01))
    after = lambda: db.put("t", "after", 1)
await later
await after()
seen, await db.get("s", 1), await other.get("s", 1), local_storage["a"], await db.get("t", 1)
""") == [None, "inside", "elsewhere", "too", "after"]


@pytest.mark.parametrize("windows", [1, 2])
@program
async def test_transactions_that_wait_for_each_other_end(windows: int) -> None:
    """Two databases taken in different orders: a wait that would never end ends."""
    pages = [await stored_page() for _ in range(windows)] * (2 // windows)
    for page in pages[:windows]:
        await page.execute("""
from ipclab.storage import files
files.PATIENCE = 0.2
both = [await indexed_db.open(name, 1, lambda db, *_: db.create_object_store("s")) for name in ("a", "b")]
async def take(first, second, met):
    async with first.transaction("s", "readwrite"):
        await asyncio.sleep(0.05)
        async with second.transaction("s", "readwrite"):
            return "done"
tasks = []
""")
    await pages[0].execute("tasks.append(asyncio.create_task(take(both[0], both[1], 0)))")
    await pages[1].execute("tasks.append(asyncio.create_task(take(both[1], both[0], 0)))")
    said = []
    for page in pages[:windows]:
        said += await page.execute("[str(one) for one in await asyncio.gather(*tasks, return_exceptions=True)]")
    assert any("0.2 s" in one for one in said), said
    for page in pages:
        assert await page.execute("await both[0].put('s', 1, 1), await both[1].put('s', 1, 1)") == [1, 1]


# --- ends of other kinds -------------------------------------------------------------------------------------------


@program
async def test_cancelled_code_rolls_back_and_lets_others_write() -> None:
    contents = await stored_page(STORE + HOLDS)
    await contents.execute("task.cancel()\nawait asyncio.wait([task])\nNone")
    assert await contents.execute("await db.put('s', 'next', 2), await db.get_all('s')") == [2, ["next"]]


@program
async def test_interrupted_code_rolls_back_and_lets_others_write() -> None:
    contents = await stored_page(STORE)
    await settle()  # a renderer that has not slept yet is not interrupted
    running = asyncio.ensure_future(
        contents.execute("""
async with db.transaction("s", "readwrite") as tx:
    tx.object_store("s").put("lost", 1)
    print("on")
    while True:
        tx.object_store("s").count()
""")
    )
    said: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    contents.once("console-message", lambda *_: said.set_result(None))
    await said
    contents.interrupt()
    with pytest.raises(RendererError) as caught:
        await running
    assert caught.value.name == "KeyboardInterrupt"
    assert await contents.execute("await db.put('s', 'next', 2), await db.get_all('s')") == [2, ["next"]]


@program
async def test_a_page_that_goes_rolls_back_and_lets_others_write() -> None:
    going = await stored_page(STORE + HOLDS)
    other = await stored_page(STORE + "task = asyncio.create_task(db.add('s', 'next', 2))")
    await going.load_url("about:blank")
    assert await other.execute("await task, await db.get_all('s')") == [2, ["next"]]


@program
async def test_a_transaction_that_is_forgotten_rolls_back() -> None:
    contents = await stored_page(STORE)
    assert await contents.execute("""
tx = db.transaction("s", "readwrite")
await tx.__aenter__()
tx.object_store("s").put("lost", 1)
tx = None
await db.put("s", "next", 2), await db.get_all("s")
""") == [2, ["next"]]


@program
async def test_a_long_transaction_leaves_the_page_alive() -> None:
    """Each request is done at once, yet a timer fires between them."""
    contents = await stored_page(STORE + "from ipclab import set_timeout")
    assert await contents.execute("""
fired = []
set_timeout(lambda: fired.append(len(fired)), 1)
async with db.transaction("s", "readwrite") as tx:
    store = tx.object_store("s")
    deadline = time.monotonic() + 5
    while not fired and time.monotonic() < deadline:
        await store.put("x", 1)
fired
""") == [0]
