"""`Menu`: menu bars and popups, which are main's to make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipclab import clone, scope
from ipclab.emitter import EventEmitter
from ipclab.errors import Error
from ipclab.main import decorations, listening, registry, showing
from ipclab.main.app import app
from ipclab.main.events import Event
from ipclab.main.menu_item import MenuItem
from ipclab.main.menu_order import in_order
from ipclab.main.showing import Popup

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow


class Menu(EventEmitter):
    """A menu (Electron's `Menu`): the bar of a window, what one of its items opens, or a popup.

    Emits `menu-will-show` and `menu-will-close` when it pops up and closes again.
    """

    __clonable__ = False

    def __init__(self) -> None:
        super().__init__()
        self._items: list[MenuItem] = []
        self._groups: dict[int, list[MenuItem]] = {}
        self._parent: Menu | None = None

    @property
    def items(self) -> list[MenuItem]:
        """The menu's items, in order, as a new list."""
        return self._items[:]

    @staticmethod
    def build_from_template(template: Sequence[Mapping[str, Any] | MenuItem]) -> Menu:
        """Return a menu of the template's entries: dicts of the fields of a `MenuItem`, or menu items themselves.

        Entries are ordered as their `before`, `after`, ... ask for; separators that separate nothing are dropped. The
        template is not changed. TypeError for what is no template.
        """
        if not isinstance(template, list | tuple):
            raise TypeError("Invalid template for Menu: Menu template must be an array")
        for entry in template:
            if isinstance(entry, MenuItem):
                continue
            if not isinstance(entry, Mapping) or not (
                "label" in entry or "role" in entry or entry.get("type") == "separator"
            ):
                raise TypeError("Invalid template for MenuItem: must have at least one of label, role or type")
        menu = Menu()
        for entry in in_order(template):
            menu.append(entry if isinstance(entry, MenuItem) else MenuItem(**entry))
        return menu

    @staticmethod
    def set_application_menu(menu: Menu | None) -> None:
        """Make `menu` the bar of all windows, those to come too (as on Linux and Windows); None removes the bars.

        TypeError for anything else.
        """
        if menu is not None and not isinstance(menu, Menu):
            raise TypeError("Invalid menu")
        if menu is not None:
            menu._check_radio_groups()
        decorations.set_application_menu(menu)

    @staticmethod
    def get_application_menu() -> Menu | None:
        """Return the application's menu: the last one set, else Electron's default menu once the app is ready."""
        if decorations.application_menu is decorations.Unset.DEFAULT and not app.is_ready():
            return None
        return decorations.get_application_menu()

    # --- items ---------------------------------------------------------------------------------------------------

    def append(self, menu_item: MenuItem) -> None:
        """Add an item at the end. TypeError if it is none."""
        self.insert(len(self._items), menu_item)

    def insert(self, pos: int, menu_item: MenuItem) -> None:
        """Add an item so that it is number `pos`, counted from 0.

        TypeError if it is none, ValueError (JavaScript's RangeError) if there is no such position.
        """
        if not isinstance(menu_item, MenuItem):
            raise TypeError("Invalid item")
        if not isinstance(pos, int) or isinstance(pos, bool):
            raise TypeError(f"Error processing argument at index 0, conversion failure from {clone.preview(pos)}")
        if pos < 0:
            raise ValueError(f"Position {pos} cannot be less than 0")
        if pos > len(self._items):
            raise ValueError(f"Position {pos} cannot be greater than the total MenuItem count")
        for name, index in (("label", 2), ("sublabel", 1), ("tool_tip", 1)):
            text = getattr(menu_item, name)
            if not isinstance(text, str):
                shown = clone.preview(text)
                raise TypeError(f"Error processing argument at index {index}, conversion failure from {shown}")
        if menu_item.type == "radio":
            self._join_group(pos, menu_item)
        if menu_item.submenu is not None:
            menu_item.submenu._parent = self
        menu_item.__dict__["menu"] = menu_item.menu or self
        self._items.insert(pos, menu_item)
        showing.changed("menu")

    def _join_group(self, pos: int, item: MenuItem) -> None:
        """A radio item joins the group of those between the same two separators."""
        group = item.group_id or self._neighbouring_group(pos) or next(showing.group_ids)
        item.__dict__["group_id"] = group
        self._groups.setdefault(group, []).append(item)

    def _neighbouring_group(self, pos: int) -> int | None:
        for other in reversed(self._items[:pos]) if pos else self._items:
            if other.type == "separator":
                break
            if other.group_id is not None:
                return other.group_id
        return None

    def _group(self, group_id: int) -> list[MenuItem]:
        return self._groups[group_id]

    def get_menu_item_by_id(self, id: str) -> MenuItem | None:  # noqa: A002 (Electron's name)
        """Return the item with this id, from this menu or else from the submenus in order; None if there is none."""
        for item in self._items:
            if item.id == id:
                return item
        found = (item.submenu.get_menu_item_by_id(id) for item in self._items if item.submenu is not None)
        return next((item for item in found if item is not None), None)

    # --- popups --------------------------------------------------------------------------------------------------

    def popup(
        self,
        *misplaced: object,
        window: BrowserWindow | None = None,
        x: float | None = None,
        y: float | None = None,
        callback: Callable[[], object] | None = None,
        **unknown: object,
    ) -> None:
        """Open the menu in `window` (the focused one, else the oldest), and do not wait until it is closed.

        It is open until an item is clicked, the reader clicks beside it, `close_popup` is called, the window shows
        another popup or is gone. Then `menu-will-close` is emitted and `callback()` called. `x` and `y` are pixels of
        the window, by default where the pointer is. `Error` without any window.
        """
        if misplaced:
            raise TypeError(
                f"Options must be an object: here they are keywords, as in menu.popup(window=win, x=10, y=10), "
                f"not {clone.preview(misplaced[0])}"
            )
        if unknown:
            raise TypeError(f"unknown options of popup: {', '.join(unknown)}. Known: window, x, y, callback")
        for name, place in (("x", x), ("y", y)):
            if place is not None and (not isinstance(place, int | float) or isinstance(place, bool)):
                raise TypeError(f"popup's {name} is a number of pixels, not {clone.preview(place)}")
        if callback is not None and not callable(callback):
            raise TypeError(f"popup's callback is a function, not {clone.preview(callback)}")
        windows = list(registry.windows.values())
        if window not in windows:
            window = registry.focused or next(iter(windows), None)
        if window is None:
            raise Error("Cannot open Menu without a BaseWindow present")
        showing.close_popups(window=window)
        self._check_radio_groups()
        popup = Popup(self, window, x, y, callback)
        showing.popups.append(popup)
        scope.note(popup.close)
        showing.changed("popup", window)
        listening.announce(self, "menu-will-show", Event())

    def close_popup(self, window: BrowserWindow | None = None) -> None:
        """Close this menu where it is popped up: in `window`, by default wherever it is."""
        showing.close_popups(window=window, menu=self)

    def _check_radio_groups(self) -> None:
        """In each group of radio items one is checked before the menu is seen."""
        for group in self._groups.values():
            if not any(item.checked for item in group):
                group[0].checked = True
        for item in self._items:
            if item.submenu is not None:
                item.submenu._check_radio_groups()

    def __repr__(self) -> str:
        return f"<Menu of {len(self._items)} items>"


def default_menu() -> Menu:
    """Return Electron's default menu, as a packaged app on Linux has it."""
    roles = ("fileMenu", "editMenu", "viewMenu", "windowMenu")
    return Menu.build_from_template([*({"role": role} for role in roles), {"role": "help", "submenu": []}])
