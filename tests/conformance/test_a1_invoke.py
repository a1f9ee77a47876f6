"""The round trip of `invoke` that goes well (semantics a.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest
from ipc import open_page, program
from outcomes import OUTCOME
from rules import held, not_simulated

from ipclab import BrowserWindow, ipc_main, once, settle, trace

# --- what the handler gets and gives -------------------------------------------------------------------------------


@held("a.1", "ipcMain.handle", "The handler is called with `(event, ...args)`.")
@program
async def test_a_handler_gets_the_event_and_the_arguments() -> None:
    contents = await open_page()
    calls: list[tuple[Any, ...]] = []
    ipc_main.handle("ch", lambda *args: calls.append(args))
    await contents.execute("await ipc_renderer.invoke('ch', 1, ['two'], {'three': 3})")
    ((event, *args),) = calls
    assert args == [1, ["two"], {"three": 3}]
    assert event.sender is contents


@held("a.1", "invoke round trip", "The arguments are serialized as one array: what they share stays shared.")
@program
async def test_the_arguments_of_one_invoke_are_one_graph() -> None:
    contents = await open_page()

    @ipc_main.handle("ch")
    def shares(_: object, first: list[Any], second: list[Any]) -> bool:
        return first is second[0] and second[1] is second

    code = "a = [1]\nb = [a]\nb.append(b)\nawait ipc_renderer.invoke('ch', a, b)"
    assert await contents.execute(code) is True


class Thenable:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "thenable"


@held("a.1", "invoke round trip", "The handler's result is awaited: values, promises and thenables alike.")
@program
async def test_a_handlers_result_is_awaited_whatever_kind_it_is() -> None:
    contents = await open_page()

    async def coroutine(_: object) -> str:
        await asyncio.sleep(0)
        return "coroutine"

    async def immediate(_: object) -> str:
        return "immediate"

    def future(_: object) -> asyncio.Future[str]:
        result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(result.set_result, "future")
        return result

    ipc_main.handle("value", lambda _: {"a": [1, 2.5, None]})
    ipc_main.handle("coroutine", coroutine)
    ipc_main.handle("immediate", immediate)
    ipc_main.handle("future", future)
    ipc_main.handle("task", lambda event: asyncio.get_running_loop().create_task(coroutine(event)))
    ipc_main.handle("thenable", lambda _: Thenable())
    for name in ("coroutine", "immediate", "future", "thenable"):
        assert await contents.execute(f"await ipc_renderer.invoke('{name}')") == name
    assert await contents.execute("await ipc_renderer.invoke('task')") == "coroutine"
    assert await contents.execute("await ipc_renderer.invoke('value')") == {"a": [1, 2.5, None]}


@held("a.1", "invoke round trip", "A handler that returns nothing resolves the promise with `undefined`.")
@program
async def test_a_handler_that_returns_nothing_resolves_with_nothing() -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle("sync")
    def nothing(_: object) -> None: ...

    @ipc_main.handle("async")
    async def nothing_later(_: object) -> None:
        await asyncio.sleep(0)

    assert await contents.execute("[await outcome('sync'), await outcome('async')]") == [{"resolved": None}] * 2


@held("a.1", "invoke round trip", "A falsy result is a result.")
@pytest.mark.parametrize("value", [False, 0, "", [], {}, {"error": "no error of the handler's"}])
@program
async def test_a_falsy_result_is_a_result(value: object) -> None:
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: value)
    assert await contents.execute("await outcome('ch')") == {"resolved": value}


# --- several at once -----------------------------------------------------------------------------------------------


@held("a.1", "invoke round trip", "Handlers of concurrent invokes interleave; each gets its own answer.")
@program
async def test_a_hundred_interleaved_invokes_get_each_its_own_answer() -> None:
    pages = [await open_page() for _ in range(2)]
    running: set[tuple[int, int]] = set()
    most = 0

    @ipc_main.handle("ch")
    async def handler(event: Any, number: int) -> tuple[int, int]:
        nonlocal most
        running.add((event.sender.id, number))
        most = max(most, len(running))
        for _ in range(1 + number % 7):
            await asyncio.sleep(0)
        running.discard((event.sender.id, number))
        return event.sender.id, number

    code = "import asyncio\nawait asyncio.gather(*(ipc_renderer.invoke('ch', n) for n in range(100)))"
    answers = await asyncio.gather(*(page.execute(code) for page in pages))
    assert answers == [[[page, n] for n in range(100)] for page in (1, 2)]
    assert most > 1


@held("a.1", "invoke round trip", "Replies arrive in the order in which handlers end, not in that of the requests.")
@program
async def test_replies_arrive_in_the_order_in_which_handlers_end() -> None:
    contents = await open_page("order = []")
    gates = [asyncio.Event() for _ in range(3)]

    @ipc_main.handle("ch")
    async def handler(_: object, number: int) -> int:
        await gates[number].wait()
        if number:
            gates[number - 1].set()
        return number

    ipc_main.on("all sent", lambda _: gates[2].set())
    await contents.execute("""
