"""Proxies of main's objects: each read, write and call of theirs is a message that the page waits for.

As in Electron a proxy knows the members that there were when it was first made, and no others: what main adds later
is not seen, and an unknown member that is set is the proxy's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ipclab import names
from ipclab.remote_parts import DICT_METHODS, text

if TYPE_CHECKING:
    from ipclab.protocol import Part
    from ipclab.renderer.remote_link import RemoteLink

#: How many members an error lists.
LISTED = 20


class RemoteObject:
    """Stands for an object of main's. Reading or setting a member is one message, reading a method none."""

    __slots__ = ("__weakref__", "_kind", "_label", "_link", "_members", "_number", "_own")
    __clonable__ = False

    _kind: str
    _label: str
    _link: RemoteLink
    _members: dict[str, str]
    _number: int
    _own: dict[str, Any]

    def __init__(self, link: RemoteLink, part: Part) -> None:
        for name, value in (
            ("_link", link),
            ("_kind", part.kind),
            ("_label", part.label),
            ("_members", part.members),
            ("_number", part.number),
            ("_own", {}),
        ):
            object.__setattr__(self, name, value)

    # --- members -------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of {self!r} cannot be reached: only public members can")
        return self._read(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of {self!r} cannot be reached: only public members can")
        self._write(name, value)

    def __delattr__(self, name: str) -> None:
        # As in JavaScript: what is only a copy of main's can go, what leads to main's cannot.
        if name in self._own:
            del self._own[name]
        elif self._members.get(name) in ("method", "class"):
            del self._members[name]
        else:
            raise TypeError(f"Cannot delete property {name!r} of {self!r}: only main can")

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name) if isinstance(name, str) else self._missing(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.__setattr__(name, value)

    def __delitem__(self, name: str) -> None:
        self.__delattr__(name)

    def _read(self, name: str) -> Any:
        if name in self._own:
            return self._own[name]
        kind = self._members.get(name)
        if kind is None:
            return self._missing(name)
        if kind in ("method", "class"):
            return RemoteMethod(self, name, kind)
        return self._link.ask("get", f"get {self._label}.{name}", self._number, name)

    def _missing(self, name: object) -> Any:
        known = ", ".join(list(self._members)[:LISTED]) or "none"
        more = ", …" if len(self._members) > LISTED else ""
        hint = names.hint(name, self._members) if isinstance(name, str) else ""
        raise AttributeError(
            f"{self!r} has no {name!r}{hint}. It has those that there were when it was first asked for: {known}{more}"
        )

    def _write(self, name: str, value: Any) -> None:
        kind = self._members.get(name)
        if kind == "get":
            self._link.ask("set", f"set {self._label}.{name}", self._number, name, (value,))
        elif kind == "fixed":
            raise AttributeError(f"{name!r} of {self!r} cannot be set")
        else:
            self._own[name] = value

    def __dir__(self) -> list[str]:
        return [*self._members, *self._own]

    def __repr__(self) -> str:
        return text(self._kind, self._label, self._members)


class RemoteDict(RemoteObject):
    """Stands for a dict of main's: its keys are attributes and items alike, and go before a dict's methods.

    Which keys there are was found when the proxy was made.
    """

    __slots__ = ()

    def _missing(self, name: object) -> Any:
        if name in DICT_METHODS:
            return RemoteMethod(self, str(name), "method")
        return super()._missing(name)

    def __getitem__(self, name: str) -> Any:
        return self._read(name) if name in self else RemoteObject._missing(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._write(name, value)

    def __contains__(self, name: object) -> bool:
        return name in self._members or name in self._own

    def __iter__(self) -> Iterator[str]:
        return iter([*self._members, *(name for name in self._own if name not in self._members)])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class RemoteFunction(RemoteObject):
    """Stands for a function or a class of main's: calling it is one message."""

    __slots__ = ()

    def __call__(self, *args: object, **keywords: object) -> Any:
        action = "new" if self._kind == "class" else "call"
        return self._link.ask(action, f"{action} {self._label}", self._number, "", args, keywords)


class RemoteMethod:
    """A method of an object of main's, which is known without asking. Its own members are fetched with the first."""

    __slots__ = ("_kind", "_loaded", "_name", "_owner")
    __clonable__ = False

    _kind: str
    _loaded: Any
    _name: str
    _owner: RemoteObject

    def __init__(self, owner: RemoteObject, name: str, kind: str) -> None:
        for slot, value in (("_owner", owner), ("_name", name), ("_kind", kind), ("_loaded", None)):
            object.__setattr__(self, slot, value)

    def __call__(self, *args: object, **keywords: object) -> Any:
        owner = self._owner
        action, verb = ("new_member", "new") if self._kind == "class" else ("call_member", "call")
        channel = f"{verb} {owner._label}.{self._name}"
        return owner._link.ask(action, channel, owner._number, self._name, args, keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of {self!r} cannot be reached: only public members can")
        return getattr(self._function(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._function(), name, value)

    def _function(self) -> Any:
        if self._loaded is None:
            owner = self._owner
            loaded = owner._link.ask("get", f"get {owner._label}.{self._name}", owner._number, self._name)
            object.__setattr__(self, "_loaded", loaded)
        return self._loaded

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RemoteMethod):
            return NotImplemented
        return self._owner is other._owner and self._name == other._name

    def __hash__(self) -> int:
        return hash((id(self._owner), self._name))

    def __repr__(self) -> str:
        return text("class" if self._kind == "class" else "method", f"{self._owner._label}.{self._name}")


def proxy(link: RemoteLink, part: Part) -> RemoteObject:
    """Make the proxy that a part describes."""
    kinds: dict[str, type[RemoteObject]] = {"dict": RemoteDict, "function": RemoteFunction, "class": RemoteFunction}
    return kinds.get(part.kind, RemoteObject)(link, part)
