"""Looking for elements: by id, class, tag and CSS selectors (see matching.py; loaded when first used)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from ipclab.renderer.dom.element import HTMLElement
    from ipclab.renderer.dom.matching import Selector

#: An id alone needs no engine.
_PLAIN_ID = re.compile(r"#(-?[A-Za-z_][\w-]*)")


class Queries:
    """What elements, fragments and the document are asked for."""

    __slots__ = ()

    #: Its name in the web's error texts.
    _web_name: ClassVar[str]

    def query_selector(self, selectors: str) -> Any:
        """Return the first element in it that CSS selectors fit; None if there is none."""
        return next(self._fitting(selectors, "querySelector"), None)

    def query_selector_all(self, selectors: str) -> list[Any]:
        """Return all elements in it that CSS selectors fit, in the tree's order."""
        return list(self._fitting(selectors, "querySelectorAll"))

    def get_elements_by_class_name(self, names: str) -> list[Any]:
        """Return the elements in it that have all these classes. (On the web the list goes on changing.)"""
        wanted = set(names.split())
        return [each for each in self._inside() if wanted and wanted.issubset(each.class_list)]

    def get_elements_by_tag_name(self, name: str) -> list[Any]:
        """Return the elements in it of this tag, ``*`` for all. (On the web the list goes on changing.)"""
        return [each for each in self._inside() if name in ("*", each._tag) or each._tag == name.lower()]

    def _inside(self) -> Iterator[HTMLElement]:
        """All elements in it, in the tree's order."""
        raise NotImplementedError

    def _fitting(self, selectors: str, what: str) -> Iterator[HTMLElement]:
        if plain := _PLAIN_ID.fullmatch(str(selectors).strip()):
            return (each for each in self._inside() if each._attributes.get("id") == plain[1])
        selector = _selector(selectors, what, self._web_name, self)
        return (each for each in self._inside() if selector.fits(each))


def matches(element: HTMLElement, selectors: str) -> bool:
    """Whether the selectors fit the element."""
    return _selector(selectors, "matches", "Element", element).fits(element)


def closest(element: HTMLElement, selectors: str) -> HTMLElement | None:
    """Return the innermost of the element and those around it that the selectors fit."""
    selector = _selector(selectors, "closest", "Element", element)
    found: HTMLElement | None = element
    while found is not None and not selector.fits(found):
        found = found.parent_element
    return found


def _selector(selectors: str, what: str, kind: str, scope: Queries) -> Selector:
    from ipclab.renderer.dom.matching import NotASelector, Selector  # loads justhtml

    try:
        return Selector(str(selectors), scope)
    except NotASelector as error:
        told = f"Failed to execute '{what}' on '{kind}': '{selectors}' is not a valid selector."
        raise SyntaxError(f"{told}\n{error}" if str(error) else told) from None
