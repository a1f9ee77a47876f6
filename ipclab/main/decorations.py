"""What a window shows around its page: the menu bar and the progress bar."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from ipclab.main import registry, showing

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.menu import Menu


class Unset(Enum):
    DEFAULT = "Electron's default menu, which is built when it is first looked at"


#: The menu of all windows that are opened from now on.
application_menu: Menu | Literal[Unset.DEFAULT] | None = Unset.DEFAULT


def set_application_menu(menu: Menu | None) -> None:
    """Give all windows this menu, those to come too."""
    global application_menu
    application_menu = menu
    for window in list(registry.windows.values()):
        window.set_menu(menu)


def get_application_menu() -> Menu | None:
    """Return the menu that new windows get, the default one if none was set."""
    global application_menu
    if application_menu is Unset.DEFAULT:
        from ipclab.main.menu import default_menu

        application_menu = default_menu()
    return application_menu


def restart() -> None:
    """New windows get the default menu again."""
    global application_menu
    application_menu = Unset.DEFAULT


class Decorations:
    """The part of a `BrowserWindow` that Linux and Windows draw around the page."""

    def __init__(self) -> None:
        super().__init__()
        self._menu = application_menu
        self._progress_bar = -1.0

    def _check(self) -> BrowserWindow:
        """Return the window itself; TypeError if it is destroyed."""
        raise NotImplementedError

    @property
    def menu(self) -> Menu | None:
        """The window's menu bar: the application's menu, or what `set_menu` set; None without one.

        (Electron has no such property.)
        """
        self._check()
        if self._menu is Unset.DEFAULT:
            self._menu = get_application_menu()
        return self._menu

    def set_menu(self, menu: Menu | None) -> None:
        """Set the window's own menu bar, None to remove it. TypeError for anything else."""
        window = self._check()
        if menu is not None:
            from ipclab.main.menu import Menu

            if not isinstance(menu, Menu):
                raise TypeError("Invalid Menu")
            menu._check_radio_groups()
        self._menu = menu
        showing.changed("menu", window)

    def remove_menu(self) -> None:
        """Remove the window's menu bar."""
        self.set_menu(None)

    @property
    def progress_bar(self) -> float:
        """What `set_progress_bar` shows: -1 without a bar, 0 to 1, or 2 for an unknown length.

        (Electron has no such property.)
        """
        self._check()
        return self._progress_bar

    def set_progress_bar(self, progress: float) -> None:
        """Show progress from 0 to 1; below 0 removes the bar, above 1 means of unknown length.

        TypeError if `progress` is no number.
        """
        window = self._check()
        if not isinstance(progress, int | float) or isinstance(progress, bool) or progress != progress:
            raise TypeError(f"Error processing argument at index 0, conversion failure from {progress!r}")
        self._progress_bar = -1.0 if progress < 0 else 2.0 if progress > 1 else float(progress)
        showing.changed("progress", window)
