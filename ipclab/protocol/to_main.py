"""The frames that a renderer sends to main."""

from __future__ import annotations

from typing import Literal

import msgspec

from ipclab.protocol.document import Changes, Text
from ipclab.protocol.frame import ClassName, Count, Frame, Level, Part, Seconds


class Send(Frame, tag=33):
    channel: str
    payload: bytes
    sent_at: Seconds


class PostMessage(Send, tag=47):
    """As `Send`, with exactly one value."""


class Invoke(Frame, tag=34):
    """`operation`: of the `Run` or `Navigate` whose code calls, 0 if that is neither: it may wait for the answer."""

    call: Count
    channel: str
    payload: bytes
    sent_at: Seconds
    operation: Count = 0


class InvokeInternal(Invoke, tag=48):
    """As `Invoke`, for Electron's own code in main: the app's handlers do not hear it."""


class SendSync(Frame, tag=35):
    call: Count
    channel: str
    payload: bytes
    sent_at: Seconds


class OpenStorage(SendSync, tag=70):
    """Where are the files of this window's ``local_storage``, ``session_storage`` or ``indexed_db`` (the `channel`)?

    The answer is a list of the path, of a folder or a file, and whether what is there outlives the app; or a text
    that says why there is none.
    """


class StorageNews(Frame, tag=71):
    """Something to tell the other windows of the origin of `url` (the page's), after it has happened.

    The `payload` is a list: for ``local_storage`` key, old and new value of an item (None: there is none; all are
    None after all items have been removed), for ``versionchange`` the name of a database that is to be closed and
    the version that is wanted (None: it is to be deleted).
    """

    channel: Literal["local_storage", "versionchange"]
    payload: bytes
    url: str
    sent_at: Seconds


class Refused(Frame, tag=36):
    """A message that could not be cloned: it never left, but the trace shows it. `receiver` 0 is main."""

    kind: str
    channel: str
    args: list[str]
    error: str
    sent_at: Seconds
    receiver: int = 0


class Console(Frame, tag=37):
    """One line of the renderer's console. `level`: debug, info, warning or error."""

    level: Level
    text: str
    line: int
    source: str


class Done(Frame, tag=38):
    """An operation ended well. `bundle`: the MIME bundle of a displayed result."""

    operation: Count
    payload: bytes
    bundle: dict[str, str] | None


class Raised(Frame, tag=39):
    """An operation ended with an exception. `path`: of a result that could not be cloned."""

    operation: Count
    name: ClassName
    message: str
    traceback: str


class DomReady(Frame, tag=40):
    """The page's scripts ran (DOMContentLoaded)."""

    operation: Count


class PreloadError(Frame, tag=41):
    path: str
    name: ClassName
    message: str
    traceback: str


class Handled(msgspec.Struct, array_like=True):
    """What became of one message to this renderer."""

    number: Count
    at: Seconds
    heard: bool


class Idle(Frame, tag=42):
    """The renderer's loop is about to sleep, and has worked off `frames` frames so far (cumulative)."""

    frames: Count
    handled: list[Handled]


class GaveUp(Frame, tag=43):
    """The renderer waits for the answer to its `send_sync` no more: it was interrupted."""

    call: Count


class ListensToUnload(Frame, tag=44):
    """Whether the page has listeners of `beforeunload` or `unload`; without them it is not asked before it goes."""

    listens: bool


class Found(Frame, tag=45):
    """The answer to `LookUp`: names, each with its kind, or what is said of an object, under titles."""

    request: int
    found: list[tuple[str, str]]


class SendTo(Frame, tag=60):
    """A message for another web contents' page, which main forwards."""

    receiver: int
    channel: str
    payload: bytes
    sent_at: Seconds


class RemoteRequest(Frame, tag=61):
    """The page asks something of main's object `number` by `remote`, and waits for the `RemoteReply`.

    `context` is the page's number in its process. `payload` holds the arguments, the last one being keyword arguments
    if `keywords`; `operation` is as in `Invoke`.
    """

    call: Count
    context: Count
    action: Literal[
        "get_global",
        "get_builtin",
        "get_current_window",
        "get_current_web_contents",
        "get",
        "set",
        "call",
        "new",
        "call_member",
        "new_member",
    ]
    number: Count
    name: str
    channel: str
    payload: bytes
    parts: list[Part]
    keywords: bool
    sent_at: Seconds
    operation: Count


class Dereference(Frame, tag=62):
    """The page has forgotten proxies: each one's number, and how often it had been sent. Empty: the page is gone."""

    context: Count
    forgotten: list[tuple[Count, Count]]


class NoCallback(Frame, tag=63):
    """The function that main called is gone with its page."""

    context: Count
    callback: Count


class DocumentChanges(Frame, tag=80):
    """What has changed in the tree of a page that is watched.

    `page`: the operation that loaded it, 0 for the empty one that a process begins with.
    `answers`: it is the whole tree for those who have just begun to watch; the others know it already. As the answer
    to `LookUp`, it has no place in the order of events.
    """

    page: Count
    answers: bool
    changes: Changes


class Pong(Frame, tag=81):
    """The answer to `Ping`."""

    number: Count


class TitleChanged(Frame, tag=82):
    """The page's code has changed its title."""

    page: Count
    title: Text


class Follow(Frame, tag=83):
    """The reader (or a script's `click()`) has followed a link: the page asks to be replaced."""

    page: Count
    url: Text


ToMain = (
    Send
    | PostMessage
    | Invoke
    | InvokeInternal
    | SendSync
    | Refused
    | Console
    | Done
    | Raised
    | DomReady
    | PreloadError
    | Idle
    | GaveUp
    | ListensToUnload
    | Found
    | SendTo
    | RemoteRequest
    | Dereference
    | NoCallback
    | OpenStorage
    | StorageNews
    | DocumentChanges
    | Pong
    | TitleChanged
    | Follow
)
