"""A page's storage: made when it is first asked for, of files that main names once."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from ipclab import activity, clone
from ipclab.errors import Error, SecurityError
from ipclab.protocol import OpenStorage, StorageNews
from ipclab.renderer.event_target import EventTarget, PageEvent
from ipclab.storage.origins import origin_of

if TYPE_CHECKING:
    from ipclab.protocol import StorageEvent as StorageEventFrame
    from ipclab.renderer.process import RendererProcess
    from ipclab.storage.area import Area
    from ipclab.storage.indexed_db import IndexedDb
    from ipclab.storage.key_range import KeyRange
    from ipclab.storage.web_storage import Changed, Storage


class StorageEvent(PageEvent):
    """Another window has changed `local_storage`: the item `key` had `old_value` and has `new_value`, each None if
    there is none. All are None after `clear()`. `url` is that window's page, `storage_area` this page's own storage.
    """

    def __init__(self, key: str | None, old: str | None, new: str | None, url: str, area: Storage) -> None:
        super().__init__("storage")
        self.key = key
        self.old_value = old
        self.new_value = new
        self.url = url
        self.storage_area = area


class PageStorage:
    """The storage of one page; `events` are those of its window."""

    def __init__(self, process: RendererProcess, events: EventTarget, url: str) -> None:
        self.url = url
        self.origin = origin_of(url)
        self._process = process
        self._events = events
        self._areas: dict[str, Area] = {}

    @cached_property
    def local_storage(self) -> Storage:
        return self._web_storage("local_storage", "localStorage", partial(self._tell, "local_storage"))

    @cached_property
    def session_storage(self) -> Storage:
        # Nobody to tell: a window shares it with nobody.
        return self._web_storage("session_storage", "sessionStorage", lambda *_: None)

    @cached_property
    def indexed_db(self) -> IndexedDb:
        from ipclab.storage.indexed_db import IndexedDb

        return IndexedDb(self)

    @property
    def KeyRange(self) -> type[KeyRange]:  # noqa: N802 (it is the name of the class)
        from ipclab.storage.key_range import KeyRange

        return KeyRange

    def place(self, what: str) -> tuple[str, bool]:
        """Return where the files of `what` are, and whether they outlive the app; the first time main is asked."""
        process = self._process
        if what not in process.storage_places:
            nothing, _ = clone.encode(())
            call = process.new_call(what, None)
            process.write(OpenStorage(activity.current.get(), call, what, nothing, time.monotonic()))
            process.storage_places[what] = process.wait_for(call)
        answer = process.storage_places[what]
        if isinstance(answer, str):
            raise Error(answer)
        path, durable = answer
        return path, durable

    def denied(self, problem: str) -> SecurityError:
        """Return the error for a page that may have no storage."""
        return SecurityError(
            f"{problem}\nThis page ({self.url[:40]}) has no origin that storage could belong to. Load one that has: "
            f"win.load_file('page.html'), with a file or a page kept by %%page, or win.load_url('app://HOST/PATH')."
        )

    def tell_version_wanted(self, name: str, version: int | None) -> None:
        """Have the other windows told that a database should be closed."""
        self._tell("versionchange", name, version)

    def listen(self, listens: bool) -> None:
        """Have other windows say what they change in `local_storage`, or not any more."""
        if self.origin is None:
            return
        try:
            self._area("local_storage", "localStorage").listen(listens)
        except Error:
            pass  # without storage there is nothing to hear of

    def arrived(self, frame: StorageEventFrame, buffers: list[bytes]) -> bool:
        """Hear what another window has done; return whether anybody here listens."""
        if self.origin is None or origin_of(frame.url) != self.origin:
            return False
        match frame.channel, clone.decode(frame.payload, buffers):
            case "local_storage", [str() | None as key, str() | None as old, str() | None as new]:
                heard = self._events.listens_to("storage")
                self._events.fire(StorageEvent(key, old, new, frame.url, self.local_storage))
                return heard
            case "versionchange", [str() as name, int() | None as version]:
                return "indexed_db" in self.__dict__ and self.indexed_db._version_wanted(name, version)
        return False  # another page's process has said what ipclab does not say

    def release(self) -> None:
        """The page goes."""
        if "indexed_db" in self.__dict__:
            self.indexed_db._release()
        for area in self._areas.values():
            area.close()

    def _web_storage(self, name: str, web_name: str, changed: Changed) -> Storage:
        from ipclab.storage.web_storage import Storage

        return Storage(name, partial(self._area, name, web_name), changed)

    def _area(self, name: str, web_name: str) -> Area:
        """Return the items of `name`. SecurityError if this page may have none."""
        if name in self._areas:
            return self._areas[name]
        from ipclab.storage.area import Area

        if self.origin is None:
            is_data = self.url.lower().startswith("data:")
            why = "Storage is disabled inside 'data:' URLs." if is_data else "Access is denied for this document."
            raise self.denied(f"Failed to read the '{web_name}' property from 'Window': {why}")
        area = self._areas[name] = Area(*self.place(name), self.origin)
        return area

    def _tell(self, channel: Literal["local_storage", "versionchange"], *news: object) -> None:
        """Tell the other windows, by way of main, of what is done already."""
        payload, buffers = clone.encode(news)
        frame = StorageNews(activity.current.get(), channel, payload, self.url, time.monotonic())
        self._process.write(frame, buffers)
