"""Structured clone: the design's table in both directions, refusals, and payloads that no ipclab process sends."""

from __future__ import annotations

import array
import asyncio
import copy
import enum
import functools
import inspect
import io
import math
import pickle
import random
import re
import subprocess
import sys
import threading
import types
import uuid
import weakref
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from ipclab.clone import decode, encode, preview, size
from ipclab.clone.wire import CHAIN_LIMIT, OUT_OF_BAND
from ipclab.errors import DataCloneError, ProtocolError
from ipclab.undefined_value import undefined


def clone(value: Any) -> Any:
    """Send `value` the way a link does: payload and buffers as fresh objects on the other side."""
    payload, buffers = encode(value)
    return decode(bytes(payload), [bytearray(buffer) for buffer in buffers])


def reason(value: Any) -> str:
    """Return the line that says where and why `value` is refused."""
    with pytest.raises(DataCloneError) as caught:
        encode((value,))
    first, second = str(caught.value).split("\n")
    assert first == "An object could not be cloned."
    return second


def exact(value: Any) -> str:
    """Return a text that tells types apart, 0.0 from -0.0, and is the same for equal sets and for any two NaN."""
    name = type(value).__name__
    if isinstance(value, list | tuple):
        return f"{name}[{', '.join(map(exact, value))}]"
    if isinstance(value, dict):
        return f"{name}[{', '.join(f'{exact(key)}: {exact(item)}' for key, item in value.items())}]"
    if isinstance(value, set | frozenset):
        return f"{name}[{', '.join(sorted(map(exact, value)))}]"
    if isinstance(value, int):
        return f"{name} {value:x}"
    return f"{name} {value!r}"


def same(a: Any, b: Any) -> bool:
    """Compare as `exact` tells things apart."""
    return exact(a) == exact(b)


# --- values that arrive as themselves


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, 1, -1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 1 << 40_000),
        *(-(1 << 40_000), 0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 5e-324),
        *("", "abc", "渲染进程参数1", "\x00", "🎉", "\ud800", "a\udfff b", "\ud83c\udf89", b"", b"\xff\x00"),
        *(datetime(1, 1, 1), datetime(2024, 2, 29, 23, 59, 59, 999_999), datetime(2024, 10, 27, 2, 30, fold=1)),
        *(datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=UTC), datetime.max),
        datetime(2024, 5, 6, tzinfo=timezone(timedelta(hours=-5, minutes=-45, seconds=-7, microseconds=-3))),
        *(re.compile("a+(?P<b>c)", re.IGNORECASE | re.DOTALL), re.compile(b"\xff.", re.MULTILINE)),
        *(re.compile("(?x) a b"), re.compile("\ud800")),
        *(bytearray(b"abc"), bytearray(), array.array("d", [1.0, -2.5]), array.array("B")),
    ],
    ids=preview,
)
def test_arrives_as_itself(value: Any) -> None:
    for got in (clone(value), clone([value])[0], clone({"key": value})["key"], clone((value, {1}))[0]):
        assert same(got, value)
    if isinstance(value, datetime):
        assert (clone(value).utcoffset(), clone(value).fold) == (value.utcoffset(), value.fold)
    if isinstance(value, array.array):
        assert clone(value).typecode == value.typecode


def test_undefined_is_one_falsy_object_and_not_null() -> None:
    """Structured clone keeps undefined and null apart, and the key of an undefined property."""
    got = clone([undefined, None, {"a": undefined}, {undefined}])
    assert got[0] is undefined
    assert got[1] is None
    assert got[2]["a"] is undefined
    assert got[3] == {undefined}
    assert not undefined
    assert repr(undefined) == "undefined"
    assert copy.copy(undefined) is copy.deepcopy(undefined) is pickle.loads(pickle.dumps(undefined)) is undefined
    assert type(undefined)() is undefined


@pytest.mark.parametrize("typecode", "bBhHiIlLqQfd")
def test_array_keeps_its_type(typecode: str) -> None:
    got = clone(array.array(typecode, [0, 1, 100]))
    assert (got.typecode, got.tolist()) == (typecode, [0, 1, 100])


def test_memoryviews_arrive_as_bytearrays() -> None:
    """As with a DataView the bytes travel; other than in JavaScript only those that are viewed."""
    whole = memoryview(b"abcdef")
    assert same(clone([whole, whole[1:3], whole[::2]]), [bytearray(b"abcdef"), bytearray(b"bc"), bytearray(b"ace")])
    assert clone(memoryview(array.array("H", [1, 2]))) == array.array("H", [1, 2]).tobytes()
    view = memoryview(b"gone")
    view.release()
    assert reason(view).startswith("args[0] raised ValueError(")


# --- containers


def test_arguments_arrive_as_a_list() -> None:
    assert same(clone((1, "a", (2, [3, (4,)]))), [1, "a", [2, [3, [4]]]])
    assert same(clone(()), [])


Pair = namedtuple("Pair", "left right")


