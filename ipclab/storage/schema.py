"""What a database consists of: its tables, its object stores and their indexes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import msgpack

from ipclab.storage.files import decoded, encoded
from ipclab.storage.key_paths import KeyPath
from ipclab.storage.keys import key_or_none
from ipclab.storage.values import MISSING, Value

# Keys, values and names are bytes (see keys.py, values.py); key paths are msgpack. A database that was never opened
# successfully has no row in `about`. `entries` has a row for each key of each index.
TABLES = """
CREATE TABLE IF NOT EXISTS about (one INTEGER PRIMARY KEY CHECK (one = 1), name, version);
CREATE TABLE IF NOT EXISTS stores (id INTEGER PRIMARY KEY, name, key_path, auto_increment, generator);
CREATE TABLE IF NOT EXISTS indexes (id INTEGER PRIMARY KEY, store, name, key_path, is_unique, multi_entry);
CREATE TABLE IF NOT EXISTS records (store, key, value, PRIMARY KEY (store, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (idx, key, primary_key, PRIMARY KEY (idx, key, primary_key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_of ON entries (idx, primary_key);
"""

Execute = Callable[..., sqlite3.Cursor]


class Questions:
    """SQL for the records of a source, to be followed by conditions (``AND ...``) and orders."""

    __slots__ = ("all", "count", "exact", "key", "keys", "order", "primary", "primary_keys", "values")

    def __init__(self, columns: tuple[str, str, str], entries: str, records: str) -> None:
        #: What conditions call the key and the primary key, and the condition for one key.
        self.key, self.primary, value = columns
        self.exact = f" AND {self.key} = ?"
        self.order = f" ORDER BY {self.key}, {self.primary} LIMIT "
        self.count = f"SELECT count(*) {entries}"
        self.primary_keys = f"SELECT {self.primary} {entries}"
        self.values = f"SELECT {value} {records}"
        #: Keys and primary keys; and these with the values.
        self.keys = f"SELECT {self.key}, {self.primary} {entries}"
        self.all = f"SELECT {self.key}, {self.primary}, {value} {records}"


class IndexInfo:
    """What an index is."""

    __slots__ = ("id", "key_path", "multi_entry", "name", "questions", "unique")

    def __init__(
        self, number: int, store: int, name: str, key_path: KeyPath, unique: bool, multi_entry: bool
    ) -> None:
        self.id = number
        self.name = name
        self.key_path = key_path
        self.unique = unique
        self.multi_entry = multi_entry
        its = f"WHERE e.idx = {number}"
        both = f"FROM entries e CROSS JOIN records r ON r.store = {store} AND r.key = e.primary_key {its}"
        self.questions = Questions(("e.key", "e.primary_key", "r.value"), f"FROM entries e {its}", both)

    def keys_of(self, value: Value) -> set[bytes]:
        """Return the keys under which the index finds a value: none if it has no valid one."""
        found = self.key_path.of(value)
        if found is MISSING:
            return set()
        single = not (self.multi_entry and isinstance(found, list | tuple))
        return {key for each in ([found] if single else found) if (key := key_or_none(each)) is not None}


class StoreInfo:
    """What an object store is. `key_path` None: its keys stand outside of the values."""

    __slots__ = ("auto_increment", "id", "indexes", "key_path", "name", "questions")

    def __init__(self, number: int, name: str, key_path: KeyPath | None, auto_increment: bool) -> None:
        self.id = number
        self.name = name
        self.key_path = key_path
        self.auto_increment = auto_increment
        self.indexes: dict[str, IndexInfo] = {}
        its = f"FROM records WHERE store = {number}"
        self.questions = Questions(("key", "key", "value"), its, its)


def load_stores(execute: Execute) -> dict[str, StoreInfo]:
    """Return the object stores of a database by name."""
    stores: dict[int, StoreInfo] = {}
    for number, name, path, auto_increment, _ in execute("SELECT * FROM stores").fetchall():
        stores[number] = StoreInfo(number, decoded(name), _path(path), bool(auto_increment))
    for number, store, name, path, unique, multi_entry in execute("SELECT * FROM indexes").fetchall():
        key_path = _path(path)
        assert key_path is not None
        index = IndexInfo(number, store, decoded(name), key_path, bool(unique), bool(multi_entry))
        stores[store].indexes[index.name] = index
    return {store.name: store for store in stores.values()}


def add_store(execute: Execute, name: str, key_path: KeyPath | None, auto_increment: bool) -> StoreInfo:
    number = execute(
        "INSERT INTO stores (name, key_path, auto_increment, generator) VALUES (?, ?, ?, 1)",
        (encoded(name), _packed(key_path), auto_increment),
    ).lastrowid
    assert number is not None
    return StoreInfo(number, name, key_path, auto_increment)


def add_index(
    execute: Execute, store: StoreInfo, name: str, key_path: KeyPath, unique: bool, multi_entry: bool
) -> IndexInfo:
    number = execute(
        "INSERT INTO indexes (store, name, key_path, is_unique, multi_entry) VALUES (?, ?, ?, ?, ?)",
        (store.id, encoded(name), _packed(key_path), unique, multi_entry),
    ).lastrowid
    assert number is not None
    return IndexInfo(number, store.id, name, key_path, unique, multi_entry)


def remove_store(execute: Execute, store: StoreInfo) -> None:
    for index in store.indexes.values():
        remove_index(execute, index)
    execute("DELETE FROM records WHERE store = ?", (store.id,))
    execute("DELETE FROM stores WHERE id = ?", (store.id,))


def remove_index(execute: Execute, index: IndexInfo) -> None:
    execute("DELETE FROM entries WHERE idx = ?", (index.id,))
    execute("DELETE FROM indexes WHERE id = ?", (index.id,))


def version_of(execute: Execute) -> int:
    """Return a database's version, 0 if it does not exist."""
    row = execute("SELECT version FROM about").fetchone()
    return 0 if row is None else int(row[0])


def set_version(execute: Execute, name: str, version: int) -> None:
    execute("INSERT OR REPLACE INTO about VALUES (1, ?, ?)", (encoded(name), version))


def _path(packed: bytes | None) -> KeyPath | None:
    return None if packed is None else KeyPath(msgpack.decode(packed), "")


def _packed(key_path: KeyPath | None) -> bytes | None:
    return None if key_path is None else msgpack.encode(key_path.given)
