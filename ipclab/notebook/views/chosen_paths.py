"""The paths that the reader types in a file dialog: files and folders of the kernel's machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipclab.errors import Error
from ipclab.main.dialog_options import (
    DialogOptions,
    FileDialogOptions,
    MessageBoxOptions,
    OpenDialogOptions,
)


def folder() -> str:
    """Return the folder that relative paths start from."""
    return str(Path.cwd())


def wanted(options: FileDialogOptions) -> str:
    """Return what is asked for, in words."""
    if not isinstance(options, OpenDialogOptions):
        return "file to save"
    kinds = {"openFile": "file", "openDirectory": "folder"}
    return " or ".join(word for name, word in kinds.items() if name in options.properties) or "file"


def checked(options: DialogOptions, fields: Mapping[str, Any], again: bool) -> Mapping[str, Any]:
    """Return the reader's answer with absolute paths, as Electron gives them; `Error` where it cannot be meant.

    `again`: the same answer was refused just now. Replacing a file is agreed to by that.
    """
    if fields.get("canceled") or isinstance(options, MessageBoxOptions):
        return fields
    if isinstance(options, OpenDialogOptions):
        return {"file_paths": [_existing(options, text) for text in _lines(fields.get("file_paths"))]}
    confirms = "showOverwriteConfirmation" in getattr(options, "properties", ()) and not again
    return {"file_path": _to_save(_lines([fields.get("file_path")])[0], confirms)}


def _lines(given: object) -> list[str]:
    lines = [line.strip() for line in given if isinstance(line, str)] if isinstance(given, list) else []
    if not any(lines):
        raise Error("No path is given.")
    return [line for line in lines if line]


def _absolute(text: str) -> Path:
    try:
        return Path.cwd() / Path(text).expanduser()
    except RuntimeError:
        raise Error(f"There is no such user: {text}") from None


def _existing(options: OpenDialogOptions, text: str) -> str:
    path = _absolute(text)
    words = wanted(options)
    try:
        fits = ("folder" in words and path.is_dir()) or ("file" in words and path.is_file())
        exists = path.exists()
    except (OSError, ValueError):  # too long for a path, or with a NUL in it
        fits = exists = False
    if not fits:
        raise Error(f"{text} is no {words}." if exists else f"{text} does not exist.")
    return str(path)


def _to_save(text: str, confirms: bool) -> str:
    path = _absolute(text)
    try:
        is_folder, has_folder, exists = path.is_dir(), path.parent.is_dir(), path.exists()
    except (OSError, ValueError):
        raise Error(f"{text} is no path.") from None
    if is_folder:
        raise Error(f"{text} is a folder.")
    if not has_folder:
        raise Error(f"The folder {path.parent} does not exist.")
    if exists and confirms:
        raise Error(f"{text} exists already. Once more, and it may be replaced.")
    return str(path)
