"""Forms and what belongs to them but is no control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab.errors import NotFoundError
from ipclab.renderer.dom.attributes import Reflected
from ipclab.renderer.dom.choices import HTMLSelectElement
from ipclab.renderer.dom.controls import (
    Control,
    HTMLButtonElement,
    HTMLInputElement,
    HTMLTextAreaElement,
)
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import Event, MouseEvent, SubmitEvent, dispatch, fire
from ipclab.renderer.dom.nodes import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELLED = (HTMLButtonElement, HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement)


class HTMLFieldSetElement(Control):
    """``<fieldset>``: disabled, it disables the controls in it."""

    __slots__ = ()

    def _takes_focus(self) -> bool:
        return "tabindex" in self._attributes and self.is_connected


class HTMLFormElement(HTMLElement):
    """``<form>``. Submitting fires ``submit``; nothing is sent anywhere, since there are no servers here."""

    __slots__ = ()

    name = Reflected("name")
    action = Reflected("action", is_address=True)
    method = Reflected("method")

    @property
    def elements(self) -> list[Control]:
        """Its controls, as a new list."""
        return [
            each
            for each in walk(self._root())
            if isinstance(each, Control) and getattr(each, "type", "") != "image" and each.form is self
        ]

    def __len__(self) -> int:
        return len(self.elements)

    def __bool__(self) -> bool:
        return True

    def request_submit(self, submitter: Control | None = None) -> None:
        """Submit it as its button would: ``submit`` is fired and may be prevented."""
        if submitter is not None and submitter.form is not self:
            raise NotFoundError(
                "Failed to execute 'requestSubmit' on 'HTMLFormElement': The specified element is not owned by this "
                "form element."
            )
        event = SubmitEvent("submit", bubbles=True, cancelable=True)
        event.submitter = submitter
        if fire(self, event):
            self.submit()

    def submit(self) -> None:
        """Submit it without an event. It goes nowhere here: a warning says so."""
        self._document._warn(
            f"{self!r} was submitted and no listener called event.prevent_default(): a browser would load "
            f"{self.action or self._document.url} now. Forms go nowhere here."
        )

    def reset(self) -> None:
        """Give all controls the state that the HTML says, unless a listener of ``reset`` prevents it."""
        if fire(self, Event("reset", bubbles=True, cancelable=True)):
            for each in self.elements:
                each._reset()

    def _submitted_by_enter(self) -> None:
        """What Enter does in a text input (HTML: implicit submission)."""
        button = next(self._submit_buttons(), None)
        if button is not None:
            if not button._is_disabled:
                fire(button, MouseEvent("click", bubbles=True, cancelable=True))
        elif sum(isinstance(each, HTMLInputElement) and takes_enter(each) for each in self.elements) == 1:
            self.request_submit()

    def _submit_buttons(self) -> Iterator[Control]:
        for each in walk(self._root()):
            if isinstance(each, (HTMLButtonElement, HTMLInputElement)) and each.form is self:  # noqa: SIM102
                if each.type in ("submit", "image"):
                    yield each


def takes_enter(element: HTMLInputElement) -> bool:
    """Whether Enter in this input submits its form (HTML: fields that block implicit submission)."""
    return element.type not in ("button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset")


class HTMLLabelElement(HTMLElement):
    """``<label>``: a click on it is one on its control."""

    __slots__ = ()

    html_for = Reflected("for")

    @property
    def control(self) -> HTMLElement | None:
        """The control that its `for` attribute names, or the first one in it."""
        named = self._attributes.get("for")
        if named is not None:
            found = self._document.get_element_by_id(named)
            return found if isinstance(found, _LABELLED) else None
        return next((each for each in walk(self) if isinstance(each, _LABELLED)), None)

    def _as_actor(self) -> HTMLElement | None:
        return self

    def _clicked(self, event: MouseEvent) -> None:
        control = self.control
        if control is not None and not control._is_disabled and not self._is_in_interactive(event.target):
            click = MouseEvent("click", bubbles=True, cancelable=True)
            click.is_trusted = event.is_trusted
            dispatch(control, click)

    def _is_in_interactive(self, target: object) -> bool:
        """Whether what was clicked has a use of its own, as the control itself has: then the label does nothing."""
        inner = target if isinstance(target, HTMLElement) else None
        while inner is not None and inner is not self:
            if isinstance(inner, _LABELLED) or (inner._tag == "a" and inner.has_attribute("href")):
                return True
            inner = inner.parent_element
        return False
