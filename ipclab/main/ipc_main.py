"""`ipc_main`: main's end of IPC. Also the class behind `web_contents.ipc` and `main_frame.ipc`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from ipclab import scope, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import Error

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)

_OMITTED: Any = object()


def _ignore_error(*_: object) -> None:
    """Electron's own guard: a renderer's message named `error` must not blow up main."""


class IpcMainImpl(EventEmitter):
    """Listens to `send` and `send_sync` (`on`, `once`, ...) and answers `invoke` (`handle`).

    Listeners get `(event, *args)`; handlers too, and their result (awaited, if need be) is the answer. Follows
    Electron's `ipcMain`. `handle` without a function is a decorator.
    """

    __clonable__ = False

    def __init__(self, name: str = "ipc_main") -> None:
        super().__init__()
        self._name = name
        self._handlers: dict[str, tuple[Handler, bool]] = {}
        self.on("error", _ignore_error)

    @overload
    def handle(self, channel: str, handler: Handler) -> None: ...
    @overload
    def handle(self, channel: str) -> Callable[[H], H]: ...
    def handle(self, channel: str, handler: Handler = _OMITTED) -> Callable[[H], H] | None:
        """Answer every `invoke` on `channel` with what `handler(event, *args)` returns.

        Raises `Error` if the channel has a handler already, TypeError if `handler` is not a function.
        """
        return self._add_handler(channel, handler, once=False)

    @overload
    def handle_once(self, channel: str, handler: Handler) -> None: ...
    @overload
    def handle_once(self, channel: str) -> Callable[[H], H]: ...
    def handle_once(self, channel: str, handler: Handler = _OMITTED) -> Callable[[H], H] | None:
        """As `handle`, for one `invoke`: the handler is removed before it runs."""
        return self._add_handler(channel, handler, once=True)

    def remove_handler(self, channel: str) -> None:
        """Remove the channel's handler, if there is one; one that is running goes on."""
        self._handlers.pop(channel, None)

    def _add_handler(self, channel: str, handler: Handler, once: bool) -> Callable[[H], H] | None:
        if handler is _OMITTED:
            if callable(channel):
                raise TypeError("a handler has a channel: write @ipc_main.handle('name')")

            def decorate(function: H) -> H:
                self._add_handler(channel, function, once)
                return function

            return decorate
        if channel in self._handlers:
            raise Error(f"Attempted to register a second handler for '{channel}'")
        if not callable(handler):
            wrong = versions.handler_type_error(versions.major(versions.dialled))
            raise wrong(f"Expected handler to be a function, but found type '{type(handler).__name__}'")
        entry = (handler, once)
        self._handlers[channel] = entry

        def undo() -> None:
            if self._handlers.get(channel) is entry:
                del self._handlers[channel]

        scope.note(undo)
        return None

    def _find(self, channel: str) -> Handler | None:
        """Return the handler that is to answer now; a once-only one is used up by that."""
        entry = self._handlers.get(channel)
        if entry is None:
            return None
        handler, once = entry
        if once:
            del self._handlers[channel]
        return handler

    def _guards(self, channel: str) -> int:
        """How many listeners of a channel are Electron's own."""
        return self.listener_count(channel, _ignore_error) if channel == "error" else 0

    def _restart(self) -> None:
        """As in a fresh app: nothing registered but Electron's own guard."""
        self.remove_all_listeners()
        self._handlers.clear()
        self.set_max_listeners(self.default_max_listeners)
        self.on("error", _ignore_error)

    def __repr__(self) -> str:
        return f"<{self._name}>"


ipc_main = IpcMainImpl()
