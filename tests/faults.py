"""What may go wrong in the reader's code: exceptions of every kind, to be raised in any process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn


class Outside(BaseException):
    """Not an `Exception`: `except Exception` lets it pass."""


class Speechless(Exception):  # noqa: N818 (it is what the name says)
    """An exception whose text cannot be made."""

    def __str__(self) -> NoReturn:
        raise ValueError("no text")

    __repr__ = __str__


class Mute(Exception):  # noqa: N818
    """An exception whose text ends the code that asks for it, unless that is careful."""

    def __str__(self) -> NoReturn:
        raise Outside("no text")

    __repr__ = __str__


def raises(error: Callable[[], BaseException]) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error()

    return fail


def recurse() -> NoReturn:
    recurse()


def take_all_memory() -> NoReturn:
    raise AssertionError(len(bytes(1 << 62)))


def chained() -> NoReturn:
    try:
        raise Speechless
    except Speechless as error:
        raise Mute from error


#: By name, code that fails.
FAULTS: dict[str, Callable[[], NoReturn]] = {
    "ValueError": raises(lambda: ValueError("boom")),
    "BaseException": raises(lambda: Outside("boom")),
    "CancelledError": raises(lambda: asyncio.CancelledError("boom")),
    "GeneratorExit": raises(GeneratorExit),
    "KeyboardInterrupt": raises(KeyboardInterrupt),
    "StopIteration": raises(StopIteration),
    "RecursionError": recurse,
    "MemoryError": take_all_memory,
    "without text": raises(Speechless),
    "mute": chained,
    "BaseExceptionGroup": raises(lambda: BaseExceptionGroup("boom", [Outside(1), KeyboardInterrupt()])),
}


def fail(kind: str) -> NoReturn:
    """Fail in the way that has this name."""
    FAULTS[kind]()
