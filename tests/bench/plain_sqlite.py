"""The yardstick of storage: SQLite as Python has it. Told what to do by lines of JSON on stdin.

Its settings are those of storage that lives as long as the app. Values are msgpack, which plain ones are there, too.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import msgpack

#: A user's profile.
RECORD = json.loads((Path(__file__).parent / "payloads.json").read_text())["nested"][0]["user"]

#: Numbers that were not used yet, for values that were not written yet.
fresh = count()


class Table:
    """A table of a file."""

    def __init__(self, folder: str) -> None:
        self._execute = sqlite3.connect(f"{folder}/plain.sqlite", timeout=30, isolation_level=None).execute
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = OFF")
        self._execute("CREATE TABLE IF NOT EXISTS records (key PRIMARY KEY, value) WITHOUT ROWID")

    def write(self, key: str, value: object) -> None:
        """Write a record in a transaction of its own."""
        self._execute("BEGIN IMMEDIATE")
        self._execute(
            "INSERT INTO records VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value)
        )
        self._execute("COMMIT")

    def read(self, key: str) -> Any:
        row = self._execute("SELECT value FROM records WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def change(self, key: str, text: str) -> None:
        """Write a text in a transaction that also looks at what is there, as `set_item` must, whom others ask."""
        self._execute("BEGIN IMMEDIATE")
        self.read(key)
        self._execute(
            "INSERT INTO records VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, text)
        )
        self._execute("COMMIT")


def work(table: Table, what: str, times: int) -> list[float]:
    taken = []
    for number in range(times):
        key, value = f"key {number % 100}", {**RECORD, "number": next(fresh)}
        text = f"value {next(fresh)}"
        begun = time.perf_counter()
        if what == "set-item":
            table.change(key, text)
        elif what == "put":
            table.write(key, msgpack.encode(value))
        else:
            msgpack.decode(table.read(key))
        taken.append(time.perf_counter() - begun)
    return taken


def together(folder: str, writers: int, times: int) -> list[float]:
    """Have so many processes write at the same time; return how many records a second they write."""
    reader, writer = os.pipe()
    for me in range(writers):
        if os.fork():
            continue
        try:
            table = Table(folder)
            begun = time.monotonic()
            for number in range(times):
                table.write(f"{me} {number % 100}", msgpack.encode(RECORD))
            os.write(writer, json.dumps([begun, time.monotonic()]).encode() + b"\n")
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as lines:
        spans = [json.loads(line) for line in lines]
    for _ in range(writers):
        os.wait()
    return [writers * times / (max(end for _, end in spans) - min(begin for begin, _ in spans))]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = Table(folder)
        while line := sys.stdin.readline():
            command = json.loads(line)
            if command["do"] == "write-together":
                answer = together(folder, command["size"], command["times"])
            else:
                answer = work(table, command["what"], command["times"])
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
