"""The numbers of the wire format that the docstring of `ipclab.clone` describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

Wire = Any
"""A part of a message: what msgpack knows, in the shapes that the docstring of `ipclab.clone` gives."""

Buffer = bytes | bytearray | memoryview
"""Binary data beside the payload: flat, counted in bytes."""

VERSION = 1

# What stands in a slot.
INTEGER = 0
TEXT = 1
DATETIME = 2
PATTERN = 3
TUPLE = 4
FROZENSET = 5

# What stands in the node table.
LIST = 10
DICT = 11
SET = 12
BYTES = 13
BYTEARRAY = 14
ARRAY = 15
NUMPY = 16
ERROR = 17

OUT_OF_BAND = 65_536
"""Binary data of at least this many bytes travels beside the payload."""

KEY_DEPTH = 32
"""How deep tuples may nest inside a key. Hashing recurses in C, so the receiver must not let a sender choose."""

KEY_PARTS = 100_000
"""How many parts a key may have, all tuples and frozensets in it written out."""

CHAIN_LIMIT = 1_000
"""How many causes may stand behind an exception. Freeing a chain of OSErrors recurses in C without a guard."""

SAME_HASH = 256
"""How many keys of one dict or set may have the same hash. Each is compared with all others of its hash."""

PATTERN_COST = 32_768
"""How much the regular expressions of a message may cost together, those that are equal counted once."""

RE_FLAGS = 2 | 4 | 8 | 16 | 32 | 64 | 256
"""The flags that change what a pattern matches; re.DEBUG would print in the receiving process."""


def chain_too_long(causes: dict[int, int]) -> int | None:
    """Return the first exception with more than `CHAIN_LIMIT` causes behind it; `causes` maps node to node."""
    lengths: dict[int, int] = {}
    for start in causes:
        trail = []
        node = start
        while node in causes and node not in lengths:
            lengths[node] = 0
            trail.append(node)
            node = causes[node]
        length = lengths.get(node, 0)
        for node in reversed(trail):
            length += 1
            lengths[node] = length
        if length > CHAIN_LIMIT:
            return start
    return None


def crowded(keys: list[Any]) -> bool:
    """Tell whether a table of `keys` would take time by the square of their number."""
    return len(keys) > SAME_HASH and max(Counter(map(hash, keys)).values()) > SAME_HASH


def pattern_cost(source: str | bytes) -> int:
    """Return what compiling a regular expression may cost, in characters of at most 50 microseconds.

    Python spends up to 9 ms on a range of a character set that reaches beyond ASCII.
    """
    if isinstance(source, bytes):
        return len(source)
    import re

    return len(source) + 200 * len(re.findall(r"-[^\x00-\x5b\x5d-\x7f]", source))


def size(payload: bytes, buffers: Sequence[Buffer] = ()) -> int:
    """Return how many bytes a message occupies on the wire."""
    return len(payload) + sum(map(len, buffers))
