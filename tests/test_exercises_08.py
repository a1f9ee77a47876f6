"""Exercises 08-1 and 08-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Filled, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]


def badge(hears: str = "", writes: str = "local_storage['profile'] = json.dumps(profile)") -> Filled:
    return Filled("08-1", [hears or f"if event.key == 'profile':\n    {SEND}", writes])


def buying(*lines: str) -> Filled:
    return Filled("08-2", ["\n".join(lines)])


SEND = "ipc_renderer.send('badge', json.loads(event.new_value)['name'])"
BLOCK = "async with db.transaction(['stock', 'orders'], 'readwrite') as tx:"
TAKE = "    tx.object_store('stock').put(await tx.object_store('stock').get(item) - 1, item)"
ORDER = "    tx.object_store('orders').add(item)"
TAKE_ALONE = "await db.put('stock', await db.get('stock', item) - 1, item)"
ORDER_ALONE = "await db.add('orders', item)"

RIGHT = {
    "set_item, and a look whether there is a value": badge(
        f"if event.new_value:\n    {SEND}", "local_storage.set_item('profile', json.dumps(profile, indent=2))"
    ),
    "read from the storage": badge(
        "if event.key == 'profile':\n"
        "    ipc_renderer.send('badge', json.loads(event.storage_area['profile'])['name'])"
    ),
    "other items before and after": badge(
        writes="local_storage['theme'] = 'dark'\n"
        "local_storage['profile'] = json.dumps(profile)\nlocal_storage['size'] = 12"
    ),
    "await each request": buying(BLOCK, f"    await{TAKE[3:]}", "    pay(item)", f"    await{ORDER[3:]}"),
    "abort, and raise again": buying(
        BLOCK,
        TAKE,
        "    try:",
        "        pay(item)",
        "    except ValueError:",
        "        tx.abort()",
        "        raise",
        ORDER,
    ),
    "pay first": buying("pay(item)", TAKE_ALONE, ORDER_ALONE),
}

WRONG = {
    "the dict's own text": (
        badge(
            "if event.key == 'profile':\n    ipc_renderer.send('badge', 'Ada')",
            "local_storage['profile'] = str(profile)",
        ),
        ['expected: profile: {"name": "Ada", "languages": ["en", "fr"]}', "seen:     profile: {'name': 'Ada'"],
    ),
    "the name alone": (
        badge("ipc_renderer.send('badge', event.new_value)", "local_storage['profile'] = profile['name']"),
        ["The item is to hold the whole profile", "seen:     profile: Ada"],
    ),
    "the whole profile to main": (
        badge("if event.key == 'profile':\n    ipc_renderer.send('badge', json.loads(event.new_value))"),
        ["badge('Ada')", "badge({'name': 'Ada', 'languages': ['en', 'fr']})"],
    ),
    "no look at the key": (
        badge(SEND, "local_storage['theme'] = 'dark'\nlocal_storage['profile'] = json.dumps(profile)"),
        ["Does it look whether it is `profile` that has changed?", "Uncaught JSONDecodeError"],
    ),
    "any item": (
        badge(
            "ipc_renderer.send('badge', 'Ada')",
            "local_storage['profile'] = json.dumps(profile)\nlocal_storage['theme'] = 'dark'",
        ),
        ["The badge is to tell main the name, once."],
    ),
    "nobody is told": (
        badge("print(event.new_value)"),
        ["The badge has heard of the profile", "expected: renderer → main  send  badge('Ada')", "no message"],
    ),
    "the form tells main itself": (
        badge(
            "pass",
            "local_storage['profile'] = json.dumps(profile)\n"
            "from ipclab import ipc_renderer\nipc_renderer.send('badge', 'Ada')",
        ),
        [
            "It is the badge that is to tell main",
            "expected: renderer 3 → main",
            "renderer 2 → main  send  badge('Ada')",
        ],
    ),
    "a transaction for each step": (
        buying(TAKE_ALONE, "pay(item)", ORDER_ALONE),
        ["inventory({'flute': 1, 'piano': 1}, ['flute'])", "inventory({'flute': 1, 'piano': 0}, ['flute'])"],
    ),
    "the error is caught in the block": (
        buying(BLOCK, TAKE, "    try:", "        pay(item)", "    except ValueError:", "        return", ORDER),
        ["seen:     renderer 2 → main  send  inventory({'flute': 1, 'piano': 0}, ['flute'])"],
    ),
    "never paid": (
        buying(BLOCK, TAKE, ORDER),
        ["inventory({'flute': 1, 'piano': 0}, ['flute', 'piano'])"],
    ),
    "always undone": (
        buying(BLOCK, TAKE, ORDER, "    tx.abort()", ORDER_ALONE),
        ["inventory({'flute': 2, 'piano': 1}, ['flute', 'piano'])"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Filled) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Filled, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)


def test_a_second_attempt_that_writes_the_same_is_heard(lesson: Kernel) -> None:
    check_wrong(lesson, badge("print(event.new_value)"), ["no message"])
    check_right(lesson, badge())
