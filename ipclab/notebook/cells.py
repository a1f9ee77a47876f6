"""What a cell is: an activity of its own, a module that can be run again, and traffic that settles before it ends.

`Cells` wraps the kernel's `do_execute` on the instance. That is an undocumented seam of ipykernel, but the only place
that sees both the cell's id and the time between its last line and its reply; a test holds it.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ipclab import activity, scope
from ipclab.main import console, registry
from ipclab.main.traffic import settle, trace
from ipclab.notebook.cell_text import helps, magic_cell
from ipclab.notebook.interrupts import Interrupts, stop_renderers
from ipclab.record import Message

#: Seconds that a cell's traffic may take to settle.
SETTLE = 10.0
AFTER_INTERRUPT = 0.1


class Cells:
    """Runs cells for a kernel."""

    def __init__(self, kernel: Any, interrupts: Interrupts) -> None:
        self._kernel = kernel
        self._original: Callable[..., Awaitable[dict[str, Any]]] = kernel.do_execute
        self._scopes: dict[str, scope.Scope] = {}
        self._renderers: dict[str, set[int]] = {}
        self._interrupts = interrupts
        self.running_cell: str | None = None
        kernel.do_execute = self.do_execute

    def unload(self) -> None:
        vars(self._kernel).pop("do_execute", None)

    async def do_execute(self, code: str, silent: bool, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run a cell; its reply waits until what it caused has settled."""
        if silent or not code.strip():
            return await self._original(code, silent, *args, **kwargs)
        cell: str | None = kwargs.get("cell_id")
        self.running_cell = cell
        # Cells and activities have the same numbers, wherever cells are counted.
        activity.count_from(self._kernel.shell.execution_count)
        activity.begin()
        if self._can_run(code):
            self._take_back(cell)
        token = scope.current.set(None if cell is None else self._scopes.setdefault(cell, scope.Scope()))
        self._interrupts.happened = False
        try:
            with self._interrupts.calling(lambda: None):  # an `async` cell puts its own in its place
                reply = await self._original(code, silent, *args, **kwargs)
            if reply.get("ename") == "CancelledError" and self._interrupts.happened:
                reply["ename"] = "KeyboardInterrupt"
            interrupted = reply.get("ename") == "KeyboardInterrupt"
            if interrupted:
                with self._interrupts.calling(lambda: None):
                    await stop_renderers()
            await self._settle(interrupted)
            return reply
        finally:
            scope.current.reset(token)
            activity.current.set(0)

    def runs_in(self, contents_id: int) -> str | None:
        """Note that the running cell runs code in a renderer; return the cell's id."""
        if self.running_cell is not None:
            self._renderers.setdefault(self.running_cell, set()).add(contents_id)
        return self.running_cell

    def _can_run(self, code: str) -> bool:
        """Whether the cell compiles: one that does not leaves what its last version registered."""
        shell = self._kernel.shell
        try:
            if (cell := magic_cell(code)) is not None and cell.magic == "renderer":
                ast.parse(helps(cell.body)[0])
            else:
                shell.compile.ast_parse(shell.transform_cell(code))
        except (SyntaxError, ValueError):
            return False
        return True

    def _take_back(self, cell: str | None) -> None:
        """Undo what the cell registered when it ran before, in main and in renderers."""
        if cell is None:
            return
        if (before := self._scopes.pop(cell, None)) is not None:
            try:
                before.close()
            except Exception as error:
                # A listener of `removeListener` that raises is no reason not to run the cell.
                console.uncaught(error)
        for contents_id in self._renderers.pop(cell, ()):
            if (contents := registry.contents.get(contents_id)) is not None:
                contents.take_back(cell)

    async def _settle(self, interrupted: bool) -> None:
        """Wait for the cell's traffic, but only for a moment if the reader has interrupted the cell."""
        task = asyncio.ensure_future(settle(AFTER_INTERRUPT if interrupted else SETTLE))
        with self._interrupts.calling(task.cancel):
            try:
                await task
            except TimeoutError as error:
                console.write(f"ipclab: {error}", error=True)
            except asyncio.CancelledError:
                await stop_renderers()
                console.write("ipclab: interrupted; what this cell set going is no longer waited for", error=True)


def last_messages() -> list[Message]:
    """Return the messages of the last activity that has any: what the last cell did."""
    messages = list(trace)
    last = max((message.activity for message in messages), default=0)
    return [message for message in messages if message.activity == last]
