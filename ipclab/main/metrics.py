"""What each process costs: the numbers behind `app.get_app_metrics()`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ipclab import measuring
from ipclab.measuring import CPUUsage, Measurement


class MemoryInfo(msgspec.Struct, frozen=True):
    """What a process takes of the memory now, and what it took at most; in kilobytes."""

    working_set_size: int
    peak_working_set_size: int


class ProcessMetric(msgspec.Struct, frozen=True):
    """One process in `app.get_app_metrics()`: `type` is ``Browser`` (main) or ``Tab`` (a renderer).

    `creation_time` is in seconds since the epoch, as `time.time()`.
    """

    pid: int
    type: str
    creation_time: float
    cpu: CPUUsage
    memory: MemoryInfo


class Metrics:
    """Measures processes; remembers the measurement before, which percentages start from."""

    def __init__(self) -> None:
        self._before: dict[int, Measurement] = {}

    def measure(self, processes: Mapping[int, str]) -> list[ProcessMetric]:
        """Return the metrics of `processes`, given as pid and type. What cannot be read is 0."""
        after = {pid: self._with_peak(pid, found) for pid, found in measuring.read(list(processes)).items()}
        metrics = [self._metric(pid, kind, after[pid]) for pid, kind in processes.items()]
        self._before = after
        return metrics

    def _with_peak(self, pid: int, found: Measurement) -> Measurement:
        """Where the system tells of no peak, it is the most that was seen."""
        now, reading = found
        _, before = self._before.get(pid, found)
        return now, reading._replace(peak=max(reading.peak, before.peak))

    def _metric(self, pid: int, kind: str, after: Measurement) -> ProcessMetric:
        _, reading = after
        usage = measuring.cpu_usage(self._before.get(pid, after), after)
        return ProcessMetric(pid, kind, reading.created_at, usage, MemoryInfo(reading.memory, reading.peak))
