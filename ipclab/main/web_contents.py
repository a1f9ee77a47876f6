"""Web contents: what a window shows, and the renderer process that shows it."""

from __future__ import annotations

import asyncio
import os
import sys
import weakref
from typing import Any

from ipclab import activity, clone, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import (
    DataCloneError,
    Error,
    ProtocolError,
    RendererError,
    RenderProcessGone,
)
from ipclab.link import MAX_QUEUED
from ipclab.main import console, deadlock, dispatch, listening, registry, spare
from ipclab.main import traffic as traffic_module
from ipclab.main.details import ConsoleMessage, RenderProcessGoneDetails
from ipclab.main.events import Event
from ipclab.main.host import RendererHost
from ipclab.main.ipc_main import IpcMain
from ipclab.main.load import Load
from ipclab.main.loading import Loading
from ipclab.main.pages import from_file, from_url
from ipclab.main.preferences import WebPreferences
from ipclab.main.traffic import trace, traffic
from ipclab.main.web_frame import WebFrameMain
from ipclab.protocol import (
    VERSION,
    Console,
    Deliver,
    DomReady,
    Invoke,
    PreloadError,
    Refused,
    Run,
    Send,
    SendSync,
    Start,
    TakeBack,
    ToMain,
    WaitForTimers,
)

MAIN_WORLD = "main"
ISOLATED_WORLD = "isolated"


