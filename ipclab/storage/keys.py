"""IndexedDB's keys as bytes whose order is that of the keys.

number < datetime < str < bytes < list. Numbers compare exactly, whole ones and floats alike (1 and 1.0 are one key);
datetimes by their instant (a naive one as if it were in UTC); strings as Python compares them; lists item by item.

Each key begins with a byte that says what it is. A number other than 0 is written as 1.FRACTION times two to the
power of an exponent: exponent first, then the bits of the fraction; of a negative one all bits are turned round. What
may have any length ends with two zeros, and a zero in it is followed by 255: so nothing is the beginning of anything
else.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from ipclab.errors import DataError
from ipclab.storage.files import decoded, encoded

END = b"\x00"
MINUS_INFINITY, NEGATIVE, ZERO, POSITIVE, INFINITY = (bytes((16 + each,)) for each in range(5))
DATETIME, TEXT, BYTES, LIST = b"\x20", b"\x30", b"\x40", b"\x50"
NAIVE, AWARE = b"\x00", b"\x01"

#: Turns round what is written of a negative number.
TURNED = bytes(255 - each for each in range(256))

#: Exponents from -1100 to here take two bytes, larger ones (of ints that no float can hold) ten.
LARGE = 0xFFFF - 1100
#: Ints of fewer bits come back as ints, larger ones as floats where those are exact.
INT_BITS = 63

#: Levels of lists, as in Chromium.
MAX_DEPTH = 2000

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
FIRST, LAST = (datetime.min - EPOCH) // MICROSECOND, (datetime.max - EPOCH) // MICROSECOND

#: Stands where a list ends, while it is being written.
_CLOSE = object()

NOT_VALID = "The parameter is not a valid key."


def encode_key(key: object, doing: str, problem: str = NOT_VALID) -> bytes:
    """Return a key as bytes. DataError if it is not valid: `doing` says who found the `problem`."""
    if type(key) is str:
        return TEXT + _ended(encoded(key))
    if type(key) is int:
        return _number(key, 1)
    parts: list[bytes] = []
    waiting: list[Any] = [key]
    lists = 0  # how deep inside of lists
    while waiting:
        item = waiting.pop()
        if item is _CLOSE:
            lists -= 1
            parts.append(END)
        elif isinstance(item, list | tuple):
            lists += 1
            if lists > MAX_DEPTH:
                raise _no_key(key, doing, problem)
            parts.append(LIST)
            waiting.append(_CLOSE)
            waiting.extend(reversed(item))
        else:
            scalar = _scalar(item)
            if scalar is None:
                raise _no_key(item, doing, problem)
            parts.append(scalar)
    return b"".join(parts)


def key_or_none(key: object) -> bytes | None:
    """Return a key as bytes, None if it is not valid."""
    try:
        return encode_key(key, "")
    except DataError:
        return None


def _scalar(key: object) -> bytes | None:
    """Return a key that is no list as bytes, None if it is no key."""
    if isinstance(key, str):
        return TEXT + _ended(encoded(str.__str__(key)))
    if isinstance(key, int):
        return None if isinstance(key, bool) else _number(int(key), 1)
    if isinstance(key, float):
        if math.isinf(key):
            return INFINITY if key > 0 else MINUS_INFINITY
        return None if math.isnan(key) else _number(*key.as_integer_ratio())
    if isinstance(key, datetime):
        return _datetime(key)
    if isinstance(key, bytes | bytearray | memoryview):
        return BYTES + _ended(bytes(key))
    return None


def _no_key(item: object, doing: str, problem: str) -> DataError:
    if isinstance(item, list | tuple):
        why = f"Its lists are nested deeper than {MAX_DEPTH}."
    elif isinstance(item, float):
        why = "nan is not even equal to itself."
    elif isinstance(item, datetime):
        why = "In UTC it is in no year from 1 to 9999."
    else:
        why = f"A {type(item).__name__} is no key: numbers, datetimes, strings, bytes and lists of these are."
    return DataError(f"{doing}: {problem}\n{why}")


def _number(numerator: int, denominator: int) -> bytes:
    """`denominator` is a power of two, the fraction has no common factors."""
    if not numerator:
        return ZERO
    magnitude = abs(numerator)
    bits = magnitude.bit_length()
    exponent = bits - denominator.bit_length()
    # The first bit is always 1 and is left out; zeros at the end say nothing.
    fraction = magnitude - (1 << (bits - 1))
    spare = -(bits - 1) % 8
    digits = (fraction << spare).to_bytes((bits - 1 + spare) // 8, "big").rstrip(b"\0")
    size = (exponent + 1100).to_bytes(2, "big") if exponent < LARGE else b"\xff\xff" + exponent.to_bytes(8, "big")
    written = size + _ended(digits)
    return POSITIVE + written if numerator > 0 else NEGATIVE + written.translate(TURNED)


def _datetime(key: datetime) -> bytes | None:
    aware = key.utcoffset() is not None
    since = (key - EPOCH.replace(tzinfo=UTC) if aware else key.replace(tzinfo=None) - EPOCH) // MICROSECOND
    if not FIRST <= since <= LAST:
        return None  # in UTC it is in no year that a datetime can have
    return DATETIME + (since + (1 << 63)).to_bytes(8, "big") + (AWARE if aware else NAIVE)


def _ended(data: bytes) -> bytes:
    return (data.replace(b"\0", b"\0\xff") if 0 in data else data) + b"\0\0"


def decode_key(data: bytes) -> Any:
    """Return the key that `data` was made of: an equal one, a tuple as a list, an aware datetime in UTC."""
    lists: list[list[Any]] = [[]]
    at = 0
    while at < len(data):
        kind = data[at : at + 1]
        at += 1
        if kind == LIST:
            lists.append([])
            continue
        if kind == END:
            value: Any = lists.pop()
        else:
            value, at = _read(kind, data, at)
        lists[-1].append(value)
    return lists[0][0]


def _read(kind: bytes, data: bytes, at: int) -> tuple[Any, int]:
    """Return the scalar of this kind that stands at `at`, and where it ends."""
    if kind in (TEXT, BYTES):
        content, at = _read_ended(data, at)
        return decoded(content) if kind == TEXT else content, at
    if kind == POSITIVE:
        return _read_number(data, at)
    if kind == NEGATIVE:
        number, size = _read_number(data[at:].translate(TURNED), 0)
        return -number, at + size
    if kind == DATETIME:
        moment = EPOCH + (int.from_bytes(data[at : at + 8], "big") - (1 << 63)) * MICROSECOND
        return moment.replace(tzinfo=UTC) if data[at + 8 : at + 9] == AWARE else moment, at + 9
    return {ZERO: 0, INFINITY: math.inf, MINUS_INFINITY: -math.inf}[kind], at


def _read_ended(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes up to their end mark, and where that ends."""
    end = at
    while data[(end := data.index(0, end)) + 1]:
        end += 2
    return data[at:end].replace(b"\0\xff", b"\0"), end + 2


def _read_number(data: bytes, at: int) -> tuple[int | float, int]:
    exponent = int.from_bytes(data[at : at + 2], "big") - 1100
    at += 2
    if exponent == LARGE:
        exponent = int.from_bytes(data[at : at + 8], "big")
        at += 8
    digits, at = _read_ended(data, at)
    bits = 8 * len(digits)
    mantissa = (1 << bits) + int.from_bytes(digits, "big")
    shift = exponent - bits
    whole = mantissa << shift if shift >= 0 else mantissa >> -shift
    if exponent < INT_BITS:
        return (whole if whole << -shift == mantissa else math.ldexp(mantissa, shift)) if shift < 0 else whole, at
    if exponent <= 1023 and bits <= 56 and (number := math.ldexp(mantissa, shift)) == whole:
        return number, at
    return whole, at
