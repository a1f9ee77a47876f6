"""What can be asked of object stores and indexes alike."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from ipclab.errors import DataError, InvalidStateError
from ipclab.storage.cursor import Cursor, Cursors, Direction, KeyCursor
from ipclab.storage.files import patiently
from ipclab.storage.key_range import KeyRange, range_of
from ipclab.storage.keys import decode_key, encode_key
from ipclab.storage.request import Request
from ipclab.storage.schema import IndexInfo, StoreInfo
from ipclab.storage.values import unpacked
from ipclab.storage.web_object import WebObject

if TYPE_CHECKING:
    from ipclab.storage.object_store import ObjectStore
    from ipclab.storage.transaction import Transaction


#: The most that SQLite takes as a number of rows: all.
ALL = -1


class Source(WebObject):
    """Records in the order of their keys. A `query` is a key, a `KeyRange`, or None for everything."""

    _info: StoreInfo | IndexInfo

    #: Its name on the web, for the texts of errors.
    _web_name = ""
    #: What says that it is gone.
    _deleted = ""

    def __init__(self, transaction: Transaction, info: StoreInfo | IndexInfo) -> None:
        self.transaction = transaction
        self._info = info

    def get(self, query: Any) -> Request[Any]:
        """Return the value of the first record that fits, None if there is none."""
        rows = self._ask("get", self._info.questions.values, query, 1, needed=True)
        return Request(unpacked(rows[0][0]) if rows else None)

    def get_key(self, query: Any) -> Request[Any]:
        """Return the primary key of the first record that fits, None if there is none."""
        rows = self._ask("getKey", self._info.questions.primary_keys, query, 1, needed=True)
        return Request(decode_key(rows[0][0]) if rows else None)

    def get_all(self, query: Any = None, count: int | None = None) -> Request[list[Any]]:
        """Return the values of all records that fit, `count` of them at most."""
        rows = self._ask("getAll", self._info.questions.values, query, _limit(count))
        return Request([unpacked(row[0]) for row in rows])

    def get_all_keys(self, query: Any = None, count: int | None = None) -> Request[list[Any]]:
        """Return the primary keys of all records that fit, `count` of them at most."""
        rows = self._ask("getAllKeys", self._info.questions.primary_keys, query, _limit(count))
        return Request([decode_key(row[0]) for row in rows])

    def count(self, query: Any = None) -> Request[int]:
        """Return how many records fit."""
        rows = self._ask("count", self._info.questions.count, query, ALL)
        return Request(int(rows[0][0]))

    def open_cursor(self, query: Any = None, direction: Direction = "next") -> Cursors[Cursor]:
        """Return the records that fit, one after the other: `async for cursor in store.open_cursor(): ...`.

        `direction` is ``next``, ``prev``, ``nextunique`` or ``prevunique``; the last two give only one record for
        each key of an index. A cursor has `key`, `primary_key` and `value`; `update(value)` and `delete()` change
        its record. Records that come or go meanwhile are seen, or not, as their keys are ahead or behind.
        """
        return Cursors(self, Cursor, self._range("openCursor", query), direction)

    def open_key_cursor(self, query: Any = None, direction: Direction = "next") -> Cursors[KeyCursor]:
        """As `open_cursor`; its cursors have no value and change nothing."""
        return Cursors(self, KeyCursor, self._range("openKeyCursor", query), direction)

    # --- for the package's own use -------------------------------------------------------------------------------

    def _doing(self, method: str) -> str:
        """Return how an error's text begins."""
        return f"Failed to execute '{method}' on '{self._web_name}'"

    def _owner(self) -> ObjectStore:
        """The object store whose records these are."""
        raise NotImplementedError

    def _rows(self, method: str, question: str, values: tuple[object, ...]) -> list[Any]:
        """Ask SQLite. Raises TransactionInactiveError and InvalidStateError as any request does."""
        hold = self.transaction._hold
        execute = hold.execute if hold and hold.live else self.transaction._execute_for(self._doing(method))
        if self.transaction.mode == "versionchange" and not self._exists():
            raise InvalidStateError(f"{self._doing(method)}: {self._deleted}")
        try:
            return execute(question, values).fetchall()
        except sqlite3.Error:
            return patiently(lambda: execute(question, values).fetchall())

    def _exists(self) -> bool:
        """Whether it has not been deleted in this upgrade."""
        raise NotImplementedError

    def _range(self, method: str, query: Any, needed: bool = False) -> KeyRange:
        if needed and query is None:
            raise DataError(f"{self._doing(method)}: No key or key range specified.")
        return range_of(query, self._doing(method))

    def _ask(self, method: str, question: str, query: Any, limit: int, needed: bool = False) -> list[Any]:
        its = self._info.questions
        if query is None or isinstance(query, KeyRange):
            condition, bounds = self._range(method, query, needed)._condition(its.key)
        else:
            condition, bounds = its.exact, (encode_key(query, self._doing(method)),)
        return self._rows(method, f"{question}{condition}{its.order}{limit}", bounds)


def _limit(count: int | None) -> int:
    """Return a count as SQLite takes it; on the web 0 is none, too."""
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 1 << 32):
        raise TypeError(f"count is a whole number from 0 on, not {count!r}")
    return count or ALL
