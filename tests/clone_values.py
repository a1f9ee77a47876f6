"""Values for the tests of structured clone, and Hypothesis strategies for what it carries."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from ipclab import undefined
from ipclab.clone.wire import OUT_OF_BAND


class Loud:
    """Overrides what `list(value)`, `str(value)` and the like call: a clone must not notice."""

    def shout(self, *_: object) -> Any:
        raise AssertionError("a method of the value was called")

    __bytes__ = __iter__ = __len__ = __getitem__ = keys = values = items = shout
    __str__ = __int__ = __float__ = __eq__ = __bool__ = shout
    __hash__ = None  # type: ignore[assignment]


def loud(base: type, *args: Any) -> Any:
    """Return an instance of a subclass of `base` that overrides what `Loud` does."""
    namespace = {name: member for name, member in vars(Loud).items() if name not in ("__dict__", "__weakref__")}
    if base in (int, float, str, bytes, tuple, frozenset):
        namespace["__hash__"] = base.__hash__
    return type(f"Loud{base.__name__}", (base,), namespace)(*args)


def nested(depth: int) -> Any:
    """Return a number in `depth` lists."""
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


def rich() -> Any:
    """Return a value with a node of nearly every kind."""
    error = OSError(2, "gone", "f")
    error.__cause__ = ExceptionGroup("g", [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")])
    shared: list[Any] = [1, "two", 3.0, None, undefined, 2**90, "\ud800", datetime(2024, 1, 2, tzinfo=UTC)]
    shared.append(shared)
    return [
        shared,
        {("k", frozenset({1})): re.compile("a|b", re.I), "bytes": bytearray(b"xyz")},
        {1, "a", (2, 3)},
        error,
        array("h", [1, 2, 3]),
        bytes(OUT_OF_BAND),
        SimpleNamespace(x=1),
    ]


# --- strategies ----------------------------------------------------------------------------------------------------

offsets = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=[]), max_size=8)
    | st.binary(max_size=8)
    | st.just(undefined)
    | st.datetimes(timezones=st.none() | st.just(UTC) | offsets)
    | st.sampled_from([re.compile("a+", re.I), re.compile(b"\xff"), re.compile("(?x) a b"), 2**64, -(2**63) - 1])
)
hashables: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
#: What arrives as what it is and has nothing in it that could be shared.
leaves: st.SearchStrategy[Any] = (
    scalars
    | st.sets(hashables, max_size=4)
    | st.binary(max_size=8).map(bytearray)
    | st.builds(array, st.sampled_from("bhilqfd"), st.lists(st.integers(-128, 127), max_size=4))
)
trees: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(hashables, inner, max_size=4),
    max_leaves=20,
)
#: What the plain form of the wire format is for.
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8) | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@st.composite
def graphs(draw: st.DrawFn) -> list[Any]:
    """Draw a list of values that share objects and go round in circles."""
    parts: list[Any] = draw(st.lists(leaves, max_size=4))
    makers: list[Callable[[], Any]] = [list, dict, lambda: ValueError("text")]
    parts += [draw(st.sampled_from(makers))() for _ in range(draw(st.integers(1, 6)))]
    some = st.sampled_from(parts) | leaves
    for part in parts:
        if isinstance(part, list):
            part += draw(st.lists(some, max_size=4))
        elif isinstance(part, dict):
            part |= draw(st.dictionaries(hashables, some, max_size=4))
        elif isinstance(part, BaseException):
            part.__cause__ = draw(st.sampled_from([None, *(p for p in parts if isinstance(p, BaseException))]))
    return draw(st.lists(st.sampled_from(parts), min_size=1, max_size=5))
