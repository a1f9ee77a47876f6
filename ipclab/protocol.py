"""What may be said on a link between the main process and one renderer process. No I/O happens here.

A link is a byte stream in both directions (a socket pair). Wire format, version 1, little endian:

    packet  = body_length:u32  buffer_count:u32  body  { buffer_length:u64 } * count  { raw buffer } * count
    body    = one msgpack array: [tag, fields...], the fields in the order of the classes below

`payload` fields hold structured-clone data (`ipclab.clone`); buffers that stand beside a payload travel raw behind
the body, so that large ones are never copied into it. Times are seconds of the system-wide monotonic clock. Anything
else a peer says is a `ProtocolError`: the receiver closes the link.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Generic, TypeVar

import msgspec

from ipclab.errors import Error, ProtocolError

VERSION = 1
MAX_BODY = 1 << 30
MAX_BUFFERS = 1 << 16
MAX_BUFFER = 1 << 33

NOWHERE = memoryview(b"")

_PREFIX = struct.Struct("<II")


class Frame(msgspec.Struct, array_like=True, tag_field="t", gc=False):
    """Base of all frames. `activity` says which cell or click caused it."""

    activity: int


# --- from main to a renderer -----------------------------------------------------------------------------------


class Start(Frame, tag=1):
    """The first frame a renderer process gets: which renderer it is."""

    version: int
    contents_id: int
    electron_version: str
    isolated: bool
    node_integration: bool
    sandboxed: bool
    sys_path: list[str]
    cwd: str


class Script(msgspec.Struct, array_like=True):
    """One script of a page, or a preload: a name for tracebacks and its source."""

    name: str
    source: str


class Navigate(Frame, tag=2):
    """Replace the page: fresh worlds, then the preload, then the page's scripts in order. Answered by `Done`.

    `notes` are console messages (level, text) about what the page asks for and does not get.
    """

    operation: int
    url: str
    html: str
    title: str
    scripts: list[Script]
    notes: list[tuple[str, str]]
    preload: Script | None
    isolated: bool
    node_integration: bool
    sandboxed: bool


class Run(Frame, tag=3):
    """Run source text in a world. Answered by `Done` or `Raised`."""

    operation: int
    world: str
    source: str
    name: str
    cell: str | None
    display: bool


class Deliver(Frame, tag=4):
    """`web_contents.send`: a message for the renderer's listeners. `number` is its number in the trace."""

    number: int
    channel: str
    payload: bytes
    sender_id: int


class Reply(Frame, tag=5):
    """The answer to an invoke or send_sync."""

    number: int
    call: int
    payload: bytes


class Failure(Frame, tag=6):
    """An invoke that failed in main; `error` is all that crosses."""

    number: int
    call: int
    error: str


class TakeBack(Frame, tag=7):
    """Undo what a cell registered in this renderer; the cell is about to run again."""

    cell: str


class WaitForTimers(Frame, tag=8):
    """Answered by `Done` once no `set_timeout` of the activity is pending; `payload` is empty if none was."""

    operation: int


# --- from a renderer to main -----------------------------------------------------------------------------------


class Send(Frame, tag=33):
    channel: str
    payload: bytes
    sent_at: float


class Invoke(Frame, tag=34):
    call: int
    channel: str
    payload: bytes
    sent_at: float


class SendSync(Frame, tag=35):
    call: int
    channel: str
    payload: bytes
    sent_at: float


class Refused(Frame, tag=36):
    """A message that could not be cloned: it never left, but the trace shows it."""

    kind: str
    channel: str
    args: list[str]
    error: str
    sent_at: float


class Console(Frame, tag=37):
    """One line of the renderer's console. `level`: debug, info, warning or error."""

    level: str
    text: str
    line: int
    source: str


class Done(Frame, tag=38):
    """An operation ended well. `bundle`: the MIME bundle of a displayed result."""

    operation: int
    payload: bytes
    bundle: dict[str, str] | None


class Raised(Frame, tag=39):
    """An operation ended with an exception. `path`: of a result that could not be cloned."""

    operation: int
    name: str
    message: str
    traceback: str


class DomReady(Frame, tag=40):
    """The page's scripts ran (DOMContentLoaded)."""

    operation: int


class PreloadError(Frame, tag=41):
    path: str
    name: str
    message: str
    traceback: str


class Handled(msgspec.Struct, array_like=True):
    """What became of one message to this renderer."""

    number: int
    at: float
    heard: bool


