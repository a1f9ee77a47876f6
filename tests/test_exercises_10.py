"""Exercises 10-1 and 10-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from attempts import Attempt, cells, check_right, check_wrong, verdict
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]


@dataclass
class Tools(Attempt):
    """An attempt at 10-1: `main` is the template, or what `show_tools` does otherwise; then all items are clicked."""

    number: str = "10-1"
    main: str = "template = []"
    page: str = 'ipc_renderer.on("tool", lambda event, name: print(name))\nipc_renderer.send("show-tools")'

    def cells(self) -> list[str]:
        stub, _, clicks = cells(self.number, "stub")
        main, page = super().cells()
        return [stub.replace("template = []  # ____", main.replace("\n", "\n    ")), page, clicks]


@dataclass
class Settings(Attempt):
    """An attempt at 10-2: `main` is what `change_settings` does, `page` what the first window sends."""

    number: str = "10-2"
    main: str = "pass"
    page: str = 'await ipc_renderer.invoke("change-settings", {"theme": "dark"})'

    def cells(self) -> list[str]:
        stub, pages, _ = cells(self.number, "stub")
        main = stub.replace("pass  # ____", self.main.replace("\n", "\n    "))
        return [main, pages, f"%%renderer first\n{self.page}"]


def tell(receivers: str = "(first, second)", settings: str = "settings") -> str:
    return f"for window in {receivers}:\n    window.web_contents.send('settings', {settings})"


UPDATE = "settings.update(changes)\n"
PEN, ERASER = (
    f"{{'label': {name!r}, 'type': 'radio', 'click': lambda *_: page.send('tool', {name!r})}}"
    for name in ("Pen", "Eraser")
)

RIGHT = {
    "a function for each tool": Tools(main=f"template = [{PEN}, {ERASER}]"),
    "a function for both, which replies": Tools(
        main="def tell(item, window, event_of_click):\n    event.reply('tool', item.label)\n"
        "template = [{'label': label, 'type': 'radio', 'click': tell} for label in ('Pen', 'Eraser')]"
    ),
    "the two windows by name": Settings(main=UPDATE + tell()),
    "a new dict, and an answer": Settings(
        main="global settings\nsettings = {**settings, **changes}\n" + tell() + "\nreturn settings"
    ),
    "the one that asks by its event": Settings(
        main=UPDATE + "event.sender.send('settings', settings)\nsecond.web_contents.send('settings', settings)"
    ),
}

WRONG = {
    "told without a click": (
        Tools(main="template = []\npage.send('tool', 'Pen')\npage.send('tool', 'Eraser')"),
        ["before anything is clicked", "expected: main → renderer 1  send  tool('Pen')  delivered"],
    ),
    "the other order": (
        Tools(main=f"template = [{ERASER}, {PEN}]"),
        ["seen:     main → renderer 1  send  tool('Eraser')  delivered"],
    ),
    "another channel": (
        Tools(main=f"template = [{PEN}, {ERASER}]".replace("'tool'", "'tools'")),
        ["a channel with another name", "seen:     main → renderer 1  send  tools('Eraser')  unheard"],
    ),
    "items of another type": (
        Tools(main=f"template = [{PEN}, {ERASER}]".replace("radio", "checkbox")),
        ["of the type `radio`", "seen:     checkbox\nseen:     checkbox"],
    ),
    "one tool": (Tools(main=f"template = [{PEN}]"), ["expected: main → renderer 1  send  tool('Eraser')"]),
    "the last label of a loop for both": (
        Tools(
            main="template = []\nfor label in ('Pen', 'Eraser'):\n"
            "    template.append({'label': label, 'click': lambda *_: page.send('tool', label)})"
        ),
        ["expected: main → renderer 1  send  tool('Pen')", "seen:     main → renderer 1  send  tool('Eraser')"],
    ),
    "another window than the one that asked": (
        Tools(
            main=f"page = BrowserWindow().web_contents\ntemplate = [{PEN}, {ERASER}]",
        ),
        ["seen:     main → renderer 2  send  tool('Pen')  unheard"],
    ),
    "a page that does not listen": (
        Tools(main=f"template = [{PEN}, {ERASER}]", page='ipc_renderer.send("show-tools")'),
        ["seen:     main → renderer 1  send  tool('Pen')  unheard"],
    ),
    "an entry without a label": (
        Tools(main="template = [{'click': print}]"),
        ["a listener in the main process raised", "must have at least one of label, role or type"],
    ),
    "the changes only": (
        Settings(main=UPDATE + tell(settings="changes")),
        ["settings({'theme': 'dark', 'size': 12})", "settings({'theme': 'dark'})"],
    ),
    "only what was changed is kept": (
        Settings(main="global settings\nsettings = changes\n" + tell()),
        ["settings({'theme': 'dark', 'size': 12})", "settings({'theme': 'dark'})"],
    ),
    "told before the change": (
        Settings(main=f"{tell()}\n{UPDATE}"),
        ["settings({'theme': 'light', 'size': 12})"],
    ),
    "only the other window": (
        Settings(main=UPDATE + tell("[second]")),
        ["expected: main → renderer 2  send  settings(", "seen:     main → renderer 3  send  settings("],
    ),
    "another channel for the settings": (
        Settings(main=UPDATE + tell().replace("'settings'", "'setting'")),
        ["seen:     main → renderer 2  send  setting({'theme': 'dark', 'size': 12})  unheard"],
    ),
    "only the window that asks": (Settings(main=UPDATE + tell("[first]")), ["the other window"]),
    "one window twice": (Settings(main=UPDATE + tell("(first, first)")), ["once"]),
    "the page sends in place of asking": (
        Settings(main=UPDATE + tell(), page='ipc_renderer.send("change-settings", {"theme": "dark"})'),
        ["This exercise asks for `invoke`"],
    ),
    "a closed window first": (
        Settings(main="gone = BrowserWindow()\ngone.destroy()\n" + UPDATE + tell("(gone, first, second)")),
        ["rejected: TypeError: Object has been destroyed"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Attempt) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Attempt, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)


@pytest.mark.parametrize("number", ["10-1", "10-2"])
def test_all_cells_may_be_run_again(lesson: Kernel, number: str) -> None:
    for _ in range(2):
        for at, cell in enumerate(cells(number, "solution")):
            lesson.good(cell, f"cell-{at}")
        assert verdict(lesson, number)[0] == "right"


def test_clicks_made_for_an_earlier_menu_do_not_count(lesson: Kernel) -> None:
    main, page, clicks = cells("10-1", "solution")
    for cell in (main, page, clicks, page):
        lesson.good(cell)
    assert verdict(lesson, "10-1")[0] == "not attempted yet"
    lesson.good(clicks)
    assert verdict(lesson, "10-1")[0] == "right"
