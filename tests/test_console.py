"""A renderer's console as main shows it (design 4.7)."""

from __future__ import annotations

import pytest
from ipc import open_page, program

from ipclab import ipc_main


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
async def test_a_renderers_output_keeps_its_place_among_its_messages(capsys: pytest.CaptureFixture[str]) -> None:
    """Design 2: one socket pair carries everything, first in first out."""
    contents = await open_page()
    ipc_main.on("ch", lambda _, n: print(f"main hears {n}"))
    await contents.execute(
        "for n in range(3):\n    print('before', n)\n    ipc_renderer.send('ch', n)\nprint('no newline', end='')"
    )
    expected = [line for n in range(3) for line in (f"renderer 1 │ before {n}", f"main hears {n}")]
    assert capsys.readouterr().out.splitlines() == [*expected, "renderer 1 │ no newline"]
