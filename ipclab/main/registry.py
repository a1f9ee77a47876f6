"""Which windows and web contents there are; the module object `web_contents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.web_contents import WebContents

windows: dict[int, BrowserWindow] = {}
contents: dict[int, WebContents] = {}

_last_window = 0
_last_contents = 0
focused: BrowserWindow | None = None


def next_window_id() -> int:
    global _last_window
    _last_window += 1
    return _last_window


def next_contents_id() -> int:
    global _last_contents
    _last_contents += 1
    return _last_contents


def restart() -> None:
    global _last_window, _last_contents, focused
    _last_window = _last_contents = 0
    focused = None


class WebContentsModule:
    """Electron's `webContents` module: finds web contents."""

    __clonable__ = False

    def get_all_web_contents(self) -> list[WebContents]:
        """Return the contents of all windows, oldest first."""
        return list(contents.values())

    def from_id(self, id: int) -> WebContents | None:  # noqa: A002 (Electron's name)
        """Return the web contents with this id; None (Electron: undefined) if there are none."""
        return contents.get(id)

    def get_focused_web_contents(self) -> WebContents | None:
        """Return the focused window's web contents, None if no window is focused."""
        return focused.web_contents if focused is not None and not focused.is_destroyed() else None

    def __repr__(self) -> str:
        return "<web_contents>"


web_contents = WebContentsModule()
