"""The roles of menu items: what they are called, and what they do in place of a `click`.

As on Linux. A role whose work is the page's editing, the zoom, or another thing that ipclab does not simulate keeps
its label and its accelerator, and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.web_contents import WebContents


def _nothing(_: object) -> None:
    """What ipclab has nothing for."""


class Role(NamedTuple):
    """`label` may name the ``{app}``. The first of the three deeds for which there is something to do it to is done.

    Without any, the item's own `click` is called. `registers`: whether the accelerator is one of the whole window.
    """

    label: str
    accelerator: str | None = None
    app: Callable[[Any], object] | None = None
    window: Callable[[Any], object] | None = None
    contents: Callable[[Any], object] | None = None
    registers: bool = True
    submenu: Sequence[Mapping[str, object]] | None = None


_SEPARATOR = {"type": "separator"}


def _items(*roles: str) -> list[Mapping[str, object]]:
    return [_SEPARATOR if role == "-" else {"role": role} for role in roles]


#: By Electron's names, in lower case.
ROLES = {
    "about": Role("About", app=_nothing),
    "close": Role("Close", "CommandOrControl+W", window=lambda window: window.close()),
    "copy": Role("Copy", "CommandOrControl+C", contents=_nothing, registers=False),
    "cut": Role("Cut", "CommandOrControl+X", contents=_nothing, registers=False),
    "delete": Role("Delete", contents=_nothing),
    "forcereload": Role("Force Reload", "Shift+CmdOrCtrl+R", window=lambda window: window.reload()),
    "front": Role("Bring All to Front"),
    "help": Role("Help"),
    "hide": Role("Hide {app}", "Command+H"),
    "hideothers": Role("Hide Others", "Command+Alt+H"),
    "minimize": Role("Minimize", "CommandOrControl+M", window=_nothing),
    "paste": Role("Paste", "CommandOrControl+V", contents=_nothing, registers=False),
    "pasteandmatchstyle": Role(
        "Paste and Match Style", "Shift+CommandOrControl+V", contents=_nothing, registers=False
    ),
    "quit": Role("Quit", "CommandOrControl+Q", app=lambda app: app.quit()),
    "redo": Role("Redo", "Shift+CommandOrControl+Z", contents=_nothing),
    "reload": Role("Reload", "CmdOrCtrl+R", window=lambda window: window.reload()),
    "resetzoom": Role("Actual Size", "CommandOrControl+0", contents=_nothing),
    "selectall": Role("Select All", "CommandOrControl+A", contents=_nothing),
    "services": Role("Services"),
    "recentdocuments": Role("Open Recent"),
    "clearrecentdocuments": Role("Clear Menu"),
    "showsubstitutions": Role("Show Substitutions"),
    "togglesmartquotes": Role("Smart Quotes"),
    "togglesmartdashes": Role("Smart Dashes"),
    "toggletextreplacement": Role("Text Replacement"),
    "startspeaking": Role("Start Speaking"),
    "stopspeaking": Role("Stop Speaking"),
    "toggledevtools": Role(
        "Toggle Developer Tools", "Ctrl+Shift+I", contents=lambda contents: contents.toggle_dev_tools()
    ),
    "togglefullscreen": Role("Toggle Full Screen", "F11", window=_nothing),
    "togglespellchecker": Role("Check Spelling While Typing", contents=_nothing),
    "undo": Role("Undo", "CommandOrControl+Z", contents=_nothing),
    "unhide": Role("Show All"),
    "window": Role("Window"),
    "zoom": Role("Zoom"),
    "zoomin": Role("Zoom In", "CommandOrControl+Plus", contents=_nothing),
    "zoomout": Role("Zoom Out", "CommandOrControl+-", contents=_nothing),
    "appmenu": Role(
        "{app}", submenu=_items("about", "-", "services", "-", "hide", "hideOthers", "unhide", "-", "quit")
    ),
    "filemenu": Role("File", submenu=_items("quit")),
    "editmenu": Role("Edit", submenu=_items("undo", "redo", "-", "cut", "copy", "paste", "delete", "-", "selectAll")),
    "viewmenu": Role(
        "View",
        submenu=_items(
            "reload", "forceReload", "toggleDevTools", "-", "resetZoom", "zoomIn", "zoomOut", "-", "togglefullscreen"
        ),
    ),
    "windowmenu": Role("Window", submenu=_items("minimize", "zoom", "close")),
    "sharemenu": Role("Share", submenu=()),
}

#: What an item without a role, or with one that does not exist, has from it.
NONE = Role("")


def role_of(name: object) -> Role:
    return ROLES.get(name, NONE) if isinstance(name, str) else NONE


def label_of(role: Role) -> str:
    from ipclab.main.app import app

    return role.label.format(app=app.name)


def execute(role: Role, window: BrowserWindow | None, contents: WebContents | None) -> bool:
    """Do what the role does; False if that is nothing, or there is nothing to do it to."""
    from ipclab.main.app import app

    for deed, target in ((role.app, app), (role.window, window), (role.contents, contents)):
        if deed is not None and target is not None:
            deed(target)
            return True
    return False
