"""What is measured, in rounds: the sides take turns, so that whatever else the machine does hits all alike."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from .workers import Worker, import_time

MIB = 1 << 20
LARGE = 100_000_000

#: The bytes of the packets that carry the two payloads, for the sides that know bytes only.
PACKET = {"small": 90, "nested": 1000}

Series = dict[str, list[float]]


class Rounds:
    """Runs rounds and keeps one value a round for each series; a series is called `what/side`."""

    def __init__(self, workers: dict[str, Worker], progress: Callable[[str], None]) -> None:
        self.series: Series = defaultdict(list)
        #: Whether every flood arrived in exact order.
        self.in_order = True
        self._workers = workers
        self._progress = progress
        self._turn = 0

    def run(self, light: int, heavy: int, flood: int, seconds: float) -> None:
        """Run `light` rounds of short measurements and, spread over them, `heavy` of long ones.

        `flood` is the number of messages sent at once. No round begins later than `seconds` from now.
        """
        deadline = time.monotonic() + seconds
        for number in range(light):
            if time.monotonic() > deadline:
                self._progress(f"out of time after {number} of {light} rounds\n")
                return
            self._progress(f"round {number + 1} of {light}\r")
            self.light()
            if number * heavy // light != (number + 1) * heavy // light:
                self.heavy(flood)

    def light(self) -> None:
        for what in ("small", "nested"):
            self._take_turns(f"invoke-{what}", ("ipclab", "node", "raw", "asyncio"), do="echo", what=what, times=200)
        self._take_turns("sync-small", ("ipclab",), do="sync", times=200)
        self._take_turns("invoke-mib", ("ipclab", "node", "raw"), do="echo", what="bytes", size=MIB, times=8)

    def heavy(self, flood: int) -> None:
        self._take_turns("take-large", ("ipclab", "raw"), do="take", size=LARGE, times=2)
        self._take_turns("give-large", ("ipclab",), do="give", size=LARGE, times=2)
        self._take_turns("flood", ("ipclab", "node"), do="flood", times=flood)
        self._take_turns("settle", ("ipclab",), do="settle", times=10)
        self._take_turns("window-warm", ("ipclab",), do="warm")
        self._take_turns("window-cold", ("ipclab",), do="cold")
        self._take_turns("memory", ("ipclab",), do="memory")
        bare, usual = import_time()
        self.series["import-bare/ipclab"].append(bare)
        self.series["import-usual/ipclab"].append(usual)

    def _take_turns(self, title: str, sides: tuple[str, ...], /, **command: Any) -> None:
        self._turn += 1
        at = self._turn % len(sides)
        for side in sides[at:] + sides[:at]:
            if side not in self._workers:
                continue
            told = command
            if side in ("raw", "asyncio") and "size" not in command:
                told = {**command, "size": PACKET[command["what"]]}
            answer = self._workers[side].ask(**told)
            if isinstance(answer, dict):
                self.in_order = self.in_order and (answer["in_order"] or side != "ipclab")
                answer = answer["rate"]
            if answer is not None:
                self.series[f"{title}/{side}"].append(median(answer) if isinstance(answer, list) else answer)
