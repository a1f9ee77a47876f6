"""Exercises 06-1 and 06-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Filled, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]


def calling(
    windows: str, condition: str = "window.web_contents is not event.sender", more: str = ", title"
) -> Filled:
    return Filled(
        "06-1",
        [
            "title = BrowserWindow.from_web_contents(event.sender).title\n"
            f"for window in {windows}:\n"
            f"    if {condition}:\n"
            f'        window.web_contents.send("called", text{more})'
        ],
    )


OPEN = "BrowserWindow.get_all_windows()"
SAID = 'book[name].send("said", text, name_of(event.sender))'
NOBODY = 'event.reply("nobody", name)'
STRIKE = 'event.sender.on("destroyed", lambda *_: book.pop(name))'

RIGHT = {
    "the house, without what is closed": calling(
        "house", "not window.is_destroyed() and window.web_contents is not event.sender"
    ),
    "by number": calling(OPEN, "window.web_contents.id != event.sender.id"),
    "by title": calling(OPEN, "window.title != title"),
    "a look when somebody says something": Filled(
        "06-2",
        ["pass", f"if name in book and not book[name].is_destroyed():\n    {SAID}\nelse:\n    {NOBODY}"],
    ),
    "struck when the window closes": Filled(
        "06-2",
        [
            'BrowserWindow.from_web_contents(event.sender).on("closed", lambda *_: book.pop(name))',
            f"try:\n    {SAID}\nexcept KeyError:\n    {NOBODY}",
        ],
    ),
}

WRONG = {
    "the whole house": (
        calling("house"),
        ["a listener in the main process raised", "TypeError: Object has been destroyed"],
    ),
    "the caller, too": (
        calling(OPEN, "True"),
        ["The window that calls is to be left out", "seen:     main → renderer 4  send  called('dinner', 'kitchen')"],
    ),
    "another channel": (
        Filled("06-1", ['hall.web_contents.send("calls", text, "kitchen")']),
        ["The hall is to hear the call", "seen:     main → renderer 3  send  calls('dinner', 'kitchen')  unheard"],
    ),
    "back to the caller": (
        Filled("06-1", ['event.reply("called", text, "kitchen")']),
        ["The window that calls is to be left out"],
    ),
    "without the title": (
        calling(OPEN, more=""),
        ["called('dinner', 'kitchen')  delivered", "called('dinner')  delivered"],
    ),
    "the title of the one that is called": (
        calling(OPEN, more=", window.title"),
        ["called('dinner', 'kitchen')  delivered", "called('dinner', 'hall')  delivered"],
    ),
    "twice": (
        calling(f"{OPEN} * 2"),
        ["The hall is to hear the call, once.", "seen:     main → renderer 3  send  called('dinner', 'kitchen')"],
    ),
    "to one that does not listen": (
        calling(OPEN, "window is win"),
        ["seen:     main → renderer 1  send  called('dinner', 'kitchen')  unheard"],
    ),
    "a book that never forgets": (
        Filled("06-2", ["pass", f"if name in book:\n    {SAID}\nelse:\n    {NOBODY}"]),
        ["a listener in the main process raised", "TypeError: Object has been destroyed"],
    ),
    "nobody is told": (
        Filled("06-2", [STRIKE, f"if name in book:\n    {SAID}"]),
        ["expected: main → renderer 2  send  nobody('ben')", "no message from main"],
    ),
    "said to both": (
        Filled("06-2", [STRIKE, 'for contents in book.values():\n    contents.send("said", text, "anna")']),
        ["Ben is to hear what Anna says", "seen:     main → renderer 2  send  said('hello', 'anna')"],
    ),
    "the name of the one that hears": (
        Filled("06-2", [STRIKE, f"if name in book:\n    book[name].send('said', text, name)\nelse:\n    {NOBODY}"]),
        ["said('hello', 'anna')  delivered", "said('hello', 'ben')  delivered"],
    ),
    "nobody for everybody": (
        Filled("06-2", [STRIKE, NOBODY]),
        ["Ben is to hear what Anna says", "seen:     main → renderer 2  send  nobody('ben')"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Filled) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Filled, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)
