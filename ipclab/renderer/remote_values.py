"""What of a page's values crosses to main by `remote`: copies, main's own objects, and functions as callbacks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ipclab.clone.kinds import own_fields
from ipclab.protocol import Part
from ipclab.remote_parts import SCALARS, nature
from ipclab.renderer.console import caller
from ipclab.renderer.remote_proxy import RemoteObject
from ipclab.renderer.run import without_number


class Callbacks:
    """The functions that a page has handed to main. They are kept until main has forgotten them."""

    def __init__(self) -> None:
        self._functions: dict[int, Callable[..., Any]] = {}
        self._sent: dict[int, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._last = 0

    def number_of(self, function: Callable[..., Any]) -> int:
        """Return the number of a function; equal ones (the same bound method, read twice) are one."""
        key = _key(function)
        number = self._numbers.get(key)
        if number is None:
            self._last = number = self._last + 1
            self._numbers[key] = number
            self._functions[number] = function
            self._sent[number] = 0
        return number

    def find(self, number: int) -> Callable[..., Any] | None:
        return self._functions.get(number)

    def sent(self, number: int) -> None:
        """Main is handed a function."""
        self._sent[number] += 1

    def dropped(self, number: int, times: int) -> None:
        """Main has forgotten a function that it was handed `times` times; more often, if it is on its way again."""
        if number in self._functions:
            self._sent[number] -= times
            if self._sent[number] <= 0:
                del self._sent[number]
                del self._numbers[_key(self._functions.pop(number))]

    def clear(self) -> None:
        self._functions.clear()
        self._numbers.clear()
        self._sent.clear()


def _key(function: Callable[..., Any]) -> Hashable:
    try:
        hash(function)
    except TypeError:
        return id(function)
    return function


class Arguments:
    """Arguments on their way to main: `copy` has gaps where `parts` say what belongs there.

    Lists and dicts are built anew, so an object that occurs twice arrives as two, and one that contains itself has
    None there. Instances of the page's classes arrive as dicts of their fields.
    """

    def __init__(self, args: list[object], callbacks: Callbacks) -> None:
        self.parts: list[Part] = []
        self._callbacks = callbacks
        self._path: list[int] = []
        self._above: set[int] = set()
        self.copy = [self._item(arg, at) for at, arg in enumerate(args)]

    def _item(self, item: object, at: int) -> object:
        if type(item) in SCALARS:
            return item
        self._path.append(at)
        converted = self._convert(item)
        self._path.pop()
        return converted

    def _convert(self, value: Any) -> object:
        if isinstance(value, RemoteObject):
            self.parts.append(Part(self._path[:], "proxy", value._number, value._label))
            return None
        if isinstance(value, list | tuple):
            return self._inside(value, lambda: [self._item(item, at) for at, item in enumerate(value)])
        if isinstance(value, dict):
            return self._inside(value, lambda: self._dict(value))
        if callable(value):
            self.parts.append(self._callback(value))
            return None
        if not isinstance(value, BaseException) and nature(type(value)) == "object":
            return self._inside(value, lambda: self._dict(own_fields(value)))
        return value

    def _inside(self, value: object, convert: Callable[[], object]) -> object:
        if id(value) in self._above:
            return None
        self._above.add(id(value))
        converted = convert()
        self._above.remove(id(value))
        return converted

    def _dict(self, entries: dict[Any, object]) -> dict[Any, object]:
        return {key: self._item(value, at) for at, (key, value) in enumerate(entries.items())}

    def _callback(self, function: Callable[..., Any]) -> Part:
        name = getattr(function, "__name__", "")
        line, file = caller()
        place = f"{without_number(file)}:{line}"
        label = name if isinstance(name, str) and name.isidentifier() else "anonymous"
        return Part(self._path[:], "function", self._callbacks.number_of(function), label, {}, place)

    def on_their_way(self) -> None:
        """They have been sent: main holds the functions among them now."""
        for part in self.parts:
            if part.kind == "function":
                self._callbacks.sent(part.number)
