"""What the tests of EventEmitter share, apart from their fixtures."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from ipclab import EventEmitter

P = ParamSpec("P")

#: Seconds that a test may take which needs an event loop.
LIMIT = 10

#: The methods that take a name and a listener.
METHODS = (
    "on",
    "add_listener",
    "once",
    "prepend_listener",
    "prepend_once_listener",
    "off",
    "remove_listener",
)


def nothing(*_: object) -> None:
    pass


def pile_up(emitter: EventEmitter, count: int, name: str = "ping") -> None:
    for _ in range(count):
        emitter.on(name, nothing)


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an `async` test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), LIMIT))

    return run
