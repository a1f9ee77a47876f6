"""Structured clone of values of every size, between real processes and both ways (semantics b)."""

from __future__ import annotations

import asyncio
import inspect
import random
from typing import Any

import pytest
from clones import PAGE, Crossing
from ipc import open_page, program
from rules import different, held

SIZES = [0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729, 100_000_000]


def content(kind: str, length: int) -> Any:
    """Make `length` bytes that tell their place, or a text that is as long in UTF-8; the same in every process."""
    if kind == "bytes":
        return random.Random(length).randbytes(length)
    # More than one byte a character at either end, if there is room.
    text = random.Random(length).randbytes(length // 2 + 1).hex()
    return "é" + text[: length - 5] + "渲" if length >= 5 else text[:length]


NAMES = "import random\n" + inspect.getsource(content)


def listener(channel: str, answer: str) -> str:
    """Page code: a listener that tells `answer`, an expression with the `value` that came."""
    return f"""
@ipc_renderer.on({channel!r})
def listener(_event, value): ipc_renderer.send("told", {answer})
"""


async def opened(kind: str, length: int) -> tuple[Crossing, Any]:
    """Open a page that has the content as `mine`; return the window and the same content, made here."""
    contents = await open_page(PAGE + NAMES + listener("compare", "value == mine"))
    await contents.execute(f"mine = content({kind!r}, {length})\n")
    expected = content(kind, length)
    assert len(expected.encode() if isinstance(expected, str) else expected) == length
    return Crossing(contents, NAMES), expected


@held("b", "serializer", "Values of any size arrive whole, in both directions.")
@pytest.mark.parametrize("kind", ["bytes", "str"])
@pytest.mark.parametrize("length", SIZES)
@program
async def test_every_size_arrives_whole_in_main(kind: str, length: int) -> None:
    crossing, expected = await opened(kind, length)
    await crossing.contents.execute("for value in ('before', [mine, 'beside']): ipc_renderer.send('take', value)")
    assert await crossing.told() == "before"
    assert await crossing.told() == [expected, "beside"]
    await crossing.contents.execute("await ipc_renderer.invoke('take', mine)")
    assert await crossing.told() == expected
    assert await crossing.contents.execute("mine") == expected


@held("b", "serializer", "Values of any size arrive whole, in both directions.")
@pytest.mark.parametrize("kind", ["bytes", "str"])
@pytest.mark.parametrize("length", SIZES)
@program
async def test_every_size_arrives_whole_in_the_page(kind: str, length: int) -> None:
    crossing, expected = await opened(kind, length)
    crossing.contents.send("compare", expected)
    assert await crossing.told() is True
    crossing.gives([expected, "beside"])
    assert await crossing.contents.execute("await ipc_renderer.invoke('give') == [mine, 'beside']")


DEEP = 100_000

NESTING = """
def nested(depth):
    value = []
    for level in range(depth):
        value = {"n": value} if level % 2 else [value]
    return value
def depth_of(value):
    depth = 0
    while value:
        [value] = value.values() if type(value) is dict else value
        depth += 1
    return depth
"""


@different(
    "b",
    "depth",
    "Very deep nesting fails: about 3,100 levels fit the default stack.",
    "100,000 levels pass in both directions: ipclab clones without recursion.",
)
@program
async def test_nesting_100_000_deep_crosses_both_ways() -> None:
    contents = await open_page(PAGE + NESTING + listener("measure", "depth_of(value)"))
    crossing = Crossing(contents, NESTING)
    await contents.execute(f"ipc_renderer.send('take', nested({DEEP}))")
    assert crossing.here("depth_of")(await crossing.told()) == DEEP
    contents.send("measure", crossing.here(f"nested({DEEP})"))
    assert await crossing.told() == DEEP


@held("b", "serializer", "Large messages keep their place among the others, in both directions.")
@program
async def test_large_and_small_messages_arrive_in_order() -> None:
    lengths = [3, 300_000, 0, 65_536, 1, 2_000_000, 2]
    contents = await open_page(PAGE + listener("measure", "len(value)"))
    crossing = Crossing(contents, "")
    await contents.execute(f"for n in {lengths}: ipc_renderer.send('take', bytes(n))")
    assert [len(await crossing.told()) for _ in lengths] == lengths
    for length in lengths:
        contents.send("measure", bytearray(length))
    assert await asyncio.gather(*(crossing.told() for _ in lengths)) == lengths
