"""`Chrome`: what surrounds a page in a window's view: menu bar, popup menu, progress bar, dialogs.

It tells the front end what `showing` tells of one window, and has the app do what the reader clicks. The other side
is `static/menu.js`, `static/dialog.js` and `static/chrome.js`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ipclab.main import showing
from ipclab.notebook.views import dialogs, menus

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.menu_item import MenuItem
    from ipclab.main.showing import Popup
    from ipclab.notebook.views.view import Item, View


class Chrome:
    """The part of a `view` that surrounds the page of `window`."""

    def __init__(self, view: View, window: BrowserWindow) -> None:
        self._view = view
        self.window = window
        self._loop = asyncio.get_running_loop()
        #: What the front end shows; None until it has been told everything.
        self._told: dict[str, Item] | None = None
        self._changing = False
        self._seen = True
        #: Number the popups: a click meant for one must not reach the next.
        self._popup: Popup | None = None
        self._popups = 0
        self._stop = showing.subscribe(self._changed)

    def be_seen(self, seen: bool) -> None:
        """Some cell shows the view, or none does any more: then dialogs are not asked in it."""
        self._seen = seen
        if not seen:
            dialogs.leave(self)
        elif self._told is not None and not self.window.is_destroyed():
            dialogs.join(self)

    def close(self) -> None:
        """The view is closed."""
        self._stop_listening()
        self._told = None

    def _stop_listening(self) -> None:
        self._stop()
        self._stop = lambda: None
        dialogs.leave(self)

    # --- to the front end ----------------------------------------------------------------------------------------

    def whole(self) -> list[Item]:
        """Return the items that tell a front end everything. One is there from now on, and shows dialogs."""
        self._told = None
        if self._seen and not self.window.is_destroyed():
            dialogs.join(self)
        items = [self._menu_item(), self._popup_item(), self._progress_item(), self._dialog_item()]
        self._told = {item["t"]: item for item in items}
        return items

    def tell_dialog(self) -> None:
        """The window may show another dialog."""
        self._tell(self._dialog_item())

    def _changed(self, change: showing.Change, window: BrowserWindow | None) -> None:
        if change == "closed" and window is self.window:
            self._stop_listening()
        if self._told is None or window not in (None, self.window):
            return
        if change == "menu":
            if not self._changing:  # an app may append many items, one by one
                self._changing = True
                self._loop.call_soon(self._menus_changed)
        elif change == "popup":
            self._tell(self._popup_item())
        elif change == "progress":
            self._tell(self._progress_item())
        elif change == "closed":
            for item in (self._menu_item(), self._popup_item(), self._progress_item(), self._dialog_item()):
                self._tell(item)

    def _menus_changed(self) -> None:
        self._changing = False
        self._tell(self._menu_item())
        self._tell(self._popup_item())

    def _tell(self, item: Item) -> None:
        if self._told is not None and self._told.get(item["t"]) != item:
            self._told[item["t"]] = item
            self._view.tell(item)

    def _menu_item(self) -> Item:
        menu = None if self.window.is_destroyed() else self.window.menu
        return {"t": "menu", "menu": None if menu is None else menus.told(menu)}

    def _popup_item(self) -> Item:
        popup = next((popup for popup in showing.popups if popup.window is self.window), None)
        if popup is not self._popup:
            self._popup = popup
            self._popups += 1
        if popup is None:
            return {"t": "popup", "popup": None}
        told = {"id": self._popups, "x": popup.x, "y": popup.y, "items": menus.told(popup.menu)}
        return {"t": "popup", "popup": told}

    def _progress_item(self) -> Item:
        return {"t": "progress", "value": -1.0 if self.window.is_destroyed() else self.window.progress_bar}

    def _dialog_item(self) -> Item:
        asked = dialogs.shown_in(self.window)
        return {"t": "dialog", "dialog": None if asked is None else asked.told()}

    # --- from the front end --------------------------------------------------------------------------------------

    def received(self, item: Item) -> bool:
        """Take what the front end says; False if that is not about what surrounds the page."""
        kind = item.get("t")
        if kind not in ("menu-click", "popup-close", "dialog-answer"):
            return False
        if self.window.is_destroyed():
            return True
        if kind == "dialog-answer":
            dialogs.answer(self.window, item.get("id"), item.get("fields"))
            return True
        popup = self._popup if item.get("popup") == self._popups else None
        if kind == "popup-close":
            if popup is not None:
                self._view.act("closing a popup menu", popup.close)
            return True
        menu = self.window.menu if item.get("popup") is None else None if popup is None else popup.menu
        clicked = menus.find(menu, item.get("id"))
        if clicked is not None:
            self._view.act(f"the click of menu item '{clicked.label}'", self._click, clicked, item.get("held"))
        return True

    def _click(self, item: MenuItem, held: object) -> None:
        if self.window.is_visible():
            self.window.focus()  # the window in which the reader clicks gets the focus first
        item.click(menus.keyboard_event(held), self.window, self.window.web_contents)
