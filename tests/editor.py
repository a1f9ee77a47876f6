"""What an editor asks a kernel while a reader types, for the tests of completion and of inspection."""

from __future__ import annotations

import re

from kernel import Kernel

APP = """
from ipclab import BrowserWindow, ipc_main, trace
only_in_main = 1
win, win2 = BrowserWindow(), BrowserWindow(web_preferences={"context_isolation": False})
"""

PAGE = """%%renderer win
from ipclab import ipc_renderer, context_bridge, window
import asyncio, time

class Careful:
    "It counts what is run."

    ran = 0

    def __init__(self, size: int = 3):
        self.size = size

    def __getattr__(self, name):
        Careful.ran += 1
        return self

    @property
    def costly(self):
        Careful.ran += 1
        return self

    def method(self, first, second=2):
        "Do it."
        return first

careful = Careful()
kept = {"list": [1, "two"], "number": 5}
名前 = 1
context_bridge.expose_in_main_world("api", {"greet": lambda name: name, "only_for_the_page": 1})
"""

PATIENT = "from ipclab.notebook import lookups\nlookups.WHILE_TYPING = 20.0"
IMPATIENT = "from ipclab.notebook import lookups\nlookups.WHILE_TYPING = 0.3"

#: Seconds; ten times what an unanswered question may take.
QUICKLY = 3.0


def completed(kernel: Kernel, code: str, cursor: int | None = None, subshell: str | None = None) -> list[str]:
    """The cells that each completion makes of `code` up to the cursor."""
    cursor = len(code) if cursor is None else cursor
    reply = kernel.answer("complete_request", {"code": code, "cursor_pos": cursor}, subshell)
    assert reply["status"] == "ok"
    assert reply["cursor_end"] == cursor
    return [code[: reply["cursor_start"]] + match for match in reply["matches"]]


def names(kernel: Kernel, source: str, line: str = "%%renderer win") -> list[str]:
    """What `source` is completed to."""
    return [whole.removeprefix(f"{line}\n") for whole in completed(kernel, f"{line}\n{source}")]


def inspected(kernel: Kernel, code: str, cursor: int | None = None, detail: int = 0) -> str:
    """What is shown of the thing at the cursor, without colours; '' if nothing was found."""
    cursor = len(code) if cursor is None else cursor
    reply = kernel.answer("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": detail})
    assert reply["found"] == bool(reply["data"])
    return without_colours(reply["data"].get("text/plain", ""))


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
