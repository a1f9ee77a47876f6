"""ipclab: Electron's inter-process communication with real processes, for notebooks, programs and tests.

What ``require('electron')`` gives in JavaScript, ``from ipclab import ...`` gives here, and as there it depends on
where the code runs: the main process (a plain cell, a program) gets `app`, `BrowserWindow`, `ipc_main`, ...; code in
a renderer process gets `ipc_renderer` and the page's own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipclab import names

if TYPE_CHECKING:
    from ipclab.emitter import EventEmitter, MaxListenersExceededWarning, UnhandledError
    from ipclab.errors import (
        ConstraintError,
        DataCloneError,
        DataError,
        DeadlockError,
        Error,
        HierarchyRequestError,
        InvalidAccessError,
        InvalidCharacterError,
        InvalidStateError,
        LoadError,
        NotFoundError,
        ProtocolError,
        QuotaExceededError,
        ReadOnlyError,
        RemoteError,
        RendererError,
        RenderProcessGone,
        SecurityError,
        TransactionInactiveError,
        VersionError,
    )
    from ipclab.exercises import exercise
    from ipclab.main.app import app, global_, process, restart
    from ipclab.main.browser_window import BrowserWindow
    from ipclab.main.dialog import dialog
    from ipclab.main.ipc_main import ipc_main
    from ipclab.main.menu import Menu
    from ipclab.main.menu_item import MenuItem
    from ipclab.main.registry import web_contents
    from ipclab.main.traffic import settle, trace
    from ipclab.notebook.diagram import diagram
    from ipclab.notebook.live import monitor, playground, predict, windows
    from ipclab.undefined_value import undefined
    from ipclab.waiting import once

__version__ = "0.1.0"

__all__ = [
    "BrowserWindow",
    "ConstraintError",
    "DataCloneError",
    "DataError",
    "DeadlockError",
    "Error",
    "EventEmitter",
    "HierarchyRequestError",
    "InvalidAccessError",
    "InvalidCharacterError",
    "InvalidStateError",
    "LoadError",
    "MaxListenersExceededWarning",
    "Menu",
    "MenuItem",
    "NotFoundError",
    "ProtocolError",
    "QuotaExceededError",
    "ReadOnlyError",
    "RemoteError",
    "RenderProcessGone",
    "RendererError",
    "SecurityError",
    "TransactionInactiveError",
    "UnhandledError",
    "VersionError",
    "app",
    "diagram",
    "dialog",
    "exercise",
    "global_",
    "ipc_main",
    "monitor",
    "once",
    "playground",
    "predict",
    "process",
    "restart",
    "settle",
    "trace",
    "undefined",
    "web_contents",
    "windows",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: `import ipclab` stays cheap, in renderers above all."""
    if names.resolve is not None:
        return names.resolve(name)
    module = names.MAIN.get(name) or names.COMMON.get(name)
    if module is None:
        if name in names.PRIVILEGED | names.PAGE:
            raise ImportError(names.foreign_to_main(name))
        if name in names.NOT_YET:
            raise ImportError(names.not_yet(name))
        if told := names.hint(name, names.MAIN):
            raise ImportError(f"cannot import name {name!r} from 'ipclab'{told}")
        raise AttributeError(f"module 'ipclab' has no attribute {name!r}")
    import importlib

    # Not kept in this module's dictionary: importing a submodule of the same name would shadow it.
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return sorted(__all__)
