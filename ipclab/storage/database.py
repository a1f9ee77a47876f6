"""An open database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from ipclab import scope
from ipclab.errors import ConstraintError, InvalidAccessError, InvalidStateError, NotFoundError
from ipclab.storage import schema
from ipclab.storage.callback import Callback
from ipclab.storage.database_file import DatabaseFile
from ipclab.storage.key_paths import KeyPath
from ipclab.storage.locks import FileLock
from ipclab.storage.object_store import ObjectStore, named
from ipclab.storage.transaction import Hold, Mode, Transaction
from ipclab.storage.web_object import WebObject

if TYPE_CHECKING:
    from ipclab.storage.schema import StoreInfo

R = TypeVar("R")

NOT_UPGRADING = (
    "The database is not running a version change transaction.\nStores are created and deleted in the upgrade "
    "function: indexed_db.open(name, version, upgrade)."
)


def _close(db: ref[Database]) -> None:
    if (alive := db()) is not None:
        alive.close()


class Database(WebObject):
    """A connection to a database (the web's `IDBDatabase`); `indexed_db.open` makes it.

    Its object stores are used in transactions. For a single request there are `get`, `get_all`, `get_key`,
    `get_all_keys`, `count`, `put`, `add`, `delete` and `clear`: each takes the store's name first, is a transaction
    of its own and does as the method of `ObjectStore`.
    """

    def __init__(
        self, file: DatabaseFile, lock: FileLock, name: str, version: int, stores: dict[str, StoreInfo]
    ) -> None:
        self.name = name
        self.version = version
        self._file = file
        self._lock = lock
        self._stores = stores
        self._holds: set[Hold] = set()  # those of its transactions that have begun
        self._waiting = 0  # how many have not
        self._upgrading: Transaction | None = None
        self._closed = False
        #: Is told when somebody wants another version.
        self._told: Callback | None = None
        file.open.add(self)
        current = scope.current.get()
        # The cell that opened it closes it when it runs again.
        self._place = None if current is None else scope.Place(current, partial(_close, ref(self)))

    @property
    def object_store_names(self) -> list[str]:
        """The names of its object stores, in order."""
        return sorted(self._stores)

    def transaction(self, store_names: str | Iterable[str], mode: Mode = "readonly") -> Transaction:
        """Return a transaction over some object stores: `async with db.transaction("users", "readwrite") as tx: ...`.

        `mode` is ``readonly`` or ``readwrite``. Raises NotFoundError if there is no such store, InvalidStateError if
        the database is closed, TypeError for another mode.
        """
        doing = "Failed to execute 'transaction' on 'IDBDatabase'"
        self._check_open("transaction")
        if self._upgrading is not None:
            raise InvalidStateError(
                f"{doing}: A version change transaction is running.\nIn an upgrade function use the stores that "
                f"db.create_object_store(name) and db.object_store(name) return."
            )
        if mode not in ("readonly", "readwrite"):
            raise TypeError(
                f"{doing}: The provided value '{mode}' is not a valid enum value of type IDBTransactionMode."
            )
        if isinstance(store_names, str) and store_names in self._stores:
            return Transaction(self, {store_names: self._stores[store_names]}, mode)
        wanted = [store_names] if isinstance(store_names, str) else list(store_names)
        if not wanted:
            raise InvalidAccessError(f"{doing}: The storeNames parameter is empty.")
        if any(name not in self._stores for name in wanted):
            its = ", ".join(map(repr, self.object_store_names)) or "none"
            raise NotFoundError(
                f"{doing}: One of the specified object stores was not found.\nDatabase {self.name!r} has {its}."
            )
        return Transaction(self, {name: self._stores[name] for name in wanted}, mode)

    def close(self) -> None:
        """Close the connection, when its transactions have ended. (The end of the page closes it at once.)"""
        self._closed = True
        self._close_if_idle()

    # --- while upgrading -----------------------------------------------------------------------------------------

    def create_object_store(
        self, name: str, key_path: str | list[str] | None = None, auto_increment: bool = False
    ) -> ObjectStore:
        """Create an object store; only in an upgrade function.

        With `key_path` the keys are in the values: ``"id"``, ``"user.id"``, or a list of paths for a compound key.
        With `auto_increment` keys that are missing are generated. ConstraintError if there is a store of that name,
        ValueError if the path is not valid.
        """
        doing = "Failed to execute 'createObjectStore' on 'IDBDatabase'"
        upgrade = self._upgrade(doing)
        name = named(name, "an object store")
        path = None if key_path is None else KeyPath(key_path, doing)
        if name in self._stores:
            raise ConstraintError(f"{doing}: An object store with the specified name already exists.")
        if auto_increment and path is not None and (path.is_compound or path.given == ""):
            raise InvalidAccessError(
                f"{doing}: The autoIncrement option was set but the keyPath option was empty or an array."
            )
        self._stores[name] = schema.add_store(upgrade._execute_for(doing), name, path, bool(auto_increment))
        return upgrade.object_store(name)

    def delete_object_store(self, name: str) -> None:
        """Delete an object store and all that is in it; only in an upgrade function."""
        doing = "Failed to execute 'deleteObjectStore' on 'IDBDatabase'"
        upgrade = self._upgrade(doing)
        if name not in self._stores:
            raise NotFoundError(f"{doing}: The specified object store was not found.")
        schema.remove_store(upgrade._execute_for(doing), self._stores.pop(name))

    def object_store(self, name: str) -> ObjectStore:
        """Return an object store that is there already; only in an upgrade function."""
        return self._upgrade("Failed to execute 'objectStore' on 'IDBDatabase'").object_store(name)

    def _upgrade(self, doing: str) -> Transaction:
        if self._upgrading is None:
            raise InvalidStateError(f"{doing}: {NOT_UPGRADING}")
        return self._upgrading

    # --- single requests -----------------------------------------------------------------------------------------

    async def get(self, store: str, query: Any) -> Any:
        return await self._read(store, ObjectStore.get, query)

    async def get_key(self, store: str, query: Any) -> Any:
        return await self._read(store, ObjectStore.get_key, query)

    async def get_all(self, store: str, query: Any = None, count: int | None = None) -> list[Any]:
        return await self._read(store, ObjectStore.get_all, query, count)

    async def get_all_keys(self, store: str, query: Any = None, count: int | None = None) -> list[Any]:
        return await self._read(store, ObjectStore.get_all_keys, query, count)

    async def count(self, store: str, query: Any = None) -> int:
        return await self._read(store, ObjectStore.count, query)

    async def put(self, store: str, value: Any, key: Any = None) -> Any:
        return await self._write(store, ObjectStore.put, value, key)

    async def add(self, store: str, value: Any, key: Any = None) -> Any:
        return await self._write(store, ObjectStore.add, value, key)

    async def delete(self, store: str, query: Any) -> None:
        await self._write(store, ObjectStore.delete, query)

    async def clear(self, store: str) -> None:
        await self._write(store, ObjectStore.clear)

    async def _read(self, store: str, request: Callable[..., Awaitable[R]], *args: Any) -> R:
        info = self._stores.get(store)
        if info is None or self._closed or self._upgrading is not None:
            info = self.transaction(named(store, "an object store"))._stores[store]  # or says what is wrong
        # One question is answered from one state of the database, whether or not SQLite is told of a transaction.
        transaction = Transaction(self, self._stores, "readonly")
        hold = transaction._hold = Hold(self._file, self._file.take(), False)
        try:
            done = request(ObjectStore(transaction, info), *args)
        finally:
            transaction._hold = None
            hold.let_go()
        return await done

    async def _write(self, store: str, request: Callable[..., Awaitable[R]], *args: Any) -> R:
        async with self.transaction(named(store, "an object store"), "readwrite") as transaction:
            return await request(transaction.object_store(store), *args)

    # --- for the package's own use -------------------------------------------------------------------------------

    def _check_open(self, method: str) -> None:
        if self._closed:
            raise InvalidStateError(
                f"Failed to execute '{method}' on 'IDBDatabase': The database connection is closing."
            )

    def _begins(self) -> None:
        """A transaction waits for its turn: it still has it when the connection is closed meanwhile."""
        self._check_open("transaction")
        self._waiting += 1

    def _has_begun(self, hold: Hold | None) -> None:
        """A transaction has had its turn; None: it waits no more."""
        self._waiting -= 1
        if hold is None:
            self._close_if_idle()
        else:
            self._holds.add(hold)

    def _ended(self, hold: Hold) -> None:
        """A transaction has ended."""
        self._holds.discard(hold)
        self._close_if_idle()

    def _close_if_idle(self) -> None:
        if self._closed and not self._holds and not self._waiting:
            self._let_go()

    def _release(self) -> None:
        """The page goes: end at once."""
        self._closed = True
        while self._holds:
            self._holds.pop().roll_back()
        self._let_go()

    def _let_go(self) -> None:
        self._place = None
        self._file.open.discard(self)
        self._file.close_if_unused()
        self._lock.close()

    def __del__(self) -> None:
        self._release()

    def __repr__(self) -> str:
        return f"<Database {self.name!r} version {self.version}{' closed' if self._closed else ''}>"
