"""`send_sync` beyond Electron's rules: waits that could never end are refused, a window that goes leaves none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DeadlockError, RenderProcessGone, app, ipc_main, once, settle


@program
async def test_an_unanswered_event_of_a_window_that_is_gone_leaves_nothing_open() -> None:
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    BrowserWindow.get_all_windows()[0].destroy()
    with pytest.raises(RenderProcessGone):
        await answer
    del asked
    kept.clear()
    await settle(1)


@program
async def test_main_may_not_wait_for_the_renderer_that_waits_for_it() -> None:
    """Design 6, deadlock: refused at once, instead of a hang."""
    contents = await open_page()
    caught: list[str] = []

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        for wait in (contents.execute("1"), asyncio.create_task(contents.execute("1"))):
            try:
                await wait
            except DeadlockError as error:
                caught.append(str(error))
        event.return_value = "refused"
        caught.append(await contents.execute("'after the answer'"))

    assert await contents.execute("ipc_renderer.send_sync('ch')") == "refused"
    await settle()
    text = "renderer 1 waits in send_sync for this very listener: it cannot run code before it is answered."
    assert [line.startswith(text) for line in caught] == [True, True, False]
    assert caught[2] == "after the answer"


@program
async def test_a_listener_may_run_code_in_another_window_for_its_answer() -> None:
    first, second = await open_page(), await open_page()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.return_value = await second.execute("6 * 7")

    assert await first.execute("ipc_renderer.send_sync('ch')") == 42


@program
async def test_a_deadlock_through_a_second_window_is_refused_too() -> None:
    first, second = await open_page(), await open_page()

    @ipc_main.on("outer")
    async def outer(event: Any) -> None:
        event.return_value = await second.execute("ipc_renderer.send_sync('inner')")

    @ipc_main.on("inner")
    async def inner(event: Any) -> None:
        try:
            await first.execute("1")
        except DeadlockError:
            event.return_value = "refused"

    async with asyncio.timeout(2):
        assert await first.execute("ipc_renderer.send_sync('outer')") == "refused"


@program
async def test_a_channel_that_is_missing_is_told_of_by_the_public_name() -> None:
    app.electron_version = 27
    contents = await open_page()
    with pytest.raises(
        TypeError, match=r"^IpcRenderer\.send_to\(\) missing 1 required positional argument: 'channel'$"
    ):
        await contents.execute("ipc_renderer.send_to(2)")
