"""Structured clone of binary data: bytes, bytearrays, views, arrays, numpy's too (semantics b)."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from clones import PAGE, Crossing, clone, crosses, reason, same
from ipc import open_page, program
from rules import different, held

from ipclab.clone import encode, size
from ipclab.clone.wire import OUT_OF_BAND


@held("b", "ArrayBuffer", "Arrives as an `ArrayBuffer` of the same content.")
@held("b", "Python's own types", "bytes arrive as bytes, bytearray and memoryview as a bytearray.")
@program
async def test_binary_data_crosses_both_ways() -> None:
    await crosses(
        {
            "b''": "b''",
            r"b'\xff\x00'": r"b'\xff\x00'",
            "bytearray()": "bytearray()",
            "bytearray(b'abc')": "bytearray(b'abc')",
            "bytes(range(256)) * 400": "bytes(range(256)) * 400",
            "[bytearray(range(256)) * 400, 1]": "[bytearray(range(256)) * 400, 1]",
            "[memoryview(b'abcdef')[1:3], memoryview(bytes(range(256)) * 400)]": (
                "[bytearray(b'bc'), bytearray(bytes(range(256)) * 400)]"
            ),
        }
    )


@held("b", "ArrayBuffer", "Is copied at the call, never transferred: later changes on either side stay there.")
@program
async def test_what_is_sent_is_a_copy() -> None:
    contents = await open_page(PAGE)
    crossing = Crossing(contents, "")
    for length in (10, OUT_OF_BAND, 5_000_000):
        sent = bytearray(b"a" * length)
        contents.send("take", sent)
        sent[:] = b"b" * length
        text = await crossing.told()
        assert text.startswith("bytearray bytearray(b'aaaa")
        assert "b" not in text.partition("(b'")[2]
        await contents.execute(f"""
sent = bytearray(b"a" * {length})
ipc_renderer.send("take", sent)
sent[:] = b"b" * {length}
""")
        assert await crossing.told() == bytearray(b"a" * length)
        assert await contents.execute("sent[:3]") == bytearray(b"bbb")


@held("b", "ArrayBuffer", "A resizable one stays resizable.")
def test_a_bytearray_can_grow_where_it_arrives() -> None:
    for length in (3, OUT_OF_BAND):
        got = clone(bytearray(length))
        got.append(1)
        assert len(got) == length + 1


@held("b", "ArrayBuffer", "A detached one throws.")
def test_released_views_are_refused() -> None:
    view = memoryview(b"gone")
    view.release()
    assert reason(view).startswith("args[0] raised ValueError(")


@different(
    "b",
    "typed arrays",
    "A `DataView` keeps its offset and length, and the whole underlying buffer travels.",
    "Of a memoryview only what it shows travels, as a bytearray of its own.",
)
@different(
    "b",
    "typed arrays",
    "Two views of one buffer still share one buffer.",
    "Each memoryview arrives as a bytearray of its own.",
)
@different(
    "b",
    "Node Buffer",
    "A small pooled `Buffer` drags its pool along and exposes it.",
    "bytes arrive as bytes, and nothing of the memory around them travels.",
)
def test_memoryviews_arrive_as_bytearrays() -> None:
    whole = memoryview(b"abcdef")
    assert same(clone([whole, whole[1:3], whole[::2]]), [bytearray(b"abcdef"), bytearray(b"bc"), bytearray(b"ace")])
    assert clone(memoryview(array("H", [1, 2]))) == array("H", [1, 2]).tobytes()
    assert size(*encode(memoryview(bytes(100_000))[5:10])) < 50
    buffer = bytearray(2)
    first, second = clone([memoryview(buffer), memoryview(buffer)])
    assert first is not second


@held("b", "typed arrays", "Arrive as an array of the same type and content.")
@held("b", "Python's own types", "array.array arrives as such, and a numpy array where numpy is loaded already.")
@program
async def test_arrays_cross_both_ways() -> None:
    sources = [f"array({typecode!r}, [0, 1, 100])" for typecode in "bBhHiIlLqQfd"]
    sources += ["array('d', [1.5, -0.0, math.inf])", "array('i')", "array('u', '渲染')", "array('q', range(20_000))"]
    await crosses({source: source for source in sources})


@held("b", "typed arrays", "The same object twice is one object where it arrives.")
@pytest.mark.parametrize("typecode", "bBhHiIlLqQfd")
def test_an_array_keeps_its_type_and_identity(typecode: str) -> None:
    value = array(typecode, [0, 1, 100])
    got, again = clone([value, value])
    assert (got.typecode, got.tolist()) == (typecode, [0, 1, 100])
    assert got is again


@held("b", "ArrayBuffer", "Whatever its size, each arrives whole, beside others and among other values.")
@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 262147, 3145729])
def test_large_data_travels_beside_the_payload(length: int) -> None:
    data = random.Random(length).randbytes(length)
    mutable = bytearray(data)
    numbers = array("B", data)
    payload, buffers = encode([data, mutable, memoryview(data), numbers, data])
    assert len(buffers) == (4 if length >= OUT_OF_BAND else 0)
    assert size(payload, buffers) < 5 * length + 200
    got = clone([data, mutable, memoryview(data), numbers])
    assert same(got, [data, mutable, bytearray(data), numbers])


# --- numpy, where it is installed ----------------------------------------------------------------------------------


@held("b", "Python's own types", "array.array arrives as such, and a numpy array where numpy is loaded already.")
@program
async def test_numpy_arrays_cross_both_ways() -> None:
    pytest.importorskip("numpy")
    sources = ["numpy.arange(12, dtype='>i2').reshape(3, 4)", "numpy.array([1.5, numpy.nan])", "numpy.zeros((2, 0))"]
    sources += ["[numpy.array(['渲染', 'x'])]", "numpy.arange(20_000.0)"]
    await crosses({source: source for source in sources}, "import numpy\n")


@held("b", "typed arrays", "Type, shape and content of numpy's arrays are kept too, in whichever order they lie.")
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


@held("b", "Python's own types", "numpy's scalars and arrays of objects are refused, with a hint.")
def test_numpy_refusals() -> None:
    numpy = pytest.importorskip("numpy")
    assert reason(numpy.int64(1)) == "args[0] is a numpy scalar: send value.item()"
    assert same(clone([numpy.float64(1.5), numpy.str_("x")]), [1.5, "x"])
    assert reason(numpy.ma.array([1])) == "args[0] is a MaskedArray: send numpy.asarray(value)"
    suffix = ": send an array of numbers or of fixed-length strings"
    assert reason(numpy.array([print])) == f"args[0] is a numpy array of object{suffix}"
    assert reason(numpy.zeros(1, "i4,f4")) == f"args[0] is a numpy array of void64{suffix}"
