"""What is measured, in rounds: the sides take turns, so that whatever else the machine does hits all alike."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import Any

from .workers import Worker, import_time

MIB = 1 << 20
LARGE = 100_000_000

#: The bytes of the packets that carry the two payloads, for the sides that know bytes only.
PACKET = {"small": 90, "nested": 1000}

#: Processes that write to the same storage.
WRITERS = 8

ALL = ("ipclab", "node", "raw", "asyncio")

Series = dict[str, list[float]]


class Rounds:
    """Keeps one value a round for each series; a series is called `what/side`. `flood`: how many messages it has."""

    def __init__(self, flood: int) -> None:
        self.series: Series = defaultdict(list)
        #: Whether every flood arrived in exact order.
        self.in_order = True
        self._flood = flood
        self._turn = 0

    def light(self, sides: dict[str, Worker]) -> None:
        """Measure what takes a moment."""
        for what in ("small", "nested"):
            self._take_turns(
                sides, f"invoke-{what}", ("ipclab", "node", "raw", "asyncio"), do="echo", what=what, times=200
            )
        self._take_turns(sides, "sync-small", ("ipclab",), do="sync", times=200)
        self._take_turns(sides, "remote-read", ("ipclab",), do="remote", times=200)
        for what in ("set-item", "put", "get"):
            self._take_turns(sides, what, ("ipclab", "sqlite"), do="store", what=what, times=300)
        # Longer than the time between two batches to the front end.
        for how in ("alone", "watched") if self._turn % 2 else ("watched", "alone"):
            self._take_turns(sides, f"invoke-{how}", ("kernel",), do=how, what="small", times=1500)
        self._take_turns(sides, "invoke-mib", ("ipclab", "node", "raw"), do="echo", what="bytes", size=MIB, times=8)

    def heavy(self, sides: dict[str, Worker]) -> None:
        """Measure what takes long."""
        self._take_turns(sides, "take-large", ("ipclab", "raw"), do="take", size=LARGE, times=2)
        self._take_turns(sides, "give-large", ("ipclab",), do="give", size=LARGE, times=2)
        self._take_turns(sides, "flood", ("ipclab", "node"), do="flood", times=self._flood)
        self._take_turns(sides, "write-together", ("ipclab", "sqlite"), do="write-together", size=WRITERS, times=1000)
        self._take_turns(sides, "settle", ("ipclab",), do="settle", times=10)
        self._take_turns(sides, "window-warm", ("ipclab",), do="warm")
        self._take_turns(sides, "window-cold", ("ipclab",), do="cold")
        self._take_turns(sides, "memory", ("ipclab",), do="memory")
        bare, usual = import_time()
        self.series["import-bare/ipclab"].append(bare)
        self.series["import-usual/ipclab"].append(usual)

    def _take_turns(self, running: dict[str, Worker], title: str, names: tuple[str, ...], /, **command: Any) -> None:
        self._turn += 1
        at = self._turn % len(names)
        for side in names[at:] + names[:at]:
            if side not in running:
                continue
            told = command
            if side in ("raw", "asyncio") and "size" not in command:
                told = {**command, "size": PACKET[command["what"]]}
            answer = running[side].ask(**told)
            if isinstance(answer, dict):
                self.in_order = self.in_order and (answer["in_order"] or side != "ipclab")
                answer = answer["rate"]
            if answer is not None:
                self.series[f"{title}/{side}"].append(median(answer) if isinstance(answer, list) else answer)