def test_tuples_and_frozensets_stay_only_where_they_must_be_hashed() -> None:
    assert same(clone(Pair(1, (2, 3))), [1, [2, 3]])
    assert same(clone({(1, ("a", None)): (1, 2)}), {(1, ("a", None)): [1, 2]})
    assert same(clone({Pair(1, 2): 0}), {(1, 2): 0})
    assert same(clone(frozenset({1, 2})), {1, 2})
    assert same(clone({frozenset({1}): frozenset({1})}), {frozenset({1}): {1}})
    assert same(clone({(1, frozenset({b"x", (2.5, undefined)}))}), {(1, frozenset({b"x", (2.5, undefined)}))})


@pytest.mark.parametrize(
    "key",
    [None, True, 1, 2**70, 1.5, "a", "\ud800", b"x" * OUT_OF_BAND, undefined, datetime(2024, 1, 2), re.compile("x")],
)
def test_keys_and_members(key: Any) -> None:
    assert same(clone({key: 1}), {key: 1})
    assert same(clone({key}), {key})
    assert same(clone({(key, 1)}), {(key, 1)})


def test_dict_subclasses_arrive_as_dicts_in_their_order() -> None:
    ordered = OrderedDict(a=1, b=2, c=3)
    ordered.move_to_end("a")
    got = clone(ordered)
    assert type(got) is dict
    assert list(got.items()) == [("b", 2), ("c", 3), ("a", 1)]
    assert same(clone(defaultdict(list, {"x": [1]})), {"x": [1]})
    assert same(clone(Counter("aab")), {"a": 2, "b": 1})
    assert list(clone({"b": 1, "a": {2: 0, 1: 0}})) == ["b", "a"]


class Loud:
    """Overrides what `list(value)`, `str(value)` and the like call: a clone must not notice."""

    def shout(self, *_: object) -> Any:
        raise AssertionError("a method of the value was called")

    __bytes__ = __iter__ = __len__ = __getitem__ = keys = values = items = shout
    __str__ = __int__ = __float__ = __eq__ = __bool__ = shout
    __hash__ = None  # type: ignore[assignment]


def loud(base: type, *args: Any) -> Any:
    namespace = {name: member for name, member in vars(Loud).items() if name not in ("__dict__", "__weakref__")}
    if base in (int, float, str, bytes, tuple, frozenset):
        namespace["__hash__"] = base.__hash__
    return type(f"Loud{base.__name__}", (base,), namespace)(*args)


@pytest.mark.parametrize(
    "value",
    [7, 2**80, 1.5, "text", b"bytes", [1, [2]], {1, 2}, frozenset({1}), (1, 2), {"a": 1}, bytearray(b"x")],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_arrive_as_the_base_type(value: Any) -> None:
    got = clone([loud(type(value), value)])[0]
    expected = list(value) if type(value) is tuple else set(value) if type(value) is frozenset else value
    assert same(got, expected)


class Summer(tzinfo):
    def utcoffset(self, _: object) -> timedelta:
        return timedelta(hours=2)

    def dst(self, _: object) -> timedelta:
        return timedelta(hours=1)

    def tzname(self, _: object) -> str:
        return "Summer"


def test_datetimes_keep_the_offset_but_not_the_zone() -> None:
    """The receiver may not have the zone's class, and need not run its code."""
    sent = type("Moment", (datetime,), {})(2024, 7, 1, 12, tzinfo=Summer())
    got = clone(sent)
    assert type(got) is datetime
    assert got == sent
    assert got.tzinfo == timezone(timedelta(hours=2))


class Level(enum.IntEnum):
    HIGH = 3


def test_enums_that_are_numbers_or_texts_arrive_as_those() -> None:
    """The table's row on subclasses comes before that on Enum."""
    assert same(clone([Level.HIGH, {Level.HIGH: 1}]), [3, {3: 1}])


# --- instances


@dataclass
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    limit = 9

    def norm(self) -> float:
        return math.hypot(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Slotted:
    z: int
    a: object = None


class Base:
    __slots__ = ("__private", "_base", "unset")

    def __init__(self) -> None:
        self.__private = 1
        self._base = 2


class Derived(Base):
    """Has slots below and a dict above."""

    def __init__(self) -> None:
        super().__init__()
        self.own = {"deep": Point(1)}

    @property
    def computed(self) -> int:
        raise AssertionError("accessors on the class are not read")


T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item


def test_instances_arrive_as_dicts_of_their_own_fields() -> None:
    """Own enumerable fields only: methods, class fields, accessors and the class are lost."""
    assert same(clone(Point(1)), {"x": 1, "y": 2, "tags": []})
    assert same(clone(Slotted(1, (2,))), {"z": 1, "a": [2]})
    assert list(clone(Slotted(1))) == ["z", "a"]
    expected = {"_Base__private": 1, "_base": 2, "own": {"deep": {"x": 1, "y": 2, "tags": []}}}
    assert same(clone(Derived()), expected)
    assert same(clone(Box[int](5)), {"item": 5})
    assert same(clone(types.SimpleNamespace(a=1)), {"a": 1})
    assert same(clone(object()), {})
    assert same(clone(ChainMap({"a": 1})), {"maps": [{"a": 1}]})


def test_instance_cycles_survive() -> None:
    parent, child = types.SimpleNamespace(), types.SimpleNamespace()
    parent.child, child.parent = child, parent
    got = clone(parent)
    assert got["child"]["parent"] is got


# --- exceptions


class CustomError(ValueError):
    def __init__(self, code: int, *, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.detail} ({self.code})"


class CustomKeyError(KeyError):
    def __str__(self) -> str:
        return "no such key"


def syntax_error() -> SyntaxError:
    with pytest.raises(SyntaxError) as caught:
        compile("1 +", "cell.py", "exec")
    return caught.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("boom"), ValueError),
        (ValueError(), ValueError),
        (TypeError("a", 1, None), TypeError),
        (ValueError("list", [1, 2]), ValueError),
        (KeyError("user"), KeyError),
        (KeyError("user", 2), KeyError),
        (KeyError(Slotted(1)), KeyError),
        (CustomKeyError("x"), KeyError),
        (CustomError(5, detail="bad"), ValueError),
        (OSError(2, "No such file or directory", "x.txt"), FileNotFoundError),
        (FileNotFoundError(2, "No such file", Path("x.txt")), FileNotFoundError),
        (type("Own", (OSError,), {})(2, "mine"), OSError),
        (OSError("text only"), OSError),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), UnicodeDecodeError),
        (UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range"), UnicodeEncodeError),
        (UnicodeTranslateError("é", 0, 1, "no"), UnicodeTranslateError),
        (syntax_error(), SyntaxError),
        (ImportError("no module", name="x", path="y"), ImportError),
        (AttributeError("no attribute", name="x", obj=5), AttributeError),
        (StopIteration(5), StopIteration),
        (SystemExit(3), SystemExit),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (asyncio.CancelledError("stop"), BaseException),
        (UserWarning("careful"), UserWarning),
        (ExceptionGroup("many", [ValueError("a"), KeyError("b")]), ExceptionGroup),
        (BaseExceptionGroup("worse", [KeyboardInterrupt()]), BaseExceptionGroup),
        (Exception("\ud800"), Exception),
        (DataCloneError("args[0]", "is a function"), Exception),
    ],
    ids=repr,
)
def test_exceptions_arrive_as_the_nearest_builtin_class(error: BaseException, expected: type) -> None:
    """Error classes that the algorithm does not know lose their name; message and cause stay, own fields go."""
    error.note = "lost"  # type: ignore[attr-defined]
    error.__cause__ = ZeroDivisionError("why")
    got: BaseException = clone([error])[0]
    assert type(got) is expected
    assert str(got) == str(error)
    assert not hasattr(got, "note")
    assert type(got.__cause__) is ZeroDivisionError
    assert str(got.__cause__) == "why"
    assert str(clone(got)) == str(error)


