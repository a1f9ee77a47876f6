"""Controls: what the reader sets, and what code sees of it. Setting a value by code fires no event, as on the web."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipclab.renderer.dom import ranges
from ipclab.renderer.dom.attributes import Flag, Reflected
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import Event, MouseEvent, fire
from ipclab.renderer.dom.nodes import walk
from ipclab.renderer.dom.wording import as_text

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document
    from ipclab.renderer.dom.forms import HTMLFormElement

_INPUT_TYPES = frozenset(
    {
        *("button", "checkbox", "color", "date", "datetime-local", "email", "file", "hidden", "image", "month"),
        *("number", "password", "radio", "range", "reset", "search", "submit", "tel", "text", "time", "url", "week"),
    }
)
#: Types whose value is their attribute, whatever happens.
_FIXED = frozenset({"button", "hidden", "image", "reset", "submit"})
_CHECKABLE = frozenset({"checkbox", "radio"})


class Control(HTMLElement):
    """What all controls have: `name`, `disabled`, `form`."""

    __slots__ = ()

    name = Reflected("name")
    disabled = Flag("disabled")
    required = Flag("required")
    autofocus = Flag("autofocus")

    @property
    def form(self) -> HTMLFormElement | None:
        """The form it belongs to: the one around it, or the one its `form` attribute names."""
        from ipclab.renderer.dom.forms import HTMLFormElement

        named = self._attributes.get("form")
        found = self._closest_tag("form") if named is None else self._document.get_element_by_id(named)
        return found if isinstance(found, HTMLFormElement) else None

    @property
    def labels(self) -> list[HTMLElement]:
        """The labels that are for it."""
        from ipclab.renderer.dom.forms import HTMLLabelElement

        return [each for each in walk(self._root()) if isinstance(each, HTMLLabelElement) and each.control is self]

    @property
    def _is_disabled(self) -> bool:
        return self.disabled or self._is_in_disabled_fieldset()

    def _reset(self) -> None:
        """Be as the attributes say again (a form's reset)."""

    def _is_in_disabled_fieldset(self) -> bool:
        inner: HTMLElement = self
        while (outer := inner.parent_element) is not None:
            if outer._tag == "fieldset" and outer.has_attribute("disabled"):
                # What is in the fieldset's first legend stays usable.
                legend = next((each for each in outer.children if each._tag == "legend"), None)
                if inner is not legend:
                    return True
            inner = outer
        return False

    def _takes_focus(self) -> bool:
        return self.is_connected and not self._is_disabled


class TextControl(Control):
    """A control with a text of its own: `value` is what it shows, `default_value` what the HTML says."""

    __slots__ = ("_value",)

    placeholder = Reflected("placeholder")
    read_only = Flag("readonly")

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document, tag, attributes)
        self._value: str | None = None

    @property
    def value(self) -> str:
        """Its text. (A number as text, too: as on the web.)"""
        return self.default_value if self._value is None else self._value

    @value.setter
    def value(self, value: object) -> None:
        self._value = self._cleaned(as_text(value))
        self._document._changed(self, "value", self._value)

    @property
    def default_value(self) -> str:
        return self._attributes.get("value", "")

    @default_value.setter
    def default_value(self, value: object) -> None:
        self.set_attribute("value", value)

    def _reset(self) -> None:
        if self._value is not None:
            self._value = None
            self._document._changed(self, "value", self.value)

    def _take_value(self, value: str) -> None:
        """Take what the reader has written; the view has it already."""
        self._value = self._cleaned(value)

    def _cleaned(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _properties(self) -> dict[str, Any]:
        return {} if self._value is None or self._value == self.default_value else {"value": self._value}

    def _copy(self) -> Any:
        copy = super()._copy()
        copy._value = self._value
        return copy


class HTMLTextAreaElement(TextControl):
    """``<textarea>``; its default value is the text in it."""

    __slots__ = ()

    @property
    def default_value(self) -> str:
        return self.text_content

    @default_value.setter
    def default_value(self, value: object) -> None:
        self.text_content = value

    @property
    def type(self) -> str:
        return "textarea"


class HTMLInputElement(TextControl):
    """``<input>`` of all types."""

    __slots__ = ("_checked", "_was_checked")

    alt = Reflected("alt")
    max = Reflected("max")
    min = Reflected("min")
    multiple = Flag("multiple")
    pattern = Reflected("pattern")
    src = Reflected("src", is_address=True)
    step = Reflected("step")
    default_checked = Flag("checked")

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document, tag, attributes)
        self._checked: bool | None = None
        #: Before the click that is being dispatched.
        self._was_checked = False

    @property
    def type(self) -> str:
        """Its type; ``text`` for one that is not known."""
        given = self._attributes.get("type", "").lower()
        return given if given in _INPUT_TYPES else "text"

    @type.setter
    def type(self, value: object) -> None:
        self.set_attribute("type", value)

    @property
    def value(self) -> str:
        """Its text. (A number as text, too: as on the web.) Of a box or radio button what a form would send."""
        if self.type in _CHECKABLE:
            return self._attributes.get("value", "on")
        value = self.default_value if self.type in _FIXED or self._value is None else self._value
        return ranges.sanitised(value, self._attributes) if self.type == "range" else value

    @value.setter
    def value(self, value: object) -> None:
        if self.type in _CHECKABLE or self.type in _FIXED:
            self.set_attribute("value", value)
        else:
            self._value = self._cleaned(as_text(value))
            self._document._changed(self, "value", self.value)

    @property
    def checked(self) -> bool:
        """Whether the box is ticked, or the radio button chosen, which unchooses the others of its group."""
        return "checked" in self._attributes if self._checked is None else self._checked

    @checked.setter
    def checked(self, value: object) -> None:
        self._check(bool(value), tell=True)

    def _take_checked(self, value: bool) -> None:
        """Take what the reader has chosen; the view has it already."""
        self._check(value, tell=False)

    def _group(self) -> list[HTMLInputElement]:
        """The radio buttons of which only one is chosen, itself among them."""
        if self.type != "radio" or not self.name:
            return [self]
        form = self.form
        return [
            each
            for each in walk(self._root())
            if isinstance(each, HTMLInputElement)
            and each.type == "radio"
            and each.name == self.name
            and each.form is form
        ]

    def _reset(self) -> None:
        super()._reset()
        if self._checked is not None:
            self._checked = None
            self._document._changed(self, "checked", self.checked)

    def _check(self, value: bool, tell: bool) -> None:
        self._checked = value
        if value:
            for other in self._group():
                if other is not self and other.checked:
                    other._check(False, tell)
        if tell:
            self._document._changed(self, "checked", value)

    def _cleaned(self, text: str) -> str:
        return text.replace("\r", "").replace("\n", "")

    def _attribute_changed(self, name: str, _: str | None) -> None:
        # A view has set these as properties, and its own attributes do not reach them any more.
        if name == "value" and self._value is None:
            self._document._changed(self, "value", self.value)
        elif name == "checked" and self._checked is None:
            self._document._changed(self, "checked", self.checked)

    def _properties(self) -> dict[str, Any]:
        found = {} if self.type in _CHECKABLE or self.type in _FIXED else super()._properties()
        return found if self.checked == self.default_checked else found | {"checked": self.checked}

    def _copy(self) -> Any:
        copy = super()._copy()
        copy._checked = self._checked
        return copy

    def _takes_focus(self) -> bool:
        return super()._takes_focus() and self.type != "hidden"

    def _as_actor(self) -> HTMLElement | None:
        return self if self.type in ("checkbox", "image", "radio", "reset", "submit") else None

    def _before_click(self) -> Callable[[], None] | None:
        """Tick or choose it already: listeners of the click see it so (HTML: legacy-pre-activation behaviour)."""
        if self._is_disabled or self.type not in _CHECKABLE:
            return None
        was = [(each, each.checked) for each in self._group()]
        self._was_checked = self.checked
        self.checked = self.type == "radio" or not self.checked

        def undo() -> None:
            for each, value in was:
                if each.checked != value:
                    each.checked = value

        return undo

    def _clicked(self, _: MouseEvent) -> None:
        if self._is_disabled:
            return
        if self.type not in _CHECKABLE:
            press(self, self.type)
        elif self.is_connected and not (self.type == "radio" and self._was_checked):
            fire(self, Event("input", bubbles=True))
            fire(self, Event("change", bubbles=True))


def press(button: Control, kind: str) -> None:
    """Do what a button of this type does to its form."""
    form = button.form
    if form is not None and form.is_connected:
        if kind == "reset":
            form.reset()
        elif kind in ("image", "submit"):
            form.request_submit(button)


class HTMLButtonElement(Control):
    """``<button>``; without a type it submits its form."""

    __slots__ = ()

    value = Reflected("value")

    @property
    def type(self) -> str:
        given = self._attributes.get("type", "").lower()
        return given if given in ("button", "reset") else "submit"

    @type.setter
    def type(self, value: object) -> None:
        self.set_attribute("type", value)

    def _as_actor(self) -> HTMLElement | None:
        return self

    def _clicked(self, _: MouseEvent) -> None:
        if not self._is_disabled:
            press(self, self.type)
