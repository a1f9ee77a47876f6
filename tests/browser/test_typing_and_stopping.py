"""What a reader does with a `%%renderer` cell in JupyterLab: stop it, and be helped while typing."""

import re
import time
from typing import Any

import pytest
from jupyter_page import SECOND, Lab, Output
from playwright.sync_api import Locator, expect

#: Seconds; in a browser on a loaded machine little is exact.
SOON = 10.0

OPEN = "%load_ext ipclab\nfrom ipclab import BrowserWindow\nwin = BrowserWindow()"
KNOWS = """%%renderer win
from ipclab import ipc_renderer

def only_in_the_renderer(name, times=2):
    "Nobody else has it."

only_there = 1"""


def cell(lab: Lab, number: int) -> Locator:
    return lab.page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def run(lab: Lab, number: int) -> None:
    """Run a cell as a reader does."""
    cell(lab, number).locator(".cm-content").click()
    lab.page.keyboard.press("Shift+Enter")


def wait_for_outputs(lab: Lab, number: int) -> list[Output]:
    deadline = time.monotonic() + SOON
    while not (outputs := lab.outputs()[number]):
        assert time.monotonic() < deadline, "the cell shows nothing"
        lab.page.wait_for_timeout(20)
    return outputs


HANGS = {
    "a loop": "while True: pass",
    "time.sleep": "import time; time.sleep(1000)",
    "await": "import asyncio; await asyncio.sleep(1000)",
}


@pytest.mark.parametrize("hangs", HANGS.values(), ids=HANGS)
def test_the_stop_button_stops_the_code_in_the_renderer(lab: Lab, hangs: str, request: Any) -> None:
    busy = f"%%renderer win\nprint('going')\n{hangs}"
    lab.open(lab.write("stop.ipynb", OPEN, busy, "%%renderer win\n6 * 7", "6 + 7"))
    run(lab, 0)
    run(lab, 1)
    expect(cell(lab, 1).locator(".jp-OutputArea-output")).to_contain_text("going", timeout=SOON * SECOND)
    begun = time.monotonic()
    lab.page.locator(".jp-NotebookPanel-toolbar [data-command='notebook:interrupt-kernel']").click()
    expect(cell(lab, 1).locator(".jp-OutputArea")).to_contain_text("KeyboardInterrupt", timeout=SOON * SECOND)
    print(f"shown {1000 * (time.monotonic() - begun):.0f} ms after the click")
    run(lab, 2)
    run(lab, 3)
    assert wait_for_outputs(lab, 2)[0]["data"]["text/plain"] == "42"
    assert wait_for_outputs(lab, 3)[0]["data"]["text/plain"] == "13"
    error = lab.outputs()[1][-1]
    assert (error["ename"], error["evalue"]) == ("KeyboardInterrupt", "")
    assert error["traceback"][0] == "In renderer 1:"
    lab.screenshot(re.sub(r"\W+", "-", f"stopped {request.node.callspec.id}"))
    assert lab.errors() == []


def test_tab_and_shift_tab_are_answered_by_the_renderer(lab: Lab) -> None:
    lab.open(lab.write("typing.ipynb", OPEN, KNOWS, ""))
    run(lab, 0)
    run(lab, 1)
    editor = cell(lab, 2).locator(".cm-content")
    editor.click()
    lab.page.keyboard.type("%%renderer win\nonly_")
    lab.page.keyboard.press("Tab")
    completer = lab.page.locator(".jp-Completer")
    expect(completer).to_be_visible(timeout=SOON * SECOND)
    expect(completer).to_contain_text("only_in_the_renderer")
    expect(completer).to_contain_text("function")  # only a kernel knows that
    lab.page.screenshot(path=lab.pictures / "completion.png")
    lab.page.keyboard.press("Enter")
    expect(editor).to_contain_text("only_in_the_renderer")
    lab.page.keyboard.type("(")
    lab.page.keyboard.press("Shift+Tab")
    tooltip = lab.page.locator(".jp-Tooltip")
    expect(tooltip).to_contain_text("only_in_the_renderer(name, times=2)", timeout=SOON * SECOND)
    expect(tooltip).to_contain_text("Nobody else has it.")
    lab.page.screenshot(path=lab.pictures / "tooltip.png")
    lab.page.keyboard.press("Escape")
    assert lab.errors() == []


def test_a_question_mark_shows_what_the_renderer_says(lab: Lab) -> None:
    lab.open(lab.write("help.ipynb", OPEN, KNOWS, "%%renderer win\nonly_in_the_renderer?"))
    lab.run_all()
    expect(cell(lab, 2).locator(".jp-OutputArea")).to_contain_text("Nobody else has it.")
    lab.screenshot("help")
    assert lab.errors() == []
