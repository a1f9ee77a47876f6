"""Structured clone: a Python value becomes bytes (with large buffers beside them) and a value again elsewhere.

The rules follow HTML's structured clone as Electron uses it (`v8.serialize`); where Python has other types than
JavaScript, the table in the design says what arrives. Functions, classes and everything tied to its process are
refused by `DataCloneError`, which names the place. Nothing is pickled and decoding runs no foreign code.

Wire format, version 1
----------------------
A payload is one msgpack value, an array whose first item is the version. It comes in two forms::

    [1, value]           plain: a tree of nil, bool, int, float, str, bin, array and map, nothing shared
    [1, slot, nodes]     general: any value; `nodes` is an array of nodes, numbered from 0

Plain values mean what msgpack means by them. (A msgpack timestamp is a datetime; ipclab sends none.) Other
extension types are malformed.

A *slot* holds one value. Scalars stand in it as they are, everything else is an array::

    nil, bool, int, float, str, bin     itself
    []                                  undefined
    [n]                                 the value of node n: this is how sharing and cycles are said
    [0, bin]                            an integer of any size: two's complement, little-endian
    [1, bin]                            a string with lone surrogates: UTF-8 that encodes them as well (WTF-8)
    [2, str, fold]                      a datetime in ISO 8601, with its UTC offset unless naive; fold is 0 or 1
    [3, slot, flags]                    a regular expression: source (string or bin) and Python's flag bits

A *key* is what a dict key or set member can be: a slot of the kinds above (of `[n]`, only exceptions), or ::

    [4, [key, ...]]                     a tuple
    [5, [key, ...]]                     a frozenset

nested at most 32 deep. A *node* is something with an identity, or something large::

    [10, [slot, ...]]                   a list
    [11, [key, ...], [slot, ...]]       a dict: keys and values, in order
    [12, [key, ...]]                    a set
    [13, data]                          bytes
    [14, data]                          a bytearray
    [15, typecode, data]                an array.array
    [16, dtype, [length, ...], data]    a numpy array in C order, dtype as in `numpy.dtype.str`
    [17, name, slot, args, cause, members]
                                        an exception: builtin class, message, constructor arguments (array of
                                        keys without `[n]`, or nil), cause (`[n]` or nil), and for an exception
                                        group its members (array of `[n]`, else nil)

*data* is bin, or the number of a buffer that travels beside the payload. Every buffer is used exactly once.
Items of arrays are in the machine's byte order (both ends of a link are on one machine).

What would take the receiver's time or stack is malformed: more than 1,000 causes behind an exception, more than 256
keys of one table that have the same hash (where any of them is an array), regular expressions that cost more than
32,768 together (`wire.pattern_cost`). `encode` refuses such values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from msgspec import msgpack

from ipclab.clone.text import preview
from ipclab.clone.wire import OUT_OF_BAND, VERSION, Buffer, size
from ipclab.errors import ProtocolError

__all__ = ["decode", "encode", "preview", "size"]

_LEAVES = frozenset({type(None), bool, int, float, str})
_CONTAINERS = frozenset({list, tuple, dict})
_all_leaves = _LEAVES.issuperset
_PLAIN_DEPTH = 32  # msgspec recurses, and has to share the interpreter's recursion limit with the caller
_MANY = 64  # items, from which on a loop in C is faster in spite of its preparations


def encode(value: object, root: str = "args") -> tuple[bytes, list[Buffer]]:
    """Return `value` as a payload and the buffers that travel beside it.

    The buffers are the value's own memory, not copies. Those that are not `bytes` may still change: a caller
    must write them out, or copy them, before user code runs again.

    Raises `DataCloneError` when something in `value` cannot be cloned, with its path from `root`
    (``args[0].user.callback is a function``); so does an exception of the value's own code, as in Electron.
    """
    if _is_plain(value):
        try:
            return _encoder.encode((VERSION, value)), []
        except (OverflowError, UnicodeEncodeError, RecursionError):
            pass  # an integer beyond 64 bits, a lone surrogate, a caller deep in the stack
    from ipclab.clone.flatten import flatten

    slot, nodes, buffers = flatten(value, root)
    return _encoder.encode((VERSION, slot, nodes)), buffers


def decode(payload: bytes, buffers: Sequence[Buffer] = ()) -> object:
    """Return the value that `encode` was given; a tuple or list of arguments arrives as a list.

    A buffer that has the right type already (`bytes`, or `bytearray` for what can be changed) becomes part of the
    value without a copy, so the caller must not use it any more.

    Raises `ProtocolError` for anything that `encode` does not produce, and nothing else.
    """
    try:
        message = _decoder.decode(payload)
        if type(message) is list and message and type(message[0]) is int and message[0] == VERSION:
            if len(message) == 2 and not buffers:
                return message[1]
            if len(message) == 3:
                from ipclab.clone.build import build

                return build(message[1], message[2], buffers)
    except ProtocolError:
        raise
    except Exception as error:
        raise ProtocolError(f"a malformed value arrived ({type(error).__name__})") from error
    raise ProtocolError("a malformed value arrived (no known version or form)")


def _is_plain(value: Any) -> bool:
    """Tell whether msgpack alone can carry `value`: plain types, nothing shared, nothing large, not deep.

    Every message pays for this, most of it here: the commonest types are asked for first, and one at a time.
    """
    if type(value) not in _CONTAINERS:
        return type(value) in _LEAVES or _is_small(value)
    seen = {id(value)}
    below = [value]
    for _ in range(_PLAIN_DEPTH):
        level, below = below, []
        for items in level:
            if type(items) is dict:
                for key in items:
                    if type(key) is not str:
                        return False
                items = items.values()
            elif len(items) > _MANY and _all_leaves(map(type, items)):
                continue
            for item in items:
                kind = type(item)
                if kind is str or kind is int or kind is float:
                    continue
                if kind is dict or kind is list or kind is tuple:
                    below.append(item)
                elif kind is not bool and item is not None and not _is_small(item):
                    return False
        if not below:
            return True
        # Before the next level, so that nothing shared is walked twice.
        expected = len(seen) + len(below)
        seen.update(map(id, below))
        if len(seen) < expected:
            return False
    return False


def _is_small(item: object) -> bool:
    return type(item) is bytes and len(item) < OUT_OF_BAND


def _refuse_extension(code: int, data: memoryview) -> NoReturn:
    raise ProtocolError(f"a malformed value arrived (msgpack extension {code} of {len(data)} bytes)")


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(ext_hook=_refuse_extension)
