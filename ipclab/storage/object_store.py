"""Object stores: what changes records, and the indexes over them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from ipclab.errors import (
    ConstraintError,
    DataError,
    InvalidAccessError,
    InvalidStateError,
    NotFoundError,
    ReadOnlyError,
)
from ipclab.storage import schema
from ipclab.storage.files import translated
from ipclab.storage.key_paths import Given, KeyPath
from ipclab.storage.keys import decode_key, encode_key, key_or_none
from ipclab.storage.request import Request
from ipclab.storage.schema import Execute, IndexInfo, StoreInfo
from ipclab.storage.source import Source
from ipclab.storage.values import MISSING, Value, unpacked

if TYPE_CHECKING:
    from ipclab.storage.index import Index

#: The largest number that is generated as a key, as on the web.
LAST_GENERATED = 2**53

WRITE = "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"

NOT_UNIQUE = "at least one key does not satisfy the uniqueness requirements."


class ObjectStore(Source):
    """A store of values, each under its key; it lasts as long as its transaction (the web's `IDBObjectStore`)."""

    _info: StoreInfo
    _web_name = "IDBObjectStore"
    _deleted = "The object store has been deleted."

    @property
    def name(self) -> str:
        """Its name."""
        return self._info.name

    @property
    def key_path(self) -> Given | None:
        """Where in the values the keys are; None if they are given apart."""
        return None if self._info.key_path is None else self._info.key_path.given

    @property
    def auto_increment(self) -> bool:
        """Whether keys that are not given are generated: 1, 2, 3, ..."""
        return self._info.auto_increment

    @property
    def index_names(self) -> list[str]:
        """The names of its indexes, in order."""
        return sorted(self._info.indexes)

    # --- changing records ----------------------------------------------------------------------------------------

    def put(self, value: Any, key: Any = None) -> Request[Any]:
        """Keep a copy of `value` under its key, in place of what is there; return the key.

        The key is `key`, or with a key path in the value itself, or is generated. Raises DataCloneError with the
        path of what cannot be cloned, DataError if the key is not valid, missing or given twice, ConstraintError if
        a unique index has another record with the same key, ReadOnlyError in a readonly transaction.
        """
        return self._keep("put", value, key, replace=True)

    def add(self, value: Any, key: Any = None) -> Request[Any]:
        """As `put`, but ConstraintError if there is something under the key already."""
        return self._keep("add", value, key, replace=False)

    def delete(self, query: Any) -> Request[None]:
        """Delete the record with this key, or all in a `KeyRange`."""
        keys = self._range("delete", query, needed=True)
        self._writes("delete")
        condition, bounds = keys._condition("key")
        self._rows("delete", f"DELETE FROM records WHERE store = {self._info.id}{condition}", bounds)
        condition, bounds = keys._condition("primary_key")
        for index in self._info.indexes.values():
            self._rows("delete", f"DELETE FROM entries WHERE idx = ?{condition}", (index.id, *bounds))
        return Request(None)

    def clear(self) -> Request[None]:
        """Delete all records. Generated keys go on where they were."""
        self._writes("clear")
        self._rows("clear", f"DELETE FROM records WHERE store = {self._info.id}", ())
        for index in self._info.indexes.values():
            self._rows("clear", "DELETE FROM entries WHERE idx = ?", (index.id,))
        return Request(None)

    # --- indexes -------------------------------------------------------------------------------------------------

    def index(self, name: str) -> Index:
        """Return an index. NotFoundError if there is none of that name."""
        if name not in self._info.indexes:
            its = ", ".join(map(repr, self.index_names)) or "no indexes"
            raise NotFoundError(
                f"{self._doing('index')}: The specified index was not found.\nObject store {self.name!r} has {its}."
            )
        from ipclab.storage.index import Index

        return Index(self, self._info.indexes[name])

    def create_index(
        self, name: str, key_path: str | list[str], unique: bool = False, multi_entry: bool = False
    ) -> Index:
        """Create an index over what the values have at `key_path`, the present ones too; only while upgrading.

        With `unique` no two records may have the same key there; with `multi_entry` a list there counts as several
        keys. ConstraintError if there is an index of that name, or the records are not unique; ValueError if the
        path is not valid.
        """
        doing = self._doing("createIndex")
        execute = self._upgrades("createIndex")
        name = named(name, "an index")
        if name in self._info.indexes:
            raise ConstraintError(f"{doing}: An index with the specified name already exists.")
        path = KeyPath(key_path, doing)
        if path.is_compound and multi_entry:
            raise InvalidAccessError(f"{doing}: The keyPath argument was an array and the multiEntry option is true.")
        index = schema.add_index(execute, self._info, name, path, bool(unique), bool(multi_entry))
        try:
            self._enter_all(execute, doing, index)
        except ConstraintError:
            schema.remove_index(execute, index)
            raise
        self._info.indexes[name] = index
        return self.index(name)

    def delete_index(self, name: str) -> None:
        """Delete an index; only while upgrading. NotFoundError if there is none of that name."""
        execute = self._upgrades("deleteIndex")
        schema.remove_index(execute, self.index(name)._info)
        del self._info.indexes[name]

    # --- for the package's own use -------------------------------------------------------------------------------

    def _owner(self) -> ObjectStore:
        return self

    def _exists(self) -> bool:
        return self.transaction._stores.get(self._info.name) is self._info

    def _put_at(self, primary: bytes, value: Any) -> Request[Any]:
        """Put a value in place of the record with this key (a cursor's)."""
        doing = "Failed to execute 'update' on 'IDBCursor'"
        execute = self.transaction._execute_for(doing)
        if self.transaction.mode == "readonly":
            raise ReadOnlyError(f"{doing}: The record may not be updated inside a read-only transaction.")
        kept = Value(value)
        path = self._info.key_path
        if path is not None and key_or_none(path.of(kept)) != primary:
            raise DataError(
                f"{doing}: The cursor uses in-line keys and evaluating the key path of the value parameter results "
                f"in a different value than the cursor's effective key."
            )
        self._store(execute, doing, kept, primary, replace=True)
        return Request(decode_key(primary))

    def _delete_at(self, primary: bytes) -> Request[None]:
        """Delete the record with this key (a cursor's)."""
        if self.transaction.mode == "readonly":
            doing = "Failed to execute 'delete' on 'IDBCursor'"
            raise ReadOnlyError(f"{doing}: The record may not be deleted inside a read-only transaction.")
        return self.delete(decode_key(primary))

    def _keep(self, method: str, value: Any, key: Any, replace: bool) -> Request[Any]:
        doing = self._doing(method)
        execute = self._writes(method)
        kept = Value(value)
        info = self._info
        if info.key_path is not None:
            if key is not None:
                raise DataError(f"{doing}: The object store uses in-line keys and the key parameter was provided.")
            key = info.key_path.of(kept)
            problem = "Evaluating the object store's key path yielded a value that is not a valid key."
            if key is MISSING and not info.auto_increment:
                raise DataError(f"{doing}: Evaluating the object store's key path did not yield a value.")
        else:
            key = MISSING if key is None else key
            problem = "The parameter is not a valid key."
            if key is MISSING and not info.auto_increment:
                raise DataError(
                    f"{doing}: The object store uses out-of-line keys and has no key generator and the key parameter "
                    f"was not provided."
                )
        if key is MISSING:
            key, kept = self._generate(doing, kept)
        primary = encode_key(key, doing, problem)
        if info.auto_increment and isinstance(key, int | float):
            self.transaction._used(info, key, LAST_GENERATED)
        self._store(execute, doing, kept, primary, replace)
        return Request(key)

    def _generate(self, doing: str, kept: Value) -> tuple[int, Value]:
        """Return the next generated key, and the value with the key in its place."""
        number = self.transaction._next_generated(self._info)
        if number > LAST_GENERATED:
            raise ConstraintError(f"{doing}: The key generator has reached its last number.")
        if self._info.key_path is not None:
            with_key = self._info.key_path.put(kept, number)
            if with_key is None:
                raise DataError(f"{doing}: A generated key could not be inserted into the value.")
            kept = with_key
        return number, kept

    def _store(self, execute: Execute, doing: str, kept: Value, primary: bytes, replace: bool) -> None:
        """Write a record and its entries in all indexes; or nothing, if one of them refuses it."""
        store = self._info.id
        keys = [(index, index.keys_of(kept)) for index in self._info.indexes.values()]
        try:
            if (
                not replace
                and execute("SELECT 1 FROM records WHERE store = ? AND key = ?", (store, primary)).fetchone()
            ):
                raise ConstraintError(f"{doing}: Key already exists in the object store.")
            for index, found in keys:
                _check_unique(execute, doing, index, found, primary)
            execute(WRITE, (store, primary, kept.data))
            for index, found in keys:
                if replace:
                    execute("DELETE FROM entries WHERE idx = ? AND primary_key = ?", (index.id, primary))
                _enter(execute, index, found, primary)
        except sqlite3.Error as error:
            raise translated(error) from error

    def _enter_all(self, execute: Execute, doing: str, index: IndexInfo) -> None:
        """Enter the records that are there into a new index."""
        question = f"{self._info.questions.all} AND key > ? ORDER BY key LIMIT 20"
        at = b""
        # Not all at once: they might not fit into memory.
        while rows := execute(question, (at,)).fetchall():
            for at, _, data in rows:
                keys = index.keys_of(Value(unpacked(data)))
                _check_unique(execute, doing, index, keys, at)
                _enter(execute, index, keys, at)

    def _writes(self, method: str) -> Execute:
        execute = self.transaction._execute_for(self._doing(method))
        if self.transaction.mode == "readonly":
            raise ReadOnlyError(f"{self._doing(method)}: The transaction is read-only.")
        if not self._exists():
            raise InvalidStateError(f"{self._doing(method)}: {self._deleted}")
        return execute

    def _upgrades(self, method: str) -> Execute:
        if self.transaction.mode != "versionchange":
            raise InvalidStateError(
                f"{self._doing(method)}: The database is not running a version change transaction.\nIndexes are "
                f"created and deleted in the upgrade function: indexed_db.open(name, version, upgrade)."
            )
        return self._writes(method)

    def __repr__(self) -> str:
        return f"<ObjectStore {self.name!r}>"


def named(name: object, what: str) -> str:
    """Return the name of a database, store or index. TypeError if it is no text."""
    if not isinstance(name, str):
        raise TypeError(f"the name of {what} is text, not {type(name).__name__}")
    return str.__str__(name)


def _check_unique(execute: Execute, doing: str, index: IndexInfo, keys: set[bytes], primary: bytes) -> None:
    if index.unique:
        question = "SELECT 1 FROM entries WHERE idx = ? AND key = ? AND primary_key <> ? LIMIT 1"
        if any(execute(question, (index.id, key, primary)).fetchone() for key in keys):
            raise ConstraintError(f"{doing}: Unable to add key to index '{index.name}': {NOT_UNIQUE}")


def _enter(execute: Execute, index: IndexInfo, keys: set[bytes], primary: bytes) -> None:
    for key in keys:
        execute("INSERT INTO entries VALUES (?, ?, ?)", (index.id, key, primary))
