"""`%load_ext ipclab`: turns the notebook's kernel into the main process."""

from __future__ import annotations

import asyncio
import linecache
import os
import re
import signal
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.path import compress_user

from ipclab import activity
from ipclab.main import app as app_module
from ipclab.main import console, spare
from ipclab.main.app import app
from ipclab.main.browser_window import BrowserWindow
from ipclab.main.lockstep import lockstep
from ipclab.notebook import diagram
from ipclab.notebook.cells import Cells, last_messages
from ipclab.notebook.editor import Editor
from ipclab.notebook.interrupts import Interrupts
from ipclab.notebook.magics import Magics, await_renderer
from ipclab.notebook.parents import Parents

PACKAGE_FOLDER = str(Path(__file__).resolve().parent.parent)

#: Seconds; under nbval and other test runs a loaded machine must not change the order of things.
PATIENT_LIMIT = 10.0

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

Undo = Callable[[], object]

#: What takes back each step of loading, per shell.
_loaded: dict[InteractiveShell, list[Undo]] = {}


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Called by `%load_ext ipclab`; a second call changes nothing. RuntimeError outside a Jupyter kernel."""
    if shell in _loaded:
        return
    kernel: Any = getattr(shell, "kernel", None)
    if kernel is None:
        raise RuntimeError(
            "ipclab's cells need a Jupyter kernel (JupyterLab, Notebook, VS Code); "
            "in a plain program use ipclab without %load_ext"
        )
    # ipykernel's own SIGINT handler cannot wake a sleeping loop; any handler of the loop's sets up what can.
    asyncio.get_running_loop().add_signal_handler(signal.SIGURG, lambda: None)
    if int(version("ipykernel").split(".")[0]) < 7:
        raise RuntimeError(f"ipclab needs ipykernel 7 or newer, and this kernel has {version('ipykernel')}")
    # Activities get the numbers that the cells have, if all is as usual; nbval, for one, does not count cells.
    activity.count_from(max(2, shell.execution_count))
    interrupts = Interrupts(kernel, shell)
    cells = Cells(kernel, interrupts)
    magics = Magics(shell, cells)
    _loaded[shell] = [
        Parents(kernel).unload,
        interrupts.unload,
        cells.unload,
        _add_magics(shell, magics),
        Editor(kernel, magics, interrupts).unload,
        _hide_own_frames(shell, interrupts),
        _name_cells_in_warnings(shell),
        _take_turns(),
        _prepare_main(shell),
        _show_windows(shell),
    ]


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Called by `%unload_ext ipclab`: the kernel is an ordinary one again."""
    for undo in reversed(_loaded.pop(shell, [])):
        undo()


def _add_magics(shell: InteractiveShell, magics: Magics) -> Undo:
    register: Any = shell.register_magic_function
    for name in ("renderer", "page", "preload"):
        register(getattr(magics, name), "cell", name)
    register(magics.ipclab, "line", "ipclab")
    shell.input_transformers_post.append(await_renderer)

    def undo() -> None:
        shell.input_transformers_post.remove(await_renderer)
        for name in ("renderer", "page", "preload"):
            shell.magics_manager.magics["cell"].pop(name, None)
        shell.magics_manager.magics["line"].pop("ipclab", None)

    return undo


def _hide_own_frames(shell: InteractiveShell, interrupts: Interrupts) -> Undo:
    """Tracebacks show the reader's lines: drop ipclab's own frames (and with them the paths of this machine)."""
    original: Any = shell._showtraceback
    own = (f"File {PACKAGE_FOLDER}{os.sep}", f"File {compress_user(PACKAGE_FOLDER)}{os.sep}")

    def showtraceback(kind: type, error: BaseException, lines: list[str]) -> None:
        kept = [line for line in lines if not COLOURS.sub("", line).lstrip().startswith(own)]
        if kind is asyncio.CancelledError and interrupts.happened:
            kind, error = KeyboardInterrupt, KeyboardInterrupt()
            kept = [line.replace("CancelledError", "KeyboardInterrupt") for line in kept]
        original(kind, error, kept)

    vars(shell)["_showtraceback"] = showtraceback
    return lambda: vars(shell).pop("_showtraceback", None)


def _name_cells_in_warnings(shell: InteractiveShell) -> Undo:
    """Warnings say which cell they come from; IPython's temporary file names differ from run to run."""
    original = warnings.formatwarning

    def formatwarning(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        cell: Any = shell.compile.format_code_name(filename)
        if filename.startswith(PACKAGE_FOLDER):
            return f"{category.__name__}: {message}\n"
        if cell is None:
            return original(message, category, filename, lineno, line)
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        # Without the cell's number: the text is the same in every run.
        return f"cell, line {lineno}: {category.__name__}: {message}\n  {source}\n"

    def undo() -> None:
        warnings.formatwarning = original

    warnings.formatwarning = formatwarning
    return undo


def _take_turns() -> Undo:
    """Lockstep is on in notebooks, and patient where a test compares outputs."""
    lockstep.enabled = True
    if "PYTEST_CURRENT_TEST" in os.environ and "IPCLAB_LOCKSTEP_LIMIT" not in os.environ:
        lockstep.limit = PATIENT_LIMIT

    def undo() -> None:
        lockstep.enabled = False

    return undo


def _prepare_main(shell: InteractiveShell) -> Undo:
    """Main is ready at once, with a renderer process in reserve; it tells of failures in one line."""
    known: Any = shell.compile.format_code_name
    console.cell_of = lambda name: "cell" if known(name) is not None else None
    diagram.last_cell_messages = last_messages
    app_module.prepares_spare = True
    app._become_ready()
    spare.prepare()

    def undo() -> None:
        console.cell_of = None
        app_module.prepares_spare = False
        spare.dismiss()

    return undo


def _show_windows(shell: InteractiveShell) -> Undo:
    """A window as a cell's last line is shown live."""

    def bundle(window: BrowserWindow, **_: object) -> Any:
        from ipclab.notebook.views import windows  # only now: widgets take a while to import

        return windows.bundle(window)

    formatter: Any = shell.display_formatter
    formatter.mimebundle_formatter.for_type(BrowserWindow, bundle)

    def undo() -> None:
        formatter.mimebundle_formatter.pop(BrowserWindow, None)
        if "ipclab.notebook.views.windows" in sys.modules:
            from ipclab.notebook.views import printing, windows

            windows.close_all()
            printing.restore_streams()

    return undo
