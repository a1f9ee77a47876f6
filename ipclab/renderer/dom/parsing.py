"""HTML becomes nodes: justhtml parses, and the page is built as far as its running script may see it.

justhtml is loaded here, when it is first needed: it costs 5 MB, and an empty page has no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ipclab.renderer.dom.containers import ParentNode
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.kinds import HTMLTemplateElement, make_element
from ipclab.renderer.dom.nodes import Comment, Node, Text

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document

#: Text that means itself; in these elements only, since a table has no text.
_PLAIN = re.compile(r"[^<&\r\0]*")
_TAKES_TEXT = frozenset(
    {
        *(
            "a",
            "b",
            "body",
            "button",
            "code",
            "dd",
            "div",
            "dt",
            "em",
            "figcaption",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
        ),
        *("h6", "header", "i", "label", "legend", "li", "main", "output", "p", "pre", "section", "small", "span"),
        *("strong", "summary", "td", "th"),
    }
)


def parse_fragment(context: HTMLElement, html: str) -> list[Node]:
    """Return the nodes that HTML gives in an element of the tag of `context`."""
    if context._tag in _TAKES_TEXT and _PLAIN.fullmatch(html):
        return [Text(context._document, html)] if html else []
    from justhtml import JustHTML
    from justhtml.parser.context import FragmentContext

    namespace = getattr(context, "namespace_uri", None)
    root = JustHTML(html, sanitize=False, fragment_context=FragmentContext(context._tag, namespace)).root
    holder = make_element(context._document, "div")
    for _ in _Cursor(context._document, root, holder).built():
        pass
    for node in holder._nodes:
        node._parent = None
    return holder._nodes


class Builder:
    """The page's HTML, of which a part is in the tree already."""

    def __init__(self, document: Document, html: str, root: HTMLElement) -> None:
        self.scripts = 0
        if html:
            from justhtml import JustHTML

            parsed: Any = JustHTML(html, sanitize=False).root
            source: Any = next(each for each in parsed.children if each.name == "html")
            root._attributes.update(_attributes(source))
        else:
            source = _Empty("html", [_Empty("head", []), _Empty("body", [])])
        self._built = _Cursor(document, source, root).built()

    def build(self, scripts: int | None) -> None:
        """Go on until this many ``<script>`` elements are there, or to the end."""
        while scripts is None or self.scripts < scripts:
            node = next(self._built, None)
            if node is None:
                return
            if isinstance(node, HTMLElement) and node._tag == "script":
                self.scripts += 1


class _Empty:
    """What justhtml would give, of a page without HTML."""

    namespace = "html"
    attrs: dict[str, str] = {}  # noqa: RUF012 (never written)

    def __init__(self, name: str, children: list[_Empty]) -> None:
        self.name = name
        self.children = children


class _Cursor:
    """The way through what justhtml has parsed, and the element that each level of it has become.

    As a browser's parser does, it goes on putting nodes into an element that a script has moved or removed.
    """

    def __init__(self, document: Document, source: Any, into: ParentNode) -> None:
        self._document = document
        self._source = source
        self._into = into

    def built(self) -> Iterator[Node]:
        """Put in one node after the other; each element is given when all that it has is there."""
        levels: list[tuple[ParentNode, HTMLElement | None, Iterator[Any]]] = [
            (self._into, None, iter(self._source.children))
        ]
        while levels:
            into, element, sources = levels[-1]
            source = next(sources, None)
            if source is None:
                levels.pop()
                if element is not None:
                    yield element
                continue
            node = self._node(source)
            if node is None:
                continue
            into._insert([node], None)
            if not isinstance(node, HTMLElement):
                yield node
                continue
            levels.append((node, node, iter(source.children)))
            content = getattr(source, "template_content", None)
            if content is not None and isinstance(node, HTMLTemplateElement):
                levels.append((node.content, None, iter(content.children)))

    def _node(self, source: Any) -> Node | None:
        if source.name == "#text":
            return Text(self._document, source.data or "")
        if source.name == "#comment":
            return Comment(self._document, source.data or "")
        if source.name.startswith(("#", "!")):
            return None  # a doctype or a processing instruction
        return make_element(self._document, source.name, _attributes(source), source.namespace or "html")


def _attributes(source: Any) -> dict[str, str]:
    return {name: value or "" for name, value in source.attrs.items()}
