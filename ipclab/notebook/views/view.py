"""`View`: what all live views share, on Python's side. `static/common.js` is the other side.

A view is an anywidget whose state is not in traits but told in messages, for traits would be sent whole at each
change. Messages go in numbered batches; a front end that has missed one, or has just come (a page that was reloaded,
a second tab), says hello and is told everything anew. As long as nobody has said hello, nothing is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextvars import copy_context
from html import escape
from importlib.resources import files
from typing import Any, ClassVar

import anywidget

from ipclab import activity, scope
from ipclab.main import console, listening
from ipclab.notebook.views import main_pulse, printing

#: Seconds between two batches: more would only load the front end.
INTERVAL = 0.03

#: One thing that a view tells its front end, or is told by it; `t` says what it is.
Item = dict[str, Any]

STATIC = files("ipclab.notebook.views") / "static"


def read_static(*names: str) -> str:
    """Return the files' texts as one: a front end takes a single module, and a build step would be one more tool."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


class View(anywidget.AnyWidget):
    """A live view. Subclasses name their scripts and styles: ``class WindowView(View, scripts=("window.js",))``.

    All methods are called on main's loop, whatever thread the front end's messages come in on.
    """

    #: Whether several cells may show it: then the second run of one of them does not close it.
    shared: ClassVar[bool] = False

    _esm: ClassVar[str] = ""
    _css: ClassVar[str] = ""

    def __init_subclass__(cls, scripts: Iterable[str] = (), styles: Iterable[str] = (), **kwargs: Any) -> None:
        if scripts:
            cls._esm = read_static("common.js", *scripts)
            cls._css = read_static("common.css", *styles)
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        #: Whether a front end has said hello.
        self.watched = False
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._pending: list[Item] = []
        self._number = 0
        self._last_flush = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.on_msg(self._arrived)
        if not self.shared:
            # The cell that shows a view again has made a new one.
            scope.note(self.close)

    # --- what subclasses say -------------------------------------------------------------------------------------

    def whole(self, hello: Item) -> list[Item]:  # noqa: ARG002 (a subclass may look at what the front end has)
        """Return the items that tell a front end everything. `hello`: what it says it has."""
        return []

    def received(self, item: Item, buffers: list[memoryview]) -> None:
        """Take what the front end says. What it has the app do belongs into `act`."""
        raise NotImplementedError

    #: What takes the lines that the reader's clicks in this view cause to be printed, in main (label None) and in
    #: renderers: ``printed(label, level, text)``. None: they appear under the cell that displayed the view.
    printed: Callable[[str | None, str, str], None] | None = None

    def words(self) -> str:
        """Return the view in words, on one line: its `text/plain` form, the same in every run."""
        return type(self).__name__

    def static_html(self) -> str | None:
        """Return what a notebook shows that is rendered without a kernel; None: the words alone."""
        return None

    # --- what they use -------------------------------------------------------------------------------------------

    def tell(self, item: Item) -> None:
        """Tell the front end, soon: several items go together, in their order. Nobody is told if nobody looks."""
        if not self.watched:
            return
        self._pending.append(item)
        if time.monotonic() - self._last_flush > INTERVAL:
            self.flush()  # at once: the code that runs may block main next
        elif self._timer is None:
            self._timer = self._loop.call_later(INTERVAL, self.flush)

    def flush(self) -> None:
        """Send what is pending."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last_flush = time.monotonic()
        items, self._pending = self._pending, []
        if items:
            self._number += 1
            self.send({"t": "batch", "n": self._number, "items": items})

    def tell_at_once(self, item: Item, *buffers: bytes) -> None:
        """As `tell`, behind what is pending and without waiting for more; the buffers go beside the item."""
        if self.watched:
            self.flush()
            self._last_flush = time.monotonic()
            self._number += 1
            self.send({"t": "batch", "n": self._number, "items": [item]}, buffers=list(buffers))

    def act(self, what: str, function: Callable[..., object], *args: object) -> None:
        """Do what the reader has asked for, as an activity of its own; what it raises is told as a listener's.

        `what` names it where it is said to be still open.
        """
        self._context.copy().run(self._act, what, function, args)

    def _act(self, what: str, function: Callable[..., object], args: tuple[object, ...]) -> None:
        if self.printed is not None:
            printing.divert_streams()
            console.divert.set(self.printed)
        activity.begin()
        listening.call(what, function, *args)

    def close(self) -> None:
        """Take the view off the page. Nothing happens if it is closed already."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.watched = False
        main_pulse.forget(self)
        super().close()
        self.layout.close()  # a model of its own, which ipywidgets keeps for ever

    # --- the wire ------------------------------------------------------------------------------------------------

    def _arrived(self, _: object, item: Item, buffers: list[memoryview]) -> None:
        """A message of the front end has come, on any thread: JupyterLab sends them to one that is never busy."""
        try:
            self._loop.call_soon_threadsafe(self._take, item, buffers)
        except RuntimeError:
            pass  # the loop is closed: the kernel ends

    def _take(self, item: Item, buffers: list[memoryview]) -> None:
        if self.comm is None:
            return
        if item.get("t") == "hello":
            self._greet(item)
        else:
            try:
                self.received(item, buffers)
            except Exception as error:
                console.uncaught(error)

    def _greet(self, hello: Item) -> None:
        self.flush()
        self.watched = True
        main_pulse.watch(self)
        self.send({"t": "batch", "n": self._number, "whole": True, "items": self.whole(hello)})

    # --- how it is displayed -------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return self.words()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        if made is None:
            return None
        bundle, metadata = made
        words = self.words()
        static = self.static_html()
        bundle["text/plain"] = words
        bundle["text/html"] = static if static is not None else f"<pre>{escape(words)}</pre>"
        return bundle, metadata
