"""The main frame of web contents (Electron's `WebFrameMain`)."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from ipclab import versions
from ipclab.main.ipc_main import IpcMain

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents


class WebFrameMain:
    """A page's frame, with an IPC emitter of its own; `process_id` and `routing_id` are Chromium's numbers."""

    __clonable__ = False

    def __init__(self, contents: WebContents) -> None:
        self._contents = weakref.ref(contents)
        self.own_ipc = IpcMain("main_frame.ipc")
        self._version = contents.electron_version
        self.process_id = contents.id
        self.routing_id = 1

    @property
    def ipc(self) -> IpcMain:
        """An `ipc_main` for the messages of this frame only. AttributeError before Electron 22."""
        versions.check_scoped_ipc(self._version, "main_frame.ipc")
        return self.own_ipc

    def send(self, channel: str, *args: object) -> None:
        """As `web_contents.send`."""
        contents = self._contents()
        if contents is None:
            raise TypeError("Object has been destroyed")
        contents.send(channel, *args)

    def __repr__(self) -> str:
        return f"<WebFrameMain of web contents {self.process_id}>"
