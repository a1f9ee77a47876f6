"""Exercises 04-1 and 04-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Filled, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]

READY = 'ipc_renderer.send("news-ready")'
TELL = 'for text in waiting:\n    event.sender.send("headline", text)'
ANSWER = 'ipc_renderer.send("answer", number, form[field])'
RESOLVE = "waiting.pop(number).set_result(value)"

RIGHT = {
    "reply, and the list is emptied": Filled(
        "04-1", ['while waiting:\n    event.reply("headline", waiting.pop(0))', READY]
    ),
    "the window by its name": Filled(
        "04-1", ['for text in waiting:\n    win.web_contents.send("headline", text)', READY]
    ),
    "nothing is forgotten": Filled("04-2", ["waiting[number].set_result(value)", ANSWER]),
    "a little later": Filled(
        "04-2", ["asyncio.get_running_loop().call_soon(waiting[number].set_result, value)", ANSWER]
    ),
    "values from elsewhere": Filled(
        "04-2", [RESOLVE, ANSWER.replace("form[field]", '{"city": "Oslo"}.get(field, form["name"])')]
    ),
}

WRONG = {
    "one message for both": (
        Filled("04-1", ['event.reply("headline", waiting)', READY]),
        [
            "expected: main → renderer 1  send  headline('rain')  delivered\n"
            "expected: main → renderer 1  send  headline('snow')  delivered\n"
            "seen:     main → renderer 1  send  headline(['rain', 'snow'])  delivered"
        ],
    ),
    "the other way round": (
        Filled("04-1", [TELL.replace("in waiting", "in reversed(waiting)"), READY]),
        ["seen:     main → renderer 1  send  headline('snow')  delivered\nseen:     main → renderer 1  send"],
    ),
    "another window, too": (
        Filled("04-1", [f"{TELL}\nBrowserWindow().web_contents.send('headline', 'rain')", READY]),
        ["seen:     main → renderer 2  send  headline('rain')"],
    ),
    "the page has stopped listening": (
        Filled("04-1", [TELL, f'ipc_renderer.remove_all_listeners("headline")\n{READY}']),
        ["headline('rain')  delivered", "headline('rain')  unheard: nobody listens"],
    ),
    "another channel back": (
        Filled("04-1", [TELL.replace("headline", "news"), READY]),
        ["seen:     main → renderer 1  send  news('rain')  unheard: nobody listens"],
    ),
    "main says nothing": (Filled("04-1", ["print('ready')", READY]), ["no message on headline"]),
    "main fails": (
        Filled("04-1", ["event.send('headline', 'rain')", READY]),
        ["a listener in the main process raised", "AttributeError"],
    ),
    "the page asks by invoke": (
        Filled("04-1", [TELL, 'await ipc_renderer.invoke("news-ready")']),
        ["This exercise asks for `send`"],
    ),
    "first come, first served": (
        Filled("04-2", ["waiting.pop(min(waiting)).set_result(value)", ANSWER]),
        ["the window's title is 'Ann, Oslo'", "the window's title is 'Oslo, Ann'"],
    ),
    "nobody is told": (
        Filled("04-2", ["print(number, value)", ANSWER]),
        ["the window's title is 'no answer, no answer'"],
    ),
    "the number is forgotten": (
        Filled("04-2", [RESOLVE, 'ipc_renderer.send("answer", form[field])']),
        ["a listener in the main process raised", "TypeError"],
    ),
    "the name of the field": (
        Filled("04-2", [RESOLVE, 'ipc_renderer.send("answer", number, field)']),
        ["expected: renderer → main  send  answer(1, 'Ann')", "seen:     renderer 1 → main  send  answer(1, 'name')"],
    ),
    "one answer for all": (
        Filled("04-2", [RESOLVE, f'if field == "city":\n    {ANSWER}']),
        ["expected: renderer → main  send  answer(1, 'Ann')", "seen:     renderer 1 → main  send  answer(2, 'Oslo')"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Filled) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Filled, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)