def test_arguments_of_exceptions() -> None:
    assert clone(KeyError(("a", 1))).args == (("a", 1),)
    assert clone(OSError(13, "denied", "f")).filename == "f"
    assert clone(ValueError("list", [1])).args == ("('list', [1])",)


def test_exception_groups_keep_their_members() -> None:
    inner = ExceptionGroup("inner", [ValueError("a")])
    shared = TypeError("shared")
    got_shared, got = clone([shared, ExceptionGroup("outer", [shared, inner])])
    assert got.exceptions[0] is got_shared
    assert got.exceptions[1].exceptions[0].args == ("a",)


def test_exceptions_in_cycles_and_sets() -> None:
    first, second = ValueError("first"), TypeError("second")
    first.__cause__, second.__cause__ = second, first
    got = clone([first, {first: "key"}, {second}])
    assert got[0].__cause__.__cause__ is got[0]
    assert list(got[1]) == [got[0]]
    assert list(got[2]) == [got[0].__cause__]
    itself = ExceptionGroup("group", [first])
    first.__cause__ = itself
    got = clone(itself)
    assert got.exceptions[0].__cause__ is got


@pytest.mark.parametrize("kind", [ValueError, OSError])
def test_chains_of_causes_have_a_limit(kind: type[Exception]) -> None:
    """Freeing a chain of OSErrors recurses in C, so a longer one is refused on both sides."""
    error = kind("end")
    for _ in range(CHAIN_LIMIT):
        cause, error = error, kind("link")
        error.__cause__ = cause
    got = clone(error)
    depth = 0
    while got.__cause__ is not None:
        got, depth = got.__cause__, depth + 1
    assert depth == CHAIN_LIMIT
    longer = kind("link")
    longer.__cause__ = error
    assert reason(longer) == "args[0] has more than 1000 causes behind it"
    nodes = [[17, "OSError", "x", None, [i + 1], None] for i in range(CHAIN_LIMIT + 1)]
    nodes.append([17, "OSError", "x", None, None, None])
    with pytest.raises(ProtocolError):
        decode(msgpack.encode([1, [0], nodes]))


# --- one graph


def test_shared_references_and_cycles_survive_across_arguments() -> None:
    """The args array of one call is a single clone graph."""
    shared: dict[str, Any] = {"n": 1}
    data = bytearray(b"x")
    numbers = array.array("i", [1])
    itself: list[Any] = [shared]
    itself.append(itself)
    shared["self"] = shared
    a, b, (c, d), e, f = clone((shared, itself, (shared, data), {"data": data, "n": numbers}, numbers))
    assert a is b[0] is c
    assert a["self"] is a
    assert b[1] is b
    assert d is e["data"]
    assert e["n"] is f


