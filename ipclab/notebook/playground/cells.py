"""The cells of which a run is made, as a reader would type them into a notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Where the names come from that the cells use.
IMPORTS = {
    "asyncio": "import asyncio",
    "json": "import json",
    "time": "import time",
}
ELECTRON = ("BrowserWindow", "app", "global_", "ipc_main", "ipc_renderer", "local_storage", "remote", "window")

#: The page that the windows load where they need one: storage belongs to an origin.
PAGE = "playground.html"

#: Stands for the payload until the imports are known: what it holds names nothing.
PAYLOAD = "PAYLOAD"

DEFINITION = ("@", "def ", "async def ")


@dataclass(frozen=True)
class Cell:
    """One cell. `where` it runs: ``main``, ``page`` (what a window loads), or the names of windows, such as ``win``.

    `opens`: it opens the windows, and need not run again as long as they are there.
    """

    where: str
    body: str
    opens: bool = False

    @property
    def label(self) -> str:
        """The place in words."""
        if self.where == "main":
            return "main process"
        return "a page" if self.where == "page" else f"renderer of {' and of '.join(self.where.split())}"

    @property
    def text(self) -> str:
        """The cell as it stands in a notebook."""
        first = {"main": "# main process", "page": f"%%page {PAGE}"}.get(self.where, f"%%renderer {self.where}")
        return f"{first}\n{self.body}"


def cell(where: str, payload: str, *parts: str, opens: bool = False) -> Cell:
    """Put a cell together from statements and definitions, with the imports it needs; empty parts are left out."""
    kept = [part for part in parts if part]
    code = "".join(
        part if not position else f"{_gap(kept[position - 1], part)}{part}" for position, part in enumerate(kept)
    )
    imports = _imports(code)
    if imports:
        code = f"{imports}\n\n\n{code}" if code.startswith(DEFINITION) else f"{imports}\n\n{code}"
    return Cell(where, code.replace(PAYLOAD, payload), opens)


def _gap(before: str, after: str) -> str:
    apart = after.startswith(DEFINITION) or before.startswith(DEFINITION)
    return "\n\n\n" if apart else "\n"


def _imports(code: str) -> str:
    used = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", re.sub(r'"[^"]*"|#.*', "", code)))
    modules = [line for name, line in IMPORTS.items() if name in used]
    names = [name for name in ELECTRON if name in used]
    blocks = ["\n".join(modules)] if modules else []
    if names:
        blocks.append(f"from ipclab import {', '.join(names)}")
    return "\n\n".join(blocks)


def defined(decorator: str, signature: str, *lines: str, slow: bool = False) -> str:
    """Return a listener: `slow` ones await for a second before they do anything."""
    body = ["await asyncio.sleep(1)", *lines] if slow else list(lines)
    head = f"{'async ' if slow else ''}def {signature}:"
    return "\n".join([f"@{decorator}", head, *(f"    {line}" for line in body)])
