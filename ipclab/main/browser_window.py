"""`BrowserWindow`: a window and, behind it, a renderer process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ipclab import scope
from ipclab.emitter import EventEmitter
from ipclab.errors import Error
from ipclab.main import listening, registry, showing
from ipclab.main.app import app
from ipclab.main.decorations import Decorations
from ipclab.main.events import Event
from ipclab.main.load import Load
from ipclab.main.preferences import WebPreferences
from ipclab.main.web_contents import WebContents

#: Windows open at once; each is a process.
MAX_WINDOWS = 64

#: Seconds after a `close` that led to nothing until the window counts as unresponsive.
UNRESPONSIVE_AFTER = 5.0


class BrowserWindow(Decorations, EventEmitter):
    """A window that shows web contents (Electron's `BrowserWindow`); needs a running loop, and no await.

    `width` and `height` are in pixels. `web_preferences` is a dict with the keys `preload`, `node_integration`,
    `context_isolation`, `sandbox`, `partition`, `enable_remote_module`. An unknown option is a TypeError.
    Before any load the page is empty, and code can run in it at once (Electron would wait for a load).
    """

    __clonable__ = False

    def __init__(
        self,
        *options: object,
        title: str = "Electron",
        width: int = 800,
        height: int = 600,
        show: bool = True,
        web_preferences: Mapping[str, object] | None = None,
        **unknown: Any,
    ) -> None:
        if options:
            raise TypeError("BrowserWindow takes its options as keywords: BrowserWindow(width=300, title='...')")
        if unknown:
            raise TypeError(
                f"unknown options of BrowserWindow: {', '.join(unknown)}. "
                f"Known: title, width, height, show, web_preferences"
            )
        _check_options(title, width, height, show)
        app._about_to_open_a_window()
        preferences = WebPreferences(web_preferences, app.electron_version)
        if len(registry.windows) >= MAX_WINDOWS:
            raise Error(f"{MAX_WINDOWS} windows are open, and each is a process: close some before you open another")
        super().__init__()
        self._id = registry.next_window_id()
        self._title = title
        self.width = width
        self.height = height
        self._visible = show
        self._destroyed = False
        self._closing = False
        self._page_asked = False
        self._unresponsive: asyncio.TimerHandle | None = None
        self._contents = WebContents(preferences, self)
        registry.windows[self._id] = self
        if show:
            registry.focused = self
        #: The cell that opened it: what the reader's clicks in it register is taken back with it.
        self._scope = scope.current.get()
        scope.note(self._take_back)
        showing.changed("opened", self)
        app._emit("web-contents-created", Event(), self._contents)
        app._emit("browser-window-created", Event(), self)

    # --- identity ------------------------------------------------------------------------------------------------

    @property
    def id(self) -> int:
        """The window's number, from 1; read-only. Not the web contents' id, which has a counter of its own."""
        return self._id

    @id.setter
    def id(self, value: object) -> None:
        raise AttributeError(
            f"win.id is read-only: in Electron the assignment of {value!r} does nothing. "
            f"Windows are found by BrowserWindow.from_id(win.id), contents by web_contents.from_id(...)"
        )

    @property
    def web_contents(self) -> WebContents:
        """What the window shows. TypeError after the window was closed."""
        self._check()
        return self._contents

    @classmethod
    def from_id(cls, id: int) -> BrowserWindow | None:  # noqa: A002 (Electron's name)
        """Return the window with this id, None if there is none."""
        return registry.windows.get(id)

    @classmethod
    def from_web_contents(cls, web_contents: WebContents) -> BrowserWindow | None:
        """Return the window that shows these contents, None if there is none."""
        return next((win for win in registry.windows.values() if win._contents is web_contents), None)

    @classmethod
    def get_all_windows(cls) -> list[BrowserWindow]:
        """Return all open windows, oldest first."""
        return list(registry.windows.values())

    @classmethod
    def get_focused_window(cls) -> BrowserWindow | None:
        """Return the focused window, None if there is none."""
        return registry.focused

    # --- title, visibility ---------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The window's title; assigning is `set_title`."""
        self._check()
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        self.set_title(title)

    def get_title(self) -> str:
        """Return the window's title."""
        return self.title

    def set_title(self, title: str) -> None:
        """Set the window's title."""
        self._check()
        if not isinstance(title, str):
            raise TypeError(f"a title is text, not {type(title).__name__}")
        self._title = title
        showing.changed("head", self)

    def _page_title_updated(self, title: str) -> None:
        """The page has a title of its own: the window takes it over, unless a listener prevents it."""
        event = Event()
        self._emit("page-title-updated", event, title, True)
        if not event.default_prevented and not self._destroyed:
            self._title = title
            showing.changed("head", self)

    def focus(self) -> None:
        """Make this the focused window."""
        self._check()
        previous = registry.focused
        if previous is self:
            return
        registry.focused = self
        if previous is not None and not previous._destroyed:
            previous._emit("blur")
        self._emit("focus")

    def show(self) -> None:
        """Show the window and focus it."""
        self._check()
        if not self._visible:
            self._visible = True
            showing.changed("head", self)
            self._emit("show")
        self.focus()

    def hide(self) -> None:
        """Hide the window; its renderer process goes on."""
        self._check()
        if self._visible:
            self._visible = False
            if registry.focused is self:
                registry.focused = None
            showing.changed("head", self)
            self._emit("hide")

    def is_visible(self) -> bool:
        """Return whether the window is shown."""
        self._check()
        return self._visible

    # --- loads ---------------------------------------------------------------------------------------------------

    def load_file(self, path: str) -> Load:
        """Start loading a page; see `web_contents.load_file`."""
        return self.web_contents.load_file(path)

    def load_url(self, url: str) -> Load:
        """Start loading a URL; see `web_contents.load_url`."""
        return self.web_contents.load_url(url)

    def reload(self) -> Load:
        """Load the current page again; after a crash in a new process."""
        return self.web_contents.reload()

    def send(self, channel: str, *args: object) -> None:
        """Send a message to the page; see `web_contents.send`."""
        self.web_contents.send(channel, *args)

    # --- the end -------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Ask the window to close: `close` is emitted and may be prevented, then `closed` follows.

        A page with listeners of `beforeunload` or `unload` is asked in between, and `closed` comes later: if it
        refuses, the window stays. If nothing comes of it for 5 s, `unresponsive` is emitted; `destroy` still works.
        """
        self._check()
        if self._closing:
            return
        self._closing = True
        event = Event()
        try:
            self._emit("close", event)
        finally:  # the cell may be interrupted in a listener
            self._closing = False
        if event.default_prevented:
            app._quit_refused()
        elif not self._destroyed:
            self._leave_page()

    def _leave_page(self) -> None:
        unloading, loop = self._contents.unloading, self._contents.loop
        if not unloading.listens or loop.is_closed():
            self.destroy()
            return
        if self._unresponsive is None:
            self._unresponsive = loop.call_later(UNRESPONSIVE_AFTER, self._nothing_happens)
        if not self._page_asked:
            self._page_asked = True
            unloading.ask(lambda: unloading.unload(self.destroy), self._page_stays)

    def _page_stays(self) -> None:
        self._page_asked = False
        self._stop_timer()
        app._quit_refused()

    def _nothing_happens(self) -> None:
        self._unresponsive = None
        self._emit("unresponsive")

    def _stop_timer(self) -> None:
        if self._unresponsive is not None:
            self._unresponsive.cancel()
            self._unresponsive = None

    def destroy(self) -> None:
        """Close the window without asking it or its page; `closed` is emitted all the same."""
        if self._destroyed:
            return
        self._destroyed = True
        self._stop_timer()
        registry.windows.pop(self._id, None)
        if registry.focused is self:
            registry.focused = None
        try:
            self._contents.destroy_now()
            showing.close_popups(window=self)
            showing.changed("closed", self)
            self._emit("closed")
        finally:
            app._window_closed()

    def is_destroyed(self) -> bool:
        """Whether the window is gone; all else but `id` then raises TypeError."""
        return self._destroyed

    def _take_back(self) -> None:
        """The cell that opened this window runs again: no question is asked, and the app does not quit over it."""
        with app.staying():
            self.destroy()

    def _check(self) -> BrowserWindow:
        if self._destroyed:
            raise TypeError("Object has been destroyed")
        return self

    def _emit(self, name: str, *args: object) -> None:
        listening.announce(self, name, *(args or (Event(),)))

    def __repr__(self) -> str:
        if self._destroyed:
            return f"<BrowserWindow {self._id} destroyed>"
        return f"<BrowserWindow {self._id} {self._title!r}>"


def _check_options(title: object, width: object, height: object, show: object) -> None:
    if not isinstance(title, str):
        raise TypeError(f"BrowserWindow's title is text, not {type(title).__name__}")
    for name, pixels in (("width", width), ("height", height)):
        if not isinstance(pixels, int) or isinstance(pixels, bool) or pixels < 0:
            raise TypeError(f"BrowserWindow's {name} is a whole number of pixels, not {pixels!r}")
    if not isinstance(show, bool):
        raise TypeError(f"BrowserWindow's show is True or False, not {show!r}")
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise Error(
            "Cannot create BrowserWindow before app is ready: no event loop is running yet. "
            "Open windows inside a coroutine run by asyncio.run(...), or in a notebook cell"
        ) from None