def test_separate_calls_share_nothing() -> None:
    value: list[Any] = [[]]
    assert clone(value) is not clone(value)
    assert clone([[], []])[0] is not clone([[], []])[1]
    a, b = clone([(), ()])
    assert a is not b


def test_a_set_may_be_shared() -> None:
    members = {1}
    a, b = clone((members, [members]))
    assert a is b[0]


def test_sharing_does_not_expand() -> None:
    """A tree of 2**64 paths is 64 nodes, on the way and after it."""
    value: list[Any] = []
    for _ in range(64):
        value = [value, value]
    payload, _ = encode(value)
    assert len(payload) < 1000
    got: Any = decode(payload)
    for _ in range(64):
        assert got[0] is got[1]
        got = got[0]


DEEP = 100_000


def descend(value: Any, step: Callable[[Any], Any]) -> int:
    depth = 0
    while value:
        value, depth = step(value), depth + 1
    return depth


def test_nesting_100_000_deep_passes() -> None:
    nested_list: list[Any] = []
    nested_dict: dict[str, Any] = {}
    nested_tuple: tuple[Any, ...] = ()
    nested_instance: Any = None
    for _ in range(DEEP):
        nested_list = [nested_list]
        nested_dict = {"n": nested_dict}
        nested_tuple = (nested_tuple,)
        nested_instance = Box(nested_instance)
    assert descend(clone(nested_list), lambda v: v[0]) == DEEP
    assert descend(clone(nested_dict), lambda v: v["n"]) == DEEP
    assert descend(clone(nested_tuple), lambda v: v[0]) == DEEP
    assert descend(clone(nested_instance), lambda v: v["item"]) == DEEP


def test_a_refusal_100_000_deep_has_a_bounded_path() -> None:
    value: Any = print
    for _ in range(DEEP):
        value = [value]
    path = reason(value)
    assert path.startswith("args[0][0]")
    assert path.endswith("[0] is a function")
    assert len(path) < 250


def test_keys_may_not_nest_deep() -> None:
    """Hashing recurses in C and is not cached by tuples: the receiver's stack and time are bounded by the format."""
    key: Any = ()
    for _ in range(DEEP):
        key = frozenset([key])
    assert reason({key}).endswith(" is nested more than 32 deep in a key")
    wide: Any = frozenset([0])
    for i in range(15):
        wide = frozenset([(wide, i), (wide, -i - 1)])
    assert reason({wide: 1}).endswith(" has more than 100,000 parts")


def test_callers_deep_in_the_stack_can_still_send() -> None:
    nested_30 = nested(30)

    def descend_and_send(depth: int) -> Any:
        return encode([nested_30]) if depth == 0 else descend_and_send(depth - 1)

    room = sys.getrecursionlimit() - len(inspect.stack(0)) - 25
    payload, _ = descend_and_send(room)
    assert same(decode(payload), [nested_30])


# --- large data


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 262147, 3145729])
def test_large_data_travels_beside_the_payload(length: int) -> None:
    data = random.Random(length).randbytes(length)
    mutable = bytearray(data)
    numbers = array.array("B", data)
    payload, buffers = encode([data, mutable, memoryview(data), numbers, data])
    assert len(buffers) == (4 if length >= OUT_OF_BAND else 0)
    assert size(payload, buffers) < 5 * length + 200
    got = clone([data, mutable, memoryview(data), numbers])
    assert same(got, [data, mutable, bytearray(data), numbers])


def test_nothing_large_is_copied_on_the_way_out() -> None:
    data, mutable = bytes(OUT_OF_BAND), bytearray(OUT_OF_BAND)
    numbers = array.array("d", bytes(OUT_OF_BAND))
    _, buffers = encode([data, mutable, numbers, memoryview(data)[1:]])
    assert buffers[0] is data
    assert buffers[1] is mutable
    numbers[0] = 1.0
    assert bytes(buffers[2]) == numbers.tobytes()
    assert len(buffers) == 3
    del buffers
    mutable.append(1)


def test_buffers_of_the_right_type_are_not_copied_on_the_way_in() -> None:
    payload, buffers = encode([bytes(OUT_OF_BAND), bytearray(OUT_OF_BAND)])
    arrived: list[Any] = [bytes(buffers[0]), bytearray(buffers[1])]
    got: Any = decode(payload, arrived)
    assert got[0] is arrived[0]
    assert got[1] is arrived[1]
    assert same(decode(payload, [memoryview(b) for b in arrived]), got)


def test_bytes_sent_twice_travel_once() -> None:
    data = bytes(OUT_OF_BAND)
    payload, buffers = encode([data, {"again": data}])
    assert len(buffers) == 1
    assert decode(payload, buffers) == [data, {"again": data}]


# --- refusals


