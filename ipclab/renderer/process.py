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
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone, names, protocol, tasks, versions
from ipclab.errors import ProtocolError
from ipclab.protocol import (
    VERSION,
    Deliver,
    Done,
    DropCallback,
    Failure,
    Found,
    Handled,
    Idle,
    Input,
    Leave,
    LookUp,
    Navigate,
    NoCallback,
    Ping,
    Pong,
    RemoteReply,
    Reply,
    Run,
    RunCallback,
    Start,
    StorageEvent,
    TakeBack,
    ToRenderer,
    WaitForTimers,
    WatchDocument,
)
from ipclab.renderer.console import Console, ConsoleStream
from ipclab.renderer.ipc_renderer import IpcRendererEvent, Promise, remote_error
from ipclab.renderer.link import RendererLink
from ipclab.renderer.page import Page
from ipclab.renderer.run import uncaught_text, warning_text
from ipclab.renderer.running import Running
from ipclab.renderer.worlds import is_preload

if TYPE_CHECKING:
    from ipclab.renderer.showing import Showing

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
        self.console = Console(self.console_line)
        self._link = RendererLink(sock, self._arrived, self.flush, self._stop_waiting)
        self.write = self._link.write
        self.write_beside = self._link.write_beside
        self.main_reads = self._link.has_room
        self.interrupt = self._link.interrupt
        self._queue: deque[Arrived] = deque()
        self._worked_off = 0
        self._acknowledged = 0
        self._handled: list[Handled] = []
        self._last_call = 0
        self._calls: dict[int, tuple[str, Promise | None]] = {}
        self._running = Running(self)
        #: Tells of the page's tree; None until main asks for it.
        self._showing: Showing | None = None
        self._timer_waits: list[tuple[int, int]] = []
        self._electron_version = ""
        self.electron_major = versions.NEWEST
        #: The window's `enable_remote_module`, None if it was opened without.
        self.remote_module: bool | None = None
        #: What main has said of where storage is.
        self.storage_places: dict[str, Any] = {}
        self._shows_sender_id = self._shows_sender_is_main_frame = False
        self._base = copy_context()
        self._streams = (ConsoleStream("info", self.console_line), ConsoleStream("error", self.console_line))
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
        if self._showing is not None:
            self._showing.flush()
        if self._worked_off > self._acknowledged or self._handled:
            self._acknowledged = self._worked_off
            handled, self._handled = self._handled, []
            self.write(Idle(0, self._worked_off, handled))

    def expects_answer(self) -> bool:
        return bool(self._calls)

    def has_begun(self) -> bool:
        """Whether there is a page: what is outside of all order may come before the `Start`."""
        return hasattr(self, "page")

    # --- frames from main ----------------------------------------------------------------------------------------

    def _handle(self, frame: ToRenderer, buffers: list[bytes]) -> None:
        activity.current.set(frame.activity)
        if isinstance(frame, ANSWERS):
            self._answer(frame, buffers)
        elif isinstance(frame, Deliver):
            self._deliver(frame, buffers)
        elif isinstance(frame, Run):
            self._running.execute(frame)
        elif isinstance(frame, Navigate):
            self._running.navigate(frame)
        elif isinstance(frame, TakeBack):
            self._running.take_back(frame.cell)
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
        elif isinstance(frame, Input):
            self.page.document.take_input(frame)
        elif isinstance(frame, Ping):
            self._worked_off -= 1  # it does not count
            self.write_beside(Pong(0, frame.number))
        elif isinstance(frame, WatchDocument):
            self._watch(frame)
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
        if self._showing is not None:
            self._showing.page_replaced()

    def _watch(self, frame: WatchDocument) -> None:
        self._worked_off -= 1  # it does not count
        if self._showing is None:
            from ipclab.renderer.showing import Showing  # most pages are shown nowhere

            self._showing = Showing(self)
        self._showing.watch(frame.begins)

    def _look_up(self, frame: LookUp) -> None:
        self._worked_off -= 1  # it does not count
        is_preload.set(frame.world != "main")
        found: list[tuple[str, str]] = []
        if time.monotonic() < frame.until:
            # A renderer that nobody types in does without it.
            from ipclab.renderer import lookup

            found = lookup.answer(frame, self.page.world(frame.world))
        self.write(Found(0, frame.request, found))

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

    def replace_page(self, frame: Navigate) -> Page:
        """Leave the page, and return the one that takes its place."""
        self._leave_page()
        self.page = Page(self, frame, self._electron_version)
        if self._showing is not None:
            self._showing.page_replaced()
        return self.page

    def _leave_page(self) -> None:
        self.page.fire_unload("unload")
        self.page.release()
        for _, promise in self._calls.values():
            # A page's promises vanish with it: main's handler still runs, its answer finds nobody.
            if promise is not None:
                promise.cancel()
        self._calls.clear()
        self._running.forget_cells()
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
        if self._showing is not None:
            self._showing.flush()
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
        self.loop.call_soon_threadsafe(self._running.interrupt)

    # --- console and failures ------------------------------------------------------------------------------------

    def console_line(self, level: str, text: str, line: int, source: str) -> None:
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
