"""What `remote` sends that is no copy: both ends leave a gap in the value and say beside it what belongs there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from ipclab.clone.rules import Refused, find_rule
from ipclab.errors import ProtocolError
from ipclab.protocol import Part

#: Values that cross as they are, most of all there are.
SCALARS = frozenset({type(None), bool, int, float, str, bytes})

#: Methods of main's dicts that a page may call, unless there is a key of that name.
DICT_METHODS = frozenset(name for name in dir(dict) if not name.startswith("_"))

#: How many members a proxy's text names.
SHOWN = 6

Nature = Literal["data", "object", "closed"]


def nature(kind: type) -> Nature:
    """Tell what values of a type are to structured clone: data, ordinary objects, or closed to it."""
    if kind in SCALARS:
        return "data"
    try:
        rule = find_rule(kind)
    except Refused:
        return "closed"
    return "object" if rule.arrives == "a dict" else "data"


def assemble(value: object, parts: Sequence[Part], make: Callable[[Part, object], object]) -> object:
    """Fill the gaps of a value with what `make(part, what stands there)` returns; return the whole.

    `value` is changed in place. ProtocolError for a part that has no place in it.
    """
    whole = [value]
    keys: dict[int, list[object]] = {}

    def key(container: object, step: int) -> object:
        if type(container) is list:
            return step
        if type(container) is not dict:
            raise TypeError
        if id(container) not in keys:
            keys[id(container)] = list(container)
        return keys[id(container)][step]

    for part in parts:
        try:
            container: object = whole
            last = 0
            for step in part.path:
                container = container[key(container, last)]  # type: ignore[index]  # `key` has looked
                last = step
            at = key(container, last)
            container[at] = make(part, container[at])  # type: ignore[index]
        except (IndexError, TypeError):
            raise ProtocolError("a part of a value of `remote` has no place in it") from None
    return whole[0]


def text(kind: str, label: str, members: Iterable[str] = ()) -> str:
    """What a proxy looks like in a console and in the trace: ``<remote dict shared_object: user>``."""
    known = list(members) if kind == "dict" else []
    listed = ", ".join(known[:SHOWN]) + (", …" if len(known) > SHOWN else "")
    named = kind if kind == label else f"{kind} {label}"
    return f"<remote {named}: {listed}>" if listed else f"<remote {named}>"
