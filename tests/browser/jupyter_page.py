"""JupyterLab as a reader meets it: a server of our own, a browser page, and what the tests ask of them.

The page carries JupyterLab's application object (`--expose-app-in-browser`), so notebooks are opened, run and read
through JupyterLab's own commands and models. Locators are for what a reader clicks: `lab.page` is Playwright's page.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, sync_playwright

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

SECOND = 1_000  # Playwright counts in milliseconds
START = 60 * SECOND

CURRENT = "window.jupyterapp.shell.currentWidget"

# JupyterLab fills an empty main area with a launcher, which takes the focus. So tests begin when it is there, and
# leave it there.
LAUNCHER_OPEN = "() => [...window.jupyterapp.shell.widgets('main')].length > 0"

# `shutdown` ends the kernel, `dispose` closes without asking whether to save. A dialog which a failed test has left
# behind, such as "Kernel Restarting", would hold up every later one.
CLOSE_DOCUMENTS = """async () => {
    document.querySelectorAll('.jp-Dialog .jp-mod-accept').forEach(button => button.click());
    for (const widget of [...window.jupyterapp.shell.widgets('main')].filter(widget => widget.context)) {
        await widget.context.sessionContext?.shutdown();
        widget.dispose();
    }
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

OUTPUTS = f"""() => [...{CURRENT}.content.model.cells]
    .filter(cell => cell.type === 'code').map(cell => cell.outputs.toJSON())"""

# The height at which the notebook needs no scroll bar: what is around it, and its cells with a margin.
FULL_HEIGHT = f"""() => {{
    const scroller = {CURRENT}.node.querySelector('.jp-WindowedPanel-outer');
    const cells = [...scroller.querySelectorAll('.jp-Cell')].map(cell => cell.getBoundingClientRect());
    scroller.scrollTop = 0;
    return Math.ceil(window.innerHeight - scroller.clientHeight + cells.at(-1).bottom - cells[0].top + 80);
}}"""


class Server:
    """A JupyterLab server with nothing of the user's own: settings, kernels and state are in `home`."""

    def __init__(self, home: Path, notebooks: Path) -> None:
        self.home = home
        self.log = home / "jupyter.log"
        settings = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            environment[name] = str(home / name.lower())
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "-y"]
        command += [f"--ServerApp.root_dir={notebooks}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
        command += [
            f"--LabApp.user_settings_dir={home / 'settings'}",
            f"--LabApp.workspaces_dir={home / 'workspaces'}",
        ]
        command += ["--LabApp.expose_app_in_browser=True"]
        # Should the test run be killed, the server must not stay behind.
        command += ["--ServerApp.shutdown_no_activity_timeout=600", "--MappingKernelManager.cull_idle_timeout=600"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=notebooks,
                env=environment | {"JUPYTER_PREFER_ENV_PATH": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def address(self) -> str:
        """Wait until the server has written down its address. RuntimeError with the log if it does not."""
        note = self.home / "jupyter_runtime_dir" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + START / SECOND
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                return str(json.loads(note.read_text())["url"])
            except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
                time.sleep(0.05)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log_tail()}")

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ask the server to end itself and its kernels; kill its group if it does not."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(15)


class Lab:
    """One JupyterLab page. Notebook paths are relative to `folder`: a copy of `notebooks/`, free to be written to."""

    def __init__(self, page: Page, address: str, folder: Path, pictures: Path) -> None:
        self.page = page
        self.address = address
        self.folder = folder
        self.pictures = pictures
        self._errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._errors.append(f"uncaught: {error}"))
        page.on("request", self._on_request)
        page.goto(f"{address}lab?reset", timeout=START)
        page.wait_for_function("() => window.jupyterapp !== undefined", timeout=START)
        self._wait_for("() => window.jupyterapp.restored")
        page.wait_for_function(LAUNCHER_OPEN, timeout=START)

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
        """Close what is open with its kernel, open this notebook and wait for its kernel."""
        self._wait_for(CLOSE_DOCUMENTS)
        self._errors.clear()
        self.command("docmanager:open", {"path": path, "factory": "Notebook"})
        self.page.wait_for_function(KERNEL_READY, arg=path, timeout=START)

    def command(self, name: str, options: dict[str, Any] | None = None, seconds: float = 60) -> None:
        """Run a JupyterLab command and wait until it is done, `seconds` at most."""
        self._wait_for(COMMAND, [name, options or {}], seconds)

    def run_all(self, seconds: float = 120) -> None:
        """Run all cells and wait for the last one, `seconds` at most."""
        self.command("notebook:run-all-cells", seconds=seconds)
        self._wait_for(ALL_ANSWERED, seconds=seconds)

    def _wait_for(self, function: str, argument: object = None, seconds: float = 60) -> None:
        """Wait for the promise that a JavaScript function returns.

        `page.evaluate` alone would copy its value, which may be a widget, and wait for ever if it never settles.
        """
        start = f"""argument => {{
            const state = window.ipclabWait = {{done: false, error: null}};
            ({function})(argument).then(
                () => {{ state.done = true; }}, error => {{ state.error = String(error); state.done = true; }});
        }}"""
        self.page.evaluate(start, argument)
        self.page.wait_for_function("() => window.ipclabWait.done", timeout=seconds * SECOND)
        error = self.page.evaluate("() => window.ipclabWait.error")
        if error is not None:
            raise RuntimeError(f"{error}, from {function} with {argument}")

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
