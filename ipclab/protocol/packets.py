"""How frames are packed, and cut out of the stream of bytes again. No I/O happens here."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Generic, NoReturn, TypeVar

import msgspec

from ipclab.errors import Error, ProtocolError
from ipclab.protocol.frame import Frame, Part
from ipclab.protocol.to_renderer import Script

MAX_BODY = 1 << 30
MAX_BUFFERS = 1 << 16
MAX_BUFFER = 1 << 33
NOWHERE = memoryview(b"")
_PREFIX = struct.Struct("<II")

Buffer = bytes | bytearray | memoryview
F = TypeVar("F")
S = TypeVar("S", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()


def pack(frame: Frame, buffers: Sequence[Buffer] = ()) -> list[Buffer]:
    """Return the chunks of `frame`'s packet, in order; large buffers are not copied."""
    try:
        body = _encoder.encode(frame)
    except (UnicodeEncodeError, TypeError, NotImplementedError):
        body = _encoder.encode(_with_plain_texts(frame))
    length = len(body)
    if not buffers and length <= MAX_BODY:
        return [_PREFIX.pack(length, 0) + body]
    if length > MAX_BODY or len(buffers) > MAX_BUFFERS or sum(map(len, buffers)) > MAX_BUFFER:
        raise Error("the message is too large to travel: more than 1 GiB, or 65,536 large buffers")
    lengths = struct.pack(f"<{len(buffers)}Q", *(len(buffer) for buffer in buffers))
    return [_PREFIX.pack(length, len(buffers)) + body + lengths, *buffers]


def _with_plain_texts(frame: Frame) -> Frame:
    """Texts of a frame (not its payload) may be of subclasses of str, or hold lone surrogates: write those out."""

    def clean(value: object) -> object:
        if isinstance(value, str):
            return value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, list | tuple):
            return [clean(item) for item in value]
        if isinstance(value, dict):
            return {clean(key): clean(item) for key, item in value.items()}
        return _cleaned(value) if isinstance(value, Script | Part) else value

    def _cleaned(struct: S) -> S:
        kind: Callable[..., S] = type(struct)
        return kind(*(clean(getattr(struct, name)) for name in struct.__struct_fields__))

    return _cleaned(frame)


