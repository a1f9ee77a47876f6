"""Web contents: what a window shows, and the renderer process that shows it."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import (
    DataCloneError,
    Error,
    ProtocolError,
    RendererError,
    RenderProcessGone,
)
from ipclab.main import arrivals, console, deadlock, listening, outbox, registry, showing, starting, storage_folder
from ipclab.main import traffic as traffic_module
from ipclab.main.details import ConsoleMessage, RenderProcessGoneDetails
from ipclab.main.events import Event
from ipclab.main.hanging import HangMonitor
from ipclab.main.host import RendererHost
from ipclab.main.ipc_main import IpcMainImpl
from ipclab.main.load import Load
from ipclab.main.loading import Loading
from ipclab.main.pages import from_file, from_url, is_url
from ipclab.main.preferences import WebPreferences
from ipclab.main.unloading import Unloading
from ipclab.main.web_frame import WebFrameMain
from ipclab.protocol import (
    Run,
    TakeBack,
    ToMain,
    WaitForTimers,
)

if TYPE_CHECKING:
    from ipclab.main.page_view import PageView
    from ipclab.main.pulse import Pulse
    from ipclab.main.remote_page import RemotePage

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
        self.own_ipc = IpcMainImpl("web_contents.ipc")
        self.main_frame = WebFrameMain(self)
        self.preferences = preferences
        self.loop = asyncio.get_running_loop()
        self.owner: Callable[[], Any] = weakref.ref(owner)
        self._destroyed = False
        self._crashed = False
        self._gone_text = ""
        self._dev_tools = False
        #: What the page uses of `remote`; None if nothing (yet).
        self.remote_page: RemotePage | None = None
        self.unloading = Unloading(self)
        self.loading = Loading(self)
        self.hang = HangMonitor(self)
        self.host = self._start_process()
        registry.contents[self.id] = self

    @property
    def ipc(self) -> IpcMainImpl:
        """An `ipc_main` for the messages of these contents only. AttributeError before Electron 22."""
        versions.check_scoped_ipc(self.electron_version, "web_contents.ipc")
        return self.own_ipc

    # --- the process ---------------------------------------------------------------------------------------------

    def _start_process(self) -> RendererHost:
        host = starting.start(self.id, self.preferences, self.loop, self._arrived, self._gone)
        self._crashed = False
        return host

    def living_host(self) -> RendererHost:
        """Return the renderer process, a new one if it has crashed."""
        if self._crashed:
            self.host = self._start_process()
            self.state_changed()
            if "page_view" in self.__dict__:
                self.page_view.process_started()
        return self.host

    def get_os_process_id(self) -> int:
        """Return the operating system's pid of the renderer process; 0 if it has crashed."""
        self.check()
        return 0 if self._crashed else self.host.link.pid

    def get_process_id(self) -> int:
        """Return Chromium's number of the renderer process, which `event.process_id` shows too."""
        self.check()
        return self.main_frame.process_id

    def is_crashed(self) -> bool:
        """Whether the renderer process has died; `reload()` starts a new one."""
        self.check()
        return self._crashed

    def is_destroyed(self) -> bool:
        """Whether the contents are gone for good."""
        return self._destroyed

    def forcefully_crash_renderer(self) -> None:
        """Kill the renderer process; `render-process-gone` follows."""
        self.check()
        if not self._crashed:
            self.host.ask(f"the end of {self.label}", None)  # answered by its death: the cell waits for it
            self.host.link.kill()

    def _gone(self, reason: str, code: int) -> None:
        # No frame tells whose doing it was; the newest cell is the one whose reader should see it.
        activity.run(activity.last(), self._process_gone, reason, code)

    def _process_gone(self, reason: str, code: int) -> None:
        self._crashed = True
        self._end_remote()
        self.unloading.page_listens(False)
        fault = f", {self.host.link.fault}" if self.host.link.fault else ""
        self._gone_text = f"{self.label} is gone ({reason}, exit code {code}{fault})"
        self.hang.stop()
        self.loading.renderer_gone()
        self.state_changed()
        details = RenderProcessGoneDetails(reason, code)
        console.write(f"{self.label} is gone: {reason} (exit code {code}{fault})", error=True)
        self.announce("render-process-gone", Event(), details)
        from ipclab.main.app import app

        listening.announce(app, "render-process-gone", Event(), self, details)

    def check(self) -> None:
        """TypeError if the contents are destroyed."""
        if self._destroyed:
            raise TypeError("Object has been destroyed")

    def close(self, *, wait_for_before_unload: bool = False) -> None:
        """Close the page and its window, whose `close` is not emitted.

        The page's `beforeunload` listeners are asked only with `wait_for_before_unload`, and may refuse then.
        """
        self.check()
        window = self.owner()
        if wait_for_before_unload:
            window._leave_page()
        else:
            self.unloading.unload(window.destroy)

    def destroy_now(self) -> None:
        """End the process and everything that waits for it (the window is gone)."""
        if self._destroyed:
            return
        # What the renderer had said already is not delivered any more, but it is not lost silently either.
        self._destroyed = True
        self._end_remote()
        registry.contents.pop(self.id, None)
        self.hang.stop()
        self.loading.give_up()
        self.host.close(RenderProcessGone(f"{self.label} is gone: its window was closed"))
        storage_folder.window_gone(self.id)
        if "page_view" in self.__dict__:
            self.page_view.end()
        self.state_changed()
        self.announce("destroyed")

    def _end_remote(self) -> None:
        """The process is gone: it holds none of main's objects any more."""
        if self.remote_page is not None:
            self.remote_page.end()
            self.remote_page = None

    # --- those who watch -----------------------------------------------------------------------------------------

    @cached_property
    def page_view(self) -> PageView:
        """The page's tree, to be shown."""
        from ipclab.main.page_view import PageView  # programs show no pages

        return PageView(self)

    @cached_property
    def pulse(self) -> Pulse:
        """How the process is: loading, ready, blocked, crashed or closed."""
        from ipclab.main.pulse import Pulse

        return Pulse(self)

    def state_changed(self) -> None:
        """Something has become of the process or its page: those who watch its pulse are told."""
        if "pulse" in self.__dict__:
            self.pulse.changed()

    # --- messages to the renderer --------------------------------------------------------------------------------

    def send(self, channel: str, *args: object) -> None:
        """Send `args` to the page's `ipc_renderer` listeners on `channel`. There is no receipt.

        From Electron 16 on, what goes wrong (values that cannot be cloned, a crashed renderer) is logged, not
        raised. TypeError if the channel is no string, or the contents are destroyed.
        """
        outbox.send(self, channel, args)

    def post_message(self, channel: str, message: object, transfer: Sequence[object] = ()) -> None:
        """Send one value to the page's `ipc_renderer` listeners on `channel`; ports cannot be transferred yet.

        What `send` logs is raised: DataCloneError, `Error` if the renderer has crashed or `transfer` holds anything.
        """
        outbox.post_message(self, channel, message, transfer)

    def send_to_frame(self, frame: int | Sequence[int], channel: str, *args: object) -> bool:
        """As `send`, to the frame with this routing id, or pair of process id and routing id.

        Returns False if there is no such frame. `Error` if `frame` is neither.
        """
        self.check()
        return outbox.send_to_frame(self, frame, channel, args)

    # --- code in the renderer ------------------------------------------------------------------------------------

    async def execute(self, source: str) -> Any:
        """Run Python `source` in the page's main world (Electron's `executeJavaScript`); return its result.

        Waits for a load under way. The result is the last statement's value if that is an expression, awaited if it
        can be. Raises RendererError (also catchable as the builtin class of that name) with what the code raised,
        DataCloneError if the result cannot be cloned, RenderProcessGone if the process died.
        """
        return await self._evaluate(source, MAIN_WORLD)

    async def _evaluate(self, source: str, world: str) -> Any:
        if not isinstance(source, str):
            raise TypeError(f"execute takes source text, not {type(source).__name__}")
        try:
            frame, buffers = await self.run(source, world, "<execute>", f"code in {self.label}")
        except RendererError as error:
            if error.name == "DataCloneError":
                raise DataCloneError.from_text(error.message) from None
            raise
        try:
            return clone.decode(frame.payload, buffers)
        except ProtocolError as error:
            self.host.link.break_off(str(error))
            raise

    async def execute_in_isolated_world(self, world_id: int, scripts: Sequence[Mapping[str, str]]) -> Any:
        """Run scripts, each `{"code": source}`, in a world (Electron's `executeJavaScriptInIsolatedWorld`).

        The worlds are 0, the page's, and with context isolation 999, the preload's; `Error` for any other. Returns
        the result of the first script, raises as `execute`.
        """
        world = {0: MAIN_WORLD, 999: ISOLATED_WORLD if self.preferences.context_isolation else None}.get(world_id)
        if world is None:
            raise Error(f"there is no world {world_id!r}: 0 is the page's, with context isolation 999 the preload's")
        results = [await self._evaluate(script["code"], world) for script in scripts]
        return results[0] if results else None

    async def run(
        self, source: str, world: str, name: str, what: str, *, cell: str | None = None, display: bool = False
    ) -> Any:
        """Run `source` in a world and return the frame and buffers of its end; used by `execute` and notebooks."""
        with deadlock.waiting(self.id):
            while self.loading.current is not None:
                await self.loading.current.over()
            self.check()
            if self._crashed:
                raise RenderProcessGone(self._gone_text)
            this = activity.current.get()
            _, future = self.host.ask(
                what,
                lambda number: Run(this, number, world, source, name, cell, display),
                lambda number: Run(this, number, world, "", name, None, False),
            )
            self.hang.watch()
            # Shielded: the code runs on when nobody waits for it any more, and is open until it has ended.
            return await asyncio.shield(future)

    def is_busy(self) -> bool:
        """Whether the renderer has something to do that main waits for, or is seen to compute (in a timer, say)."""
        return not self._destroyed and not self._crashed and (self.host.is_busy() or self.pulse.is_late())

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
        self.check()
        if not isinstance(path, str):
            raise TypeError("Must pass filePath as a string")
        return self.loading.start(path, lambda: from_file(path))

    def load_url(self, url: str) -> Load:
        """Start loading a URL; awaitable until did-finish-load, LoadError on failure."""
        self.check()
        if not isinstance(url, str):
            raise TypeError("Must pass url as a string")
        if not is_url(url):
            return self.loading.refuse(url)
        return self.loading.start(url, lambda: from_url(url))

    def reload(self) -> Load:
        """Load the current page again; after a crash in a new process."""
        self.check()
        return self.loading.again()

    def shows(self, name: str) -> bool:
        """Whether the page kept under `name` (or loaded from that file) is shown."""
        return self.loading.asked_for == name

    def preloads(self, name: str) -> bool:
        """Whether a page was loaded with the preload `name`."""
        return self.preferences.preload == name and self.loading.find is not None

    def is_loading(self) -> bool:
        """Whether a load is under way."""
        self.check()
        return self.loading.current is not None

    def get_url(self) -> str:
        """Return the current page's URL; '' before any load."""
        self.check()
        return self.loading.page.url if self.loading.find is not None else ""

    def get_title(self) -> str:
        """Return the page's title, or its URL if it has none."""
        self.check()
        return self.loading.page.title or self.get_url()

    def title_updated(self, title: str) -> None:
        """The page has a title of its own."""
        if (window := self.owner()) is not None:
            window._page_title_updated(title)

    def open_dev_tools(self) -> None:
        """Open the developer tools: the console below the page, where a front end shows the window.

        (The renderer's console is shown under the cells either way.)
        """
        self._set_dev_tools(True)

    def close_dev_tools(self) -> None:
        """Close the developer tools."""
        self._set_dev_tools(False)

    def toggle_dev_tools(self) -> None:
        """Open the developer tools, or close them if they are open."""
        self._set_dev_tools(not self._dev_tools)

    def is_dev_tools_opened(self) -> bool:
        """Whether the developer tools are open."""
        self.check()
        return self._dev_tools

    def _set_dev_tools(self, opened: bool) -> None:
        self.check()
        if self._dev_tools != opened:
            self._dev_tools = opened
            showing.changed("head", self.owner())
            self.announce("devtools-opened" if opened else "devtools-closed")

    # --- what arrives --------------------------------------------------------------------------------------------

    def _arrived(self, frame: ToMain, buffers: list[bytes]) -> None:
        # Threads of a renderer belong to no activity: what they say belongs under the newest cell.
        newest = activity.last()
        if frame.activity > newest:
            raise ProtocolError(f"activity {frame.activity} was never begun")
        frame.activity = frame.activity or newest
        activity.run(frame.activity, arrivals.take, self, frame, buffers)

    def announce(self, name: str, *args: object) -> None:
        """Emit with an event object first; a listener that raises ends here, not in the code that caused it."""
        if not args or not isinstance(args[0], Event | ConsoleMessage):
            args = (Event(), *args)
        listening.announce(self, name, *args)

    def __repr__(self) -> str:
        state = " destroyed" if self._destroyed else " crashed" if self._crashed else ""
        return f"<WebContents {self.id}{state}>"


def _timer_waits(number: int) -> list[asyncio.Future[Any]]:
    waits = [contents.wait_for_timers(number) for contents in registry.contents.values()]
    return [wait for wait in waits if wait is not None]


traffic_module.timer_waits = _timer_waits