class WebContents(EventEmitter):
    """What a window shows (Electron's `webContents`). `id` counts from 1, apart from the windows' ids."""

    __clonable__ = False

    def __init__(self, preferences: WebPreferences, owner: Any) -> None:
        super().__init__()
        self.id = registry.next_contents_id()
        self.label = f"renderer {self.id}"
        self.electron_version = preferences.version
        self.own_ipc = IpcMain("web_contents.ipc")
        self.main_frame = WebFrameMain(self)
        self.preferences = preferences
        self.loop = asyncio.get_running_loop()
        self._owner = weakref.ref(owner)
        self._destroyed = False
        self._crashed = False
        self._gone_text = ""
        self._dev_tools = False
        self._loading = Loading(self)
        self.host = self._start_process()
        registry.contents[self.id] = self

    @property
    def ipc(self) -> IpcMain:
        """An `ipc_main` for the messages of these contents only. AttributeError before Electron 22."""
        versions.check_scoped_ipc(self.electron_version, "web_contents.ipc")
        return self.own_ipc

    # --- the process ---------------------------------------------------------------------------------------------

    def _start_process(self) -> RendererHost:
        preferences = self.preferences
        start = Start(
            activity.current.get(),
            VERSION,
            self.id,
            preferences.electron_version,
            preferences.context_isolation,
            preferences.node_integration,
            preferences.sandbox,
            [path for path in sys.path if isinstance(path, str)],
            _working_directory(),
        )
        link = spare.take()
        try:
            host = RendererHost(self.id, link, self.loop, self._arrived, self._gone)
            host.send(start)
        except BaseException:
            link.close()
            raise
        self._crashed = False
        return host

    def living_host(self) -> RendererHost:
        """Return the renderer process, a new one if it has crashed."""
        if self._crashed:
            self.host = self._start_process()
        return self.host

    def get_os_process_id(self) -> int:
        """Return the operating system's pid of the renderer process; 0 if it has crashed."""
        self._check()
        return 0 if self._crashed else self.host.link.pid

    def is_crashed(self) -> bool:
        """Whether the renderer process has died; `reload()` starts a new one."""
        return self._crashed

    def is_destroyed(self) -> bool:
        """Whether the contents are gone for good."""
        return self._destroyed

    def forcefully_crash_renderer(self) -> None:
        """Kill the renderer process; `render-process-gone` follows."""
        self._check()
        if not self._crashed:
            self.host.ask(f"the end of {self.label}", None)  # answered by its death: the cell waits for it
            self.host.link.kill()

    def _gone(self, reason: str, code: int) -> None:
        # No frame tells whose doing it was; the newest cell is the one whose reader should see it.
        activity.run(activity.last(), self._process_gone, reason, code)

    def _process_gone(self, reason: str, code: int) -> None:
        self._crashed = True
        self._gone_text = f"{self.label} is gone ({reason}, exit code {code})"
        self._loading.renderer_gone()
        details = RenderProcessGoneDetails(reason, code)
        console.write(f"{self.label} is gone: {reason} (exit code {code})", error=True)
        self.announce("render-process-gone", Event(), details)
        from ipclab.main.app import app

        listening.announce(app, "render-process-gone", Event(), self, details)

    def _check(self) -> None:
        if self._destroyed:
            raise TypeError("Object has been destroyed")

    def destroy_now(self) -> None:
        """End the process and everything that waits for it (the window is gone)."""
        if self._destroyed:
            return
        # What the renderer had said already is not delivered any more, but it is not lost silently either.
        self._destroyed = True
        registry.contents.pop(self.id, None)
        self._loading.renderer_gone()
        self.host.close(RenderProcessGone(f"{self.label} is gone: its window was closed"))
        self.announce("destroyed")

    # --- messages to the renderer --------------------------------------------------------------------------------

    def send(self, channel: str, *args: object) -> None:
        """Send `args` to the page's `ipc_renderer` listeners on `channel`. There is no receipt.

        From Electron 16 on, what goes wrong (values that cannot be cloned, a crashed renderer) is logged, not
        raised. TypeError if the channel is no string, or the contents are destroyed.
        """
        if not isinstance(channel, str):
            text = "Missing required channel argument"
            raise TypeError(text) if self.electron_version >= 27 else Error(text)
        number = activity.current.get()
        try:
            payload, buffers = clone.encode(args)
        except DataCloneError as error:
            texts = [clone.preview(arg) for arg in args]
            trace.add_refused(
                "send", "main", self.label, channel, texts, sent_at=traffic.now(), error=str(error), activity=number
            )
            if not versions.send_swallows_errors(self.electron_version):
                raise
            where = str(error).partition("\n")[2]
            console.write(
                f"Error sending from webFrameMain:  Error: Failed to serialize arguments\n    {where}", error=True
            )
            return
        message = trace.add(
            "send",
            "main",
            self.label,
            channel,
            payload,
            buffers,
            sent_at=traffic.now(),
            activity=number,
        )
        if self._destroyed or self._crashed:
            self._cannot_send(message.number)
            return
        if not self.host.link.has_room(message.size):
            trace.mark(message.number, "lost", traffic.now(), "the renderer does not read")
            raise Error(
                f"{self.label} does not read: {MAX_QUEUED >> 20} MiB wait for it already. Send less at a time, "
                f"or wait for an answer before you send more"
            )
        self.host.send(Deliver(number, message.number, channel, payload, 0), buffers, message.number)

    def _cannot_send(self, number: int) -> None:
        trace.mark(number, "lost", traffic.now())
        self._check()
        text = "Error: Render frame was disposed before WebFrameMain could be accessed"
        if not versions.send_swallows_errors(self.electron_version):
            raise Error(text.removeprefix("Error: "))
        console.write(f"Error sending from webFrameMain:  {text}", error=True)

    # --- code in the renderer ------------------------------------------------------------------------------------

    async def execute(self, source: str) -> Any:
        """Run Python `source` in the page's main world (Electron's `executeJavaScript`); return its result.

        Waits for a load under way. The result is the last statement's value if that is an expression, awaited if it
        can be. Raises RendererError (also catchable as the builtin class of that name) with what the code raised,
        DataCloneError if the result cannot be cloned, RenderProcessGone if the process died.
        """
        if not isinstance(source, str):
            raise TypeError(f"execute takes source text, not {type(source).__name__}")
        try:
            frame, buffers = await self.run(source, MAIN_WORLD, "<execute>", f"code in {self.label}")
        except RendererError as error:
            if error.name == "DataCloneError":
                raise DataCloneError.from_text(error.message) from None
            raise
        return clone.decode(frame.payload, buffers)

    async def run(
        self, source: str, world: str, name: str, what: str, *, cell: str | None = None, display: bool = False
    ) -> Any:
        """Run `source` in a world and return the frame and buffers of its end; used by `execute` and notebooks."""
        while self._loading.current is not None:
            await self._loading.current.over()
        self._check()
        if self._crashed:
            raise RenderProcessGone(self._gone_text)
        with deadlock.waiting(self.id):
            this = activity.current.get()
            _, future = self.host.ask(
                what,
                lambda number: Run(this, number, world, source, name, cell, display),
                lambda number: Run(this, number, world, "", name, None, False),
            )
            # Shielded: the code runs on when nobody waits for it any more, and is open until it has ended.
            return await asyncio.shield(future)

    def is_busy(self) -> bool:
        """Whether the renderer has something to do that main waits for."""
        return not self._destroyed and not self._crashed and self.host.is_busy()

    def interrupt(self) -> None:
        """Stop the code that runs in the renderer; the process lives on."""
        if not self._destroyed and not self._crashed:
            self.host.interrupt()

    def take_back(self, cell: str) -> None:
        """Undo what a notebook cell registered in this renderer."""
        if not self._destroyed and not self._crashed:
            self.host.send(TakeBack(activity.current.get(), cell))

    def wait_for_timers(self, number: int) -> asyncio.Future[Any] | None:
        """Return a future that is done once the activity has no timers in this renderer; None without a renderer."""
        if self._destroyed or self._crashed:
            return None
        what = f"timers in {self.label}"
        return self.host.ask(what, lambda operation: WaitForTimers(number, operation))[1]

    # --- loads ---------------------------------------------------------------------------------------------------

    def load_file(self, path: str) -> Load:
        """Start loading a page (`.html`) or script (`.py`); awaitable until did-finish-load. LoadError on failure."""
        self._check()
        if not isinstance(path, str):
            raise TypeError("Must pass filePath as a string")
        return self._loading.start(path, lambda: from_file(path))

    def load_url(self, url: str) -> Load:
        """Start loading a URL; awaitable until did-finish-load, LoadError on failure."""
        self._check()
        if not isinstance(url, str):
            raise TypeError("Must pass url as a string")
        return self._loading.start(url, lambda: from_url(url))

    def reload(self) -> Load:
        """Load the current page again; after a crash in a new process."""
        self._check()
        return self._loading.again()

    def shows(self, name: str) -> bool:
        """Whether the page kept under `name` (or loaded from that file) is shown."""
        return self._loading.asked_for == name

    def preloads(self, name: str) -> bool:
        """Whether a page was loaded with the preload `name`."""
        return self.preferences.preload == name and self._loading.find is not None

    def is_loading(self) -> bool:
        """Whether a load is under way."""
        self._check()
        return self._loading.current is not None

    def get_url(self) -> str:
        """Return the current page's URL; '' before any load."""
        self._check()
        return self._loading.page.url if self._loading.find is not None else ""

    def get_title(self) -> str:
        """Return the page's title, or its URL if it has none."""
        return self._loading.page.title or self.get_url()

    def title_updated(self, title: str) -> None:
        """The page has a title of its own."""
        if (window := self._owner()) is not None:
            window._page_title_updated(title)

    def open_dev_tools(self) -> None:
        """Open the developer tools; the renderer's console is shown under the cells either way."""
        self._check()
        if not self._dev_tools:
            self._dev_tools = True
            self.announce("devtools-opened")

    def is_dev_tools_opened(self) -> bool:
        """Whether `open_dev_tools` was called."""
        return self._dev_tools

    # --- what arrives --------------------------------------------------------------------------------------------

    def _arrived(self, frame: ToMain, buffers: list[bytes]) -> None:
        # Threads of a renderer belong to no activity: what they say belongs under the newest cell.
        frame.activity = frame.activity or activity.last()
        activity.run(frame.activity, self._take, frame, buffers)

    def _take(self, frame: ToMain, buffers: list[bytes]) -> None:
        if isinstance(frame, Console):
            self._console_message(frame)
        elif self._destroyed:
            dispatch.on_lost(self, frame, buffers)
        elif isinstance(frame, Send):
            dispatch.on_send(self, frame, buffers)
        elif isinstance(frame, Invoke):
            dispatch.on_invoke(self, self.host, frame, buffers)
        elif isinstance(frame, SendSync):
            dispatch.on_send_sync(self, self.host, frame, buffers)
        elif isinstance(frame, Refused):
            dispatch.on_refused(self, frame)
        elif isinstance(frame, DomReady):
            if self._loading.is_under_way(frame.operation):
                self.announce("dom-ready")
        elif isinstance(frame, PreloadError):
            self.announce("preload-error", Event(), frame.path, Error(frame.message))
        else:
            raise ProtocolError(f"{type(frame).__name__} is not for web contents")

    def _console_message(self, frame: Console) -> None:
        console.write_labelled(self.label, frame.level, frame.text)
        if not self.listener_count("console-message"):
            return
        details = ConsoleMessage(frame.text, frame.level, frame.line, frame.source)
        if versions.console_message_has_details(self.electron_version):
            self.announce("console-message", details)
        else:
            level = {"debug": 0, "info": 1, "warning": 2, "error": 3}.get(frame.level, 1)
            self.announce("console-message", Event(), level, frame.text, frame.line, frame.source)

    def announce(self, name: str, *args: object) -> None:
        """Emit with an event object first; a listener that raises ends here, not in the code that caused it."""
        if not args or not isinstance(args[0], Event | ConsoleMessage):
            args = (Event(), *args)
        listening.announce(self, name, *args)

    def __repr__(self) -> str:
        state = " destroyed" if self._destroyed else " crashed" if self._crashed else ""
        return f"<WebContents {self.id}{state}>"


def _working_directory() -> str:
    """Return the program's working directory, '' if it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _timer_waits(number: int) -> list[asyncio.Future[Any]]:
    waits = [contents.wait_for_timers(number) for contents in registry.contents.values()]
    return [wait for wait in waits if wait is not None]


traffic_module.timer_waits = _timer_waits
