"""`settle`: waits until the caller's traffic is delivered and handled, and says what is open if it is not (design
4.1)."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, ipc_main, once, settle, trace

PING_PONG = """
@ipc_renderer.on("pong")
def pong(event, left):
    if left: ipc_renderer.send("ping", left - 1)
"""


@program
async def test_settle_with_nothing_open_returns_at_once() -> None:
    started = asyncio.get_running_loop().time()
    for _ in range(100):
        await settle()
    assert asyncio.get_running_loop().time() - started < 0.5


@program
async def test_settle_waits_for_whole_chains_across_windows() -> None:
    """Every reply of every reply, in three renderers at once."""
    pages = [await open_page(PING_PONG) for _ in range(3)]
    heard: list[int] = []

    @ipc_main.on("ping")
    def ping(event: Any, left: int) -> None:
        heard.append(event.sender.id)
        event.reply("pong", left)

    for page in pages:
        page.send("pong", 30)
    await settle()
    assert sorted(heard) == [1] * 30 + [2] * 30 + [3] * 30
    assert all(message.outcome == "delivered" for message in trace)


@program
async def test_settle_waits_for_async_listeners_and_handlers() -> None:
    contents = await open_page()
    ended: list[str] = []

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        for _ in range(50):
            await asyncio.sleep(0)
        ended.append("listener")
        event.reply("unheard")

    @ipc_main.handle("ch")
    async def handler(_: object) -> None:
        await asyncio.sleep(0.02)
        ended.append("handler")

    await contents.execute("ipc_renderer.invoke('ch')\nipc_renderer.send('ch')")
    await settle()
    assert sorted(ended) == ["handler", "listener"]
    assert trace[-1].outcome == "delivered"


@program
async def test_settle_waits_for_a_load_and_for_code_that_runs() -> None:
    contents = await open_page()
    script = "import asyncio%0afor _ in range(50): await asyncio.sleep(0)%0aready = 1"
    contents.load_url(f"data:text/html,<script type='py'>{script}</script>")
    await settle()
    assert not contents.is_loading()
    running = asyncio.ensure_future(contents.execute("for _ in range(50): await asyncio.sleep(0)\n'done'"))
    await asyncio.sleep(0)
    await settle()
    assert running.done()
    assert await running == "done"


@program
async def test_settle_does_not_wait_for_timers_unless_asked() -> None:
    """Design 4.1: timers=True also waits for pending set_timeouts, and for what they set going."""
    contents = await open_page()
    heard: list[str] = []
    ipc_main.on("ch", lambda _, text: heard.append(text))
    await contents.execute("""
def again(): set_timeout(ipc_renderer.send, 30, "ch", "second")
set_timeout(lambda: [ipc_renderer.send("ch", "first"), again()], 30)
set_timeout(print, 60_000)
never = set_timeout(print, 60_000)
clear_timeout(never)
None
""")
    await settle()
    assert heard == []
    with pytest.raises(TimeoutError, match="timers in renderer 1"):
        await settle(0.2, timers=True)
    assert heard == ["first", "second"]


@program
async def test_settle_with_timers_ends_when_the_last_has_fired() -> None:
    pages = [await open_page(f"done = []\nset_timeout(done.append, {ms}, 1)\nNone") for ms in (10, 40)]
    await settle(timers=True)
    assert [await page.execute("done") for page in pages] == [[1], [1]]


# --- time-out ------------------------------------------------------------------------------------------------------


@program
async def test_a_timeout_names_what_is_open() -> None:
    """Design 4.1: on time-out TimeoutError that names what is open."""
    contents = await open_page()
    gate = asyncio.Event()
    ipc_main.handle("slow", lambda _: gate.wait())
    ipc_main.on("listens", lambda _: gate.wait())
    kept: list[Any] = []
    asked = once(ipc_main, "asks")
    ipc_main.on("asks", lambda event: kept.append(event))

    @ipc_main.on("slow listener")
    async def listener(_: object) -> None:
        await gate.wait()

    code = "ipc_renderer.invoke('slow')\nipc_renderer.send('slow listener')\nipc_renderer.send_sync('asks')"
    running = asyncio.ensure_future(contents.execute(code))
    await asked
    del asked
    with pytest.raises(TimeoutError) as caught:
        await settle(timeout=0.05)
    text = str(caught.value)
    assert text.startswith("still open after 0.05 s: ")
    for what in ("handler for 'slow'", "'slow listener'", "send_sync 'asks'", "code in renderer 1"):
        assert what in text
    gate.set()
    kept.pop().return_value = None
    await running
    await settle()


@program
async def test_a_renderer_that_is_busy_is_named() -> None:
    contents = await open_page()
    contents.send("ch")
    running = asyncio.ensure_future(contents.execute("while True: pass"))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError, match="renderer"):
        await settle(0.05)
    BrowserWindow.get_all_windows()[0].destroy()
    with pytest.raises(Exception, match="its window was closed"):
        await running
    await settle(1)


@program
async def test_settle_gives_up_in_time_although_traffic_never_ends() -> None:
    contents = await open_page(PING_PONG)
    ipc_main.on("ping", lambda event, _: event.reply("pong", 1))
    contents.send("pong", 1)
    started = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError, match=re.escape("still open after 0.1 s: ")):
        await settle(0.1)
    assert asyncio.get_running_loop().time() - started < 1


# --- who waits -----------------------------------------------------------------------------------------------------


@program
async def test_settle_in_a_handler_waits_neither_for_itself_nor_for_who_waits_for_it() -> None:
    """Design 4.1: called inside a handler it does not wait for itself; so not for the code that awaits it either."""
    contents = await open_page("""
