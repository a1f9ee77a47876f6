"""SQLite as storage uses it: many processes on one file, and whoever finds it busy waits for a moment."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from ipclab.errors import Error, QuotaExceededError

R = TypeVar("R")

#: Seconds for which others may keep a file busy.
PATIENCE = 30.0
#: Seconds between two tries, at first and at most.
SHORTEST, LONGEST = 0.0002, 0.008

BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


class Waiting:
    """The wait for a file that others use: how long to sleep before the next try, and when to give up."""

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        self._pause = SHORTEST

    def pause(self, what: str) -> float:
        """Return the seconds to sleep now; TimeoutError with the text `what` if there is no time left."""
        now = time.monotonic()
        if now >= self._until:
            raise TimeoutError(what)
        pause = min(self._pause, self._until - now)
        # Not as long as the others: those who came together must not try together for ever.
        self._pause = min(LONGEST, self._pause * (1.3 + time.perf_counter_ns() % 1000 / 2000))
        return pause


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else is at it, so that another try may go well."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY


def translated(error: sqlite3.Error) -> Exception:
    """Return the web's error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return QuotaExceededError("the disk is full")
    if code == sqlite3.SQLITE_TOOBIG:
        return QuotaExceededError("the value is larger than a database can keep (1 GB)")
    return Error(f"Internal error of the storage: {error}")


def patiently(do: Callable[[], R]) -> R:
    """Return what `do` returns, trying again while the file is busy. Blocks the process meanwhile."""
    waiting: Waiting | None = None
    while True:
        try:
            return do()
        except sqlite3.Error as error:
            if not is_busy(error):
                raise translated(error) from error
        waiting = waiting or Waiting(PATIENCE)
        time.sleep(waiting.pause(f"another process has kept the storage busy for {PATIENCE:g} s"))


async def begin(connection: sqlite3.Connection) -> None:
    """Begin to write once no other process does. The loop runs meanwhile. TimeoutError if that takes too long."""
    waiting: Waiting | None = None
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.Error as error:
            if not is_busy(error):
                raise translated(error) from error
        waiting = waiting or Waiting(PATIENCE)
        await asyncio.sleep(waiting.pause(f"another window has been writing to this database for {PATIENCE:g} s"))


def connect(path: str, durable: bool, schema: str) -> sqlite3.Connection:
    """Open the file at `path` and have the tables of `schema` in it; `durable`: it outlives the app."""

    def make() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            # What lives as long as the app need not be safe from a power cut.
            connection.execute(f"PRAGMA synchronous={'NORMAL' if durable else 'OFF'}")
            connection.executescript(schema)
        except BaseException:
            connection.close()
            raise
        return connection

    return patiently(make)


def encoded(text: str) -> bytes:
    """Return text as the files hold it: as bytes, so that lone surrogates and NUL survive."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
