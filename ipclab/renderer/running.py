"""What main asks a renderer to run: code in a world, and pages with their scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from ipclab import clone, scope, tasks
from ipclab.protocol import Buffer, DomReady, Done, Frame, Navigate, PreloadError, Raised, Run
from ipclab.renderer.ipc_renderer import current_operation
from ipclab.renderer.page import Page
from ipclab.renderer.run import bundle_of, describe, run_source
from ipclab.renderer.worlds import is_preload

if TYPE_CHECKING:
    from ipclab.renderer.process import RendererProcess


class Running:
    """The operations of one renderer that run code of the app's."""

    def __init__(self, process: RendererProcess) -> None:
        self._process = process
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._scopes: dict[str, scope.Scope] = {}

    def execute(self, frame: Run) -> None:
        """Run a cell's code, or `execute`'s."""
        self._start(frame.operation, self._execute(frame))

    def navigate(self, frame: Navigate) -> None:
        """Put another page in place of the one there is."""
        self._start(frame.operation, self._navigate(frame))

    def take_back(self, cell: str) -> None:
        """Undo what a cell has registered."""
        if (taken := self._scopes.pop(cell, None)) is not None:
            taken.close()

    def forget_cells(self) -> None:
        """What they have registered goes with the page."""
        self._scopes.clear()

    def interrupt(self) -> None:
        """End the code that waits for something."""
        for task in list(self._tasks.values()):
            task.cancel("interrupted")

    def _start(self, operation: int, coroutine: Coroutine[Any, Any, None]) -> None:
        current_operation.set(operation)
        ended, task = tasks.run(coroutine)
        if not ended:
            self._tasks[operation] = task
            task.add_done_callback(lambda _: self._tasks.pop(operation, None))

    async def _execute(self, frame: Run) -> None:
        if frame.cell is not None:
            scope.current.set(self._scopes.setdefault(frame.cell, scope.Scope()))
        process = self._process
        page = process.page
        is_preload.set(frame.world != "main")
        answer: Frame
        buffers: list[Buffer] = []
        try:
            names = page.world(frame.world).names
            result = await run_source(frame.source, frame.name, names, await_result=not frame.display)
            if frame.display:
                answer = Done(frame.activity, frame.operation, b"", bundle_of(result))
            else:
                payload, buffers = clone.encode(result, "result")
                answer = Done(frame.activity, frame.operation, payload, None)
        except SystemExit:
            raise
        except asyncio.CancelledError as error:
            answer = self._cancelled(frame, page, error)
        except BaseException as error:
            answer = Raised(frame.activity, frame.operation, *describe(error))
        process.flush()
        process.write(answer, buffers)

    def _cancelled(self, frame: Run, page: Page, error: BaseException) -> Raised:
        if page is not self._process.page:
            text = "the page went away before this code had ended: its window loaded another page"
            return Raised(frame.activity, frame.operation, "Error", text, f"Error: {text}\n")
        name, message, trace = describe(error)
        if error.args == ("interrupted",):
            interrupt = KeyboardInterrupt().with_traceback(error.__traceback__)
            return Raised(frame.activity, frame.operation, *describe(interrupt))
        return Raised(frame.activity, frame.operation, name, message, trace)

    async def _navigate(self, frame: Navigate) -> None:
        process = self._process
        page = process.replace_page(frame)
        if frame.preload is not None:
            is_preload.set(True)
            error = await self._run_script(page, frame.preload.source, frame.preload.name, page.isolated.names)
            if error is not None:
                told = describe(error)
                process.console.error(f"Unable to load preload script: {frame.preload.name}\n{told[2].rstrip()}")
                process.write(PreloadError(frame.activity, frame.preload.name, *told))
            is_preload.set(False)
        for level, text in frame.notes:
            process.console_line(level, text, 0, frame.url)
        for script in frame.scripts:
            page.document.reach_script(script.index)
            error = await self._run_script(page, script.source, script.name, page.main.names)
            if error is not None:
                process.uncaught(error)
        page.document.end_parsing()
        process.flush()
        process.write(DomReady(frame.activity, frame.operation))
        page.document.end_loading()
        process.flush()
        process.write(Done(frame.activity, frame.operation, b"", None))

    async def _run_script(self, page: Page, source: str, name: str, names: dict[str, Any]) -> BaseException | None:
        """Run a script of a page; return what ended it, be it an interrupt: the page loads on."""
        try:
            await run_source(source, name, names)
        except asyncio.CancelledError as error:
            if page is not self._process.page:
                raise  # another page took its place
            return error
        except SystemExit:
            raise
        except BaseException as error:
            return error
        return None
