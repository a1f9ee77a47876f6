"""Messages from main to a page: what `web_contents.send` and `post_message` do, and what goes wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ipclab import activity, clone, versions
from ipclab.errors import DataCloneError, Error
from ipclab.link import MAX_QUEUED
from ipclab.main import console, registry
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import Deliver
from ipclab.record import Kind

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

DISPOSED = "Render frame was disposed before WebFrameMain could be accessed"


def send(contents: WebContents, channel: str, args: tuple[object, ...], *, by_frame: bool = False) -> None:
    """From Electron 16 on, a message that cannot be sent is told of on main's console, and not raised.

    Destroyed contents raise TypeError all the same, but not their frame (`by_frame`): that one is just gone.
    """
    if not isinstance(channel, str):
        text = "Missing required channel argument"
        raise TypeError(text) if contents.electron_version >= 27 else Error(text)
    try:
        if _deliver(contents, "send", channel, args):
            return
    except DataCloneError as error:
        if not versions.send_swallows_errors(contents.electron_version):
            raise
        where = str(error).partition("\n")[2]
        _tell(f"Failed to serialize arguments\n    {where}")
        return
    if not by_frame:
        contents.check()
    if not versions.send_swallows_errors(contents.electron_version):
        raise Error(DISPOSED)
    _tell(DISPOSED)


def post_message(
    contents: WebContents, channel: str, message: object, transfer: Sequence[object], *, by_frame: bool = False
) -> None:
    """One value; what goes wrong is raised, whatever the version."""
    if not isinstance(channel, str):
        raise TypeError(f"Error processing argument at index 0, conversion failure from {channel!r}")
    if not isinstance(transfer, list | tuple) or transfer:
        raise Error("Invalid value for transfer")
    if not _deliver(contents, "post_message", channel, (message,)):
        if not by_frame:
            contents.check()
        raise Error(DISPOSED)


def send_to_frame(contents: WebContents, frame: int | Sequence[int], channel: str, args: tuple[object, ...]) -> bool:
    """As `send`, to any frame of the app; return whether there is such a frame."""
    if isinstance(frame, int) and not isinstance(frame, bool):
        wanted = (contents.main_frame.process_id, frame)
    elif isinstance(frame, list | tuple) and len(frame) == 2 and all(isinstance(part, int) for part in frame):
        wanted = (frame[0], frame[1])
    else:
        raise Error("Missing required frame argument (must be number or [processId, frameId])")
    for each in list(registry.contents.values()):
        found = each.main_frame
        if (found.process_id, found.routing_id) == wanted:
            found.send(channel, *args)
            return True
    return False


def _deliver(contents: WebContents, kind: Kind, channel: str, args: tuple[object, ...]) -> bool:
    """Send a message that a page's listeners hear; return whether there is a process to send it to.

    `Error` if it has not read what it was sent for too long.
    """
    number = activity.current.get()
    try:
        payload, buffers = clone.encode(args)
    except DataCloneError as error:
        texts = [clone.preview(arg) for arg in args]
        trace.add_refused(
            kind, "main", contents.label, channel, texts, sent_at=traffic.now(), error=str(error), activity=number
        )
        raise
    message = trace.add(
        kind, "main", contents.label, channel, payload, buffers, sent_at=traffic.now(), activity=number
    )
    host = contents.host
    if host.link.closed:
        trace.mark(message.number, "lost", traffic.now())
        return False
    if not host.has_room(message.size):
        trace.mark(message.number, "lost", traffic.now(), "the renderer does not read")
        raise Error(
            f"{contents.label} does not read: {MAX_QUEUED >> 20} MiB wait for it already. Send less at a time, "
            f"or wait for an answer before you send more"
        )
    host.send(Deliver(number, message.number, channel, payload, 0), buffers, message.number)
    contents.hang.watch()
    return True


def _tell(text: str) -> None:
    console.write(f"Error sending from webFrameMain:  Error: {text}", error=True)