def test_the_path_names_the_place() -> None:
    assert reason({"user": {"callback": lambda: None}}) == "args[0].user.callback is a function"
    with pytest.raises(DataCloneError) as caught:
        encode([1, {"a": [0, {"odd key": print}]}])
    assert (caught.value.path, caught.value.reason) == ("args[1].a[1]['odd key']", "is a function")
    with pytest.raises(DataCloneError) as caught:
        encode(print, "result")
    assert str(caught.value) == "An object could not be cloned.\nresult is a function"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({1: print}, "args[0][1] is a function"),
        ({(1, "a"): print}, "args[0][(1, 'a')] is a function"),
        ({print: 1}, "args[0].<key> is a function"),
        ({(1, print): 1}, "args[0].<key>[1] is a function"),
        ({print}, "args[0].<member> is a function"),
        ({frozenset({print})}, "args[0].<member>[0] is a function"),
        (Point(1, tags=[print]), "args[0].tags[0] is a function"),  # type: ignore[list-item]
        (Slotted(1, {"": print}), "args[0].a[''] is a function"),
        ({"x" * 100: print}, f"args[0]['{'x' * 58}…] is a function"),
        (Slotted(Slotted), "args[0].z is a class"),  # type: ignore[arg-type]
        ({Slotted(1): 1}, "args[0].<key> is a Slotted, which arrives as a dict and cannot be a key"),
        ({memoryview(b"x")}, "args[0].<member> is a memoryview, which arrives as a bytearray and cannot be a key"),
    ],
)
def test_paths(value: Any, expected: str) -> None:
    assert reason(value) == expected


def test_the_path_leads_through_causes() -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    error = ExceptionGroup("g", [ValueError("fine")])
    error.exceptions[0].__cause__ = SilentError()
    assert reason({"e": error}) == "args[0].e.exceptions[0].__cause__ raised RuntimeError('no text')"


class Window:
    __clonable__ = False


class Emitter(Window):
    pass


class Colour(enum.Enum):
    RED = 1


async def coroutine() -> None: ...


async def async_generator() -> Any:
    yield 1


def refused() -> list[tuple[Any, str]]:
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.close()
    unstarted = coroutine()
    unstarted.close()
    return [
        (lambda: None, "is a function"),
        (coroutine, "is a function"),
        (print, "is a function"),
        (functools.partial(print), "is a function"),
        (functools.cache(print), "is a function"),
        ([].append, "is a function"),
        (Point(1).norm, "is a method"),
        (str.upper, "is a method"),
        (Point, "is a class"),
        (int, "is a class"),
        (list[int], "is a class"),
        (sys, "is a module"),
        (unstarted, "is a coroutine"),
        (async_generator(), "is an async generator"),
        (future, "is a future"),
        ((x for x in [1]), "is a generator"),
        (iter([]), "is an iterator: send list(value)"),
        (zip(), "is an iterator: send list(value)"),
        (threading.Lock(), "is a lock"),
        (threading.RLock(), "is a lock"),
        (asyncio.Lock(), "is a lock"),
        (threading.Event(), "is an Event"),
        (threading.local(), "is a _local"),
        (io.StringIO(), "is a file: send value.getvalue()"),
        (sys.__stderr__, "is a file"),
        (weakref.ref(Point), "is a weak reference"),
        (Window(), "is a Window"),
        (Emitter(), "is an Emitter"),
        (Decimal("1.5"), "is a Decimal: send str(value) and rebuild it there"),
        (Fraction(1, 3), "is a Fraction: send str(value) and rebuild it there"),
        (uuid.UUID(int=5), "is a UUID: send str(value) and rebuild it there"),
        (Path("x"), "is a Path: send str(value) and rebuild it there"),
        (date(2024, 1, 1), "is a date: send value.isoformat() and rebuild it there"),
        (time(1, 2), "is a time: send value.isoformat() and rebuild it there"),
        (timedelta(1), "is a timedelta: send value.total_seconds() and rebuild it there"),
        (UTC, "is a time zone: send its name"),
        (1j, "is a complex: send [value.real, value.imag]"),
        (range(3), "is a range: send list(value)"),
        (slice(3), "is a slice: send [value.start, value.stop, value.step]"),
        ({}.keys(), "is a dict view: send list(value)"),
        (deque(), "is a deque: send list(value)"),
        (types.MappingProxyType({}), "is a mappingproxy: send dict(value)"),
        (Colour.RED, "is an Enum: send value.value and rebuild it there"),
        (re.match("", ""), "is a Match: send value.groups() or value.groupdict()"),
        (..., "is an ellipsis"),
        (NotImplemented, "is a NotImplementedType"),
        (coroutine.__code__, "is a code"),
    ]


@pytest.mark.parametrize(("value", "expected"), refused(), ids=lambda item: item if isinstance(item, str) else "")
def test_refused(value: Any, expected: str) -> None:
    assert reason(value) == f"args[0] {expected}"
    assert reason([{"deep": value}]) == f"args[0][0].deep {expected}"


def test_a_subclass_of_a_cloned_type_can_refuse() -> None:
    assert reason(type("Elements", (list,), {"__clonable__": False})()) == "args[0] is an Elements"


