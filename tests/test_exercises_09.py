"""Exercises 09-1 and 09-2: attempts that are right, and what is said of those that are not."""

from __future__ import annotations

import pytest
from attempts import Attempt, check_right, check_wrong
from kernel import Kernel

pytest_plugins = ["exercise_fixtures"]


def profile(body: str, register: str = "handle") -> str:
    return (
        f'import asyncio\n\n\n@ipc_main.{register}("load-profile")\nasync def load_profile(event, name):\n'
        f"    await asyncio.sleep(0.01)\n    {body}"
    )


def sensor(body: str, kind: str = "async def") -> str:
    return (
        "import asyncio\nimport time\n\n\ndef read_sensor():\n    time.sleep(0.5)\n    return 21\n\n\n"
        f'@ipc_main.handle("read-sensor")\n{kind} on_read_sensor(event):\n    {body}\n\n\n'
        'ipc_main.handle("sensor-name", lambda event: "thermometer")'
    )


ANSWER = '{"name": name, "language": "zh"}'
ASK = 'await ipc_renderer.invoke("load-profile", "John")'
ASK_BOTH = (
    'slow = ipc_renderer.invoke("read-sensor")\nawait asyncio.sleep(0.1)\n'
    'quick = ipc_renderer.invoke("sensor-name")\n'
    "await asyncio.gather(slow, quick)"
)

RIGHT = {
    "the listener stays beside the handler": Attempt(
        "09-1", profile(f"event.return_value = {ANSWER}", "on") + "\n\n\n" + profile(f"return {ANSWER}"), ASK
    ),
    "a plain handler, awaited later": Attempt(
        "09-1",
        f'ipc_main.handle("load-profile", lambda event, name: {ANSWER})',
        'promise = ipc_renderer.invoke("load-profile", "John")\nprint(await promise)',
    ),
    "an executor in place of to_thread": Attempt(
        "09-2", sensor("return await asyncio.get_running_loop().run_in_executor(None, read_sensor)"), ASK_BOTH
    ),
    "a handler that returns the awaitable": Attempt(
        "09-2", sensor("return asyncio.to_thread(read_sensor)", "def"), ASK_BOTH
    ),
}

WRONG = {
    "send_sync as before": (
        Attempt(
            "09-1", profile(f"event.return_value = {ANSWER}", "on"), 'ipc_renderer.send_sync("load-profile", "John")'
        ),
        ["This exercise asks for `invoke`", "renderer 1 → main  send_sync  load-profile('John')"],
    ),
    "a listener for an invoke": (
        Attempt("09-1", profile(f"return {ANSWER}", "on"), ASK),
        ["invoke  load-profile('John')  unheard: no handler"],
    ),
    "return_value in a handler": (
        Attempt("09-1", profile(f"event.return_value = {ANSWER}"), ASK),
        ["load-profile: {'name': 'John', 'language': 'zh'}", "load-profile: None"],
    ),
    "an invoke that is not awaited": (
        Attempt("09-1", profile(f"return {ANSWER}"), 'print(ipc_renderer.invoke("load-profile", "John"))'),
        ["The page printed a promise", "renderer 1 │ <Promise pending>"],
    ),
    "a call that blocks main": (
        Attempt("09-2", sensor("return read_sensor()"), ASK_BOTH),
        [
            "The answer to `sensor-name` had to wait",
            "expected: main → renderer  reply  sensor-name: 'thermometer'\n"
            "expected: main → renderer  reply  read-sensor: 21\n"
            "seen:     main → renderer 1  reply  read-sensor: 21\n"
            "seen:     main → renderer 1  reply  sensor-name: 'thermometer'",
        ],
    ),
    "a free moment, and then a call that blocks main": (
        Attempt("09-2", sensor("await asyncio.sleep(0)\n    return read_sensor()"), ASK_BOTH),
        ["The answer to `sensor-name` had to wait"],
    ),
    "another value": (
        Attempt("09-2", sensor("return 20"), ASK_BOTH),
        ["read-sensor: 21", "read-sensor: 20"],
    ),
    "only one question": (
        Attempt("09-2", sensor("return read_sensor()"), 'await ipc_renderer.invoke("read-sensor")'),
        ["The page asks for the value, and then for the `sensor-name`."],
    ),
    "the name asked for first": (
        Attempt(
            "09-2",
            sensor("return read_sensor()"),
            'await asyncio.gather(ipc_renderer.invoke("sensor-name"), ipc_renderer.invoke("read-sensor"))',
        ),
        ["The page asks for the value, and then for the `sensor-name`."],
    ),
    "a thread that nobody awaits": (
        Attempt("09-2", sensor("return asyncio.to_thread(read_sensor)"), ASK_BOTH),
        ["rejected: could not be cloned: result is a coroutine"],
    ),
}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_other_solutions_are_right_too(lesson: Kernel, attempt: Attempt) -> None:
    check_right(lesson, attempt)


@pytest.mark.parametrize(("attempt", "difference"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_shows_the_difference(lesson: Kernel, attempt: Attempt, difference: list[str]) -> None:
    check_wrong(lesson, attempt, difference)
