"""What main and one page hold of each other by `remote`: main's objects there, the page's functions here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, WeakValueDictionary

from ipclab import activity
from ipclab.emitter import EventEmitter
from ipclab.main import console, registry, remote_objects
from ipclab.main.app import app
from ipclab.main.ipc_main import ipc_main
from ipclab.main.remote_values import Outgoing
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import DropCallback, Part, RunCallback

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

#: By web contents and number of the page; also those that have gone, while main still has functions of theirs.
_pages: WeakValueDictionary[tuple[int, int], RemotePage] = WeakValueDictionary()


def page_of(contents: WebContents, context: int) -> RemotePage:
    """Return the page that uses `remote`, which takes the place of an earlier one."""
    page = contents.remote_page
    if page is None or page.context != context:
        if page is not None:
            page.end()
        page = contents.remote_page = _pages[contents.id, context] = RemotePage(contents, context)
    return page


def callback_of(contents: WebContents, context: int, number: int) -> RemoteCallback | None:
    """Return what stands for a page's function in main, if main still has it."""
    page = _pages.get((contents.id, context))
    return None if page is None else page.callback(number)


class RemotePage:
    """One page that uses `remote`: `context` is its number in its process. It ends with the page."""

    def __init__(self, contents: WebContents, context: int) -> None:
        self._contents = contents
        self._host = contents.host
        self.context = context
        self.gone = False
        self._held: dict[int, int] = {}  # how often each of main's objects was sent
        self._callbacks: WeakValueDictionary[int, RemoteCallback] = WeakValueDictionary()

    # --- main's objects ------------------------------------------------------------------------------------------

    def hold(self, value: object, label: str) -> tuple[int, str]:
        """The page gets a proxy of an object; return its number and its label."""
        number, label = remote_objects.hold(value, label)
        self._held[number] = self._held.get(number, 0) + 1
        return number, label

    def forget(self, number: int, times: int) -> None:
        """The page has let go of a proxy that stood for an object it had been sent `times` times."""
        held = self._held.get(number, 0)
        times = min(times, held)
        if not times:
            return
        remote_objects.forget(number, times)
        self._held[number] = held - times
        if held == times:
            del self._held[number]

    def find(self, number: int, what: str) -> Any:
        """Return an object that the page holds. MissingObject, which says `what` cannot be done, if it does not."""
        if number not in self._held:
            raise remote_objects.MissingObject(f"Cannot {what} on missing remote object {number}")
        return remote_objects.find(number)

    def end(self) -> None:
        """The page has gone, or its process."""
        self.gone = True
        for number, times in list(self._held.items()):
            self.forget(number, times)

    # --- the page's functions ------------------------------------------------------------------------------------

    def receive(self, part: Part, _: object) -> object:
        """Return what belongs in a gap of a value that came from the page."""
        if part.kind != "function":
            return remote_objects.find(part.number) if part.number in self._held else None
        callback = self._callbacks.get(part.number)
        if callback is None:
            callback = self._callbacks[part.number] = RemoteCallback(self, part)
        callback.times += 1
        return callback

    def callback(self, number: int) -> RemoteCallback | None:
        return self._callbacks.get(number)

    def run(self, number: int, label: str, args: tuple[object, ...]) -> bool:
        """Have the page call a function of its own, later; return whether there still is such a page."""
        host = self._host
        if self.gone or host.link.closed:
            return False
        this = activity.current.get()
        outgoing = Outgoing(self, list(args))
        message = trace.add(
            "remote",
            "main",
            self._contents.label,
            f"callback {label}",
            outgoing.payload,
            outgoing.buffers,
            sent_at=traffic.now(),
            activity=this,
            texts=outgoing.texts_of_items(),
        )
        if host.has_room(message.size):
            frame = RunCallback(this, message.number, self.context, number, outgoing.payload, outgoing.parts)
            host.send(frame, outgoing.buffers, message.number)
        else:
            outgoing.never_arrives()
            trace.mark(message.number, "lost", traffic.now(), "the renderer does not read")
        return True

    def drop(self, number: int, times: int) -> None:
        """Main has forgotten a function of the page's. Called when memory is freed: at any time, in any thread."""
        loop = self._contents.loop
        if not self.gone and not loop.is_closed():
            loop.call_soon_threadsafe(self._drop, number, times)

    def _drop(self, number: int, times: int) -> None:
        if not self.gone and not self._host.link.closed:
            self._host.send(DropCallback(activity.last(), self.context, number, times))

    def __repr__(self) -> str:
        return self._contents.label


class RemoteCallback:
    """A page's function in main: calling it has the page call it later, and returns None.

    The page keeps it until it is forgotten here, as by `off`.
    """

    __clonable__ = False

    def __init__(self, page: RemotePage, part: Part) -> None:
        self.__name__ = part.label
        self.times = 0
        self.heard_by: WeakSet[EventEmitter] = WeakSet()
        self._page = page
        self._number = part.number
        self._place = part.place

    def __call__(self, *args: object) -> None:
        if not self._page.run(self._number, self.__name__, args):
            self.unsubscribe()

    def unsubscribe(self) -> None:
        """The page has gone: warn, and stop listening."""
        told = "Attempting to call a function in a renderer window that has been closed or released."
        told += f"\nFunction provided here: {console.plain(self._place)}"
        events: list[str] = []
        for emitter in self._emitters():
            for name in emitter.event_names():
                if emitter.listener_count(name, self):
                    events.append(str(name))
                    while emitter.listener_count(name, self):
                        emitter.off(name, self)
        if events:
            told += f"\nRemote event names: {', '.join(events)}"
        console.write(told, error=True)

    def _emitters(self) -> Iterator[EventEmitter]:
        """Where it may have been made a listener: where the page did, and all that live as long as the app does."""
        known = [app, ipc_main, *registry.windows.values(), *registry.contents.values()]
        yield from {id(emitter): emitter for emitter in (*self.heard_by, *known)}.values()

    def __del__(self) -> None:
        self._page.drop(self._number, self.times)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of {self._page!r}>"
