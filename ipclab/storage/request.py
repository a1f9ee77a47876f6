"""What the methods of stores and indexes return."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from time import perf_counter
from typing import Any, Generic, TypeVar

R = TypeVar("R", covariant=True)

#: Seconds for which requests that follow each other may keep the page's loop from everything else.
TURN = 0.01

_turn_ends = 0.0


class Request(Generic[R]):
    """A request that has been done: await it for its result.

    As on the web a request is placed when it is called for, whether it is awaited or not. Unlike there, it is done
    then, and what goes wrong is raised by the call.
    """

    __slots__ = ("_result",)
    __clonable__ = False

    def __init__(self, result: R) -> None:
        self._result = result

    def __await__(self) -> Generator[Any, Any, R]:
        global _turn_ends
        if perf_counter() > _turn_ends:
            yield from asyncio.sleep(0).__await__()
            _turn_ends = perf_counter() + TURN
        return self._result

    def __repr__(self) -> str:
        return "<Request: await it for its result>"