def test_exceptions_of_the_values_own_code_refuse_it() -> None:
    """A throwing getter aborts, and its own exception is replaced by the clone error."""

    class Lazy:
        @property
        def __dict__(self) -> Any:  # type: ignore[override]
            raise KeyError("lazy")

    class Zone(tzinfo):
        def utcoffset(self, _: object) -> Any:
            raise OSError("no zone data")

        dst = tzname = utcoffset

    assert reason({"a": Lazy()}) == "args[0].a raised KeyError('lazy')"
    assert reason([datetime(2024, 1, 1, tzinfo=Zone())]) == "args[0][0] raised OSError('no zone data')"
    with pytest.raises(DataCloneError) as caught:
        encode(Lazy())
    assert isinstance(caught.value.__cause__, KeyError)


# --- numpy, where it is installed


@pytest.mark.parametrize(
    "make",
    [
        lambda numpy: numpy.zeros((2, 3), "int32"),
        lambda numpy: numpy.array(5.0),
        lambda numpy: numpy.array([], "f4"),
        lambda numpy: numpy.zeros((0, 3)),
        lambda numpy: numpy.arange(12, dtype=">i2").reshape(3, 4).T,
        lambda numpy: numpy.arange(10)[::3],
        lambda numpy: numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
        lambda numpy: numpy.array([True, False]),
        lambda numpy: numpy.array([1 + 2j], "c8"),
        lambda numpy: numpy.array(["2024-01-01", "NaT"], "M8[ns]"),
        lambda numpy: numpy.array([5], "m8[25s]"),
        lambda numpy: numpy.array(["渲染", "x"]),
        lambda numpy: numpy.array([b"a", b"bc"]),
        lambda numpy: numpy.array([b"abcd"], "V4"),
        lambda numpy: numpy.arange(20_000.0),
    ],
)
def test_numpy_arrays(make: Callable[[Any], Any]) -> None:
    numpy = pytest.importorskip("numpy")
    value = make(numpy)
    got, again, _ = clone([value, value, {1}])
    assert type(got) is numpy.ndarray
    assert (got.dtype, got.shape) == (value.dtype, value.shape)
    assert got.tobytes() == value.tobytes()
    assert got is again
    assert got.flags.writeable


def test_numpy_refusals() -> None:
    numpy = pytest.importorskip("numpy")
    assert reason(numpy.int64(1)) == "args[0] is a numpy scalar: send value.item()"
    assert same(clone([numpy.float64(1.5), numpy.str_("x")]), [1.5, "x"])
    assert reason(numpy.ma.array([1])) == "args[0] is a MaskedArray: send numpy.asarray(value)"
    suffix = ": send an array of numbers or of fixed-length strings"
    assert reason(numpy.array([print])) == f"args[0] is a numpy array of object{suffix}"
    assert reason(numpy.zeros(1, "i4,f4")) == f"args[0] is a numpy array of void64{suffix}"


def test_large_numpy_arrays_are_not_copied() -> None:
    numpy = pytest.importorskip("numpy")
    value = numpy.zeros(20_000)
    payload, [buffer] = encode(value)
    value[0] = 1.0
    arrived = bytearray(buffer)
    assert arrived == value.tobytes()
    got: Any = decode(payload, [arrived])
    got[1] = 5.0
    assert arrived == got.tobytes()


@pytest.mark.parametrize(
    ("dtype", "shape", "data"),
    [
        ("|O", [1], bytes(8)),
        ("O", [1], bytes(8)),
        ("<i4", [2], bytes(4)),
        ("<i4", [-1, -1], bytes(4)),
        ("<i4", [True], bytes(4)),
        ("<i4", 1, bytes(4)),
        ("<i4", [1] * 100, bytes(4)),
        ("<i4,<i4", [1], bytes(8)),
        ("(1000000,)<i4", [0], b""),
        ("<i3", [0], b""),
        ("|S0", [5], b""),
        ("|V", [2**40], b""),
        ("i4", [1], bytes(4)),
        ("", [1], b""),
        ("<f8", [0, 2**62, 2**62], b""),
        (5, [1], bytes(4)),
    ],
)
def test_malformed_numpy_arrays(dtype: Any, shape: Any, data: bytes) -> None:
    pytest.importorskip("numpy")
    with pytest.raises(ProtocolError):
        decode(msgpack.encode([1, [0], [[16, dtype, shape, data]]]))


# --- round trips


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=[]), max_size=8)
    | st.binary(max_size=8)
    | st.just(undefined)
    | st.datetimes(timezones=st.none() | st.just(UTC))
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
values = st.recursive(
    scalars | st.sets(hashables, max_size=4) | st.binary(max_size=8).map(bytearray),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(hashables, inner, max_size=4),
    max_leaves=20,
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8) | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_round_trip(value: Any) -> None:
    assert same(clone(value), value)


@settings(max_examples=100, deadline=None)
@given(plain)
def test_plain_and_general_form_agree(value: Any) -> None:
    payload, _ = encode(value)
    assert payload[:2] == b"\x92\x01"
    alone, general = clone(value), clone([value, undefined])[0]
    assert same(alone, general)


# --- payloads that no ipclab process sends


