"""The tree of a page as its window's view keeps it, so that a front end which comes later can show it at once.

The renderer may be blocked then, or gone. `static/window_page.js` keeps the same tree in the front end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: A text ``[id, text]``, or an element ``[id, tag, attributes, children, properties]``.
Tree = list[Any]


class PageTree:
    """A page's tree, kept up to date by `apply`."""

    def __init__(self) -> None:
        self.root: Tree | None = None
        self._nodes: dict[int, Tree] = {}
        self._parents: dict[int, Tree] = {}
        self._apply: dict[str, Callable[..., None]] = {
            "all": self._all,
            "insert": self._insert,
            "remove": self._remove,
            "set": lambda node, name, value: self._change(node, 2, name, value),
            "unset": self._unset,
            "text": self._text,
            "value": lambda node, value: self._change(node, 4, "value", value),
            "checked": lambda node, checked: self._change(node, 4, "checked", checked),
        }

    def apply(self, changes: list[list[Any]]) -> None:
        """Apply what a page has told. What concerns no tree (the focus, the title) is passed over."""
        for kind, *rest in changes:
            if (apply := self._apply.get(kind)) is not None:
                apply(*rest)

    def _all(self, tree: Tree) -> None:
        self.root = tree = _copied(tree)
        self._nodes.clear()
        self._parents.clear()
        self._know(tree)

    def _know(self, tree: Tree) -> None:
        waiting = [tree]
        while waiting:  # pages may be nested deeper than Python's stack
            node = waiting.pop()
            self._nodes[node[0]] = node
            for child in _children(node):
                self._parents[child[0]] = node
                waiting.append(child)

    def _insert(self, parent: int, before: int | None, tree: Tree) -> None:
        above = self._element(parent)
        if above is None:
            return
        tree = _copied(tree)
        children = above[3]
        at = next((index for index, child in enumerate(children) if child[0] == before), len(children))
        children.insert(at, tree)
        self._parents[tree[0]] = above
        self._know(tree)

    def _remove(self, node: int) -> None:
        above = self._parents.get(node)
        if above is None:
            return
        above[3].remove(self._nodes[node])
        waiting = [self._nodes[node]]
        while waiting:
            gone = waiting.pop()
            self._nodes.pop(gone[0], None)
            self._parents.pop(gone[0], None)
            waiting += _children(gone)

    def _change(self, node: int, part: int, name: str, value: object) -> None:
        if (element := self._element(node)) is not None:
            element[part][name] = value

    def _unset(self, node: int, name: str) -> None:
        if (element := self._element(node)) is not None:
            element[2].pop(name, None)

    def _text(self, node: int, text: str) -> None:
        if node in self._nodes:
            self._nodes[node][1] = text

    def _element(self, node: int) -> Tree | None:
        found = self._nodes.get(node)
        return found if found is not None and len(found) > 2 else None


def _children(tree: Tree) -> list[Tree]:
    children: list[Tree] = tree[3] if len(tree) > 2 else []
    return children


def _copied(tree: Tree) -> Tree:
    """Return a copy of its own: the changes that brought the tree may wait to be sent when it changes here."""
    copy = list(tree)
    waiting = [copy]
    while waiting:
        node = waiting.pop()
        if len(node) > 2:
            node[2:] = [dict(node[2]), [list(child) for child in node[3]], dict(node[4])]
            waiting += node[3]
    return copy
