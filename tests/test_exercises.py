"""Every exercise, in a real kernel: its solution passes, its stub does not, a wrong answer shows the difference."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attempts import Attempt, cells, check_right, check_wrong, verdict
from kernel import Kernel

import ipclab
from ipclab import exercises

pytest_plugins = ["exercise_fixtures"]

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NUMBERS = exercises.numbers()
BLANK = "# ____"


def answering(channel: str, body: str) -> str:
    return f"@ipc_main.handle({channel!r})\ndef answer(event, it):\n    {body}"


def ticking(body: str) -> str:
    return f'@ipc_main.on("tick")\ndef hear(event, number):\n    {body}'


def opening(body: str) -> str:
    return (
        "def save(event, name):\n    event.sender.send('saved', name)\n\n"
        f"@ipc_main.on('open-panel')\ndef open_panel(event):\n    {body}"
    )


FIVE_TICKS = 'for number in range(1, 6):\n    ipc_renderer.send("tick", number)'
THREE_OPENINGS = 'for _ in range(3):\n    ipc_renderer.send("open-panel")\nipc_renderer.send("save", "notes.txt")'
SET_TITLE = '@ipc_main.on("set-title")\ndef act(event, title):\n    win.title = title'
SAVE_USER = 'ipc_main.on("save-user", lambda event, user: None)'
CONFIRM = answering("confirm-order", "return 'confirm' if it <= 100 else 'cancel'")
READ = answering("read-setting", "return {'ok': True, 'value': 'dark'} if it == 'theme' else {'ok': False}")

RIGHT = {
    "all listeners removed after the third": Attempt(
        "01-1", ticking('number == 3 and ipc_main.remove_all_listeners("tick")'), FIVE_TICKS
    ),
    "once, again and again": Attempt(
        "01-1",
        'def hear(event, number):\n    if number < 3:\n        ipc_main.once("tick", hear)\n'
        'ipc_main.once("tick", hear)',
        FIVE_TICKS,
    ),
    "a listener that asks whether it is there": Attempt(
        "01-2", opening("ipc_main.listener_count('save') or ipc_main.on('save', save)"), THREE_OPENINGS
    ),
    "registered when the program starts": Attempt(
        "01-2", opening("pass") + "\nipc_main.on('save', save)", THREE_OPENINGS
    ),
    "an async listener": Attempt(
        "02-1",
        '@ipc_main.on("set-title")\nasync def act(event, title):\n    await asyncio.sleep(0)\n    win.title = title',
        'ipc_renderer.send("set-title", "Lesson 2 done")',
    ),
    "a lambda, and a second attempt after a wrong one": Attempt(
        "02-1",
        'ipc_main.on("set-title", lambda event, title: win.set_title(title))',
        'ipc_renderer.send("set-title", "no")\nipc_renderer.send("set-title", "Lesson 2 done")',
    ),
    "fields by name": Attempt(
        "02-2", SAVE_USER, 'ipc_renderer.send("save-user", {"languages": ("zh", "en"), "name": "John"})'
    ),
    "a plain handler, both questions at once": Attempt(
        "03-1",
        CONFIRM,
        'await asyncio.gather(*[ipc_renderer.invoke("confirm-order", p) for p in (120, 80)])',
    ),
    "an envelope with more in it": Attempt(
        "03-2",
        answering(
            "read-setting",
            "return {'ok': True, 'value': 'dark'} if it == 'theme' else "
            "{'ok': False, 'code': 'unknown-setting', 'message': 'no such setting', 'known': ['theme']}",
        ),
        'for name in ("size", "theme"):\n    print(await ipc_renderer.invoke("read-setting", name))',
    ),
}

WRONG = {
    "a listener that stays": (
        Attempt("01-1", ticking("print(number)"), FIVE_TICKS),
        [
            "expected: renderer → main  send  tick(4)  unheard",
            "seen:     renderer 1 → main  send  tick(4)  delivered",
        ],
    ),
    "off with another function": (
        Attempt("01-1", ticking('ipc_main.off("tick", lambda event, number: None)'), FIVE_TICKS),
        ["tick(5)  unheard", "tick(5)  delivered"],
    ),
    "three once listeners": (
        Attempt("01-1", 'for _ in range(3):\n    ipc_main.once("tick", lambda *_: None)', FIVE_TICKS),
        ["tick(2)  delivered", "tick(2)  unheard: nobody listens"],
    ),
    "the listener has gone before": (
        Attempt("01-1", "", FIVE_TICKS),
        ["Run the cell of the main process first", "tick(1)  unheard"],
    ),
    "a count from 0": (
        Attempt("01-1", ticking("pass"), 'for number in range(5):\n    ipc_renderer.send("tick", number)'),
        ["expected: renderer → main  send  tick(5)  unheard", "seen:     renderer 1 → main  send  tick(4)"],
    ),
    "a listener more at each opening": (
        Attempt("01-2", opening("ipc_main.on('save', save)"), THREE_OPENINGS),
        [
            "expected: main → renderer 1  send  saved('notes.txt')",
            "seen:     main → renderer 1  send  saved('notes.txt')",
        ],
    ),
    "once at each opening": (
        Attempt("01-2", opening("ipc_main.once('save', save)"), THREE_OPENINGS),
        ["One message is to have one answer."],
    ),
    "a listener that does not answer": (
        Attempt("01-2", "ipc_main.on('save', print)\nipc_main.on('open-panel', print)", THREE_OPENINGS),
        ["saved('notes.txt')", "no answer"],
    ),
    "one opening": (
        Attempt(
            "01-2",
            opening("ipc_main.on('save', save)"),
            'ipc_renderer.send("open-panel")\nipc_renderer.send("save", "notes.txt")',
        ),
        ["3 × open-panel()", "1 × open-panel()"],
    ),
    "another title": (
        Attempt("02-1", SET_TITLE, 'ipc_renderer.send("set-title", "lesson two")'),
        ["set-title('Lesson 2 done')", "set-title('lesson two')"],
    ),
    "a listener that does nothing": (
        Attempt("02-1", 'ipc_main.on("set-title", print)', 'ipc_renderer.send("set-title", "Lesson 2 done")'),
        ["title is 'Lesson 2 done'", "title is 'lesson'"],
    ),
    "nobody listens": (
        Attempt("02-1", "", 'ipc_renderer.send("set-title", "Lesson 2 done")'),
        ["nobody in the main process listened", "unheard"],
    ),
    "a channel with another name": (
        Attempt("02-1", SET_TITLE, 'ipc_renderer.send("set_title", "Lesson 2 done")'),
        ["expected: renderer → main  send  set-title(", "seen:     renderer 1 → main  send  set_title("],
    ),
    "another kind of message": (
        Attempt("02-1", SET_TITLE, 'ipc_renderer.send_sync("set-title", "Lesson 2 done")'),
        ["send  set-title(", "send_sync  set-title("],
    ),
    "the window was closed": (
        Attempt(
            "02-1",
            'ipc_main.on("set-title", lambda event, title: win.destroy())',
            'ipc_renderer.send("set-title", "Lesson 2 done")\nawait asyncio.sleep(1)',
        ),
        ["the window is closed"],
    ),
    "the function, too": (
        Attempt("02-2", SAVE_USER, 'ipc_renderer.send("save-user", {"name": "John", "greet": print})'),
        ["save-user({'name': 'John', 'languages': ['zh', 'en']})", "args[0].greet is a function"],
    ),
    "one field only": (
        Attempt("02-2", SAVE_USER, 'ipc_renderer.send("save-user", {"name": "John"})'),
        ["save-user({'name': 'John', 'languages': ['zh', 'en']})", "save-user({'name': 'John'})"],
    ),
    "a handler that returns nothing": (
        Attempt(
            "03-1",
            answering("confirm-order", "'confirm'"),
            'for p in (80, 120):\n    await ipc_renderer.invoke("confirm-order", p)',
        ),
        ["confirm-order: 'confirm'", "confirm-order: None"],
    ),
    "always yes": (
        Attempt(
            "03-1",
            answering("confirm-order", "return 'confirm'"),
            'for p in (80, 120):\n    await ipc_renderer.invoke("confirm-order", p)',
        ),
        ["120", "confirm-order: 'cancel'", "confirm-order: 'confirm'"],
    ),
    "no handler": (
        Attempt("03-1", "", 'await ipc_renderer.invoke("confirm-order", 80)'),
        ["invoke  confirm-order(80)", "unheard: no handler"],
    ),
    "only one question": (
        Attempt("03-1", CONFIRM, 'await ipc_renderer.invoke("confirm-order", 80)'),
        ["expected: renderer → main  invoke  confirm-order(120)", "confirm-order(80)"],
    ),
    "a handler that raises": (
        Attempt(
            "03-2", answering("read-setting", "raise KeyError(it)"), 'ipc_renderer.invoke("read-setting", "theme")'
        ),
        ["rejected: KeyError: 'theme'"],
    ),
    "no code": (
        Attempt(
            "03-2",
            READ,
            'for name in ("theme", "size"):\n    await ipc_renderer.invoke("read-setting", name)',
        ),
        ["{'ok': False, 'code': 'unknown-setting'}", "read-setting: {'ok': False}"],
    ),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_is_right(lesson: Kernel, number: str) -> None:
    for cell in cells(number, "solution"):
        lesson.good(cell)
    assert verdict(lesson, number)[0] == "right"


@pytest.mark.parametrize("number", NUMBERS)
def test_before_any_cell_has_run_nothing_is_attempted(lesson: Kernel, number: str) -> None:
    assert verdict(lesson, number)[0] == "not attempted yet"


@pytest.mark.parametrize("number", NUMBERS)
def test_an_untouched_stub_runs_and_is_no_attempt(lesson: Kernel, number: str) -> None:
    for cell in cells(number, "stub"):
        lesson.good(cell)
    assert verdict(lesson, number)[0] == "not attempted yet"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_stub_is_its_solution_minus_the_blanks(number: str) -> None:
    stubs, solutions = cells(number, "stub"), cells(number, "solution")
    assert len(stubs) == len(solutions)
    assert any(BLANK in stub for stub in stubs)
    for stub, solution in zip(stubs, solutions, strict=True):
        pattern = "".join(
            r"(?:.*\n)+" if line.endswith(BLANK) else re.escape(line) + "\n" for line in stub.split("\n")
        )
        assert re.fullmatch(pattern, solution + "\n"), stub
        assert BLANK not in solution


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Attempt) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Attempt, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)


def test_the_newest_attempt_counts(lesson: Kernel) -> None:
    main, page = cells("02-1", "solution")
    lesson.good(main, "main")
    lesson.good(page, "page")
    lesson.good(page.replace("Lesson 2 done", "something else"), "page")
    assert verdict(lesson, "02-1")[0] == "wrong"
    lesson.good(page, "page")
    assert verdict(lesson, "02-1")[0] == "right"


def test_the_listeners_of_an_earlier_attempt_do_not_count(lesson: Kernel) -> None:
    main, page = cells("01-2", "solution")
    lesson.good(main.replace('    ipc_main.off("save", save)\n', ""), "main")
    lesson.good(page, "page")
    assert verdict(lesson, "01-2")[0] == "wrong"
    lesson.good(main, "main")
    lesson.good(page, "page")
    assert verdict(lesson, "01-2")[0] == "right"


def test_a_verdict_shows_in_a_notebook_what_it_says_as_text(lesson: Kernel) -> None:
    lesson.good('%%renderer win\nfrom ipclab import ipc_renderer\nipc_renderer.send("set-title", "no")')
    shown = lesson.good('ipclab.exercise("02-1").check()').bundles[0]
    assert shown["text/plain"].startswith("✗ Wrong. ")
    assert shown["text/markdown"].startswith("**✗ Wrong.** ")
    for part in ("expected: renderer → main  send  set-title('Lesson 2 done')", "set-title('no')"):
        assert part in shown["text/plain"]
        assert part in shown["text/markdown"]


@pytest.mark.parametrize("number", NUMBERS)
def test_task_hints_and_solution_are_shown(number: str) -> None:
    exercise = ipclab.exercise(number)
    assert f"Exercise {number}" in repr(exercise) == exercise._repr_markdown_()
    first = exercise.hint()
    assert first == exercise.hint(1)
    count = int(first.partition(" of ")[2].partition(".")[0])
    for n in range(1, count + 1):
        hint = exercise.hint(n)
        assert repr(hint) == hint._repr_markdown_() == hint
        assert f"Hint {n} of {count}." in hint
    solution = exercise.solution()
    for cell in cells(number, "solution"):
        assert f"```python\n{cell}\n```" in solution._repr_markdown_()


@pytest.mark.parametrize("n", [0, -1, 99])
def test_a_hint_that_is_not_there_is_a_clear_error(n: int) -> None:
    with pytest.raises(ValueError, match=r"^exercise 02-1 has 3 hints: hint\(1\) to hint\(3\)$"):
        ipclab.exercise("02-1").hint(n)


@pytest.mark.parametrize("number", ["02-9", "2-1", "", "../clone"])
def test_an_unknown_exercise_is_a_clear_error_that_lists_the_known_ones(number: str) -> None:
    with pytest.raises(ValueError, match=rf"^there is no exercise '.*'\. There are: {', '.join(NUMBERS)}$"):
        ipclab.exercise(number)


def notebook_code() -> dict[str, list[str]]:
    found = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found[path.name] = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_the_lesson_holds_task_stub_and_check_in_this_order(number: str) -> None:
    """The number's first part is the lesson's."""
    code = next(code for name, code in notebook_code().items() if name.startswith(number.partition("-")[0]))
    task = next(at for at, cell in enumerate(code) if f'ipclab.exercise("{number}")' in cell)
    stubs = cells(number, "stub")
    assert code[task + 1 : task + 1 + len(stubs)] == stubs
    assert ".check()" in code[task + 1 + len(stubs)]


def test_every_exercise_of_the_lessons_exists() -> None:
    used = re.findall(
        r'ipclab\.exercise\("(.*?)"\)', "\n".join(cell for code in notebook_code().values() for cell in code)
    )
    assert sorted(used) == NUMBERS
