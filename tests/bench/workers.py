"""The processes that are measured: each does what a line of JSON says and answers with one."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent

#: Seconds that one answer may take.
PATIENCE = 30.0
NODE_WANTED = 20
#: Modules are compiled once, as for everybody else: without that every start compiles them, and keeps the memory.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Worker:
    """One side of the comparison. Its own children end with it."""

    def __init__(self, name: str, *command: str) -> None:
        self.name = name
        self._rest = b""
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, **command: object) -> Any:
        """Have a command done; return the answer. RuntimeError if there is none in time."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self._process.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                why = "has ended" if ready else f"is silent for {PATIENCE:g} s"
                raise RuntimeError(f"{self.name} {why}; it was to do {command}")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        """End the process, gently at first."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()


@contextmanager
def running() -> Iterator[dict[str, Worker]]:
    """Start all sides; they end with the block."""
    commands = {
        "ipclab": (sys.executable, "-m", "tests.bench.ipclab_main"),
        "raw": (sys.executable, "-m", "tests.bench.raw_pair", "blocking"),
        "asyncio": (sys.executable, "-m", "tests.bench.raw_pair", "asyncio"),
        "sqlite": (sys.executable, "-m", "tests.bench.plain_sqlite"),
        "kernel": (sys.executable, "-m", "tests.bench.monitored"),
    }
    if node_is_missing() is None:
        commands["node"] = ("node", str(HERE / "node_pair.js"))
    sides: dict[str, Worker] = {}
    try:
        for name, command in commands.items():
            sides[name] = Worker(name, *command)
        yield sides
    finally:
        for side in sides.values():
            side.end()


def missing() -> dict[str, str]:
    """Return the sides that cannot be measured, and why."""
    why = node_is_missing()
    return {} if why is None else {"node": why}


@cache
def node_is_missing() -> str | None:
    """Return why Node cannot be measured, None if it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=10).stdout.strip()
    major = version.lstrip("v").partition(".")[0]
    if not major.isdigit() or int(major) < NODE_WANTED:
        return f"node is {version or 'broken'}, {NODE_WANTED} or newer is needed"
    return None


def import_time() -> tuple[float, float]:
    """Return what `import ipclab`, and what a program's usual imports, cost beyond `import asyncio`, in seconds."""
    code = (
        "from time import perf_counter as now; import asyncio; a = now(); import ipclab; b = now(); "
        "from ipclab import BrowserWindow, app, ipc_main; print(b - a, now() - a)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    bare, usual = map(float, done.stdout.split())
    return bare, usual
