"""What a renderer tells of its page's tree to those who watch it: nodes, and what has become of them.

On the wire all is plain lists: a text ``[id, text]``, an element ``[id, tag, attributes, children, properties]``
(the properties that differ from the attributes), a change ``[what, ...]``. Ids are unique in a page and never used
again; 1 is ``<html>``. The bounds below are what a view can show: a renderer leaves out what is beyond them.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

#: Changes, and nodes, in one frame; how deep nodes may stand in each other; characters of one text.
MAX_CHANGES = 4096
MAX_NODES = 50_000
MAX_DEPTH = 200
MAX_TEXT = 1 << 20

Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Properties = dict[Text, Text | bool]


class Node(msgspec.Struct, array_like=True):
    """An element, or (without `attributes` and all behind them) a text."""

    id: Id
    name: Text
    attributes: dict[Text, Text] | None = None
    children: list[Node] = []
    properties: Properties = {}


class All(msgspec.Struct, array_like=True, tag="all"):
    """Another page, or one of which too much has changed: what was told before is void."""

    tree: Node


class Insert(msgspec.Struct, array_like=True, tag="insert"):
    """A node came into `parent`, in front of the node `before` (None: at the end)."""

    parent: Id
    before: Id | None
    tree: Node


class Remove(msgspec.Struct, array_like=True, tag="remove"):
    id: Id


class SetAttribute(msgspec.Struct, array_like=True, tag="set"):
    id: Id
    name: Text
    value: Text


class UnsetAttribute(msgspec.Struct, array_like=True, tag="unset"):
    id: Id
    name: Text


class SetText(msgspec.Struct, array_like=True, tag="text"):
    id: Id
    text: Text


class SetValue(msgspec.Struct, array_like=True, tag="value"):
    id: Id
    text: Text


class SetChecked(msgspec.Struct, array_like=True, tag="checked"):
    id: Id
    checked: bool


class Focus(msgspec.Struct, array_like=True, tag="focus"):
    id: Id


class Blur(msgspec.Struct, array_like=True, tag="blur"):
    id: Id


class Title(msgspec.Struct, array_like=True, tag="title"):
    text: Text


Change = (
    All | Insert | Remove | SetAttribute | UnsetAttribute | SetText | SetValue | SetChecked | Focus | Blur | Title
)
Changes = Annotated[list[Change], Meta(max_length=MAX_CHANGES)]


def to_lists(change: Change) -> list[Any]:
    """Return a change as it is on the wire."""
    told: list[Any] = msgspec.to_builtins(change)
    if isinstance(change, All | Insert):
        told[-1] = _node(change.tree)
    return told


def _node(node: Node) -> list[Any]:
    if node.attributes is None:
        return [node.id, node.name]
    children = [_node(child) for child in node.children]
    return [node.id, node.name, dict(node.attributes), children, dict(node.properties)]
