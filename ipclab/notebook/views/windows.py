"""Which windows are shown: `win` as a cell's last line, and `ipclab.windows()`."""

from __future__ import annotations

from html import escape
from typing import Any

from ipywidgets import HBox, Label  # type: ignore[import-untyped]

from ipclab import scope
from ipclab.main import registry, showing
from ipclab.main.browser_window import BrowserWindow
from ipclab.notebook.views.window import Stop, WindowView

NOTHING = "no window is open"


def bundle(window: BrowserWindow) -> Any:
    """Return how a window is displayed: as its live view; None if it is closed and was never shown."""
    view = WindowView.of(window)
    if view is None:
        return None
    scope.note(view.displayed())
    return view._repr_mimebundle_()


def close_all() -> None:
    """Take all views off the page."""
    for view in list(WindowView.views.values()):
        view.close()


class Desktop(HBox):  # type: ignore[misc]
    """Windows side by side: those it was given, or all that are open, as they come and go."""

    def __init__(self, windows: tuple[BrowserWindow, ...]) -> None:
        super().__init__()
        self.add_class("ipclab-windows")
        self._follows = not windows
        self._shown: dict[BrowserWindow, tuple[WindowView, Stop]] = {}
        self._nothing: Label | None = None
        self._stop = showing.subscribe(self._changed)
        for window in windows or tuple(registry.windows.values()):
            self._add(window)
        self._arrange()
        scope.note(self.close)

    def _changed(self, change: showing.Change, window: BrowserWindow | None) -> None:
        if not self._follows or window is None or change not in ("opened", "closed"):
            return
        if change == "opened":
            self._add(window)
        elif window in self._shown:
            _, leave = self._shown.pop(window)
            leave()
        self._arrange()

    def _add(self, window: BrowserWindow) -> None:
        if window not in self._shown and (view := WindowView.of(window)) is not None:
            self._shown[window] = view, view.displayed()

    def _arrange(self) -> None:
        if self._shown:
            self.children = [view for view, _ in self._shown.values()]
            self._drop_nothing()
        elif self._nothing is None:
            self._nothing = Label(NOTHING)
            self.children = [self._nothing]

    def _drop_nothing(self) -> None:
        if self._nothing is not None:
            for model in (self._nothing, self._nothing.layout, self._nothing.style):
                model.close()
            self._nothing = None

    def close(self) -> None:
        """Take the windows off the page; they themselves stay open."""
        self._stop()
        self._stop = lambda: None
        for _, leave in self._shown.values():
            leave()
        self._shown.clear()
        self._drop_nothing()
        super().close()
        self.layout.close()  # a model of its own, which ipywidgets keeps for ever
        self.children = []  # IPython keeps what a cell has returned: it must not keep the windows

    def words(self) -> str:
        return "\n".join(view.words() for view, _ in self._shown.values()) or NOTHING

    def __repr__(self) -> str:
        return self.words()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        if made is not None:
            made["text/plain"] = self.words()
            static = "".join(view.static_html() for view, _ in self._shown.values())
            made["text/html"] = static or f"<pre>{escape(self.words())}</pre>"
        return made
