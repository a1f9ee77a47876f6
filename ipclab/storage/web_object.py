"""What the objects of `indexed_db` have in common."""

from __future__ import annotations

from typing import NoReturn

from ipclab.names import hint


class WebObject:
    """An object of the page's that cannot be sent elsewhere, and that knows what its attributes are called here."""

    __slots__ = ()
    __clonable__ = False

    def __getattr__(self, name: str) -> NoReturn:
        known = [known for known in dir(type(self)) if not known.startswith("_")]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint(name, known)}")
