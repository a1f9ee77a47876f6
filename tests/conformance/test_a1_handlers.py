"""`ipc_main.handle`, `handle_once` and `remove_handler` (semantics a.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program
from outcomes import OUTCOME, no_handler, rejected
from rules import different, held

from ipclab import BrowserWindow, Error, app, ipc_main

# --- handle --------------------------------------------------------------------------------------------------------


@held("a.1", "ipcMain.handle", "Returns `undefined`: it cannot be chained. So do `handleOnce` and `removeHandler`.")
@program
async def test_registering_and_removing_a_handler_returns_nothing() -> None:
    methods: list[Callable[..., object]] = [ipc_main.handle, ipc_main.handle_once]
    remove: Callable[[str], object] = ipc_main.remove_handler
    for register in methods:
        assert register("ch", print) is None
        assert remove("ch") is None


@held("a.1", "ipcMain.handle", "One handler per channel per emitter; a second one is an error.")
@pytest.mark.parametrize("first", ["handle", "handle_once"])
@pytest.mark.parametrize("second", ["handle", "handle_once"])
@program
async def test_second_handler_is_an_error(first: str, second: str) -> None:
    contents = BrowserWindow().web_contents
    for emitter in (ipc_main, contents.ipc, contents.main_frame.ipc):
        getattr(emitter, first)("ch", lambda _: 1)
    for emitter in (ipc_main, contents.ipc, contents.main_frame.ipc):
        with pytest.raises(Error, match=r"^Attempted to register a second handler for 'ch'$"):
            getattr(emitter, second)("ch", lambda _: 2)


@held("a.1", "ipcMain.handle", "The duplicate check comes before the type check.")
@program
async def test_the_duplicate_check_comes_before_the_type_check() -> None:
    with pytest.raises(TypeError, match="Expected handler to be a function"):
        ipc_main.handle("ch", None)  # type: ignore[call-overload]
    ipc_main.handle("ch", print)
    with pytest.raises(Error, match="second handler"):
        ipc_main.handle("ch", None)  # type: ignore[call-overload]


@held(
    "a.1",
    "ipcMain.handle",
    "What is no function is refused with a TypeError; before 27 with a plain Error.",
)
@pytest.mark.parametrize(("version", "kind"), [("26", Error), ("27", TypeError), ("43", TypeError)])
@program
async def test_a_handler_that_is_no_function(version: str, kind: type[Exception]) -> None:
    app.electron_version = version
    with pytest.raises(kind) as caught:
        ipc_main.handle("ch", 5)  # type: ignore[call-overload]
    assert type(caught.value) is kind


@different(
    "a.1",
    "ipcMain.handle",
    "The error of a handler that is no function names the type as `typeof` does.",
    "The type's Python name stands there: `NoneType`, not `object`.",
)
@program
async def test_the_error_names_the_python_type() -> None:
    with pytest.raises(TypeError, match=r"^Expected handler to be a function, but found type 'NoneType'$"):
        ipc_main.handle("ch", None)  # type: ignore[call-overload]


@held("a.1", "ipcMain.handle", "Handlers do not touch listeners, and `removeAllListeners` does not touch handlers.")
@program
async def test_listeners_and_handlers_do_not_touch_each_other() -> None:
    contents = await open_page()
    ipc_main.on("ch", print)
    ipc_main.handle("ch", lambda _: "answer")
    assert ipc_main.listeners("ch") == [print]
    ipc_main.remove_all_listeners("ch")
    ipc_main.remove_all_listeners()
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "answer"
    ipc_main.on("ch", print)
    ipc_main.remove_handler("ch")
    assert ipc_main.listeners("ch") == [print]


# --- handleOnce ----------------------------------------------------------------------------------------------------


@held("a.1", "ipcMain.handleOnce", "The handler is removed before it runs: the next `invoke` sees no handler.")
@program
async def test_handle_once_answers_one_invoke() -> None:
    contents = await open_page(OUTCOME)
    ipc_main.handle_once("ch", lambda _: "once")
    assert await contents.execute("[await outcome('ch'), await outcome('ch')]") == [
        {"resolved": "once"},
        no_handler("ch"),
    ]


@held("a.1", "ipcMain.handleOnce", "It is removed also when it throws.")
@program
async def test_handle_once_is_used_up_by_a_handler_that_raises() -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle_once("ch")
    def fails(_: object) -> None:
        raise ValueError("boom")

    assert await contents.execute("[await outcome('ch'), await outcome('ch')]") == [
        rejected("ch", "ValueError: boom"),
        no_handler("ch"),
    ]


@held("a.1", "ipcMain.handleOnce", "A re-entrant `invoke`, while the handler still runs, sees no handler.")
@program
async def test_handle_once_is_used_up_while_its_handler_still_runs() -> None:
    contents = await open_page(OUTCOME)

    @ipc_main.handle_once("ch")
    async def asks_back(event: Any) -> object:
        return await event.sender.execute("await outcome('ch')")

    assert await contents.execute("await outcome('ch')") == {"resolved": no_handler("ch")}


@held("a.1", "ipcMain.handleOnce", "From inside the handler the channel can be handled again.")
@program
async def test_a_once_handler_may_be_registered_again_from_inside() -> None:
    contents = await open_page(OUTCOME)

    def handler(_: object) -> str:
        ipc_main.handle_once("ch", lambda _: "second")
        return "first"

    ipc_main.handle_once("ch", handler)
    assert await contents.execute("[await outcome('ch'), await outcome('ch')]") == [
        {"resolved": "first"},
        {"resolved": "second"},
    ]


@different(
    "a.1",
    "ipcMain.handleOnce",
    "What is no function is found out by the `invoke` that calls it, not by `handleOnce`.",
    "It is refused at once, as by `handle`: the mistake is named where it is made.",
)
@program
async def test_handle_once_refuses_what_is_no_function() -> None:
    with pytest.raises(TypeError, match="Expected handler to be a function"):
        ipc_main.handle_once("ch", None)  # type: ignore[call-overload]


# --- removeHandler -------------------------------------------------------------------------------------------------


@held("a.1", "ipcMain.removeHandler", "Silent when nothing is registered.")
@program
async def test_remove_handler_is_silent_without_a_handler() -> None:
    ipc_main.remove_handler("nobody")
    ipc_main.handle("ch", print)
    ipc_main.remove_handler("ch")
    ipc_main.remove_handler("ch")


@held("a.1", "ipcMain.removeHandler", "Afterwards `invoke` sees no handler, and another one may be registered.")
@program
async def test_a_removed_handler_makes_room_for_another() -> None:
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: "first")
    ipc_main.remove_handler("ch")
    assert await contents.execute("await outcome('ch')") == no_handler("ch")
    ipc_main.handle("ch", lambda _: "second")
    assert await contents.execute("await outcome('ch')") == {"resolved": "second"}


@held("a.1", "ipcMain.removeHandler", "An invocation that is running already is unaffected.")
@program
async def test_remove_handler_does_not_touch_an_invocation_that_runs() -> None:
    contents = await open_page(OUTCOME)
    gate = asyncio.Event()

    @ipc_main.handle("ch")
    async def handler(_: object) -> str:
        await gate.wait()
        return "finished"

    @ipc_main.on("remove")
    def remove(_: object) -> None:
        ipc_main.remove_handler("ch")
        gate.set()

    code = "first = ipc_renderer.invoke('ch')\nipc_renderer.send('remove')\n[await first, await outcome('ch')]"
    assert await contents.execute(code) == ["finished", no_handler("ch")]
