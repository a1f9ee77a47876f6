"""`app`: the application's life, its dial, and starting all over."""

from __future__ import annotations

import asyncio
import os
import types
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING

from ipclab import tasks, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import Error
from ipclab.main import audience, console, decorations, dispatch, listening, registry, showing, spare, storage_folder
from ipclab.main.events import Event
from ipclab.main.ipc_main import ipc_main
from ipclab.main.lockstep import lockstep
from ipclab.main.traffic import trace, traffic
from ipclab.process_info import Process

if TYPE_CHECKING:
    from ipclab.main.metrics import Metrics, ProcessMetric
    from ipclab.measuring import ProcessMemoryInfo


def _memory_of(pid: int) -> ProcessMemoryInfo:
    from ipclab import measuring

    return measuring.memory_of(pid)


async def _memory_info() -> ProcessMemoryInfo:
    return _memory_of(os.getpid())


process = Process("browser", versions.DEFAULT, _memory_info)
dispatch.internal_handlers["BROWSER_GET_PROCESS_MEMORY_INFO"] = lambda event: _memory_of(
    event.sender.get_os_process_id()
)

#: Whether a warm renderer is made ready ahead of the first window (notebooks do).
prepares_spare = False

#: Electron's `global` of the main process: a namespace for what the whole app shares.
global_ = types.SimpleNamespace()


