"""Which names `from ipclab import ...` gives in which process and world, and what it says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

#: Set in renderer processes: what `import ipclab` gives there depends on the world of the code that asks. (A world's
#: own code has an import hook; modules that it imports come here.)
resolve: Callable[[str], Any] | None = None

#: Everywhere.
COMMON = {
    "undefined": "ipclab.undefined_value",
    "EventEmitter": "ipclab.emitter",
    "once": "ipclab.waiting",
    "MaxListenersExceededWarning": "ipclab.emitter",
    "UnhandledError": "ipclab.emitter",
    "Error": "ipclab.errors",
    "DataCloneError": "ipclab.errors",
    "RemoteError": "ipclab.errors",
    "RendererError": "ipclab.errors",
    "RenderProcessGone": "ipclab.errors",
    "ProtocolError": "ipclab.errors",
    "LoadError": "ipclab.errors",
    "Interrupted": "ipclab.errors",
    "DeadlockError": "ipclab.errors",
    "SecurityError": "ipclab.errors",
    "QuotaExceededError": "ipclab.errors",
    "ConstraintError": "ipclab.errors",
    "VersionError": "ipclab.errors",
    "TransactionInactiveError": "ipclab.errors",
    "ReadOnlyError": "ipclab.errors",
    "NotFoundError": "ipclab.errors",
    "DataError": "ipclab.errors",
    "InvalidStateError": "ipclab.errors",
    "InvalidAccessError": "ipclab.errors",
    "HierarchyRequestError": "ipclab.errors",
    "InvalidCharacterError": "ipclab.errors",
}

#: The main process's.
MAIN = {
    "app": "ipclab.main.app",
    "BrowserWindow": "ipclab.main.browser_window",
    "Menu": "ipclab.main.menu",
    "MenuItem": "ipclab.main.menu_item",
    "dialog": "ipclab.main.dialog",
    "ipc_main": "ipclab.main.ipc_main",
    "web_contents": "ipclab.main.registry",
    "trace": "ipclab.main.traffic",
    "global_": "ipclab.main.app",
    "process": "ipclab.main.app",
    "restart": "ipclab.main.app",
    "settle": "ipclab.main.traffic",
    "diagram": "ipclab.notebook.diagram",
    "monitor": "ipclab.notebook.live",
    "exercise": "ipclab.exercises",
    "windows": "ipclab.notebook.live",
    "playground": "ipclab.notebook.live",
    "predict": "ipclab.notebook.live",
    "load_ipython_extension": "ipclab.notebook.extension",
    "unload_ipython_extension": "ipclab.notebook.extension",
}

#: Of main's, what `remote` gives: Electron's modules.
REMOTE = frozenset(
    {"BrowserWindow", "Menu", "MenuItem", "MessageChannelMain", "app", "dialog", "ipc_main", "web_contents"}
)

#: A renderer's, where the world may reach Electron (isolated world, or node integration without isolation).
PRIVILEGED = frozenset({"ipc_renderer", "context_bridge", "process", "remote"})

#: A page's own: in every world of a renderer.
PAGE = frozenset(
    {
        "CustomEvent",
        "Event",
        "KeyRange",
        "KeyboardEvent",
        "MouseEvent",
        "clear_timeout",
        "console",
        "document",
        "indexed_db",
        "local_storage",
        "session_storage",
        "set_timeout",
        "window",
    }
)


#: What Electron has and ipclab does not simulate yet.
NOT_YET = frozenset(
    {
        "MessageChannel",
        "MessageChannelMain",
    }
)


#: What is called otherwise here, beyond snake_case.
OTHERWISE = {"indexedDB": "indexed_db", "IDBKeyRange": "KeyRange"}


def snake_case(name: str) -> str:
    """Return Electron's spelling of a name as it is here: ``ipcMain`` is ``ipc_main``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def hint(name: str, known: Iterable[str]) -> str:
    """Return what to say of a name in Electron's spelling: names are in snake_case here."""
    here = OTHERWISE.get(name) or snake_case(name)
    return f". Here it is called {here!r}" if here != name and here in known else ""


def not_yet(name: str) -> str:
    return f"ipclab does not simulate Electron's {name} yet"


def foreign_to_main(name: str) -> str:
    return (
        f"{name} belongs to renderer processes, and this code runs in the main process. "
        f"Use it in a cell that begins with %%renderer, in a preload or in a page's script."
    )


def foreign_to_renderer(name: str, renderer: str) -> str:
    return (
        f"{name} belongs to the main process, and this code runs in {renderer}. "
        f"Use it in a plain cell (or program), or ask main for what you need with ipc_renderer.invoke."
    )


def not_for_the_page(name: str, why: str) -> str:
    return (
        f"{name} is not available to the page: {why}. Use it in a preload script or in a plain %%renderer cell "
        f"(the isolated world), or open the window with node_integration=True and context_isolation=False."
    )
