"""The frames that main sends to a renderer."""

from __future__ import annotations

from typing import Literal

import msgspec

from ipclab.protocol.frame import Frame, Part


class Start(Frame, tag=1):
    """The first frame a renderer process gets: which renderer it is."""

    version: int
    contents_id: int
    electron_version: str
    isolated: bool
    node_integration: bool
    sandboxed: bool
    sys_path: list[str]
    cwd: str
    #: `enable_remote_module`, None where the window was opened without it.
    remote_module: bool | None = None


class Script(msgspec.Struct, array_like=True):
    """One script of a page, or a preload: a name for tracebacks and its source."""

    name: str
    source: str
    #: Which of the page's `<script>` elements it stands in, from 0.
    index: int = 0


class Navigate(Frame, tag=2):
    """Replace the page: fresh worlds, then the preload, then the page's scripts in order. Answered by `Done`.

    `notes` are console messages (level, text) about what the page asks for and does not get.
    """

    operation: int
    url: str
    html: str
    title: str
    scripts: list[Script]
    notes: list[tuple[str, str]]
    preload: Script | None
    isolated: bool
    node_integration: bool
    sandboxed: bool


class Run(Frame, tag=3):
    """Run source text in a world. Answered by `Done` or `Raised`."""

    operation: int
    world: str
    source: str
    name: str
    cell: str | None
    display: bool


class Deliver(Frame, tag=4):
    """`web_contents.send`: a message for the renderer's listeners. `number` is its number in the trace."""

    number: int
    channel: str
    payload: bytes
    sender_id: int


class Reply(Frame, tag=5):
    """The answer to an invoke or send_sync."""

    number: int
    call: int
    payload: bytes


class Failure(Frame, tag=6):
    """An invoke that failed in main; `error` is all that crosses."""

    number: int
    call: int
    error: str


class TakeBack(Frame, tag=7):
    """Undo what a cell registered in this renderer; the cell is about to run again."""

    cell: str


class WaitForTimers(Frame, tag=8):
    """Answered by `Done` once no `set_timeout` of the activity is pending; `payload` is empty if none was."""

    operation: int


class Leave(Frame, tag=9):
    """The page is about to go (``beforeunload``), or the window closes now (``unload``): fire the page's event.

    Answered by `Done`; its `payload` is not empty if the page wants to stay.
    """

    operation: int
    event: Literal["beforeunload", "unload"]


class LookUp(Frame, tag=10):
    """An editor's question, answered by `Found`. `kind` says what is looked for:

    what begins with `prefix` among the ``name``s of a world, the ``attribute``s of the expression `of`, the
    ``module``s of the package `of` or the ``member``s of the module `of`; or what can be said of the ``object`` that
    `of` names, with its ``source`` if possible.

    Outside of all order, and not counted among the frames worked off. A renderer that comes to it after `until` does
    not look.
    """

    request: int
    world: str
    kind: str
    of: str
    prefix: str
    until: float


class RemoteReply(Reply, tag=16):
    """The answer to a `RemoteRequest`; a promise among `parts` is kept by another one of the same call.

    `failed`: it is an exception, to be raised.
    """

    parts: list[Part]
    failed: bool


class RunCallback(Frame, tag=17):
    """Main calls a function that a page has handed it by `remote`. `number` is the message's in the trace."""

    number: int
    context: int
    callback: int
    payload: bytes
    parts: list[Part]


class DropCallback(Frame, tag=18):
    """Main has forgotten a page's function, which it was handed `times` times."""

    context: int
    callback: int
    times: int


class StorageEvent(Frame, tag=20):
    """What another window has done to the storage of an origin; the fields are those of `StorageNews`."""

    number: int
    channel: str
    payload: bytes
    url: str


class WatchDocument(Frame, tag=22):
    """Begin (or end) to tell of the page's tree: `DocumentChanges` come, beginning with all of it, on every page.

    Each frame that begins it is answered by the whole tree, whether it had begun before or not. As `LookUp`, outside
    of all order and not counted.
    """

    begins: bool


class Input(Frame, tag=23):
    """What the reader did to an element of the `page` that was told under this number.

    `fields`: a control's new ``value``, ``values`` (where several can be chosen) or ``checked`` at ``input`` and
    ``change``; at a key's events its ``key``, and whether ``ctrl``, ``shift``, ``alt`` and ``meta`` were held.
    """

    page: int
    node: int
    type: str
    fields: dict[str, str | bool | list[str]]


class Ping(Frame, tag=24):
    """Does the renderer's loop turn? Answered by `Pong`; as `LookUp`, outside of all order and not counted."""

    number: int


ToRenderer = (
    Start
    | Navigate
    | Run
    | Deliver
    | Reply
    | Failure
    | TakeBack
    | WaitForTimers
    | Leave
    | LookUp
    | RemoteReply
    | RunCallback
    | DropCallback
    | StorageEvent
    | WatchDocument
    | Input
    | Ping
)
