"""``<select>`` and its options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ipclab.renderer.dom.attributes import Flag
from ipclab.renderer.dom.controls import Control
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.nodes import walk
from ipclab.renderer.dom.wording import as_text, collapsed

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document


class HTMLOptionElement(HTMLElement):
    """``<option>`` of a ``<select>``."""

    __slots__ = ("_checked",)

    disabled = Flag("disabled")
    default_selected = Flag("selected")

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document, tag, attributes)
        self._checked: bool | None = None

    @property
    def text(self) -> str:
        """What it says, without white space around it."""
        return collapsed(self.text_content)

    @text.setter
    def text(self, value: object) -> None:
        self.text_content = value

    @property
    def value(self) -> str:
        """What choosing it gives; without a `value` attribute its text."""
        return self._attributes.get("value", self.text)

    @value.setter
    def value(self, value: object) -> None:
        self.set_attribute("value", value)

    @property
    def selected(self) -> bool:
        """Whether it is chosen."""
        select = self._select()
        if select is None or select.multiple:
            return self.default_selected if self._checked is None else self._checked
        return select._chosen() is self

    @selected.setter
    def selected(self, value: object) -> None:
        select = self._select()
        if select is None or select.multiple:
            self._checked = bool(value)
            self._document._changed(self, "checked", self._checked)
        elif value:
            select.value = self.value
        elif self.selected:
            select._reset()

    @property
    def index(self) -> int:
        """Its place among the options of its select, from 0."""
        select = self._select()
        return 0 if select is None else select.options.index(self)

    @property
    def _is_disabled(self) -> bool:
        parent = self.parent_element
        return self.disabled or (
            parent is not None and parent._tag == "optgroup" and parent.has_attribute("disabled")
        )

    def _select(self) -> HTMLSelectElement | None:
        found = self._closest_tag("select")
        return found if isinstance(found, HTMLSelectElement) else None

    def _properties(self) -> dict[str, Any]:
        if self._checked is None or self._checked == self.default_selected:
            return {}
        return {"checked": self._checked}

    def _copy(self) -> Any:
        copy = super()._copy()
        copy._checked = self._checked
        return copy


class HTMLSelectElement(Control):
    """``<select>``: `value` is the chosen option's, `selected_index` its place (-1: none)."""

    __slots__ = ("_value",)

    multiple = Flag("multiple")

    def __init__(self, document: Document, tag: str, attributes: dict[str, str] | None = None) -> None:
        super().__init__(document, tag, attributes)
        #: The value of the option that was chosen; an empty text that no option has: none.
        self._value: str | None = None

    @property
    def type(self) -> str:
        return "select-multiple" if self.multiple else "select-one"

    @property
    def options(self) -> list[HTMLOptionElement]:
        """Its options, as a new list."""
        return [each for each in walk(self) if isinstance(each, HTMLOptionElement)]

    @property
    def selected_options(self) -> list[HTMLOptionElement]:
        """The options that are chosen, as a new list."""
        return [each for each in self.options if each.selected]

    @property
    def value(self) -> str:
        """The chosen option's value; a value that no option has chooses none."""
        chosen = self.selected_options
        return chosen[0].value if chosen else ""

    @value.setter
    def value(self, value: object) -> None:
        self._take_value(as_text(value))
        if self.multiple:
            for each in self.options:
                self._document._changed(each, "checked", each.selected)
        else:
            self._document._changed(self, "value", self.value)

    @property
    def selected_index(self) -> int:
        """The place of the first option that is chosen, from 0; -1 if none is."""
        return next((index for index, each in enumerate(self.options) if each.selected), -1)

    @selected_index.setter
    def selected_index(self, index: int) -> None:
        options = self.options
        self.value = options[index].value if 0 <= index < len(options) else None

    def _take_value(self, value: str) -> None:
        """Take what the reader has chosen; the view has it already."""
        if self.multiple:
            self._take_values([value])
        else:
            self._value = value if any(each.value == value for each in self.options) else ""

    def _take_values(self, values: Iterable[str]) -> None:
        """As `_take_value`, of several."""
        chosen = list(values)
        for each in self.options:
            each._checked = each.value in chosen

    def _reset(self) -> None:
        self._value = None
        for each in self.options:
            each._checked = None
            if self.multiple:
                self._document._changed(each, "checked", each.selected)
        if not self.multiple:
            self._document._changed(self, "value", self.value)

    def _chosen(self) -> HTMLOptionElement | None:
        """The chosen option of a select that is not `multiple`."""
        options = self.options
        for each in options if self._value is not None else ():
            if each.value == self._value:
                return each
        # The chosen one may have gone since.
        if self._value == "":
            return None
        by_attribute = [each for each in options if each.default_selected]
        if by_attribute:
            return by_attribute[-1]
        first = next((each for each in options if not each._is_disabled), None)
        return first if self._attributes.get("size", "1") in ("", "0", "1") else None

    def _properties(self) -> dict[str, Any]:
        return {} if self._value is None or self.multiple else {"value": self._value}

    def _copy(self) -> Any:
        copy = super()._copy()
        copy._value = self._value
        return copy
