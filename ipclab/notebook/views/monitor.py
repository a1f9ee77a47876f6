"""`ipclab.monitor()`: every message as it crosses, in a live sequence picture.

The monitor only looks: it subscribes to the trace, notes what has changed, and tells the front end about 30 times a
second. Everything dearer (arguments, details, searching) is done when the front end asks for what is in sight.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ipclab.main import audience
from ipclab.main.traffic import trace
from ipclab.notebook.diagram import Diagram
from ipclab.notebook.views import monitor_rows
from ipclab.notebook.views.monitor_details import details
from ipclab.notebook.views.monitor_search import Search
from ipclab.notebook.views.view import INTERVAL, Item, View
from ipclab.record import Forgotten, Message, Trace
from ipclab.trace_import import LONGEST, from_json

#: Messages that the front end holds at most; more than the trace, so that scrolling back shows more than that.
SHOWN = 100_000

#: Batches that may go at once after a rest.
BURST = 6

#: What can be exported: the file's name and its type.
FORMS = {
    "json": ("ipclab-trace.json", "application/json"),
    "mermaid": ("ipclab-trace.mmd", "text/plain"),
    "trace-events": ("ipclab-trace-events.json", "application/json"),
}

#: Numbers that the front end may ask for at once.
MOST_ASKED = 500


class Monitor(
    View,
    scripts=(
        "monitor_store.js",
        "monitor_arrows.js",
        "monitor_lanes.js",
        "monitor_list.js",
        "monitor_play.js",
        "monitor_details.js",
        "monitor_filters.js",
        "monitor_files.js",
        "monitor.js",
    ),
    styles=("monitor.css",),
):
    """The messages of a trace: the running app's, or those of an export."""

    def __init__(self, exported: Trace | None = None, name: str = "an export") -> None:
        super().__init__()
        self._source = trace if exported is None else exported
        self._name = None if exported is None else name
        #: Counts what was shown from the beginning: after a restart message 1 is another one.
        self._life = 1
        self._why = "opened"
        self._changed: dict[int, Message] = {}
        self._rows_timer: asyncio.TimerHandle | None = None
        # Each batch of rows pays for one interval, and some may be paid for later.
        self._paid_until = 0.0
        self._unsubscribe: Callable[[], object] = lambda: None
        self._unwatch: Callable[[], object] = lambda: None
        self._search: Search | None = None
        self._parts: list[bytes] = []

    # --- what has changed ----------------------------------------------------------------------------------------

    def _note(self, message: Message) -> None:
        """The trace has a new or changed message. This is all that watching costs the one who sends it."""
        self._changed[message.number] = message
        # At once, unless there is more than a front end can draw: the code that runs may block main next.
        now = time.monotonic()
        if self._paid_until - now < BURST * INTERVAL:
            self._paid_until = max(self._paid_until, now) + INTERVAL
            self._send_rows()
        elif self._rows_timer is None:
            self._rows_timer = self._loop.call_later(INTERVAL, self._send_rows)

    def _send_rows(self) -> None:
        if self._rows_timer is not None:
            self._rows_timer.cancel()
            self._rows_timer = None
        changed, self._changed = self._changed, {}
        if self.watched:
            for rows in monitor_rows.chunks(list(changed.values())):
                self.tell_at_once({"t": "rows", "life": self._life}, rows)

    def _forgotten(self, how: Forgotten) -> None:
        self._begin(how)

    def _begin(self, why: str) -> None:
        """Something else is shown from now on."""
        self._changed.clear()
        if self._search is not None:
            self._search.stop()
        self._life += 1
        self._why = why
        self.tell_at_once(self._head())
        self._show_all()

    def _show_all(self) -> None:
        self._changed = {message.number: message for message in self._source} | self._changed
        # Not now: a front end that has just come must be told first what it will get.
        if self._changed and self._rows_timer is None:
            self._rows_timer = self._loop.call_later(0, self._send_rows)

    def _watch(self) -> None:
        """Follow the trace from now on, if it is the running app's."""
        self._unwatch()
        self._unsubscribe()
        if self._name is None:
            self._unsubscribe = self._source.subscribe(self._note, self._forgotten)
            self._unwatch = audience.watch()

    def _head(self) -> Item:
        source = self._source
        newest = source[-1].number if source else source._number
        return {
            "t": "trace",
            "life": self._life,
            "why": self._why,
            "export": self._name,
            "first": newest - len(source) - source.dropped + 1,
            "limit": source.limit,
            "shown": SHOWN,
        }

    # --- the view ------------------------------------------------------------------------------------------------

    def whole(self, hello: Item) -> list[Item]:  # noqa: ARG002
        self._watch()
        self._show_all()
        return [self._head()]

    def received(self, item: Item, buffers: list[memoryview]) -> None:
        kind = item.get("t")
        if kind == "previews":
            texts = {str(each.number): monitor_rows.preview(each) for each in self._asked(item["numbers"])}
            self.tell({"t": "previews", "life": self._life, "texts": texts})
        elif kind == "details":
            for message in self._asked([item["number"]]):
                told = details(message, self._source, self._name is None)
                self.tell({"t": "details", "life": self._life, **told})
        elif kind == "search":
            self._look_for(item)
        elif kind == "all":
            self._show_all()
        elif kind == "export":
            self._export(item["form"], item["id"])
        elif kind == "import":
            self._take_part(item, buffers)
        elif kind == "live":
            self._show(trace, None, "live")
        else:
            raise ValueError(f"the monitor does not know {kind!r}")

    def _asked(self, numbers: list[Any]) -> list[Message]:
        found = (self._source.get(number) for number in numbers[:MOST_ASKED] if isinstance(number, int))
        return [message for message in found if message is not None]

    def _look_for(self, item: Item) -> None:
        def told(numbers: list[int], upto: int, done: bool) -> None:
            found = {"t": "found", "life": self._life, "id": item["id"], "numbers": numbers, "upto": upto}
            self.tell({**found, "done": done})

        if self._search is not None:
            self._search.stop()
        self._search = Search(self._loop, self._source, str(item["text"]), int(item["from"]), told)

    def words(self) -> str:
        if self._name is None:
            return Diagram(self._source).text
        return f"An export.\n{Diagram(self._source).text}"

    def static_html(self) -> str:
        return Diagram(self._source)._repr_mimebundle_()["text/html"]

    def close(self) -> None:
        self._unwatch()
        self._unsubscribe()
        if self._rows_timer is not None:
            self._rows_timer.cancel()
            self._rows_timer = None
        if self._search is not None:
            self._search.stop()
        super().close()

    # --- files ---------------------------------------------------------------------------------------------------

    def _export(self, form: str, request: int) -> None:
        if form == "json":
            text = self._source.to_json()
        elif form == "mermaid":
            text = self._source.to_mermaid()
        else:
            text = self._source.to_trace_events()
        name, kind = FORMS[form]
        self.tell_at_once(
            {"t": "export", "id": request, "name": name, "type": kind, "messages": len(self._source)}, text.encode()
        )

    def _take_part(self, item: Item, buffers: list[memoryview]) -> None:
        """A file comes in parts, for what a front end may say at once is bounded."""
        if item["part"] == 0:
            self._parts.clear()
        self._parts += (bytes(each) for each in buffers)
        if sum(map(len, self._parts)) > LONGEST:
            self._parts.clear()
        if item["part"] + 1 < item["of"]:
            return
        text = b"".join(self._parts)
        self._parts.clear()
        try:
            exported = from_json(text)
        except ValueError as error:
            self.tell({"t": "import-failed", "text": str(error)})
        else:
            self._show(exported, str(item["name"])[:200], "import")

    def _show(self, source: Trace, name: str | None, why: str) -> None:
        self._source, self._name = source, name
        self._watch()
        self._begin(why)