def survives(payload: bytes, buffers: list[bytes | bytearray] | None = None) -> bool:
    """Decode a doubtful payload: a value (then true) or a ProtocolError; anything else fails the test."""
    try:
        decode(payload, buffers or [])
    except ProtocolError:
        return False
    return True


def rich() -> Any:
    error = OSError(2, "gone", "f")
    error.__cause__ = ExceptionGroup("g", [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")])
    shared: list[Any] = [1, "two", 3.0, None, undefined, 2**90, "\ud800", datetime(2024, 1, 2, tzinfo=UTC)]
    shared.append(shared)
    return [
        shared,
        {("k", frozenset({1})): re.compile("a|b", re.I), "bytes": bytearray(b"xyz")},
        {1, "a", (2, 3)},
        error,
        array.array("h", [1, 2, 3]),
        bytes(OUT_OF_BAND),
        Point(1),
    ]


def test_truncations() -> None:
    payload, buffers = encode(rich())
    taken = [bytes(buffer) for buffer in buffers]
    assert survives(payload, list(taken))
    for end in range(len(payload)):
        assert not survives(payload[:end], list(taken))
    assert not survives(payload + b"\x00", list(taken))
    assert not survives(payload, [])
    assert not survives(payload, [*taken, b"one too many"])
    plain_payload, _ = encode([1, {"a": "b"}])
    for end in range(len(plain_payload)):
        assert not survives(plain_payload[:end])
    assert not survives(plain_payload, [b""])


def test_mutations() -> None:
    source = random.Random(4)
    payload, buffers = encode(rich())
    for _ in range(20_000):
        mutated = bytearray(payload)
        for _ in range(source.randint(1, 3)):
            mutated[source.randrange(len(mutated))] = source.randrange(256)
        survives(bytes(mutated), [bytes(buffer) for buffer in buffers])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes(data: bytes) -> None:
    survives(data)
    survives(b"\x92\x01" + data)
    survives(b"\x93\x01\x91\x00" + data)


wire = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 20) | st.sampled_from(["x", "", "KeyError", b"", b"\xff", 1.5]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 2), inner, max_size=2),
    max_leaves=12,
)
shaped = st.one_of(
    st.tuples(st.just(10), st.lists(wire, max_size=4)),
    st.tuples(st.just(11), st.lists(wire, max_size=3), st.lists(wire, max_size=3)),
    st.tuples(st.just(12), st.lists(wire, max_size=4)),
    st.tuples(st.sampled_from([13, 14]), wire),
    st.tuples(st.just(15), st.sampled_from("bBuwdqzO") | wire, wire),
    st.tuples(
        st.just(17), st.sampled_from(["KeyError", "OSError", "ExceptionGroup", "print", "UnicodeDecodeError"]) | wire
    ).flatmap(lambda head: st.tuples(st.text(max_size=2) | wire, wire, wire, wire).map(lambda tail: (*head, *tail))),
    wire,
)


@settings(max_examples=400, deadline=None)
@given(wire, st.lists(shaped, max_size=4))
def test_nodes_of_every_shape(slot: Any, nodes: list[Any]) -> None:
    survives(msgpack.encode([1, slot, nodes]), [bytearray(3)])


LIST_OF_NOTHING = [10, []]


