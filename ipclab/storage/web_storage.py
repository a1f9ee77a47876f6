"""`local_storage` and `session_storage`: the web's `Storage`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, KeysView
from typing import NoReturn

from ipclab.errors import QuotaExceededError
from ipclab.names import hint
from ipclab.storage.area import Area, NoRoom
from ipclab.storage.js_text import js_text

#: `changed(key, old_value, new_value)`, if another window listens; all None after `clear`.
Changed = Callable[[str | None, str | None, str | None], object]


class Storage:
    """Text kept under keys of text, read and written at once (the web's `Storage`).

    `str` is kept as it is; numbers, bools and None are kept as JavaScript writes them; TypeError for anything else
    (a browser would keep ``[object Object]``: write json.dumps(value)). Items can also be used as those of a dict.
    Keys come in their own order. What other windows write is seen by the next read. All methods raise SecurityError
    if the page's origin may not have storage.
    """

    __slots__ = ("_area", "_changed", "_name")
    __clonable__ = False
    _area: Callable[[], Area]
    _changed: Changed
    _name: str

    def __init__(self, name: str, area: Callable[[], Area], changed: Changed) -> None:
        for slot, value in zip(("_name", "_area", "_changed"), (name, area, changed), strict=True):
            object.__setattr__(self, slot, value)

    def get_item(self, key: str) -> str | None:
        """Return the value kept under `key`, None if there is none."""
        return self._area().get(js_text(key, "key"))

    def set_item(self, key: str, value: str | float | bool | None) -> None:
        """Keep `value` under `key`. QuotaExceededError if the origin would have more than 10 MiB (as UTF-16)."""
        self._set(key, value, "Failed to execute 'setItem' on 'Storage'")

    def remove_item(self, key: str) -> None:
        """Remove what is kept under `key`, if there is anything."""
        self._remove(key)

    def clear(self) -> None:
        """Remove all items of the origin."""
        if self._area().clear():
            self._changed(None, None, None)

    def key(self, index: int) -> str | None:
        """Return the key number `index`, None if there are not so many."""
        if not isinstance(index, int):
            raise TypeError(f"key() takes a number, not {type(index).__name__}; get_item() takes a key")
        return self._area().key(index) if 0 <= index < 1 << 31 else None

    @property
    def length(self) -> int:
        """How many items there are."""
        return self._area().count()

    def keys(self) -> KeysView[str]:
        """Return all keys."""
        return dict.fromkeys(self._area().keys()).keys()

    def __getitem__(self, key: str) -> str:
        value = self.get_item(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str | float | bool | None) -> None:
        self._set(key, value, f"Failed to set a named property '{key}' on 'Storage'")

    def __delitem__(self, key: str) -> None:
        if self._remove(key) is None:
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get_item(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return self.length

    def __getattr__(self, name: str) -> NoReturn:
        told = hint(name, dir(type(self))) or f": an item is read with {self._name}[{name!r}]"
        raise AttributeError(f"{self._name} has no attribute {name!r}{told}")

    def __setattr__(self, name: str, value: object) -> None:
        # On the web this would keep an item. Here it is most often a mistake, and shall not be a silent one.
        raise AttributeError(
            f"{self._name} has no attribute {name!r}: an item is kept with {self._name}[{name!r}] = ..."
        )

    def __repr__(self) -> str:
        return f"<{self._name}>"

    def _set(self, key: object, value: object, what: str) -> None:
        key, value = js_text(key, "key"), js_text(value, "value")
        try:
            old, listened = self._area().set(key, value)
        except NoRoom:
            raise QuotaExceededError(f"{what}: Setting the value of '{key}' exceeded the quota.") from None
        if listened:
            self._changed(key, old, value)

    def _remove(self, key: object) -> str | None:
        key = js_text(key, "key")
        old, listened = self._area().remove(key)
        if listened:
            self._changed(key, old, None)
        return old
