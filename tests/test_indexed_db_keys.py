"""Keys of IndexedDB: what is one, and in which order they come (Indexed DB: "Keys"; Python's own comparisons)."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipclab import DataError
from ipclab.storage.key_range import KeyRange
from ipclab.storage.keys import decode_key, encode_key

EAST = timezone(timedelta(hours=8))


def encoded(key: object) -> bytes:
    return encode_key(key, "here")


#: Keys of every kind, in their order.
IN_ORDER: list[Any] = [
    -math.inf,
    -(2**70_000),
    -1.7976931348623157e308,
    -(2**70) - 1,
    -(2**70),
    -257,
    -256,
    -1.5,
    -1,
    -0.1,
    -5e-324,
    0,
    5e-324,
    0.1,
    0.5,
    1,
    1.5,
    255,
    256,
    257,
    2**53,
    2**53 + 1,
    2.0**53 + 2,
    2**64,
    1e300,
    2**1024,
    2**1024 + 1,
    2**70_000,
    math.inf,
    datetime.min,
    datetime(1969, 12, 31),
    datetime(2026, 1, 1, 12),
    datetime(2026, 1, 1, 12, tzinfo=UTC),
    datetime(2026, 1, 1, 21, tzinfo=EAST),
    datetime.max,
    "",
    "\0",
    "\0\0",
    "\0a",
    "A",
    "a",
    "a\0",
    "a\0b",
    "ab",
    "渲染",
    "\ud800",
    "\uffff",
    "😀",
    b"",
    b"\0",
    b"\0\xff",
    b"a",
    b"\xff",
    [],
    [1],
    [1, 1],
    [1, "a"],
    [2],
    ["a"],
    ["a", []],
    ["a\0"],
    [b"\0"],
    [[]],
    [[], []],
    [[1]],
]

numbers = st.integers() | st.integers(-(2**200), 2**200) | st.floats(allow_nan=False)
moments = st.datetimes() | st.datetimes(
    min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.sampled_from([UTC, EAST])
)
texts = st.text(st.characters(exclude_categories=())) | st.text("\0\1a\xff")
data = st.binary() | st.text("\0\1a\xff").map(lambda text: text.encode("latin-1"))
keys = st.recursive(numbers | moments | texts | data, lambda each: st.lists(each, max_size=4), max_leaves=8)


def test_keys_of_all_kinds_come_in_their_order() -> None:
    """number < date < string < binary < array."""
    written = [encoded(key) for key in IN_ORDER]
    assert written == sorted(written)
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("kind", [numbers, texts, data], ids=["numbers", "texts", "bytes"])
def test_keys_of_one_kind_compare_as_in_python(kind: st.SearchStrategy[Any]) -> None:
    """Exactly, also where a float has no room for all digits of an int; and so inside of lists."""

    @given(kind, kind, keys)
    def check(one: Any, other: Any, more: Any) -> None:
        assert (encoded(one) < encoded(other)) == (one < other)
        assert (encoded(one) == encoded(other)) == (one == other)
        assert (encoded([one, more]) < encoded([other, more])) == (one < other)
        assert (encoded([one]) < encoded([other, more])) == (one <= other)

    check()


@given(st.datetimes(), st.datetimes(), st.sampled_from([None, UTC, EAST]))
def test_datetimes_compare_by_their_instants(one: datetime, other: datetime, zone: timezone | None) -> None:
    first, second = one.replace(tzinfo=zone), other.replace(tzinfo=zone)
    assert (encoded(first) < encoded(second)) == (one < other)
    assert (encoded(first) == encoded(second)) == (one == other)


@given(keys)
def test_a_key_comes_back_equal(key: Any) -> None:
    assert decode_key(encoded(key)) == key


def test_what_equals_is_one_key() -> None:
    class Colour(IntEnum):
        RED = 1

    for one, other in [
        (1, 1.0),
        (0, -0.0),
        (2**64, 2.0**64),
        (1, Colour.RED),
        ((1, "a"), [1, "a"]),
        (b"ab", bytearray(b"ab")),
        (b"ab", memoryview(b"ab")),
        (datetime(2026, 1, 1, 8, tzinfo=EAST), datetime(2026, 1, 1, tzinfo=UTC)),
    ]:
        assert encoded(one) == encoded(other)
    assert encoded(datetime(2026, 1, 1)) != encoded(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (None, "NoneType"),
        (True, "bool"),
        ({}, "dict"),
        ({1}, "set"),
        (1j, "complex"),
        (Decimal(1), "Decimal"),
        (Fraction(1, 2), "Fraction"),
        (date(2026, 1, 1), "date"),
        (print, "builtin_function_or_method"),
        ([1, ["a", None]], "NoneType"),
    ],
)
def test_what_is_no_key_is_refused_by_its_type(key: object, kind: str) -> None:
    """Indexed DB: "The parameter is not a valid key" (booleans, null, undefined, plain objects, ...)."""
    with pytest.raises(DataError) as caught:
        encoded(key)
    first, second = str(caught.value).splitlines()
    assert first == "here: The parameter is not a valid key."
    assert second.startswith(f"A {kind} is no key")


def test_what_has_no_place_in_the_order_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(2000):
        deep = [deep]
    too_late = datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))
    for key, why in [
        (math.nan, "nan is not even equal"),
        (endless, "nested deeper"),
        (deep, "nested deeper than 2000"),
        (too_late, "no year"),
    ]:
        with pytest.raises(DataError, match=why):
            encoded(key)
    written = encoded(deep[0])
    assert encoded(decode_key(written)) == written


# --- ranges --------------------------------------------------------------------------------------------------------


def test_ranges_include_what_is_between_their_bounds() -> None:
    for made, fitting in [
        (KeyRange.only(2), [2]),
        (KeyRange.lower_bound(2), [2, 3, 4]),
        (KeyRange.lower_bound(2, True), [3, 4]),
        (KeyRange.upper_bound(2), [1, 2]),
        (KeyRange.upper_bound(2, open=True), [1]),
        (KeyRange.bound(2, 3), [2, 3]),
        (KeyRange.bound(2, 3, True), [3]),
        (KeyRange.bound(2, 3, upper_open=True), [2]),
        (KeyRange.bound(2, 3, True, True), []),
    ]:
        assert [key for key in (1, 2, 3, 4) if made.includes(key)] == fitting, made


def test_ranges_show_their_bounds() -> None:
    made = KeyRange.bound(1, "b", False, True)
    assert (made.lower, made.upper, made.lower_open, made.upper_open) == (1, "b", False, True)
    assert repr(made) == "<KeyRange [1, 'b')>"
    only_lower = KeyRange.lower_bound([1], True)
    assert (only_lower.lower, only_lower.upper, repr(only_lower)) == ([1], None, "<KeyRange ([1], )>")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: KeyRange.only(None), "'only' on 'IDBKeyRange': The parameter is not a valid key."),
        (lambda: KeyRange.lower_bound(True), "'lowerBound' on 'IDBKeyRange': The parameter is not a valid key."),
        (lambda: KeyRange.upper_bound({}), "'upperBound' on 'IDBKeyRange': The parameter is not a valid key."),
        (lambda: KeyRange.bound(2, 1), "'bound' on 'IDBKeyRange': The lower key is greater than the upper key."),
        (lambda: KeyRange.bound("a", 1), "'bound' on 'IDBKeyRange': The lower key is greater than the upper key."),
        (
            lambda: KeyRange.bound(1, 1, True),
            "'bound' on 'IDBKeyRange': The lower key and upper key are equal and one of the bounds is open.",
        ),
        (lambda: KeyRange.only(1).includes(None), "'includes' on 'IDBKeyRange': The parameter is not a valid key."),
    ],
)
def test_ranges_that_cannot_be_are_refused(make: Any, told: str) -> None:
    """Chromium's texts."""
    with pytest.raises(DataError) as caught:
        make()
    assert str(caught.value).splitlines()[0] == f"Failed to execute {told}"


def test_a_range_is_made_by_its_class_methods_only() -> None:
    with pytest.raises(TypeError, match="Illegal constructor"):
        KeyRange()
