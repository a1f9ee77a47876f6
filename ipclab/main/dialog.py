"""`dialog`: boxes that ask the reader something, on behalf of main."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from ipclab import clone, scope
from ipclab.errors import Error
from ipclab.main import console, listening, showing
from ipclab.main.app import app
from ipclab.main.browser_window import BrowserWindow
from ipclab.main.dialog_options import (
    Answer,
    MessageBoxOptions,
    MessageBoxReturnValue,
    OpenDialogOptions,
    OpenDialogReturnValue,
    Question,
    SaveDialogOptions,
    SaveDialogReturnValue,
    check_known,
)

Options = TypeVar("Options", MessageBoxOptions, OpenDialogOptions, SaveDialogOptions)


class Dialog:
    """Electron's `dialog`. Options are keywords; the window that a dialog belongs to may stand before them.

    A dialog is answered by the answer that `answer_next` has prepared, else by the reader, where a front end shows
    it. Without either there is nobody to wait for: that is an `Error`. The methods ending in ``_sync`` would block
    main, and with it the front end: they take prepared answers only.

    All raise TypeError for unknown options and wrong types, `Error` before the app is ready.
    """

    __clonable__ = False

    def show_message_box(
        self, window: BrowserWindow | None = None, **options: Any
    ) -> Awaitable[MessageBoxReturnValue]:
        """Show a message with buttons; return an awaitable of `response` (a button's number) and `checkbox_checked`.

        Options: `message`, `type` (``none``, ``info``, ``error``, ``question`` or ``warning``), `buttons`,
        `default_id`, `cancel_id`, `title`, `detail`, `checkbox_label`, `checkbox_checked`, `icon`, `no_link`,
        `normalize_access_keys`.
        """
        question = _question("show_message_box", MessageBoxOptions, window, options)
        return _answered("show_message_box", question)

    def show_message_box_sync(self, window: BrowserWindow | None = None, **options: Any) -> int:
        """As `show_message_box`; return the clicked button's number at once."""
        question = _question("show_message_box_sync", MessageBoxOptions, window, options)
        result: MessageBoxReturnValue = _answered_at_once("show_message_box_sync", question)
        return result.response

    def show_open_dialog(
        self, window: BrowserWindow | None = None, **options: Any
    ) -> Awaitable[OpenDialogReturnValue]:
        """Ask for files or folders; return an awaitable of `canceled` and `file_paths`.

        Options: `title`, `default_path`, `button_label`, `filters`, `message`, `properties` (such as ``openFile``,
        ``openDirectory``, ``multiSelections``), `security_scoped_bookmarks`.
        """
        return _answered("show_open_dialog", _question("show_open_dialog", OpenDialogOptions, window, options))

    def show_open_dialog_sync(self, window: BrowserWindow | None = None, **options: Any) -> list[str] | None:
        """As `show_open_dialog`; return the paths at once, None if it was cancelled."""
        question = _question("show_open_dialog_sync", OpenDialogOptions, window, options)
        result: OpenDialogReturnValue = _answered_at_once("show_open_dialog_sync", question)
        return None if result.canceled else result.file_paths

    def show_save_dialog(
        self, window: BrowserWindow | None = None, **options: Any
    ) -> Awaitable[SaveDialogReturnValue]:
        """Ask where to save; return an awaitable of `canceled` and `file_path`.

        Options: those of `show_open_dialog`, `name_field_label`, `shows_tag_field`.
        """
        return _answered("show_save_dialog", _question("show_save_dialog", SaveDialogOptions, window, options))

    def show_save_dialog_sync(self, window: BrowserWindow | None = None, **options: Any) -> str:
        """As `show_save_dialog`; return the path at once, '' if it was cancelled."""
        question = _question("show_save_dialog_sync", SaveDialogOptions, window, options)
        result: SaveDialogReturnValue = _answered_at_once("show_save_dialog_sync", question)
        return result.file_path

    def show_error_box(self, title: str, content: str) -> None:
        """Tell of an error, on stderr; also before the app is ready. (Electron, when it is: a box that blocks main.)

        TypeError if one of them is no string.
        """
        for index, text in enumerate((title, content)):
            if not isinstance(text, str):
                shown = clone.preview(text)
                raise TypeError(f"Error processing argument at index {index}, conversion failure from {shown}")
        console.write(f"{title}\n{content}", error=True)

    def answer_next(self, **fields: Any) -> None:
        """Prepare the answer to the next dialog that has none yet; several are used up in turn. (Not Electron's.)

        `response` (a button's number), `checkbox_checked`; `file_paths` of an open dialog, `file_path` of a save
        dialog; `canceled` for any of them. TypeError for anything else. A dialog that cannot be answered so raises
        `Error`. Gone with `restart()`, or when the cell runs again.
        """
        answer = Answer.of(fields)
        showing.prepared.append(answer)
        scope.note(lambda: _take_back(answer))

    def __repr__(self) -> str:
        return "<dialog>"


def _take_back(answer: Answer) -> None:
    for index, prepared in enumerate(showing.prepared):
        if prepared is answer:
            del showing.prepared[index]
            return


def _question(method: str, kind: type[Options], window: object, options: dict[str, Any]) -> Question:
    if not app.is_ready():
        raise Error("dialog module can only be used after app is ready")
    if window is not None and not isinstance(window, BrowserWindow):
        how = f"takes a window and options as keywords, as in dialog.{method}(win, title='...')"
        raise TypeError(f"dialog.{method} {how}: not {clone.preview(window)}")
    if window is not None:
        window._check()
    check_known(f"options of {method}", options, kind)
    asked = kind(**options)
    asked.check()
    return Question(window, asked.complete() if isinstance(asked, MessageBoxOptions) else asked)


def _answered(method: str, question: Question) -> Awaitable[Any]:
    """Return an awaitable of what the caller gets."""
    if not showing.prepared and showing.ask is not None:
        task = asyncio.ensure_future(_asked(showing.ask, question))
        listening.running.add(task)
        return task
    result = asyncio.get_running_loop().create_future()
    result.set_result(_answered_at_once(method, question))
    return result


def _answered_at_once(method: str, question: Question) -> Any:
    if showing.prepared:
        return question.options.result(showing.prepared.popleft())
    how = f"dialog.answer_next({question.options.examples()[0]})"
    if showing.ask is None:
        nobody = "nobody can answer, for no front end shows dialogs here"
        raise Error(f"dialog.{method}: {nobody}. Prepare the answer: {how}")
    raise Error(
        f"dialog.{method} cannot wait for the reader: it would block the main process, and with it the view that is "
        f"to show the dialog. Use `await dialog.{method.removesuffix('_sync')}(...)`, or prepare the answer: {how}"
    )


async def _asked(ask: showing.Ask, question: Question) -> Any:
    """Have a front end show the dialog. It is answered as cancelled if its window, or the front end, goes."""
    gone = asyncio.get_running_loop().create_future()

    def look(change: str, window: BrowserWindow | None) -> None:
        if change == "closed" and window is question.window and not gone.done():
            gone.set_result(None)

    stop = showing.subscribe(look)
    asking = asyncio.ensure_future(ask(question))
    try:
        await asyncio.wait([asking, gone], return_when=asyncio.FIRST_COMPLETED)
        answered = asking.done() and not asking.cancelled()
        return question.options.result(Answer.of(asking.result()) if answered else Answer(canceled=True))
    finally:
        stop()
        asking.cancel()


dialog = Dialog()
