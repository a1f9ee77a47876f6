"""Whether main's loop turns: a blocked main cannot say so itself, so a thread looks and tells the views."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipclab.notebook.views.view import View

#: Seconds between two looks, and after which a loop that has not turned counts as blocked.
LOOK_EVERY = 0.25
BLOCKED_AFTER = 0.4

_views: set[View] = set()
_thread: threading.Thread | None = None
# Reentrant: a widget that is collected as garbage, wherever that happens, closes itself.
_lock = threading.RLock()


def watch(view: View) -> None:
    """Tell this view's front end when main is blocked, and when it is not any more: ``{t: "main", blocked}``."""
    global _thread
    with _lock:
        _views.add(view)
        if _thread is None:
            _thread = threading.Thread(target=_look, args=(view._loop,), name="ipclab: main's pulse", daemon=True)
            _thread.start()


def forget(view: View) -> None:
    """The view is closed. With the last one the thread ends."""
    with _lock:
        _views.discard(view)


def _look(loop: asyncio.AbstractEventLoop) -> None:
    global _thread
    rest = threading.Event()  # never set: a sleep that tests need not wait for at the kernel's end
    while True:
        rest.wait(LOOK_EVERY)
        with _lock:
            if not _views or loop.is_closed():
                _thread = None
                return
        turned = threading.Event()
        try:
            loop.call_soon_threadsafe(turned.set)
        except RuntimeError:  # closed meanwhile
            continue
        if not turned.wait(BLOCKED_AFTER):
            _tell(True)
            turned.wait()
            _tell(False)


def _tell(blocked: bool) -> None:
    with _lock:
        views = list(_views)
    for view in views:
        try:
            # Not through `tell`, which is main's loop's: this one is blocked.
            view.send({"t": "main", "blocked": blocked})
        except Exception:
            continue  # main has closed it at this very moment
