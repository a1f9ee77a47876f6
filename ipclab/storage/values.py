"""Values on their way into a database and out of it: structured clones as one piece of bytes."""

from __future__ import annotations

import struct
from typing import Any

from ipclab import clone

#: Clone data begins with a msgpack array; this stands before clone data that has large buffers beside it:
#: count:u32, then the length of the clone data and of each buffer as u64, then all of them.
WITH_BUFFERS = b"\x00"

MISSING: Any = object()


class Value:
    """A value that is to be kept. DataCloneError if it cannot be cloned, with its path from ``value``."""

    __slots__ = ("_copy", "_given", "data")

    def __init__(self, given: object) -> None:
        payload, buffers = clone.encode(given, "value")
        if buffers:
            parts = (payload, *buffers)
            lengths = struct.pack(f"<I{len(parts)}Q", len(parts), *(memoryview(part).nbytes for part in parts))
            payload = b"".join((WITH_BUFFERS, lengths, *parts))
        self.data = payload
        self._given = given
        self._copy: Any = MISSING

    def at(self, path: tuple[str, ...]) -> Any:
        """Return what the keys of `path` lead to in the copy that is kept; `MISSING` if nothing."""
        here = self._given
        for part in path:
            if type(here) is not dict:
                # An object may become a dict on the way.
                return _walk(self.copy(), path)
            here = here.get(part, MISSING)
        return here

    def copy(self) -> Any:
        """Return the value as it will come out again."""
        if self._copy is MISSING:
            self._copy = unpacked(self.data)
        return self._copy


def _walk(here: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        here = here.get(part, MISSING) if isinstance(here, dict) else MISSING
    return here


def unpacked(data: bytes) -> Any:
    """Return the value that is kept as `data`."""
    if data[:1] != WITH_BUFFERS:
        return clone.decode(data)
    (count,) = struct.unpack_from("<I", data, 1)
    at = 5 + 8 * count
    parts = []
    for length in struct.unpack_from(f"<{count}Q", data, 5):
        parts.append(data[at : at + length])
        at += length
    return clone.decode(parts[0], parts[1:])
