"""The tree as HTML (HTML: serialising HTML fragments)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab.renderer.dom.nodes import Comment, Node, Text

if TYPE_CHECKING:
    from ipclab.renderer.dom.element import HTMLElement

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW = frozenset({"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext", "noscript"})


def inner_html(element: HTMLElement) -> str:
    """Return what is in the element as HTML."""
    return _written(list(_inside(element)))


def outer_html(element: HTMLElement) -> str:
    """Return the element as HTML."""
    return _written([element])


def _inside(element: HTMLElement) -> list[Node]:
    from ipclab.renderer.dom.kinds import HTMLTemplateElement

    return element.content._nodes if isinstance(element, HTMLTemplateElement) else element._nodes


def _written(nodes: list[Node]) -> str:
    from ipclab.renderer.dom.element import HTMLElement

    parts: list[str] = []
    # No recursion: pages may be deep. A text among the nodes is written as it is.
    waiting: list[Node | str] = [*reversed(nodes)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Text):
            parent = node._parent
            raw = isinstance(parent, HTMLElement) and parent._tag in _RAW
            parts.append(node._data if raw else escaped(node._data))
        elif isinstance(node, Comment):
            parts.append(f"<!--{node._data}-->")
        elif isinstance(node, HTMLElement):
            attributes = "".join(
                f' {name}="{escaped(value).replace(chr(34), "&quot;")}"' for name, value in node._attributes.items()
            )
            parts.append(f"<{node._tag}{attributes}>")
            if node._tag not in _VOID:
                waiting.append(f"</{node._tag}>")
                waiting.extend(reversed(_inside(node)))
    return "".join(parts)


def escaped(text: str) -> str:
    """Return `text` so that HTML takes it as text; attributes escape angle brackets too, since Chromium 138."""
    return text.replace("&", "&amp;").replace("\u00a0", "&nbsp;").replace("<", "&lt;").replace(">", "&gt;")