class Reader(Generic[F]):
    """Cuts a byte stream into frames.

    Ask `space()` for the memory that the next bytes belong in, fill some of it, and say how much with `filled(n)`:
    frames that are complete are handed to `on_frame(frame, buffers)` in order. Large raw buffers are read straight
    into their final place, and are `bytes` then. After a `ProtocolError` nothing is heard any more: each call of
    `filled` that brings a whole frame raises it again.
    """

    CHUNK = 1 << 18
    #: The most that is read at once, unless one frame is larger: all it holds is handled before others have a turn.
    AT_ONCE = 1 << 16
    #: A frame larger than this leaves no memory of its size behind.
    KEPT = 1 << 24
    #: The most that a raw buffer gets at once. (Zeroed memory: the system gives it when it is written to.)
    PIECE = 1 << 27

    def __init__(self, frames: type[F] | object, on_frame: Callable[[F, list[bytes]], None]) -> None:
        self._decode: Callable[[Buffer], F] = msgspec.msgpack.Decoder(frames).decode
        self._on_frame = on_frame
        self._forget(self.CHUNK)

    def _forget(self, size: int) -> None:
        """Begin (again) with memory of this size."""
        self._memory = bytearray(size)
        self._view = memoryview(self._memory)
        self._start = 0  # first byte not yet cut
        self._end = 0  # first free byte
        self._at_once = self.AT_ONCE  # how much to read next
        self._waiting: F | None = None  # a frame whose raw buffers are still arriving
        self._lengths: list[int] = []  # how long its buffers are to be
        self._buffers: list[bytes] = []  # those that have arrived
        self._pieces: list[bytes] = []  # what has arrived of the next one
        self._left = 0  # how much of it is missing, the piece that is being filled included
        self._stream: BytesIO | None = None  # that piece, its memory, and how far it is filled
        self._place = NOWHERE
        self._at = 0

    def space(self) -> memoryview:
        if self._waiting is not None and self._start == self._end:
            return self._place[self._at :]
        if self._end == len(self._memory):
            self._make_room(0)
        return self._view[self._end : self._end + self._at_once]

    def filled(self, count: int) -> None:
        try:
            if self._waiting is not None and self._start == self._end:
                self._at += count
                self._next_piece()
            else:
                self._end += count
            self._cut()
        except ProtocolError as error:
            self._close_ears(str(error))
            raise
        except MemoryError:
            told = "more than there is memory for"
            self._close_ears(told)
            raise ProtocolError(told) from None

    def _close_ears(self, fault: str) -> None:
        """Take no frame any more: who has said what is no frame means nothing by what follows."""

        def refuse(_: Buffer) -> NoReturn:
            raise ProtocolError(fault)

        self._decode = refuse
        self._forget(_PREFIX.size)

    def _make_room(self, wanted: int, anew: bool = False) -> None:
        """Move what is not yet cut to the front of memory with at least `wanted` bytes; `anew`: with hardly more."""
        rest = bytes(self._view[self._start : self._end])
        if anew or wanted > len(self._memory) or len(rest) == len(self._memory):
            size = max(wanted, 2 * len(rest), self.CHUNK)
            self._memory = bytearray(size)
            self._view = memoryview(self._memory)
        self._view[: len(rest)] = rest
        self._start, self._end = 0, len(rest)

    def _next_piece(self) -> None:
        """Make room where the next raw bytes belong; hand over the frame when its buffers are full."""
        while self._stream is not None and self._at == len(self._place):
            self._place.release()  # while something could still write to them, a BytesIO gives away a copy only
            self._pieces.append(self._stream.getvalue())
            self._left -= self._at
            if not self._left:
                self._buffers.append(self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces))
                self._pieces = []
                if len(self._buffers) == len(self._lengths):
                    frame, buffers = self._waiting, self._buffers
                    self._waiting, self._buffers = None, []
                    self._stream, self._place = None, NOWHERE
                    assert frame is not None
                    self._on_frame(frame, buffers)
                    return
                self._left = self._lengths[len(self._buffers)]
            self._begin_piece()

    def _begin_piece(self) -> None:
        # Python fills no `bytes` in place; but a BytesIO takes over those it gets, lets them be written to and gives
        # them back. So a large message is not copied, and much announced with little sent takes little memory.
        self._stream = BytesIO(bytes(min(self._left, self.PIECE)))
        self._place = self._stream.getbuffer()
        self._at = 0

    def _cut(self) -> None:
        self._at_once = self.AT_ONCE
        while True:
            available = self._end - self._start
            if self._waiting is not None:
                if not available:
                    return
                count = min(available, len(self._place) - self._at)
                self._place[self._at : self._at + count] = self._view[self._start : self._start + count]
                self._start += count
                self._at += count
                self._next_piece()
                continue
            if not available:
                self._start = self._end = 0
                return
            if available < 8:
                return
            length, count = _PREFIX.unpack_from(self._memory, self._start)
            if length > MAX_BODY or count > MAX_BUFFERS:
                raise ProtocolError(f"a packet announces {length} bytes and {count} buffers")
            head = 8 + length + 8 * count
            if available < head:
                self._at_once = max(head - available, self.AT_ONCE)
                if self._start + head > len(self._memory):
                    self._grow(head)
                return
            try:
                frame = self._decode(self._view[self._start + 8 : self._start + 8 + length])
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                raise ProtocolError(f"not a frame: {error}") from None
            lengths = struct.unpack_from(f"<{count}Q", self._memory, self._start + 8 + length) if count else ()
            self._start += head
            if length > self.KEPT:
                self._make_room(0, anew=True)
            if count:
                if sum(lengths) > MAX_BUFFER:
                    raise ProtocolError(f"a packet announces {sum(lengths)} bytes beside its body")
                self._waiting, self._lengths, self._buffers = frame, list(lengths), []
                self._left = lengths[0]
                self._begin_piece()
                self._next_piece()  # it may be empty
            else:
                self._on_frame(frame, [])

    def _grow(self, head: int) -> None:
        # A peer may announce much and send little: memory grows with what has really come, not with what it says.
        have = self._end - self._start
        self._make_room(min(head, max(4 * have, self.CHUNK)))
