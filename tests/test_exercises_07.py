"""Exercises 07-1 and 07-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Filled, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]

ADDRESS = "return solver.web_contents.id"
SUM = 'ipc_renderer.send_to(event.sender_id, "sum", a + b)'
ASK = 'ipc_renderer.send_to(address, "add", 2, 3)'

FIND = "target = web_contents.from_id(number)"
TELL = "target.send(channel, event.sender.id, *args)"


def adding(main: str = ADDRESS, solver: str = SUM, asker: str = ASK) -> Filled:
    return Filled("07-1", [main, solver, asker])


def delivering(body: str) -> Filled:
    return Filled("07-2", [body])


RIGHT = {
    "by the event's sender": adding(solver='event.sender.send_to(event.sender_id, "sum", a + b)'),
    "the id of the window's contents by another way": adding(
        "return BrowserWindow.from_id(solver.id).web_contents.id"
    ),
    "a look at all the windows": delivering(
        "for window in BrowserWindow.get_all_windows():\n"
        "    if window.web_contents.id == number:\n"
        "        window.web_contents.send(channel, event.sender.id, *args)\n"
        "        return True\n"
        "return False"
    ),
    "an error that is caught": delivering(
        f"try:\n    {FIND}\n    {TELL}\nexcept AttributeError:\n    return False\nreturn True"
    ),
}

WRONG = {
    "a wrong number": (
        adding("return 99"),
        ["There are no web contents with this id.", "renderer 2 → renderer 99  send_to  add(2, 3)  lost"],
    ),
    "another channel": (
        adding(asker='ipc_renderer.send_to(address, "ad", 2, 3)'),
        ["a channel with another name", "seen:     renderer 2 → renderer 3  send_to  ad(2, 3)  unheard"],
    ),
    "answered as main would": (
        adding(solver='event.reply("sum", a + b)'),
        ["its listener raised", "renderer 3 │ Uncaught AttributeError", "no attribute 'reply'"],
    ),
    "to itself": (
        adding("return event.sender.id"),
        ["reached a page that does not listen", "renderer 2 → renderer 2  send_to  add(2, 3)  unheard"],
    ),
    "to main": (
        adding(asker='ipc_renderer.send("add", 2, 3)'),
        ["is to go from page to page, by `send_to`", "renderer 2 → main  send  add(2, 3)  unheard"],
    ),
    "other numbers": (
        adding(asker='ipc_renderer.send_to(address, "add", 2, 4)'),
        ["The question is another one.", "renderer 2 → renderer 3  send_to  add(2, 4)  delivered"],
    ),
    "answered to main": (
        adding(solver='event.sender.send("sum", a + b)'),
        ["is to go to the page that has asked", "renderer 3 → main  send  sum(5)  unheard"],
    ),
    "answered to itself": (
        adding(solver='ipc_renderer.send_to(3, "sum", a + b)'),
        ["is to go to the page that has asked", "renderer 3 → renderer 3  send_to  sum(5)  unheard"],
    ),
    "answered twice": (
        adding(solver=f"{SUM}\n{SUM}"),
        ["One answer is to go", "seen:     renderer 3 → renderer 2  send_to  sum(5)  delivered\nseen:"],
    ),
    "a wrong sum": (
        adding(solver='ipc_renderer.send_to(event.sender_id, "sum", a * b)'),
        ["The answer is another one", "expected: solver → asker  send_to  sum(5)", "send_to  sum(6)  delivered"],
    ),
    "no look at what was found": (
        delivering(f"{FIND}\n{TELL}\nreturn True"),
        ["The handler in the main process failed.", "deliver(4, 'note', 'hello')  rejected: AttributeError"],
    ),
    "without the sender": (
        delivering(f"{FIND}\nif target is None:\n    return False\ntarget.send(channel, *args)\nreturn True"),
        ["expected: main → renderer  send  note(2, 'hello')  delivered", "main → renderer 3  send  note('hello')"],
    ),
    "without an answer": (
        delivering(f"{FIND}\nif target is not None:\n    {TELL}"),
        ["whether there are such web contents", "expected: main → renderer  reply  deliver: True", "deliver: None"],
    ),
    "an answer, and no message": (
        delivering("return web_contents.from_id(number) is not None"),
        ["The reader is to hear the note", "seen:     no message from main"],
    ),
    "to everybody": (
        delivering(
            "for target in web_contents.get_all_web_contents():\n"
            "    target.send(channel, event.sender.id, *args)\n"
            "return web_contents.from_id(number) is not None"
        ),
        ["The reader is to hear the note, once", "main → renderer 1  send  note(2, 'hello')  unheard"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Filled) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Filled, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)
