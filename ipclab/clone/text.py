"""A short text for any value at all: for error paths, and for the trace when a value did not cross."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ipclab.clone.kinds import is_ordinary, own_fields, relative_in

_DEPTH = 6
_SORTED_MEMBERS = 50  # in larger sets, finding a stable order would take long
_INT_BITS = 512

# Types whose own repr is short and the same in every run; the base's is called, not a subclass's.
_SHORT = frozenset(
    {"datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone"}
    | {
        "ipclab.Undefined",
        "decimal.Decimal",
        "fractions.Fraction",
        "pathlib.PurePath",
        "uuid.UUID",
        "builtins.complex",
        "builtins.range",
    }
)
_NAMED = frozenset(
    {"builtins.function", "builtins.builtin_function_or_method", "builtins.method", "builtins.module"}
    | {"builtins.type", "builtins.coroutine", "builtins.generator", "builtins.async_generator"}
)


def preview(value: object, limit: int = 200) -> str:
    """Return something like ``repr(value)`` in at most `limit` characters, the same in every run.

    Never raises, whatever the value: deep, cyclic and huge ones are cut short, a `__repr__` of the user's is not
    called, and no memory address appears.
    """
    return _preview(value, limit, 0)


def _preview(value: object, limit: int, depth: int) -> str:
    writer = _Writer(limit)
    try:
        writer.value(value, depth)
    except _Full:
        pass
    except Exception:  # of a property, a metaclass, a released memoryview
        writer.pieces.append(f"<{type(value).__name__}>")
    text = "".join(writer.pieces)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Full(Exception):  # noqa: N818 (ends the writing, no error)
    pass


class _Writer:
    def __init__(self, limit: int) -> None:
        self.pieces: list[str] = []
        self._limit = limit
        self._room = limit

    def put(self, piece: str) -> None:
        """Add `piece`; end the writing once the text is longer than the limit."""
        self.pieces.append(piece)
        self._room -= len(piece)
        if self._room < 0:
            raise _Full

    def value(self, value: Any, depth: int) -> None:
        """Add the text of `value`, which is `depth` containers deep."""
        cls = type(value)
        if value is None or cls is bool or cls is float:
            self.put(repr(value))
        elif relative_in(cls, ("enum.Enum",)):
            self.put(f"{cls.__name__}.{value._name_}")
        elif isinstance(value, int):
            bits = int.bit_length(value)
            self.put(int.__repr__(value) if bits <= _INT_BITS else f"<int of {bits:,} bits>")
        elif isinstance(value, str):
            self.put(repr(str.__getitem__(value, slice(self._limit + 1))))
        elif isinstance(value, bytes | bytearray):
            self.put(repr(cls(memoryview(value)[: self._limit + 1])))
        elif isinstance(value, dict):
            self._pairs("{", dict.items(value), ": ", "}", depth)
        elif isinstance(value, list):
            self._items("[", list.__iter__(value), "]", depth)
        elif isinstance(value, tuple):
            self._items("(", tuple.__iter__(value), ",)" if tuple.__len__(value) == 1 else ")", depth)
        elif isinstance(value, set | frozenset):
            self._set(frozenset(value), depth)
        elif isinstance(value, BaseException):
            self._items(f"{cls.__name__}(", value.args, ")", depth)
        else:
            self._object(value, depth)

    def _items(self, start: str, items: Iterable[object], end: str, depth: int) -> None:
        self.put(start)
        if depth == _DEPTH:
            self.put("...")
        else:
            for i, item in enumerate(items):
                self.put(", " if i else "")
                self.value(item, depth + 1)
        self.put(end)

    def _pairs(self, start: str, pairs: Iterable[tuple[Any, Any]], between: str, end: str, depth: int) -> None:
        self.put(start)
        if depth == _DEPTH:
            self.put("...")
        else:
            for i, (key, item) in enumerate(pairs):
                self.put(", " if i else "")
                if between == "=":
                    self.put(key)
                else:
                    self.value(key, depth + 1)
                self.put(between)
                self.value(item, depth + 1)
        self.put(end)

    def _set(self, members: frozenset[object], depth: int) -> None:
        if len(members) > _SORTED_MEMBERS:
            self.put(f"{{{len(members):,} members}}")
        elif members:
            # Sorting needs whole texts, so members are not followed far down.
            depth = max(depth + 1, _DEPTH - 1)
            texts = sorted(_preview(member, self._limit, depth) for member in members)
            self.put("{" + ", ".join(texts) + "}")
        else:
            self.put("set()")

    def _object(self, value: Any, depth: int) -> None:
        cls = type(value)
        short: Any = relative_in(cls, _SHORT)
        if getattr(cls, "__clonable__", True) is False:  # ipclab's own, whose repr tells more than its fields
            self.put(_without_address(repr(value)))
        elif short is not None:
            self.put(short.__repr__(value))
        elif relative_in(cls, _NAMED):
            kind = "class" if isinstance(value, type) else cls.__name__
            self.put(f"<{kind} {value.__name__}>")
        elif is_ordinary(cls):
            self._pairs(f"{cls.__name__}(", own_fields(value).items(), "=", ")", depth)
        else:
            self.put(f"<{cls.__name__}>")


def _without_address(text: str) -> str:
    import re

    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)
