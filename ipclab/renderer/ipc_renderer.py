"""`ipc_renderer`: the renderer's end of IPC."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import DataCloneError, Error, RemoteError
from ipclab.protocol import Buffer, Invoke, InvokeInternal, PostMessage, Refused, Send, SendSync, SendTo

if TYPE_CHECKING:
    from ipclab.renderer.process import RendererProcess


#: The operation of main's that the running code belongs to, 0 if to none.
current_operation: ContextVar[int] = ContextVar("ipclab_operation", default=0)


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
    `sender_id` (Electron 9 to 27) the sending web contents' id, 0 for main, `sender_is_main_frame` (26 and 27)
    whether it was sent by `send_to` from a main frame."""

    __slots__ = ("ports", "sender", "sender_id", "sender_is_main_frame")
    __clonable__ = False

    sender_is_main_frame: bool

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
        self._loop = process.loop
        self._warned_of_send_to = False

    def send(self, channel: str, *args: object) -> None:
        """Send `args` to main's listeners on `channel`, and do not wait.

        Raises DataCloneError at once if an argument cannot be cloned.
        """
        process = self._ready(channel)
        payload, buffers = self._encode(process, "send", channel, args)
        process.write(Send(activity.current.get(), channel, payload, time.monotonic()), buffers)

    def post_message(self, channel: str, message: object, transfer: Sequence[object] = ()) -> None:
        """Send exactly one value to main's listeners on `channel`, with the message ports of `transfer`.

        Raises `Error` if `transfer` holds anything else, DataCloneError if the value cannot be cloned.
        """
        process = self._ready(channel, index=0)
        if not isinstance(transfer, list | tuple) or transfer:
            raise Error("Invalid value for transfer")
        payload, buffers = self._encode(process, "post_message", channel, (message,))
        process.write(PostMessage(activity.current.get(), channel, payload, time.monotonic()), buffers)

    def invoke(self, channel: str, *args: object) -> Promise:
        """Send `args` to main's handler for `channel` now, and return an awaitable of its result.

        Awaiting raises RemoteError if the handler failed or there is none, DataCloneError if an argument cannot be
        cloned, TypeError if the channel is no string.
        """
        return self._invoke(Invoke, channel, args)

    def _ask_electron(self, channel: str, *args: object) -> Promise:
        """Invoke what Electron itself handles in main."""
        return self._invoke(InvokeInternal, channel, args)

    def _invoke(self, kind: type[Invoke], channel: str, args: tuple[object, ...]) -> Promise:
        promise = Promise(loop=self._loop)
        try:
            process = self._ready(channel)
            payload, buffers = self._encode(process, "invoke", channel, args)
        except (Error, TypeError, DataCloneError) as error:  # Electron's invoke is an async function
            promise.set_exception(error)
            return promise
        call = process.new_call(channel, promise)
        frame = kind(activity.current.get(), call, channel, payload, time.monotonic(), current_operation.get())
        process.write(frame, buffers)
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

    @property
    def send_to(self) -> Callable[..., None]:
        """`send_to(web_contents_id, channel, *args)`: have main forward `args` to another window's page.

        Its listeners on `channel` get an event with the `sender_id` of this page's web contents. The id is that of
        web contents, not of a window; if there are none, the message is dropped silently. Raises TypeError if the id
        is no number, DataCloneError if an argument cannot be cloned. Electron 9 to 27: AttributeError from 28 on.
        """
        if self._process is not None:
            versions.check_send_to(self._process.electron_major)
        return self._send_to

    def _send_to(self, web_contents_id: float, channel: str, *args: object) -> None:
        process = self._ready(channel)
        warning = versions.send_to_warning(process.electron_major)
        if warning is not None and not self._warned_of_send_to:
            self._warned_of_send_to = True
            process.console.warn(warning)
        receiver = _contents_id(web_contents_id)
        payload, buffers = self._encode(process, "send_to", channel, args, receiver)
        process.write(SendTo(activity.current.get(), receiver, channel, payload, time.monotonic()), buffers)

    _send_to.__qualname__ = "IpcRenderer.send_to"  # what Python calls it when an argument is missing

    def _ready(self, channel: object, index: int = 1) -> RendererProcess:
        if self._process is None:
            raise Error("IPC method called after context was released")
        if not isinstance(channel, str):
            shown = clone.preview(channel)
            raise TypeError(f"Error processing argument at index {index}, conversion failure from {shown}")
        return self._process

    def _encode(
        self, process: RendererProcess, kind: str, channel: str, args: tuple[object, ...], receiver: int = 0
    ) -> tuple[bytes, list[Buffer]]:
        try:
            return clone.encode(args)
        except DataCloneError as error:
            shown = [clone.preview(arg) for arg in args]
            now = time.monotonic()
            process.write(Refused(activity.current.get(), kind, channel, shown, str(error), now, receiver))
            raise

    def _release(self) -> None:
        """The page is gone: nothing arrives any more, and every method raises."""
        self._process = None
        self.remove_all_listeners()

    def __repr__(self) -> str:
        return "<ipc_renderer>"


def _contents_id(value: object) -> int:
    """Return the number of web contents; any 32-bit integer will do, as in Electron."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("First argument has to be webContentsId")
    if value % 1 or not -(2**31) <= value < 2**31:
        raise TypeError(f"Error processing argument at index 0, conversion failure from {clone.preview(value)}")
    return int(value)


def remote_error(channel: str, error: str) -> RemoteError:
    return RemoteError(f"Error invoking remote method '{channel}': {error}")
