"""What may be asked for in a dialog and answered to it, checked as Electron does, and what its caller gets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec

from ipclab import clone
from ipclab.errors import Error

if TYPE_CHECKING:
    from ipclab.main.browser_window import BrowserWindow

MESSAGE_BOX_TYPES = ("none", "info", "warning", "error", "question")

OPEN_PROPERTIES = (
    "openFile",
    "openDirectory",
    "multiSelections",
    "showHiddenFiles",
    "createDirectory",
    "promptToCreate",
    "noResolveAliases",
    "treatPackageAsDirectory",
    "dontAddToRecent",
)
SAVE_PROPERTIES = (
    "showHiddenFiles",
    "createDirectory",
    "treatPackageAsDirectory",
    "showOverwriteConfirmation",
    "dontAddToRecent",
)


class MessageBoxReturnValue(msgspec.Struct, frozen=True):
    """Which button was clicked, counted from 0, and whether the checkbox was checked."""

    response: int
    checkbox_checked: bool


class OpenDialogReturnValue(msgspec.Struct, frozen=True):
    """What was chosen; nothing if the dialog was `canceled`."""

    canceled: bool
    file_paths: list[str]


class SaveDialogReturnValue(msgspec.Struct, frozen=True):
    """Where to save; '' if the dialog was `canceled`."""

    canceled: bool
    file_path: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader did in a dialog: clicked a button, chose files, or cancelled it."""

    response: int | None = None
    checkbox_checked: bool | None = None
    canceled: bool | None = None
    file_paths: list[str] | None = None
    file_path: str | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Return the answer of these fields; TypeError for unknown ones and wrong types."""
        check_known("fields of an answer", fields, cls)
        if not fields:
            raise TypeError(f"an answer has at least one of {', '.join(cls.__struct_fields__)}")
        try:
            return msgspec.convert({**fields}, cls)
        except msgspec.ValidationError as error:
            raise TypeError(f"an answer's field is of a wrong type: {error}") from None

    def given(self) -> list[str]:
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]


def check_known(what: str, given: Mapping[str, object], known: type[msgspec.Struct]) -> None:
    """TypeError that names the unknown fields among `given`, and the known ones."""
    if unknown := [name for name in given if name not in known.__struct_fields__]:
        raise TypeError(f"unknown {what}: {', '.join(unknown)}. Known: {', '.join(known.__struct_fields__)}")


class DialogOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What all dialogs have in common. `KIND`: what it is called. `ANSWERS`: the fields of its answers, each with an
    example. `TEXTS`: which options are texts, and what Electron calls them.
    """

    KIND: ClassVar[str]
    ANSWERS: ClassVar[Mapping[str, str]]
    TEXTS: ClassVar[Mapping[str, str]]

    def check(self) -> None:
        """TypeError, with Electron's text, if an option is of a wrong type."""
        for name, called in self.TEXTS.items():
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{called} must be a string")

    def result(self, answer: Answer) -> Any:
        """Return what the caller gets; `Error` if this dialog cannot be answered so."""
        if foreign := [name for name in answer.given() if name not in self.ANSWERS]:
            known = ", ".join(self.examples())
            raise Error(f"{self.KIND} cannot be answered with {', '.join(foreign)}, but with: {known}")
        return self._result(answer)

    def examples(self) -> list[str]:
        """Return how it can be answered, as one would write it."""
        return [f"{name}={example}" for name, example in self.ANSWERS.items()]

    def _result(self, answer: Answer) -> Any:
        raise NotImplementedError


class MessageBoxOptions(DialogOptions, frozen=True, kw_only=True):
    """Of a message box. `cancel_id` is the button that closing the box without a click stands for."""

    message: str = ""
    type: str = "none"
    buttons: Sequence[str] = ()
    default_id: int = -1
    cancel_id: int | None = None
    title: str = ""
    detail: str = ""
    checkbox_label: str = ""
    checkbox_checked: bool = False
    icon: object = None
    no_link: bool = False
    normalize_access_keys: bool = False

    KIND: ClassVar = "a message box"
    ANSWERS: ClassVar = {"response": "0", "checkbox_checked": "True", "canceled": "True"}
    TEXTS: ClassVar = {
        "title": "Title",
        "message": "Message",
        "detail": "Detail",
        "checkbox_label": "checkboxLabel",
    }

    def check(self) -> None:
        if self.type not in MESSAGE_BOX_TYPES:
            raise TypeError(f"Invalid message box type: {self.type!r}. Known: {', '.join(MESSAGE_BOX_TYPES)}")
        _check_list("Buttons", self.buttons)
        super().check()
        if not isinstance(self.no_link, bool):
            raise TypeError("noLink must be a boolean")
        for name, number in (("defaultId", self.default_id), ("cancelId", self.cancel_id)):
            if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
                raise TypeError(f"{name} must be a number")
        if self.checkbox_checked and not self.checkbox_label:
            raise Error("checkboxChecked requires that checkboxLabel also be passed")

    def complete(self) -> Self:
        """Return the options as they are shown: with the buttons' texts, and a `cancel_id`."""
        buttons = list(self.buttons)
        if self.normalize_access_keys:
            buttons = [re.sub("&(&?)", r"\1", button) for button in buttons]
        cancel_id = self.cancel_id
        if cancel_id is None:
            named = (number for number, button in enumerate(buttons) if button.lower() in ("cancel", "no"))
            cancel_id = next(named, 1 if self.default_id == 0 and len(buttons) > 1 else 0)
        return msgspec.structs.replace(self, buttons=buttons, cancel_id=cancel_id)

    def _result(self, answer: Answer) -> MessageBoxReturnValue:
        response = answer.response
        if answer.canceled:
            response = self.cancel_id
        elif response is None:
            response = self.default_id if 0 <= self.default_id < len(self.buttons) else 0
        elif not 0 <= response < max(1, len(self.buttons)):
            shown = (
                ", ".join(f"{number} {button!r}" for number, button in enumerate(self.buttons)) or "0, the only one"
            )
            raise Error(f"response={response} is no button of the message box, which has {shown}")
        checked = self.checkbox_checked if answer.checkbox_checked is None else answer.checkbox_checked
        if checked and not self.checkbox_label:
            raise Error("checkbox_checked=True, but the message box has no checkbox: it needs a checkbox_label")
        return MessageBoxReturnValue(response or 0, bool(checked))


