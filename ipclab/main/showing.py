"""What the app shows beside its pages (menu bars, popups, progress bars, dialogs), for a front end to show it.

Nothing here draws. A front end subscribes, is told what has changed, and reads it where the app has put it:
`window.menu`, `window.progress_bar`, `popups`. It clicks by `item.click()`, shuts a popup by `popup.close()`, and
answers dialogs by the function it sets as `ask`. Without a front end all else works the same, and nobody sees it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from ipclab.main import listening
from ipclab.main.events import Event

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.dialog_options import Answer, Question
    from ipclab.main.menu import Menu

#: `opened`, `closed`: the window is there, is gone; `head`: its title, its visibility, or whether its developer
#: tools are open; `menu`: a window's menu bar, or (without a window) an item of any menu; `popup`: one was opened or
#: closed.
Change = Literal["opened", "closed", "head", "menu", "popup", "progress"]
Subscriber = Callable[[Change, "BrowserWindow | None"], object]
Ask = Callable[["Question"], Coroutine[Any, Any, Mapping[str, object]]]

#: Shows a dialog and returns the reader's answer: the fields that `dialog.answer_next` takes. Cancelled where the
#: answer interests nobody any more. None: no front end.
ask: Ask | None = None

#: The answers prepared for the next dialogs.
prepared: deque[Answer] = deque()

#: Number the menu items, and the groups of radio items.
command_ids = count(1)
group_ids = count(1)

_subscribers: list[Subscriber] = []


def subscribe(subscriber: Subscriber) -> Callable[[], None]:
    """Have `subscriber(change, window)` called after every change; return what ends that."""
    _subscribers.append(subscriber)
    return lambda: _subscribers.remove(subscriber)


def changed(change: Change, window: BrowserWindow | None = None) -> None:
    """Tell the subscribers."""
    for subscriber in _subscribers[:]:
        subscriber(change, window)


class Popup:
    """A menu that is open in a window, at `x` and `y` pixels (None: where the pointer is)."""

    __clonable__ = False

    def __init__(
        self,
        menu: Menu,
        window: BrowserWindow,
        x: float | None,
        y: float | None,
        callback: Callable[[], object] | None,
    ) -> None:
        self.menu = menu
        self.window = window
        self.x = x
        self.y = y
        self._callback = callback

    def close(self) -> None:
        """Close it, as a click beside it does. Nothing happens if it is closed already."""
        if self.vanish():
            self.end()

    def vanish(self) -> bool:
        """Close it so far that what was clicked in it can happen; False if it is closed already."""
        if self not in popups:
            return False
        popups.remove(self)
        changed("popup", self.window)
        listening.announce(self.menu, "menu-will-close", Event())
        return True

    def end(self) -> None:
        """Tell who opened it that it is closed."""
        if self._callback is not None:
            listening.call("the callback of a popup", self._callback)

    def __repr__(self) -> str:
        return f"<Popup of {self.menu!r} in window {self.window.id}>"


#: The popups that are open, oldest first; at most one in each window.
popups: list[Popup] = []


def close_popups(*, window: BrowserWindow | None = None, menu: Menu | None = None) -> None:
    """Close the popups that are in a window, and show a menu (None: any)."""
    for popup in popups[:]:
        if window in (None, popup.window) and menu in (None, popup.menu):
            popup.close()


def restart() -> None:
    """Forget prepared answers, and number anew. (Popups have gone with their windows.)"""
    global command_ids, group_ids
    prepared.clear()
    command_ids = count(1)
    group_ids = count(1)