got = []
@ipc_renderer.on("news")
def news(event, text): got.append(text)
""")

    @ipc_main.handle("ch")
    async def handler(event: Any) -> str:
        event.sender.send("news", "hello")
        await settle(2)
        return "settled"

    assert await contents.execute("[await ipc_renderer.invoke('ch'), got]") == ["settled", ["hello"]]


@program
async def test_two_handlers_that_settle_do_not_wait_for_each_other() -> None:
    contents = await open_page()

    @ipc_main.handle("ch")
    async def handler(_: object) -> str:
        await settle(2)
        return "settled"

    code = "import asyncio\nawait asyncio.gather(*(ipc_renderer.invoke('ch') for _ in range(3)))"
    assert await contents.execute(code) == ["settled"] * 3


@program
async def test_settle_in_a_listener_waits_for_what_the_listener_sent() -> None:
    contents = await open_page("got = []\n@ipc_renderer.on('news')\ndef news(event): got.append(1)")
    settled = asyncio.Event()
    found: list[object] = []

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.reply("news")
        await settle(2)
        found.extend(message.outcome for message in trace if message.channel == "news")
        settled.set()

    await contents.execute("ipc_renderer.send('ch')")
    async with asyncio.timeout(3):
        await settled.wait()
    assert found == ["delivered"]


@program
async def test_several_may_settle_at_once_and_one_may_give_up() -> None:
    contents = await open_page()
    gate = asyncio.Event()
    ipc_main.handle("ch", lambda _: gate.wait())
    await contents.execute("ipc_renderer.invoke('ch')\nNone")
    waits = [asyncio.ensure_future(settle()) for _ in range(5)]
    await asyncio.sleep(0)
    waits[0].cancel()
    gate.set()
    await asyncio.gather(*waits[1:])
    assert waits[0].cancelled()


# --- ends that are no answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["crash", "destroy", "exit", "reload"])
@program
async def test_nothing_stays_open_when_a_renderer_ends_in_the_middle(end: str) -> None:
    contents = await open_page()
    gate = asyncio.Event()
    begun = once(ipc_main, "begun")
    ipc_main.on("begun", lambda _: None)
    ipc_main.handle("ch", lambda _: gate.wait())
    running = asyncio.ensure_future(contents.execute("ipc_renderer.send('begun')\nawait ipc_renderer.invoke('ch')"))
    await begun
    for number in range(20):
        contents.send("ch", number)
    if end == "crash":
        contents.forcefully_crash_renderer()
    elif end == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    elif end == "exit":
        contents.send("never heard")
        exits = asyncio.ensure_future(contents.execute("import os\nos._exit(0)"))
        await asyncio.wait([exits])
        exits.exception()
    else:
        contents.reload()
    gate.set()
    await asyncio.wait([running])
    assert running.exception() is not None
    await settle(2)
    assert all(message.outcome != "pending" for message in trace)


@program
async def test_a_crash_followed_by_a_reload_settles() -> None:
    contents = await open_page()
    for _ in range(3):
        gone = once(contents, "render-process-gone")
        contents.send("ch", b"x" * 100_000)
        contents.forcefully_crash_renderer()
        await gone
        contents.reload()
        await settle(5)
        assert await contents.execute("1") == 1
