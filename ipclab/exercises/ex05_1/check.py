"""05-1: a page that used `remote` sets a value and reads another by two handlers."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import answer, line, newest, reply_line, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.main import console
from ipclab.record import Message

SET, THEME = "set-theme", "dark"
NAME = "John"
GET, SETTINGS = "read-settings", {"user": {"name": NAME}, "theme": THEME}


def check(trace: Sequence[Message]) -> Verdict:
    """The theme was set first, then one question was answered with the settings, and the page printed both values."""
    setting = newest(trace, SET, "invoke", [THEME])
    if isinstance(setting, Verdict):
        return setting
    getting = newest(trace, GET, "invoke", [])
    if isinstance(getting, Verdict):
        return getting
    here = [one for one in trace if one.activity == getting.activity and one.receiver == "main"]
    if [one.channel for one in here] != [SET, GET]:
        return wrong(
            "The page is to set the theme, and then to ask for the settings, once.",
            [line("invoke", SET, [THEME]), line("invoke", GET, [])],
            [seen(one) for one in here],
        )
    given = answer(trace, getting)
    if given is None:
        return not_attempted(f"The handler for `{GET}` answers `None` so far. Fill it in and run both cells.")
    if given != SETTINGS:
        return wrong(
            "Main's answer is another one.", [reply_line(GET, SETTINGS)], [reply_line(GET, given, getting.sender)]
        )
    who = getting.sender
    printed = [text for sender, number, text in console.said if sender == who and number >= getting.activity]
    if not all(any(word in text for text in printed) for word in (NAME, THEME)):
        lines = [f"{who} │ {text}" for text in printed]
        return wrong("The page is to print both.", [f"{who} │ {NAME} {THEME}"], lines or ["nothing is printed"])
    return right("Two questions, and no `remote`.")
