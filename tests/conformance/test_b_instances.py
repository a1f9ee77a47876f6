"""Structured clone of instances and of what is computed when it is read (semantics b)."""

from __future__ import annotations

import math
import types
from collections import ChainMap
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Generic, TypeVar

import pytest
from clones import clone, crosses, reason, same
from ipc import program
from rules import different, held, not_simulated

from ipclab.clone import encode
from ipclab.errors import DataCloneError

CLASSES = """
@dataclass
class Point:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)
    limit = 9
    def norm(self): return math.hypot(self.x, self.y)
@dataclass(frozen=True, slots=True)
class Slotted:
    z: int
    a: object = None
class Account:
    def __init__(self, owner): self.owner, self.balance = owner, 0
    @property
    def label(self): return f"{self.owner}: {self.balance}"
"""


@held("b", "class instance", "Arrives as a plain object of its own enumerable fields.")
@held(
    "b", "Python's own types", "Dataclasses and instances of ordinary classes arrive as a dict of their own fields."
)
@program
async def test_instances_cross_both_ways() -> None:
    await crosses(
        {
            "Point(1)": "{'x': 1, 'y': 2, 'tags': []}",
            "Slotted(1, (2,))": "{'z': 1, 'a': [2]}",
            "[Account('John')]": "[{'owner': 'John', 'balance': 0}]",
            "types.SimpleNamespace(a=Point(3))": "{'a': {'x': 3, 'y': 2, 'tags': []}}",
            "object()": "{}",
        },
        CLASSES,
    )


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


@held("b", "class instance", "Methods, accessors on the prototype and the identity of the class are lost.")
def test_instances_arrive_as_dicts_of_their_own_fields() -> None:
    assert same(clone(Point(1)), {"x": 1, "y": 2, "tags": []})
    assert same(clone(Slotted(1, (2,))), {"z": 1, "a": [2]})
    assert list(clone(Slotted(1))) == ["z", "a"]
    assert same(clone(Box[int](5)), {"item": 5})
    assert same(clone(types.SimpleNamespace(a=1)), {"a": 1})
    assert same(clone(object()), {})
    assert same(clone(ChainMap({"a": 1})), {"maps": [{"a": 1}]})


@different(
    "b",
    "class instance",
    "Private fields are lost.",
    "Python's private names are ordinary fields with the class's name in front, and arrive as such.",
)
def test_private_names_are_fields() -> None:
    expected = {"_Base__private": 1, "_base": 2, "own": {"deep": {"x": 1, "y": 2, "tags": []}}}
    assert same(clone(Derived()), expected)


@held("b", "cycles and sharing", "Cycles through instances survive.")
def test_instance_cycles_survive() -> None:
    parent, child = types.SimpleNamespace(), types.SimpleNamespace()
    parent.child, child.parent = child, parent
    got = clone(parent)
    assert got["child"]["parent"] is got


@held("b", "getters", "A getter that throws aborts; its own exception is replaced by the clone error.")
def test_exceptions_of_the_values_own_code_refuse_it() -> None:
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


@different(
    "b",
    "getters",
    "An own getter is invoked and its value stored as a data property.",
    "Python's properties belong to the class, never to the instance: like JavaScript's accessors on a prototype they "
    "are neither invoked nor sent.",
)
def test_properties_are_not_read() -> None:
    class Lazy:
        def __init__(self) -> None:
            self.own = 1

        @property
        def computed(self) -> int:
            raise AssertionError("read")

    assert clone(Lazy()) == {"own": 1}


@different(
    "b",
    "host objects",
    "Pure-JS host classes of Node (`URL`, its `DOMException`) become `{}` silently.",
    "Python's own classes follow the rules of the table: a parsed URL is a namedtuple and arrives as a list.",
)
@program
async def test_a_parsed_url_arrives_as_its_parts() -> None:
    await crosses(
        {"urllib.parse.urlsplit('http://a/b?c#d')": "['http', 'a', '/b', 'c', 'd']"}, "import urllib.parse\n"
    )


not_simulated("b", "class instance", "Symbol-keyed fields are dropped.", "Python has no symbols.")
