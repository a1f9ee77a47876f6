"""`document` of one page: made when it is first used or watched, and then never further than its scripts may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab import activity
from ipclab.protocol import Follow, TitleChanged
from ipclab.protocol.document import MAX_TEXT
from ipclab.renderer.event_target import EventTarget, PageEvent

if TYPE_CHECKING:
    from ipclab.protocol import Input
    from ipclab.renderer.dom import Document, Navigation
    from ipclab.renderer.process import RendererProcess

#: The targets of links that replace the page itself.
SAME_FRAME = ("", "_self", "_parent", "_top")


class PageDocument:
    """How far a page has got, whether anybody uses its tree or not: that one is parsed for its users only.

    `number` is the page's; see `DocumentChanges`.
    """

    def __init__(self, process: RendererProcess, window: EventTarget, html: str, url: str, number: int) -> None:
        self.number = number
        self._process = process
        self._window = window
        self._html = html
        self._url = url
        self._script: int | None = None  # the last one that was reached
        self._is_whole = self._is_complete = False
        self._document: Document | None = None
        self._title_waits = False

    def open(self) -> Document:
        """Return the document; the first time it is built as far as the page has got."""
        if self._document is None:
            from ipclab.renderer.dom import Document  # parsing HTML is for pages that use it

            process = self._process
            self._document = document = Document(
                self._html,
                self._url,
                window=self._window,
                failed=process.uncaught,
                warn=process.console.warn,
                navigate=self._follow,
                retitled=self._retitled,
            )
            if self._is_whole:
                document.build_rest(silently=True)
            elif self._script is not None:
                document.build(self._script)
            if self._is_complete:
                document.complete()
        return self._document

    def reach_script(self, index: int) -> None:
        """The next script is about to run: it sees what stands in front of it, and itself."""
        self._script = index
        if self._document is not None:
            self._document.build(index)

    def end_parsing(self) -> None:
        """All scripts ran: the whole page is there, and hears of it (``DOMContentLoaded``)."""
        self._is_whole = True
        if self._document is not None:
            self._document.build_rest()
        else:
            self._window.fire(PageEvent("DOMContentLoaded", bubbles=True))

    def end_loading(self) -> None:
        """Everything is there: the window hears ``load``."""
        self._is_complete = True
        if self._document is not None:
            self._document.complete()
        self._window.fire(PageEvent("load"))

    def begin_blank(self) -> None:
        """The empty page that a window begins with is there at once, and nobody hears of it."""
        self._is_whole = self._is_complete = True

    def take_input(self, frame: Input) -> None:
        """The reader has done something to an element; if it was another page's, it is gone."""
        if frame.page == self.number:
            self.open().handle_input(frame.node, frame.type, frame.fields)

    def _follow(self, navigation: Navigation) -> None:
        if navigation.target in SAME_FRAME:
            self._process.write(Follow(activity.current.get(), self.number, navigation.url[:MAX_TEXT]))
        else:
            told = f'the link to {navigation.url} is not followed: ipclab opens no window for target="{{}}"'
            self._process.console.warn(told.format(navigation.target))

    def _retitled(self, _: str) -> None:
        # What sets it first empties it: told is what has become of it in the end.
        if not self._title_waits:
            self._title_waits = True
            self._process.loop.call_soon(self._tell_title)

    def _tell_title(self) -> None:
        self._title_waits = False
        title = self.open().title[:MAX_TEXT]
        self._process.write(TitleChanged(activity.current.get(), self.number, title))
