"""Clone data: what honest renderers send, and nodes and slots of every shape that are put together at random."""

from __future__ import annotations

import array
import builtins
import re
import unicodedata
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy
from msgspec import msgpack

from ipclab import clone, undefined

Payload = tuple[bytes, list[bytes]]

EXCEPTIONS = sorted(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)
NAMES = [*EXCEPTIONS, "print", "eval", "__import__", "__build_class__", "object", "type", "__name__", "", "No\0thing"]
DTYPES = [
    "<i8",
    "<f4",
    ">u2",
    "|b1",
    "|S3",
    "<U2",
    "<M8[ns]",
    "<m8[25us]",
    "|V4",
    "|O",
    "O",
    "i8",
    "<i8,<f4",
    "<x8",
    "",
    "|S0",
]
SOURCES = [
    "a|b",
    "(",
    "[z-a]",
    "(a+)+$",
    "[a-\uffff]",
    f"\\N{{{unicodedata.name('•')}}}",
    "(?P<x>.)(?P=x)",
    "a{99999}",
    "(?i)",
    "\\",
]
TIMES = [
    "2024-01-02T03:04:05+00:00",
    "0001-01-01",
    "9999-12-31T23:59:59.999999-23:59",
    "10000-01-01",
    "2024-02-30",
    "now",
]
CODE = "__import__('os').system('true')"


def rich() -> list[Any]:
    error = OSError(2, "gone", "f")
    error.__cause__ = ExceptionGroup("g", [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), KeyError("k")])
    shared: list[Any] = [1, "two", 3.0, None, undefined, 2**90, "\ud800", datetime(2024, 1, 2, tzinfo=UTC)]
    shared.append(shared)
    keys = {("k", frozenset({1})): re.compile("a|b", re.I), "bytes": bytearray(b"xyz"), b"k": b"v"}
    return [shared, keys, {1, "a", (2, 3)}, error, array.array("h", [1, 2, 3]), numpy.arange(6).reshape(2, 3)]


def laughs(levels: int) -> list[Any]:
    """The billion laughs: each level holds the next one twice."""
    level: list[Any] = []
    for _ in range(levels):
        level = [level, level]
    return level


def _honest() -> list[Payload]:
    values: list[Any] = [
        (),
        ("a", 2),
        ({"user": {"name": "渲染", "tags": ["x"] * 5}},),
        (rich(),),
        (laughs(60),),
        (CODE,),
    ]
    values.append((bytes(70_000), bytearray(70_000)))
    encoded = [clone.encode(value) for value in values]
    return [(payload, [bytes(buffer) for buffer in buffers]) for payload, buffers in encoded]


HONEST = _honest()
#: Those with large buffers are dear.
_OFTEN = [payload for payload in HONEST if not payload[1]]


def payload(dice: Random) -> Payload:
    """Return a payload and the buffers beside it: honest ones, damaged ones, made up ones."""
    number = dice.random()
    if number < 0.5:
        return dice.choice(_OFTEN) if number > 0.01 else dice.choice(HONEST)
    if number < 0.7:
        honest, buffers = dice.choice(_OFTEN)
        return damaged(dice, honest), buffers
    buffers = [dice.randbytes(dice.randrange(9)) for _ in range(dice.choice((0, 0, 0, 1, 2)))]
    if number < 0.95:
        nodes = [node(dice) for _ in range(dice.randrange(6))]
        return msgpack.encode([dice.choice((1, 1, 1, 1, 0)), slot(dice), nodes]), buffers
    return msgpack.encode(dice.choice(([1, anything(dice, 4)], anything(dice, 3)))), buffers


def damaged(dice: Random, data: bytes) -> bytes:
    """Return `data` with a few of its bytes changed."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        if changed:
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def node(dice: Random) -> Any:
    """Return an entry of the table of nodes, most often of the right shape."""
    tag = dice.randrange(10, 18)
    parts: list[Any]
    if tag in (10, 12):
        parts = [[slot(dice) for _ in range(dice.randrange(4))]]
    elif tag == 11:
        count = dice.randrange(3)
        parts = [[slot(dice) for _ in range(count)], [slot(dice) for _ in range(count)]]
    elif tag in (13, 14):
        parts = [data(dice)]
    elif tag == 15:
        parts = [dice.choice("bBuwhHiIlLqQfdOx"), data(dice)]
    elif tag == 16:
        parts = [
            dice.choice(DTYPES),
            [dice.choice((0, 1, 2, 3, -1, 2**62)) for _ in range(dice.randrange(4))],
            data(dice),
        ]
    else:
        arguments = dice.choice((None, [slot(dice) for _ in range(dice.randrange(5))]))
        cause = dice.choice((None, None, reference(dice)))
        members = dice.choice((None, None, [reference(dice) for _ in range(dice.randrange(3))]))
        parts = [
            dice.choice(NAMES),
            dice.choice(("", "text", "m (1 sub-exception)", [1, b"\xff"])),
            arguments,
            cause,
            members,
        ]
    if dice.random() < 0.05:
        parts[dice.randrange(len(parts))] = anything(dice, 2)
    if dice.random() < 0.02:
        parts = parts[:-1]
    return [tag, *parts]


def slot(dice: Random) -> Any:
    """Return what may stand in a slot or key."""
    kind = dice.randrange(12)
    if kind < 4:
        return scalar(dice)
    if kind < 7:
        return reference(dice)
    forms: list[Any] = [
        [],
        [0, dice.randbytes(dice.randrange(12))],
        [1, dice.choice((b"\xed\xa0\x80", b"\xff", b"text"))],
        [2, dice.choice(TIMES), dice.choice((0, 0, 1, 2, -1))],
        [3, dice.choice(SOURCES), dice.choice((0, 0, 2, 8, 16, 64, 128, 1 << 40))],
        [dice.choice((4, 5)), [scalar(dice) for _ in range(dice.randrange(3))]],
        [dice.choice((4, 5)), [[4, [-1, -2]]] * dice.randrange(3)],
    ]
    return dice.choice(forms)


def reference(dice: Random) -> Any:
    return [dice.choice((0, 1, 2, 3, 4, 5, -1, 2**63, True, "0"))] if dice.random() < 0.3 else [dice.randrange(4)]


def data(dice: Random) -> Any:
    """Return binary data, or the number of a buffer."""
    return dice.randbytes(dice.choice((0, 8, 48, 3))) if dice.random() < 0.6 else dice.choice((0, 1, -1, 2**40))


def scalar(dice: Random) -> Any:
    return dice.choice(
        (None, True, False, 0, 7, -1, 2**64 - 1, -(2**63), 0.5, float("nan"), float("inf"), "x", CODE, b"b")
    )


def anything(dice: Random, depth: int) -> Any:
    """Return anything at all that msgpack knows."""
    kind = dice.randrange(9 if depth else 6)
    if kind < 5:
        return scalar(dice)
    if kind == 5:
        return msgpack.Ext(dice.choice((-1, 0, 5, 127)), dice.randbytes(dice.choice((0, 4, 8, 12))))
    if kind < 8:
        return [anything(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(("a", 1, None, b"k")): anything(dice, depth - 1) for _ in range(dice.randrange(3))}
