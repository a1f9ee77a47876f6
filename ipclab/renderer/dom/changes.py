"""What changes in the tree, as it is told to views; and the tree as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import Listening
from ipclab.renderer.dom.nodes import CharacterData, Comment, Node, Text, walk
from ipclab.renderer.dom.wording import collapsed

if TYPE_CHECKING:
    from ipclab.renderer.dom.containers import ParentNode

Change = list[Any]
Tree = list[Any]


class Observed(Listening):
    """What the nodes of a document tell of their changes to."""

    __slots__ = ("_focused", "_is_building", "_observer", "_retitled", "_shown", "_title")

    def __init__(self, retitled: Callable[[str], None]) -> None:
        self._retitled = retitled
        self._observer: Callable[[list[Change]], None] | None = None
        #: What has the keyboard.
        self._focused: HTMLElement | None = None
        self._is_building = False
        #: The elements in the page, by id.
        self._shown: dict[int, HTMLElement] = {}
        self._title = ""

    def _title_text(self) -> str:
        element = self._title_element()
        return "" if element is None else collapsed(element.text_content)

    def _inside(self) -> Iterator[HTMLElement]:
        raise NotImplementedError

    def _tell(self, *change: Any) -> None:
        if self._observer is not None:
            self._observer([list(change)])

    def _changed(self, element: HTMLElement, kind: str, *rest: Any) -> None:
        """An attribute or the state of a control is another."""
        if self._observer is not None and element._id in self._shown:
            self._observer([[kind, element._id, *rest]])

    def _inserted(self, parent: ParentNode, node: Node, before: Node | None) -> None:
        if parent._id not in self._shown:
            return
        for each in walk(node):
            if isinstance(each, HTMLElement):
                self._shown[each._id] = each
        if self._observer is not None and not isinstance(node, Comment):
            while isinstance(before, Comment):
                before = before.next_sibling
            self._observer([["insert", parent._id, None if before is None else before._id, as_lists(node)]])

    def _removed(self, parent: ParentNode, node: Node) -> None:
        if parent._id not in self._shown:
            return
        for each in walk(node):
            if isinstance(each, HTMLElement):
                del self._shown[each._id]
                if each is self._focused:
                    self._focused = None
        if not isinstance(node, Comment):
            self._tell("remove", node._id)

    def _rewritten(self, node: CharacterData) -> None:
        parent = node._parent
        if parent is not None and parent._id in self._shown:
            if isinstance(node, Text):
                self._tell("text", node._id, node._data)
            self._look_at_title(parent, [])

    def _look_at_title(self, parent: ParentNode, nodes: Sequence[Node]) -> None:
        """Tell of another title, if these nodes in `parent` may have to do with it."""
        if not self._is_building and parent._id in self._shown:
            tags = {getattr(each, "_tag", "") for each in (parent, *nodes)}
            if tags & {"head", "title"} and self._title_text() != self._title:
                self._title = self._title_text()
                self._tell("title", self._title)
                self._retitled(self._title)

    def _title_element(self) -> HTMLElement | None:
        return next((each for each in self._inside() if each._tag == "title" and type(each) is HTMLElement), None)


def as_lists(root: Node) -> Tree:
    """Return a node and all that is shown in it as lists. (No recursion: pages may be deep.)"""
    whole: list[Tree] = []
    waiting: list[tuple[Node, list[Tree]]] = [(root, whole)]
    while waiting:
        node, siblings = waiting.pop()
        if isinstance(node, Text):
            siblings.append([node._id, node._data])
        elif isinstance(node, HTMLElement):
            children: list[Tree] = []
            siblings.append([node._id, node._tag, dict(node._attributes), children, node._properties()])
            waiting.extend((each, children) for each in reversed(node._nodes))
    return whole[0]
