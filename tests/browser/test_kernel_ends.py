"""What live views say when the kernel behind them ends: they show what was, so they must not look alive."""

from __future__ import annotations

import pytest
from jupyter_page import SECOND, Lab
from playwright.sync_api import expect

SOON = 30.0 * SECOND

START = "%load_ext ipclab\nimport ipclab\nfrom ipclab import BrowserWindow"
PAGE = "%%page press.html\n<button>Press</button>"
WINDOW = "win = BrowserWindow()\nawait win.load_file('press.html')\nwin"

RESTART = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
DIE = """() => void window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.requestExecute(
    {code: 'import os; os._exit(1)', silent: true, store_history: false}).done.catch(() => {})"""
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"


@pytest.mark.parametrize("end", [RESTART, DIE, SHUT_DOWN], ids=["restarted", "died", "shut down"])
def test_views_of_a_kernel_that_has_ended_say_so(lab: Lab, end: str) -> None:
    lab.open(lab.write("kernel-ends.ipynb", START, PAGE, WINDOW, "ipclab.monitor()"))
    lab.run_all()
    window, monitor = lab.output(2), lab.output(3)
    state = window.locator(".ipclab-window-state")
    expect(state).to_have_text("ready", timeout=SOON)
    button = window.frame_locator("iframe").get_by_role("button")
    expect(button).to_be_visible(timeout=SOON)
    lab.page.evaluate(end)
    if end is DIE:
        lab.page.locator(".jp-Dialog .jp-mod-accept").click(timeout=SOON)
    if end is SHUT_DOWN:  # JupyterLab tells no view of it, so the first thing that the reader does finds it out
        button.click()
        monitor.get_by_role("button", name="Copy").click()

    expect(state).to_have_text("closed", timeout=SOON)
    for output in (window, monitor):
        expect(output.locator(".ipclab-gone")).to_have_text(
            "The kernel behind this has ended or was restarted. Run the cell again.", timeout=SOON
        )
    assert not [error for error in lab.errors() if "Cannot send" in error]
