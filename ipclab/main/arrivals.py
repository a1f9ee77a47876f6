"""What a renderer says, and who in main hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab import versions
from ipclab.errors import ProtocolError, renderer_error
from ipclab.main import console, dispatch, forwarding
from ipclab.main.details import ConsoleMessage
from ipclab.main.events import Event
from ipclab.protocol import (
    Console,
    Dereference,
    DocumentChanges,
    DomReady,
    Follow,
    Invoke,
    ListensToUnload,
    NoCallback,
    OpenStorage,
    Pong,
    PreloadError,
    Refused,
    RemoteRequest,
    Send,
    SendSync,
    SendTo,
    StorageNews,
    TitleChanged,
    ToMain,
)

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

#: `console-message`'s numbers for its levels, before Electron 35.
LEVELS = {"debug": 0, "info": 1, "warning": 2, "error": 3}


def take(contents: WebContents, frame: ToMain, buffers: list[bytes]) -> None:
    """Hand a frame to whom it concerns."""
    if isinstance(frame, Console):
        _console_message(contents, frame)
    elif isinstance(frame, StorageNews):
        _take_storage(contents, frame, buffers)  # it has happened, even if the window is gone
    elif contents.is_destroyed():
        _lost(contents, frame, buffers)
    elif isinstance(frame, Send):
        dispatch.on_send(contents, frame, buffers)
    elif isinstance(frame, Invoke):
        dispatch.on_invoke(contents, contents.host, frame, buffers)
    elif isinstance(frame, OpenStorage):
        _take_storage(contents, frame, buffers)
    elif isinstance(frame, SendSync):
        dispatch.on_send_sync(contents, contents.host, frame, buffers)
    elif isinstance(frame, SendTo):
        forwarding.on_send_to(contents, frame, buffers)
    elif isinstance(frame, Refused):
        dispatch.on_refused(contents, frame)
    elif isinstance(frame, DomReady):
        contents.loading.dom_ready(frame.operation)
    elif isinstance(frame, PreloadError):
        error = renderer_error(frame.name, frame.message, frame.traceback)
        contents.announce("preload-error", Event(), frame.path, error)
    elif isinstance(frame, ListensToUnload):
        contents.unloading.page_listens(frame.listens)
    elif isinstance(frame, RemoteRequest | Dereference | NoCallback):
        _take_remote(contents, frame, buffers)
    elif isinstance(frame, DocumentChanges):
        contents.page_view.take(frame)
    elif isinstance(frame, Pong):
        contents.pulse.answered(frame.number)
    elif isinstance(frame, TitleChanged):
        contents.loading.title_changed(frame.page, frame.title)
    elif isinstance(frame, Follow):
        contents.loading.follow(frame.page, frame.url)
    else:
        raise ProtocolError(f"{type(frame).__name__} is not for web contents")


def _take_remote(
    contents: WebContents, frame: RemoteRequest | Dereference | NoCallback, buffers: list[bytes]
) -> None:
    from ipclab.main import remote  # few apps use it

    if isinstance(frame, RemoteRequest):
        remote.on_request(contents, frame, buffers)
    elif isinstance(frame, Dereference):
        remote.on_dereference(contents, frame)
    else:
        remote.on_no_callback(contents, frame)


def _take_storage(contents: WebContents, frame: OpenStorage | StorageNews, buffers: list[bytes]) -> None:
    from ipclab.main import storage  # not every app has pages that keep something

    if isinstance(frame, OpenStorage):
        storage.on_open(contents, frame)
    else:
        storage.on_news(contents, frame, buffers)


def _lost(contents: WebContents, frame: ToMain, buffers: list[bytes]) -> None:
    """A message of a renderer whose window has been closed meanwhile."""
    if isinstance(frame, OpenStorage):
        dispatch.decode(frame.payload, buffers)
        dispatch.record(contents, "storage", frame, buffers, "lost")
    elif isinstance(frame, SendTo):
        forwarding.record(contents, frame, buffers, "lost")
    elif isinstance(frame, RemoteRequest):
        from ipclab.main import remote

        remote.on_lost(contents, frame, buffers)
    else:
        dispatch.on_lost(contents, frame, buffers)


def _console_message(contents: WebContents, frame: Console) -> None:
    console.write_labelled(contents.label, frame.level, frame.text)
    if not contents.listener_count("console-message"):
        return
    details = ConsoleMessage(frame.text, frame.level, frame.line, frame.source)
    if versions.console_message_has_details(contents.electron_version):
        contents.announce("console-message", details)
    else:
        level = LEVELS.get(frame.level, 1)
        contents.announce("console-message", Event(), level, frame.text, frame.line, frame.source)
