"""The wire format and `Reader`, which cuts a byte stream into frames: no I/O, any cut, any bytes (design 3)."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipclab import ProtocolError, protocol
from ipclab.protocol import (
    MAX_BODY,
    MAX_BUFFER,
    MAX_BUFFERS,
    Buffer,
    Console,
    Deliver,
    DocumentChanges,
    Done,
    Frame,
    Handled,
    Idle,
    Invoke,
    Reader,
    Reply,
    Run,
    Send,
    Start,
    ToMain,
    ToRenderer,
    pack,
)
from ipclab.protocol.document import All, Insert, Node, Remove, SetAttribute, to_lists

Arrived = list[tuple[ToMain, list[bytes]]]


def reader_for_main() -> tuple[Reader[ToMain], Arrived]:
    arrived: Arrived = []
    return Reader(ToMain, lambda frame, buffers: arrived.append((frame, [bytes(each) for each in buffers]))), arrived


def feed(reader: Reader[ToMain], data: bytes, pieces: Sequence[int]) -> None:
    """Give `data` to `reader` in pieces of at most the given sizes; the last size is repeated."""
    at = number = 0
    while at < len(data):
        space = reader.space()
        assert len(space) > 0
        count = min(len(space), pieces[min(number, len(pieces) - 1)], len(data) - at)
        space[:count] = data[at : at + count]
        del space  # as after recv_into: the reader may have to move it
        reader.filled(count)
        at += count
        number += 1


def stream(*packets: tuple[Frame, Sequence[Buffer]]) -> bytes:
    return b"".join(bytes(chunk) for frame, buffers in packets for chunk in pack(frame, buffers))


SOME: list[tuple[ToMain, list[Buffer]]] = [
    (Send(1, "ch", b"\x92\x01\x90", 1.5), []),
    (Invoke(2, 7, "渲染", b"x" * 300, 2.5), [b"first", b"", bytearray(b"second" * 100)]),
    (Console(0, "info", "a line", 3, "<execute>"), []),
    (Done(0, 4, b"payload", {"text/plain": "4"}), [b""]),
    (Idle(0, 12, [Handled(1, 0.5, True), Handled(2, 0.6, False)]), []),
    (Send(3, "", b"", 0.0), [b"", b"", b"z"]),
    (DocumentChanges(0, 4, True, [All(Node(1, "html", {"lang": "en"}, [Node(2, "text")], {}))]), []),
    (DocumentChanges(0, 4, False, [SetAttribute(1, "class", "x"), Insert(1, None, Node(3, "text")), Remove(2)]), []),
]


def expected() -> Arrived:
    return [(frame, [bytes(each) for each in buffers]) for frame, buffers in SOME]


# --- any cut -------------------------------------------------------------------------------------------------------


def test_a_stream_cut_at_any_one_byte_gives_the_same_frames() -> None:
    data = stream(*SOME)
    for cut in range(len(data) + 1):
        reader, arrived = reader_for_main()
        feed(reader, data[:cut], [len(data)])
        feed(reader, data[cut:], [len(data)])
        assert arrived == expected(), cut


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 1000])
def test_a_stream_in_pieces_of_any_size_gives_the_same_frames(size: int) -> None:
    reader, arrived = reader_for_main()
    feed(reader, stream(*SOME), [size])
    assert arrived == expected()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.permutations(range(len(SOME))))
def test_any_cuts_and_any_order_of_frames(pieces: list[int], order: list[int]) -> None:
    reader, arrived = reader_for_main()
    feed(reader, stream(*(SOME[i] for i in order)), pieces)
    assert arrived == [expected()[i] for i in order]


def test_frames_are_handed_over_as_soon_as_they_are_complete() -> None:
    reader, arrived = reader_for_main()
    for number, (frame, buffers) in enumerate(SOME, 1):
        data = stream((frame, buffers))
        feed(reader, data[:-1], [len(data)])
        assert len(arrived) == number - 1
        feed(reader, data[-1:], [1])
        assert len(arrived) == number


# --- sizes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [Reader.CHUNK - 40, Reader.CHUNK, Reader.CHUNK + 1, 5_000_000])
def test_a_body_larger_than_the_memory_at_hand(size: int) -> None:
    reader, arrived = reader_for_main()
    small = Send(0, "small", b"", 0.0)
    data = stream((small, []), (Send(0, "large", b"x" * size, 0.0), []), (small, []))
    feed(reader, data, [65_536])
    assert [len(frame.payload) for frame, _ in arrived if isinstance(frame, Send)] == [0, size, 0]


@pytest.mark.parametrize("size", [1, 65_536, Reader.CHUNK, Reader.CHUNK + 1, 5_000_000])
@pytest.mark.parametrize("piece", [777_777, 4096 + 1])
@pytest.mark.parametrize("at_once", [Reader.PIECE, 1 << 20])
def test_large_buffers_arrive_whole_and_in_order(
    size: int, piece: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "PIECE", at_once)
    reader, arrived = reader_for_main()
    data = random.Random(size).randbytes(size)
    buffers = [data, data[: size // 2], b"end"]
    packets = stream((Send(0, "a", b"", 0.0), buffers), (Send(0, "b", b"", 0.0), []))
    feed(reader, packets, [piece])
    assert arrived == [(Send(0, "a", b"", 0.0), buffers), (Send(0, "b", b"", 0.0), [])]


def test_large_buffers_are_not_copied_while_they_arrive() -> None:
    reader, arrived = reader_for_main()
    packets = stream((Send(0, "a", b"", 0.0), [bytes(10_000_000)]))
    tracemalloc.start()
    try:
        feed(reader, packets, [65_536])
        assert len(arrived) == 1
        assert tracemalloc.get_traced_memory()[1] < 15_000_000
    finally:
        tracemalloc.stop()


def test_large_buffers_are_not_copied_when_a_frame_is_packed() -> None:
    """Design 6: bytes beside the frame, not inside it."""
    data = bytearray(1_000_000)
    chunks = pack(Send(0, "ch", b"", 0.0), [data])
    assert chunks[1] is data
    assert sum(map(len, chunks)) < 1_000_100


def test_many_small_frames_do_not_make_the_memory_grow() -> None:
    reader, arrived = reader_for_main()
    data = stream(*[(Send(0, "ch", b"x" * 100, 0.0), [])] * 1_000)
    for _ in range(20):
        feed(reader, data, [65_536])
    assert len(arrived) == 20_000
    assert len(reader._memory) == Reader.CHUNK


def test_as_many_buffers_as_allowed_arrive() -> None:
    reader, arrived = reader_for_main()
    feed(reader, stream((Send(0, "ch", b"", 0.0), [b"x"] * MAX_BUFFERS)), [5_000])
    assert len(arrived[0][1]) == MAX_BUFFERS


# --- hostile bytes -------------------------------------------------------------------------------------------------


def packet(body: bytes, *lengths: int, claimed: int | None = None) -> bytes:
    head = struct.pack("<II", len(body) if claimed is None else claimed, len(lengths))
    return head + body + struct.pack(f"<{len(lengths)}Q", *lengths)


def refused(data: bytes) -> ProtocolError:
    reader, arrived = reader_for_main()
    with pytest.raises(ProtocolError) as caught:
        feed(reader, data, [len(data)])
    assert arrived == []
    return caught.value


encode = msgspec.msgpack.encode

BAD_BODIES = [
    b"",
    b"\xc1",
    b"\x90",
    b"\x80",
    b"hello",
    encode(None),
    encode([]),
    encode([33]),
    encode([33, 0, "ch"]),
    encode([33, "0", "ch", b"", 0.0]),
    encode([33, 0, 5, b"", 0.0]),
    encode([33, 0, "ch", "text", 0.0]),
    encode([999, 0]),
    encode(["33", 0, "ch", b"", 0.0]),
    encode([42, 0, 1, [["x", 0.0, True]]]),
    encode([33, 0, "ch", b"", 0.0]) + b"\x00",
    encode([33, 0, "ch", b"", 0.0])[:-1],
    b"\x95\x21\x00\xa2\xff\xff\xc4\x00\xcb" + b"\x00" * 8,  # a channel that is no UTF-8
    b"\x91" * 100_000,
    b"\xdd\xff\xff\xff\xff",  # an array of four thousand million items
    b"\xc6\xff\xff\xff\xff",
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_is_no_frame_is_a_protocol_error(body: bytes) -> None:
    refused(packet(body))


@pytest.mark.parametrize("tag", [1, 2, 3, 4, 5, 6, 9, 0, 32])
def test_frames_of_the_other_direction_are_refused(tag: int) -> None:
    refused(packet(encode([tag, 0, *[0] * 12])))


def test_mains_frames_are_refused_by_main_and_taken_by_a_renderer() -> None:
    frames: list[Frame] = [
        Start(0, 1, 1, "43", True, False, True, [], "/"),
        Run(0, 1, "main", "1", "<x>", None, False),
        Deliver(0, 1, "ch", b"", 0),
        Reply(0, 1, 1, b""),
    ]
    arrived: list[Frame] = []
    renderer: Reader[ToRenderer] = Reader(ToRenderer, lambda frame, _: arrived.append(frame))
    for frame in frames:
        data = stream((frame, []))
        refused(data)
        renderer.space()[: len(data)] = data
        renderer.filled(len(data))
    assert arrived == frames


@pytest.mark.parametrize(
    "head",
    [
        struct.pack("<II", MAX_BODY + 1, 0),
        struct.pack("<II", 0xFFFFFFFF, 0),
        struct.pack("<II", 5, MAX_BUFFERS + 1),
        struct.pack("<II", 5, 0xFFFFFFFF),
    ],
)
def test_a_packet_that_announces_too_much_is_refused_at_once(head: bytes) -> None:
    assert "announces" in str(refused(head))


@pytest.mark.parametrize("length", [MAX_BUFFER + 1, 2**63, 2**64 - 1])
def test_a_buffer_that_is_announced_too_large_is_refused(length: int) -> None:
    reader, arrived = reader_for_main()
    with pytest.raises(ProtocolError, match="announces"):
        feed(reader, packet(encode([33, 0, "ch", b"", 0.0]), 0, length), [1 << 16])
    assert arrived == []


def test_memory_grows_with_what_has_come_not_with_what_was_announced() -> None:
    """A peer may announce much and send little: a body of 1 GB, buffers of 8 GB each."""
    source = f"""
