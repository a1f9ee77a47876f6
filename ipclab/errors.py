"""Every error ipclab raises on purpose, with Electron's texts where Electron has one."""

from __future__ import annotations

import builtins
from typing import Any

#: How many lines of a stack a console shows: V8's `Error.stackTraceLimit`. (An endless recursion has thousands.)
STACK_LIMIT = 10


class Error(Exception):
    """What Electron throws as a plain JavaScript ``Error``; the text is Electron's."""


class DataCloneError(Exception):
    """A value cannot cross to another process by structured clone.

    The first line of the text is Electron's; the second names the place and the type that was refused,
    e.g. ``args[0].user.callback is a function``. `path` and `reason` hold the two halves of that line.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"An object could not be cloned.\n{path} {reason}")
        self.path = path
        self.reason = reason

    @classmethod
    def from_text(cls, text: str) -> DataCloneError:
        """Make the error again that had this text in another process."""
        path, _, reason = text.partition("\n")[2].partition(" ")
        return cls(path, reason)


class RemoteError(Exception):
    """A rejected ``ipc_renderer.invoke``: ``Error invoking remote method 'channel': <name>: <text>``.

    As in Electron only the text crosses: class, fields, cause and traceback of the handler's exception are lost.
    """


class RenderProcessGone(Exception):  # noqa: N818 (named for Electron's event)
    """The renderer process that was to answer is gone; the text says which one and why."""

    def _render_traceback_(self) -> list[str]:
        return [
            f"RenderProcessGone: {self}",
            "If its window is still open, `await win.reload()` starts a new process.",
        ]


class ProtocolError(Exception):
    """The other end of a link said something that no ipclab process says."""


class RendererError(Exception):
    """An exception that ended code in a renderer process (`execute` and ``%%renderer``).

    `name` and `message` are those of the remote exception, `remote_traceback` is its traceback as text. Raised as
    an instance that can also be caught as the builtin class of the same name (see `renderer_error`).
    """

    name = "Error"
    message = ""
    remote_traceback = ""
    #: Which process it was raised in, e.g. ``renderer 1``.
    process = "a renderer"

    def __str__(self) -> str:
        return self.message

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the remote traceback, which has the reader's own lines, and where it comes from."""
        return [f"In {self.process}:", *self.remote_traceback.rstrip().split("\n")]


def _unbuilt(kind: Any, message: str) -> RendererError | None:
    """Make an exception without its class's own say; None if that cannot be (ExceptionGroup needs its members)."""
    # Not called: some builtins (UnicodeDecodeError, ...) cannot be built from a text alone, others only so.
    for make, given in ((kind.__new__, kind), (kind, message)):
        try:
            error: RendererError = make(given)
        except TypeError:
            continue
        return error
    return None


def renderer_error(name: str, message: str, remote_traceback: str, builtin: bool = True) -> RendererError:
    """Return a `RendererError` that (with `builtin`) `except <name>` catches too, if that is a builtin exception."""
    known = getattr(builtins, name, None) if builtin else None
    error: RendererError | None = None
    # asyncio refuses to carry a StopIteration.
    if isinstance(known, type) and issubclass(known, Exception) and not issubclass(known, StopIteration):
        error = _unbuilt(type(name, (RendererError, known), {"__module__": "builtins"}), message)
    if error is None:
        error = type(name, (RendererError,), {"__module__": "ipclab"})()
    error.args = (message,)
    if isinstance(error, SyntaxError):
        error.msg = message  # what Python's own traceback printer reads
    error.name = name
    error.message = message
    error.remote_traceback = remote_traceback
    return error


class UnhandledError(Exception):
    """Something that is no exception was emitted as `error` and nobody listened (Node's ERR_UNHANDLED_ERROR).

    `context` is what was emitted, None if nothing was.
    """

    def __init__(self, *context: object) -> None:
        try:
            shown = repr(context[0]) if context else "undefined"
        except Exception:  # a repr of the program's own must not hide what happened
            shown = object.__repr__(context[0])
        super().__init__(f"Unhandled error. ({shown})")
        self.context = context[0] if context else None


class Interrupted(Exception):  # noqa: N818 (named as KeyboardInterrupt is)
    """The kernel was interrupted in code whose KeyboardInterrupt would have ended the event loop."""


class RemoteTraceback(Exception):  # noqa: N818 (named for what it shows)
    """The cause of a `RendererError`: where in the renderer it was raised."""

    def __init__(self, process: str, text: str) -> None:
        super().__init__(f"in {process}:\n{text.rstrip()}")


class LoadError(Exception):
    """A load that failed, e.g. ``ERR_FILE_NOT_FOUND (-6) loading 'file:///...'``; with `code`, `errno`, `url`."""

    def __init__(self, code: str, errno: int, url: str) -> None:
        super().__init__(f"{code} ({errno}) loading '{url[:2048]}'")
        self.code = code
        self.errno = errno
        self.url = url


class DeadlockError(Exception):
    """Main was about to wait for a renderer that waits for main: neither could ever go on."""


# --- web storage: the names are those of the web's DOMExceptions ---------------------------------------------------


class SecurityError(Exception):
    """The page may not use storage: its origin is opaque (``about:blank``, ``data:``)."""


class QuotaExceededError(Exception):
    """There is no room left: an origin's `local_storage` holds 10 MiB, or the disk is full."""


class ConstraintError(Exception):
    """A key, a unique index's key or a name exists already."""


class VersionError(Exception):
    """A database was to be opened in a version lower than it has."""


class TransactionInactiveError(Exception):
    """The transaction has finished, or has not begun."""


class ReadOnlyError(Exception):
    """A readonly transaction cannot change anything."""


class NotFoundError(Exception):
    """There is no object store or index of that name, or no node at that place of the page."""


class DataError(Exception):
    """Something is not a valid key, or a key was given where none may be, or is missing."""


class InvalidStateError(Exception):
    """The object is gone, closed or not in the state for this."""


class InvalidAccessError(Exception):
    """The options contradict each other."""


# --- the page's tree: the web's names, too -------------------------------------------------------------------------


class HierarchyRequestError(Exception):
    """A node cannot be there: it would be inside itself, or the page would lose its root."""


class InvalidCharacterError(Exception):
    """That cannot be the name of an element, an attribute or a class."""


for _public in list(globals().values()):
    # Tracebacks say where a learner imports it from: `ipclab.RemoteError`.
    if isinstance(_public, type) and _public.__module__ == __name__:
        _public.__module__ = "ipclab"
