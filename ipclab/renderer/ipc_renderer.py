"""`ipc_renderer`: the renderer's end of IPC."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone
from ipclab.emitter import EventEmitter
from ipclab.errors import DataCloneError, Error, RemoteError
from ipclab.protocol import Buffer, Invoke, Refused, Send, SendSync

if TYPE_CHECKING:
    from ipclab.renderer.process import RendererProcess


class Promise(asyncio.Future[Any]):
    """What `invoke` returns: await it. (A future whose repr says what it is, as a JavaScript console would.)"""

    __clonable__ = False

    def __repr__(self) -> str:
        if not self.done():
            return "<Promise pending>"
        if self.cancelled() or self._exception is not None:  # a look must not count as handling the error
            return "<Promise rejected>"
        return "<Promise fulfilled>"


class IpcRendererEvent:
    """The first argument of a renderer's listener. `sender` is the `ipc_renderer`, `ports` the transferred ports,
    `sender_id` (Electron 9 to 27) the sending web contents' id, 0 for main."""

    __slots__ = ("ports", "sender", "sender_id")
    __clonable__ = False

    def __init__(self, sender: IpcRenderer, sender_id: int | None) -> None:
        self.sender = sender
        self.ports: list[object] = []
        if sender_id is not None:
            self.sender_id = sender_id

    def __repr__(self) -> str:
        return "<IpcRendererEvent>"


class IpcRenderer(EventEmitter):
    """Sends messages to the main process and hears those that main sends (Electron's `ipcRenderer`).

    Listeners get `(event, *args)`. All methods raise `Error` after the page has gone.
    """

    __clonable__ = False

    def __init__(self, process: RendererProcess) -> None:
        super().__init__()
        self._process: RendererProcess | None = process

    def send(self, channel: str, *args: object) -> None:
        """Send `args` to main's listeners on `channel`, and do not wait.

        Raises DataCloneError at once if an argument cannot be cloned.
        """
        process = self._ready(channel)
        payload, buffers = self._encode(process, "send", channel, args)
        process.write(Send(activity.current.get(), channel, payload, time.monotonic()), buffers)

    def invoke(self, channel: str, *args: object) -> Promise:
        """Send `args` to main's handler for `channel` now, and return an awaitable of its result.

        Awaiting raises RemoteError if the handler failed or there is none, DataCloneError if an argument cannot be
        cloned.
        """
        process = self._ready(channel)
        promise = Promise(loop=process.loop)
        try:
            payload, buffers = self._encode(process, "invoke", channel, args)
        except DataCloneError as error:
            promise.set_exception(error)
            return promise
        call = process.new_call(channel, promise)
        process.write(Invoke(activity.current.get(), call, channel, payload, time.monotonic()), buffers)
        return promise

    def send_sync(self, channel: str, *args: object) -> Any:
        """Send `args` and block this renderer until main's listener sets `event.return_value`; return that value.

        Nothing else runs in this renderer meanwhile. Raises DataCloneError if an argument cannot be cloned.
        """
        process = self._ready(channel)
        payload, buffers = self._encode(process, "send_sync", channel, args)
        call = process.new_call(channel, None)
        process.write(SendSync(activity.current.get(), call, channel, payload, time.monotonic()), buffers)
        return process.wait_for(call)

    def _ready(self, channel: object) -> RendererProcess:
        if self._process is None:
            raise Error("IPC method called after context was released")
        if not isinstance(channel, str):
            raise TypeError(f"Error processing argument at index 1, conversion failure from {clone.preview(channel)}")
        return self._process

    def _encode(
        self, process: RendererProcess, kind: str, channel: str, args: tuple[object, ...]
    ) -> tuple[bytes, list[Buffer]]:
        try:
            return clone.encode(args)
        except DataCloneError as error:
            shown = [clone.preview(arg) for arg in args]
            process.write(Refused(activity.current.get(), kind, channel, shown, str(error), time.monotonic()))
            raise

    def _release(self) -> None:
        """The page is gone: nothing arrives any more, and every method raises."""
        self._process = None
        self.remove_all_listeners()

    def __repr__(self) -> str:
        return "<ipc_renderer>"


def remote_error(channel: str, error: str) -> RemoteError:
    return RemoteError(f"Error invoking remote method '{channel}': {error}")
