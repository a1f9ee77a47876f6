"""Menus as a front end is told of them, and finding the item that was clicked there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ipclab.main.menu_item import KeyboardEvent

if TYPE_CHECKING:
    from ipclab.main.menu import Menu
    from ipclab.main.menu_item import MenuItem

#: An accelerator's modifiers, in the order in which Linux and Windows write them, by Electron's names for them.
MODIFIERS = {
    "Ctrl": ("commandorcontrol", "cmdorctrl", "control", "ctrl"),
    "Cmd": ("command", "cmd"),
    "Alt": ("alt", "option", "altgr"),
    "Shift": ("shift",),
    "Super": ("super", "meta"),
}

KEYS = {"plus": "+", "return": "Enter", "escape": "Esc"}


def told(menu: Menu, above: tuple[Menu, ...] = ()) -> list[dict[str, Any]]:
    """Return what there is to be seen of a menu's items, those of its submenus included.

    `above`: the menus around it. One that is its own submenu would have no end: it is empty in there.
    """
    inside = (*above, menu)
    return [_told(item, inside) for item in menu.items if item.visible]


def _told(item: MenuItem, above: tuple[Menu, ...]) -> dict[str, Any]:
    if item.type == "separator":
        return {"id": item.command_id, "type": "separator"}
    return {
        "id": item.command_id,
        "type": item.type,
        "label": without_access_keys(str(item.label)),
        "sublabel": str(item.sublabel),
        "tip": str(item.tool_tip),
        "enabled": is_enabled(item),
        "checked": bool(item.checked),
        "keys": accelerator_text(str(item.accelerator or "")),
        "items": None if item.submenu is None else [] if item.submenu in above else told(item.submenu, above),
    }


def is_enabled(item: MenuItem) -> bool:
    """Whether the reader can click it. (A header only names what comes below it.)"""
    return bool(item.enabled) and item.type != "header"


def without_access_keys(label: str) -> str:
    """Return a label as it is read: an ``&`` marks the letter after it, ``&&`` is one ``&``."""
    return re.sub("&(&?)", r"\1", label)


def accelerator_text(accelerator: str) -> str:
    """Return an accelerator as Linux and Windows show it: ``Shift+CmdOrCtrl+R`` is ``Ctrl+Shift+R``."""
    parts = [part for part in accelerator.replace(" ", "").split("+") if part]
    names = {alias: name for name, aliases in MODIFIERS.items() for alias in aliases}
    held = {names[part.lower()] for part in parts if part.lower() in names}
    keys = [KEYS.get(part.lower(), part) for part in parts if part.lower() not in names]
    return "+".join([name for name in MODIFIERS if name in held] + keys)


def find(menu: Menu | None, number: object) -> MenuItem | None:
    """Return the item with this `command_id` if the reader can click it there, else None."""
    return next((item for item in _clickable(menu, ()) if item.command_id == number), None)


def _clickable(menu: Menu | None, above: tuple[Menu, ...]) -> Iterator[MenuItem]:
    for item in menu.items if menu is not None and menu not in above else ():
        if item.visible and is_enabled(item):
            if item.submenu is None and item.type != "separator":
                yield item
            yield from _clickable(item.submenu, (*above, *([menu] if menu else [])))


def keyboard_event(held: object) -> KeyboardEvent:
    """Return the event of a click while these keys (``shift``, ``ctrl``, ``alt``, ``meta``) were held down."""
    names = held if isinstance(held, list) else []
    return KeyboardEvent("shift" in names, "ctrl" in names, "alt" in names, "meta" in names)
