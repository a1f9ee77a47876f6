"""What the system says of processes and of its memory: the numbers behind `process` and `app.get_app_metrics()`.

Linux tells in /proc. Elsewhere (macOS) `ps` and `vm_stat` are asked. psutil would not tell more: on macOS the system
lets nobody but root see what of another process's memory is its own, unless by the call in `_footprint`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

PROC = Path("/proc")

#: When the system was started, in seconds since the epoch; taken once, so that creation times stay the same.
BOOTED = time.time() - time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class CPUUsage(msgspec.Struct, frozen=True):
    """What a process takes of the processors.

    `percent_cpu_usage` is the share of all processors since the call before (0 in the first), `cumulative_cpu_usage`
    seconds since the process was started, `idle_wakeups_per_second` how often it was woken since the call before.
    """

    percent_cpu_usage: float
    cumulative_cpu_usage: float
    idle_wakeups_per_second: float


class ProcessMemoryInfo(msgspec.Struct, frozen=True):
    """What a process takes of the memory, in kilobytes.

    `resident_set` is what is in memory now; `private` belongs to the process alone (what is swapped out included),
    `shared` are files and memory that others may use as well.
    """

    resident_set: int
    private: int
    shared: int


class SystemMemoryInfo(msgspec.Struct, frozen=True):
    """The whole system's memory, in kilobytes. `free` is what nobody uses, not even for files that were read."""

    total: int
    free: int
    swap_total: int
    swap_free: int


class Reading(NamedTuple):
    """What the system says of one process: seconds, and kilobytes. What it does not tell is 0."""

    created_at: float = 0.0
    cpu: float = 0.0
    wakeups: int = 0
    memory: int = 0
    peak: int = 0
    private: int = 0
    shared: int = 0


Measurement = tuple[float, Reading]


def read(pids: list[int]) -> dict[int, Measurement]:
    """Return what the system says of each process now, and when that was (`time.monotonic`)."""
    readings = from_proc(pids) if (PROC / "self" / "stat").exists() else from_ps(pids)
    now = time.monotonic()
    return {pid: (now, reading) for pid, reading in readings.items()}


def cpu_usage(before: Measurement, after: Measurement) -> CPUUsage:
    """Return what a process took of the processors between two looks at it."""
    seconds = max(after[0] - before[0], 1e-9)
    share = max(0.0, after[1].cpu - before[1].cpu) / seconds / (os.cpu_count() or 1)
    wakeups = max(0, after[1].wakeups - before[1].wakeups) / seconds
    return CPUUsage(100 * share, after[1].cpu, wakeups)


def memory_of(pid: int) -> ProcessMemoryInfo:
    """Return what a process takes of the memory."""
    reading = read([pid])[pid][1]
    return ProcessMemoryInfo(reading.memory, reading.private, reading.shared)


# --- Linux ---------------------------------------------------------------------------------------------------------


def from_proc(pids: list[int]) -> dict[int, Reading]:
    """Read what Linux says of each process."""
    readings = {}
    for pid in pids:
        try:
            readings[pid] = _read(PROC / str(pid))
        except (OSError, ValueError, IndexError):
            readings[pid] = Reading()
    return readings


def _read(folder: Path) -> Reading:
    # Behind the name, which may hold anything: state is field 3, then utime 14, stime 15, starttime 22.
    stat = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    status = _table(folder / "status")
    # As Chromium reckons: pages that no file and no shared memory stands behind, and what is swapped out.
    _, resident, shared = (
        int(pages) * os.sysconf("SC_PAGE_SIZE") // 1024 for pages in (folder / "statm").read_text().split()[:3]
    )
    return Reading(
        created_at=BOOTED + int(stat[19]) / ticks,
        cpu=(int(stat[11]) + int(stat[12])) / ticks,
        wakeups=_number(status, "voluntary_ctxt_switches"),
        memory=_number(status, "VmRSS"),
        peak=_number(status, "VmHWM"),
        private=resident - shared + _number(status, "VmSwap"),
        shared=shared,
    )


def _table(file: Path) -> dict[str, str]:
    return dict(line.split(":", 1) for line in file.read_text(errors="replace").splitlines())


def _number(table: dict[str, str], name: str) -> int:
    return int(table.get(name, "0").split()[0])


# --- elsewhere -----------------------------------------------------------------------------------------------------


def from_ps(pids: list[int]) -> dict[int, Reading]:
    """Ask `ps`, where there is no /proc (macOS). It knows no wakeups, and no memory but the present one."""
    readings = dict.fromkeys(pids, Reading())
    for line in _output("ps", "-o", "pid=,rss=,time=,etime=", "-p", ",".join(map(str, pids))).splitlines():
        pid, memory, cpu, age = line.split()
        kilobytes = int(memory)
        private = _footprint(int(pid))
        readings[int(pid)] = Reading(
            time.time() - _seconds(age), _seconds(cpu), 0, kilobytes, kilobytes, private, max(0, kilobytes - private)
        )
    return readings


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _seconds(text: str) -> float:
    """Translate what `ps` writes: ``[[days-]hours:]minutes:seconds[.hundredths]``."""
    days, _, clock = text.rpartition("-")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds + 86400 * int(days or 0)


def _footprint(pid: int) -> int:
    """Return what macOS calls a process's physical footprint, which Chromium calls private; in kilobytes."""
    if sys.platform != "darwin":
        return 0
    import ctypes

    # struct rusage_info_v0: a UUID, six counters, the resident size, the footprint, two times.
    usage = (ctypes.c_uint64 * 12)()
    failed = ctypes.CDLL(None).proc_pid_rusage(pid, 0, ctypes.byref(usage))
    return 0 if failed else usage[9] // 1024


# --- the system ----------------------------------------------------------------------------------------------------


def system_memory() -> SystemMemoryInfo:
    """Return the whole system's memory."""
    try:
        table = _table(PROC / "meminfo")
    except (OSError, ValueError):
        return from_vm_stat(_output("vm_stat"))
    return SystemMemoryInfo(*(_number(table, name) for name in ("MemTotal", "MemFree", "SwapTotal", "SwapFree")))


def from_vm_stat(told: str) -> SystemMemoryInfo:
    """Take the numbers from what macOS's `vm_stat` writes; as in Electron there is nothing of swap."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
    free = 0
    for line in told.splitlines():
        name, _, pages = line.partition(":")
        if name == "Pages free":
            free = int(pages.strip().rstrip(".")) * os.sysconf("SC_PAGE_SIZE") // 1024
    return SystemMemoryInfo(total, free, 0, 0)
