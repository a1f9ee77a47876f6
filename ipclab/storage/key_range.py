"""`KeyRange`: which keys a request is about (the web's `IDBKeyRange`)."""

from __future__ import annotations

from typing import Any

from ipclab.errors import DataError
from ipclab.storage.keys import decode_key, encode_key


class KeyRange:
    """Keys between two bounds, each of which may be missing or left out of the range itself (`open`).

    Made by `only`, `lower_bound`, `upper_bound` and `bound`; these raise DataError for what is not a valid key.
    """

    __slots__ = ("_high", "_low", "lower_open", "upper_open")
    __clonable__ = False
    _low: bytes | None
    _high: bytes | None
    lower_open: bool
    upper_open: bool

    def __init__(self) -> None:
        raise TypeError("Illegal constructor. Use KeyRange.only, .lower_bound, .upper_bound or .bound")

    @classmethod
    def _make(cls, low: bytes | None, high: bytes | None, lower_open: bool, upper_open: bool) -> KeyRange:
        made = cls.__new__(cls)
        made._low, made._high = low, high
        made.lower_open, made.upper_open = lower_open, upper_open
        return made

    @classmethod
    def only(cls, value: Any) -> KeyRange:
        """The range with one key."""
        key = _bound(value, "only")
        return cls._make(key, key, False, False)

    @classmethod
    def lower_bound(cls, lower: Any, open: bool = False) -> KeyRange:  # noqa: A002 (the web's name)
        """All keys from `lower` on; without `lower` itself if `open`."""
        return cls._make(_bound(lower, "lowerBound"), None, bool(open), True)

    @classmethod
    def upper_bound(cls, upper: Any, open: bool = False) -> KeyRange:  # noqa: A002 (the web's name)
        """All keys up to `upper`; without `upper` itself if `open`."""
        return cls._make(None, _bound(upper, "upperBound"), True, bool(open))

    @classmethod
    def bound(cls, lower: Any, upper: Any, lower_open: bool = False, upper_open: bool = False) -> KeyRange:
        """All keys from `lower` to `upper`. DataError if no key could be in the range."""
        low, high = _bound(lower, "bound"), _bound(upper, "bound")
        if low > high:
            raise DataError(f"{_failed('bound')}: The lower key is greater than the upper key.")
        if low == high and (lower_open or upper_open):
            raise DataError(
                f"{_failed('bound')}: The lower key and upper key are equal and one of the bounds is open."
            )
        return cls._make(low, high, bool(lower_open), bool(upper_open))

    @property
    def lower(self) -> Any:
        """The lower bound, None if there is none."""
        return None if self._low is None else decode_key(self._low)

    @property
    def upper(self) -> Any:
        """The upper bound, None if there is none."""
        return None if self._high is None else decode_key(self._high)

    def includes(self, key: Any) -> bool:
        """Whether `key` is in the range. DataError if it is no valid key."""
        asked = _bound(key, "includes")
        if self._low is not None and (asked < self._low or (self.lower_open and asked == self._low)):
            return False
        return self._high is None or asked < self._high or (asked == self._high and not self.upper_open)

    def _condition(self, column: str) -> tuple[str, tuple[bytes, ...]]:
        """Return the range as a condition of SQL, with what stands for its question marks."""
        if self._low is not None and self._low is self._high:
            return f" AND {column} = ?", (self._low,)
        terms, bounds = [], []
        if self._low is not None:
            terms.append(f" AND {column} {'>' if self.lower_open else '>='} ?")
            bounds.append(self._low)
        if self._high is not None:
            terms.append(f" AND {column} {'<' if self.upper_open else '<='} ?")
            bounds.append(self._high)
        return "".join(terms), tuple(bounds)

    def __repr__(self) -> str:
        left = f"{'(' if self.lower_open else '['}{self.lower!r}" if self._low is not None else "("
        right = f"{self.upper!r}{')' if self.upper_open else ']'}" if self._high is not None else ")"
        return f"<KeyRange {left}, {right}>"


EVERYTHING = KeyRange._make(None, None, True, True)


def range_of(query: Any, doing: str) -> KeyRange:
    """Return a request's `query` (a range, a key, or None for everything) as a range; `doing` begins a DataError."""
    if query is None:
        return EVERYTHING
    if isinstance(query, KeyRange):
        return query
    key = encode_key(query, doing)
    return KeyRange._make(key, key, False, False)


def _failed(what: str) -> str:
    return f"Failed to execute '{what}' on 'IDBKeyRange'"


def _bound(key: Any, what: str) -> bytes:
    return encode_key(key, _failed(what))
