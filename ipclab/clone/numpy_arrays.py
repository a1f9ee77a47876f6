"""Numpy arrays taken apart and put together; imported only where a value is one."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

from ipclab.clone.kinds import is_a
from ipclab.clone.rules import Refused
from ipclab.errors import ProtocolError

numpy: Any = import_module("numpy")  # so that type checkers need no numpy

_KINDS = frozenset("biufcmMSUV")
_DIMENSIONS = 64  # numpy's own limit
_NAME_LENGTH = 32  # "<M8[25us]" and the like; numpy parses longer strings as a language


def dismantle(value: Any) -> tuple[str, list[int], memoryview]:
    """Return dtype, shape and the bytes in C order, without a copy when the array is in C order already."""
    if type(value) not in (numpy.ndarray, numpy.memmap):
        raise Refused(is_a(type(value), "send numpy.asarray(value)"))
    dtype = value.dtype
    # What the name alone does not bring back: objects, fields, dtypes of other packages.
    if not _is_plain(dtype.str) or numpy.dtype(dtype.str) != dtype:
        raise Refused(f"is a numpy array of {dtype.name}: send an array of numbers or of fixed-length strings")
    flat = numpy.asarray(value, order="C").reshape(-1).view(numpy.uint8)
    return dtype.str, list(value.shape), memoryview(flat)


def assemble(name: object, shape: object, data: bytearray) -> Any:
    """Return the array; its memory is `data`. Raises `ProtocolError` (or what numpy raises) when they disagree."""
    if not (isinstance(name, str) and _is_plain(name) and isinstance(shape, list) and len(shape) <= _DIMENSIONS):
        raise ProtocolError("a malformed value arrived (a numpy array of no plain type)")
    dtype = numpy.dtype(name)
    if dtype.hasobject or dtype.str != name or not all(type(n) is int and n >= 0 for n in shape):
        raise ProtocolError("a malformed value arrived (a numpy array of no plain type)")
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise ProtocolError("a malformed value arrived (a numpy array of another size)")
    return numpy.ndarray(shape, dtype, data)


def _is_plain(name: str) -> bool:
    return len(name) <= _NAME_LENGTH and name[0] in "<>|" and name[1] in _KINDS and name[2:3] not in ("", "0")
