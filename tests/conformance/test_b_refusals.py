"""What structured clone refuses (semantics b): the list, each entry with what it says."""

from __future__ import annotations

import asyncio
import contextvars
import enum
import functools
import io
import mmap
import os
import re
import sys
import threading
import types
import uuid
import weakref
from collections import deque
from collections.abc import Callable
from datetime import UTC, date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from clones import clone, reason
from ipc import run_program
from rules import different, held, not_simulated


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def norm(self) -> int:
        return self.x


class Colour(enum.Enum):
    RED = 1


async def coroutine() -> None: ...


async def async_generator() -> Any:
    yield 1


def unstarted() -> Any:
    made = coroutine()
    made.close()
    return made


def future() -> Any:
    loop = asyncio.new_event_loop()
    made: asyncio.Future[None] = loop.create_future()
    loop.close()
    return made


Case = tuple[Callable[[], Any], str]


def check(make: Callable[[], Any], expected: str) -> None:
    assert reason(make()) == f"args[0] {expected}"
    assert reason([{"deep": make()}]) == f"args[0][0].deep {expected}"


FUNCTIONS: list[Case] = [
    (lambda: lambda: None, "is a function"),
    (lambda: coroutine, "is a function"),
    (lambda: print, "is a function"),
    (lambda: functools.partial(print), "is a function"),
    (lambda: functools.cache(print), "is a function"),
    (lambda: [].append, "is a function"),
    (lambda: Point(1).norm, "is a method"),
    (lambda: str.upper, "is a method"),
    (lambda: Point, "is a class"),
    (lambda: int, "is a class"),
    (lambda: list[int], "is a class"),
]


@held("b", "refused", "Functions, async functions and classes throw.")
@pytest.mark.parametrize(("make", "expected"), FUNCTIONS)
def test_functions_and_classes(make: Callable[[], Any], expected: str) -> None:
    check(make, expected)


PROMISES: list[Case] = [
    (unstarted, "is a coroutine"),
    (async_generator, "is an async generator"),
    (future, "is a future"),
    (lambda: (x for x in [1]), "is a generator"),
    (lambda: iter([]), "is an iterator: send list(value)"),
    (zip, "is an iterator: send list(value)"),
]


@held("b", "refused", "Promises, generators and iterators throw.")
@pytest.mark.parametrize(("make", "expected"), PROMISES)
def test_promises_and_iterators(make: Callable[[], Any], expected: str) -> None:
    check(make, expected)


KEPT_ALIVE = Point(1)

WEAK: list[Case] = [
    (lambda: weakref.ref(KEPT_ALIVE), "is a weak reference"),
    (lambda: weakref.WeakMethod(KEPT_ALIVE.norm), "is a weak reference"),
    (weakref.WeakSet, "is a WeakSet"),
    (weakref.WeakKeyDictionary, "is a WeakKeyDictionary"),
    (weakref.WeakValueDictionary, "is a WeakValueDictionary"),
]


@held("b", "refused", "WeakMap, WeakSet and WeakRef throw.")
@pytest.mark.parametrize(("make", "expected"), WEAK)
def test_weak_references(make: Callable[[], Any], expected: str) -> None:
    check(make, expected)


@held("b", "refused", "A Proxy throws, even around a plain object.")
def test_proxies_of_the_standard_library() -> None:
    check(lambda: weakref.proxy(KEPT_ALIVE), "is a weak reference")
    check(lambda: types.MappingProxyType({"a": 1}), "is a mappingproxy: send dict(value)")


@different(
    "b",
    "refused",
    "A Proxy throws, whatever it pretends to be.",
    "A Python class that answers to every name looks like any other: of its instances their own fields arrive.",
)
def test_an_object_that_answers_to_every_name_is_an_instance() -> None:
    class Answering:
        def __init__(self) -> None:
            self.own = 1

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self

    assert clone(Answering()) == {"own": 1}


