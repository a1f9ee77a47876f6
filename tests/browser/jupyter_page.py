"""JupyterLab as a reader meets it: a server of our own, a browser page, and what the tests ask of them.

The page carries JupyterLab's application object (`--expose-app-in-browser`), so notebooks are opened, run and read
through JupyterLab's own commands and models. Locators are for what a reader clicks: `lab.page` is Playwright's page.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jupyter_process
from jupyter_process import Server
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, sync_playwright

Output = dict[str, Any]
"""One output as a notebook file holds it."""

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# No sandbox, because root has none; nothing that calls the browser's maker; and no way to another host, so that a
# lesson which needs one fails everywhere.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

LIGHT = "JupyterLab Light"
THEMES = (LIGHT, "JupyterLab Dark", "JupyterLab Dark High Contrast")

SECOND = 1_000  # Playwright counts in milliseconds
START = jupyter_process.START * SECOND

CURRENT = "window.jupyterapp.shell.currentWidget"

# JupyterLab fills an empty main area with a launcher, which takes the focus. So tests begin when it is there, and
# leave it there.
LAUNCHER_OPEN = "() => [...window.jupyterapp.shell.widgets('main')].length > 0"

# `shutdown` ends the kernel, `dispose` closes without asking whether to save. A dialog which a failed test has left
# behind, such as "Kernel Restarting", would hold up every later one. The run-all command goes on after its promise:
# it scrolls to the last cell, which may take three seconds, and then activates the notebook even if that is disposed
# by now ("Cannot read properties of null (reading 'footer')", in its _ensureFocus). So what is being closed is not
# activated any more. After two frames JupyterLab has said all it has to say about the end.
CLOSE_DOCUMENTS = """async () => {
    document.querySelectorAll('.jp-Dialog .jp-mod-accept').forEach(button => button.click());
    for (const widget of [...window.jupyterapp.shell.widgets('main')].filter(widget => widget.context)) {
        widget.content.activate = () => {};
        await widget.context.sessionContext?.shutdown();
        widget.dispose();
    }
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""

# JupyterLab's current widget, on which its commands work, is the one with the focus: a new document may not have it.
KERNEL_READY = """path => {
    const shell = window.jupyterapp.shell;
    const widget = [...shell.widgets('main')].find(widget => widget.context?.path === path);
    if (widget && shell.currentWidget !== widget) shell.activateById(widget.id);
    const kernel = widget?.context.sessionContext.session?.kernel;
    return shell.currentWidget === widget && kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""

COMMAND = "([id, options]) => window.jupyterapp.commands.execute(id, options)"

# The run-all command is done as soon as one cell fails, even if it is meant to fail and the others still run. The
# kernel answers in order, so its answer to one more, empty request says that all cells are done.
ALL_ANSWERED = f"""() => {CURRENT}.context.sessionContext.session.kernel.requestExecute(
    {{code: '', silent: true, store_history: false}}).done"""

# Silent: no cell of the notebook shows it, and it is not counted.
PYTHON = f"""async code => {{
    const kernel = {CURRENT}.context.sessionContext.session.kernel;
    const future = kernel.requestExecute({{code, silent: true, store_history: false}});
    let printed = '';
    future.onIOPub = ({{header, content}}) => {{
        if (header.msg_type === 'stream' && content.name === 'stdout') printed += content.text;
    }};
    const {{content}} = await future.done;
    if (content.status !== 'ok') throw new Error(`${{content.ename}}: ${{content.evalue}}`);
    return printed;
}}"""

# While a theme comes, JupyterLab covers the page.
THEME_SHOWN = """name => document.body.dataset.jpThemeName === name
    && document.body.dataset.jpThemeLight !== undefined && !document.getElementById('jupyterlab-splash')"""

OUTPUTS = f"""() => [...{CURRENT}.content.model.cells]
    .filter(cell => cell.type === 'code').map(cell => cell.outputs.toJSON())"""

# The height at which the notebook needs no scroll bar: what is around it, and its cells with a margin.
FULL_HEIGHT = f"""() => {{
    const scroller = {CURRENT}.node.querySelector('.jp-WindowedPanel-outer');
    const cells = [...scroller.querySelectorAll('.jp-Cell')].map(cell => cell.getBoundingClientRect());
    scroller.scrollTop = 0;
    return Math.ceil(window.innerHeight - scroller.clientHeight + cells.at(-1).bottom - cells[0].top + 80);
}}"""


class Lab:
    """One JupyterLab page. Notebook paths are relative to `folder`: a copy of `notebooks/`, free to be written to."""

    def __init__(self, page: Page, address: str, folder: Path, pictures: Path) -> None:
        self.page = page
        self.address = address
        self.folder = folder
        self.pictures = pictures
        self._path = ""
        self._theme = LIGHT
        self._reloaded = False
        self._errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._errors.append(f"uncaught: {error}"))
        page.on("request", self._on_request)
        self._begin()

    def _begin(self) -> None:
        self.page.goto(f"{self.address}lab?reset", timeout=START)
        self._wait_for_lab()
        self._reloaded = False

    def _wait_for_lab(self) -> None:
        self.page.wait_for_function("() => window.jupyterapp !== undefined", timeout=START)
        self._wait_for("() => window.jupyterapp.restored")
        self.page.wait_for_function(LAUNCHER_OPEN, timeout=START)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._errors.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        """The lessons work offline: whatever is asked of another host is an error."""
        if not request.url.startswith((self.address, self.address.replace("http", "ws", 1), "data:", "blob:")):
            self._errors.append(f"request to elsewhere: {request.url}")

    def errors(self) -> list[str]:
        """What the browser complained about since the notebook was opened."""
        return list(self._errors)

    def write(self, name: str, *cells: str) -> str:
        """Make a notebook of these code cells, for a test of its own; returns its path for `open`."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source,
                }
                for number, source in enumerate(cells)
            ],
        }
        (self.folder / name).write_text(json.dumps(notebook), encoding="utf-8")
        return name

    def open(self, path: str) -> None:
        """Close what is open with its kernel, open this notebook in the light theme and wait for its kernel."""
        self._wait_for(CLOSE_DOCUMENTS)
        if self._reloaded:
            # A page that has restored documents may give the next one a second kernel in place of its first.
            self._begin()
        self._errors.clear()
        self.theme(LIGHT)
        self._path = path
        self._show()

    def _show(self) -> None:
        self.command("docmanager:open", {"path": self._path, "factory": "Notebook"})
        self.page.wait_for_function(KERNEL_READY, arg=self._path, timeout=START)

    def reload(self) -> None:
        """Save the notebook and reload the page, as a reader does: the kernel lives on.

        Returns when the notebook is there again and its kernel connected; live views come back soon after.
        """
        self.command("docmanager:save")
        self.page.reload(timeout=START)
        self._reloaded = True
        self._wait_for_lab()
        self._show()

    def theme(self, name: str) -> None:
        """Change to one of the `THEMES` and wait until it is shown. The next `open` changes back to the light one."""
        if name != self._theme:
            self.command("apputils:change-theme", {"theme": name})
            self.page.wait_for_function(THEME_SHOWN, arg=name, timeout=START)
            self._theme = name

    def output(self, cell: int) -> Locator:
        """Return where the code cell of this number (from 0) shows its outputs."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-Cell-outputArea")

    def python(self, code: str, seconds: float = 60) -> str:
        """Run code in the kernel without a cell and return what it printed. RuntimeError if it fails."""
        return self._wait_for(PYTHON, code, seconds)

    def command(self, name: str, options: dict[str, Any] | None = None, seconds: float = 60) -> None:
        """Run a JupyterLab command and wait until it is done, `seconds` at most."""
        self._wait_for(COMMAND, [name, options or {}], seconds)

    def run_all(self, seconds: float = 120) -> None:
        """Run all cells and wait for the last one, `seconds` at most."""
        self.command("notebook:run-all-cells", seconds=seconds)
        self._wait_for(ALL_ANSWERED, seconds=seconds)

    def _wait_for(self, function: str, argument: object = None, seconds: float = 60) -> str:
        """Wait for the promise that a JavaScript function returns; returns its value if that is a text, or else "".

        `page.evaluate` alone would copy its value, which may be a widget, and wait for ever if it never settles.
        """
        start = f"""argument => {{
            const state = window.ipclabWait = {{done: false, value: '', error: null}};
            ({function})(argument).then(
                value => {{ if (typeof value === 'string') state.value = value; state.done = true; }},
                error => {{ state.error = String(error); state.done = true; }});
        }}"""
        self.page.evaluate(start, argument)
        self.page.wait_for_function("() => window.ipclabWait.done", timeout=seconds * SECOND)
        error = self.page.evaluate("() => window.ipclabWait.error")
        if error is not None:
            raise RuntimeError(f"{error}, from {function} with {argument}")
        value: str = self.page.evaluate("() => window.ipclabWait.value")
        return value

    def outputs(self) -> list[list[Output]]:
        """The outputs of every code cell, from the notebook's model."""
        outputs: list[list[Output]] = self.page.evaluate(OUTPUTS)
        return outputs

    def screenshot(self, name: str) -> Path:
        """Keep a picture of the whole notebook as .artefacts/`name`.png."""
        picture = self.pictures / f"{name}.png"
        size = self.page.viewport_size or {"width": 1280, "height": 900}
        for _ in range(2):  # cells out of sight have only guessed heights until they were in sight once
            height = max(size["height"], min(self.page.evaluate(FULL_HEIGHT), 8_000))
            self.page.set_viewport_size({"width": size["width"], "height": height})
        self.page.screenshot(path=picture)
        self.page.set_viewport_size(size)
        return picture


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome, None if there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def opened(server: Server, chromium: str, pictures: Path) -> Iterator[Lab]:
    """Open the server's JupyterLab in a browser."""
    address = server.address()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, timeout=START)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        yield Lab(page, address, server.home / "notebooks", pictures)
        browser.close()
