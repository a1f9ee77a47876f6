"""A trace read from its export again: `ipclab.trace_export` documents the JSON. The text may come from anywhere.

What is read is a picture of messages, for looking at: nothing is delivered, and no code runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from ipclab.record import DEFAULT_LIMIT, Kind, Message, Outcome, Preview, Trace
from ipclab.trace_export import FORMAT, JSON_DEPTH, VERSION

#: Characters of an export that is read, and messages in it: more would only fill the memory.
LONGEST = 100_000_000
MOST = 100_000

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e12)]


class _Entry(msgspec.Struct, forbid_unknown_fields=False):
    """A message as it is written."""

    number: Count
    kind: Kind
    sender: str
    receiver: str
    channel: str
    args: list[Any]
    size: Count
    answers: Count | None
    activity: Count
    outcome: Outcome
    sent_at: Seconds
    handled_at: Seconds | None
    error: str | None


class _Export(msgspec.Struct):
    format: str
    version: int
    messages: list[_Entry]
    dropped: Count = 0
    limit: int = DEFAULT_LIMIT


class TypedPreview(Preview):
    """A text that stands for a value which JSON has no form for; `type_name` is the value's type."""

    type_name: str

    __slots__ = ("type_name",)


class Imported(Message, frozen=True, eq=False):
    """A message of an export. Its arguments are what JSON could hold of them."""

    written: tuple[Any, ...] = ()

    @property
    def args(self) -> list[object]:
        return [_value(each) for each in self.written]


def from_json(text: str | bytes) -> Trace:
    """Return a trace with the messages of an export. ValueError, which says what is wrong, if it is none."""
    if len(text) > LONGEST:
        raise ValueError(f"the export is too large: more than {LONGEST:,} bytes")
    try:
        export = msgspec.json.decode(text, type=_Export)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"this is no export of a trace: {error}") from None
    if export.format != FORMAT:
        raise ValueError(f"this is no export of a trace: its format is {export.format[:40]!r}, not {FORMAT!r}")
    if export.version != VERSION:
        raise ValueError(f"the export has version {export.version}, and this ipclab reads version {VERSION}")
    if len(export.messages) > MOST:
        raise ValueError(f"the export has {len(export.messages):,} messages, {MOST:,} at most are read")
    messages = list(_messages(export.messages))
    trace = Trace(max(DEFAULT_LIMIT, len(messages)))
    trace._adopt(messages, export.dropped)
    return trace


def _messages(entries: list[_Entry]) -> Iterator[Message]:
    before: int | None = None
    for entry in entries:
        if entry.number < 1 or (before is not None and entry.number != before + 1):
            raise ValueError(f"message {entry.number} follows message {before or 0}: the numbers must have no gaps")
        before = entry.number
        for name in (entry.sender, entry.receiver):
            if not _is_process(name):
                raise ValueError(f"message {entry.number}: {name[:40]!r} is not 'main' or 'renderer N'")
        if _depth(entry.args) > 2 * JSON_DEPTH + 2:
            raise ValueError(f"message {entry.number}: its arguments are nested too deeply")
        yield Imported(
            entry.number,
            entry.kind,
            entry.sender,
            entry.receiver,
            entry.channel,
            entry.size,
            entry.answers,
            entry.activity,
            entry.sent_at,
            entry.outcome,
            entry.error,
            None,
            entry.handled_at,
            written=tuple(entry.args),
        )


def _is_process(name: str) -> bool:
    kind, _, number = name.partition(" ")
    return name == "main" or (kind == "renderer" and number.isascii() and number.isdecimal() and len(number) < 10)


def _depth(value: Any) -> int:
    """Return how deep a value is nested; it is a tree, and no deeper than the decoder goes."""
    deepest, below = 0, [(value, 1)]
    while below:
        each, depth = below.pop()
        deepest = max(deepest, depth)
        if isinstance(each, dict):
            each = list(each.values())
        if isinstance(each, list):
            below += [(item, depth + 1) for item in each]
    return deepest


def _value(written: Any) -> object:
    if isinstance(written, list):
        return [_value(item) for item in written]
    if isinstance(written, dict):
        if written.keys() == {"$type", "$preview"} and all(isinstance(text, str) for text in written.values()):
            preview = TypedPreview(written["$preview"])
            preview.type_name = written["$type"]
            return preview
        return {key: _value(item) for key, item in written.items()}
    return written
