"""A page waits for main in `remote` as it does in `send_sync`: nothing else runs in it, and nothing waits in vain."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from ipc import open_page, program
from remote_pages import asked, open_remote_page

from ipclab import DeadlockError, RendererError, global_, ipc_main, restart, settle, trace
from ipclab.main.lockstep import lockstep

# --- blocking ------------------------------------------------------------------------------------------------------


@program
async def test_a_blocked_main_blocks_the_page() -> None:
    global_.slow = lambda: time.sleep(0.3)
    contents = await open_remote_page("""
fired = []
ipc_renderer.on("ch", lambda *_: fired.append("message"))
slow = remote.get_global("slow")
""")
    contents.send("ch")
    await contents.execute("""
fired.clear()
set_timeout(lambda: fired.append("timer"), 10)
slow()
after = list(fired)
None
""")
    assert await contents.execute("after") == []


@program
async def test_messages_wait_while_the_page_waits() -> None:
    contents = await open_remote_page("heard = []\nipc_renderer.on('ch', lambda _, text: heard.append(text))")
    global_.tell = lambda: contents.send("ch", "meanwhile")
    assert await contents.execute("remote.get_global('tell')()\nheard") == []
    await settle()
    assert await contents.execute("heard") == ["meanwhile"]


@program
async def test_a_page_that_waits_for_a_blocked_main_can_be_interrupted() -> None:
    contents = await open_remote_page()
    begun = threading.Event()
    reference: weakref.ref[Any] = weakref.ref(begun)

    class Late:
        pass

    def block() -> Late:
        nonlocal reference
        begun.set()
        time.sleep(0.5)
        late = Late()
        reference = weakref.ref(late)
        return late

    def interrupt() -> None:
        begun.wait(10)
        contents.interrupt()

    global_.block = block
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(RendererError) as caught:
        await contents.execute("remote.get_global('block')()")
    thread.join()
    assert caught.value.name == "KeyboardInterrupt"
    await settle()
    assert await contents.execute("remote.app.name") == "ipclab"
    await contents.execute("0")  # behind it, main has been told that nobody got the answer
    gc.collect()
    assert reference() is None


@program
async def test_main_can_await_the_page_that_called_it() -> None:
    """The page is answered at once with a promise: nothing waits for anything."""
    contents = await open_remote_page("def twice(): return 42")

    async def ask_back() -> Any:
        return await contents.execute("twice()")

    global_.ask_back = ask_back
    assert await contents.execute("await remote.get_global('ask_back')()") == 42


@program
async def test_a_deadlock_by_way_of_a_promise_is_refused() -> None:
    """Main's listener awaits code in a second page, whose promise of main's awaits the first, which waits for it."""
    first, second = await open_page(), await open_remote_page()

    async def ask_the_first() -> Any:
        return await first.execute("1")

    @ipc_main.on("sync")
    async def answer(event: Any) -> None:
        try:
            await second.execute("await remote.get_global('ask_the_first')()")
        except RendererError as error:
            event.return_value = f"{error.name}: {error}"

    global_.ask_the_first = ask_the_first
    told = await first.execute("ipc_renderer.send_sync('sync')")
    assert told.startswith("Error: renderer 1 waits in send_sync for this very listener")
    assert DeadlockError.__name__ in str(next(m.error for m in trace if m.channel == "call ask_the_first"))


COUNTS = """
import random, time
counter = remote.get_global("counter")
def count(event):
    for _ in range(5):
        time.sleep(random.random() / 500)  # different in every run and process
        counter.number = counter.number + 1
ipc_renderer.on("count", count)
"""


@pytest.fixture
def in_lockstep() -> Iterator[None]:
    before = lockstep.enabled, lockstep.limit
    lockstep.enabled, lockstep.limit = True, 60.0
    yield
    lockstep.enabled, lockstep.limit = before


@pytest.mark.usefixtures("in_lockstep")
@program
async def test_in_lockstep_the_order_is_the_same_in_every_run() -> None:
    """Reading and writing are two messages, and another page may come between: but always the same."""

    async def transcript() -> list[tuple[str, str, list[object]]]:
        global_.counter = {"number": 0}
        pages = [await open_remote_page(COUNTS) for _ in range(3)]
        for page in pages:
            page.send("count")
        await settle()
        found = [(message.sender, message.channel, message.args) for message in trace]
        await restart()
        return found

    first = await transcript()
    assert len(first) > 3 * 2 * 10
    assert [await transcript() for _ in range(3)] == [first] * 3


@pytest.mark.usefixtures("in_lockstep")
@program
async def test_in_lockstep_a_callback_does_not_hold_up_the_answer() -> None:
    global_.call = lambda function: function()
    contents = await open_remote_page("heard = []")
    async with asyncio.timeout(5):
        await contents.execute("remote.get_global('call')(lambda: heard.append(1))")
    assert await contents.execute("heard") == [1]


# --- settling ------------------------------------------------------------------------------------------------------


@program
async def test_settling_waits_for_what_a_page_has_set_going() -> None:
    done: list[str] = []

    async def later() -> None:
        await asyncio.sleep(0.05)
        done.append("later")

    global_.later = later
    contents = await open_remote_page("later = remote.get_global('later')")
    await contents.execute("later() and None")
    await settle()
    assert done == ["later"]
    assert asked() == ["getGlobal later", "call later"]