import resource, struct, msgspec
from ipclab.protocol import Reader, ToMain, MAX_BODY, MAX_BUFFER
room = 1 << 29  # bytes
resource.setrlimit(resource.RLIMIT_AS, (room, room))
body = msgspec.msgpack.encode([33, 0, "ch", b"", 0.0])
for data in (
    struct.pack("<II", MAX_BODY, 0) + b"x" * 1000,
    struct.pack("<II", len(body), 3) + body + struct.pack("<3Q", 0, MAX_BUFFER - 1, 1) + b"x" * 1000,
):
    reader = Reader(ToMain, print)
    for at in range(0, len(data), 100):
        piece = data[at : at + 100]
        space = reader.space()
        space[: len(piece)] = piece
        reader.filled(len(piece))
print("fine", {MAX_BUFFERS})
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout.startswith("fine"), done.stderr


@pytest.fixture
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged lengths shall not cost the machine gigabytes."""
    monkeypatch.setattr(protocol, "MAX_BUFFER", 4096)


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.usefixtures("small_buffers")
@FUZZ
@given(st.binary(max_size=200), st.lists(st.integers(1, 64), min_size=1, max_size=8))
def test_random_bytes_are_frames_or_a_protocol_error(data: bytes, pieces: list[int]) -> None:
    reader, _ = reader_for_main()
    try:
        feed(reader, data, pieces)
    except ProtocolError:
        pass


@pytest.mark.usefixtures("small_buffers")
@FUZZ
@given(st.data())
def test_one_damaged_byte_is_a_frame_or_a_protocol_error(data: st.DataObject) -> None:
    whole = bytearray(stream(*SOME[:3]))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    if struct.unpack_from("<II", whole)[0] > 1 << 20:
        return  # a large announcement is only waited for
    reader, _ = reader_for_main()
    try:
        feed(reader, bytes(whole), [len(whole)])
    except ProtocolError:
        pass


def test_a_frame_may_be_the_last_word() -> None:
    """A receiver that reads on inside on_frame (a window closed by a listener) gets each frame once, in order."""
    order: list[float] = []
    data = stream(*[(Send(0, "ch", b"", float(number)), []) for number in range(6)])
    rest = [data[len(data) // 2 :]]

    def on_frame(frame: ToMain, _: list[bytes]) -> None:
        assert isinstance(frame, Send)
        order.append(frame.sent_at)
        if rest:
            feed(reader, rest.pop(), [10])

    reader: Reader[ToMain] = Reader(ToMain, on_frame)
    feed(reader, data[: len(data) // 2], [len(data)])
    assert order == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_all_frames_say_which_activity_they_belong_to_and_survive_a_round_trip() -> None:
    tags = set()
    for direction in (ToMain, ToRenderer):
        for kind in direction.__args__:
            tags.add(kind.__struct_config__.tag)
            assert kind.__struct_fields__[0] == "activity"
    assert len(tags) == len(ToMain.__args__) + len(ToRenderer.__args__)
    assert protocol.VERSION == 1


def test_changes_of_a_page_are_plain_lists_on_the_wire_and_again_behind_it() -> None:
    """What a renderer packs, a view gets: lists, with texts of two items and elements of five."""
    tree = [1, "p", {"id": "a"}, [[2, "text"], [3, "input", {}, [], {"value": "v", "checked": True}]], {}]
    changes: list[list[Any]] = [
        ["all", tree],
        ["insert", 1, 3, [4, "more"]],
        ["insert", 1, None, [5, "b", {}, [], {}]],
        ["remove", 4],
        ["set", 1, "class", "x"],
        ["unset", 1, "class"],
        ["text", 2, "other"],
        ["value", 3, "w"],
        ["checked", 3, False],
        ["focus", 3],
        ["blur", 3],
        ["title", "Title"],
    ]
    reader, arrived = reader_for_main()
    feed(reader, packet(encode([80, 0, 1, False, changes])), [64])
    [(frame, _)] = arrived
    assert isinstance(frame, DocumentChanges)
    assert [to_lists(change) for change in frame.changes] == changes
