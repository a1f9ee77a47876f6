"""Payloads that no ipclab process sends: a ProtocolError, and nothing else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from clone_values import rich
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from ipclab.clone import decode, encode
from ipclab.clone.wire import OUT_OF_BAND
from ipclab.errors import ProtocolError


def survives(payload: bytes, buffers: list[bytes | bytearray] | None = None) -> bool:
    """Decode a doubtful payload: a value (then true) or a ProtocolError; anything else fails the test."""
    try:
        decode(payload, buffers or [])
    except ProtocolError:
        return False
    return True


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
