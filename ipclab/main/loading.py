"""The loads of one web contents, one at a time: events in Electron's order, a later load aborts an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ipclab import activity
from ipclab.errors import LoadError
from ipclab.main import console
from ipclab.main.events import Event
from ipclab.main.load import Load
from ipclab.main.pages import PageSource, from_url, preload_script
from ipclab.protocol import Navigate, Script

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

BLANK = "about:blank"


class Loading:
    """What is shown, and the load under way (`current`), if there is one."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        self.current: Load | None = None
        self._announcing = False
        self.page = from_url(BLANK)
        #: What the last load was asked for: the name of a page, a path or a URL.
        self.asked_for = ""
        #: Finds the page again for `reload`; None before any load.
        self.find: Callable[[], PageSource] | None = None

    def again(self) -> Load:
        """Load the current page again."""
        return self.start(self.asked_for or BLANK, self.find or (lambda: from_url(BLANK)))

    def is_under_way(self, operation: int) -> bool:
        """Whether this is the operation of the load under way; an aborted one may still have something to say."""
        return self.current is not None and self.current.operation == operation

    def start(self, asked_for: str, find: Callable[[], PageSource]) -> Load:
        """Start loading what `find` finds; a load under way is aborted."""
        contents = self._contents
        load, previous = Load(asked_for, contents.loop), self.current
        if self._announcing:
            # As in Electron: a load begun inside `did-start-loading` fails.
            load.finish(LoadError("ERR_FAILED", -2, asked_for))
            return load
        self.current, self.asked_for = load, asked_for
        if previous is not None:
            previous.finish(LoadError("ERR_ABORTED", -3, previous.url))
            contents.host.abandon(previous.operation)
        self._announcing = True
        contents.announce("did-start-loading")
        self._announcing = False
        if self.current is not load:  # the window was closed meanwhile
            return load
        try:
            page = find()
        except LoadError as error:
            self.fail(error)
            return load
        load.url = page.url
        preload = self._preload()
        contents.announce("did-start-navigation", page.url)
        if self.current is load:
            self._navigate(load, page, preload)
            self.find = find
        return load

    def _navigate(self, load: Load, page: PageSource, preload: Script | None) -> None:
        contents = self._contents
        host = contents.living_host()
        self.page = page
        what = f"the load of {self.asked_for} in {contents.label}"
        preferences = contents.preferences
        load.operation, _ = host.ask(
            what,
            lambda operation: Navigate(
                activity.current.get(),
                operation,
                page.url,
                page.html,
                page.title or "",
                page.scripts,
                page.notes,
                preload,
                preferences.context_isolation,
                preferences.node_integration,
                preferences.sandbox,
            ),
            on_done=lambda: activity.run(load.activity, self._finish, load),
        )
        contents.announce("did-frame-navigate", page.url)
        contents.announce("did-navigate", page.url)
        if page.title is not None:
            contents.title_updated(page.title)

    def _preload(self) -> Script | None:
        path = self._contents.preferences.preload
        if path is None:
            return None
        try:
            return preload_script(path)
        except (OSError, ValueError) as error:
            why = f"{type(error).__name__}: {error}"
            label = self._contents.label
            console.write_labelled(label, "error", f"Unable to load preload script: {path}\n{why}")
            self._contents.announce("preload-error", Event(), path, error)
            return None

    def _finish(self, load: Load) -> None:
        if self.current is not load:
            return
        self._contents.announce("did-frame-finish-load", Event(), True)
        self.current = None
        load.finish(None)
        self._contents.announce("did-finish-load")
        self._contents.announce("did-stop-loading")

    def fail(self, error: LoadError) -> None:
        """End the load under way with `error`."""
        load, self.current = self.current, None
        if load is None:
            return
        load.finish(error)
        self._contents.announce("did-fail-load", Event(), error.errno, error.code, error.url, True)
        self._contents.announce("did-stop-loading")

    def renderer_gone(self) -> None:
        """The renderer process died, or its window was closed: nobody is left to load anything."""
        if self.current is not None:
            self.fail(LoadError("ERR_FAILED", -2, self.current.url))
