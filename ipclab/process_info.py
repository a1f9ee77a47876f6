"""`process`: what a process says of itself (Electron's and Node's global of that name)."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipclab.measuring import CPUUsage, Measurement, SystemMemoryInfo


class Process:
    """`type` (``browser`` or ``renderer``), `pid`, `platform`, `versions`, and in renderers how they are confined.

    `memory_info` is how this process has its memory measured.
    """

    __clonable__ = False

    def __init__(
        self,
        kind: str,
        electron_version: str,
        memory_info: Callable[[], Awaitable[Any]],
        isolated: bool = False,
        sandboxed: bool = False,
    ) -> None:
        self.type = kind
        self.pid = os.getpid()
        self.platform = sys.platform
        self.versions = {"electron": electron_version, "python": sys.version.split()[0]}
        self.context_isolated = isolated
        self.sandboxed = sandboxed
        self._memory_info = memory_info
        self._before: Measurement | None = None

    def get_process_memory_info(self) -> Awaitable[Any]:
        """Return an awaitable of this process's `resident_set`, `private` and `shared` memory, in kilobytes.

        In main it is a frozen record (`ipclab.measuring.ProcessMemoryInfo`). A renderer asks main, as in Electron,
        by an invoke of its own that the trace shows; what arrives there is a dict.
        """
        return self._memory_info()

    def get_system_memory_info(self) -> SystemMemoryInfo:
        """Return the whole system's memory: `total`, `free`, `swap_total`, `swap_free`, in kilobytes."""
        from ipclab.measuring import system_memory

        return system_memory()

    def get_cpu_usage(self) -> CPUUsage:
        """Return what this process takes of the processors.

        `percent_cpu_usage` is the share of all processors since the call before (0 in the first),
        `cumulative_cpu_usage` seconds since the process was started, `idle_wakeups_per_second` as the name says.
        """
        from ipclab.measuring import cpu_usage, read

        after = read([self.pid])[self.pid]
        before, self._before = self._before or after, after
        return cpu_usage(before, after)

    def get_creation_time(self) -> float:
        """Return when this process was started, in seconds since the epoch, as `time.time()` (Electron: ms)."""
        from ipclab.measuring import read

        return read([self.pid])[self.pid][1].created_at

    def __repr__(self) -> str:
        return f"<process of type {self.type!r}>"