HANDLES: list[Case] = [
    (lambda: os.environ, "is os.environ: send dict(value)"),
    (lambda: sys.__stderr__, "is a file"),
    (io.StringIO, "is a file: send value.getvalue()"),
    (threading.Lock, "is a lock"),
    (threading.RLock, "is a lock"),
    (asyncio.Lock, "is a lock"),
    (threading.Event, "is an Event"),
    (threading.local, "is a _local"),
    (lambda: contextvars.ContextVar("x"), "is a ContextVar"),
]


@held("b", "refused", "`process.env`, streams and other external handles throw.")
@pytest.mark.parametrize(("make", "expected"), HANDLES)
def test_handles(make: Callable[[], Any], expected: str) -> None:
    check(make, expected)


#: In a program of its own: Python keeps a process beside who has used shared memory.
SHARED = """
from multiprocessing.shared_memory import SharedMemory
from ipclab import DataCloneError, clone
shared = SharedMemory(create=True, size=10)
try:
    clone.encode(([shared],))
except DataCloneError as error:
    print(error)
finally:
    shared.close()
    shared.unlink()
"""


@held("b", "refused", "A SharedArrayBuffer throws.")
def test_shared_memory() -> None:
    with mmap.mmap(-1, 10) as memory:
        assert reason(memory) == "args[0] is a mmap"
    done = run_program(SHARED)
    assert done.stdout.splitlines()[-1:] == ["args[0][0] is a SharedMemory: send bytes(value.buf)"], done.stderr


@held("b", "refused", "A WebAssembly.Module, which is compiled code, throws.")
def test_compiled_code() -> None:
    check(lambda: compile("1", "<cell>", "eval"), "is a code")


@different(
    "b",
    "host objects",
    "`Math` and `JSON` become `{}` silently.",
    "Python's namespaces are modules. They are refused like functions: an empty dict in their place helps nobody.",
)
def test_modules() -> None:
    check(lambda: sys, "is a module")


OTHERS: list[Case] = [
    (lambda: Decimal("1.5"), "is a Decimal: send str(value) and rebuild it there"),
    (lambda: Fraction(1, 3), "is a Fraction: send str(value) and rebuild it there"),
    (lambda: uuid.UUID(int=5), "is a UUID: send str(value) and rebuild it there"),
    (lambda: Path("x"), "is a Path: send str(value) and rebuild it there"),
    (lambda: date(2024, 1, 1), "is a date: send value.isoformat() and rebuild it there"),
    (lambda: time(1, 2), "is a time: send value.isoformat() and rebuild it there"),
    (lambda: timedelta(1), "is a timedelta: send value.total_seconds() and rebuild it there"),
    (lambda: UTC, "is a time zone: send its name"),
    (lambda: 1j, "is a complex: send [value.real, value.imag]"),
    (lambda: range(3), "is a range: send list(value)"),
    (lambda: slice(3), "is a slice: send [value.start, value.stop, value.step]"),
    ({}.keys, "is a dict view: send list(value)"),
    (deque, "is a deque: send list(value)"),
    (lambda: Colour.RED, "is an Enum: send value.value and rebuild it there"),
    (lambda: re.match("", ""), "is a Match: send value.groups() or value.groupdict()"),
    (lambda: ..., "is an ellipsis"),
    (lambda: NotImplemented, "is a NotImplementedType"),
]


@held("b", "Python's own types", "Types that keep their state elsewhere are refused, with a hint how to send them.")
@pytest.mark.parametrize(("make", "expected"), OTHERS)
def test_types_that_keep_their_state_elsewhere(make: Callable[[], Any], expected: str) -> None:
    check(make, expected)


@different(
    "b",
    "refused",
    "Symbol values throw.",
    "Python has none. A bare `object()`, which may serve as one, is an instance without fields: an empty dict.",
)
def test_bare_objects_are_instances() -> None:
    assert clone([object()]) == [{}]


not_simulated("b", "refused", "`arguments` throws.", "Python's `*args` is an ordinary tuple.")
not_simulated("b", "refused", "`Intl.*` throws.", "Python's `locale` is a module of functions.")
not_simulated("b", "refused", "A MessagePort inside the arguments throws.", "There are no ports yet.")
not_simulated(
    "b",
    "NativeImage",
    "Electron's extension of the algorithm clones it, in all scale factors.",
    "There are no images.",
)
