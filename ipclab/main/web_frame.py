"""The main frame of web contents (Electron's `WebFrameMain`)."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ipclab import versions
from ipclab.main import outbox
from ipclab.main.ipc_main import IpcMainImpl

if TYPE_CHECKING:
    from ipclab.main.host import RendererHost
    from ipclab.main.web_contents import WebContents


class WebFrameMain:
    """A page's frame, with an IPC emitter of its own.

    `process_id`, `routing_id` and `frame_tree_node_id` are Chromium's numbers. The node stays the same for the life
    of the web contents; the routing id changes with a page of another origin and with a new process, and who sent
    from the earlier one is gone.
    """

    __clonable__ = False

    def __init__(self, contents: WebContents) -> None:
        self._contents = weakref.ref(contents)
        self.own_ipc = IpcMainImpl("main_frame.ipc")
        self._version = contents.electron_version
        self._shown: tuple[RendererHost, str] | None = None
        self.process_id = contents.id
        self.routing_id = 1
        self.frame_tree_node_id = contents.id

    @property
    def ipc(self) -> IpcMainImpl:
        """An `ipc_main` for the messages of this frame only. AttributeError before Electron 22."""
        versions.check_scoped_ipc(self._version, "main_frame.ipc")
        return self.own_ipc

    @property
    def detached(self) -> bool:
        """Whether the frame's page is gone or going: what it sends from `unload` comes from a detached frame."""
        contents = self._contents()
        return contents is None or contents.is_destroyed() or contents.unloading.going

    def send(self, channel: str, *args: object) -> None:
        """As `web_contents.send`; that the contents are destroyed is told in the same way as a crash."""
        outbox.send(self._living(), channel, args, by_frame=True)

    def post_message(self, channel: str, message: object, transfer: Sequence[object] = ()) -> None:
        """As `web_contents.post_message`."""
        outbox.post_message(self._living(), channel, message, transfer, by_frame=True)

    def _living(self) -> WebContents:
        contents = self._contents()
        if contents is None:
            raise TypeError("Object has been destroyed")
        return contents

    def navigate(self, host: RendererHost, url: str) -> None:
        """The frame shows the page at `url` from now on, in that process."""
        shown = (host, _site(url))
        if shown != self._shown:
            self._shown = shown
            self.routing_id += 1

    def __repr__(self) -> str:
        return f"<WebFrameMain of web contents {self.process_id}>"


def _site(url: str) -> str:
    """Return what pages must share to be shown by one frame; an opaque origin is shared by a page and its reload."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return "file://"
    return f"app://{parts.netloc}" if parts.scheme == "app" else url
