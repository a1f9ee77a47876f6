"""`MenuItem`: one line of a menu."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from ipclab import clone
from ipclab.errors import Error
from ipclab.main import listening, menu_roles, registry, showing

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.menu import Menu
    from ipclab.main.showing import Popup
    from ipclab.main.web_contents import WebContents

TYPES = ("normal", "separator", "submenu", "checkbox", "radio", "header", "palette")

READ_ONLY = frozenset({"type", "role", "accelerator", "submenu", "command_id", "menu", "group_id"})

#: What can be seen in a menu and may change.
SEEN = frozenset({"label", "sublabel", "enabled", "visible", "checked"})

_FOCUSED: Any = object()


class KeyboardEvent(msgspec.Struct, frozen=True):
    """Which keys were down at a click, and whether it was an accelerator and no click at all."""

    shift_key: bool = False
    ctrl_key: bool = False
    alt_key: bool = False
    meta_key: bool = False
    triggered_by_accelerator: bool = False


class MenuItem:
    """One line of a menu (Electron's `MenuItem`), from the same fields as an entry of a menu's template.

    `label`; `type` (``normal``, ``separator``, ``submenu``, ``checkbox``, ``radio``); `click`, a function of
    `(menu_item, window, event)`; `role`, one of Electron's, which has a label and acts in place of `click`; `id`,
    `sublabel`, `tool_tip`, `accelerator`, `icon`, `enabled`, `visible`, `checked`; `submenu`, a Menu or a template;
    `before`, `after`, `before_group_containing`, `after_group_containing`, lists of ids, for the order in a template.
    All else becomes an attribute as it is.

    `enabled`, `visible`, `checked` and the texts may be assigned later; the other fields are read-only
    (AttributeError). TypeError for a field of a wrong type, `Error` for an unknown `type` or one of ``submenu``
    without a submenu.
    """

    __clonable__ = False

    label: str
    sublabel: str
    tool_tip: str
    id: str | None
    type: str
    role: str | None
    accelerator: str | None
    icon: object
    submenu: Menu | None
    enabled: bool
    visible: bool
    checked: bool
    register_accelerator: bool
    accelerator_works_when_hidden: bool
    #: Its number among all items.
    command_id: int
    #: The menu it is in; None before it is in one.
    menu: Menu | None
    #: The number of its group, of a radio item in a menu.
    group_id: int | None

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # fields of the app's own

    def __init__(self, **fields: Any) -> None:
        click = fields.get("click")
        if click is not None and not callable(click):
            raise TypeError(f"a menu item's click is a function of (menu_item, window, event), not {click!r}")
        own = self.__dict__
        own.update((name, value) for name, value in fields.items() if not hasattr(MenuItem, name))
        if isinstance(own.get("role"), str):
            own["role"] = own["role"].lower()
        role = menu_roles.role_of(own.get("role"))
        own["submenu"] = _submenu(own.get("submenu"), role)
        defaults = {
            "type": "normal" if own["submenu"] is None else "submenu",
            "role": None,
            "accelerator": role.accelerator,
            "icon": None,
            "id": None,
            "label": menu_roles.label_of(role),
            "sublabel": "",
            "tool_tip": "",
            "enabled": True,
            "visible": True,
            "checked": False,
            "accelerator_works_when_hidden": True,
            "register_accelerator": role.registers,
        }
        own.update((name, value) for name, value in defaults.items() if own.get(name) is None)
        if own["type"] == "submenu" and own["submenu"] is None:
            raise Error("Invalid submenu")
        if own["type"] not in TYPES:
            raise Error(f"Unknown menu item type: {own['type']}")
        own.update(command_id=next(showing.command_ids), menu=None, group_id=None, _click=click, _role=role)

    def click(
        self,
        event: KeyboardEvent | None = None,
        focused_window: BrowserWindow | None = _FOCUSED,
        focused_web_contents: WebContents | None = _FOCUSED,
    ) -> None:
        """Do what happens when the reader clicks the item.

        Popups that show it close, a checkbox or radio item changes, then the role acts or the item's `click` is
        called with `(menu_item, window, event)`; what that raises is told of, and not raised here. Without arguments
        it is a click in the focused window (in Electron `click` would get no window). Disabled items do it, too: only
        the reader cannot click them.
        """
        popups = [] if self.type == "submenu" else [popup for popup in self._popups() if popup.vanish()]
        if self.type in ("checkbox", "radio"):
            self.checked = not self.checked
        window = registry.focused if focused_window is _FOCUSED else focused_window
        if focused_web_contents is _FOCUSED:
            focused_web_contents = registry.web_contents.get_focused_web_contents()
        what = f"the click of menu item '{self.label}'"
        listening.call(what, self._act, window, focused_web_contents, event or KeyboardEvent())
        for popup in popups:
            popup.end()

    def _act(self, window: BrowserWindow | None, contents: WebContents | None, event: KeyboardEvent) -> object:
        click: Callable[..., object] | None = self._click
        if menu_roles.execute(self._role, window, contents) or click is None:
            return None
        return click(self, window, event)

    def _popups(self) -> Iterator[Popup]:
        """Return the popups that show the item, be it in a submenu."""
        menu = self.menu
        while menu is not None:
            yield from [popup for popup in showing.popups if popup.menu is menu]
            menu = menu._parent

    def get_default_role_accelerator(self) -> str | None:
        """Return the accelerator that the item's role has, None if it has none."""
        accelerator: str | None = self._role.accelerator
        return accelerator

    def __setattr__(self, name: str, value: Any) -> None:
        if name in READ_ONLY or name == "click":
            raise AttributeError(f"Cannot assign to read only property '{name}' of a menu item")
        if name == "checked" and self.group_id is not None and self.menu is not None:
            for other in self.menu._group(self.group_id):
                other.__dict__["checked"] = other is self  # whatever is assigned, as in Electron
        else:
            self.__dict__[name] = value
        if name in SEEN:
            showing.changed("menu")

    def __repr__(self) -> str:
        return f"<MenuItem {self.type}>" if self.type == "separator" else f"<MenuItem {clone.preview(self.label)}>"


def _submenu(given: Any, role: menu_roles.Role) -> Menu | None:
    from ipclab.main.menu import Menu

    if given is None:
        given = role.submenu
    return given if given is None or isinstance(given, Menu) else Menu.build_from_template(given)
