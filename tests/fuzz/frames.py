"""Packets: frames of every kind with fields of every value, and all that can happen to their bytes."""

from __future__ import annotations

import struct
import types
import typing
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
from msgspec import msgpack

from ipclab.protocol import Frame, ToMain
from ipclab.protocol.document import Node

from .payloads import CODE, EXCEPTIONS, Payload, anything, damaged, payload

#: What the window listens to (`window.listen`), and names with a meaning of their own.
CHANNELS = [
    "heard",
    "heard",
    "answered",
    "answered-later",
    "echoed",
    "sync",
    "kept",
    "unheard",
    "error",
    "newListener",
    "",
]
POSES = [
    "two\nlines",
    "\rrenderer 2 │ I am another",
    "\x1b[2J\x1b[31m",
    "nul\0nul",
    "\u202egnirts",
    "渲染",
    "x" * 5_000,
    CODE,
]
WORDS = [
    "send",
    "invoke",
    "info",
    "warning",
    "error",
    "text/html",
    "TypeError",
    "builtins",
    "<execute>",
    *EXCEPTIONS,
    *POSES,
]
NUMBERS = [2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**64 - 1, -1, -(2**63), 255, 65_536, 10**6]

KINDS: tuple[type[Frame], ...] = typing.get_args(ToMain)
FIELDS = {kind: typing.get_type_hints(kind) for kind in KINDS}

Wire = list[Any]


def wire(dice: Random) -> tuple[Wire, list[bytes]]:
    """Return a frame as msgpack has it, every field of its type, and the buffers beside it."""
    kind = dice.choice(KINDS)
    content: Payload | None = None
    fields: Wire = [kind.__struct_config__.tag]
    for name in kind.__struct_fields__:
        if name == "payload":
            content = payload(dice)
            fields.append(content[0])
        elif name == "activity":
            fields.append(0)
        elif name == "channel":
            fields.append(dice.choice(CHANNELS) if dice.random() < 0.9 else dice.choice(POSES))
        elif name == "kind":
            fields.append(dice.choice(("send", "invoke", "send_sync", "post_message", "send")))
        elif name in ("operation", "frames") and dice.random() < 0.95:
            fields.append(dice.choice((1, 2) if name == "operation" else (5, 6)))
        elif name == "level":
            fields.append(dice.choice(("debug", "info", "warning", "error")))
        else:
            fields.append(field(dice, FIELDS[kind][name]))
    return fields, content[1] if content is not None else []


def field(dice: Random, kind: Any) -> Any:
    """Return a value of a type that a frame's field has."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return field(dice, dice.choice(inner))
    if origin is list:
        return [field(dice, inner[0]) for _ in range(dice.choice((0, 0, 1, 3, 30)))]
    if origin is tuple:
        return [field(dice, part) for part in inner]
    if origin is dict:
        return {dice.choice(WORDS): field(dice, inner[1]) for _ in range(dice.randrange(3))}
    if origin is typing.Literal:
        return dice.choice(inner)
    if kind is Node:
        return tree(dice, 0)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        tag = kind.__struct_config__.tag
        fields = [field(dice, each) for each in typing.get_type_hints(kind).values()]
        return fields if tag is None else [tag, *fields]
    makers: dict[Any, Callable[[], Any]] = {
        int: lambda: dice.randrange(12) if dice.random() < 0.93 else dice.choice(NUMBERS),
        float: lambda: dice.choice((0.0, 5.5, 1e9, dice.random(), dice.random())),
        str: lambda: dice.choice(WORDS) if dice.random() < 0.5 else "",
        bytes: lambda: payload(dice)[0],
        bool: lambda: dice.random() < 0.5,
        types.NoneType: lambda: None,
    }
    return makers[kind]()


def tree(dice: Random, depth: int) -> Wire:
    """Return a page's tree."""
    if dice.random() < 0.3:
        return [dice.randrange(1, 12), dice.choice(WORDS)]
    children = [tree(dice, depth + 1) for _ in range(dice.randrange(4) if depth < 4 else 0)]
    return [dice.randrange(1, 12), "p", {"class": dice.choice(WORDS)}, children, {"checked": True}]


