"""Structured clone of values without parts: primitives, boxed ones, dates and regular expressions (semantics b)."""

from __future__ import annotations

import copy
import enum
import math
import pickle
import re
from array import array
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from clones import clone, crosses, same
from ipc import program
from rules import different, held, not_simulated

from ipclab import undefined
from ipclab.clone import preview

PRIMITIVES = "`undefined`, `null`, booleans, strings (lone surrogates too), `NaN`, `±Infinity`, `-0`, BigInt: exact."


@held("b", "primitives", PRIMITIVES)
@held("b", "serializer", "One algorithm for all calls, in both directions.")
@program
async def test_primitives_cross_both_ways() -> None:
    sources = ["None", "True", "False", "0", "-1", "2**63 - 1", "2**64 - 1", "2**64", "-(2**63) - 1", "1 << 40_000"]
    sources += ["0.0", "-0.0", "1.5", "math.inf", "-math.inf", "math.nan", "5e-324", "undefined"]
    sources += ["''", "'渲染进程参数1'", r"'\x00'", "'🎉'", r"'\ud800'", r"'a\udfff b'", r"'\ud83c\udf89'"]
    await crosses({source: source for source in [*sources, f"[{', '.join(sources)}]"]})


@held("b", "primitives", PRIMITIVES)
@held("b", "primitives", "Also as elements of arrays, as values of objects and beside a `Map` or `Set`.")
@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, 1, -1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 1 << 40_000),
        *(-(1 << 40_000), 0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 5e-324),
        *("", "abc", "渲染进程参数1", "\x00", "🎉", "\ud800", "a\udfff b", "\ud83c\udf89", b"", b"\xff\x00"),
        *(datetime(1, 1, 1), datetime(2024, 2, 29, 23, 59, 59, 999_999), datetime(2024, 10, 27, 2, 30, fold=1)),
        *(datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=UTC), datetime.max),
        datetime(2024, 5, 6, tzinfo=timezone(timedelta(hours=-5, minutes=-45, seconds=-7, microseconds=-3))),
        *(datetime(2024, 5, 6, tzinfo=timezone(timedelta(microseconds=n))) for n in (1, -1, 999_999, 1_000_001)),
        *(re.compile("a+(?P<b>c)", re.IGNORECASE | re.DOTALL), re.compile(b"\xff.", re.MULTILINE)),
        *(re.compile("(?x) a b"), re.compile("\ud800")),
        *(bytearray(b"abc"), bytearray(), array("d", [1.0, -2.5]), array("B")),
    ],
    ids=preview,
)
def test_arrives_as_itself(value: Any) -> None:
    for got in (clone(value), clone([value])[0], clone({"key": value})["key"], clone((value, {1}))[0]):
        assert same(got, value)
    if isinstance(value, datetime):
        assert (clone(value).utcoffset(), clone(value).fold) == (value.utcoffset(), value.fold)
    if isinstance(value, array):
        assert clone(value).typecode == value.typecode


@held("b", "primitives", "`{a: undefined}`: the key is kept, with `undefined`, which is not `null`.")
@program
async def test_undefined_properties_are_kept() -> None:
    await crosses(
        {source: source for source in ("{'a': undefined}", "{'a': None}", "[undefined, None, {undefined}]")}
    )


@held("b", "primitives", "There is one `undefined`, it is falsy, and it stays that one wherever it goes.")
def test_undefined_is_one_falsy_object() -> None:
    got = clone([undefined, None, {"a": undefined}, {undefined}])
    assert got[0] is undefined
    assert got[1] is None
    assert got[2]["a"] is undefined
    assert got[3] == {undefined}
    assert not undefined
    assert repr(undefined) == "undefined"
    assert copy.copy(undefined) is copy.deepcopy(undefined) is pickle.loads(pickle.dumps(undefined)) is undefined
    assert type(undefined)() is undefined


LEVELS = """
class Level(enum.IntEnum):
    HIGH = 3
class Colour(enum.StrEnum):
    RED = "red"
class Count(int): pass
class Ratio(float): pass
class Label(str): pass
class Blob(bytes): pass
"""


