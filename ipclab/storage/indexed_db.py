"""`indexed_db`: databases, their versions, and who may open them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import blake2s
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipclab.errors import VersionError
from ipclab.storage import schema
from ipclab.storage.callback import Callback
from ipclab.storage.database import Database
from ipclab.storage.database_file import DatabaseFile
from ipclab.storage.files import Waiting, encoded
from ipclab.storage.keys import encode_key
from ipclab.storage.object_store import named
from ipclab.storage.transaction import Transaction
from ipclab.storage.web_object import WebObject

if TYPE_CHECKING:
    from ipclab.renderer.storage import PageStorage

#: `upgrade(db, old_version, new_version)`, def or async def.
Upgrade = Callable[[Database, int, int], Awaitable[object] | object]
#: `version_change(db, old_version, new_version)`; the new version is None if the database is to be deleted.
VersionChange = Callable[[Database, int, int | None], Awaitable[object] | object]

LAST_VERSION = 2**53 - 1
#: Seconds for which `open` and `delete_database` wait for others to close the database.
BLOCKED = 10.0


class IndexedDb(WebObject):
    """The databases of the page's origin (the web's `indexedDB`), shared by its windows."""

    def __init__(self, page: PageStorage) -> None:
        self._page = page
        self._files: dict[str, DatabaseFile] = {}

    async def open(
        self,
        name: str,
        version: int | None = None,
        upgrade: Upgrade | None = None,
        *,
        version_change: VersionChange | None = None,
        timeout: float = BLOCKED,
    ) -> Database:
        """Open a database, after an upgrade if it is to have a higher version, and return it.

        Without `version` it is opened as it is, a new one as version 1. `upgrade(db, old_version, new_version)` may
        create and delete stores and indexes; all of it is one transaction, and if it raises, so does `open`, and the
        database is as before.

        An upgrade waits until nobody else has the database open, in any window. Those who have are told: their
        `version_change(db, old_version, new_version)` is called, and had best call `db.close()`. TimeoutError if
        they still have it open after `timeout` seconds (on the web: the event ``blocked``, and a wait without end).
        VersionError if the database has a higher version, SecurityError if the page's origin may not have storage.
        """
        doing = "Failed to execute 'open' on 'IDBFactory'"
        file = self._file(named(name, "a database"), doing)
        if version is not None and (type(version) is not int or not 1 <= version <= LAST_VERSION):
            raise TypeError(f"{doing}: The version is a whole number from 1 on, not {version!r}.")
        upgrades = None if upgrade is None else Callback(upgrade, "upgrade")
        told = None if version_change is None else Callback(version_change, "version_change")
        lock = file.lock()
        waiting = _Blocked(f"database {name!r}", timeout)
        try:
            while True:
                if not lock.share():
                    await waiting.pause()
                    continue
                has, stores = file.look()
                wanted = version or has or 1
                if wanted < has:
                    raise VersionError(f"The requested version ({wanted}) is less than the existing version ({has}).")
                if wanted > has:
                    if not lock.exclude():
                        await waiting.pause(partial(self._tell, name, wanted))
                        continue
                    if file.look()[0] != has:
                        continue  # somebody else was faster
                db = Database(file, lock, name, wanted, stores)
                if wanted > has:
                    await self._upgrade(db, has, upgrades)
                    while not lock.share():
                        await waiting.pause()
                    if file.look()[0] != wanted:
                        raise VersionError(f"Version {wanted} of the database has been replaced already.")
                db._told = told
                return db
        except BaseException:
            file.close_if_unused()
            lock.close()
            raise

    async def _upgrade(self, db: Database, old: int, upgrade: Callback | None) -> None:
        """Bring a database to its new version, in one transaction."""
        transaction = Transaction(db, db._stores, "versionchange")
        try:
            await transaction._begin()
            db._upgrading = transaction
            schema.set_version(transaction._execute_for(""), db.name, db.version)
            if upgrade is not None:
                await upgrade.run(db, old, db.version)
            db._check_open("open")
            transaction._commit()
        except BaseException:
            db._release()
            raise
        finally:
            db._upgrading = None

    async def delete_database(self, name: str, *, timeout: float = BLOCKED) -> None:
        """Delete a database, if there is one of that name.

        Waits until nobody has it open, and tells those who have, as `open` does (the new version is None).
        TimeoutError after `timeout` seconds.
        """
        file = self._file(named(name, "a database"), "Failed to execute 'deleteDatabase' on 'IDBFactory'")
        if not os.path.exists(file.path):
            return
        lock = file.lock()
        waiting = _Blocked(f"database {name!r}", timeout)
        try:
            while not lock.exclude():
                await waiting.pause(partial(self._tell, name, None))
            file.delete()
        finally:
            lock.close()

    async def databases(self) -> list[dict[str, Any]]:
        """Return `name` and `version` of each database of the origin, in the order of their names."""
        folder, _, prefix = self._place("Failed to execute 'databases' on 'IDBFactory'")
        found: list[tuple[str, int]] = []
        for path in Path(folder).glob(f"{prefix}-*.sqlite"):
            file = self._at(str(path))
            lock = file.lock()
            waiting = _Blocked("a database", BLOCKED)
            try:
                while not lock.share():
                    await waiting.pause()
                if path.exists():  # it may have been deleted meanwhile
                    found += file.name_and_version()
                file.close_if_unused()
            finally:
                lock.close()
        return [{"name": name, "version": version} for name, version in sorted(found)]

    def cmp(self, first: Any, second: Any) -> int:
        """Compare two keys: -1 if the first comes before the second, 1 if after, 0 if they are equal."""
        doing = "Failed to execute 'cmp' on 'IDBFactory'"
        one, other = encode_key(first, doing), encode_key(second, doing)
        return (one > other) - (one < other)

    # --- for the package's own use -------------------------------------------------------------------------------

    def _version_wanted(self, name: str, version: int | None) -> bool:
        """Tell the connections of this page that somebody wants another version; return whether one listens."""
        file = self._file(name, "")
        listening = [(db, db._told) for db in list(file.open) if db._told is not None]
        for db, told in listening:
            told.start(db, db.version, version)
        return bool(listening)

    def _release(self) -> None:
        """The page goes: nothing of it is open any more."""
        for file in self._files.values():
            for db in list(file.open):
                db._release()

    def _tell(self, name: str, version: int | None) -> None:
        self._version_wanted(name, version)
        self._page.tell_version_wanted(name, version)

    def _place(self, doing: str) -> tuple[str, bool, str]:
        """Return the folder of the databases, whether it outlives the app, and how the files of the origin begin."""
        origin = self._page.origin
        if origin is None:
            raise self._page.denied(f"{doing}: access to the Indexed Database API is denied in this context.")
        folder, durable = self._page.place("indexed_db")
        return folder, durable, _hashed(origin)

    def _file(self, name: str, doing: str) -> DatabaseFile:
        folder, _, prefix = self._place(doing)
        return self._at(f"{folder}/{prefix}-{_hashed(name)}.sqlite")

    def _at(self, path: str) -> DatabaseFile:
        if path not in self._files:
            self._files[path] = DatabaseFile(path, self._page.place("indexed_db")[1])
        return self._files[path]

    def __repr__(self) -> str:
        return "<indexed_db>"


class _Blocked:
    """The wait for those who have a database open."""

    def __init__(self, what: str, timeout: float) -> None:
        self._text = (
            f"blocked: {what} is open in another version, in this window or in another one, and was not closed "
            f"within {timeout:g} s. Close it there with db.close() (version_change= of indexed_db.open tells when)"
        )
        self._waiting = Waiting(timeout)
        self._told = False

    async def pause(self, tell: Callable[[], object] | None = None) -> None:
        """Sleep until the next try; before the first one call `tell`."""
        if tell is not None and not self._told:
            self._told = True
            tell()
        await asyncio.sleep(self._waiting.pause(self._text))


def _hashed(text: str) -> str:
    """Names may be of any length and hold anything; files' names may not."""
    return blake2s(encoded(text), digest_size=10).hexdigest()
