"""What the tests of the core share: each test is a program of its own, with real renderer processes, and leaves
nothing behind."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec

import pytest

from ipclab import BrowserWindow, activity, restart
from ipclab.main import spare
from ipclab.main.web_contents import ISOLATED_WORLD, WebContents

P = ParamSpec("P")

#: Seconds that one test may take, and that its restart may take.
LIMIT = 20.0
RESTART_LIMIT = 6.0

#: A page that may use Electron itself, so that `execute` reaches `ipc_renderer`.
OPEN = {"node_integration": True, "context_isolation": False}

IMPORTS = "from ipclab import Error, clear_timeout, console, ipc_renderer, process, set_timeout, undefined, window\n"


def program(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an `async` test by `asyncio.run` in a fresh app; fail if it leaves a task, an error or a process."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        _before.clear()
        _before.update(children())
        # In a program there is one activity; the clicks of another test began more.
        activity._last = 0
        activity._contexts.clear()
        asyncio.run(live(test(*args, **kwargs)))
        spare.dismiss()
        assert new_children() == set(), "a child process is left"

    # A ResourceWarning comes where nothing can be raised: pytest tells of it, and that fails the test.
    strict = pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
    marked: Callable[P, None] = strict(run)
    return marked


async def live(life: Coroutine[Any, Any, None]) -> None:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    await restart()
    try:
        async with asyncio.timeout(LIMIT):
            await life
    finally:
        async with asyncio.timeout(RESTART_LIMIT):
            await restart()
    for _ in range(3):
        await asyncio.sleep(0)  # what the restart cancelled ends
    assert asyncio.all_tasks() == {asyncio.current_task()}, "a task is left"
    assert failures == [], "asyncio had to report what nobody handled"


def children() -> set[int]:
    """The pids of this process's children, zombies too."""
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        return {int(pid) for task in tasks.iterdir() for pid in _children_of(task)}
    # Elsewhere ps tells; it is a child itself while it does.
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
    return {int(pid) for pid, parent, name in rows if int(parent) == os.getpid() and not name.endswith("ps")}


#: The children there were before the test: another test's kernel may live on.
_before: set[int] = set()


def new_children() -> set[int]:
    """The pids of the children that the running `program` has started."""
    return children() - _before


def _children_of(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []  # a thread that has just ended


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def open_page(code: str = "", **preferences: object) -> WebContents:
    """Open a window whose page has renderer names as globals, run `code` in it, and return its contents."""
    contents = BrowserWindow(web_preferences={**OPEN, **preferences}).web_contents
    await contents.execute(IMPORTS + code)
    return contents


async def in_preload_world(contents: WebContents, code: str) -> None:
    """Run `code` where preload scripts (and plain `%%renderer` cells) run."""
    await contents.run(code, ISOLATED_WORLD, "<isolated>", "code in the isolated world")


def listen(contents: WebContents, *events: str) -> list[str]:
    """Return a list to which the name of each of `events` is added when it fires."""
    fired: list[str] = []
    for event in events:
        contents.on(event, functools.partial(lambda name, *_: fired.append(name), event))
    return fired


def run_program(source: str, *flags: str, timeout: float = LIMIT) -> subprocess.CompletedProcess[str]:
    """Run `source` as a Python program of its own and return how it ended and what it printed."""
    return subprocess.run(
        [sys.executable, *flags, "-c", source], capture_output=True, text=True, timeout=timeout, check=False
    )
