"""Where a renderer process begins: what few pages need is not loaded before it is used.

asyncio loads OpenSSL, and msgspec loads typing_extensions where it is installed: together a tenth of an idle
renderer's memory. Pages can import both, and asyncio's TLS works.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


def main(descriptor: int, parent: int) -> None:
    """Run a renderer process on the inherited socket `descriptor` until main (`parent`) goes away."""
    proxy = WhenUsed("asyncio.sslproto")
    with instead({"ssl": WhenUsed("ssl"), "asyncio.sslproto": proxy, "typing_extensions": None}):
        import asyncio

        import msgspec  # noqa: F401  # does without typing_extensions

    asyncio.sslproto = proxy  # type: ignore[attr-defined]  # where the import would have put the module
    from ipclab.renderer import child

    child.main(descriptor, parent)


class WhenUsed(ModuleType):
    """Stands for a module where asyncio keeps it; imports it at the first use of one of its names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def instead(modules: dict[str, ModuleType | None]) -> Iterator[None]:
    """Have imports find these modules (None: nothing), unless the real ones have been imported already."""
    missing = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(missing)  # type: ignore[arg-type]  # None is how the import system says no
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