class FileDialogOptions(DialogOptions, frozen=True, kw_only=True):
    """What dialogs for files have in common."""

    title: str = ""
    default_path: str = ""
    button_label: str = ""
    filters: Sequence[Mapping[str, Any]] = ()
    message: str = ""
    properties: Sequence[str] = ()
    security_scoped_bookmarks: bool = False

    PROPERTIES: ClassVar[tuple[str, ...]]
    TEXTS: ClassVar = {
        "title": "Title",
        "button_label": "Button label",
        "default_path": "Default path",
        "message": "Message",
    }

    def check(self) -> None:
        _check_list("Properties", self.properties)
        super().check()
        if unknown := [name for name in self.properties if name not in self.PROPERTIES]:
            raise TypeError(f"unknown properties: {', '.join(unknown)}. Known: {', '.join(self.PROPERTIES)}")
        if not isinstance(self.filters, list | tuple):
            raise TypeError("Filters must be an array")
        for file_filter in self.filters:
            if not isinstance(file_filter, Mapping) or {*file_filter} != {"name", "extensions"}:
                shown = clone.preview(file_filter)
                raise TypeError(f"a filter is like {{'name': 'Images', 'extensions': ['png', 'gif']}}, not {shown}")


class OpenDialogOptions(FileDialogOptions, frozen=True, kw_only=True):
    """Of a dialog that asks for files or folders."""

    properties: Sequence[str] = ("openFile",)

    KIND: ClassVar = "an open dialog"
    ANSWERS: ClassVar = {"file_paths": "['/home/me/notes.txt']", "canceled": "True"}
    PROPERTIES: ClassVar = OPEN_PROPERTIES

    def _result(self, answer: Answer) -> OpenDialogReturnValue:
        if answer.canceled:
            return OpenDialogReturnValue(True, [])
        chosen = answer.file_paths or []
        if not chosen:
            raise Error("nothing is chosen: an open dialog is left with at least one path, or with canceled=True")
        if len(chosen) > 1 and "multiSelections" not in self.properties:
            raise Error(
                f"{len(chosen)} paths are chosen, and without 'multiSelections' in its properties it takes one"
            )
        return OpenDialogReturnValue(False, chosen)


class SaveDialogOptions(FileDialogOptions, frozen=True, kw_only=True):
    """Of a dialog that asks where to save."""

    name_field_label: str = ""
    shows_tag_field: bool = True

    KIND: ClassVar = "a save dialog"
    ANSWERS: ClassVar = {"file_path": "'/home/me/notes.txt'", "canceled": "True"}
    PROPERTIES: ClassVar = SAVE_PROPERTIES
    TEXTS: ClassVar = {**FileDialogOptions.TEXTS, "name_field_label": "Name field label"}

    def _result(self, answer: Answer) -> SaveDialogReturnValue:
        if answer.canceled:
            return SaveDialogReturnValue(True, "")
        if not answer.file_path:
            raise Error("nothing is chosen: a save dialog is left with a path, or with canceled=True")
        return SaveDialogReturnValue(False, answer.file_path)


class Question(msgspec.Struct, frozen=True):
    """A dialog as a front end gets it. `window` is the one it belongs to, None if to none."""

    window: BrowserWindow | None
    options: MessageBoxOptions | OpenDialogOptions | SaveDialogOptions


def _check_list(called: str, given: object) -> None:
    if not isinstance(given, list | tuple):
        raise TypeError(f"{called} must be an array")
    for value in given:
        if not isinstance(value, str):
            raise TypeError(f"{called} must be an array of strings, not of {clone.preview(value)}")