@pytest.mark.parametrize(
    ("slot", "nodes"),
    [
        ([0], []),
        ([-1], [LIST_OF_NOTHING]),
        ([1], [LIST_OF_NOTHING]),
        ([True], [LIST_OF_NOTHING, LIST_OF_NOTHING]),
        ([0.0], [LIST_OF_NOTHING]),
        (["0"], [LIST_OF_NOTHING]),
        ({}, []),
        (0, {}),
        (0, None),
        ([0], [[10]]),
        ([0], [[10, 5]]),
        ([0], [[10, {}]]),
        ([0], [[10, [], []]]),
        ([0], [[10, [[7]]]]),
        ([0], [[10, [{}]]]),
        ([0], [[9, []]]),
        ([0], [b"\x0d\x00"]),
        ([0], [[11, ["a"], []]]),
        ([0], [[11, [[0]], [1]]]),
        ([0], [[11, [{}], [1]]]),
        ([0], [[12, [[4, [[0]]]]]]),
        ([0], [[12, [[4, 1]]]]),
        ([0], [[13, "text"]]),
        ([0], [[13, 0]]),
        ([0], [[14, -1]]),
        ([0], [[15, "i", b"123"]]),
        ([0], [[15, "O", b""]]),
        ([0], [[15, 5, b""]]),
        ([0], [[15, "u", b"\xff" * 4]]),
        ([0], [[17, "print", "", None, None, None]]),
        ([0], [[17, "object", "", None, None, None]]),
        ([0], [[17, "Nonsense", "", None, None, None]]),
        ([0], [[17, "ValueError", 5, None, None, None]]),
        ([0], [[17, "ValueError", "", 5, None, None]]),
        ([0], [[17, "ValueError", "", [[0]], None, None]]),
        ([0], [[17, "ValueError", "", None, 5, None]]),
        ([0], [[17, "ValueError", "", None, [1], None], LIST_OF_NOTHING]),
        ([0], [[17, "ExceptionGroup", "", ["a"], None, [[0]]]]),
        ([0], [[17, "ExceptionGroup", "", ["a"], None, [[1]]], [17, "ExceptionGroup", "", ["a"], None, [[0]]]]),
        ([0], [[17, "ExceptionGroup", "", ["a"], None, [[1]]], LIST_OF_NOTHING]),
        ([0, "text"], []),
        ([1, b"\xff"], []),
        ([2, "yesterday", 0], []),
        ([2, "2024-01-01", 2], []),
        ([2, 5, 0], []),
        ([3, "(", 0], []),
        ([3, "a", 128], []),
        ([3, "a", "i"], []),
        ([3, 5, 0], []),
        ([3, [2, "2024-01-01", 0], 0], []),
        ([4, []], []),
        ([6, 1], []),
    ],
)
def test_malformed_general_forms(slot: Any, nodes: Any) -> None:
    with pytest.raises(ProtocolError):
        decode(msgpack.encode([1, slot, nodes]))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        msgpack.encode(5),
        msgpack.encode([]),
        msgpack.encode([1]),
        msgpack.encode([2, 5]),
        msgpack.encode([True, 5]),
        msgpack.encode([1, 0, [], 0]),
        msgpack.encode({0: 1, 1: 5}),
        b"\x92\x01\xd4\x05\x00",
        b"\x92\x01\xdd\xff\xff\xff\xff",
        b"\x92\x01\xdf\xff\xff\xff\xff",
        b"\x92\x01\xc6\xff\xff\xff\xff",
        b"\x92\x01" + b"\x91" * 100_000 + b"\x01",
        b"\x92\x01" + b"\x81" * 100_000 + b"\x01",
        b"\x93\x01\x91\x00\x91\x92\x0c\x91" + b"\x92\x04\x91" * 100_000 + b"\x01",
    ],
    ids=range(15),
)
def test_malformed_payloads(payload: bytes) -> None:
    """Declared lengths are not believed, and depth ends in an error."""
    with pytest.raises(ProtocolError):
        decode(payload)


def test_a_buffer_cannot_be_multiplied() -> None:
    with pytest.raises(ProtocolError):
        decode(msgpack.encode([1, [0], [[10, [[1], [2]]], [14, 0], [14, 0]]]), [bytearray(OUT_OF_BAND)])


def test_unicode_errors_cannot_read_outside_their_object() -> None:
    """CPython's own text of such an error trusts its bounds; ours falls back to the message."""
    arguments = ["utf-8", b"x", -(2**40), -(2**40) + 1, "bad"]
    got = decode(msgpack.encode([1, [0], [[17, "UnicodeDecodeError", "text", arguments, None, None]]]))
    assert str(got) == "text"


# --- preview


def cyclic() -> Any:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


class Rude:
    __clonable__ = False

    def __repr__(self) -> str:
        raise RuntimeError


class Polite:
    __clonable__ = False

    def __repr__(self) -> str:
        return object.__repr__(self)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, "a", None, 2.5, b"x", bytearray(b"y")], "[1, 'a', None, 2.5, b'x', bytearray(b'y')]"),
        ({"a": (1,), 2: ()}, "{'a': (1,), 2: ()}"),
        ({"b", "a", "c"}, "{'a', 'b', 'c'}"),
        (set(), "set()"),
        ({(2, 1), (1, 2)}, "{(1, 2), (2, 1)}"),
        (set(range(1000)), "{1,000 members}"),
        (cyclic(), "{'self': {'self': {'self': {'self': {'self': {'self': {...}}}}}}}"),
        (nested(100_000), "[[[[[[[...]]]]]]]"),
        ("x" * 10_000_000, "'" + "x" * 198 + "…"),
        (1 << 10_000_000, "<int of 10,000,001 bits>"),
        (print, "<builtin_function_or_method print>"),
        (nested, "<function nested>"),
        (Point, "<class Point>"),
        (threading.Lock(), "<lock>"),
        (Colour.RED, "Colour.RED"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (datetime(2024, 1, 2), "datetime.datetime(2024, 1, 2, 0, 0)"),
        (ValueError("boom", 1), "ValueError('boom', 1)"),
        (Point(1), "Point(x=1, y=2, tags=[])"),
        (Rude(), "<Rude>"),
        (Polite(), "<test_clone.Polite object>"),
        (undefined, "undefined"),
        (iter([]), "<list_iterator>"),
        ("\ud800", r"'\ud800'"),
    ],
    ids=range(24),
)
def test_preview(value: Any, expected: str) -> None:
    assert preview(value).replace("tests.test_clone", "test_clone") == expected


@pytest.mark.parametrize("limit", [1, 2, 10, 200])
def test_preview_is_bounded(limit: int) -> None:
    wide = [list(range(1_000_000))] * 3
    for value in (wide, {"k" * 50: wide}, rich(), "é" * 300, Loud(), loud(list, [1])):
        assert len(preview(value, limit)) <= limit


def test_preview_is_the_same_in_every_run() -> None:
    program = (
        "from ipclab.clone import preview; print(preview([{'x', 'y', 'z', 'w'}, object(), open, {frozenset('abc')}]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
