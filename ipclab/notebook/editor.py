"""What the editor asks while a reader types in a `%%renderer` cell: it is that renderer which answers.

`Editor` wraps the kernel's `do_complete` and `do_inspect` on the instance: undocumented seams of ipykernel, each held
by a test. Cells without one of ipclab's magics go to IPython as ever. While a cell runs ipykernel lets all of them
wait, as it does in any notebook; only in a subshell (a thread of its own) they come at once.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from IPython.utils.tokenutil import token_at_cursor

from ipclab.main.web_contents import WebContents
from ipclab.notebook import lookups
from ipclab.notebook.cell_text import MagicCell, assigned, magic_cell, question
from ipclab.notebook.interrupts import Interrupts
from ipclab.notebook.magics import CellError, Magics

T = TypeVar("T")
Reply = dict[str, Any]

#: The texts that may stand at the cursor, each with its kind, and where they begin.
Found = tuple[list[tuple[str, str]], int]


class Editor:
    """Answers what the editor asks a kernel about the cells of ipclab's magics."""

    def __init__(self, kernel: Any, magics: Magics, interrupts: Interrupts) -> None:
        self._kernel = kernel
        self._magics = magics
        self._interrupts = interrupts
        self._loop = asyncio.get_running_loop()
        self._complete: Callable[..., Any] = kernel.do_complete
        self._inspect: Callable[..., Any] = kernel.do_inspect
        kernel.do_complete = self.do_complete
        kernel.do_inspect = self.do_inspect

    def unload(self) -> None:
        vars(self._kernel).pop("do_complete", None)
        vars(self._kernel).pop("do_inspect", None)

    async def do_complete(self, code: str, cursor_pos: int | None) -> Reply:
        """Complete what stands before the cursor."""
        cursor = len(code) if cursor_pos is None else cursor_pos
        cell = magic_cell(code)
        if cell is None or cursor <= cell.line_start:
            reply: Reply = await _awaited(self._complete(code, cursor_pos))
            return reply
        names, start = await self._ask(self._names(cell, cursor), ([], cursor))
        kinds = [{"start": start, "end": cursor, "text": name, "type": kind} for name, kind in names]
        return {
            "status": "ok",
            "matches": [name for name, _ in names],
            "cursor_start": start,
            "cursor_end": cursor,
            "metadata": {"_jupyter_types_experimental": kinds},
        }

    async def do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, *args: Any, **kwargs: Any) -> Reply:
        """Describe what stands at the cursor."""
        cell = magic_cell(code)
        if cell is None or cursor_pos <= cell.line_end:
            reply: Reply = await _awaited(self._inspect(code, cursor_pos, detail_level, *args, **kwargs))
            return reply
        text = await self._ask(self._description(cell, cursor_pos, detail_level), None)
        data = {"text/plain": text} if text else {}
        return {"status": "ok", "found": bool(text), "data": data, "metadata": {}}

    async def _ask(self, asking: Coroutine[Any, Any, T], otherwise: T) -> T:
        """Await `asking` on main's loop, whatever thread a subshell has; `otherwise` if it is interrupted."""
        if asyncio.get_running_loop() is self._loop:
            task = asyncio.ensure_future(asking)
            with self._interrupts.calling(task.cancel):
                try:
                    return await task
                except asyncio.CancelledError:
                    return otherwise
        asked = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking, self._loop))
        try:
            return await asyncio.wait_for(asked, lookups.WHILE_TYPING)
        except TimeoutError:
            return otherwise

    async def _names(self, cell: MagicCell, cursor: int) -> Found:
        if cursor <= cell.line_end:
            before = cell.line[: cursor - cell.line_start]
            word = re.split(r"\s", before)[-1]
            known = self._magics.words(cell.magic, cell.line.split())
            return [one for one in known if one[0].startswith(word)], cursor - len(word)
        before = cell.body[: cursor - cell.body_start]
        asked = question(before)
        address = self._address(cell)
        if asked is None or address is None:
            return [], cursor
        found = await lookups.names(*address, asked)
        if found is None:
            return [], cursor
        if asked.kind == "name":
            # What the cell is about to define, before what the world knows.
            written = [name for name in assigned(before) if name.startswith(asked.prefix) and name != asked.prefix]
            found = list((dict.fromkeys(written, "instance") | dict(found)).items())
        return found, cursor - len(asked.prefix)

    async def _description(self, cell: MagicCell, cursor: int, detail_level: int) -> str | None:
        address = self._address(cell)
        name = token_at_cursor(cell.body, cursor - cell.body_start)
        if address is None or not name:
            return None
        return await lookups.description(*address, name, detail_level > 0)

    def _address(self, cell: MagicCell) -> tuple[WebContents, str] | None:
        """Which renderer and world a cell is for, of several windows the first; None for mere text."""
        if cell.magic != "renderer":
            return None
        try:
            address = self._magics.address(cell.line)
        except CellError:
            return None
        return address.targets[0], address.world


async def _awaited(reply: Any) -> Any:
    return await reply if inspect.isawaitable(reply) else reply
