"""`console-message`: what main hears of a page's console (semantics a.4)."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import open_page, program
from rules import different, held

from ipclab import app

TOPIC = "console-message"
SPEAK = "console.debug('a')\nconsole.log('b')\nconsole.info('c')\nconsole.warn('d')\nconsole.error('e')"


@held("a.4", TOPIC, "Since 35 one `details` event with `message`, `level`, `lineNumber` and `sourceId`.")
@held("a.4", TOPIC, "`level` is `info`, `warning`, `error` or `debug`.")
@pytest.mark.parametrize("version", ["35", "43"])
@program
async def test_console_message_has_details_from_35_on(version: str) -> None:
    app.electron_version = version
    contents = await open_page()
    heard: list[Any] = []
    contents.on(TOPIC, lambda *args: heard.append(args))
    await contents.execute(SPEAK + "\n\nconsole.log('f', 1)")
    assert [len(args) for args in heard] == [1] * 6
    assert [(d.message, d.level, d.line_number, d.source_id) for (d,) in heard] == [
        ("a", "debug", 1, "<execute>"),
        ("b", "info", 2, "<execute>"),
        ("c", "info", 3, "<execute>"),
        ("d", "warning", 4, "<execute>"),
        ("e", "error", 5, "<execute>"),
        ("f 1", "info", 7, "<execute>"),
    ]


@held("a.4", TOPIC, "Before 35 positional: `(event, level, message, line, sourceId)`, `level` from 0 to 3.")
@pytest.mark.parametrize("version", ["9", "34"])
@program
async def test_console_message_is_positional_before_35(version: str) -> None:
    app.electron_version = version
    contents = await open_page()
    heard: list[Any] = []
    contents.on(TOPIC, lambda _, *args: heard.append(args))
    await contents.execute(SPEAK)
    levels = [0, 1, 1, 2, 3]
    assert heard == [(level, "abcde"[line], line + 1, "<execute>") for line, level in enumerate(levels)]


@different(
    "a.4",
    TOPIC,
    "The details have `frame`.",
    "The page has one frame, `main_frame`; the details are plain data, which may be sent on to another window.",
)
@program
async def test_the_details_can_be_sent_on() -> None:
    speaks, shows = await open_page(), await open_page("got = []")
    await shows.execute("ipc_renderer.on('said', lambda _, details: got.append(details)) and None")
    speaks.on(TOPIC, lambda details: shows.send("said", details))
    await speaks.execute("console.log('hello')")
    told = {"message": "hello", "level": "info", "line_number": 1, "source_id": "<execute>"}
    assert await shows.execute("got") == [told]


@different(
    "a.4",
    TOPIC,
    "Since 35 the positional arguments still follow the details; a listener that declares them causes a warning.",
    "Only the details are passed: Python's functions, unlike JavaScript's, do not ignore surplus arguments.",
)
@program
async def test_a_listener_of_the_details_declares_one_parameter() -> None:
    contents = await open_page()
    heard: list[object] = []

    @contents.on(TOPIC)
    def listener(details: Any) -> None:
        heard.append(details.message)

    await contents.execute("console.log('hello')")
    assert heard == ["hello"]


@different(
    "a.4",
    TOPIC,
    "`console` writes to the developer tools only.",
    "Python's `print` is a page's console too, and each line is a message; what goes to stderr is an error.",
)
@program
async def test_what_is_printed_is_a_console_message() -> None:
    contents = await open_page()
    heard: list[Any] = []
    contents.on(TOPIC, lambda details: heard.append((details.level, details.message, details.line_number)))
    await contents.execute("import sys\nprint('a')\nprint('b', file=sys.stderr)")
    assert heard == [("info", "a", 2), ("error", "b", 3)]