class Idle(Frame, tag=42):
    """The renderer's loop is about to sleep, and has worked off `frames` frames so far (cumulative)."""

    frames: int
    handled: list[Handled]


class GaveUp(Frame, tag=43):
    """The renderer waits for the answer to its `send_sync` no more: it was interrupted."""

    call: int


ToRenderer = Start | Navigate | Run | Deliver | Reply | Failure | TakeBack | WaitForTimers
ToMain = Send | Invoke | SendSync | Refused | Console | Done | Raised | DomReady | PreloadError | Idle | GaveUp
Buffer = bytes | bytearray | memoryview
F = TypeVar("F")

_encoder = msgspec.msgpack.Encoder()


def pack(frame: Frame, buffers: Sequence[Buffer] = ()) -> list[Buffer]:
    """Return the chunks of `frame`'s packet, in order; large buffers are not copied."""
    try:
        body = _encoder.encode(frame)
    except (UnicodeEncodeError, TypeError, NotImplementedError):
        body = _encoder.encode(_with_plain_texts(frame))
    if len(body) > MAX_BODY or len(buffers) > MAX_BUFFERS or sum(map(len, buffers)) > MAX_BUFFER:
        raise Error("the message is too large to travel: more than 1 GiB, or 65,536 large buffers")
    if not buffers:
        return [_PREFIX.pack(len(body), 0) + body]
    lengths = struct.pack(f"<{len(buffers)}Q", *(len(buffer) for buffer in buffers))
    return [_PREFIX.pack(len(body), len(buffers)) + body + lengths, *buffers]


def _with_plain_texts(frame: Frame) -> Frame:
    """Texts of a frame (not its payload) may be of subclasses of str, or hold lone surrogates: write those out."""

    def clean(value: object) -> object:
        if isinstance(value, str):
            return value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, list):
            return [clean(item) for item in value]
        if isinstance(value, dict):
            return {clean(key): clean(item) for key, item in value.items()}
        if isinstance(value, Script):
            return Script(value.name, str(clean(value.source)))
        return value

    kind: Callable[..., Frame] = type(frame)
    return kind(*(clean(getattr(frame, name)) for name in frame.__struct_fields__))


class Reader(Generic[F]):
    """Cuts a byte stream into frames.

    Ask `space()` for the memory that the next bytes belong in, fill some of it, and say how much with `filled(n)`:
    frames that are complete are handed to `on_frame(frame, buffers)` in order. Large raw buffers are read straight
    into their final place, and are `bytes` then.
    """

    CHUNK = 1 << 18
    #: The most that a raw buffer gets at once. (Zeroed memory: the system gives it when it is written to.)
    PIECE = 1 << 27

    def __init__(self, frames: type[F] | object, on_frame: Callable[[F, list[bytes]], None]) -> None:
        self._decode: Callable[[Buffer], F] = msgspec.msgpack.Decoder(frames).decode
        self._on_frame = on_frame
        self._memory = bytearray(self.CHUNK)
        self._view = memoryview(self._memory)
        self._start = 0  # first byte not yet cut
        self._end = 0  # first free byte
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
        return self._view[self._end :]

    def filled(self, count: int) -> None:
        if self._waiting is not None and self._start == self._end:
            self._at += count
            self._next_piece()
        else:
            self._end += count
        self._cut()

    def _make_room(self, wanted: int) -> None:
        """Move what is not yet cut to the front of memory with at least `wanted` bytes."""
        rest = bytes(self._view[self._start : self._end])
        if wanted > len(self._memory) or len(rest) == len(self._memory):
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
                if self._start + head > len(self._memory):
                    self._grow(head)
                return
            body = self._view[self._start + 8 : self._start + 8 + length]
            try:
                frame = self._decode(body)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                raise ProtocolError(f"not a frame: {error}") from None
            if count:
                lengths = struct.unpack_from(f"<{count}Q", self._memory, self._start + 8 + length)
                self._start += head
                if sum(lengths) > MAX_BUFFER:
                    raise ProtocolError(f"a packet announces {sum(lengths)} bytes beside its body")
                self._waiting, self._lengths, self._buffers = frame, list(lengths), []
                self._left = lengths[0]
                self._begin_piece()
                self._next_piece()  # it may be empty
            else:
                self._start += head
                self._on_frame(frame, [])

    def _grow(self, head: int) -> None:
        # A peer may announce much and send little: memory grows with what has really come, not with what it says.
        have = self._end - self._start
        self._make_room(min(head, max(2 * have, self.CHUNK)))
