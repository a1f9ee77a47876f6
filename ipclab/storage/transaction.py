"""Transactions: all of what happens in one is kept, or nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from ipclab.errors import InvalidStateError, NotFoundError, TransactionInactiveError
from ipclab.storage import files
from ipclab.storage.object_store import ObjectStore
from ipclab.storage.web_object import WebObject

if TYPE_CHECKING:
    from ipclab.storage.database import Database
    from ipclab.storage.database_file import DatabaseFile
    from ipclab.storage.schema import Execute, StoreInfo

Mode = Literal["readonly", "readwrite", "versionchange"]


class Hold:
    """What a transaction has taken: a connection to the file and, to write, everybody's turn.

    `outer` is the hold that the code which takes this one is inside of.
    """

    __slots__ = ("_connection", "_writes", "execute", "file", "live", "outer")

    def __init__(self, file: DatabaseFile, connection: sqlite3.Connection, writes: bool) -> None:
        self.file = file
        self.execute: Execute = connection.execute
        self.live = True
        self.outer: Hold | None = None
        self._connection = connection
        self._writes = writes

    def commit(self) -> None:
        """Keep what has been done; what SQLite raises then leaves the transaction as it is."""
        self.execute("COMMIT")
        self.let_go()

    def roll_back(self) -> None:
        """Undo what has been done; also if it has ended already."""
        if self.live:
            try:
                self.execute("ROLLBACK")
            except sqlite3.Error:
                pass  # after some failures SQLite has done so already
            self.let_go()

    def let_go(self) -> None:
        """Give back what has been taken."""
        self.live = False
        self.file.give_back(self._connection)
        if self._writes:
            self.file.writing.release()


#: The hold of the innermost transaction that writes and that the running code is inside of (or was begun inside of).
_inside: ContextVar[Hold | None] = ContextVar("ipclab_inside_transaction", default=None)


class Transaction(WebObject):
    """A transaction, to be used by `async with`: it commits at the end of the block.

    If the block raises, or after `abort()`, everything is as before. `mode` is ``readonly`` or ``readwrite``,
    `object_store_names` says which stores it is about, `db` is its database. One that reads sees the state in which
    its first request finds the database; one that writes waits until no other does, in any window.

    Where Python must differ: a browser commits as soon as nothing is asked of a transaction any more; here it lasts
    as long as its block, whatever the block awaits, and keeps others from writing.
    """

    _begun = False
    _hold: Hold | None = None
    _generators: dict[int, int] | None = None

    def __init__(self, db: Database, stores: dict[str, StoreInfo], mode: Mode) -> None:
        self.db = db
        self.mode: Mode = mode
        self._stores = stores

    @property
    def object_store_names(self) -> list[str]:
        """The names of its stores, in order."""
        return sorted(self._stores)

    def object_store(self, name: str) -> ObjectStore:
        """Return one of its stores. NotFoundError if it is not about that one."""
        store = self._stores.get(name)
        if store is None:
            doing = "Failed to execute 'objectStore' on 'IDBTransaction'"
            its = ", ".join(map(repr, self.object_store_names)) or "none"
            raise NotFoundError(f"{doing}: The specified object store was not found.\nThis transaction has {its}.")
        return ObjectStore(self, store)

    def abort(self) -> None:
        """Undo everything; the rest of the block can ask nothing more of the transaction."""
        self._execute_for("Failed to execute 'abort' on 'IDBTransaction'")
        self._roll_back()

    async def __aenter__(self) -> Transaction:
        if self._begun:
            raise InvalidStateError("a transaction can be used once: make another one with db.transaction(...)")
        await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._roll_back()
        elif self._hold is not None:
            self._commit()

    # --- for the package's own use -------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Begin; one that writes when it is its turn."""
        self._begun = True
        self.db._begins()
        try:
            if self.mode == "readonly":
                self._hold = Hold(self.db._file, self.db._file.take(), False)
                self._hold.execute("BEGIN")
            else:
                self._hold = await self._turn()
        finally:
            self.db._has_begun(self._hold)

    async def _turn(self) -> Hold:
        """Wait until nobody else writes to the database: in this page first, then in all windows."""
        file = self.db._file
        outer = _outer(file)
        if file.writing.locked():
            await _patiently(file.writing)
        else:
            await file.writing.acquire()
        try:
            connection = file.take()
            try:
                await files.begin(connection)
            except BaseException:
                file.give_back(connection)
                raise
        except BaseException:
            file.writing.release()
            raise
        hold = Hold(file, connection, True)
        hold.outer = outer
        _inside.set(hold)
        return hold

    def _commit(self) -> None:
        """Keep everything and end."""
        hold = self._hold
        assert hold is not None
        try:
            for store, number in (self._generators or {}).items():
                hold.execute("UPDATE stores SET generator = ? WHERE id = ?", (number, store))
            hold.commit()
        except sqlite3.Error as error:
            self._roll_back()
            raise files.translated(error) from error
        self._hold = None
        self.db._ended(hold)

    def _roll_back(self) -> None:
        """Undo everything and end; also if it has ended already."""
        hold, self._hold = self._hold, None
        if hold is not None:
            hold.roll_back()
            self.db._ended(hold)

    def _execute_for(self, doing: str) -> Execute:
        """Return what asks SQLite. TransactionInactiveError if it is not the time; `doing` begins its text."""
        hold = self._hold
        if hold is not None and hold.live:
            return hold.execute
        if self._begun:
            raise TransactionInactiveError(f"{doing}: The transaction has finished.")
        raise TransactionInactiveError(
            f"{doing}: The transaction is not active.\nUse it in a block: async with db.transaction(...) as tx: ..."
        )

    def _next_generated(self, store: StoreInfo) -> int:
        """Return the next number of a store's key generator."""
        if self._generators is None:
            self._generators = {}
        if store.id not in self._generators:
            row = self._execute_for("")("SELECT generator FROM stores WHERE id = ?", (store.id,)).fetchone()
            self._generators[store.id] = int(row[0])
        return self._generators[store.id]

    def _used(self, store: StoreInfo, number: float, last: int) -> None:
        """A number is used as a key: the generator goes on behind it, up to `last`."""
        if number >= self._next_generated(store):
            assert self._generators is not None
            self._generators[store.id] = int(min(number, last)) + 1

    def __del__(self) -> None:
        # An interrupt may come between its begin and its block.
        self._roll_back()

    def __repr__(self) -> str:
        return f"<Transaction {self.mode} of {', '.join(map(repr, self.object_store_names))}>"


def _outer(file: DatabaseFile) -> Hold | None:
    """Return what the running code is inside of. InvalidStateError if that is a transaction that writes to `file`."""
    innermost = _inside.get()
    while innermost is not None and not innermost.live:
        innermost = innermost.outer
    hold = innermost
    while hold is not None:
        if hold.live and hold.file is file:
            raise InvalidStateError(
                "this code is inside of another transaction that writes to the same database, and would wait for "
                "itself: use that one (it can have several stores), or begin this one after its end"
            )
        hold = hold.outer
    return innermost


async def _patiently(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(files.PATIENCE):
            await lock.acquire()
    except TimeoutError:
        told = f"another transaction of this page has been writing to this database for {files.PATIENCE:g} s"
        raise TimeoutError(told) from None
