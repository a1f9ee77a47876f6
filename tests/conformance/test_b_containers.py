"""Structured clone of objects, arrays, Map and Set: dicts, lists, tuples and sets (semantics b)."""

from __future__ import annotations

import re
import types
from collections import Counter, OrderedDict, defaultdict, namedtuple
from datetime import datetime
from typing import Any

import pytest
from clone_values import loud
from clones import clone, crosses, reason, same
from ipc import program
from rules import different, held, not_simulated

from ipclab import undefined
from ipclab.clone.wire import OUT_OF_BAND

# --- plain object and Map: dict ------------------------------------------------------------------------------------


@held("b", "plain object", "Arrives as a plain object with all its own string keys.")
@held("b", "Map", "Arrives as a `Map` in insertion order, with keys of every kind.")
@program
async def test_dicts_cross_both_ways() -> None:
    keys = ["None", "1", "2**70", "1.5", "'a'", r"'\ud800'", "b'x'", "undefined", "datetime(2024, 1, 2)"]
    keys += ["(1, ('a', None))", "frozenset({1, (2,)})"]
    sources = ["{}", "{'user': {'name': 'John', 'tags': ['a', 'b']}, 'n': None}", "{'b': 1, 'a': {2: 0, 1: 0}}"]
    sources.append(f"{{{', '.join(f'{key}: [{key}]' for key in keys)}}}")
    arrives = {source: source for source in sources}
    # A tuple is one only where it must be hashed.
    arrives[sources[-1]] = (
        sources[-1]
        .replace("[(1, ('a', None))]", "[[1, ['a', None]]]")
        .replace("[frozenset({1, (2,)})]", "[{1, (2,)}]")
    )
    await crosses(arrives)


@different(
    "b",
    "plain object",
    "Keys are strings; they arrive in JavaScript's order, integer-like ones first and ascending.",
    "A dict is object and Map in one: keys keep their type, all stay in the order in which they were put in.",
)
def test_keys_keep_their_order_and_type() -> None:
    assert list(clone({"b": 1, "2": 2, "a": 3, "1": 4, 2: 5, 1: 6})) == ["b", "2", "a", "1", 2, 1]


@held("b", "Map", "Keys of every kind that can be cloned arrive as what they are.")
@held("b", "Set", "Members of every kind that can be cloned arrive as what they are.")
@pytest.mark.parametrize(
    "key",
    [None, True, 1, 2**70, 1.5, "a", "\ud800", b"x" * OUT_OF_BAND, undefined, datetime(2024, 1, 2), re.compile("x")],
)
def test_keys_and_members(key: Any) -> None:
    assert same(clone({key: 1}), {key: 1})
    assert same(clone({key}), {key})
    assert same(clone({(key, 1)}), {(key, 1)})


@held("b", "plain object", "An own `__proto__` key stays an own data key.")
def test_names_with_a_meaning_are_data_as_keys() -> None:
    sent = {"__proto__": {"x": 1}, "__class__": "Elsewhere", "__dict__": 2, "constructor": None}
    assert same(clone(sent), sent)


CLASSES = """
class Record(dict):
    def total(self): return sum(self.values())
def ordered():
    made = collections.OrderedDict(a=1, b=2, c=3)
    made.move_to_end("a")
    return made
class Row(list): pass
class Tags(set): pass
class Fixed(frozenset): pass
Pair = collections.namedtuple("Pair", "left right")
"""


@held("b", "plain object", "The result's prototype is always `Object.prototype`.")
@held("b", "Map", "The class of a subclass and extra properties are lost.")
@program
async def test_dict_subclasses_arrive_as_dicts() -> None:
    await crosses(
        {
            "Record(a=1)": "{'a': 1}",
            "ordered()": "{'b': 2, 'c': 3, 'a': 1}",
            "collections.defaultdict(list, {'x': [1]})": "{'x': [1]}",
            "collections.Counter('aab')": "{'a': 2, 'b': 1}",
        },
        CLASSES,
    )


@held("b", "Map", "What arrives is in the order that the sender's `Map` had.")
def test_dict_subclasses_arrive_as_dicts_in_their_order() -> None:
    ordered = OrderedDict(a=1, b=2, c=3)
    ordered.move_to_end("a")
    got = clone(ordered)
    assert type(got) is dict
    assert list(got.items()) == [("b", 2), ("c", 3), ("a", 1)]
    assert same(clone(defaultdict(list, {"x": [1]})), {"x": [1]})
    assert same(clone(Counter("aab")), {"a": 2, "b": 1})


