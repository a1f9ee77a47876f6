"""`ipclab.playground()`: pick a pattern and a payload, break things, watch it cross, see the code that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from IPython.display import display

from ipclab.main import console
from ipclab.main.traffic import mine, trace
from ipclab.notebook.playground.cells import Cell
from ipclab.notebook.playground.patterns import LABELS, PATTERNS, SWITCHES
from ipclab.notebook.playground.payload import PayloadError, normal, source_of
from ipclab.notebook.playground.run import Run
from ipclab.notebook.playground.scripts import Switch
from ipclab.notebook.playground.stage import Stage
from ipclab.notebook.views import printing
from ipclab.notebook.views.printed import Printed
from ipclab.notebook.views.view import Item, View

if TYPE_CHECKING:
    from ipclab.notebook.views.monitor import Monitor

#: Seconds that a run may take.
LIMIT = 15.0

#: What is sent unless the reader says otherwise.
PAYLOAD = {"text": "hello", "numbers": [1, 2, 3]}


@dataclass(frozen=True)
class Choice:
    """What is to be run: a pattern, the payload as it was typed, and what is broken. `error`: why it cannot be."""

    pattern: str
    payload: str
    broken: frozenset[Switch]

    @property
    def error(self) -> str | None:
        try:
            normal(self.payload)
        except PayloadError as error:
            return str(error)
        return None

    def cells(self) -> tuple[Cell, ...]:
        """Return the code. PayloadError if the payload is none, ValueError if it cannot be broken so."""
        return tuple(PATTERNS[self.pattern].cells(normal(self.payload), self.broken))


class Playground(View, scripts=("playground.js",), styles=("playground.css",)):
    """The playground. It runs the very code that it shows, in two windows of its own.

    `last` is the newest run that has ended, None before.
    """

    def __init__(self, monitor: bool = True) -> None:
        super().__init__()
        self.last: Run | None = None
        self._stage = Stage(f"playground {self.model_id}")
        self._choice = Choice("send", source_of(PAYLOAD), frozenset())
        self._task: asyncio.Task[str | None] | None = None
        self._stopped = False
        self._output = Printed(self._told_line)
        self._monitor: Monitor | None = None
        if monitor:
            from ipclab.notebook.views.monitor import Monitor

            self._monitor = Monitor()

    async def run(
        self,
        pattern: str = "send",
        payload: object = PAYLOAD,
        *,
        no_listener: bool = False,
        unclonable: bool = False,
        receiver_gone: bool = False,
        slow: bool = False,
        blocked_main: bool = False,
    ) -> Run:
        """Run a pattern as a click on Send does, and return what came of it.

        `pattern` is one of ``send``, ``invoke``, ``reply``, ``send_sync``, ``to_page``, ``broadcast``, ``relay``,
        ``send_to``, ``get_global``, ``storage``; `payload` is any Python literal. The switches break things. A run
        takes 15 s at most; `stop` ends it early. ValueError if the pattern is unknown or cannot be broken so, or
        the payload is no literal; RuntimeError while another run is under way.
        """
        switches = (no_listener, unclonable, receiver_gone, slow, blocked_main)
        broken = frozenset(switch for switch, on in zip(SWITCHES, switches, strict=True) if on)
        if pattern not in PATTERNS:
            raise ValueError(f"there is no pattern {pattern!r}. There are: {', '.join(PATTERNS)}")
        choice = Choice(pattern, source_of(payload), broken)
        cells = choice.cells()
        self._check_idle()
        self._choice = choice
        self.tell(self._chosen())
        return await self._perform(choice, cells)

    def code(self) -> str:
        """Return the cells that the playground would run now, one below the other.

        PayloadError if what is typed in the form is no literal.
        """
        return "\n\n\n".join(cell.text for cell in self._choice.cells())

    def stop(self) -> None:
        """End the run that is under way, if there is one."""
        if self._task is not None:
            self._stopped = True
            self._task.cancel()

    def close(self) -> None:
        """Take the playground off the page, and close its windows."""
        self.stop()
        if self._monitor is not None:
            self._monitor.close()
        self._stage.close()
        super().close()

    # --- a run ---------------------------------------------------------------------------------------------------

    def _check_idle(self) -> None:
        if self._task is not None:
            raise RuntimeError("a run of this playground is under way: await it, or end it by stop()")

    async def _perform(self, choice: Choice, cells: tuple[Cell, ...]) -> Run:
        # What an earlier run still prints is shown too, but it is not this one's.
        output = self._output = Printed(self._told_line)
        self._stopped = False
        activities: set[int] = set()

        def begins(number: int, activity: int) -> None:
            if not cells[number].opens:
                activities.add(activity)
            self.tell({"t": "step", "cell": number})

        # A context of its own: what the cells cause is nobody else's, and what they print comes here.
        context = self._context.copy()
        context.run(console.divert.set, output.take)
        context.run(mine.set, None)
        printing.divert_streams()
        task = self._task = self._loop.create_task(self._stage.perform(cells, begins), context=context)
        self.tell({"t": "begin"})
        self.tell({"t": "running", "running": True, "blocks": "blocked_main" in choice.broken})
        self.flush()
        try:
            await asyncio.wait([task], timeout=LIMIT)
            error = await self._error_of(task)
        finally:
            if not task.done():
                task.cancel()
                self._stage.reset()
            self._task = None
            output.flush()
            self.tell({"t": "running", "running": False})
        messages = tuple(message for message in trace if message.activity in activities)
        broken = tuple(switch for switch in SWITCHES if switch in choice.broken)
        lines = tuple(output.lines)
        self.last = Run(choice.pattern, normal(choice.payload), broken, cells, messages, lines, error)
        self.tell(self._result())
        return self.last

    async def _error_of(self, task: asyncio.Task[str | None]) -> str | None:
        if not task.done():
            task.cancel()
            self._stage.reset()
            await asyncio.wait([task], timeout=1)
            return f"given up: it was not over after {LIMIT:g} s"
        if task.cancelled():
            self._stage.reset()
            return "stopped" if self._stopped else "ended from elsewhere"
        return task.result()

    def _told_line(self, line: str) -> None:
        self.tell({"t": "line", "text": line})

    # --- the view ------------------------------------------------------------------------------------------------

    def whole(self, hello: Item) -> list[Item]:  # noqa: ARG002
        patterns = [
            {"name": name, "title": pattern.title, "how": {**pattern.how}, "why_not": {**pattern.why_not}}
            for name, pattern in PATTERNS.items()
        ]
        items: list[Item] = [
            {"t": "patterns", "patterns": patterns, "switches": [[name, LABELS[name]] for name in SWITCHES]},
            self._chosen(),
            {"t": "begin"},
            *({"t": "line", "text": line} for line in self._output.lines),
            {"t": "running", "running": self._task is not None, "blocks": "blocked_main" in self._choice.broken},
        ]
        if self.last is not None and self._task is None:
            items.append(self._result())
        return items

    def _chosen(self) -> Item:
        choice = self._choice
        cells: Sequence[Cell] = () if choice.error else choice.cells()
        return {
            "t": "chosen",
            "pattern": choice.pattern,
            "payload": choice.payload,
            "broken": sorted(choice.broken),
            "error": choice.error,
            "cells": [{"label": cell.label, "text": cell.text} for cell in cells],
        }

    def _result(self) -> Item:
        run = self.last
        assert run is not None
        return {
            "t": "result",
            "outcome": run.outcome,
            "meaning": run.meaning,
            "messages": list(run.lines),
            "error": run.error,
        }

    def received(self, item: Item, buffers: list[memoryview]) -> None:  # noqa: ARG002
        kind = item.get("t")
        if kind == "choose" and self._task is None:
            self._choose(item)
        elif kind == "run" and self._task is None:
            self._choose(item)
            if self._choice.error is None:
                self.act("a run of the playground", self._perform, self._choice, self._choice.cells())
            else:
                self.tell({"t": "refused"})
        elif kind == "stop":
            self.stop()

    def _choose(self, item: Item) -> None:
        pattern = PATTERNS[item["pattern"]]
        broken = frozenset(switch for switch in SWITCHES if switch in item["broken"] and switch in pattern.how)
        self._choice = Choice(item["pattern"], str(item["payload"]), broken)
        self.tell({**self._chosen(), "mark": item.get("mark")})

    def words(self) -> str:
        return f"The playground: {'; '.join(pattern.title for pattern in PATTERNS.values())}"

    def static_html(self) -> str:
        """The code of every pattern, to unfold."""
        payload = source_of(PAYLOAD)
        parts = []
        for pattern in PATTERNS.values():
            code = "\n\n\n".join(cell.text for cell in pattern.cells(payload, frozenset()))
            parts.append(
                f"<li><details><summary>{escape(pattern.title)}</summary><pre>{escape(code)}</pre></details></li>"
            )
        says = "runs with a kernel. Its patterns, and the cells that do them:"
        return f"<p><b>The playground</b> {says}</p><ul>{''.join(parts)}</ul>"

    def _ipython_display_(self, **kwargs: Any) -> None:
        """The playground, and the monitor below it."""
        display(self._repr_mimebundle_(**kwargs)[0], raw=True)  # type: ignore[no-untyped-call]
        if self._monitor is not None:
            display(self._monitor)  # type: ignore[no-untyped-call]
