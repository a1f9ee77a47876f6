"""What shows a live view: `monitor`, `windows`, `predict`, `playground`.

Their names belong to the package, which is usable without a notebook; so widgets are loaded when one is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ipclab.main.browser_window import BrowserWindow

if TYPE_CHECKING:
    from ipclab.notebook.views.monitor import Monitor
    from ipclab.notebook.views.playground import Playground
    from ipclab.notebook.views.predict import Predict
    from ipclab.notebook.views.windows import Desktop


def monitor(exported: str | os.PathLike[str] | None = None) -> Monitor:
    """Return a live view of all messages: what is sent, by whom, to whom, and what becomes of it.

    `exported` shows the messages of an export instead: its text (what `ipclab.trace.to_json()` has returned), or the
    path of a file with that text, as a `pathlib.Path`. ValueError if it is no export.
    """
    from ipclab.notebook.views.monitor import Monitor
    from ipclab.trace_import import from_json

    if exported is None:
        return Monitor()
    if isinstance(exported, os.PathLike):
        path = Path(exported)
        return Monitor(from_json(path.read_bytes()), path.name)
    if not isinstance(exported, str):
        raise TypeError(f"an export is its JSON text or the Path of a file, not {type(exported).__name__}")
    return Monitor(from_json(exported))


def windows(*windows: BrowserWindow) -> Desktop:
    """Return a widget that shows windows side by side: these, or all that are open.

    Without arguments it follows the app: a window that is opened later appears, one that is closed vanishes.
    TypeError for what is no window. (Electron has no such thing: its windows are the desktop's.)
    """
    from ipclab.notebook.views.windows import Desktop

    for window in windows:
        if not isinstance(window, BrowserWindow):
            raise TypeError(f"ipclab.windows() shows windows, not {window!r}")
    return Desktop(windows)


def predict(question: str, answers: Mapping[str, str] | None = None, *, answer: str | None = None) -> Predict:
    """Ask the reader what will happen, before the cell that shows it: ``ipclab.predict("02-1")``.

    The number names a question of the lessons. To ask one of your own, give its text, the answers with the feedback
    for each, and the right one: ``predict("What is printed?", {"pong": "...", "nothing": "..."}, answer="pong")``.
    What stands in backticks is shown as code; nothing is taken for HTML.

    Nothing waits for the reader's choice: it can be read as `answered` and `is_right`, and made by `choose`. Running
    the cell anew forgets it. TypeError or ValueError if there is no such question, or it is not one.
    """
    from ipclab.notebook.views.predict import Predict
    from ipclab.predictions import Question, read

    if answers is None and answer is None:
        return Predict(read(question))
    if answers is None or answer is None:
        raise TypeError("a question of your own needs its answers, and `answer`: the right one of them")
    return Predict(Question(question, answers, answer))


def playground(*, monitor: bool = True) -> Playground:
    """Make a playground: shown as a cell's last line, it has a form; `await playground.run(...)` drives it by code.

    `monitor`: whether the message monitor is shown below it. Running the cell anew begins anew.
    """
    from ipclab.notebook.views.playground import Playground

    return Playground(monitor)
