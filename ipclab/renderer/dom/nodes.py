"""The nodes of the tree and their place in it. Those that have others in them are in containers.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ipclab.errors import HierarchyRequestError
from ipclab.renderer.dom.events import Listening
from ipclab.renderer.dom.wording import as_text
from ipclab.renderer.event_target import EventTarget

if TYPE_CHECKING:
    from ipclab.renderer.dom.containers import ParentNode
    from ipclab.renderer.dom.document import Document
    from ipclab.renderer.dom.element import HTMLElement

N = TypeVar("N", bound="Node")


class Node(Listening):
    """A node: an element, a text, a comment or a fragment."""

    __slots__ = ("_document", "_events", "_id", "_parent")
    __clonable__ = False

    def __init__(self, document: Document) -> None:
        self._document = document
        self._events: EventTarget | None = None
        self._id = document._next_id()
        self._parent: ParentNode | None = None

    @property
    def owner_document(self) -> Document:
        """The document that it was made for."""
        return self._document

    @property
    def parent_node(self) -> ParentNode | Document | None:
        """What it is in; of ``<html>`` the document."""
        if self._parent is None and self is self._document.document_element:
            return self._document
        return self._parent

    @property
    def parent_element(self) -> HTMLElement | None:
        """The element that it is in, None if there is none."""
        from ipclab.renderer.dom.element import HTMLElement

        return self._parent if isinstance(self._parent, HTMLElement) else None

    @property
    def is_connected(self) -> bool:
        """Whether it is in the page."""
        return self._root() is self._document.document_element

    @property
    def child_nodes(self) -> list[Node]:
        """Elements, texts and comments in it, as a new list."""
        return list(self._children())

    def has_child_nodes(self) -> bool:
        """Return whether anything is in it."""
        return bool(self._children())

    @property
    def first_child(self) -> Node | None:
        """The first node in it, None if it is empty."""
        children = self._children()
        return children[0] if children else None

    @property
    def last_child(self) -> Node | None:
        """The last node in it, None if it is empty."""
        children = self._children()
        return children[-1] if children else None

    @property
    def next_sibling(self) -> Node | None:
        """The node behind it, None if it is the last."""
        siblings, index = self._place()
        return siblings[index + 1] if index + 1 < len(siblings) else None

    @property
    def previous_sibling(self) -> Node | None:
        """The node in front of it, None if it is the first."""
        siblings, index = self._place()
        return siblings[index - 1] if index > 0 else None

    @property
    def next_element_sibling(self) -> HTMLElement | None:
        """The next element behind it, None if there is none."""
        siblings, index = self._place()
        return next(elements(siblings[index + 1 :]), None)

    @property
    def previous_element_sibling(self) -> HTMLElement | None:
        """The next element in front of it, None if there is none."""
        siblings, index = self._place()
        return next(elements(siblings[:index][::-1]), None)

    @property
    def text_content(self) -> str:
        """The text in it. What is given replaces all that it has; it is never taken as HTML."""
        return "".join(each._data for each in walk(self) if isinstance(each, Text))

    @text_content.setter
    def text_content(self, value: object) -> None:
        raise NotImplementedError

    def contains(self, other: Node | None) -> bool:
        """Whether `other` is this or in it."""
        while other is not None and other is not self:
            other = other._parent
        return other is not None

    def remove(self) -> None:
        """Take it out of where it is."""
        if self._parent is not None:
            self._parent._take(self)
        elif self is self._document.document_element:
            raise HierarchyRequestError("A page keeps its <html> here: empty it instead")

    def before(self, *nodes: Node | str) -> None:
        """Put nodes, or text, before it."""
        self._beside("before", nodes, self)

    def after(self, *nodes: Node | str) -> None:
        """Put nodes, or text, behind it."""
        following = self.next_sibling
        while following is not None and following in nodes:
            following = following.next_sibling
        self._beside("after", nodes, following)

    def replace_with(self, *nodes: Node | str) -> None:
        """Put nodes, or text, in its place."""
        parent = self._parent
        if parent is not None:
            self._beside("replaceWith", nodes, self)
            if self not in nodes:
                parent._take(self)

    def clone_node(self: N, deep: bool = False) -> N:
        """Return a copy, with all that is in it if `deep`. Listeners are not copied."""
        copy = self._copy()
        if deep:
            pairs: list[tuple[Node, Node]] = [(self, copy)]
            for source, target in pairs:
                for child in source._children():
                    child_copy = child._copy()
                    child_copy._parent = target  # type: ignore[assignment]
                    target._children().append(child_copy)
                    pairs.append((child, child_copy))
        return copy

    def _copy(self: N) -> N:
        raise NotImplementedError

    def _children(self) -> list[Node]:
        """Return its own list of children; of what cannot have any an empty one."""
        return []

    def _place(self) -> tuple[Sequence[Node], int]:
        siblings: list[Node] = [self] if self._parent is None else self._parent._nodes
        return siblings, siblings.index(self)

    def _root(self) -> Node:
        node = self
        while node._parent is not None:
            node = node._parent
        return node

    def _beside(self, what: str, nodes: Sequence[Node | str], before: Node | None) -> None:
        if self._parent is not None:
            while before is not None and before in nodes:
                before = before.next_sibling
            self._parent._insert(self._parent._taken("ChildNode", what, nodes), before)

    def _ancestors(self) -> Sequence[Listening | EventTarget]:
        found: list[Listening | EventTarget] = []
        node = self
        while node._parent is not None:
            node = node._parent
            found.append(node)
        if node is self._document.document_element:
            found += [self._document, self._document._window]
        return found


class CharacterData(Node):
    """A node that is but text."""

    __slots__ = ("_data",)

    def __init__(self, document: Document, data: str) -> None:
        super().__init__(document)
        self._data = data

    @property
    def data(self) -> str:
        """Its text."""
        return self._data

    @data.setter
    def data(self, value: object) -> None:
        self._data = as_text(value)
        self._document._rewritten(self)

    @property
    def text_content(self) -> str:
        return self._data

    @text_content.setter
    def text_content(self, value: object) -> None:
        self.data = value

    def _copy(self: Any) -> Any:
        return type(self)(self._document, self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._data!r}>"


class Text(CharacterData):
    """Text in an element."""

    __slots__ = ()


class Comment(CharacterData):
    """A comment: in the tree, but never shown."""

    __slots__ = ()


def walk(root: Node) -> Iterator[Node]:
    """Go through `root` and all that is in it, in the tree's order. (No recursion: pages may be deep.)"""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node._children()))


def elements(nodes: Sequence[Node]) -> Iterator[HTMLElement]:
    """Go through those of `nodes` that are elements."""
    from ipclab.renderer.dom.element import HTMLElement

    return (each for each in nodes if isinstance(each, HTMLElement))
