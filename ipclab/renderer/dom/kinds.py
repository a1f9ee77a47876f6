"""Which class an element of a tag has, and the small classes that are neither controls nor forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipclab.renderer.dom.attributes import Flag, Number, Reflected
from ipclab.renderer.dom.choices import HTMLOptionElement, HTMLSelectElement
from ipclab.renderer.dom.containers import DocumentFragment
from ipclab.renderer.dom.controls import HTMLButtonElement, HTMLInputElement, HTMLTextAreaElement
from ipclab.renderer.dom.element import HTMLElement, SVGElement
from ipclab.renderer.dom.events import Event, MouseEvent, fire
from ipclab.renderer.dom.forms import HTMLFieldSetElement, HTMLFormElement, HTMLLabelElement

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document


class HTMLAnchorElement(HTMLElement):
    """``<a>``: with a `href` it is a link."""

    __slots__ = ()

    download = Reflected("download")
    href = Reflected("href", is_address=True)
    rel = Reflected("rel")
    target = Reflected("target")

    def _takes_focus(self) -> bool:
        return ("href" in self._attributes and self.is_connected) or super()._takes_focus()

    def _as_actor(self) -> HTMLElement | None:
        return self if "href" in self._attributes else None

    def _clicked(self, _: MouseEvent) -> None:
        if self.is_connected:
            self._document._follow(self._attributes["href"], self.href, self.target)


class HTMLDetailsElement(HTMLElement):
    """``<details>``; `open` says whether it shows what is in it."""

    __slots__ = ()

    open = Flag("open")

    def _attribute_changed(self, name: str, was: str | None) -> None:
        if name == "open" and self.open != (was is not None):
            fire(self, Event("toggle"))


class HTMLSummaryElement(HTMLElement):
    """``<summary>``: a click opens and closes its ``<details>``."""

    __slots__ = ()

    def _details(self) -> HTMLDetailsElement | None:
        parent = self.parent_element
        is_first = isinstance(parent, HTMLDetailsElement) and self is next(
            (each for each in parent.children if each._tag == "summary"), None
        )
        return parent if isinstance(parent, HTMLDetailsElement) and is_first else None

    def _takes_focus(self) -> bool:
        return (self.is_connected and self._details() is not None) or super()._takes_focus()

    def _as_actor(self) -> HTMLElement | None:
        return self if self._details() is not None else None

    def _clicked(self, _: MouseEvent) -> None:
        if (details := self._details()) is not None:
            details.open = not details.open


class HTMLTemplateElement(HTMLElement):
    """``<template>``: what it has is not in the page but in `content`, to be cloned."""

    __slots__ = ("content",)

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document, tag, attributes)
        self.content = DocumentFragment(document)

    def clone_node(self, deep: bool = False) -> Any:
        copy = super().clone_node(deep)
        if deep:
            copy.content = self.content.clone_node(True)
        return copy


class HTMLScriptElement(HTMLElement):
    """``<script>``. Only those in the page's source are run; one that code inserts never is."""

    __slots__ = ()

    src = Reflected("src", is_address=True)
    type = Reflected("type")

    @property
    def text(self) -> str:
        return self.text_content

    @text.setter
    def text(self, value: object) -> None:
        self.text_content = value


class HTMLImageElement(HTMLElement):
    """``<img>``. Nothing is loaded here; the window's views show it."""

    __slots__ = ()

    alt = Reflected("alt")
    height = Number("height", 0)
    src = Reflected("src", is_address=True)
    width = Number("width", 0)


class HTMLProgressElement(HTMLElement):
    """``<progress>``."""

    __slots__ = ()

    max = Number("max", 1)
    value = Number("value", 0)


class HTMLMeterElement(HTMLProgressElement):
    """``<meter>``."""

    __slots__ = ()

    min = Number("min", 0)
    low = Number("low", 0)
    high = Number("high", 1)


_CLASSES: dict[str, type[HTMLElement]] = {
    "a": HTMLAnchorElement,
    "area": HTMLAnchorElement,
    "button": HTMLButtonElement,
    "details": HTMLDetailsElement,
    "fieldset": HTMLFieldSetElement,
    "form": HTMLFormElement,
    "img": HTMLImageElement,
    "input": HTMLInputElement,
    "label": HTMLLabelElement,
    "meter": HTMLMeterElement,
    "option": HTMLOptionElement,
    "progress": HTMLProgressElement,
    "script": HTMLScriptElement,
    "select": HTMLSelectElement,
    "summary": HTMLSummaryElement,
    "template": HTMLTemplateElement,
    "textarea": HTMLTextAreaElement,
}


def make_element(
    document: Document, tag: str, attributes: dict[str, str] | None = None, namespace: str = "html"
) -> HTMLElement:
    """Make an element of the class that its tag has."""
    if namespace != "html":
        return SVGElement(document, tag, attributes, namespace)
    return _CLASSES.get(tag, HTMLElement)(document, tag, attributes)