class App(EventEmitter):
    """The application (Electron's `app`). Ready as soon as it is used while an event loop runs.

    `quit` and `exit` follow Electron's events but never end the notebook's kernel or the host program.
    """

    __clonable__ = False

    def __init__(self) -> None:
        super().__init__()
        self.name = "ipclab"
        self._ready = False
        self._quitting = False
        self._has_quit = False
        self._refused = False
        self._staying = 0
        self._metrics: Metrics | None = None
        self._listen()

    def _listen(self) -> None:
        # Not the running cell's: it is not taken back when the cell runs again.
        Context().run(self.on, "window-all-closed", self._quit_by_default)

    # --- readiness -----------------------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """Whether windows can be opened."""
        self._become_ready()
        return self._ready

    async def when_ready(self) -> None:
        """Wait until the app is ready; returns at once if it is."""
        self._become_ready()

    def _become_ready(self) -> None:
        if self._ready:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._ready = True
        # After the code that is running: what it registers on `ready` must still hear it.
        loop.call_soon(self._emit, "ready")

    def _about_to_open_a_window(self) -> None:
        if self._has_quit:
            raise Error("the app has quit: no window can be opened. `await ipclab.restart()` starts a new one")
        self._become_ready()

    # --- the dial ------------------------------------------------------------------------------------------------

    @property
    def electron_version(self) -> str:
        """The Electron version simulated, such as ``'43'``; windows opened from now on obey it.

        Takes 9, '9' or '9.4.4' up to '43'; ValueError outside.
        """
        return versions.dialled

    @electron_version.setter
    def electron_version(self, version: str | int) -> None:
        versions.major(version)
        versions.dialled = process.versions["electron"] = str(version).strip()

    def get_path(self, name: str) -> str:
        """Return a special folder: home, app_data, user_data, temp, desktop, documents, downloads, exe.

        Electron's names in snake_case; `Error` for others. Nothing is created.
        """
        from ipclab.main import paths

        return paths.get_path(name, self.name)

    def get_version(self) -> str:
        """Return the version of the app, which is ipclab's."""
        from ipclab import __version__

        return __version__

    def get_app_metrics(self) -> list[ProcessMetric]:
        """Return what each process costs, main's (`Browser`) first, then those of the windows (`Tab`).

        Memory is in kilobytes, CPU use in percent of all processors since the call before (0 in the first). What the
        system does not tell is 0.
        """
        from ipclab.main.metrics import Metrics

        if self._metrics is None:
            self._metrics = Metrics()
        renderers = [contents for contents in registry.contents.values() if not contents.is_crashed()]
        kinds = {contents.get_os_process_id(): "Tab" for contents in renderers}
        return self._metrics.measure({os.getpid(): "Browser"} | kinds)

    # --- the end -------------------------------------------------------------------------------------------------

    def quit(self) -> None:
        """Close all windows and quit: `before-quit`, each window's `close` and `closed`, `will-quit`, `quit`.

        A window or a page that refuses to close, or a listener that prevents `before-quit` or `will-quit`, ends the
        attempt. Windows whose pages have listeners of `beforeunload` or `unload` close later, and the app quits then.
        """
        if self._quitting or self._has_quit:
            return
        self._quitting = True
        self._refused = False
        try:
            self._ask_everybody()
        except BaseException:  # the cell was interrupted in a listener
            self._quitting = False
            raise

    def _ask_everybody(self) -> None:
        event = Event()
        self._emit("before-quit", event)
        if event.default_prevented:
            self._quitting = False
            return
        for window in list(registry.windows.values()):
            if not window.is_destroyed():
                window.close()
        if self._refused:
            self._quitting = False
        else:
            self._quit_if_empty()

    def _quit_if_empty(self) -> None:
        """Go on quitting once no window is left; one may still be inside its `close` event."""
        if not self._quitting or registry.windows:
            return
        event = Event()
        try:
            self._emit("will-quit", event)
        finally:
            self._quitting = False
        if not event.default_prevented:
            self._end(0)

    def exit(self, code: int = 0) -> None:
        """Destroy all windows without asking and quit with `code`; only `quit` is emitted."""
        if self._has_quit:
            return
        _destroy_all_windows()
        self._quitting = False
        self._end(code)

    def _end(self, code: int) -> None:
        self._has_quit = True
        spare.dismiss()
        self._emit("quit", Event(), code)

    def _quit_refused(self) -> None:
        self._refused = True
        self._quitting = False

    def _window_closed(self) -> None:
        if registry.windows or self._has_quit or self._staying:
            return
        if self._quitting:
            self._quit_if_empty()
            return
        self._emit("window-all-closed")

    def _quit_by_default(self, _: Event) -> None:
        # As in Electron: anybody else who listens decides instead, and who removes all listeners removes this one.
        if self.listener_count("window-all-closed") == 1:
            self.quit()

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Close windows without the app quitting over it."""
        self._staying += 1
        try:
            yield
        finally:
            self._staying -= 1

    def _emit(self, name: str, *args: object) -> None:
        listening.announce(self, name, *(args or (Event(),)))

    def _restart(self) -> None:
        self.remove_all_listeners()
        self._listen()
        self.set_max_listeners(self.default_max_listeners)
        self.electron_version = versions.DEFAULT
        self._quitting = self._has_quit = self._refused = False
        self._metrics = process._before = None
        self._ready = False
        self._become_ready()

    def __repr__(self) -> str:
        return "<app>"


app = App()
tasks.on_unhandled = console.unhandled_rejection
tasks.on_exit = lambda request: app.exit(exit_status(request))


def exit_status(request: SystemExit) -> int:
    """Return what `sys.exit` was given as an exit code (a text is printed and counts as 1)."""
    if request.code is None or isinstance(request.code, int):
        return request.code or 0
    console.write(str(request.code), error=True)
    return 1


def _destroy_all_windows() -> None:
    with app.staying():
        while registry.windows:
            next(iter(registry.windows.values())).destroy()


async def restart() -> None:
    """Start all over: close all windows unasked, remove all listeners and handlers, and reset everything else.

    The dial, `global_`, the trace and all numbering begin afresh; module objects such as `app` stay the same.
    """
    _destroy_all_windows()
    storage_folder.restart()
    lockstep.restart()
    app._restart()
    ipc_main._restart()
    global_.__dict__.clear()
    registry.restart()
    showing.restart()
    decorations.restart()
    if not prepares_spare:
        spare.dismiss()
    await dispatch.end_life()
    traffic.restart()
    audience.forget()
    trace.restart()
    console.said.clear()
    if prepares_spare:
        spare.prepare()
