"""EventEmitter with the exact rules of Node's `events` module (Node 20).

Where Python must differ: there is no `this`; a listener is found by equality, since a bound method is a new object at
each access; the registering methods work as decorators when the listener is left out; types in error texts carry
Python's names (``Received None``); a warning is issued at once, not on a later tick; event names keep the order of
registration, also those that look like numbers and those that are no text. A listener may be `async def`: as in
Node, it runs up to its first await before the next listener starts, and its result is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload
from weakref import ref

from ipclab.errors import UnhandledError as UnhandledError
from ipclab.listener_limit import MaxListenersExceededWarning as MaxListenersExceededWarning
from ipclab.listener_limit import warn
from ipclab.names import hint
from ipclab.scope import Place, current
from ipclab.tasks import start
from ipclab.undefined_value import undefined

if TYPE_CHECKING:
    from typing import Self

Listener = Callable[..., object]
L = TypeVar("L", bound=Listener)


class _Sentinel:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


error_monitor: Final = _Sentinel("error_monitor")
"""Listeners of this name see every `error` event first and do not count as handling it (`events.errorMonitor`)."""

_OMITTED: Any = _Sentinel("omitted")


class _Registration:
    __slots__ = ("__weakref__", "listener", "place")

    def __init__(self, emitter: EventEmitter, name: Hashable, listener: Listener) -> None:
        self.listener = listener
        self.place: Place | None = None
        scope = current.get()
        if scope is not None:
            # Weak, so that a cell that made a thousand short-lived emitters does not keep them alive.
            emitter_ref, self_ref = ref(emitter), ref(self)

            def undo() -> None:
                emitter, registration = emitter_ref(), self_ref()
                if emitter is not None and registration is not None:
                    emitter._remove(name, registration)

            self.place = Place(scope, undo)


class _OnceRegistration(_Registration):
    """A `once` listener. It is also what `raw_listeners` shows: calling it removes it and runs the listener."""

    __slots__ = ("_emitter", "_name", "fired")

    def __init__(self, emitter: EventEmitter, name: Hashable, listener: Listener) -> None:
        super().__init__(emitter, name, listener)
        self._emitter = ref(emitter)  # weak: an emitter must go with its last reference, not with a later gc
        self._name = name
        self.fired = False

    def __call__(self, *args: Any) -> object:
        if self.fired:
            return None
        emitter = self._emitter()
        if emitter is not None:
            emitter._remove(self._name, self)
        self.fired = True
        return self.listener(*args)


def _key(name: Hashable) -> Hashable:
    """Return `name` as a key: 1 and "1" are the same, as JavaScript's property keys are."""
    return str(int(name)) if isinstance(name, int) and not isinstance(name, bool) else name


def _received(value: object) -> str:
    """Describe a wrong argument as Node does."""
    if value is None or value is undefined:
        return repr(value)
    if not isinstance(value, (bool, int, float, complex, str, bytes)):
        return f"an instance of {type(value).__name__}"
    text = repr(value)
    return f"type {type(value).__name__} ({text if len(text) <= 28 else text[:25] + '...'})"


def _check_listener(listener: object) -> None:
    if not callable(listener):
        raise TypeError(f'The "listener" argument must be of type function. Received {_received(listener)}')


