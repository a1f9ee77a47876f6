"""Events of the tree: their classes, who may listen, and their way down to the target and up again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ipclab.errors import InvalidStateError
from ipclab.renderer.dom.wording import missing
from ipclab.renderer.event_target import EventTarget, PageEvent, Phase

if TYPE_CHECKING:
    from ipclab.renderer.dom.document import Document
    from ipclab.renderer.dom.element import HTMLElement

Listener = Callable[..., object]
L = TypeVar("L", bound=Listener)

#: The events that happen here; each has an `on...` attribute.
EVENTS = frozenset(
    {
        *("blur", "change", "click", "contextmenu", "dblclick", "focus", "input", "keydown", "keyup", "reset"),
        *("submit", "toggle"),
    }
)

#: What happens in a browser and never here: who listens for it is told so.
NEVER = frozenset(
    {
        *("auxclick", "beforeinput", "copy", "cut", "drag", "dragend", "dragenter", "dragleave", "dragover"),
        *("dragstart", "drop", "keypress", "mousedown", "mouseenter", "mouseleave", "mousemove", "mouseout"),
        *("mouseover", "mouseup", "paste", "pointercancel", "pointerdown", "pointerenter", "pointerleave"),
        *("pointermove", "pointerout", "pointerover", "pointerup", "resize", "scroll", "select", "selectionchange"),
        *("touchcancel", "touchend", "touchmove", "touchstart", "wheel"),
    }
)


class Event(PageEvent):
    """An event made by code, for `dispatch_event`."""


class CustomEvent(Event):
    """An event made by code that carries `detail`."""

    def __init__(
        self,
        type: str,  # noqa: A002 (the web's name)
        *,
        detail: object = None,
        bubbles: bool = False,
        cancelable: bool = False,
    ) -> None:
        super().__init__(type, bubbles=bubbles, cancelable=cancelable)
        self.detail = detail


class _WithModifiers(Event):
    def __init__(
        self,
        type: str,  # noqa: A002 (the web's name)
        *,
        ctrl_key: bool = False,
        shift_key: bool = False,
        alt_key: bool = False,
        meta_key: bool = False,
        bubbles: bool = False,
        cancelable: bool = False,
    ) -> None:
        super().__init__(type, bubbles=bubbles, cancelable=cancelable)
        self.ctrl_key = ctrl_key
        self.shift_key = shift_key
        self.alt_key = alt_key
        self.meta_key = meta_key


class MouseEvent(_WithModifiers):
    """``click``. One that code dispatches acts as the reader's does."""


class KeyboardEvent(_WithModifiers):
    """``keydown`` and ``keyup``; `key` is the web's name of the key, e.g. ``Enter``, ``a``, ``ArrowUp``."""

    def __init__(self, type: str, *, key: str = "", **options: bool) -> None:  # noqa: A002 (the web's name)
        super().__init__(type, **options)
        self.key = key


class FocusEvent(Event):
    """``focus``, ``blur``, ``focusin`` and ``focusout``; `related_target` is what loses or gets it."""

    related_target: HTMLElement | None = None


class SubmitEvent(Event):
    """A form is about to be submitted, by `submitter` (its button) or without one."""

    submitter: HTMLElement | None = None


