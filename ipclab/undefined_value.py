"""JavaScript's `undefined`, which structured clone keeps apart from `null` (None here)."""

from __future__ import annotations


class Undefined:
    """The type of `undefined`; there is one instance per process, so compare with `is`."""

    __slots__ = ()

    def __new__(cls) -> Undefined:
        return undefined

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"

    # The default would rebuild by object.__new__, past the singleton; copy, deepcopy and pickle all obey this one.
    def __reduce__(self) -> tuple[type[Undefined], tuple[()]]:
        return Undefined, ()


undefined: Undefined = object.__new__(Undefined)
