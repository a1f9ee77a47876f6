"""Main's objects that pages hold by `remote`: their numbers, who holds them, and what of them can be seen.

A page reaches what an object shows in public: no name that begins with an underscore, nothing of Python's own
machinery (modules, frames, generators), and nothing is ever evaluated. Yet whoever may call main's objects can do
what they can do: as in Electron, `remote` is no security boundary.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from ipclab.clone.kinds import own_fields
from ipclab.errors import Error
from ipclab.remote_parts import DICT_METHODS, nature

#: Of these a page sees nothing: what is public about them leads into the interpreter.
MACHINERY = (
    types.ModuleType,
    types.FrameType,
    types.TracebackType,
    types.CodeType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
)


class _Held:
    """An object that pages hold; `label` is what it was called first, `times` how often it was sent."""

    __slots__ = ("label", "times", "value")

    def __init__(self, value: object, label: str) -> None:
        self.value = value
        self.label = label
        self.times = 0


_held: dict[int, _Held] = {}
_numbers: dict[int, int] = {}  # by identity; what is held keeps it
_last = 0


def hold(value: object, label: str) -> tuple[int, str]:
    """An object is sent to a page, which holds it until it says otherwise; return its number and label."""
    global _last
    number = _numbers.get(id(value))
    if number is None:
        _last = number = _last + 1 if _held else 1
        _numbers[id(value)] = number
        _held[number] = _Held(value, label)
    held = _held[number]
    held.times += 1
    return number, held.label


def forget(number: int, times: int) -> None:
    """A page holds an object no more that it was sent `times` times."""
    held = _held[number]
    held.times -= times
    if not held.times:
        del _held[number]
        del _numbers[id(held.value)]


def find(number: int) -> object:
    """Return an object that a page holds."""
    return _held[number].value


class MissingObject(Error):  # noqa: N818 (named for what Electron says)
    """A page asks for an object that it does not hold (any more)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = "EBADRPC"
        self.errno = -72


# --- what can be seen -----------------------------------------------------------------------------------------------


def members(value: object) -> dict[str, str]:
    """Return the names that can be seen of an object, and of what kind each is (see `protocol.Part`)."""
    if isinstance(value, dict):
        return {key: _kind(entry) for key, entry in dict.items(value) if isinstance(key, str)}
    return dict(_members(value))


def _members(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, MACHINERY):
        return
    if isinstance(value, type):
        for name, attribute in _class_attributes(value):
            if not isinstance(attribute, types.FunctionType | property):
                yield name, _static_kind(attribute)
        return
    for name, attribute in _class_attributes(type(value)):
        yield name, _static_kind(attribute)
    for name, field in own_fields(value).items():
        if _is_public(name) and not _hides(value, field):
            yield name, _kind(field)


def _class_attributes(kind: type) -> Iterator[tuple[str, object]]:
    for base in reversed(kind.__mro__):
        if base is not object:
            yield from ((name, attribute) for name, attribute in list(vars(base).items()) if _is_public(name))


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _hides(value: object, field: object) -> bool:
    """Tell whether a field of one of ipclab's own objects is no business of a page's: a link, a loop, ..."""
    is_ours = type(value).__module__.partition(".")[0] == "ipclab"
    return is_ours and nature(type(field)) != "data" and getattr(type(field), "__clonable__", True) is not False


def _kind(value: object) -> str:
    if isinstance(value, type):
        return "class"
    return "method" if callable(value) else "get"


def _static_kind(attribute: object) -> str:
    """The kind of a class's attribute; a property is not computed for that."""
    if isinstance(attribute, property):
        return "get" if attribute.fset is not None else "fixed"
    if isinstance(attribute, classmethod | staticmethod):
        return "method"
    return _kind(attribute)


def read(value: Any, name: str) -> Any:
    """Return a member of an object; of a dict that of a key, None for one that is gone, or a method."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        return getattr(value, name) if name in DICT_METHODS else None
    _check(value, name)
    return getattr(value, name)


def write(value: Any, name: str, new: object) -> None:
    """Set a member of an object, or of a dict that of a key."""
    if isinstance(value, dict):
        value[name] = new
        return
    _check(value, name)
    setattr(value, name, new)


def _check(value: object, name: str) -> None:
    if not _is_public(name) or isinstance(value, MACHINERY) or _hides(value, own_fields(value).get(name)):
        raise AttributeError(f"{name!r} cannot be reached by remote: only an object's public members can")
