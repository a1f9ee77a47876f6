"""A renderer's console as main shows it and hears of it (design 4.7, semantics a.4)."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import open_page, program

from ipclab import app, ipc_main

# --- the console ---------------------------------------------------------------------------------------------------


@program
async def test_console_lines_are_labelled_and_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """Design 4.7: `renderer 1 │ pong`; in a program the same goes to stdout."""
    contents = await open_page()
    await contents.execute("""
import sys
print("printed")
console.log("logged", 1, None, {"a": "b"})
console.info("two\\nlines")
console.debug("debugged")
print("渲染", "进程", sep="-", end="!\\n")
console.warn("warned")
console.error("failed")
print("to stderr", file=sys.stderr)
""")
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "renderer 1 │ printed",
        "renderer 1 │ logged 1 None {'a': 'b'}",
        "renderer 1 │ two",
        "renderer 1 │ lines",
        "renderer 1 │ debugged",
        "renderer 1 │ 渲染-进程!",
    ]
    assert err.splitlines() == ["renderer 1 │ warned", "renderer 1 │ failed", "renderer 1 │ to stderr"]


@program
async def test_console_message_has_details_from_35_on() -> None:
    """Semantics a.4: one details event with message, level, lineNumber, sourceId."""
    contents = await open_page()
    heard: list[Any] = []
    contents.on("console-message", lambda *args: heard.append(args))
    await contents.execute(
        "x = 1\nconsole.log('a', 'b')\n\nprint('c')\nconsole.warn('d')\nconsole.error('e')\nconsole.debug('f')"
    )
    assert [len(args) for args in heard] == [1] * 5
    assert [(d.message, d.level, d.line_number, d.source_id) for (d,) in heard] == [
        ("a b", "info", 2, "<execute>"),
        ("c", "info", 4, "<execute>"),
        ("d", "warning", 5, "<execute>"),
        ("e", "error", 6, "<execute>"),
        ("f", "debug", 7, "<execute>"),
    ]


@program
async def test_console_message_is_positional_before_35() -> None:
    """Semantics a.4 and d: (event, level 0 to 3, message, line, sourceId)."""
    app.electron_version = "34"
    contents = await open_page()
    heard: list[Any] = []
    contents.on("console-message", lambda _, *args: heard.append(args))
    await contents.execute("console.debug('a')\nconsole.log('b')\nconsole.warn('c')\nconsole.error('d')")
    assert heard == [(level, text, level + 1, "<execute>") for level, text in enumerate("abcd")]


@program
async def test_a_renderers_output_keeps_its_place_among_its_messages(capsys: pytest.CaptureFixture[str]) -> None:
    """Design 2: one socket pair carries everything, first in first out."""
    contents = await open_page()
    ipc_main.on("ch", lambda _, n: print(f"main hears {n}"))
    await contents.execute(
        "for n in range(3):\n    print('before', n)\n    ipc_renderer.send('ch', n)\nprint('no newline', end='')"
    )
    expected = [line for n in range(3) for line in (f"renderer 1 │ before {n}", f"main hears {n}")]
    assert capsys.readouterr().out.splitlines() == [*expected, "renderer 1 │ no newline"]
