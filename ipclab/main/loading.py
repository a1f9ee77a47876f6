"""The loads of one web contents, one at a time: events in Electron's order, a later load aborts an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ipclab import activity
from ipclab.errors import LoadError
from ipclab.main import console, listening
from ipclab.main.events import Event
from ipclab.main.load import Load
from ipclab.main.pages import PageSource, from_link, from_url, preload_script
from ipclab.protocol import Navigate, Script

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

BLANK = "about:blank"


class Loading:
    """What is shown, and the load under way (`current`), if there is one: from did-start- to did-stop-loading."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        self.current: Load | None = None
        self._announcing = False
        self.page = from_url(BLANK)
        #: What the page shown was asked for by: its name, a path or a URL.
        self.asked_for = ""
        #: Finds the page again for `reload`; None before any load.
        self.find: Callable[[], PageSource] | None = None
        #: The renderer's number for the page: the operation that loaded it, 0 for the empty one it begins with.
        self.number = 0

    def again(self) -> Load:
        """Load the current page again."""
        return self.start(self.asked_for or BLANK, self.find or (lambda: from_url(BLANK)))

    def dom_ready(self, operation: int) -> None:
        """The page of that operation has run its scripts; that of an aborted load is of no interest any more."""
        if self.current is not None and self.current.operation == operation:
            self._contents.announce("dom-ready")

    def title_changed(self, number: int, title: str) -> None:
        """The code of a page has changed its title."""
        if number == self.number and title != self.page.title:
            self.page.title = title
            self._contents.title_updated(title)

    def follow(self, number: int, url: str) -> None:
        """A link of a page was clicked. What a page cannot ask for is told on its console."""
        if number != self.number:
            return
        try:
            asked_for, find = from_link(self.page.url, url)
        except ValueError as error:
            console.write_labelled(self._contents.label, "error", str(error))
        else:
            self.start(asked_for, find, by_page=True).told_of(self._tell_reader)

    def _tell_reader(self, error: LoadError) -> None:
        """Nobody awaits what a link loads. A browser would show the failure as a page."""
        if error.code not in ("ERR_ABORTED", "ERR_FAILED"):
            console.write_labelled(self._contents.label, "error", str(error))

    def start(self, asked_for: str, find: Callable[[], PageSource], *, by_page: bool = False) -> Load:
        """Start loading what `find` finds; a load under way is aborted.

        `by_page`: the page itself asks for it, and a listener of `will-navigate` may prevent it.
        """
        load, previous = Load(asked_for, self._contents.loop, self._contents.id), self.current
        if self._announcing:
            # As in Electron: a load begun inside `did-start-loading` fails.
            load.finish(LoadError("ERR_FAILED", -2, asked_for))
            return load
        self.current = load
        self._contents.state_changed()
        with self._or_give_up(load):
            self._begin(load, previous, find, by_page)
        return load

    @contextmanager
    def _or_give_up(self, load: Load) -> Iterator[None]:
        """The cell may be interrupted in a listener: then the load is over, unless the renderer is at it already."""
        try:
            yield
        except BaseException:
            if not load.operation:
                self.give_up()
            raise

    def refuse(self, url: str) -> Load:
        """What is no address begins no load (and aborts none): it fails at once."""
        error = LoadError("ERR_INVALID_URL", -300, url)
        load = Load(url, self._contents.loop, self._contents.id)
        load.finish(error)
        self._announce_failure(error)
        return load

    def _begin(self, load: Load, previous: Load | None, find: Callable[[], PageSource], by_page: bool) -> None:
        contents = self._contents
        if previous is None:
            self._announcing = True
            try:
                contents.announce("did-start-loading")
            finally:
                self._announcing = False
            if self.current is not load:  # the window was closed meanwhile
                return
        page, failure, asked_for = None, None, load.url
        try:
            page = find()
            load.url = page.url
        except LoadError as error:
            failure = error
            load.url = error.url
        if previous is not None:
            # As in Electron, the address is that of the load which takes its place.
            previous.finish(LoadError("ERR_ABORTED", -3, load.url))
            contents.host.abandon(previous.operation)

        def leave() -> None:
            if self.current is not load:
                return
            with self._or_give_up(load):
                contents.announce("did-start-navigation", load.url)
                if by_page and self.current is load and self._prevented(load):
                    self._fail(load, LoadError("ERR_FAILED", -2, load.url))
                if self.current is not load:
                    return
                if failure is not None:
                    self._fail(load, failure)
                elif page is not None:
                    self.page, self.asked_for, self.find = page, asked_for, find
                    self._navigate(load, page)

        contents.unloading.ask(leave, lambda: self._stay(load))

    def _stay(self, load: Load) -> None:
        """The page that is shown refuses to go."""
        if self.current is load:
            self._fail(load, LoadError("ERR_FAILED", -2, load.url))

    def _prevented(self, load: Load) -> bool:
        event = Event()
        self._contents.announce("will-navigate", event, load.url)
        return event.default_prevented

    def _navigate(self, load: Load, page: PageSource) -> None:
        contents = self._contents
        preferences = contents.preferences
        host = contents.living_host()
        contents.unloading.page_replaced(lambda: contents.main_frame.navigate(host, page.url))
        preload, problem = self._preload()
        load.operation, _ = host.ask(
            f"the load of {self.asked_for} in {contents.label}",
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
        self.number = load.operation
        contents.hang.watch()
        contents.announce("did-frame-navigate", page.url)
        contents.announce("did-navigate", page.url)
        if problem is not None:
            why = f"{type(problem).__name__}: {problem}"
            told = f"Unable to load preload script: {preferences.preload}\n{why}"
            console.write_labelled(contents.label, "error", told)
            contents.announce("preload-error", Event(), preferences.preload, problem)
        if page.title is not None and self.page is page:
            contents.title_updated(page.title)

    def _preload(self) -> tuple[Script | None, Exception | None]:
        path = self._contents.preferences.preload
        if path is None:
            return None, None
        try:
            return preload_script(path), None
        except (OSError, ValueError) as error:
            return None, error

    def _finish(self, load: Load) -> None:
        contents = self._contents
        if self.current is not load:
            return
        try:
            contents.announce("did-frame-finish-load", Event(), True)
            load.finish(None)
            if not contents.is_destroyed():
                contents.announce("did-finish-load")
        finally:
            self._stop(load)
        if self.current is None and not contents.is_destroyed():
            contents.loop.call_soon(self._painted)

    def _painted(self) -> None:
        window = self._contents.owner()
        if window is not None and not window.is_destroyed():
            listening.announce(window, "ready-to-show")  # without an event, as Electron emits it

    def _fail(self, load: Load, error: LoadError) -> None:
        load.finish(error)
        try:
            # As in Electron, a load that nobody can serve (a bad scheme) just stops.
            if error.code != "ERR_FAILED":
                self._announce_failure(error)
        finally:
            self._stop(load)

    def _announce_failure(self, error: LoadError) -> None:
        self._contents.announce("did-fail-load", Event(), error.errno, error.code, error.url, True)

    def _stop(self, load: Load) -> None:
        """The load is over; another one that a listener began goes on, and so does the loading."""
        if self.current is load:
            self.current = None
            self._contents.state_changed()
            self._contents.announce("did-stop-loading")

    def renderer_gone(self) -> None:
        """The process died: nobody is left to load anything."""
        if self.current is not None:
            self._fail(self.current, LoadError("ERR_FAILED", -2, self.current.url))

    def give_up(self) -> None:
        """End the load under way, and say so only to those who await it."""
        load, self.current = self.current, None
        if load is not None:
            load.finish(LoadError("ERR_FAILED", -2, load.url))
            self._contents.state_changed()
