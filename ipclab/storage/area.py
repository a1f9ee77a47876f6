"""The items of one origin in a file: what `local_storage` and `session_storage` stand on."""

from __future__ import annotations

import os
import sqlite3
from types import TracebackType
from typing import Any

from ipclab.storage.files import connect, decoded, encoded, patiently, translated

#: Bytes that an origin's keys and values may take, counted as UTF-16, as in Chromium.
QUOTA = 10 * 1024 * 1024

# Keys are bytes. Whole numbers, which come before these, are no items: with 0 stands how much the items take, and
# with the negative of its pid each process whose page listens for changes. (In the same table, and so most often on
# the same page of the file: one write does for all.)
SCHEMA = "CREATE TABLE IF NOT EXISTS items (origin, key, value, PRIMARY KEY (origin, key)) WITHOUT ROWID"

GET = "SELECT value FROM items WHERE origin = ? AND key = ?"
COUNT = "SELECT count(*) FROM items WHERE origin = ? AND key > 0"
KEYS = "SELECT key FROM items WHERE origin = ? AND key > 0 ORDER BY key"
KEY = f"{KEYS} LIMIT 1 OFFSET ?"
LOOK = (
    "SELECT (SELECT value FROM items WHERE origin = ?1 AND key = ?2), "
    "(SELECT value FROM items WHERE origin = ?1 AND key = 0), "
    "EXISTS (SELECT 1 FROM items WHERE origin = ?1 AND key < 0 AND key <> ?3)"
)
SET = "INSERT INTO items VALUES (?1, ?2, ?3), (?1, 0, ?4) ON CONFLICT DO UPDATE SET value = excluded.value"
SET_SIZE = "UPDATE items SET value = ?2 WHERE origin = ?1 AND key = 0"
REMOVE = "DELETE FROM items WHERE origin = ? AND key = ?"
CLEAR = "DELETE FROM items WHERE origin = ? AND key >= 0"
LISTENING = "SELECT key FROM items WHERE origin = ? AND key < 0"
LISTEN = "INSERT OR REPLACE INTO items VALUES (?, ?, 1)"


class NoRoom(Exception):  # noqa: N818 (the callers say which error it is)
    """The value would exceed the quota."""


def size_of(text: str) -> int:
    """Return the bytes that `text` takes as UTF-16."""
    return 2 * len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass"))


class _Writing:
    """Nobody else writes inside of its block; all of the block is kept, or nothing."""

    __slots__ = ("_execute",)

    def __init__(self, execute: Any) -> None:
        self._execute = execute

    def __enter__(self) -> None:
        try:
            self._execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            patiently(lambda: self._execute("BEGIN IMMEDIATE"))

    def __exit__(self, kind: object, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is None:
            try:
                self._execute("COMMIT")
                return
            except sqlite3.Error as failure:
                error = failure
        self._execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise translated(error) from error


class Area:
    """Items: text to text. What is written is visible to all processes when the call returns.

    Those that change something also return whether another process listens for that.
    """

    def __init__(self, path: str, durable: bool, origin: str) -> None:
        self._connection = connect(path, durable, SCHEMA)
        self._execute = self._connection.cursor().execute
        self._writing = _Writing(self._execute)
        self._origin = origin
        self._me = -os.getpid()

    def get(self, key: str) -> str | None:
        return self._text(GET, encoded(key))

    def key(self, index: int) -> str | None:
        return self._text(KEY, index)

    def keys(self) -> list[str]:
        return [decoded(key) for (key,) in self._rows(KEYS)]

    def count(self) -> int:
        ((count,),) = self._rows(COUNT)
        return int(count)

    def set(self, key: str, value: str) -> tuple[str | None, bool]:
        """Write an item and return its old value. `NoRoom` if the quota does not allow it."""
        stored, data = encoded(key), encoded(value)
        with self._writing:
            before, size, listened = self._look(stored)
            if before == data:
                return value, False
            old = None if before is None else decoded(before)
            size += size_of(value) + (size_of(key) if old is None else -size_of(old))
            if size > QUOTA:
                raise NoRoom
            self._execute(SET, (self._origin, stored, data, size))
        return old, listened

    def remove(self, key: str) -> tuple[str | None, bool]:
        """Remove an item and return its old value."""
        stored = encoded(key)
        with self._writing:
            before, size, listened = self._look(stored)
            if before is None:
                return None, False
            old = decoded(before)
            self._execute(REMOVE, (self._origin, stored))
            self._execute(SET_SIZE, (self._origin, size - size_of(key) - size_of(old)))
        return old, listened

    def clear(self) -> bool:
        """Remove all items."""
        with self._writing:
            *_, listened = self._look(b"")
            # Two rows at least, if there was something: one holds the size.
            changed = self._execute(CLEAR, (self._origin,)).rowcount > 1
        return changed and listened

    def listen(self, listens: bool) -> None:
        """Note whether this process listens for what others change."""
        with self._writing:
            self._execute(*(LISTEN, (self._origin, self._me)) if listens else (REMOVE, (self._origin, self._me)))

    def close(self) -> None:
        self._connection.close()

    def _look(self, stored: bytes) -> tuple[bytes | None, int, bool]:
        """Return an item, how much all items take, and whether another process listens."""
        value, size, listened = self._execute(LOOK, (self._origin, stored, self._me)).fetchone()
        return value, size or 0, bool(listened) and self._others_listen()

    def _others_listen(self) -> bool:
        """Whether another process that listens is alive. A killed one could not say that it listens no more."""
        others = [key for (key,) in self._rows(LISTENING) if key != self._me]
        for key in others:
            if not _is_alive(-key):
                self._execute(REMOVE, (self._origin, key))
        return any(_is_alive(-key) for key in others)

    def _text(self, question: str, *more: object) -> str | None:
        rows = self._rows(question, *more)
        return decoded(rows[0][0]) if rows else None

    def _rows(self, question: str, *more: object) -> list[tuple[Any, ...]]:
        return patiently(lambda: self._execute(question, (self._origin, *more)).fetchall())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True
