"""What nobody can finish any more: events, handlers and listeners that become garbage, wherever it is collected."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import RenderProcessGone, ipc_main, once, restart, settle, trace
from ipclab.main.lockstep import lockstep

NEVER_SENT = {"error": "reply was never sent"}
SOON = 5.0


async def wait_for_nothing(*_: object) -> None:
    """Only a cycle holds the task that awaits this: it is garbage at once, but stays until a collection."""
    await asyncio.get_running_loop().create_future()


def collect_in_a_thread() -> None:
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()


async def collected(collect: Callable[[], object], awaited: asyncio.Future[Any]) -> Any:
    async with asyncio.timeout(SOON):
        while not awaited.done():
            collect()
            await asyncio.sleep(0.001)
    return awaited.result()


@pytest.mark.parametrize("in_lockstep", [False, True], ids=["free", "lockstep"])
@pytest.mark.parametrize("collect", [gc.collect, collect_in_a_thread])
@program
async def test_who_waits_for_garbage_is_told_whichever_thread_collects_it(
    collect: Callable[[], object], in_lockstep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design 4.1: "reply was never sent" is said when the event or the handler's awaitable is garbage-collected."""
    monkeypatch.setattr(lockstep, "enabled", in_lockstep)
    contents = await open_page()
    ipc_main.on("ch", wait_for_nothing)
    ipc_main.handle("ch", wait_for_nothing)
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    assert await collected(collect, answer) == NEVER_SENT
    code = "try:\n    await ipc_renderer.invoke('ch')\nexcept Exception as error:\n    text = str(error)\ntext"
    answer = asyncio.ensure_future(contents.execute(code))
    assert await collected(collect, answer) == "Error invoking remote method 'ch': reply was never sent"
    await settle(SOON)


def test_who_waits_for_garbage_is_told_although_no_loop_ran_when_it_was_collected() -> None:
    with asyncio.Runner() as runner:
        contents = runner.run(open_page())
        ipc_main.on("ch", wait_for_nothing)

        async def ask() -> asyncio.Task[Any]:
            asking = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
            while not any(message.channel == "ch" for message in trace):
                await asyncio.sleep(0.001)
            return asking

        asking = runner.run(asyncio.wait_for(ask(), SOON))
        gc.collect()
        assert runner.run(asyncio.wait_for(asking, SOON)) == NEVER_SENT
        runner.run(restart())


@pytest.mark.parametrize("chained", [False, True], ids=["raised", "raised from it"])
@program
async def test_an_async_listener_that_fails_gives_up_its_question_without_a_collection(chained: bool) -> None:
    """Node forgets a rejected async listener; a failed future in its frame must not keep the event in a cycle."""
    asking, asked = await open_page(), await open_page()

    @ipc_main.on("ch")
    async def fails(event: Any) -> None:
        promise = asked.execute("nobody")
        try:
            event.return_value = await promise
        except NameError as error:
            if chained:
                raise ValueError("no name") from error
            raise

    gc.disable()
    try:
        async with asyncio.timeout(SOON):
            assert await asking.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT
    finally:
        gc.enable()


@program
async def test_a_listener_that_waits_for_garbage_keeps_nothing_open() -> None:
    contents = await open_page()
    heard = once(ipc_main, "ch")
    ipc_main.on("ch", wait_for_nothing)
    await contents.execute("ipc_renderer.send('ch')")
    await heard
    del heard
    with pytest.raises(TimeoutError, match="listeners of 'ch' in main"):
        await settle(0.05)
    gc.collect()
    await settle(SOON)


@program
async def test_what_was_kept_over_a_restart_says_nothing_in_the_new_life() -> None:
    """The new trace counts from 1: what an old event did with its number would be said of a stranger."""
    pages = [await open_page(), await open_page()]
    kept: list[Any] = []
    both_ask = asyncio.Event()

    @ipc_main.on("ch")
    def keep(event: Any) -> None:
        kept.append(event)
        if len(kept) == 2:
            both_ask.set()

    waits = [asyncio.ensure_future(page.execute("ipc_renderer.send_sync('ch')")) for page in pages]
    await both_ask.wait()
    await restart()
    await asyncio.wait(waits)
    assert [type(wait.exception()) for wait in waits] == [RenderProcessGone] * 2
    contents = await open_page()
    ipc_main.handle("ch", lambda _: "handled")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "handled"
    before = [(message.kind, message.outcome) for message in trace]
    kept.pop().return_value = "too late"
    kept.clear()  # the other one's last word would be that there never was an answer
    assert [(message.kind, message.outcome) for message in trace] == before


@program
async def test_settling_waits_until_the_page_of_a_cancelled_handler_was_told() -> None:
    contents = await open_page()

    @ipc_main.handle("ch")
    async def cancelled(_: object) -> None:
        raise asyncio.CancelledError

    await contents.execute("promise = ipc_renderer.invoke('ch')\nNone")
    await settle(SOON)
    assert [message.outcome for message in trace] == ["rejected", "delivered"]
    assert await contents.execute("promise.done() and str(promise.exception())") == (
        "Error invoking remote method 'ch': Error: the handler was cancelled"
    )
