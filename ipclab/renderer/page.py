"""A page: what a navigation makes new and the next one throws away."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from ipclab.renderer.ipc_renderer import IpcRenderer
from ipclab.renderer.timers import Timers
from ipclab.renderer.worlds import World, WorldModule

if TYPE_CHECKING:
    from ipclab.protocol import Navigate, Start
    from ipclab.renderer.process import RendererProcess


class Process:
    """The renderer's `process` object: `type`, `pid`, `platform`, `versions`, `context_isolated`, `sandboxed`."""

    type = "renderer"

    def __init__(self, electron_version: str, isolated: bool, sandboxed: bool) -> None:
        self.pid = os.getpid()
        self.platform = sys.platform
        self.versions = {"electron": electron_version, "python": sys.version.split()[0]}
        self.context_isolated = isolated
        self.sandboxed = sandboxed

    def __repr__(self) -> str:
        return "<process of type 'renderer'>"


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
            "process": Process(electron_version, how.isolated, how.sandboxed),
        }
        refusal = None
        if how.isolated:
            refusal = "it runs in the main world, and context isolation is on"
        elif not how.node_integration:
            refusal = "node integration is off"
        page_module = WorldModule(process.label, page_gives if refusal else page_gives | electron_gives, refusal)
        preload_module = WorldModule(process.label, page_gives | electron_gives, None)
        self.main = World(page_module, preload_module)
        if how.isolated:
            preload_module = WorldModule(process.label, page_gives | electron_gives, None)
            self.isolated = World(preload_module, preload_module)
        else:
            self.isolated = self.main

    def world(self, name: str) -> World:
        return self.main if name == "main" else self.isolated

    def release(self) -> None:
        self.ipc_renderer._release()
        self.timers.clear_all()
