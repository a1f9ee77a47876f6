"""`process`: what a process says of itself (Electron's and Node's global of that name)."""

from __future__ import annotations

import os
import sys


class Process:
    """`type` (``browser`` or ``renderer``), `pid`, `platform`, `versions`, and in renderers how they are confined."""

    __clonable__ = False

    def __init__(self, kind: str, electron_version: str, isolated: bool = False, sandboxed: bool = False) -> None:
        self.type = kind
        self.pid = os.getpid()
        self.platform = sys.platform
        self.versions = {"electron": electron_version, "python": sys.version.split()[0]}
        self.context_isolated = isolated
        self.sandboxed = sandboxed

    def __repr__(self) -> str:
        return f"<process of type {self.type!r}>"