@different(
    "b",
    "boxed primitives",
    "Boxed Boolean, Number, String and BigInt stay boxed.",
    "Python has no boxes. The nearest are subclasses of int, float, str and bytes, and they arrive as the base type.",
)
@program
async def test_subclasses_of_primitives_arrive_as_the_base_type() -> None:
    await crosses(
        {
            "[Count(5), Count(2**70), Ratio(1.5), Label('x'), Label('\\ud800')]": "[5, 2**70, 1.5, 'x', '\\ud800']",
            "[Blob(b'x'), Label('long' * 10_000)]": "[b'x', 'long' * 10_000]",
            "[Level.HIGH, {Level.HIGH: 1}, Colour.RED, {Count(1): Label('y')}]": "[3, {3: 1}, 'red', {1: 'y'}]",
        },
        LEVELS,
    )


class Level(enum.IntEnum):
    HIGH = 3


@held("b", "Python's own types", "The members of an Enum that are numbers or texts arrive as those.")
def test_enums_that_are_numbers_or_texts_arrive_as_those() -> None:
    assert same(clone([Level.HIGH, {Level.HIGH: 1}]), [3, {3: 1}])


not_simulated("b", "boxed primitives", "A boxed Symbol throws.", "Python has neither symbols nor boxes.")


# --- Date ----------------------------------------------------------------------------------------------------------


@held("b", "Date", "Arrives as a `Date` of the same moment.")
@different(
    "b",
    "Date",
    "A number of milliseconds since 1970, in UTC.",
    "A datetime also keeps its microseconds, its fold and whether it knows its UTC offset, and which.",
)
@program
async def test_datetimes_cross_both_ways() -> None:
    sources = ["datetime(2024, 5, 6, 7, 8, 9, 10)", "datetime(2024, 5, 6, 7, tzinfo=UTC)", "datetime.min"]
    sources += ["datetime.max", "datetime(2024, 10, 27, 2, 30, fold=1)", "{datetime(2024, 1, 1): {datetime.max}}"]
    sources += ["datetime(2024, 5, 6, tzinfo=timezone(timedelta(hours=-5, minutes=-45)))"]
    await crosses({source: source for source in sources})


class Summer(tzinfo):
    def utcoffset(self, _: object) -> timedelta:
        return timedelta(hours=2)

    def dst(self, _: object) -> timedelta:
        return timedelta(hours=1)

    def tzname(self, _: object) -> str:
        return "Summer"


@held("b", "Date", "Own properties and the class of a `Date` are lost.")
def test_datetimes_keep_the_offset_but_neither_class_nor_fields_nor_zone() -> None:
    """The receiver may not have the zone's class, and need not run its code."""
    sent = type("Moment", (datetime,), {})(2024, 7, 1, 12, tzinfo=Summer())
    sent.label = "lost"
    got = clone(sent)
    assert type(got) is datetime
    assert got == sent
    assert got.tzinfo == timezone(timedelta(hours=2))
    assert not hasattr(got, "label")


not_simulated("b", "Date", "An Invalid Date stays invalid.", "A Python datetime is always valid.")


# --- RegExp --------------------------------------------------------------------------------------------------------


@held("b", "RegExp", "Source and flags are kept.")
@program
async def test_patterns_cross_both_ways() -> None:
    sources = ["re.compile('a+(?P<b>c)', re.I | re.S)", r"re.compile(b'\xff.', re.M)", "re.compile('(?x) a b')"]
    sources += [r"re.compile('\ud800')", "{re.compile('a'): {re.compile('b', re.A)}}"]
    await crosses({source: source for source in sources})


@held("b", "RegExp", "What arrives matches as the original does.")
def test_patterns_match_as_before() -> None:
    got = clone(re.compile("(?P<word>é+) # comment", re.X | re.I))
    assert got.fullmatch("éÉ")["word"] == "éÉ"
    assert (got.flags, got.groupindex) == (re.X | re.I | re.U, {"word": 1})


not_simulated("b", "RegExp", "`lastIndex` is reset to 0.", "A Python pattern has no position; its matches have.")
