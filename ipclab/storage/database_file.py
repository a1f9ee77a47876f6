"""The files of one IndexedDB database, as one page uses them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

from ipclab.storage.files import connect, decoded, patiently
from ipclab.storage.locks import FileLock
from ipclab.storage.schema import TABLES, Execute, StoreInfo, load_stores, version_of

if TYPE_CHECKING:
    from ipclab.storage.database import Database


class DatabaseFile:
    """Connections to the file at `path`, and the turns of those who write to it. `durable`: it outlives the app."""

    def __init__(self, path: str, durable: bool) -> None:
        self.path = path
        self._durable = durable
        self._idle: list[sqlite3.Connection] = []
        #: Held by the transaction that writes: in one page they come one after the other, in their order.
        self.writing = asyncio.Lock()
        #: Those who have the database open.
        self.open: WeakSet[Database] = WeakSet()

    def lock(self) -> FileLock:
        """Return a lock on the database that is not taken yet. Whoever opens it shares one."""
        return FileLock(self.path.removesuffix(".sqlite") + ".lock")

    def take(self) -> sqlite3.Connection:
        """Return a connection that nobody uses."""
        return self._idle.pop() if self._idle else connect(self.path, self._durable, TABLES)

    def give_back(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)

    def look(self) -> tuple[int, dict[str, StoreInfo]]:
        """Return the version, 0 if there is none yet, and the object stores. Needs a lock."""
        with self._borrowed() as execute:
            return patiently(lambda: (version_of(execute), load_stores(execute)))

    def name_and_version(self) -> list[tuple[str, int]]:
        """Return what `databases` says of it: nothing, if it was never opened successfully. Needs a lock."""
        with self._borrowed() as execute:
            rows = patiently(lambda: execute("SELECT name, version FROM about").fetchall())
            return [(decoded(name), version) for name, version in rows]

    def delete(self) -> None:
        """Delete the database. Needs an exclusive lock."""
        with self._borrowed():
            pass
        # The last connection takes its log with it: what is left is one file.
        self.close_if_unused()
        os.unlink(self.path)

    def close_if_unused(self) -> None:
        """Close what is idle, if nobody has the database open any more. To be done before a lock is given up."""
        while self._idle and not self.open:
            self._idle.pop().close()

    @contextmanager
    def _borrowed(self) -> Iterator[Execute]:
        connection = self.take()
        try:
            yield connection.execute
        finally:
            self.give_back(connection)