def packet(body: bytes, buffers: list[bytes]) -> bytes:
    lengths = struct.pack(f"<{len(buffers)}Q", *map(len, buffers))
    return struct.pack("<II", len(body), len(buffers)) + body + lengths + b"".join(buffers)


def said(dice: Random, before: bytes) -> bytes:
    """Return the next bytes that a renderer says; `before` is what one has said last."""
    fields, buffers = wire(dice)
    number = dice.random()
    if number < 0.25:
        _spoil(dice, fields)
    data = packet(msgpack.encode(fields), buffers)
    return data if number < 0.65 else dice.choice(DAMAGES)(dice, data, before)


def _spoil(dice: Random, fields: Wire) -> None:
    """Make the frame one that is still msgpack: wrong types in right places, too few or too many, another tag."""
    at = dice.randrange(len(fields))
    how = dice.randrange(8)
    if how == 0:
        del fields[at]
    elif how == 1:
        fields.insert(at, anything(dice, 2))
    elif how == 2:
        fields[0] = dice.choice((*range(50), -1, "33", None))
    elif how == 3:
        # By hand: the encoder does not nest that deep.
        fields[at] = msgspec.Raw(b"\x91" * dice.choice((3, 1000, 50_000)) + b"\xc0")
    elif how == 4:
        fields[at] = dice.choice(WORDS)
    elif how == 5:
        fields[at] = dice.choice((float("nan"), float("inf"), -float("inf"), -1.0, 1e300))
    else:
        fields[at] = anything(dice, 3)


def _flip(dice: Random, data: bytes, _: bytes) -> bytes:
    return damaged(dice, data)


def _flip_in_body(dice: Random, data: bytes, _: bytes) -> bytes:
    return data[:8] + damaged(dice, data[8:])


def _truncate(dice: Random, data: bytes, _: bytes) -> bytes:
    return data[: dice.randrange(len(data))]


def _splice(dice: Random, data: bytes, before: bytes) -> bytes:
    return before[: dice.randrange(len(before) + 1)] + data[dice.randrange(len(data)) :]


def _graft(dice: Random, data: bytes, before: bytes) -> bytes:
    """Splice two bodies, and announce the length that comes out."""
    body = data[8 : dice.randrange(8, len(data) + 1)] + before[8 + dice.randrange(max(1, len(before) - 8)) :]
    return packet(body, [])


def _lengthen(dice: Random, data: bytes, _: bytes) -> bytes:
    """Announce another length, or other buffers."""
    length, count = struct.unpack_from("<II", data)
    huge = dice.choice((2**30, 2**30 + 1, 2**31, 2**32 - 1))
    announced = dice.choice((length + 1, max(0, length - 1), 0, huge, dice.randrange(2**16)))
    buffers = dice.choice((count, count, count + 1, 0, 2**16, 2**16 + 1, 2**32 - 1))
    return struct.pack("<II", announced, buffers) + data[8:]


def _lengthen_buffers(dice: Random, data: bytes, _: bytes) -> bytes:
    lengths = [dice.choice((0, 0, 1, 9, 2**20, 2**33 + 1, 2**63, 2**64 - 1)) for _ in range(dice.randrange(1, 4))]
    (length,) = struct.unpack_from("<I", data)
    body = data[8 : 8 + length]
    return struct.pack("<II", length, len(lengths)) + body + struct.pack(f"<{len(lengths)}Q", *lengths) + data[8:]


def _stuff(dice: Random, data: bytes, _: bytes) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.randbytes(dice.randrange(1, 20)) + data[at + dice.randrange(4) :]


def _noise(dice: Random, _: bytes, __: bytes) -> bytes:
    return dice.randbytes(dice.randrange(1, 200))


def _noise_in_a_body(dice: Random, _: bytes, __: bytes) -> bytes:
    return packet(dice.randbytes(dice.randrange(60)), [])


def _twice(_: Random, data: bytes, before: bytes) -> bytes:
    return before + data + data


DAMAGES: list[Callable[[Random, bytes, bytes], bytes]] = [
    _flip,
    _flip_in_body,
    _flip_in_body,
    _truncate,
    _splice,
    _graft,
    _lengthen,
    _lengthen_buffers,
    _stuff,
    _noise,
    _noise_in_a_body,
    _twice,
]