class EventEmitter:
    """Node's EventEmitter, in snake_case.

    An event name is a string or any other hashable; an int is the same name as its digits. Methods that change the
    emitter return it; `on`, `once`, `prepend_listener` and `prepend_once_listener` called without a listener are
    decorators that return the function. They raise TypeError for a listener that cannot be called.

    Two events tell of the listeners themselves: `newListener` before one is added and `removeListener` after one is
    removed, both with the event's name and the listener.
    """

    #: The limit of `get_max_listeners` for emitters that were not given their own.
    default_max_listeners: float = 10

    error_monitor: Final = error_monitor

    # Class-level defaults: an emitter without listeners costs nothing, and a subclass need not call __init__.
    _registrations: dict[Hashable, list[_Registration]] | None = None
    _warned: frozenset[Hashable] = frozenset()
    _max_listeners: float | None = None

    def __repr__(self) -> str:
        # Without an address: a cell that ends with `emitter.on(...)` shows the emitter, the same in every run.
        return f"<{type(self).__name__}>"

    def __getattr__(self, name: str) -> Any:
        own = getattr(type(self), name, None)
        if isinstance(own, property) and own.fget is not None:
            return own.fget(self)  # it raised an AttributeError of its own, which says more
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint(name, dir(type(self)))}")

    def emit(self, name: Hashable, /, *args: Any) -> bool:
        """Call the listeners of `name` with `args`, in order, and return whether there were any.

        Listeners added or removed meanwhile count from the next emit on. An exception of a listener ends the emit
        and is raised here. `error` without a listener raises its argument if that is an exception, else
        `UnhandledError`.
        """
        if type(name) is not str:
            name = _key(name)
        if name == "error":
            self._before_error(args)
        table = self._registrations
        if table is None or (registrations := table.get(name)) is None:
            return False
        for registration in registrations[:]:
            call = registration if type(registration) is _OnceRegistration else registration.listener
            result = call(*args)
            if result is not None and (type(result) is CoroutineType or isinstance(result, Coroutine)):
                start(result)
        return True

    def _before_error(self, args: tuple[Any, ...]) -> None:
        self.emit(error_monitor, *args)
        if self._registrations is not None and "error" in self._registrations:
            return
        if args and isinstance(args[0], BaseException):
            raise args[0]
        raise UnhandledError(*args[:1])

    @overload
    def on(self, name: Hashable, listener: Listener) -> Self: ...
    @overload
    def on(self, name: Hashable) -> Callable[[L], L]: ...
    def on(self, name: Hashable, listener: Listener = _OMITTED) -> Self | Callable[[L], L]:
        """Add `listener` behind the others of `name`. The same one may be added repeatedly and then runs as often."""
        return self._register(_Registration, name, listener, front=False)

    add_listener = on

    @overload
    def once(self, name: Hashable, listener: Listener) -> Self: ...
    @overload
    def once(self, name: Hashable) -> Callable[[L], L]: ...
    def once(self, name: Hashable, listener: Listener = _OMITTED) -> Self | Callable[[L], L]:
        """As `on`, for one event: the listener is removed before it is called."""
        return self._register(_OnceRegistration, name, listener, front=False)

    @overload
    def prepend_listener(self, name: Hashable, listener: Listener) -> Self: ...
    @overload
    def prepend_listener(self, name: Hashable) -> Callable[[L], L]: ...
    def prepend_listener(self, name: Hashable, listener: Listener = _OMITTED) -> Self | Callable[[L], L]:
        """As `on`, in front of the other listeners."""
        return self._register(_Registration, name, listener, front=True)

    @overload
    def prepend_once_listener(self, name: Hashable, listener: Listener) -> Self: ...
    @overload
    def prepend_once_listener(self, name: Hashable) -> Callable[[L], L]: ...
    def prepend_once_listener(self, name: Hashable, listener: Listener = _OMITTED) -> Self | Callable[[L], L]:
        """As `once`, in front of the other listeners."""
        return self._register(_OnceRegistration, name, listener, front=True)

    def _register(
        self, kind: type[_Registration], name: Hashable, listener: Listener, *, front: bool
    ) -> Self | Callable[[L], L]:
        if listener is not _OMITTED:
            self._add(kind, name, listener, front)
            return self

        if callable(name):
            raise TypeError("an event has a name: write @emitter.on('name'), or emitter.on('name', function)")

        def decorate(function: L) -> L:
            self._add(kind, name, function, front)
            return function

        return decorate

    def _add(self, kind: type[_Registration], name: Hashable, listener: Listener, front: bool) -> None:
        _check_listener(listener)
        name = _key(name)
        if self._registrations is not None and "newListener" in self._registrations:
            self.emit("newListener", name, listener)
        # Looked up anew: a listener of newListener may have changed the table.
        if self._registrations is None:
            self._registrations = {}
        registration = kind(self, name, listener)
        registrations = self._registrations.get(name)
        if registrations is None:
            self._registrations[name] = [registration]
            return
        registrations.insert(0 if front else len(registrations), registration)
        count = len(registrations)
        if 0 < self.get_max_listeners() < count and name not in self._warned:
            self._warned |= {name}
            warn(self, name, count)

    def off(self, name: Hashable, listener: Listener) -> Self:
        """Remove `listener` once, the last added first; nothing happens if it is not registered."""
        _check_listener(listener)
        name = _key(name)
        registrations = (self._registrations or {}).get(name, ())
        for registration in reversed(registrations):
            if listener in (registration, registration.listener):
                self._remove(name, registration)
                break
        return self

    remove_listener = off

    def _remove(self, name: Hashable, registration: _Registration) -> None:
        """Remove exactly `registration`, if it is still there."""
        table = self._registrations
        registrations = table.get(name) if table is not None else None
        if table is None or registrations is None or registration not in registrations:
            return
        registrations.remove(registration)
        if len(registrations) < 2 and name in self._warned:
            self._warned -= {name}  # as in Node: listeners that pile up anew are worth a new warning
        if not registrations:
            del table[name]
        if "removeListener" in table:
            self.emit("removeListener", name, registration.listener)

    def remove_all_listeners(self, name: Hashable = _OMITTED) -> Self:
        """Remove the listeners of `name`, or all listeners if no name is given. None is a name like others."""
        table = self._registrations
        if table is None:
            return self
        if name is _OMITTED:
            if "removeListener" in table:
                for key in [*(key for key in table if key != "removeListener"), "removeListener"]:
                    self.remove_all_listeners(key)
            # What listeners of removeListener added meanwhile goes too.
            self._registrations = None
            self._warned = frozenset()
        elif "removeListener" in table:
            key = _key(name)
            for registration in reversed(table.get(key, [])[:]):
                self._remove(key, registration)
        else:
            table.pop(_key(name), None)
            self._warned -= {_key(name)}
        return self

    def listeners(self, name: Hashable) -> list[Listener]:
        """Return the listeners of `name`, in order, as a new list."""
        return [registration.listener for registration in (self._registrations or {}).get(_key(name), ())]

    def raw_listeners(self, name: Hashable) -> list[Listener]:
        """As `listeners`, with a wrapper for each `once` listener.

        Calling the wrapper removes and runs the listener, which is also its attribute `listener`.
        """
        registrations = (self._registrations or {}).get(_key(name), ())
        return [each if isinstance(each, _OnceRegistration) else each.listener for each in registrations]

    def listener_count(self, name: Hashable, listener: Listener | None = None) -> int:
        """Return how many listeners `name` has, or how often `listener` is one of them."""
        if listener is None:
            return len((self._registrations or {}).get(_key(name), ()))
        return sum(each == listener for each in self.listeners(name))

    def event_names(self) -> list[Hashable]:
        """Return the names that have listeners, in the order of their first registration."""
        return list(self._registrations or ())

    def set_max_listeners(self, n: float) -> Self:
        """Set how many listeners an event may have without a `MaxListenersExceededWarning`; 0 or `math.inf`: any.

        Raises TypeError if `n` is no number and ValueError (Node's RangeError) if it is negative or NaN.
        """
        if isinstance(n, bool) or not isinstance(n, (int, float)):
            raise TypeError(f'The "setMaxListeners" argument must be of type number. Received {_received(n)}')
        if not n >= 0:
            raise ValueError(f'The value of "setMaxListeners" is out of range. It must be >= 0. Received {n}')
        self._max_listeners = n
        return self

    def get_max_listeners(self) -> float:
        """Return this emitter's limit, which is `default_max_listeners` unless it was set."""
        return self.default_max_listeners if self._max_listeners is None else self._max_listeners
