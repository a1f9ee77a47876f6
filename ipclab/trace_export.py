"""The trace in other programs' words: JSON, Mermaid, Chrome's Trace Event format.

JSON, version 1::

    {"format": "ipclab-trace", "version": 1, "limit": 20000, "dropped": 0, "messages": [
        {"number": 1, "kind": "send", "sender": "renderer 1", "receiver": "main", "channel": "do-work",
         "args": ["a", 2], "size": 14, "answers": null, "activity": 3, "outcome": "delivered",
         "sent_at": 0.25, "handled_at": 0.26, "error": null}]}

Times are seconds since the app started. Arguments that JSON has no form for (bytes, sets, dates, NaN, whole numbers
beyond 2**53, cycles, ...) are written as ``{"$type": "bytes", "$preview": "b'...'"}``, a bounded text in their place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from ipclab import wording
from ipclab.record import Message, Trace

FORMAT = "ipclab-trace"
VERSION = 1

#: Levels of lists and dicts written out; deeper ones become previews.
JSON_DEPTH = 50

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
    return {
        "number": message.number,
        "kind": message.kind,
        "sender": message.sender,
        "receiver": message.receiver,
        "channel": message.channel,
        "args": [_json_value(argument, JSON_DEPTH) for argument in message.args],
        "size": message.size,
        "answers": message.answers,
        "activity": message.activity,
        "outcome": message.outcome,
        "sent_at": message.sent_at,
        "handled_at": message.handled_at,
        "error": message.error,
    }


def _json_value(value: object, depth: int) -> object:
    if type(value) is list and depth:
        return [_json_value(item, depth - 1) for item in value]
    if type(value) is dict and depth and "$type" not in value and all(type(key) is str for key in value):
        return {key: _json_value(item, depth - 1) for key, item in value.items()}
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if isinstance(value, int) and abs(value) <= 2**53:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return {"$type": type(value).__name__, "$preview": wording.preview(value, 200)}


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
    escaped = "".join(c if c.isalnum() or c in " _.,()'=+→↩✗…" else f"#{ord(c)};" for c in text)
    # Words that mean something to Mermaid wherever they stand in a line.
    for word in ("end", "style", "classDef"):
        escaped = escaped.replace(word, f"#{ord(word[0])};{word[1:]}")
    return escaped


# --- Chrome's Trace Event format -------------------------------------------------------------------------------

#: Slices must have a length to be seen and to carry an arrow; shorter where the next event on the lane is nearer.
SLICE_MICROSECONDS = 50.0


def to_trace_events(messages: Sequence[Message]) -> str:
    """Return JSON with a process per lane, a slice where a message leaves and where it is handled, and an arrow."""
    names = wording.lanes(messages)
    ids = {name: position + 1 for position, name in enumerate(names)}
    events: list[Json] = []
    for name, lane in ids.items():
        title = wording.lane_title(name)
        events.append(_event("M", "process_name", lane, 0, args={"name": title}))
        events.append(_event("M", "process_sort_index", lane, 0, args={"sort_index": lane}))
        events.append(_event("M", "thread_name", lane, 0, args={"name": "messages"}))
    slices: list[Json] = []
    replies = {message.answers: message for message in messages if message.kind == "reply"}
    for message in messages:
        sent = message.sent_at * 1e6
        name = f"{message.kind} {wording.visible(message.channel)}"
        begin = _event("X", name, ids[message.sender], sent, cat=message.kind, args=_details(message))
        slices.append(begin)
        reply = replies.get(message.number)
        if message.kind == "send_sync" and reply is not None and reply.handled_at is not None:
            begin["dur"] = max(0.0, reply.handled_at * 1e6 - sent)  # the renderer stands still meanwhile
        if message.handled_at is None or message.sender == message.receiver:
            continue
        handled = max(sent, message.handled_at * 1e6)
        slices.append(_event("X", name, ids[message.receiver], handled, cat=message.kind))
        flow: Json = {"id": message.number, "cat": "ipc"}
        events.append(_event("s", name, ids[message.sender], sent, **flow))
        events.append(_event("f", name, ids[message.receiver], handled, bp="e", **flow))
    _give_lengths(slices)
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events + slices}, ensure_ascii=True)


def _event(phase: str, name: str, lane: int, at: float, **more: object) -> Json:
    return {"ph": phase, "name": name, "pid": lane, "tid": 1, "ts": round(at, 3), **more}


def _details(message: Message) -> Json:
    return {
        "number": message.number,
        "call": wording.call(message, 200),
        "outcome": wording.outcome(message),
        "bytes": message.size,
        "activity": message.activity,
        **({} if message.answers is None else {"answers": message.answers}),
    }


def _give_lengths(slices: list[Json]) -> None:
    """Give each slice without a length one that ends before anything else begins or ends on its lane."""
    edges: dict[object, list[float]] = {}
    for event in slices:
        begin = _number(event["ts"])
        lane_edges = edges.setdefault(event["pid"], [])
        lane_edges.append(begin)
        if "dur" in event:
            lane_edges.append(begin + _number(event["dur"]))
    for lane_edges in edges.values():
        lane_edges.sort()
    from bisect import bisect_right

    for event in slices:
        if "dur" not in event:
            begin = _number(event["ts"])
            lane_edges = edges[event["pid"]]
            later = bisect_right(lane_edges, begin)
            room = lane_edges[later] - begin if later < len(lane_edges) else SLICE_MICROSECONDS
            event["dur"] = round(min(SLICE_MICROSECONDS, room), 3)
        else:
            event["dur"] = round(_number(event["dur"]), 3)


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value
