"""A page: what a navigation makes new and the next one throws away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipclab.process_info import Process
from ipclab.renderer.context_bridge import ContextBridge
from ipclab.renderer.ipc_renderer import IpcRenderer
from ipclab.renderer.timers import Timers
from ipclab.renderer.worlds import World, WorldModule

if TYPE_CHECKING:
    from ipclab.protocol import Navigate, Start
    from ipclab.renderer.process import RendererProcess


class Page:
    """The worlds, the `ipc_renderer` and the timers of one document."""

    def __init__(self, process: RendererProcess, how: Start | Navigate, electron_version: str) -> None:
        self.ipc_renderer = IpcRenderer(process)
        self.timers = Timers(process.loop, process.timers_changed, process.uncaught)
        page_gives = {
            "console": process.console,
            "set_timeout": self.timers.set_timeout,
            "clear_timeout": self.timers.clear_timeout,
        }
        electron_gives: dict[str, Any] = {
            "ipc_renderer": self.ipc_renderer,
            "process": Process("renderer", electron_version, how.isolated, how.sandboxed),
        }
        refusal = None
        if how.isolated:
            refusal = "it runs in the main world, and context isolation is on"
        elif not how.node_integration:
            refusal = "node integration is off"
        if how.isolated:
            page_module = WorldModule(process.label, page_gives, refusal)
            self.main = World(page_module, page_module)
            electron_gives["context_bridge"] = ContextBridge(self.main)
            preload_module = WorldModule(process.label, page_gives | electron_gives, None)
            self.isolated = World(preload_module, preload_module)
        else:
            electron_gives["context_bridge"] = ContextBridge(None)
            preload_module = WorldModule(process.label, page_gives | electron_gives, None)
            page_module = WorldModule(process.label, page_gives, refusal) if refusal else preload_module
            self.main = self.isolated = World(page_module, preload_module)

    def world(self, name: str) -> World:
        return self.main if name == "main" else self.isolated

    def release(self) -> None:
        self.ipc_renderer._release()
        self.timers.clear_all()
