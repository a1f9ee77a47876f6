"""Nodes that have others in them: what is put in, taken out and refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ipclab.errors import HierarchyRequestError, NotFoundError
from ipclab.renderer.dom.nodes import N, Node, Text, elements, walk
from ipclab.renderer.dom.selecting import Queries
from ipclab.renderer.dom.wording import as_text

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document
    from ipclab.renderer.dom.element import HTMLElement
    from ipclab.renderer.dom.matching import View


class ParentNode(Queries, Node):
    """A node that has others in it: an element or a fragment."""

    __slots__ = ("_nodes", "_view")

    _web_name = "Element"

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._nodes: list[Node] = []
        self._view: View | None = None

    @property
    def children(self) -> list[HTMLElement]:
        """The elements in it, as a new list."""
        return list(elements(self._nodes))

    @property
    def child_element_count(self) -> int:
        """How many elements are in it."""
        return len(self.children)

    @property
    def first_element_child(self) -> HTMLElement | None:
        """The first element in it, None if there is none."""
        return next(elements(self._nodes), None)

    @property
    def last_element_child(self) -> HTMLElement | None:
        """The last element in it, None if there is none."""
        return next(elements(self._nodes[::-1]), None)

    @property
    def text_content(self) -> str:
        return "".join(each._data for each in walk(self) if isinstance(each, Text))

    @text_content.setter
    def text_content(self, value: object) -> None:
        text = as_text(value)
        self._replace_all([Text(self._document, text)] if text else [])

    def append(self, *nodes: Node | str) -> None:
        """Put nodes, or text, behind all that it has. What is elsewhere in the page is moved."""
        self._insert(self._taken(self._web_name, "append", nodes), None)

    def prepend(self, *nodes: Node | str) -> None:
        """Put nodes, or text, before all that it has."""
        before = next((each for each in self._nodes if each not in nodes), None)
        self._insert(self._taken(self._web_name, "prepend", nodes), before)

    def replace_children(self, *nodes: Node | str) -> None:
        """Put nodes, or text, in the place of all that it has."""
        self._replace_all(self._taken(self._web_name, "replaceChildren", nodes))

    def append_child(self, node: N) -> N:
        """Put a node behind all that it has, and return it."""
        self._insert(self._taken("Node", "appendChild", [_only_node(node, "appendChild")]), None)
        return node

    def insert_before(self, node: N, before: Node | None) -> N:
        """Put a node before another (None: behind all), and return it."""
        taken = self._taken("Node", "insertBefore", [_only_node(node, "insertBefore")])
        if before is not None and before._parent is not self:
            raise NotFoundError(
                "Failed to execute 'insertBefore' on 'Node': The node before which the new node is to be inserted "
                "is not a child of this node."
            )
        self._insert(taken, node.next_sibling if before is node else before)
        return node

    def remove_child(self, node: N) -> N:
        """Take a node out, and return it."""
        if _only_node(node, "removeChild")._parent is not self:
            raise NotFoundError(
                "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node."
            )
        self._take(node)
        return node

    def replace_child(self, node: Node, old: N) -> N:
        """Put a node in the place of another, and return that."""
        if old._parent is not self:
            raise NotFoundError(
                "Failed to execute 'replaceChild' on 'Node': The node to be replaced is not a child of this node."
            )
        old.replace_with(*self._taken("Node", "replaceChild", [_only_node(node, "replaceChild")]))
        return old

    def _children(self) -> list[Node]:
        return self._nodes

    def _inside(self) -> Iterator[HTMLElement]:
        from ipclab.renderer.dom.element import HTMLElement

        return (each for each in walk(self) if isinstance(each, HTMLElement) and each is not self)

    def _taken(self, kind: str, what: str, nodes: Sequence[Node | str]) -> list[Node]:
        """Return what can be inserted here: fragments as what they have, text as nodes. Nothing has changed yet."""
        taken: list[Node] = []
        for node in nodes:
            if isinstance(node, (str, int, float)):
                taken.append(Text(self._document, as_text(node)))
            elif not isinstance(node, Node):
                given = type(node).__name__
                raise TypeError(f"Failed to execute '{what}' on '{kind}': it takes nodes and text, not {given}")
            elif node.contains(self):
                why = "The new child element contains the parent."
                raise HierarchyRequestError(f"Failed to execute '{what}' on '{kind}': {why}")
            elif node is self._document.document_element:
                raise HierarchyRequestError("A page keeps its <html> here: it cannot be moved")
            elif isinstance(node, DocumentFragment):
                taken += node._nodes
            else:
                taken.append(node)
        return taken

    def _insert(self, nodes: Sequence[Node], before: Node | None) -> None:
        """Put `nodes` in, wherever they were; `before` is none of them."""
        for node in nodes:
            if node._parent is not None:
                node._parent._take(node)
            if before is None:
                self._nodes.append(node)
            else:
                self._nodes.insert(self._nodes.index(before), node)
            node._parent = self
            self._document._inserted(self, node, before)
        self._document._look_at_title(self, nodes)

    def _take(self, node: Node) -> None:
        self._drop(node)
        self._document._look_at_title(self, [node])

    def _drop(self, node: Node) -> None:
        if self._nodes[-1] is node:  # not looked for: all nodes are dropped from the end
            self._nodes.pop()
        else:
            self._nodes.remove(node)
        node._parent = None
        self._document._removed(self, node)

    def _replace_all(self, nodes: Sequence[Node]) -> None:
        old = self._nodes[::-1]
        for node in old:
            self._drop(node)
        self._insert(nodes, None)
        # Only now: a title that is replaced is not empty meanwhile.
        self._document._look_at_title(self, old)


class DocumentFragment(ParentNode):
    """Nodes that belong together but to no element: inserted, it gives what it has."""

    __slots__ = ()
    _web_name = "DocumentFragment"

    def _copy(self) -> DocumentFragment:
        return DocumentFragment(self._document)

    def __repr__(self) -> str:
        return f"<DocumentFragment of {len(self._nodes)}>"


def _only_node(node: N, what: str) -> N:
    if not isinstance(node, Node):
        raise TypeError(f"Failed to execute '{what}' on 'Node': parameter 1 is not of type 'Node'.")
    return node
