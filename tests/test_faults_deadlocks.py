"""Deadlocks: main never waits for a renderer that, round some corners, waits for main (design 6).

A renderer in `send_sync` runs nothing until it is answered. Code in main that answers it may wait for other
renderers, by `execute` and by loads; those may wait for main by `send_sync` or `invoke`. Where such a chain would
close, the last link is a DeadlockError, and everything before it goes on. Electron hangs there.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from ipc import IMPORTS, OPEN, open_page, program

from ipclab import BrowserWindow, DeadlockError, app, ipc_main, once, settle, trace
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents

#: Seconds within which a deadlock is told of. Most often it takes milliseconds.
SOON = 5.0


def answer_with(channel: str, contents: WebContents, code: str) -> None:
    """Answer `send_sync` on `channel` with what `code` gives in another renderer, or with the name of what fails."""

    @ipc_main.on(channel)
    async def listener(event: Any) -> None:
        event.return_value = await outcome(contents, code)


def handle_with(channel: str, contents: WebContents, code: str) -> None:
    @ipc_main.handle(channel)
    async def handler(_: object) -> object:
        return await outcome(contents, code)


async def outcome(contents: WebContents, code: str) -> object:
    try:
        return await contents.execute(code)
    except DeadlockError as error:
        return str(error).partition(":")[0]


REFUSED = "renderer 1 waits in send_sync for this very listener"


async def check_that_all_settled() -> None:
    await settle(SOON)
    assert [message for message in trace if message.outcome == "pending"] == []


# --- refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_lockstep", [False, True])
@program
async def test_an_invoke_in_the_middle_of_the_chain(in_lockstep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renderer 1 waits for a listener, that for renderer 2, that for a handler, which would wait for renderer 1."""
    monkeypatch.setattr(lockstep, "enabled", in_lockstep)
    first, second = await open_page(), await open_page()
    answer_with("outer", second, "await ipc_renderer.invoke('inner')")
    handle_with("inner", first, "'never runs'")
    async with asyncio.timeout(SOON):
        assert await first.execute("ipc_renderer.send_sync('outer')") == REFUSED
    await check_that_all_settled()


@program
async def test_a_chain_of_every_kind_of_wait_through_three_renderers() -> None:
    first, second, third = [await open_page() for _ in range(3)]
    answer_with("1", second, "await ipc_renderer.invoke('2')")
    handle_with("2", third, "ipc_renderer.send_sync('3')")
    answer_with("3", second, "import asyncio\nawait asyncio.gather(ipc_renderer.invoke('4'))")
    handle_with("4", first, "'never runs'")
    async with asyncio.timeout(SOON):
        assert await first.execute("ipc_renderer.send_sync('1')") == [REFUSED]
    await check_that_all_settled()


@pytest.mark.parametrize("size", [2, 5], ids=["two crosswise", "a ring of five"])
@program
async def test_each_waits_for_the_next(size: int) -> None:
    """All have called `send_sync` before the first listener goes on: whichever comes last is refused."""
    ring = [await open_page() for _ in range(size)]
    all_wait = asyncio.Event()
    waiting: list[int] = []

    @ipc_main.on("ask the next")
    async def listener(event: Any) -> None:
        waiting.append(event.sender.id)
        if len(waiting) == size:
            all_wait.set()
        await all_wait.wait()
        event.return_value = await outcome(ring[event.sender.id % size], "'free'")

    async with asyncio.timeout(SOON):
        told = await asyncio.gather(*(each.execute("ipc_renderer.send_sync('ask the next')") for each in ring))
    assert told.count("free") == size - 1
    assert next(text for text in told if text != "free").endswith("waits in send_sync for this very listener")
    await check_that_all_settled()


@pytest.mark.parametrize("load", ["load_url", "reload"])
@program
async def test_a_listener_may_not_wait_for_a_load_of_the_window_that_waits_for_it(load: str) -> None:
    first = await open_page()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        try:
            await (first.load_url("about:blank") if load == "load_url" else first.reload())
        except DeadlockError as error:
            event.return_value = str(error).partition(":")[0]

    heard: list[str] = []
    ipc_main.on("answer", lambda _, text: heard.append(text))
    finished = once(first, "did-finish-load")
    async with asyncio.timeout(SOON):
        running = asyncio.ensure_future(first.execute("ipc_renderer.send('answer', ipc_renderer.send_sync('ch'))"))
        await finished  # the load was begun and goes on once the renderer is free
        await asyncio.wait([running])
    assert heard == [REFUSED]
    running.exception()
    await check_that_all_settled()


