"""Cursors: record after record, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args

from ipclab.storage.key_range import KeyRange
from ipclab.storage.keys import decode_key
from ipclab.storage.request import Request
from ipclab.storage.values import unpacked
from ipclab.storage.web_object import WebObject

if TYPE_CHECKING:
    from ipclab.storage.source import Source

Direction = Literal["next", "nextunique", "prev", "prevunique"]


class KeyCursor(WebObject):
    """A record: its `key` (in an index, the index's) and its `primary_key`."""

    __slots__ = ("_primary", "_source", "key", "primary_key")
    with_values = False

    def __init__(self, source: Source, key: bytes, primary: bytes, _: bytes | None) -> None:
        self._source = source
        self._primary = primary
        self.key: Any = decode_key(key)
        self.primary_key: Any = self.key if key == primary else decode_key(primary)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.key!r}>"


class Cursor(KeyCursor):
    """A record: its `key` (in an index, the index's), its `primary_key` and its `value`."""

    __slots__ = ("value",)
    with_values = True

    def __init__(self, source: Source, key: bytes, primary: bytes, value: bytes | None) -> None:
        super().__init__(source, key, primary, value)
        assert value is not None
        self.value: Any = unpacked(value)

    def update(self, value: Any) -> Request[Any]:
        """Put another value in place of the record's. DataError if its key path gives another key."""
        return self._source._owner()._put_at(self._primary, value)

    def delete(self) -> Request[None]:
        """Delete the record."""
        return self._source._owner()._delete_at(self._primary)


C = TypeVar("C", bound=KeyCursor)


class Cursors(Generic[C]):
    """What `async for` goes through: a cursor for each record, asked for when it is its turn."""

    __clonable__ = False

    def __init__(self, source: Source, kind: type[C], keys: KeyRange, direction: Direction) -> None:
        if direction not in get_args(Direction):
            raise TypeError(
                f"{source._doing('openCursor')}: The provided value '{direction}' is not a valid enum value of type "
                f"IDBCursorDirection."
            )
        self._source = source
        self._kind = kind
        its = source._info.questions
        key, primary = its.key, its.primary
        self._question = its.all if kind.with_values else its.keys
        self._range, self._bounds = keys._condition(key)
        unique = direction.endswith("unique")
        self._by_key_only = unique or key == primary
        back = direction.startswith("prev")
        sign = "<" if back else ">"
        down = " DESC" if back else ""
        # Of records with the same key the first one is found, in both directions.
        self._order = f" ORDER BY {key}{down}, {primary}{'' if unique else down} LIMIT 1"
        self._beyond = f" AND {key} {sign} ?" if self._by_key_only else f" AND ({key}, {primary}) {sign} (?, ?)"
        self._at: tuple[bytes, ...] = ()

    def __aiter__(self) -> Cursors[C]:
        return self

    async def __anext__(self) -> C:
        source = self._source
        beyond = self._beyond if self._at else ""
        rows = source._rows(
            "continue", self._question + self._range + beyond + self._order, (*self._bounds, *self._at)
        )
        if not rows:
            raise StopAsyncIteration
        key, primary, *value = rows[0]
        self._at = (key,) if self._by_key_only else (key, primary)
        return await Request(self._kind(source, key, primary, value[0] if value else None))
