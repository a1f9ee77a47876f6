"""The stage: two windows of its own, in which it runs cells as a notebook would.

What the cells register is taken back before the next run, and the windows stay as long as they are there and the
cells that open them are the same.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.getipython import get_ipython

from ipclab import activity, scope, versions
from ipclab.main import pages
from ipclab.main.app import app
from ipclab.main.browser_window import BrowserWindow
from ipclab.main.console import text_of
from ipclab.main.traffic import settle
from ipclab.main.web_contents import ISOLATED_WORLD
from ipclab.notebook.playground.cells import PAGE, Cell

#: Seconds that a cell's traffic may take to settle.
SETTLE = 5.0


class Stage:
    """Runs cells, one list after the other; `name` marks in the renderers what is its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._names: dict[str, Any] = {}
        self._open: tuple[Cell, ...] = ()
        self._windows = scope.Scope()
        self._registered = scope.Scope()

    async def perform(self, cells: Sequence[Cell], begins: Callable[[int, int], object]) -> str | None:
        """Run the cells in the caller's context, up to the first that fails; return the text of its error.

        `begins(number, activity)` is told of each before it runs. What stands already is not opened again.
        """
        self._take_back()
        opening = tuple(cell for cell in cells if cell.opens)
        if opening != self._open or not self._is_whole():
            self._close_windows()
        for number, cell in enumerate(cells):
            if cell.opens and self._open:
                continue
            scope.current.set(self._windows if cell.opens else self._registered)
            begins(number, activity.begin())
            error = await self._outcome(cell)
            if error is not None:
                return error
            if cell is opening[-1]:
                self._open = opening
        return None

    async def _outcome(self, cell: Cell) -> str | None:
        """Run a cell and let its traffic settle; return the text of its error."""
        error: str | None = None
        try:
            await self._run(cell)
        except (Exception, KeyboardInterrupt) as raised:
            # A task that ended with KeyboardInterrupt would take the kernel's loop down.
            error = text_of(raised)
        try:
            await settle(SETTLE)
        except TimeoutError as late:
            error = error or str(late)
        return error

    async def _run(self, cell: Cell) -> None:
        if cell.where == "page":
            pages.named_pages[PAGE] = cell.body
        elif cell.opens:
            # As in a notebook in which nothing else has happened; and the reader's dial stays the reader's.
            dialled = app.electron_version
            app.electron_version = versions.DEFAULT
            try:
                await self._run_in_main(cell)
            finally:
                app.electron_version = dialled
        elif cell.where == "main":
            await self._run_in_main(cell)
        else:
            for name in cell.where.split():
                contents = self._names[name].web_contents
                what = f"the playground's cell in {contents.label}"
                await contents.run(
                    cell.body, ISOLATED_WORLD, f"playground, {contents.label}", what, cell=self._name, display=True
                )

    async def _run_in_main(self, cell: Cell) -> None:
        code = compile(
            cell.text, file_name(cell.text), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
        result = eval(code, self._names)
        if inspect.iscoroutine(result):
            await result

    # --- before and after ----------------------------------------------------------------------------------------

    def windows(self) -> list[BrowserWindow]:
        """Return the stage's windows that are open."""
        named = [self._names.get(name) for name in ("win", "other")]
        return [window for window in named if isinstance(window, BrowserWindow) and not window.is_destroyed()]

    def _is_whole(self) -> bool:
        """Whether both windows are there, with living processes."""
        windows = self.windows()
        return len(windows) == 2 and not any(window.web_contents.is_crashed() for window in windows)

    def _take_back(self) -> None:
        """Undo what the last run registered, in main and in the windows."""
        before, self._registered = self._registered, scope.Scope()
        before.close()
        for window in self.windows():
            window.web_contents.take_back(self._name)

    def _close_windows(self) -> None:
        before, self._windows = self._windows, scope.Scope()
        self._open = ()
        before.close()
        self._names = {"__name__": "__main__"}

    def reset(self) -> None:
        """Have the next run begin with windows of its own making: this one was not left to end."""
        for window in self.windows():
            window.web_contents.interrupt()
        self._open = ()

    def close(self) -> None:
        """Close the windows and take everything back."""
        self._take_back()
        self._close_windows()


def file_name(source: str) -> str:
    """Return the file name under which tracebacks find the lines of a cell of main, as for the reader's own cells."""
    shell: Any = get_ipython()
    return "<playground>" if shell is None else str(shell.compile.cache(source))
