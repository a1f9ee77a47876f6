"""How structured clone goes about it: what is copied, which form of the wire format is used, where limits are."""

from __future__ import annotations

import inspect
import itertools
import re
import sys
import time
from array import array
from typing import Any

import pytest
from clone_values import nested
from clones import clone, reason, same
from msgspec import msgpack

from ipclab import undefined
from ipclab.clone import decode, encode
from ipclab.clone.wire import CHAIN_LIMIT, OUT_OF_BAND
from ipclab.errors import ProtocolError

PLAIN, GENERAL = b"\x92\x01", b"\x93\x01"


def shared(value: Any) -> Any:
    return [value, value]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (("渲染进程参数1", 2, 2.5, True, None, b"x"), PLAIN),
        ({"a": [{"b": ()}, [], {}], "c": ("a", "a")}, PLAIN),
        ("text", PLAIN),
        (b"x" * (OUT_OF_BAND - 1), PLAIN),
        (list(range(1000)), PLAIN),
        ([1.5] * 1000, PLAIN),
        ({str(i): i for i in range(1000)}, PLAIN),
        ([*range(1000), [b"x"]], PLAIN),
        (b"x" * OUT_OF_BAND, GENERAL),
        ([*range(1000), undefined], GENERAL),
        (["x"] * 1000 + [2**64], GENERAL),
        (shared([]), GENERAL),
        (shared({"a": 1}), GENERAL),
        ([[1], shared((1,))], GENERAL),
        ({1: 2}, GENERAL),
        ({True: 2}, GENERAL),
        ({"a": {None: 2}}, GENERAL),
        ([undefined], GENERAL),
        ([2**64], GENERAL),
        (["\ud800"], GENERAL),
        ({"\ud800": 1}, GENERAL),
        ([{1}], GENERAL),
        ([bytearray(1)], GENERAL),
        ([type("Row", (list,), {})()], GENERAL),
        ([type("Record", (dict,), {})()], GENERAL),
        ([type("Number", (int,), {})()], GENERAL),
        ([type("Text", (str,), {})()], GENERAL),
        ({type("Text", (str,), {})(): 1}, GENERAL),
    ],
    ids=range(28),
)
def test_the_plain_form_is_for_plain_values_alone(value: Any, form: bytes) -> None:
    payload, _ = encode(value)
    assert payload[:2] == form


def test_the_plain_form_has_a_depth_that_every_receiver_has_room_for() -> None:
    assert [encode(nested(depth))[0][:2] for depth in (31, 32, 33)] == [PLAIN, PLAIN, GENERAL]
    assert [encode(shared(nested(depth)))[0][:2] for depth in (1, 30)] == [GENERAL, GENERAL]


def test_what_is_shared_is_looked_through_once() -> None:
    """Once for each reference would take minutes here."""
    many = [list(range(100_000))] * 5_000
    begun = time.process_time()
    payload, _ = encode([many])
    assert time.process_time() - begun < 5
    assert payload[:2] == GENERAL
    assert len(payload) < 1_000_000


def test_callers_deep_in_the_stack_can_still_send() -> None:
    nested_30 = nested(30)

    def descend_and_send(depth: int) -> Any:
        return encode([nested_30]) if depth == 0 else descend_and_send(depth - 1)

    room = sys.getrecursionlimit() - len(inspect.stack(0)) - 25
    payload, _ = descend_and_send(room)
    assert same(decode(payload), [nested_30])


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


ALIKE = list(itertools.product((-1, -2), repeat=9))  # hash(-1) == hash(-2), so these 512 tuples share one hash


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (set(ALIKE), "args[0].<member> is one of more than 256 keys of the same hash"),
        (dict.fromkeys(ALIKE), "args[0].<key> is one of more than 256 keys of the same hash"),
        ({(1, frozenset(ALIKE))}, "args[0].<member>[1] is one of more than 256 keys of the same hash"),
        (
            [re.compile("a" * length) for length in (20_000, 15_000)],
            "args[0][1] is a regular expression that would take too long to compile there, with those before it",
        ),
    ],
    ids=range(4),
)
def test_what_would_take_the_receivers_time_is_refused(value: Any, expected: str) -> None:
    """It would be malformed there, which ends a renderer."""
    assert reason(value) == expected


def test_much_that_takes_no_time_is_not_refused() -> None:
    pattern = re.compile("a" * 20_000)
    for value in ([pattern] * 100, [set(ALIKE[:256])], set(range(100_000)), {(i, -i) for i in range(5_000)}):
        assert same(clone(value), value)


def test_nothing_large_is_copied_on_the_way_out() -> None:
    data, mutable = bytes(OUT_OF_BAND), bytearray(OUT_OF_BAND)
    numbers = array("d", bytes(OUT_OF_BAND))
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


def test_bytes_sent_twice_travel_once() -> None:
    data = bytes(OUT_OF_BAND)
    payload, buffers = encode([data, {"again": data}])
    assert len(buffers) == 1
    assert decode(payload, buffers) == [data, {"again": data}]
