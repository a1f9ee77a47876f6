"""The live view of a window: title bar, what surrounds the page, the page itself, its console.

The front end's side is `static/window.js`, and `static/frame.js` inside the frame that shows the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from html import escape
from typing import Any, ClassVar

from ipclab import scope
from ipclab.main import console, showing
from ipclab.main.browser_window import BrowserWindow
from ipclab.notebook.views.chrome import Chrome
from ipclab.notebook.views.page_tree import PageTree
from ipclab.notebook.views.view import Item, View
from ipclab.notebook.views.window_console import WindowConsole

#: Pixels of a window's height that are not its page's, and the height up to which a page is shown as high as it is.
#: Of a higher window the page gets a share only: a notebook has other things to show, and the reader can drag it.
FRAME = 60
WHOLE = 240
SHARE = 0.4
LOWEST, HIGHEST = 120, 400

#: The most that is told of a page's address in words.
ADDRESS = 60

SCRIPTS = (
    "menu.js",
    "dialog.js",
    "chrome.js",
    "frame.js",
    "window_page.js",
    "window_console.js",
    "window.js",
)

Stop = Callable[[], object]


class WindowView(View, scripts=SCRIPTS, styles=("chrome.css", "window.css")):
    """A window as the reader sees it, one for all cells that show it. A closed window shows what it showed last.

    A hidden window (`show=False`) is shown all the same, and said to be hidden: a notebook has no other place for it.
    """

    shared: ClassVar[bool] = True

    #: The view of each window that has been shown.
    views: ClassVar[dict[BrowserWindow, WindowView]] = {}

    @classmethod
    def of(cls, window: BrowserWindow) -> WindowView | None:
        """Return the view of a window, a new one if it has none; None if it is closed and was never shown."""
        if window not in cls.views and not window.is_destroyed():
            cls.views[window] = cls(window)
        return cls.views.get(window)

    def __init__(self, window: BrowserWindow) -> None:
        super().__init__()
        self.window = window
        self.contents = window.web_contents
        self._thread = threading.get_ident()
        self._state = "ready"
        self._url = ""
        self._tree = PageTree()
        self._stop_page: Stop | None = None
        self._stop_pulse: Stop | None = None
        self._displays = 0
        self._chrome = Chrome(self, window)
        self._console = WindowConsole(self, self.contents.label)
        self._console.show(self.contents.is_dev_tools_opened())
        self._stop_showing: Stop = showing.subscribe(self._changed)
        console.onlookers.append(self._said)

    # --- displays ------------------------------------------------------------------------------------------------

    def displayed(self) -> Stop:
        """Note that a cell shows the view; what is returned says that it does not any more."""
        self._displays += 1
        self._chrome.be_seen(True)
        # What clicks display appears under the cell that has shown the window last; what they register belongs to the
        # cell that opened it.
        self._context = copy_context()
        self._context.run(scope.current.set, self.window._scope)
        left = False

        def leave() -> None:
            nonlocal left
            self._displays -= not left
            left = True
            self._chrome.be_seen(self._displays > 0)
            self._close_if_useless()

        return leave

    def _close_if_useless(self) -> None:
        """No cell shows the window, and none can any more."""
        if not self._displays and self.window.is_destroyed():
            self.close()

    def close(self) -> None:
        """Take the view off the page. Nothing happens if it is closed already."""
        self._stop_listening()
        self._chrome.close()
        self._console.finish()
        self.views.pop(self.window, None)
        super().close()

    # --- to the front end ----------------------------------------------------------------------------------------

    def whole(self, hello: Item) -> list[Item]:  # noqa: ARG002
        if self._stop_pulse is None and not self.window.is_destroyed():
            # Now that it is: a page that nobody looks at reports nothing.
            self._stop_pulse = self.contents.pulse.watch(self._pulse)
            self._stop_page = self.contents.page_view.watch(self._page_changed)
        page = [] if self._tree.root is None else [{"t": "changes", "changes": [["all", self._tree.root]]}]
        return [self._head(), *self._chrome.whole(), *self._console.whole(), *page]

    def _head(self) -> Item:
        window = self.window
        if not window.is_destroyed():
            self._url = self.contents.get_url()
        return {
            "t": "head",
            "id": window.id,
            "label": self.contents.label,
            "title": window._title,
            "url": self._url,
            "state": "closed" if window.is_destroyed() else self._state,
            "visible": window._visible,
            "width": window.width,
            "height": _page_height(window.height),
        }

    def _changed(self, change: showing.Change, window: BrowserWindow | None) -> None:
        if window is not self.window:
            return
        if change == "closed":
            self._stop_listening()
            self.tell(self._head())
            self._close_if_useless()
        elif change == "head":
            self.tell(self._head())
            self._console.show(self.contents.is_dev_tools_opened())

    def _pulse(self, state: str) -> None:
        self._state = state
        self.tell(self._head())

    def _page_changed(self, changes: list[list[Any]]) -> None:
        self._tree.apply(changes)
        self.tell({"t": "changes", "changes": changes})

    def _stop_listening(self) -> None:
        """The window is closed, or its view: there is nothing more to hear."""
        for stop in (self._stop_pulse, self._stop_page):
            if stop is not None:
                stop()
        self._stop_pulse = self._stop_page = None
        self._stop_showing()
        self._stop_showing = lambda: None
        if self._said in console.onlookers:
            console.onlookers.remove(self._said)

    # --- the console ---------------------------------------------------------------------------------------------

    def _said(self, label: str | None, level: str, text: str) -> None:
        """A renderer's console says something."""
        if label is not None and self._hears(label):
            self._console.line(label, level, text)

    def _hears(self, label: str) -> bool:
        """Whether `label` is this window's renderer. After `restart` another one may have its name."""
        return label == self.contents.label and not self.window.is_destroyed()

    def printed(self, label: str | None, level: str, text: str) -> None:
        """A click here has caused something to be printed."""
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self.printed, label, level, text)
        elif label is None:
            self._console.write(level, text)
        elif not any(view._hears(label) and view.watched for view in self.views.values()):
            # Another page's line, whose own window is shown nowhere.
            self._console.line(label, level, text)

    # --- from the front end --------------------------------------------------------------------------------------

    def received(self, item: Item, buffers: list[memoryview]) -> None:  # noqa: ARG002
        """Take what the front end says. A closed window only opens and empties its console."""
        if self._chrome.received(item):
            return
        kind, window = item.get("t"), self.window
        if kind == "clear":
            self._console.empty()
        elif window.is_destroyed():
            if kind == "console":
                self._console.show(bool(item.get("open")))
        elif kind == "console":
            contents = self.contents
            self.act(
                "the console's button", contents.open_dev_tools if item.get("open") else contents.close_dev_tools
            )
        elif kind == "close":
            self.act(f"the close button of window {window.id}", window.close)
        elif kind == "reload":
            self.act(f"the reload button of window {window.id}", window.reload)
        elif kind == "input":
            self._input(item)

    def _input(self, item: Item) -> None:
        node, kind, fields = item["id"], item["type"], item["fields"]
        self.act(f"'{kind}' in {self.contents.label}", self.contents.page_view.input, node, kind, fields)

    # --- in words ------------------------------------------------------------------------------------------------

    def words(self) -> str:
        """Return e.g. ``window 1 “Counter”: page counter.html``."""
        named = f"window {self.window.id} “{self.window._title}”"
        if self.window.is_destroyed():
            return f"{named}: closed"
        page = self.contents.loading.asked_for
        shown = f"{page[:ADDRESS]} …" if len(page) > ADDRESS else page
        return f"{named}: {f'page {shown}' if shown else 'an empty page'}"

    def static_html(self) -> str:
        return (
            '<div style="border: 1px solid; border-radius: 6px; padding: 6px 10px; max-width: 32em">'
            f"<strong>{escape(self.window._title)}</strong><br>{escape(self.words())}<br>"
            "<em>Run this cell to see the window live.</em></div>"
        )


def _page_height(height: float) -> int:
    return round(min(max(SHARE * height, min(height - FRAME, WHOLE), LOWEST), HIGHEST))
