"""The trace in other programs' words: JSON, Mermaid, Chrome's Trace Event format.

JSON, version 1::

    {"format": "ipclab-trace", "version": 1, "limit": 20000, "dropped": 0, "messages": [
        {"number": 1, "kind": "send", "sender": "renderer 1", "receiver": "main", "channel": "do-work",
         "args": ["a", 2], "size": 14, "answers": null, "activity": 3, "outcome": "delivered",
         "sent_at": 0.25, "handled_at": 0.26, "error": null}]}

Times are seconds since the app started. Arguments that JSON has no form for (bytes, sets, dates, NaN, whole numbers
beyond 2**53, cycles, ...) are written as ``{"$type": "bytes", "$preview": "b'...'"}``, a bounded text in their place.
`ipclab.trace_import` reads it again.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ipclab import wording
from ipclab.record import KEPT_BYTES, Message, Preview, Trace

FORMAT = "ipclab-trace"
VERSION = 1

#: Levels of lists and dicts written out; deeper ones become previews.
JSON_DEPTH = 50

#: Items written out of one message; no more than this fit into what the trace keeps of one.
JSON_ITEMS = 2 * KEPT_BYTES

#: Mermaid refuses texts above 50,000 characters and is of no use long before that.
MERMAID_MESSAGES = 200
MERMAID_SIZE = 40_000

Json = dict[str, object]


def to_json(trace: Trace) -> str:
    """Return the trace as JSON text (see the module's text), one message a line."""
    head = {"format": FORMAT, "version": VERSION, "limit": trace.limit, "dropped": trace.dropped}
    lines = ",\n".join("  " + _dumps(_message_as_json(message)) for message in trace)
    body = f"[\n{lines}\n]" if lines else "[]"
    return f'{_dumps(head)[:-1]}, "messages": {body}}}\n'


def _dumps(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate: JSON can hold it, UTF-8 can not
        return json.dumps(value, allow_nan=False)
    return text


def _message_as_json(message: Message) -> Json:
    room = [JSON_ITEMS]
    return {
        "number": message.number,
        "kind": message.kind,
        "sender": message.sender,
        "receiver": message.receiver,
        "channel": message.channel,
        "args": [_json_value(argument, JSON_DEPTH, room) for argument in message.args],
        "size": message.size,
        "answers": message.answers,
        "activity": message.activity,
        "outcome": message.outcome,
        "sent_at": message.sent_at,
        "handled_at": message.handled_at,
        "error": message.error,
    }


def _json_value(value: object, depth: int, room: list[int]) -> object:
    """Return `value` as JSON has it. `room` holds how many items may still be written: shared lists multiply."""
    room[0] -= 1
    if depth and room[0] > 0:
        if type(value) is list:
            return [_json_value(item, depth - 1, room) for item in value]
        if type(value) is dict and "$type" not in value and all(type(key) is str for key in value):
            return {key: _json_value(item, depth - 1, room) for key, item in value.items()}
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if isinstance(value, int) and abs(value) <= 2**53:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    kind = getattr(value, "type_name", None) if isinstance(value, Preview) else None
    return {"$type": kind or type(value).__name__, "$preview": wording.preview(value, 200)}


def to_mermaid(messages: Iterable[Message]) -> str:
    """Return a sequence diagram: solid arrows, dashed ones for replies, a cross and words for what went wrong."""
    messages = list(messages)
    names = wording.lanes(messages) or ["main"]
    ids = {name: f"lane{position}" for position, name in enumerate(names)}
    lines = ["sequenceDiagram", "accTitle: IPC messages", f"accDescr: {wording.summary(messages)}"]
    lines += [f"participant {ids[name]} as {_mermaid_text(wording.lane_title(name))}" for name in names]
    size = 0
    for count, message in enumerate(messages):
        line = _mermaid_line(message, ids)
        size += len(line)
        if count == MERMAID_MESSAGES or size > MERMAID_SIZE:
            lines.append(f"Note over {ids[names[0]]}: … and {len(messages) - count} more messages")
            break
        lines.append(line)
    if not messages:
        lines.append(f"Note over {ids['main']}: no messages crossed")
    return "\n    ".join(lines) + "\n"


def _mermaid_line(message: Message, ids: dict[str, str]) -> str:
    trouble = wording.trouble(message)
    if message.kind == "reply":
        arrow, label = "--x" if trouble else "-->>", f"{message.number} ↩ {message.answers}"
    else:
        arrow, label = "-x" if trouble else "->>", f"{message.number} {message.kind}"
    label += " " + wording.call(message, 60)
    if trouble:
        label += f" ✗ {message.outcome}: {trouble}"
    elif message.outcome == "pending":
        label += " … pending"
    return f"{ids[message.sender]}{arrow}{ids[message.receiver]}: {_mermaid_text(label)}"


def _mermaid_text(text: str) -> str:
    """Escape everything that Mermaid's grammar, its entity pass or HTML could take for more than text."""
    escaped = "".join(c if c.isalnum() or c in " _.,:-()[]'=+→↩✗…" else f"#{ord(c)};" for c in text)
    # Its entity pass trips over two words wherever they stand; its grammar has been known to over the third.
    for word, harmless in (("style", "#115;tyle"), ("classDef", "#99;lassDef"), (" end ", " #101;nd ")):
        escaped = escaped.replace(word, harmless)
    return escaped


# --- Chrome's Trace Event format -------------------------------------------------------------------------------

#: Microseconds. A slice must have a length to be seen; it is shorter where the next event on its lane is nearer.
SLICE = 50.0


class Slice(NamedTuple):
    """A stretch of a lane; `end` is None where only the beginning means something."""

    lane: int
    begin: float
    end: float | None
    name: str
    details: Json


def to_trace_events(messages: Sequence[Message]) -> str:
    """Return JSON with a process per lane, a slice where a message leaves and where it is handled, arrows between.

    A renderer's ``send_sync`` is a slice as long as it waits.
    """
    lanes = {name: position for position, name in enumerate(wording.lanes(messages), 1)}
    events: list[Json] = []
    for name, lane in lanes.items():
        events += [
            _event("M", lane, 0, "process_name", args={"name": wording.lane_title(name)}),
            _event("M", lane, 0, "process_sort_index", args={"sort_index": lane}),
            _event("M", lane, 0, "thread_name", args={"name": "messages"}),
        ]
    replied = {
        message.answers: message.sent_at if message.handled_at is None else message.handled_at
        for message in messages
        if message.kind == "reply"
    }
    slices: list[Slice] = []
    for message in messages:
        name = f"{message.kind} {wording.visible(message.channel)}"
        sender, receiver = lanes[message.sender], lanes[message.receiver]
        begin, end = message.sent_at * 1e6, None
        if message.kind == "send_sync" and message.number in replied:
            end = max(begin, replied[message.number] * 1e6)
        slices.append(Slice(sender, begin, end, name, _details(message)))
        if message.handled_at is None or message.outcome in ("refused", "lost") or sender == receiver:
            continue
        # The two processes' readings of the clock may differ by a hair; an arrow that runs back is not drawn.
        handled = max(begin, message.handled_at * 1e6)
        slices.append(Slice(receiver, handled, None, name, _details(message)))
        events.append(_event("s", sender, begin, name, cat="ipc", id=message.number))
        events.append(_event("f", receiver, handled, name, cat="ipc", id=message.number, bp="e"))
    events += _with_lengths(slices)
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events})


def _event(phase: str, lane: int, at: float, name: str, **more: object) -> Json:
    return {"ph": phase, "pid": lane, "tid": 1, "ts": round(at, 3), "name": name, **more}


def _details(message: Message) -> Json:
    return {
        "number": message.number,
        "call": wording.call(message, 200),
        "outcome": wording.outcome(message),
        "bytes": message.size,
        "activity": message.activity,
        "answers": message.answers,
    }


def _with_lengths(slices: list[Slice]) -> Iterator[Json]:
    """Yield the slices as events that nest: an open one ends before anything else begins or ends on its lane."""
    edges: dict[int, list[float]] = {}
    for slice_ in slices:
        edges.setdefault(slice_.lane, []).extend(at for at in (slice_.begin, slice_.end) if at is not None)
    for lane in edges.values():
        lane.sort()
    for slice_ in slices:
        end = slice_.end
        if end is None:
            lane = edges[slice_.lane]
            following = bisect_right(lane, slice_.begin)
            end = min([slice_.begin + SLICE, *lane[following : following + 1]])
        length = round(end - slice_.begin, 3)
        yield _event("X", slice_.lane, slice_.begin, slice_.name, cat="ipc", dur=length, args=slice_.details)
