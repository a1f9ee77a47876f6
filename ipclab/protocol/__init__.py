"""What may be said on a link between the main process and one renderer process. No I/O happens here.

A link is a byte stream in both directions (a socket pair). Wire format, version 1, little endian:

    packet  = body_length:u32  buffer_count:u32  body  { buffer_length:u64 } * count  { raw buffer } * count
    body    = one msgpack array: [tag, fields...], the fields in the order of the classes in this package

`payload` fields hold structured-clone data (`ipclab.clone`); buffers that stand beside a payload travel raw behind
the body, so that large ones are never copied into it. Times are seconds of the system-wide monotonic clock. Anything
else a peer says is a `ProtocolError`: the receiver closes the link.
"""

from __future__ import annotations

from ipclab.protocol.frame import Frame, Part
from ipclab.protocol.packets import MAX_BODY, MAX_BUFFER, MAX_BUFFERS, Buffer, Reader, pack
from ipclab.protocol.to_main import (
    Console,
    Dereference,
    DocumentChanges,
    DomReady,
    Done,
    Follow,
    Found,
    GaveUp,
    Handled,
    Idle,
    Invoke,
    InvokeInternal,
    ListensToUnload,
    NoCallback,
    OpenStorage,
    Pong,
    PostMessage,
    PreloadError,
    Raised,
    Refused,
    RemoteRequest,
    Send,
    SendSync,
    SendTo,
    StorageNews,
    TitleChanged,
    ToMain,
)
from ipclab.protocol.to_renderer import (
    Deliver,
    DropCallback,
    Failure,
    Input,
    Leave,
    LookUp,
    Navigate,
    Ping,
    RemoteReply,
    Reply,
    Run,
    RunCallback,
    Script,
    Start,
    StorageEvent,
    TakeBack,
    ToRenderer,
    WaitForTimers,
    WatchDocument,
)

__all__ = [
    "MAX_BODY",
    "MAX_BUFFER",
    "MAX_BUFFERS",
    "VERSION",
    "Buffer",
    "Console",
    "Deliver",
    "Dereference",
    "DocumentChanges",
    "DomReady",
    "Done",
    "DropCallback",
    "Failure",
    "Follow",
    "Found",
    "Frame",
    "GaveUp",
    "Handled",
    "Idle",
    "Input",
    "Invoke",
    "InvokeInternal",
    "Leave",
    "ListensToUnload",
    "LookUp",
    "Navigate",
    "NoCallback",
    "OpenStorage",
    "Part",
    "Ping",
    "Pong",
    "PostMessage",
    "PreloadError",
    "Raised",
    "Reader",
    "Refused",
    "RemoteReply",
    "RemoteRequest",
    "Reply",
    "Run",
    "RunCallback",
    "Script",
    "Send",
    "SendSync",
    "SendTo",
    "Start",
    "StorageEvent",
    "StorageNews",
    "TakeBack",
    "TitleChanged",
    "ToMain",
    "ToRenderer",
    "WaitForTimers",
    "WatchDocument",
    "pack",
]

VERSION = 1
