"""All that is known of one message, in words: what the monitor's panel shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from ipclab import wording
from ipclab.main import audience
from ipclab.record import Message, Trace

#: Bounds of the tree of arguments: levels, items of one container, items in all, cells of one text.
DEPTH, WIDTH, ITEMS, CELLS = 8, 60, 600, 1_000

#: Cells of a channel and of an error's text.
LONG_CELLS = 4_000

#: An item of the tree: label (or None), type, text, items below (None: it has none), how many are left out.
Node = list[Any]

OUTCOMES = {
    "pending": "in flight, or its handler is at work",
    "delivered": "delivered",
    "unheard": "unheard: nobody listened",
    "refused": "refused: never sent, for it cannot be cloned",
    "rejected": "rejected: its handler failed",
    "lost": "lost: its receiver was gone",
}


def details(message: Message, trace: Trace, live: bool) -> dict[str, Any]:
    """Return the facts as pairs of words, the arguments as a tree, and the messages to jump to."""
    answer = _answer(message, trace)
    facts = [
        ("Kind", message.kind),
        ("Way", f"{wording.lane_title(message.sender)} → {wording.lane_title(message.receiver)}"),
        ("Channel", wording.fit(wording.visible(message.channel), LONG_CELLS)),
        ("Outcome", _outcome(message)),
    ]
    if message.error is not None:
        # Line by line: a refused clone names its path in the second one.
        lines = (wording.visible(line) for line in message.error.splitlines())
        facts.append(("Error", wording.fit("\n".join(lines), LONG_CELLS)))
    facts.append(("Size", f"{message.size:,} bytes"))
    facts.append(("Sent", f"{message.sent_at:.6f} s after the start"))
    if message.handled_at is not None:
        facts.append(("Handled", f"{message.handled_at:.6f} s after the start"))
        facts.append(("Took", f"{max(0.0, message.handled_at - message.sent_at) * 1000:.3f} ms"))
    if answer is not None:
        facts.append(("Answered by", f"message {answer.number}"))
        facts.append(
            ("Round trip", f"{max(0.0, (answer.handled_at or answer.sent_at) - message.sent_at) * 1000:.3f} ms")
        )
    if message.answers is not None:
        facts.append(("Answers", f"message {message.answers}"))
    facts.append(("Activity", f"{message.activity}" if message.activity else "none of a cell's"))
    facts.append(("Listeners", _listeners(message, live)))
    return {
        "number": message.number,
        "facts": facts,
        "args": tree(message),
        "counterpart": answer.number if answer is not None else message.answers,
    }


def _outcome(message: Message) -> str:
    if message.outcome == "lost" and message.error:
        return "lost"
    if message.outcome == "unheard" and message.kind == "invoke":
        return "unheard: no handler"
    return OUTCOMES[message.outcome]


def _listeners(message: Message, live: bool) -> str:
    if message.outcome in ("refused", "lost"):
        return "none: it never arrived"
    if message.kind == "reply":
        return "the call that waits for it"
    if message.outcome == "unheard":
        return "none"
    if message.receiver != "main":
        if message.outcome == "pending":
            return "not known yet"
        return f"some in {message.receiver}, which alone knows them"
    names = audience.noted.get(message.number) if live and audience.noted is not None else None
    if not names:
        return "not noted: nobody was watching then"
    return wording.fit(", ".join(map(wording.visible, names)), LONG_CELLS)


def _answer(message: Message, trace: Trace) -> Message | None:
    if message.kind not in ("invoke", "send_sync", "remote"):
        return None
    return next((other for other in trace if other.answers == message.number), None)


def tree(message: Message) -> list[Node]:
    """Return the arguments; of each its type, a text and what it holds. Bounded, whatever they are."""
    room = [ITEMS]
    return [_node(None, argument, DEPTH, room) for argument in islice(message.args, WIDTH)]


def _node(label: str | None, value: Any, depth: int, room: list[int]) -> Node:
    room[0] -= 1
    kind = getattr(value, "type_name", None) or type(value).__name__
    text = wording.preview(value, CELLS)
    items = _items(value)
    if items is None:
        return [label, wording.fit(wording.visible(kind), 60), text, None, 0]
    count, pairs = items
    below: list[Node] = []
    if depth:
        for name, item in islice(pairs, WIDTH):
            if room[0] <= 0:
                break
            below.append(_node(name, item, depth - 1, room))
    return [label, f"{kind} of {count}", wording.fit(text, 80), below, count - len(below)]


def _items(value: Any) -> tuple[int, Iterable[tuple[str | None, Any]]] | None:
    """Return how many items a value holds, and the items with their names; None for what holds none."""
    if isinstance(value, dict):
        return len(value), ((wording.preview(key, 60), item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return len(value), ((str(position), item) for position, item in enumerate(value))
    if isinstance(value, set | frozenset):
        return len(value), ((None, item) for item in sorted(value, key=lambda item: wording.preview(item, 60)))
    return None