@program
async def test_code_that_would_wait_for_a_load_in_a_blocked_renderer_is_refused_too() -> None:
    first = await open_page()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        first.load_url("about:blank")
        event.return_value = await outcome(first, "1")

    heard: list[str] = []
    ipc_main.on("answer", lambda _, text: heard.append(text))
    async with asyncio.timeout(SOON):
        running = asyncio.ensure_future(first.execute("ipc_renderer.send('answer', ipc_renderer.send_sync('ch'))"))
        await asyncio.wait([running])
    running.exception()
    assert heard == [REFUSED]
    await check_that_all_settled()


@program
async def test_a_page_that_asks_while_it_loads() -> None:
    """The middle of the chain is a load, awaited by the listener: its page's script awaits an invoke."""
    first = await open_page()
    second = BrowserWindow(web_preferences=OPEN)
    script = f"{IMPORTS}answer = await ipc_renderer.invoke('inner')"

    @ipc_main.on("outer")
    async def outer(event: Any) -> None:
        await second.load_url("data:text/html," + quote(f'<script type="py">{script}</script>'))
        event.return_value = await second.web_contents.execute("answer")

    handle_with("inner", first, "'never runs'")
    async with asyncio.timeout(SOON):
        assert await first.execute("ipc_renderer.send_sync('outer')") == REFUSED
    await check_that_all_settled()


# --- not refused ---------------------------------------------------------------------------------------------------


@program
async def test_a_handler_may_use_the_renderer_that_awaits_it() -> None:
    """`invoke` blocks nobody: two renderers may go to and fro as deep as they like."""
    first, second = await open_page(), await open_page()

    @ipc_main.handle("deeper")
    async def deeper(event: Any, depth: int) -> object:
        if not depth:
            return "bottom"
        other = second if event.sender is first else first
        return await other.execute(f"await ipc_renderer.invoke('deeper', {depth - 1})")

    async with asyncio.timeout(SOON):
        assert await first.execute("await ipc_renderer.invoke('deeper', 10)") == "bottom"


@program
async def test_a_listener_that_has_answered_may_use_a_renderer_that_waits_for_another_one() -> None:
    """Who waits is one call, not the renderer for ever after."""
    first = await open_page()
    kept: list[Any] = []
    answered = asyncio.Event()
    asked = once(ipc_main, "waits for somebody else")
    ipc_main.on("waits for somebody else", kept.append)
    used: list[Any] = []

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.return_value = None
        await answered.wait()
        used.append(await outcome(first, "'used'"))

    running = asyncio.ensure_future(
        first.execute("ipc_renderer.send_sync('ch')\nipc_renderer.send_sync('waits for somebody else')")
    )
    await asked
    answered.set()
    await asyncio.sleep(0)
    kept.pop().return_value = "answer"
    async with asyncio.timeout(SOON):
        assert await running == "answer"
        await settle(SOON)
    assert used == ["used"]


@program
async def test_a_window_opened_for_a_send_sync_owes_that_renderer_nothing_afterwards() -> None:
    """The usual way to open a window from a page: what the new window invokes later may wait for the old one."""
    app.on("window-all-closed", lambda *_: None)
    first = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "waits for somebody else")
    ipc_main.on("waits for somebody else", kept.append)
    begun = asyncio.Event()

    @ipc_main.on("open")
    def opens(event: Any) -> None:
        event.return_value = BrowserWindow(web_preferences=OPEN).id

    @ipc_main.handle("use the first")
    async def use(_: object) -> object:
        asyncio.get_running_loop().call_soon(begun.set)
        return await outcome(first, "'used'")

    number = await first.execute("ipc_renderer.send_sync('open')")
    window = BrowserWindow.from_id(number)
    assert window is not None
    running = asyncio.ensure_future(first.execute("ipc_renderer.send_sync('waits for somebody else')"))
    await asked
    using = asyncio.ensure_future(window.web_contents.execute(f"{IMPORTS}await ipc_renderer.invoke('use the first')"))
    await begun.wait()
    kept.pop().return_value = None
    async with asyncio.timeout(SOON):
        assert await using == "used"
        await running
