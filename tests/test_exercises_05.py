"""Exercises 05-1 and 05-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Filled, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]

SET = 'ipc_main.handle("set-theme", lambda event, theme: settings.update(theme=theme))'
READ = 'ipc_main.handle("read-settings", lambda event: settings)'
HANDLERS = f"{SET}\n{READ}"
SET_DARK = 'await ipc_renderer.invoke("set-theme", "dark")'
ASK = 'await ipc_renderer.invoke("read-settings")'

ADD = 'global_.cart["goods"].append(name)'
TEA, COFFEE = 'cart.add("tea")', 'cart.add("coffee")'


def theme(main: str, page: str) -> Filled:
    return Filled("05-1", [main, page])


def cart(*blanks: str) -> Filled:
    return Filled("05-2", blanks)


RIGHT = {
    "the settings kept in a variable": theme(HANDLERS, f"{SET_DARK}\nfound = {ASK}\nprint(found)"),
    "both sent before the first is answered": theme(
        HANDLERS,
        'done, found = ipc_renderer.invoke("set-theme", "dark"), ipc_renderer.invoke("read-settings")\n'
        "await done\nprint(await found)",
    ),
    "a copy of the settings": theme(
        f'{SET}\n@ipc_main.handle("read-settings")\nasync def read(event):\n    return dict(settings)',
        f"{SET_DARK}\nprint({ASK})",
    ),
    "a new list in main": cart('global_.cart["goods"] = [*global_.cart["goods"], name]', TEA, COFFEE),
    "by item": cart(ADD, 'cart["add"]("tea")', 'remote.get_global("cart").add("coffee")'),
}

WRONG = {
    "a page that does not wait for anything": (
        theme(HANDLERS.replace("handle", "on"), 'ipc_renderer.send("set-theme", "dark")'),
        ["This exercise asks for `invoke`", "renderer 2 → main  send  set-theme('dark')"],
    ),
    "no handler for the theme": (
        theme(READ, f"{SET_DARK}\n{ASK}"),
        ["nobody in the main process listened", "invoke  set-theme('dark')  unheard: no handler"],
    ),
    "asked first, and set after that": (
        theme(HANDLERS, f"{ASK}\n{SET_DARK}"),
        [
            "set the theme, and then to ask",
            "seen:     renderer 2 → main  invoke  read-settings()  delivered\n"
            "seen:     renderer 2 → main  invoke  set-theme('dark')  delivered",
        ],
    ),
    "asked for each value": (
        theme(HANDLERS, f"{SET_DARK}\n{ASK}\n{ASK}"),
        ["ask for the settings, once", "seen:     renderer 2 → main  invoke  read-settings()  delivered"],
    ),
    "a handler that sets nothing": (
        theme(f'ipc_main.handle("set-theme", lambda event, theme: None)\n{READ}', f"{SET_DARK}\n{ASK}"),
        ["read-settings: {'user': {'name': 'John'}, 'theme': 'dark'}", "'theme': 'light'}"],
    ),
    "another theme": (
        theme(HANDLERS, f'await ipc_renderer.invoke("set-theme", "darker")\n{ASK}'),
        ["No message has these arguments.", "set-theme('darker')"],
    ),
    "a dict read as a proxy was": (
        theme(HANDLERS, f"{SET_DARK}\nfound = {ASK}\nprint(found.user.name, found.theme)"),
        ["The page is to print both.", "expected: renderer 2 │ John dark", "seen:     nothing is printed"],
    ),
    "an answer that is not awaited": (
        theme(HANDLERS, f"{SET_DARK}\nprint({ASK.removeprefix('await ')})"),
        ["The page is to print both.", "seen:     renderer 2 │ <Promise pending>"],
    ),
    "read, changed and written": (
        cart(ADD, TEA, 'goods = cart.goods\ngoods.append("coffee")\ncart.goods = goods'),
        ["No page is to write the list itself", "renderer 3 → main  remote  set cart.goods(['tea', 'coffee'])"],
    ),
    "the same goods twice": (
        cart(ADD, TEA, TEA),
        ["Each page is to call `cart.add` once", "seen:     renderer 3 → main  remote  call cart.add('tea')"],
    ),
    "called by one page": (
        cart(ADD, TEA, 'cart.goods.append("coffee")'),
        ["Each page is to call `cart.add` once", "expected: renderer → main  remote  call cart.add('coffee')"],
    ),
    "both by one page": (
        cart(ADD, f"{TEA}\n{COFFEE}", "pass"),
        ["Each page is to call `cart.add` once"],
    ),
    "an add that fails": (
        cart("goods.append(name)", TEA, COFFEE),
        ["A call of `cart.add` failed.", "Underlying error: name 'goods' is not defined"],
    ),
    "a list of its own": (
        cart('global_.cart["goods"] = [name]', TEA, COFFEE),
        ["Main's cart holds something else.", "expected: ['tea', 'coffee']", "seen:     ['coffee']"],
    ),
    "no list any more": (
        cart('global_.cart["goods"] = name', TEA, COFFEE),
        ["Main's cart holds something else.", "seen:     'coffee'"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Filled) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Filled, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)
