"""Elements. Those that are controls, forms and links have classes of their own (controls.py, forms.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ipclab.errors import HierarchyRequestError, InvalidCharacterError
from ipclab.renderer.dom.attributes import ClassList, Dataset, Flag, Reflected, Style
from ipclab.renderer.dom.containers import ParentNode
from ipclab.renderer.dom.events import MouseEvent, dispatch
from ipclab.renderer.dom.selecting import closest, matches
from ipclab.renderer.dom.serialising import inner_html, outer_html
from ipclab.renderer.dom.wording import as_text, is_attribute_name

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document


class HTMLElement(ParentNode):
    """An element. Its names are the web's in snake_case.

    What code does to it is seen at once by all other code, and in the window's views. Attributes that it does not
    have are refused; data of one's own has its place in `dataset`.
    """

    __slots__ = ("_attributes", "_tag")

    id = Reflected("id")
    class_name = Reflected("class")
    title = Reflected("title")
    lang = Reflected("lang")
    role = Reflected("role")
    hidden = Flag("hidden")

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document)
        self._tag = tag
        self._attributes = {} if attributes is None else attributes

    # --- names and attributes ---

    @property
    def tag_name(self) -> str:
        """Its tag, in capitals as on the web, e.g. ``DIV``."""
        return self._tag.upper()

    @property
    def local_name(self) -> str:
        """Its tag as it is written, e.g. ``div``."""
        return self._tag

    @property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes, always as they are; `set_attribute` changes them."""
        return MappingProxyType(self._attributes)

    def get_attribute(self, name: str) -> str | None:
        """Return an attribute's text; None if it is not there."""
        return self._attributes.get(self._attribute_name(name))

    def set_attribute(self, name: str, value: object) -> None:
        """Set an attribute; the value becomes text."""
        if not is_attribute_name(name):
            raise InvalidCharacterError(
                f"Failed to execute 'setAttribute' on 'Element': '{name}' is not a valid attribute name."
            )
        self._set_attribute(self._attribute_name(name), as_text(value))

    def remove_attribute(self, name: str) -> None:
        """Remove an attribute; one that is not there is ignored."""
        name = self._attribute_name(name)
        was = self._attributes.pop(name, None)
        if was is not None:
            self._document._changed(self, "unset", name)
            self._attribute_changed(name, was)

    def has_attribute(self, name: str) -> bool:
        """Return whether it has this attribute."""
        return self._attribute_name(name) in self._attributes

    def toggle_attribute(self, name: str, force: bool | None = None) -> bool:
        """Set an attribute without a text or, if it is there, remove it; with `force` only the one or the other."""
        wanted = not self.has_attribute(name) if force is None else bool(force)
        if not wanted:
            self.remove_attribute(name)
        elif not self.has_attribute(name):
            self.set_attribute(name, "")
        return wanted

    @property
    def class_list(self) -> ClassList:
        """Its classes, to be added, removed, toggled and looked for."""
        return ClassList(self)

    @property
    def dataset(self) -> Dataset:
        """Its `data-...` attributes."""
        return Dataset(self)

    @property
    def style(self) -> Style:
        """The declarations of its `style` attribute; a text that is given replaces them."""
        return Style(self)

    @style.setter
    def style(self, value: object) -> None:
        self.set_attribute("style", value)

    def _set_attribute(self, name: str, value: str) -> None:
        was = self._attributes.get(name)
        self._attributes[name] = value
        self._document._changed(self, "set", name, value)
        self._attribute_changed(name, was)

    def _attribute_name(self, name: str) -> str:
        return name.lower()

    def _attribute_changed(self, name: str, was: str | None) -> None:
        """Let what depends on an attribute follow it; `was` is its text before, None if it was not there."""

    # --- what is in it ---

    @property
    def inner_html(self) -> str:
        """All that is in it as HTML. What is given is parsed and replaces it.

        Scripts in it are not run, as on the web.
        """
        return inner_html(self)

    @inner_html.setter
    def inner_html(self, value: object) -> None:
        from ipclab.renderer.dom.parsing import parse_fragment

        self._replace_all(parse_fragment(self, as_text(value)))

    @property
    def outer_html(self) -> str:
        """It and all that is in it as HTML. What is given is parsed and takes its place."""
        return outer_html(self)

    @outer_html.setter
    def outer_html(self, value: object) -> None:
        from ipclab.renderer.dom.parsing import parse_fragment

        if self.parent_element is None:
            raise HierarchyRequestError("Failed to set the 'outerHTML' property on 'Element': it is in no element.")
        self.replace_with(*parse_fragment(self.parent_element, as_text(value)))

    @property
    def inner_text(self) -> str:
        """As `text_content`: nothing is laid out here."""
        return self.text_content

    @inner_text.setter
    def inner_text(self, value: object) -> None:
        self.text_content = value

    def insert_adjacent_html(self, position: str, html: str) -> None:
        """Parse HTML and put it ``beforebegin``, ``afterbegin``, ``beforeend`` or ``afterend``."""
        from ipclab.renderer.dom.parsing import parse_fragment

        places: dict[str, Callable[..., None]] = {
            "beforebegin": self.before,
            "afterbegin": self.prepend,
            "beforeend": self.append,
            "afterend": self.after,
        }
        if position.lower() not in places:
            raise SyntaxError(
                f"Failed to execute 'insertAdjacentHTML' on 'Element': The value provided ('{position}') is not one "
                "of 'beforebegin', 'afterbegin', 'beforeend', or 'afterend'."
            )
        context = self if position.lower() in ("afterbegin", "beforeend") else self.parent_element
        if context is None:
            raise HierarchyRequestError(
                "Failed to execute 'insertAdjacentHTML' on 'Element': The element has no parent."
            )
        places[position.lower()](*parse_fragment(context, as_text(html)))

    # --- looking for elements ---

    def matches(self, selectors: str) -> bool:
        """Whether CSS selectors fit it."""
        return matches(self, selectors)

    def closest(self, selectors: str) -> HTMLElement | None:
        """Return the innermost element around it, or itself, that CSS selectors fit."""
        return closest(self, selectors)

    # --- what it does ---

    def click(self) -> None:
        """Click it, as the reader would; a disabled control stays still."""
        if not self._is_disabled:
            event = MouseEvent("click", bubbles=True, cancelable=True)
            event.is_trusted = False
            dispatch(self, event)

    def focus(self) -> None:
        """Let the keyboard go to it, if it is one of those it can go to."""
        if self._takes_focus():
            self._document._focus(self)

    def blur(self) -> None:
        """Take the keyboard from it."""
        if self._document.active_element is self:
            self._document._focus(None)

    @property
    def _is_disabled(self) -> bool:
        """Whether the reader cannot use it; `disabled` is only what a control says of itself."""
        return False

    def _closest_tag(self, tag: str) -> HTMLElement | None:
        found: HTMLElement | None = self
        while found is not None and found._tag != tag:
            found = found.parent_element
        return found

    def _takes_focus(self) -> bool:
        return "tabindex" in self._attributes and self.is_connected

    def _as_actor(self) -> HTMLElement | None:
        return None

    def _before_click(self) -> Callable[[], None] | None:
        """What happens before the listeners hear of a click; return what undoes it if they prevent it."""
        return None

    def _clicked(self, event: MouseEvent) -> None:
        """What a click does in the end."""

    # --- for the tree ---

    def _properties(self) -> dict[str, Any]:
        """What is not as the attributes say."""
        return {}

    def _copy(self) -> Any:
        return type(self)(self._document, self._tag, dict(self._attributes))

    def __repr__(self) -> str:
        label = self._tag
        if self.id:
            label += f"#{self.id}"
        return f"<{type(self).__name__} {'.'.join([label, *self.class_list])}>"


class SVGElement(HTMLElement):
    """An element of SVG or MathML: its name and attributes keep their letters."""

    __slots__ = ("namespace_uri",)

    def __init__(
        self, document: Document, tag: str, attributes: dict[str, str] | None = None, namespace: str = "svg"
    ) -> None:
        super().__init__(document, tag, attributes)
        self.namespace_uri = namespace

    @property
    def tag_name(self) -> str:
        return self._tag

    def _attribute_name(self, name: str) -> str:
        return name

    def _copy(self) -> SVGElement:
        return SVGElement(self._document, self._tag, dict(self._attributes), self.namespace_uri)
