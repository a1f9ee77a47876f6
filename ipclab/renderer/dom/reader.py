"""What the reader does in a view of the window: the events it makes, in the browsers' order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipclab.renderer.dom.choices import HTMLSelectElement
from ipclab.renderer.dom.controls import (
    HTMLButtonElement,
    HTMLInputElement,
    HTMLTextAreaElement,
    TextControl,
)
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import Event, KeyboardEvent, MouseEvent, fire
from ipclab.renderer.dom.forms import HTMLFormElement, takes_enter

_SILENT = (HTMLButtonElement, HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement)


def handle(element: HTMLElement, type: str, fields: Mapping[str, Any]) -> None:  # noqa: A002
    """Set the state the view tells of, dispatch the events, act by default."""
    if type == "blur":
        # A late blur, of what has not the keyboard any more, is old news.
        if element._document._focused is element:
            element._document._move_focus(None)
    elif _is_still(element):
        return
    elif type == "focus":
        if element._takes_focus():
            element._document._move_focus(element)
    elif type in ("click", "dblclick", "contextmenu"):
        fire(element, MouseEvent(type, bubbles=True, cancelable=True, **_modifiers(fields)))
    elif type in ("keydown", "keyup"):
        _key(element, type, fields)
    elif type in ("input", "change"):
        _take_state(element, fields)
        fire(element, Event(type, bubbles=True))
    elif type == "submit":
        form = element if isinstance(element, HTMLFormElement) else None
        if form is not None:
            form.request_submit()
    else:
        raise ValueError(f"a view told of {type!r}, which is no input")


def _is_still(element: HTMLElement) -> bool:
    """Whether it is, or is in, a disabled control: what the reader does to it is not heard of."""
    inner: HTMLElement | None = element
    while inner is not None:
        if isinstance(inner, _SILENT) and inner._is_disabled:
            return True
        inner = inner.parent_element
    return False


def _modifiers(fields: Mapping[str, Any]) -> dict[str, bool]:
    return {f"{each}_key": bool(fields.get(each, False)) for each in ("ctrl", "shift", "alt", "meta")}


def _key(element: HTMLElement, type: str, fields: Mapping[str, Any]) -> None:  # noqa: A002
    key = str(fields.get("key", ""))
    event = KeyboardEvent(type, key=key, bubbles=True, cancelable=True, **_modifiers(fields))
    acts = fire(element, event) and type == "keydown" and key == "Enter"
    if acts and isinstance(element, HTMLInputElement) and takes_enter(element) and element.form is not None:
        element.form._submitted_by_enter()


def _take_state(element: HTMLElement, fields: Mapping[str, Any]) -> None:
    if "checked" in fields and isinstance(element, HTMLInputElement):
        element._take_checked(bool(fields["checked"]))
    if "values" in fields and isinstance(element, HTMLSelectElement):
        element._take_values([str(each) for each in fields["values"]])
    elif "value" in fields and isinstance(element, (TextControl, HTMLSelectElement)):
        element._take_value(str(fields["value"]))
        if not (isinstance(element, HTMLSelectElement) and element.multiple):
            # Told back: by it a view knows which of the texts it is told are older than what was written since.
            element._document._changed(element, "value", element.value)
