"""`document`: the page's tree as its scripts find it, and as it is told to views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ipclab.errors import InvalidCharacterError
from ipclab.renderer.dom.changes import Change, Observed, Tree, as_lists
from ipclab.renderer.dom.containers import DocumentFragment
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import FocusEvent, Listening, fire
from ipclab.renderer.dom.kinds import make_element
from ipclab.renderer.dom.nodes import Comment, Text
from ipclab.renderer.dom.parsing import Builder
from ipclab.renderer.dom.selecting import Queries
from ipclab.renderer.dom.wording import as_text, is_element_name
from ipclab.renderer.event_target import EventTarget, PageEvent


class Navigation(NamedTuple):
    """Where a click on a link wants to go: `url` is absolute; `target` is the link's, e.g. ``_blank``."""

    url: str
    target: str


class Document(Queries, Observed):
    """The page's tree.

    :param html: the page's source; an empty one gives ``<html>`` with an empty ``<head>`` and ``<body>``.
    :param url: the page's address; links are relative to it.
    :param window: the window's listeners; events of the page bubble up to them. Its `owner` is their
        ``event.current_target``.
    :param failed: is told what a listener raised.
    :param warn: is told, as text for the page's console, what goes nowhere here (a form that is submitted, a
        ``javascript:`` link).
    :param navigate: is called with a `Navigation` when a link was clicked, by the reader or by ``element.click()``,
        and nobody prevented it.
    :param retitled: is told the new title when code has changed it.
    """

    __slots__ = (
        "_builder",
        "_document",
        "_events",
        "_failed",
        "_html",
        "_last_id",
        "_navigate",
        "_ready_state",
        "_root_element",
        "_url",
        "_warn",
        "_window",
    )
    __clonable__ = False
    _web_name = "Document"

    def __init__(
        self,
        html: str,
        url: str,
        *,
        window: EventTarget,
        failed: Callable[[BaseException], None],
        warn: Callable[[str], None],
        navigate: Callable[[Navigation], None],
        retitled: Callable[[str], None],
    ) -> None:
        super().__init__(retitled)
        self._url = url
        self._ready_state = "loading"
        self._document = self
        self._events: EventTarget | None = None
        self._window = window
        self._failed = failed
        self._warn = warn
        self._navigate = navigate
        self._html = html
        self._builder: Builder | None = None
        self._last_id = 0
        self._root_element = make_element(self, "html")
        self._shown[self.document_element._id] = self.document_element

    # --- for scripts ---

    @property
    def document_element(self) -> HTMLElement:
        """``<html>``; a page always has it here."""
        return self._root_element

    @property
    def url(self) -> str:
        """The page's address."""
        return self._url

    @property
    def ready_state(self) -> str:
        """``loading``, ``interactive`` (the tree is complete) or ``complete`` (the page is loaded)."""
        return self._ready_state

    @property
    def head(self) -> HTMLElement | None:
        """``<head>``, None if the page has lost it."""
        return self._part("head")

    @property
    def body(self) -> HTMLElement | None:
        """``<body>``; None while a script in the head runs."""
        return self._part("body")

    @property
    def title(self) -> str:
        """The text of the first ``<title>``, without white space around it."""
        return self._title_text()

    @title.setter
    def title(self, value: object) -> None:
        element = self._title_element()
        if element is None and self.head is not None:
            element = make_element(self, "title")
            self.head.append(element)
        if element is not None:
            element.text_content = value

    @property
    def active_element(self) -> HTMLElement | None:
        """What the keyboard goes to; the body if it goes nowhere."""
        return self._focused or self.body

    @property
    def default_view(self) -> object:
        """The page's `window`."""
        return self._window.owner

    def get_element_by_id(self, id: str) -> Any:  # noqa: A002 (the web's name)
        """Return the first element with this id; None if there is none."""
        return next((each for each in self._inside() if each._attributes.get("id") == id), None)

    def create_element(self, tag: str) -> Any:
        """Make an element that is in no tree yet. (A ``<script>`` made so is never run here.)"""
        if not is_element_name(str(tag)):
            raise InvalidCharacterError(
                f"Failed to execute 'createElement' on 'Document': The tag name provided ('{tag}') is not a valid "
                "name."
            )
        return make_element(self, tag.lower())

    def create_element_ns(self, namespace: str, tag: str) -> Any:
        """As `create_element`, of another language, e.g. ``http://www.w3.org/2000/svg``."""
        if namespace.endswith("/xhtml"):
            return self.create_element(tag)
        return make_element(self, tag, namespace="math" if namespace.endswith("MathML") else "svg")

    def create_text_node(self, data: object) -> Text:
        """Make a text that is in no tree yet."""
        return Text(self, as_text(data))

    def create_comment(self, data: object) -> Comment:
        """Make a comment that is in no tree yet."""
        return Comment(self, as_text(data))

    def create_document_fragment(self) -> DocumentFragment:
        """Make a holder of nodes; inserted, it gives them all."""
        return DocumentFragment(self)

    # --- for the page that has it ---

    def build(self, index: int) -> None:
        """Let the tree be there up to and including the source's `index`-th ``<script>`` (of any type, from 0).

        Told to the observer as one ``["all", tree]``.
        """
        self._build(index + 1)

    def build_rest(self, silently: bool = False) -> None:
        """Let the whole tree be there: `ready_state` is ``interactive``, ``DOMContentLoaded`` is fired.

        `silently`: the window has heard that already.
        """
        if self.ready_state == "loading":
            self._build(None)
            self._builder = None
            self._become("interactive")
            if not silently:
                fire(self, PageEvent("DOMContentLoaded", bubbles=True))

    def complete(self) -> None:
        """The page is loaded, before the window's ``load``: `ready_state` is ``complete``."""
        self._become("complete")

    def observe(self, callback: Callable[[list[Change]], None] | None) -> None:
        """Call `callback` with a list of the one change, at each change from now on; None: no more."""
        self._observer = callback

    def snapshot(self) -> Tree:
        """Return the tree as lists."""
        return as_lists(self.document_element)

    def handle_input(self, node_id: int, type: str, fields: Mapping[str, Any]) -> None:  # noqa: A002
        """Do what the reader did in a view: set the control's state, dispatch the events, act by default.

        Navigations go to `navigate`. A node that is gone and a disabled control are ignored.
        """
        from ipclab.renderer.dom.reader import handle

        element = self._shown.get(node_id)
        if element is not None:
            handle(element, type, fields)

    # --- for the tree ---

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _ancestors(self) -> Sequence[Listening | EventTarget]:
        return [self._window]

    def _inside(self) -> Iterator[HTMLElement]:
        yield self.document_element
        yield from self.document_element._inside()

    def _part(self, tag: str) -> HTMLElement | None:
        return next((each for each in self.document_element.children if each._tag == tag), None)

    def _build(self, scripts: int | None) -> None:
        observer, self._observer = self._observer, None
        self._is_building = True
        if self._builder is None:
            self._builder = Builder(self, self._html, self.document_element)
            self._html = ""
        last_id = self._last_id
        self._builder.build(scripts)
        self._observer = observer
        self._is_building = False
        self._title = self._title_text()
        if observer is not None and self._last_id != last_id:
            observer([["all", self.snapshot()]])

    def _become(self, state: str) -> None:
        self._ready_state = state
        fire(self, PageEvent("readystatechange"))

    def _follow(self, href: str, url: str, target: str) -> None:
        if href.strip().lower().startswith("javascript:"):
            self._warn(f"A link to {href[:40]!r} was clicked: no JavaScript is run here. Add a listener to it.")
        elif not href.strip().startswith("#"):  # a place in this very page
            self._navigate(Navigation(url, target))

    def _focus(self, element: HTMLElement | None) -> None:
        """Move the keyboard, by code: views follow."""
        old = self._focused
        if element is not old:
            self._move_focus(element)
            if element is not None and self._focused is element:
                self._tell("focus", element._id)
            elif old is not None and element is None:
                self._tell("blur", old._id)

    def _move_focus(self, element: HTMLElement | None) -> None:
        """Let the keyboard go to `element`, and tell listeners."""
        old = self._focused
        if element is old:
            return
        self._focused = None
        if old is not None:
            _fire_focus(old, ("blur", "focusout"), element)
        if element is not None and self._focused is None and element.is_connected:
            self._focused = element
            _fire_focus(element, ("focus", "focusin"), old)

    def __repr__(self) -> str:
        return f"<Document {self.url}>"


def _fire_focus(element: HTMLElement, types: tuple[str, str], related: HTMLElement | None) -> None:
    for name, bubbles in zip(types, (False, True), strict=True):
        event = FocusEvent(name, bubbles=bubbles)
        event.related_target = related
        fire(element, event)