@different(
    "b",
    "plain object",
    "A frozen object arrives unfrozen.",
    "A mappingproxy is a view of another's dict, like a Proxy: it is refused, and the refusal says what to send.",
)
def test_frozen_dicts_are_refused() -> None:
    assert reason(types.MappingProxyType({})) == "args[0] is a mappingproxy: send dict(value)"
    assert same(clone({frozenset({1}): frozenset({1})}), {frozenset({1}): {1}})


not_simulated("b", "plain object", "Symbol keys and non-enumerable properties are dropped.", "A dict has no such.")
not_simulated("b", "Map", "A `Map` as its own key is preserved.", "A dict is no key: Python cannot hash it.")


# --- array: list and tuple -----------------------------------------------------------------------------------------


@held("b", "array", "Arrives as a plain `Array`, a subclass too.")
@held("b", "Python's own types", "list, tuple and namedtuple arrive as a list.")
@program
async def test_lists_and_tuples_cross_both_ways() -> None:
    await crosses(
        {
            "[]": "[]",
            "()": "[]",
            "[1, 'a', (2, [3, (4,)])]": "[1, 'a', [2, [3, [4]]]]",
            "Row([1, Row([2])])": "[1, [2]]",
            "Pair(1, (2, 3))": "[1, [2, 3]]",
            "list(range(10_000))": "list(range(10_000))",
        },
        CLASSES,
    )


@held("b", "array", "The arguments of a call are an array of their own.")
def test_arguments_arrive_as_a_list() -> None:
    assert same(clone((1, "a", (2, [3, (4,)]))), [1, "a", [2, [3, [4]]]])
    assert same(clone(()), [])


Pair = namedtuple("Pair", "left right")


@held("b", "Python's own types", "A tuple or frozenset stays one as a dict key or set member.")
def test_tuples_and_frozensets_stay_only_where_they_must_be_hashed() -> None:
    assert same(clone(Pair(1, (2, 3))), [1, [2, 3]])
    assert same(clone({(1, ("a", None)): (1, 2)}), {(1, ("a", None)): [1, 2]})
    assert same(clone({Pair(1, 2): 0}), {(1, 2): 0})
    assert same(clone(frozenset({1, 2})), {1, 2})
    assert same(clone({frozenset({1}): frozenset({1})}), {frozenset({1}): {1}})
    assert same(clone({(1, frozenset({b"x", (2.5, undefined)}))}), {(1, frozenset({b"x", (2.5, undefined)}))})


@different(
    "b",
    "array",
    "Extra named properties of an array are preserved.",
    "Only instances of subclasses of list can have such, and of them the list arrives.",
)
def test_fields_of_list_subclasses_are_lost() -> None:
    row = type("Row", (list,), {})([1, 2])
    row.name = "lost"
    got = clone([row])[0]
    assert type(got) is list
    assert got == [1, 2]


not_simulated("b", "array", "Holes are preserved.", "A Python list has no holes.")


# --- Set -----------------------------------------------------------------------------------------------------------


@held("b", "Set", "Arrives as a `Set`; the class of a subclass and extra properties are lost.")
@held("b", "Python's own types", "set and frozenset arrive as a set.")
@program
async def test_sets_cross_both_ways() -> None:
    await crosses(
        {
            "set()": "set()",
            "{1, 'a', None, 2.5, b'x', undefined}": "{1, 'a', None, 2.5, b'x', undefined}",
            "{(1, 'a'), frozenset({2})}": "{(1, 'a'), frozenset({2})}",
            "frozenset({1, 2})": "{1, 2}",
            "[Tags({1}), Fixed({2})]": "[{1}, {2}]",
        },
        CLASSES,
    )


@different(
    "b",
    "Set",
    "Members arrive in insertion order.",
    "A Python set has no order to keep; what counts is which members it has.",
)
def test_equal_sets_arrive_equal() -> None:
    names = {f"name {number}" for number in range(1000)}
    assert clone(names) == names


# --- subclasses that override what reading them would call ---------------------------------------------------------


@held("b", "serializer", "Reads the data itself: methods that a subclass overrides are not called.")
@held("b", "Python's own types", "Subclasses of int, float, str, bytes, list and set arrive as the base type.")
@pytest.mark.parametrize(
    "value",
    [7, 2**80, 1.5, "text", b"bytes", [1, [2]], {1, 2}, frozenset({1}), (1, 2), {"a": 1}, bytearray(b"x")],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_arrive_as_the_base_type(value: Any) -> None:
    got = clone([loud(type(value), value)])[0]
    expected = list(value) if type(value) is tuple else set(value) if type(value) is frozenset else value
    assert same(got, expected)
