"""The renderer process at work: frames in, frames out, one page at a time."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
import warnings
from collections import deque
from contextvars import copy_context
from typing import Any

from ipclab import activity, clone, names, protocol, scope, tasks, versions
from ipclab.errors import ProtocolError
from ipclab.protocol import (
    VERSION,
    Buffer,
    Deliver,
    DomReady,
    Done,
    DropCallback,
    Failure,
    Found,
    Frame,
    Handled,
    Idle,
    Leave,
    LookUp,
    Navigate,
    NoCallback,
    PreloadError,
    Raised,
    RemoteReply,
    Reply,
    Run,
    RunCallback,
    Start,
    StorageEvent,
    TakeBack,
    ToRenderer,
    WaitForTimers,
)
from ipclab.renderer.console import Console, ConsoleStream
from ipclab.renderer.ipc_renderer import IpcRendererEvent, Promise, current_operation, remote_error
from ipclab.renderer.link import RendererLink
from ipclab.renderer.page import Page
from ipclab.renderer.run import bundle_of, describe, run_source, uncaught_text, warning_text
from ipclab.renderer.worlds import is_preload

Arrived = tuple[ToRenderer, list[bytes]]

# A tuple: this is asked for every frame, and a union would be made each time.
ANSWERS = (Reply, Failure)


def no_debugger(*_: object, **__: object) -> None:
    raise RuntimeError(
        "a renderer process has no debugger: print what you want to see, or run the code in a plain cell"
    )


class RendererProcess:
    """One per process. Works off main's frames in order and tells main when there is nothing left to do."""

    def __init__(self, sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.label = "renderer"
        self.page: Page
        self.console = Console(self._console_line)
        self._link = RendererLink(sock, self._arrived, self.flush, self._stop_waiting)
        self.write = self._link.write
        self.interrupt = self._link.interrupt
        self._queue: deque[Arrived] = deque()
        self._worked_off = 0
        self._acknowledged = 0
        self._handled: list[Handled] = []
        self._last_call = 0
        self._calls: dict[int, tuple[str, Promise | None]] = {}
        self._runs: dict[int, asyncio.Task[Any]] = {}
        self._scopes: dict[str, scope.Scope] = {}
        self._timer_waits: list[tuple[int, int]] = []
        self._electron_version = ""
        self.electron_major = versions.NEWEST
        #: The window's `enable_remote_module`, None if it was opened without.
        self.remote_module: bool | None = None
        #: What main has said of where storage is.
        self.storage_places: dict[str, Any] = {}
        self._shows_sender_id = self._shows_sender_is_main_frame = False
        self._base = copy_context()
        self._streams = (ConsoleStream("info", self._console_line), ConsoleStream("error", self._console_line))
        sys.stdout, sys.stderr = self._streams
        warnings.formatwarning = warning_text
        names.resolve = self._resolve_name
        sys.breakpointhook = no_debugger
        tasks.on_unhandled = self.uncaught_in_promise
        loop.set_exception_handler(self._loop_failed)
        loop.add_reader(sock, self._readable)

    # --- the link ------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Send lines that have no end yet: something else follows them."""
        for stream in self._streams:
            stream.finish()

    def _readable(self) -> None:
        self._link.receive()
        self._work()

    def _arrived(self, frame: ToRenderer, buffers: list[bytes]) -> None:
        self._queue.append((frame, buffers))

    def _work(self) -> None:
        try:
            while self._queue:
                frame, buffers = self._queue.popleft()
                self._worked_off += 1
                context = self._base.copy()
                context.run(self._handle, frame, buffers)
                if isinstance(frame, ANSWERS):
                    break  # as in Electron, who awaited this answer goes on before the next message is heard
        finally:
            if self._queue:
                self.loop.call_soon(self._work, context=self._base)

    def about_to_sleep(self) -> None:
        """The loop has nothing left to run: acknowledge all frames worked off so far."""
        if self._worked_off > self._acknowledged or self._handled:
            self._acknowledged = self._worked_off
            handled, self._handled = self._handled, []
            self.write(Idle(0, self._worked_off, handled))

    def expects_answer(self) -> bool:
        return bool(self._calls)

    # --- frames from main ----------------------------------------------------------------------------------------

    def _handle(self, frame: ToRenderer, buffers: list[bytes]) -> None:
        activity.current.set(frame.activity)
        if isinstance(frame, ANSWERS):
            self._answer(frame, buffers)
        elif isinstance(frame, Deliver):
            self._deliver(frame, buffers)
        elif isinstance(frame, Run):
            self._start_task(frame.operation, self._execute(frame))
        elif isinstance(frame, Navigate):
            self._start_task(frame.operation, self._navigate(frame))
        elif isinstance(frame, TakeBack):
            if (taken := self._scopes.pop(frame.cell, None)) is not None:
                taken.close()
        elif isinstance(frame, WaitForTimers):
            if self.page.timers.pending_of(frame.activity):
                self._timer_waits.append((frame.operation, frame.activity))
            else:
                self.write(Done(frame.activity, frame.operation, b"", None))
        elif isinstance(frame, LookUp):
            self._look_up(frame)
        elif isinstance(frame, Leave):
            stays = self.page.fire_unload(frame.event)
            self.flush()
            self.write(Done(frame.activity, frame.operation, b"stays" if stays else b"", None))
        elif isinstance(frame, StorageEvent):
            heard = self.page.storage.arrived(frame, buffers)
            self._handled.append(Handled(frame.number, time.monotonic(), heard))
        elif isinstance(frame, RunCallback):
            self._run_callback(frame, buffers)
        elif isinstance(frame, DropCallback):
            if self.page.remote is not None:
                self.page.remote.drop(frame)
        else:
            self._begin(frame)

    def _begin(self, frame: Start) -> None:
        if frame.version != VERSION:
            raise ProtocolError(f"main speaks version {frame.version}, this renderer {VERSION}")
        self.label = f"renderer {frame.contents_id}"
        self._electron_version = frame.electron_version
        self.electron_major = versions.major(frame.electron_version)
        self.remote_module = frame.remote_module
        self._shows_sender_id = versions.shows_sender_id(self.electron_major)
        self._shows_sender_is_main_frame = versions.shows_sender_is_main_frame(self.electron_major)
        sys.path[:] = frame.sys_path
        if os.path.isdir(frame.cwd):
            os.chdir(frame.cwd)
        self.page = Page(self, frame, frame.electron_version)

    def _look_up(self, frame: LookUp) -> None:
        self._worked_off -= 1  # it does not count
        is_preload.set(frame.world != "main")
        found: list[tuple[str, str]] = []
        if time.monotonic() < frame.until:
            # A renderer that nobody types in does without it.
            from ipclab.renderer import lookup

            found = lookup.answer(frame, self.page.world(frame.world))
        self.write(Found(0, frame.request, found))

    def _start_task(self, operation: int, coroutine: Any) -> None:
        current_operation.set(operation)
        ended, task = tasks.run(coroutine)
        if not ended:
            self._runs[operation] = task
            task.add_done_callback(lambda _: self._runs.pop(operation, None))

    def _answer(self, frame: Reply | Failure, buffers: list[bytes]) -> None:
        channel, promise = self._calls.pop(frame.call, ("", None))
        if promise is not None and not promise.done():
            if isinstance(frame, Failure):
                promise.set_exception(remote_error(channel, frame.error))
            elif isinstance(frame, RemoteReply) and self.page.remote is not None:
                self.page.remote.settle(promise, frame, clone.decode(frame.payload, buffers))
            else:
                promise.set_result(clone.decode(frame.payload, buffers))
        elif isinstance(frame, RemoteReply) and self.page.remote is not None:
            self.page.remote.discard(frame)
        self._handled.append(Handled(frame.number, time.monotonic(), True))

    def _deliver(self, frame: Deliver, buffers: list[bytes]) -> None:
        ipc_renderer = self.page.ipc_renderer
        is_preload.set(True)  # only a preload's code (or a page with its rights) can have registered a listener
        heard = ipc_renderer.listener_count(frame.channel) > 0
        try:
            if heard or frame.channel == "error":
                args: Any = clone.decode(frame.payload, buffers)
                event = IpcRendererEvent(ipc_renderer, frame.sender_id if self._shows_sender_id else None)
                if self._shows_sender_is_main_frame:
                    event.sender_is_main_frame = frame.sender_id != 0
                ipc_renderer.emit(frame.channel, event, *args)
        except SystemExit:
            raise
        except BaseException as error:
            self.uncaught(error)
        finally:
            self._handled.append(Handled(frame.number, time.monotonic(), heard))

    def _run_callback(self, frame: RunCallback, buffers: list[bytes]) -> None:
        is_preload.set(True)  # as for `_deliver`
        ran = False
        try:
            ran = self.page.remote is not None and self.page.remote.fire(frame, buffers)
        except SystemExit:
            raise
        except BaseException as error:
            ran = True
            self.uncaught(error)
        finally:
            self._handled.append(Handled(frame.number, time.monotonic(), ran))
        if not ran:
            self.write(NoCallback(frame.activity, frame.context, frame.callback))

    async def _execute(self, frame: Run) -> None:
        if frame.cell is not None:
            scope.current.set(self._scopes.setdefault(frame.cell, scope.Scope()))
        page = self.page
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
        self.flush()
        self.write(answer, buffers)

    def _cancelled(self, frame: Run, page: Page, error: BaseException) -> Raised:
        if page is not self.page:
            text = "the page went away before this code had ended: its window loaded another page"
            return Raised(frame.activity, frame.operation, "Error", text, f"Error: {text}\n")
        name, message, trace = describe(error)
        if error.args == ("interrupted",):
            interrupt = KeyboardInterrupt().with_traceback(error.__traceback__)
            return Raised(frame.activity, frame.operation, *describe(interrupt))
        return Raised(frame.activity, frame.operation, name, message, trace)

    async def _navigate(self, frame: Navigate) -> None:
        self._leave_page()
        self.page = page = Page(self, frame, self._electron_version)
        if frame.preload is not None:
            is_preload.set(True)
            error = await self._run_script(page, frame.preload.source, frame.preload.name, page.isolated.names)
            if error is not None:
                told = describe(error)
                self.console.error(f"Unable to load preload script: {frame.preload.name}\n{told[2].rstrip()}")
                self.write(PreloadError(frame.activity, frame.preload.name, *told))
            is_preload.set(False)
        for level, text in frame.notes:
            self._console_line(level, text, 0, frame.url)
        for script in frame.scripts:
            error = await self._run_script(page, script.source, script.name, page.main.names)
            if error is not None:
                self.uncaught(error)
        self.flush()
        self.write(DomReady(frame.activity, frame.operation))
        self.write(Done(frame.activity, frame.operation, b"", None))

    async def _run_script(self, page: Page, source: str, name: str, names: dict[str, Any]) -> BaseException | None:
        """Run a script of a page; return what ended it, be it an interrupt: the page loads on."""
        try:
            await run_source(source, name, names)
        except asyncio.CancelledError as error:
            if page is not self.page:
                raise  # another page took its place
            return error
        except SystemExit:
            raise
        except BaseException as error:
            return error
        return None

    def _leave_page(self) -> None:
        self.page.fire_unload("unload")
        self.page.release()
        for _, promise in self._calls.values():
            # A page's promises vanish with it: main's handler still runs, its answer finds nobody.
            if promise is not None:
                promise.cancel()
        self._calls.clear()
        self._scopes.clear()
        here = asyncio.current_task(self.loop)
        for task in asyncio.all_tasks(self.loop):
            if task is not here:
                task.cancel("the page went away")

    # --- what the page's code uses -------------------------------------------------------------------------------

    def _resolve_name(self, name: str) -> Any:
        """What `from ipclab import <name>` gives in a module that the page's code imports."""
        if name.startswith("__"):
            raise AttributeError(name)
        world = self.page.isolated if is_preload.get() else self.page.main
        return world.module().find(name)

    def new_call(self, channel: str, promise: Promise | None) -> int:
        self._last_call += 1
        self._calls[self._last_call] = (channel, promise)
        return self._last_call

    def expect(self, call: int, channel: str, promise: Promise) -> None:
        """Settle `promise` with the next answer to a call that has been answered once."""
        self._calls[call] = (channel, promise)

    def wait_for(self, call: int) -> Any:
        """Block until main answers `call`, and return the value; other frames wait their turn.

        A `RemoteReply` comes with its value.
        """
        seen = 0
        try:
            while True:
                while seen < len(self._queue):
                    frame, buffers = self._queue[seen]
                    if isinstance(frame, ANSWERS) and frame.call == call:
                        del self._queue[seen]
                        return self._sync_answer(frame, buffers)
                    seen += 1
                self._link.wait()
                self._link.receive()
        except KeyboardInterrupt:
            self._calls.pop(call, None)
            self.write(protocol.GaveUp(activity.current.get(), call))
            raise
        finally:
            if self._queue:
                self.loop.call_soon(self._work, context=self._base)

    def _sync_answer(self, frame: Reply | Failure, buffers: list[bytes]) -> Any:
        self._worked_off += 1
        channel, _ = self._calls.pop(frame.call)
        self._handled.append(Handled(frame.number, time.monotonic(), True))
        if isinstance(frame, Failure):
            raise remote_error(channel, frame.error)
        value = clone.decode(frame.payload, buffers)
        return (frame, value) if isinstance(frame, RemoteReply) else value

    def timers_changed(self) -> None:
        """Answer those who wait for an activity's timers, if none is left."""
        for wait in list(self._timer_waits):
            operation, number = wait
            if not self.page.timers.pending_of(number):
                self._timer_waits.remove(wait)
                self.write(Done(number, operation, b"waited", None))

    def _stop_waiting(self) -> None:
        self.loop.call_soon_threadsafe(self._cancel_runs)

    def _cancel_runs(self) -> None:
        for task in list(self._runs.values()):
            task.cancel("interrupted")

    # --- console and failures ------------------------------------------------------------------------------------

    def _console_line(self, level: str, text: str, line: int, source: str) -> None:
        self.write(protocol.Console(activity.current.get(), level, text, line, source))

    def uncaught(self, error: BaseException) -> None:
        """An exception that nobody caught ends the code that raised it, and nothing else."""
        self.console.error("Uncaught " + uncaught_text(error))

    def uncaught_in_promise(self, error: BaseException) -> None:
        self.console.error("Uncaught (in promise) " + uncaught_text(error))

    def _loop_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, KeyboardInterrupt | SystemExit) or error is None:
            return  # a task destroyed with its page
        if context.get("future") is not None or context.get("task") is not None:
            self.uncaught_in_promise(error)
        else:
            self.uncaught(error)