import asyncio
promises = [ipc_renderer.invoke("ch", n) for n in range(3)]
for promise in promises: promise.add_done_callback(lambda done: order.append(done.result()))
ipc_renderer.send("all sent")
await asyncio.gather(*promises)
""")
    assert await contents.execute("order") == [2, 1, 0]


# --- the asker goes away -------------------------------------------------------------------------------------------


async def pending_handler() -> tuple[asyncio.Event, asyncio.Event, list[str]]:
    begun, gate, ended = asyncio.Event(), asyncio.Event(), []

    @ipc_main.handle("ch")
    async def handler(_: object) -> str:
        begun.set()
        await gate.wait()
        ended.append("ended")
        return "too late"

    return begun, gate, ended


@held(
    "a.1",
    "invoke round trip",
    "If the window is closed or its renderer crashes meanwhile, the handler still runs to its end and its reply is "
    "dropped.",
)
@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_a_handler_ends_although_its_asker_is_gone_and_its_reply_is_lost(
    how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = await open_page()
    begun, gate, ended = await pending_handler()
    await contents.execute("ipc_renderer.invoke('ch')\nNone")
    await begun.wait()
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    else:
        gone = once(contents, "render-process-gone")
        contents.forcefully_crash_renderer()
        await gone
    capsys.readouterr()
    gate.set()
    await settle()
    assert ended == ["ended"]
    assert capsys.readouterr().err == ""
    assert [(message.kind, message.outcome) for message in trace] == [("invoke", "delivered"), ("reply", "lost")]


@held(
    "a.1",
    "invoke round trip",
    "If the page navigates meanwhile, its promise disappears with its context and never settles; the handler runs to "
    "its end.",
)
@program
async def test_a_promise_vanishes_with_its_page_and_the_next_page_gets_no_stray_answer() -> None:
    begun, gate, ended = await pending_handler()
    contents = await open_page(
        "async def wait(): print('answered', await ipc_renderer.invoke('ch'))\nset_timeout(wait)\n0"
    )
    lines: list[str] = []
    contents.on("console-message", lambda details: lines.append(details.message))
    await begun.wait()
    await contents.load_url("about:blank")
    await contents.execute("from ipclab import ipc_renderer")

    @ipc_main.handle("next")
    def next_one(_: object) -> str:
        gate.set()
        return "next"

    assert await contents.execute("await ipc_renderer.invoke('next')") == "next"
    await settle()
    assert ended == ["ended"]
    assert lines == []


not_simulated(
    "a.1",
    "invoke round trip",
    "Refusals of the native side (`Session does not exist`, `WebContents does not exist`, `WebContents was "
    "destroyed`) are rejections with the usual prefix.",
    "A page whose web contents are destroyed is gone itself: nobody is left to hear a refusal.",
)
