"""Whether a CSS selector fits an element: justhtml's parser and engine, with what browsers know beyond it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from justhtml.selector import (
    ComplexSelector,
    CompoundSelector,
    ParsedSelector,
    SelectorError,
    SelectorList,
    SelectorMatcher,
    SelectorTokenizer,
    SimpleSelector,
    TokenType,
    parse_selector,
)

from ipclab.renderer.dom.choices import HTMLOptionElement
from ipclab.renderer.dom.containers import ParentNode
from ipclab.renderer.dom.controls import HTMLInputElement
from ipclab.renderer.dom.kinds import HTMLAnchorElement
from ipclab.renderer.dom.nodes import Comment

if TYPE_CHECKING:
    from ipclab.renderer.dom.element import HTMLElement
    from ipclab.renderer.dom.selecting import Queries

#: What justhtml's engine decides.
_ENGINE = frozenset(
    {
        "first-child",
        "first-of-type",
        "last-child",
        "last-of-type",
        "not",
        "nth-child",
        "nth-of-type",
        "only-child",
        "only-of-type",
    }
)
#: What depends on a mouse, a keyboard or a history that the page does not have: valid, but never true.
_NEVER = frozenset({"active", "focus-visible", "hover", "target", "visited"})
_FIELDS = frozenset({"input", "select", "textarea"})
_CONTROLS = frozenset({"button", "fieldset", "input", "optgroup", "option", "select", "textarea"})


Parts = list[tuple[str | None, CompoundSelector]]


class NotASelector(Exception):  # noqa: N818 (becomes a SyntaxError once it is known who asked)
    """The text is no selector; the text of this, if any, says what is not known here."""


class View:
    """An element under the names by which the engine asks: `children` and `name` mean other things on the web.

    An element keeps its view, since the engine remembers elements by their identity.
    """

    __slots__ = ("node",)

    namespace = "html"

    def __init__(self, node: ParentNode) -> None:
        self.node = node

    @property
    def name(self) -> str:
        return getattr(self.node, "_tag", "#document-fragment")

    @property
    def attrs(self) -> dict[str, str]:
        attributes: dict[str, str] = getattr(self.node, "_attributes", {})
        return attributes

    @property
    def parent(self) -> View | None:
        return None if self.node._parent is None else _view(self.node._parent)

    @property
    def children(self) -> list[View]:
        return [_view(each) for each in self.node.children]

    def has_child_nodes(self) -> bool:
        return bool(self.node.children)


def _view(node: ParentNode) -> View:
    if node._view is None:
        node._view = View(node)
    return node._view


class Selector:
    """Selectors, parsed; `scope` is what ``:scope`` means. Good for one look at a tree that does not change."""

    def __init__(self, text: str, scope: Queries) -> None:
        self._parsed = _parsed(text)
        self._matcher = _Matcher()
        self._matcher.scope = scope

    def fits(self, element: HTMLElement) -> bool:
        return self._matcher.matches(_view(element), self._parsed)


class _Matcher(SelectorMatcher):
    """The engine, with the pseudo-classes of the web."""

    scope: Queries

    def _matches_complex(self, node: Any, selector: ComplexSelector, *, depth: int = 0) -> bool:
        # The engine's own takes the nearest ancestor that fits and never looks further out: `a > b c` needs that.
        return self._fits_up_to(node, selector.parts, len(selector.parts) - 1, depth)

    def _fits_up_to(
        self, node: View, parts: list[tuple[str | None, CompoundSelector]], last: int, depth: int
    ) -> bool:
        if not self._matches_compound(node, parts[last][1], depth=depth):
            return False
        if last == 0:
            return True
        combinator = parts[last][0]
        candidates = _outside(node) if combinator in (" ", ">") else _preceding(node)
        if combinator in (">", "+"):
            candidates = candidates[:1]
        return any(self._fits_up_to(each, parts, last - 1, depth) for each in candidates)

    def _matches_pseudo(self, node: Any, selector: SimpleSelector, *, depth: int = 0) -> bool:
        name = selector.name or ""
        if name in _ENGINE:
            return super()._matches_pseudo(node, selector, depth=depth)
        if name in ("is", "where"):
            return self._matches(node, _parsed(selector.arg or ""), depth=depth + 1)
        return name not in _NEVER and _STATES[name](node.node, self.scope)


def _outside(node: View) -> list[View]:
    found: list[View] = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found


def _preceding(node: View) -> list[View]:
    siblings = [] if node.parent is None else node.parent.children
    return siblings[: siblings.index(node)][::-1] if siblings else []


def _is_checked(element: HTMLElement, _: Queries) -> bool:
    if isinstance(element, HTMLOptionElement):
        return element.selected
    return isinstance(element, HTMLInputElement) and element.type in ("checkbox", "radio") and element.checked


def _is_empty(element: HTMLElement, _: Queries) -> bool:
    return all(isinstance(each, Comment) for each in element._nodes)


_STATES: dict[str, Any] = {
    "checked": _is_checked,
    "disabled": lambda element, _: element._is_disabled,
    "enabled": lambda element, _: element._tag in _CONTROLS and not element._is_disabled,
    "empty": _is_empty,
    "focus": lambda element, _: element is element._document._focused,
    "focus-within": lambda element, _: element.contains(element._document._focused),
    "any-link": lambda element, _: isinstance(element, HTMLAnchorElement) and element.has_attribute("href"),
    "link": lambda element, _: isinstance(element, HTMLAnchorElement) and element.has_attribute("href"),
    "optional": lambda element, _: element._tag in _FIELDS and "required" not in element._attributes,
    "required": lambda element, _: element._tag in _FIELDS and "required" in element._attributes,
    "root": lambda element, _: element is element._document.document_element,
    "scope": lambda element, scope: (
        element is (scope if isinstance(scope, ParentNode) else element._document.document_element)
    ),
}


@lru_cache(maxsize=256)
def _parsed(text: str) -> ParsedSelector:
    try:
        _check_tokens(text)
        parsed = parse_selector(text)
    except SelectorError:
        raise NotASelector from None
    _check(parsed)
    return parsed


def _check_tokens(text: str) -> None:
    """Refuse what the engine lets pass: empty places in a list, and names that begin with a digit."""
    before = TokenType.COMMA
    for token in SelectorTokenizer(text.strip()).tokenize():
        if token.type in (TokenType.COMMA, TokenType.EOF) and before == TokenType.COMMA:
            raise NotASelector
        if token.type in (TokenType.ID, TokenType.CLASS) and (token.value or "")[0].isdigit():
            raise NotASelector
        before = token.type


def _check(selector: Any) -> None:
    """Refuse pseudo-classes that nobody knows; the engine would only find them where it comes to them."""
    if isinstance(selector, SelectorList):
        for each in selector.selectors:
            _check(each)
    elif isinstance(selector, ComplexSelector):
        for _, compound in selector.parts:
            for simple in compound.selectors:
                if simple.type == SimpleSelector.TYPE_PSEUDO:
                    _check_pseudo(simple)


def _check_pseudo(simple: SimpleSelector) -> None:
    name = simple.name or ""
    if name in ("is", "where", "not"):
        _parsed(simple.arg or "")
    elif name.startswith("nth-") and name in _ENGINE:
        if _Matcher()._parse_nth_expression(simple.arg) is None:
            raise NotASelector
    elif name not in _ENGINE and name not in _NEVER and name not in _STATES:
        raise NotASelector(f"Selectors here know no ':{name}'.")
    elif simple.arg is not None:
        raise NotASelector
