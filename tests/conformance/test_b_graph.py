"""Structured clone of graphs: sharing, cycles and depth (semantics b)."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from clones import clone, crosses, reason
from ipc import open_page, program
from rules import different, held

from ipclab import ipc_main
from ipclab.clone import decode, encode

TOPIC = "cycles and sharing"

GRAPHS = """
def itself():
    value = [1]
    value.append(value)
    return value
def parents():
    child, parent = {}, types.SimpleNamespace(children=[])
    parent.children += [child, child]
    child["parent"] = parent
    return parent
def parent_dicts():
    child = {}
    child["parent"] = {"children": [child, child]}
    return child["parent"]
def shared(value): return [value, {"again": value}, [value]]
def caused():
    first, second = ValueError("first"), KeyError("second")
    first.__cause__, second.__cause__ = second, first
    return [first, {first: second}]
"""


@held("b", TOPIC, "Cycles and self-containing arrays are preserved.")
@held("b", TOPIC, "An object that is referred to twice arrives once.")
@program
async def test_graphs_cross_both_ways() -> None:
    sources = ["itself()", "shared([])", "shared({'a': 1})", "shared({1})", "shared(bytearray(3))", "caused()"]
    sources += ["shared(itself())", "shared(array('i', [1]))", "shared(bytearray(100_000))", "[[], [], [[]]]"]
    await crosses({source: source for source in sources} | {"parents()": "parent_dicts()"}, GRAPHS)


@held("b", TOPIC, "The arguments of one call are a single graph.")
def test_shared_references_and_cycles_survive_across_arguments() -> None:
    shared: dict[str, Any] = {"n": 1}
    data = bytearray(b"x")
    numbers = array("i", [1])
    itself: list[Any] = [shared]
    itself.append(itself)
    shared["self"] = shared
    a, b, (c, d), e, f = clone((shared, itself, (shared, data), {"data": data, "n": numbers}, numbers))
    assert a is b[0] is c
    assert a["self"] is a
    assert b[1] is b
    assert d is e["data"]
    assert e["n"] is f


@held("b", TOPIC, "The arguments of one call are a single graph.")
@held("b", TOPIC, "Separate calls share nothing.")
@program
async def test_arguments_of_a_call_share_and_calls_do_not() -> None:
    contents = await open_page("shared = {'n': [1]}\n")
    calls: list[tuple[Any, ...]] = []
    ipc_main.handle("ch", lambda _, *args: calls.append(args))
    await contents.execute("for _ in range(2): await ipc_renderer.invoke('ch', shared, [shared], shared['n'])")
    (first, (second,), numbers), (other, _, _) = calls
    assert first is second
    assert first["n"] is numbers
    assert other == first
    assert other is not first

    await contents.execute("calls = []\nipc_renderer.on('ch', lambda _, *args: calls.append(args)) and None")
    both: dict[str, Any] = {"n": [1]}
    for _ in range(2):
        contents.send("ch", both, [both], both["n"])
    assert await contents.execute("""
(first, (second,), numbers), (other, _, _) = calls
first is second, first["n"] is numbers, other == first, other is first
""") == [True, True, True, False]


@held("b", TOPIC, "Separate calls share nothing.")
def test_separate_calls_share_nothing() -> None:
    value: list[Any] = [[]]
    assert clone(value) is not clone(value)
    assert clone([[], []])[0] is not clone([[], []])[1]
    a, b = clone([(), ()])
    assert a is not b


@held("b", TOPIC, "A `Set` that is referred to twice is one `Set`.")
def test_a_set_may_be_shared() -> None:
    members = {1}
    a, b = clone((members, [members]))
    assert a is b[0]


@held("b", TOPIC, "Sharing does not expand: 64 objects with 2**64 ways through them are 64 objects.")
def test_sharing_does_not_expand() -> None:
    value: list[Any] = []
    for _ in range(64):
        value = [value, value]
    payload, _ = encode(value)
    assert len(payload) < 1000
    got: Any = decode(payload)
    for _ in range(64):
        assert got[0] is got[1]
        got = got[0]


DEEP = 100_000


class Box:
    def __init__(self, item: object) -> None:
        self.item = item


def descend(value: Any, step: Callable[[Any], Any]) -> int:
    depth = 0
    while value:
        value, depth = step(value), depth + 1
    return depth


@different(
    "b",
    "depth",
    "Very deep nesting fails: about 3,100 levels fit the default stack.",
    "100,000 levels pass in both directions: ipclab clones without recursion.",
)
def test_nesting_100_000_deep_passes() -> None:
    nested_list: list[Any] = []
    nested_dict: dict[str, Any] = {}
    nested_tuple: tuple[Any, ...] = ()
    nested_instance: Any = None
    for _ in range(DEEP):
        nested_list = [nested_list]
        nested_dict = {"n": nested_dict}
        nested_tuple = (nested_tuple,)
        nested_instance = Box(nested_instance)
    assert descend(clone(nested_list), lambda v: v[0]) == DEEP
    assert descend(clone(nested_dict), lambda v: v["n"]) == DEEP
    assert descend(clone(nested_tuple), lambda v: v[0]) == DEEP
    assert descend(clone(nested_instance), lambda v: v["item"]) == DEEP


@different(
    "b",
    "depth",
    "What lies too deep fails with the same text as everything else.",
    "Only keys have such a limit, as hashing them recurses: 32 tuples deep and 100,000 parts. The refusal says so.",
)
def test_keys_may_not_nest_deep() -> None:
    key: Any = ()
    for _ in range(DEEP):
        key = frozenset([key])
    assert reason({key}).endswith(" is nested more than 32 deep in a key")
    wide: Any = frozenset([0])
    for i in range(15):
        wide = frozenset([(wide, i), (wide, -i - 1)])
    assert reason({wide: 1}).endswith(" has more than 100,000 parts")
