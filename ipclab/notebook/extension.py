"""`%load_ext ipclab`: turns the notebook's kernel into the main process."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.path import compress_user

from ipclab.main import app as app_module
from ipclab.main import console, spare
from ipclab.main.app import app
from ipclab.main.lockstep import lockstep
from ipclab.notebook import diagram
from ipclab.notebook.cells import Cells, last_messages
from ipclab.notebook.magics import Magics, await_renderer

PACKAGE_FOLDER = str(Path(__file__).resolve().parent.parent)

#: Under nbval and other test runs a loaded machine must not change the order of things.
PATIENT_LIMIT = 10.0

_loaded: dict[InteractiveShell, Cells] = {}


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
    loop = asyncio.get_running_loop()
    # ipykernel's own SIGINT handler cannot wake a sleeping loop; any handler of the loop's sets up what can.
    loop.add_signal_handler(signal.SIGURG, lambda: None)
    cells = _loaded[shell] = Cells(kernel)
    magics = Magics(shell, cells)
    register: Any = shell.register_magic_function
    for name in ("renderer", "page", "preload"):
        register(getattr(magics, name), "cell", name)
    register(magics.ipclab, "line", "ipclab")
    shell.input_transformers_post.append(await_renderer)
    console.short = True
    diagram.last_cell_messages = last_messages
    lockstep.enabled = True
    if "PYTEST_CURRENT_TEST" in os.environ and "IPCLAB_LOCKSTEP_LIMIT" not in os.environ:
        lockstep.limit = PATIENT_LIMIT
    _hide_own_frames(shell)
    app_module.prepares_spare = True
    app._become_ready()
    spare.prepare()


def _hide_own_frames(shell: InteractiveShell) -> None:
    """Tracebacks show the reader's lines: drop ipclab's own frames (and with them the paths of this machine)."""
    original: Any = shell._showtraceback
    own = (PACKAGE_FOLDER + os.sep, compress_user(PACKAGE_FOLDER) + os.sep)

    def showtraceback(kind: type, error: BaseException, lines: list[str]) -> None:
        original(kind, error, [line for line in lines if not any(folder in line for folder in own)])

    vars(shell)["_showtraceback"] = showtraceback


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Called by `%unload_ext ipclab`: the kernel is an ordinary one again."""
    cells = _loaded.pop(shell, None)
    if cells is None:
        return
    cells.unload()
    vars(shell).pop("_showtraceback", None)
    shell.input_transformers_post.remove(await_renderer)
    for name in ("renderer", "page", "preload"):
        shell.magics_manager.magics["cell"].pop(name, None)
    shell.magics_manager.magics["line"].pop("ipclab", None)
    console.short = False
    lockstep.enabled = False
    app_module.prepares_spare = False
    spare.dismiss()
