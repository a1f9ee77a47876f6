"""Structured clone of whatever values Hypothesis comes up with (semantics b)."""

from __future__ import annotations

from typing import Any

from clone_values import graphs, plain, trees
from clones import PAGE, Crossing, clone, exact, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipc import open_page, program
from rules import held

from ipclab import undefined
from ipclab.clone import encode

LISTENER = """
@ipc_renderer.on("there and back")
def listener(event, value):
    ipc_renderer.send("told", exact(value))
    ipc_renderer.send("take", value)
"""


@held("b", "serializer", "A value of any shape arrives as it was.")
@settings(max_examples=200, deadline=None)
@given(trees)
def test_trees_arrive_as_they_were(value: Any) -> None:
    assert same(clone(value), value)


@held("b", "cycles and sharing", "A graph of any shape arrives in that shape.")
@settings(max_examples=300, deadline=None)
@given(graphs())
def test_graphs_arrive_in_their_shape(value: Any) -> None:
    got = clone(value)
    assert same(got, value)
    assert same(clone(got), value)


@held("b", "serializer", "What a value is beside does not change how it arrives.")
@settings(max_examples=100, deadline=None)
@given(plain)
def test_plain_and_general_form_agree(value: Any) -> None:
    payload, _ = encode(value)
    assert payload[:2] == b"\x92\x01"
    alone, general = clone(value), clone([value, undefined])[0]
    assert same(alone, general)


@held("b", "serializer", "A value of any shape arrives as it was.")
@held("b", "cycles and sharing", "A graph of any shape arrives in that shape.")
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees | graphs(), min_size=25, max_size=25))
@program
async def test_values_cross_both_ways(values: list[Any]) -> None:
    """Main sends, the page tells what it got and sends it back, in messages and in an invoke."""
    contents = await open_page(PAGE + LISTENER)
    crossing = Crossing(contents, "")
    for value in values:
        contents.send("there and back", value)
        assert await crossing.told() == exact(value)
        assert same(await crossing.told(), value)
        crossing.gives([value, value])
        assert await contents.execute("await exact_answer()") == exact([value, value])
        await contents.execute("await ipc_renderer.invoke('take', await ipc_renderer.invoke('give'))\n")
        assert same(await crossing.told(), [value, value])
