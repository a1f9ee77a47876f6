"""The dialogs that are open, and in which window's views each is shown.

`showing.ask` is set as long as some window is displayed. A dialog is shown where its window is displayed; else, and
if it belongs to none, in another displayed window, which says whose it is. A window shows one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from ipclab.errors import Error
from ipclab.main import registry, showing
from ipclab.main.dialog_options import Answer, FileDialogOptions, MessageBoxOptions, OpenDialogOptions
from ipclab.notebook.views import chosen_paths

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.dialog_options import Question


class Place(Protocol):
    """A view in which a window's dialogs can be shown."""

    @property
    def window(self) -> BrowserWindow: ...

    def tell_dialog(self) -> None:
        """Tell the front end what `shown_in` says now."""


_numbers = count(1)


class Asked:
    """A dialog that is open. `window`: where it is shown, None as long as it is nowhere."""

    def __init__(self, question: Question) -> None:
        self.number = next(_numbers)
        self.question = question
        self.window: BrowserWindow | None = None
        self.answer: asyncio.Future[Mapping[str, object]] = asyncio.get_running_loop().create_future()
        #: What was wrong with the last answer, and that answer: given once more it may be meant.
        self.error = ""
        self.refused: Mapping[str, object] | None = None

    def take(self, fields: Mapping[str, Any]) -> None:
        """The reader has answered: it is over, or `error` says why not."""
        again = fields == self.refused
        try:
            fields = chosen_paths.checked(self.question.options, fields, again)
            self.question.options.result(Answer.of(fields))
        except (Error, TypeError) as error:
            self.error, self.refused = str(error), fields
            return
        if not self.answer.done():
            self.answer.set_result(fields)

    def told(self) -> dict[str, Any]:
        """Return what a front end is told."""
        options = self.question.options
        shared = {
            "id": self.number,
            "owner": self._owner(),
            "error": self.error,
            "title": options.title,
            "message": options.message,
        }
        if isinstance(options, MessageBoxOptions):
            return shared | _message_box(options)
        return shared | _file_dialog(options)

    def _owner(self) -> str:
        """Whose it is, if that is not to be seen from where it is."""
        window = self.question.window
        if window is self.window:
            return ""
        if window is None or window.is_destroyed():
            return "This dialog belongs to no window."
        return f"This dialog belongs to window {window.id}, “{window.title}”, which is not displayed."


def _message_box(options: MessageBoxOptions) -> dict[str, Any]:
    buttons = list(options.buttons) or ["OK"]
    return {
        "kind": "message",
        "type": options.type,
        "detail": options.detail,
        "buttons": buttons,
        "default": options.default_id if 0 <= options.default_id < len(buttons) else 0,
        "checkbox": options.checkbox_label,
        "checked": options.checkbox_checked,
    }


def _file_dialog(options: FileDialogOptions) -> dict[str, Any]:
    opens = isinstance(options, OpenDialogOptions)
    return {
        "kind": "open" if opens else "save",
        "wanted": chosen_paths.wanted(options),
        "several": opens and "multiSelections" in options.properties,
        "field": getattr(options, "name_field_label", ""),
        "path": options.default_path,
        "button": options.button_label or ("Open" if opens else "Save"),
        "filters": [f"{kind['name']} ({', '.join(map(str, kind['extensions']))})" for kind in options.filters],
        "folder": chosen_paths.folder(),
    }


#: The views that a front end shows, oldest first.
_places: list[Place] = []

#: The dialogs that are open, oldest first.
_open: list[Asked] = []


def join(place: Place) -> None:
    """A front end shows this view. Nothing happens if it has joined already."""
    if place not in _places:
        _places.append(place)
        showing.ask = ask
        _arrange()


def leave(place: Place) -> None:
    """The view, or its window, is gone. Dialogs with no other place to go are cancelled."""
    if place in _places:
        _places.remove(place)
        if not _places:
            showing.ask = None
        _arrange()


def shown_in(window: BrowserWindow) -> Asked | None:
    """Return the dialog that this window shows now, None if it shows none."""
    return next((asked for asked in _open if asked.window is window), None)


def answer(window: BrowserWindow, number: object, fields: object) -> None:
    """The reader has answered a dialog in this window. One that is over already is no more asked."""
    asked = shown_in(window)
    if asked is not None and asked.number == number and isinstance(fields, dict):
        asked.take(fields)
        _tell()


async def ask(question: Question) -> Mapping[str, object]:
    """Show a dialog and return the reader's answer; see `showing.ask`."""
    asked = Asked(question)
    _open.append(asked)
    _arrange()
    try:
        return await asked.answer
    finally:
        _open.remove(asked)
        _tell()


def _arrange() -> None:
    """Find a place for every dialog. Where it is it stays, except that its own window is the best place."""
    windows = [place.window for place in _places]
    for asked in _open:
        own = asked.question.window
        if own in windows:
            asked.window = own
        elif own is not None and own.is_destroyed():
            asked.window = None  # `dialog` is about to cancel it
        elif asked.window not in windows:
            asked.window = registry.focused if registry.focused in windows else windows[-1] if windows else None
        if not windows and not asked.answer.done():
            asked.answer.set_result({"canceled": True})
    _tell()


def _tell() -> None:
    for place in _places[:]:
        place.tell_dialog()
