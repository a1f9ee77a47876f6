"""`preview`: a short text for any value at all."""

from __future__ import annotations

import enum
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from clone_values import Loud, loud, nested, rich

from ipclab import undefined
from ipclab.clone import preview


class Colour(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)


def cyclic() -> Any:
    value: dict[str, Any] = {}
    value["self"] = value
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
        (Polite(), "<test_preview.Polite object>"),
        (undefined, "undefined"),
        (iter([]), "<list_iterator>"),
        ("\ud800", r"'\ud800'"),
    ],
    ids=range(24),
)
def test_preview(value: Any, expected: str) -> None:
    assert preview(value).replace("tests.test_preview", "test_preview") == expected


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
