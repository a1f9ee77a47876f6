"""What a page's scripts listen to (the web's `EventTarget`): listeners in their order, and `on...` functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from enum import IntEnum
from typing import Any

from ipclab import scope, tasks
from ipclab.renderer.worlds import is_preload
from ipclab.undefined_value import undefined

Function = Callable[..., object]


class Phase(IntEnum):
    """Where an event is on its way (the web's `event_phase`)."""

    NONE = 0
    CAPTURING = 1
    AT_TARGET = 2
    BUBBLING = 3


class PageEvent:
    """An event of the page; `type` is its name.

    `target` is what it happened to, `current_target` what the listener that runs belongs to. `is_trusted` is False
    for events that code made.
    """

    __clonable__ = False

    def __init__(self, type: str, *, bubbles: bool = False, cancelable: bool = False) -> None:  # noqa: A002 (the web's name)
        self.type = type
        self.bubbles = bubbles
        self.cancelable = cancelable
        self.default_prevented = False
        self.is_trusted = True
        self.target: Any = None
        self.current_target: Any = None
        self.event_phase = Phase.NONE
        self.is_stopped = False
        self.is_stopped_at_once = False

    def prevent_default(self) -> None:
        """Keep from happening what would follow this event, if it can be kept from."""
        if self.cancelable:
            self.default_prevented = True

    def stop_propagation(self) -> None:
        """Let only the listeners of `current_target` hear of it from here on."""
        self.is_stopped = True

    def stop_immediate_propagation(self) -> None:
        """Let no further listener hear of it."""
        self.is_stopped = self.is_stopped_at_once = True

    def returned(self, value: object) -> None:
        """Take what an `on...` function returned: on the web False prevents."""
        if value is False:
            self.prevent_default()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type!r}>"


class BeforeUnloadEvent(PageEvent):
    """The page is about to go. To stay, prevent the event or give it a `return_value`."""

    def __init__(self) -> None:
        super().__init__("beforeunload", cancelable=True)
        self.return_value: object = ""

    def returned(self, value: object) -> None:
        if value is not None and value is not undefined:
            self.prevent_default()

    def stays(self) -> bool:
        """Whether a listener wants the page to stay."""
        given = self.return_value
        return self.default_prevented or not (given is None or given is undefined or given == "")


class _Listener:
    """One listener, or the function of an `on...` attribute, and its place in the scope of the cell that set it."""

    __slots__ = ("capture", "function", "is_attribute", "is_preload", "once", "place")

    def __init__(
        self,
        function: Function,
        is_attribute: bool,
        undo: Callable[[], None],
        capture: bool = False,
        once: bool = False,
    ) -> None:
        self.function = function
        self.is_attribute = is_attribute
        self.capture = capture
        self.once = once
        self.is_preload = is_preload.get()
        current = scope.current.get()
        self.place = None if current is None else scope.Place(current, undo)

    def run(self, event: PageEvent) -> None:
        is_preload.set(self.is_preload)
        result: Any = self.function(event)
        if self.is_attribute:
            event.returned(result)
        if asyncio.iscoroutine(result):
            tasks.start(result)


class EventTarget:
    """The listeners of one object of the page. `changed` is called when there is one more or one less, `failed` with
    what a listener raised: the others run all the same. `owner` is what an event has as its `current_target`."""

    __slots__ = ("_changed", "_failed", "_listeners", "owner")

    def __init__(
        self, changed: Callable[[], None], failed: Callable[[BaseException], None], owner: object = None
    ) -> None:
        self.owner = owner
        self._changed = changed
        self._failed = failed
        self._listeners: dict[str, list[_Listener]] = {}

    def add(self, event: str, function: Function, *, capture: bool = False, once: bool = False) -> None:
        """Add a listener. As on the web, the same one is added once for each value of `capture`."""
        if not callable(function):
            raise TypeError(f"add_event_listener takes a function, not {type(function).__name__}")
        if self._find(event, function, capture) is None:

            def undo() -> None:
                self.remove(event, function, capture=capture)

            self._add(event, _Listener(function, False, undo, capture, once))

    def remove(self, event: str, function: Function, *, capture: bool = False) -> None:
        """Remove a listener; one that is not there is ignored."""
        if (listener := self._find(event, function, capture)) is not None:
            self._remove(event, listener)

    def attribute(self, event: str) -> Function | None:
        """Return the function of ``on<event>``."""
        listener = self._attribute(event)
        return None if listener is None else listener.function

    def set_attribute(self, event: str, function: object) -> None:
        """Set the function of ``on<event>``; it keeps its place in the order. What is no function removes it."""
        listener = self._attribute(event)
        if not callable(function):
            if listener is not None:
                self._remove(event, listener)
            return
        given: Function = function
        new = _Listener(given, True, lambda: self._unset(event, given))
        if listener is None:
            self._add(event, new)
        else:
            listeners = self._listeners[event]
            listeners[listeners.index(listener)] = new

    def listens_to(self, event: str) -> bool:
        return event in self._listeners

    def fire(self, event: PageEvent, phase: Phase = Phase.AT_TARGET) -> None:
        """Call the listeners of ``event.type``; those removed meanwhile are not called any more.

        On the way down (`Phase.CAPTURING`) those that capture are called, on the way up the others, in place first
        those and then these.
        """
        if event.type not in self._listeners:
            return
        event.current_target = self.owner
        event.event_phase = phase
        if phase is not Phase.BUBBLING:
            self._fire(event, capture=True)
        if phase is not Phase.CAPTURING:
            self._fire(event, capture=False)

    def _fire(self, event: PageEvent, capture: bool) -> None:
        for listener in list(self._listeners.get(event.type, ())):
            if event.is_stopped_at_once:
                return
            if listener.capture is capture and listener in self._listeners.get(event.type, ()):
                if listener.once:
                    self._remove(event.type, listener)
                try:
                    copy_context().run(listener.run, event)
                except SystemExit:
                    raise
                except BaseException as error:
                    self._failed(error)

    def clear(self) -> None:
        """Remove all listeners, for good: the page goes."""
        self._listeners.clear()
        self._changed()
        self._changed = lambda: None

    def _find(self, event: str, function: Function, capture: bool) -> _Listener | None:
        for each in self._listeners.get(event, ()):
            # By equality: a bound method is a new object at each access.
            if not each.is_attribute and each.capture is capture and each.function == function:
                return each
        return None

    def _attribute(self, event: str) -> _Listener | None:
        return next((each for each in self._listeners.get(event, ()) if each.is_attribute), None)

    def _unset(self, event: str, function: Function) -> None:
        if self.attribute(event) is function:
            self.set_attribute(event, None)

    def _add(self, event: str, listener: _Listener) -> None:
        self._listeners.setdefault(event, []).append(listener)
        self._changed()

    def _remove(self, event: str, listener: _Listener) -> None:
        listeners = self._listeners[event]
        listeners.remove(listener)
        if not listeners:
            del self._listeners[event]
        self._changed()