class Listening:
    """What has listeners: the nodes and the document."""

    __slots__ = ()

    _document: Document
    _events: EventTarget | None

    @overload
    def add_event_listener(
        self, type: str, listener: None = None, *, once: bool = False, capture: bool = False
    ) -> Callable[[L], L]: ...

    @overload
    def add_event_listener(
        self, type: str, listener: Listener, *, once: bool = False, capture: bool = False
    ) -> None: ...

    def add_event_listener(
        self,
        type: str,  # noqa: A002 (the web's name)
        listener: Listener | None = None,
        *,
        once: bool = False,
        capture: bool = False,
    ) -> Any:
        """Call `listener(event)` at each event of this type; without `listener` it is a decorator.

        The listener may be async. What it raises is told on the console, and the others run.

        :param once: only for the first event.
        :param capture: on the event's way down, before the listeners of what is inside.
        """
        if type in NEVER:
            known = ", ".join(sorted(EVENTS))
            self._document._warn(f"'{type}' never happens here. What the reader does comes as: {known}.")
        if listener is None:

            def decorate(function: L) -> L:
                self._listeners().add(type, function, capture=capture, once=once)
                return function

            return decorate
        return self._listeners().add(type, listener, capture=capture, once=once)

    def remove_event_listener(
        self,
        type: str,  # noqa: A002 (the web's name)
        listener: Listener,
        *,
        capture: bool = False,
    ) -> None:
        """Remove a listener; one that was never added is ignored."""
        if self._events is not None:
            self._events.remove(type, listener, capture=capture)

    def dispatch_event(self, event: PageEvent) -> bool:
        """Call the listeners of `event`; return False if one of them has prevented its default."""
        event.is_trusted = False
        return dispatch(self, event)

    def _listeners(self) -> EventTarget:
        if self._events is None:
            self._events = EventTarget(_ignore, self._document._failed, self)
        return self._events

    def _ancestors(self) -> Sequence[Listening | EventTarget]:
        """What an event of this passes on its way up, from the inside out."""
        raise NotImplementedError

    def _as_actor(self) -> HTMLElement | None:
        """This, if it is an element for which a click does something."""
        return None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(f"on{each}" for each in EVENTS)]

    if not TYPE_CHECKING:
        # Only called for names that the classes do not define.
        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            event = name.removeprefix("on")
            if event != name and event in EVENTS:
                return None if self._events is None else self._events.attribute(event)
            raise missing(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        try:
            object.__setattr__(self, name, value)
        except AttributeError:
            event = name.removeprefix("on")
            if event != name and event in EVENTS:
                self._listeners().set_attribute(event, value)
            elif hasattr(type(self), name):
                raise
            else:
                raise missing(self, name) from None


def _ignore() -> None:
    """Nobody asks for which events a node has listeners."""


def fire(target: Listening, event: PageEvent) -> bool:
    """Dispatch what the page's reader or the page itself made happen."""
    event.is_trusted = True
    return dispatch(target, event)


def dispatch(target: Listening, event: PageEvent) -> bool:
    """Let the event go down to `target` and up again, then act by default; return False if it was prevented."""
    if event.event_phase is not Phase.NONE:
        what = "Failed to execute 'dispatchEvent' on 'EventTarget': The event is already being dispatched."
        raise InvalidStateError(what)
    path: list[Listening | EventTarget] = [target, *target._ancestors()]
    event.target = target
    actor = _actor(path, event)
    undo = None if actor is None else actor._before_click()
    for each in reversed(path[1:]):
        _call(each, event, Phase.CAPTURING)
    _call(target, event, Phase.AT_TARGET)
    if event.bubbles:
        for each in path[1:]:
            _call(each, event, Phase.BUBBLING)
    event.event_phase = Phase.NONE
    event.current_target = None
    event.is_stopped = event.is_stopped_at_once = False
    if actor is not None:
        if event.default_prevented:
            if undo is not None:
                undo()
        elif isinstance(event, MouseEvent):
            actor._clicked(event)
    return not event.default_prevented


def _actor(path: Sequence[Listening | EventTarget], event: PageEvent) -> HTMLElement | None:
    """Return the innermost element for which a click does something (DOM: activation target)."""
    if event.type == "click" and isinstance(event, MouseEvent):
        for each in path if event.bubbles else path[:1]:
            if isinstance(each, Listening) and (actor := each._as_actor()) is not None:
                return actor
    return None


def _call(on: Listening | EventTarget, event: PageEvent, phase: Phase) -> None:
    # The phase is set even where nobody listens: an event on its way must not be dispatched again.
    event.event_phase = phase
    listeners = on if isinstance(on, EventTarget) else on._events
    if listeners is not None and not event.is_stopped:
        listeners.fire(event, phase)
