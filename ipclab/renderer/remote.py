"""`remote`: main's objects in a page, as Electron had it up to version 13.

Each use of such an object is a message that blocks this renderer until main has answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipclab import names, versions
from ipclab.renderer.remote_link import RemoteLink

if TYPE_CHECKING:
    from ipclab.renderer.process import RendererProcess


class Remote:
    """What main has, for a page (Electron's `remote`): `remote.app`, `remote.BrowserWindow`, `remote.process`, ...

    Plain values, dates, bytes, exceptions and lists arrive as copies; of other objects, dicts and functions above
    all, the page gets a proxy, whose every read, write and call is a message. Arguments and values that are set are
    copied the other way: main gets proxies back as its own objects, and functions as callbacks that run here later,
    without a result. What fails in main is raised here. A page that can do this can do whatever main can: it is no
    security boundary.
    """

    __clonable__ = False

    def __init__(self, link: RemoteLink) -> None:
        self._link = link

    def get_global(self, name: str) -> Any:
        """Return `global_.<name>` of main, None if there is none."""
        return self._link.ask("get_global", f"getGlobal {name}", name=_text(name))

    def get_builtin(self, name: str) -> Any:
        """Return one of Electron's modules of the main process; `remote.app` is `get_builtin("app")`."""
        return self._link.ask("get_builtin", f"getBuiltin {name}", name=_text(name))

    def get_current_window(self) -> Any:
        """Return the window that shows this page."""
        return self._link.ask("get_current_window", "getCurrentWindow")

    def get_current_web_contents(self) -> Any:
        """Return the web contents of this page."""
        return self._link.ask("get_current_web_contents", "getCurrentWebContents")

    @property
    def process(self) -> Any:
        """The `process` of main."""
        return self.get_global("process")

    def __getattr__(self, name: str) -> Any:
        if name in names.REMOTE:
            return self.get_builtin(name)
        known = [known for known in dir(self) if not known.startswith("_")]
        raise AttributeError(f"remote has no {name!r}{names.hint(name, known)}. It has: {', '.join(known)}")

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *(names.REMOTE - names.NOT_YET)]

    def __repr__(self) -> str:
        return "<remote>"


def open_remote(process: RendererProcess) -> tuple[RemoteLink, Remote]:
    """Give a page its `remote`. ImportError, which says what to do instead, if its window has none."""
    refusal = versions.remote_refusal(process.electron_major, process.remote_module)
    if refusal is not None:
        raise ImportError(refusal)
    warning = versions.remote_warning(process.electron_major, process.remote_module)
    if warning is not None:
        process.console.warn(warning)
    link = RemoteLink(process)
    return link, Remote(link)


def _text(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"remote asks for names, and {name!r} is none")
    return name
