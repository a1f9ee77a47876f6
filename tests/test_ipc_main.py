"""`ipc_main` beyond Electron's rules: registering by decorators, and what the guard on `error` is in the trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import Error, ipc_main, trace
from ipclab.main.ipc_main import IpcMainImpl

# --- the guard on `error` in the trace ------------------------------------------------------------------------------


@program
async def test_electrons_guard_does_not_count_as_somebody_who_listens() -> None:
    contents = await open_page()
    await contents.execute("ipc_renderer.send('error', 'harmless')")
    assert trace[-1].outcome == "unheard"


@program
async def test_a_listener_of_ones_own_on_error_is_heard() -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("error", lambda _, *args: heard.append(args))
    await contents.execute("ipc_renderer.send('error', 'x')")
    assert heard == [("x",)]
    assert trace[-1].outcome == "delivered"


@program
async def test_a_listener_on_error_in_place_of_the_guard_counts_as_heard() -> None:
    contents = await open_page()
    ipc_main.remove_all_listeners()
    heard: list[object] = []
    ipc_main.on("error", lambda _, *args: heard.append(args))
    await contents.execute("ipc_renderer.send('error', 'x')")
    assert heard == [("x",)]
    assert trace[-1].outcome == "delivered"


# --- decorators ----------------------------------------------------------------------------------------------------


def decorators(emitter: IpcMainImpl) -> list[Callable[[str], Callable[..., Any]]]:
    return [
        emitter.on,
        emitter.once,
        emitter.prepend_listener,
        emitter.prepend_once_listener,
        emitter.handle,
        emitter.handle_once,
    ]


@program
async def test_registering_without_a_function_is_a_decorator_that_returns_the_function() -> None:
    """Design 4.1, emitters."""
    emitter = IpcMainImpl()

    def function(*_: object) -> None: ...

    for number, decorate in enumerate(decorators(emitter)):
        assert decorate(f"ch{number}")(function) is function
    assert [emitter.listeners(f"ch{number}") for number in range(4)] == [[function]] * 4
    with pytest.raises(Error, match="second handler for 'ch4'"):
        emitter.handle("ch4", function)
    with pytest.raises(Error, match="second handler for 'ch5'"):
        emitter.handle("ch5", function)
    assert emitter.on("ch", function) is emitter
    assert emitter.once("ch", function) is emitter


@program
async def test_a_decorated_handler_that_cannot_be_registered_says_so() -> None:
    ipc_main.handle("ch", print)
    with pytest.raises(Error, match="second handler for 'ch'"):

        @ipc_main.handle("ch")
        def again(_: object) -> None: ...
