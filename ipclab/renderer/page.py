"""A page: what a navigation makes new and the next one throws away."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ipclab import activity, versions
from ipclab.process_info import Process
from ipclab.protocol import ListensToUnload, Start
from ipclab.renderer.context_bridge import ContextBridge
from ipclab.renderer.document import PageDocument
from ipclab.renderer.event_target import BeforeUnloadEvent, EventTarget, PageEvent
from ipclab.renderer.ipc_renderer import IpcRenderer, Promise
from ipclab.renderer.timers import Timers
from ipclab.renderer.worlds import World, WorldModule

if TYPE_CHECKING:
    from ipclab.protocol import Navigate
    from ipclab.renderer.process import RendererProcess
    from ipclab.renderer.remote import Remote
    from ipclab.renderer.remote_link import RemoteLink
    from ipclab.renderer.storage import PageStorage


#: The names of what a page can keep things in.
STORAGE = ("local_storage", "session_storage", "indexed_db", "KeyRange")

#: The events that a page's code may make and dispatch.
EVENTS = ("Event", "CustomEvent", "KeyboardEvent", "MouseEvent")


class Page:
    """The worlds, the `ipc_renderer`, the timers and the listeners of one document."""

    def __init__(self, process: RendererProcess, how: Start | Navigate, electron_version: str) -> None:
        self.ipc_renderer = IpcRenderer(process)
        self.timers = Timers(process.loop, process.timers_changed, process.uncaught)
        self.events = EventTarget(self._listeners_changed, process.uncaught)
        self._write = process.write
        self._listens_to_unload = self._listens_to_storage = False
        page_gives = {
            "console": process.console,
            "set_timeout": self.timers.set_timeout,
            "clear_timeout": self.timers.clear_timeout,
        }
        electron_gives: dict[str, Any] = {
            "ipc_renderer": self.ipc_renderer,
            "process": Process("renderer", electron_version, self._memory_info, how.isolated, how.sandboxed),
        }
        refusal = None
        if how.isolated:
            refusal = "it runs in the main world, and context isolation is on"
        elif not how.node_integration:
            refusal = "node integration is off"
        if how.isolated:
            page_module = WorldModule(process.label, page_gives, refusal)
            self.main = World(page_module, page_module, self.events)
            electron_gives["context_bridge"] = ContextBridge(self.main)
            preload_module = WorldModule(process.label, page_gives | electron_gives, None)
            self.isolated = World(preload_module, preload_module, self.events)
        else:
            electron_gives["context_bridge"] = ContextBridge(None)
            preload_module = WorldModule(process.label, page_gives | electron_gives, None)
            page_module = WorldModule(process.label, page_gives, refusal) if refusal else preload_module
            self.main = self.isolated = World(page_module, preload_module, self.events)
        if isinstance(how, Start):
            self.document = PageDocument(process, self.events, "", "about:blank", 0)
            self.document.begin_blank()
        else:
            self.document = PageDocument(process, self.events, how.html, how.url, how.operation)
        self.events.owner = page_module.find("window")
        self._process = process
        self._url = "about:blank" if isinstance(how, Start) else how.url
        for module in (page_module, preload_module):
            for name in STORAGE:
                module.offer(name, partial(self._stored, name))
            module.offer("document", self.document.open)
            for name in EVENTS:
                module.offer(name, partial(_event_class, name))
        self.remote: RemoteLink | None = None
        listed = versions.remote_module(process.electron_major, process.remote_module)
        preload_module.offer("remote", lambda: self._open_remote(process), listed)

    def world(self, name: str) -> World:
        return self.main if name == "main" else self.isolated

    def fire_unload(self, event: str) -> bool:
        """Fire `beforeunload` or `unload`; return whether a listener wants the page to stay."""
        if event == "unload":
            self.events.fire(PageEvent(event))
            return False
        asked = BeforeUnloadEvent()
        self.events.fire(asked)
        return asked.stays()

    def release(self) -> None:
        self.ipc_renderer._release()
        if self.remote is not None:
            self.remote.release()
        self.timers.clear_all()
        self.events.clear()
        if "storage" in self.__dict__:
            self.storage.release()

    @cached_property
    def storage(self) -> PageStorage:
        """The page's storage, made when it is used or somebody else's use concerns it."""
        from ipclab.renderer.storage import PageStorage

        return PageStorage(self._process, self.events, self._url)

    def _stored(self, name: str) -> Any:
        return getattr(self.storage, name)

    def _open_remote(self, process: RendererProcess) -> Remote:
        from ipclab.renderer.remote import open_remote  # few pages use it

        self.remote, remote = open_remote(process)
        return remote

    def _memory_info(self) -> Promise:
        return self.ipc_renderer._ask_electron("BROWSER_GET_PROCESS_MEMORY_INFO")

    def _listeners_changed(self) -> None:
        """Let main know whether it has to ask this page before it goes, and other windows what it wants to hear."""
        listens = self.events.listens_to("beforeunload") or self.events.listens_to("unload")
        if listens != self._listens_to_unload:
            self._listens_to_unload = listens
            self._write(ListensToUnload(activity.current.get(), listens))
        listens = self.events.listens_to("storage")
        if listens != self._listens_to_storage:
            self._listens_to_storage = listens
            self.storage.listen(listens)


def _event_class(name: str) -> Any:
    from ipclab.renderer import dom  # as for `document`

    return getattr(dom, name)
