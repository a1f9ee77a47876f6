"""What all frames have in common, and the kinds of fields that need a check."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0, le=1e12)]  # neither NaN nor infinite
Level = Annotated[str, Meta(pattern=r"\A(debug|info|warning|error)\Z")]
ClassName = Annotated[str, Meta(pattern=r"\A[^\0]*\Z")]


class Frame(msgspec.Struct, array_like=True, tag_field="t", gc=False):
    """Base of all frames. `activity` says which cell or click caused it."""

    activity: Count


class Part(msgspec.Struct, array_like=True):
    """What stands in a gap of a value of `remote`'s; `path` are the positions that lead there.

    From main: a proxy of the `object`, ``dict``, ``function`` or ``class`` numbered `number`, with the kinds of its
    `members` (``method``, ``class``, ``get``, or ``fixed``: cannot be set); an ``error``, in whose gap stand the
    exception and its fields; or a ``promise``. From a page: main's own object, given back as a ``proxy``, or a
    ``function``, and the `place` it comes from. `label` is how texts call it.
    """

    path: list[Count]
    kind: str
    number: Count = 0
    label: str = ""
    members: dict[str, str] = {}
    place: str = ""
