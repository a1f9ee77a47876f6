"""The text form of a sequence picture: a line per message, in columns that also hold for wide characters."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab import wording
from ipclab.record import Message

#: Cells of the longest line that a notebook page shows unbroken; of the least that is shown of a call; of the longest
#: outcome that stands in the call's line.
LINE_CELLS, CALL_CELLS, OUTCOME_CELLS = 108, 38, 24


def text(messages: Sequence[Message], hidden: int) -> str:
    """Return the messages in columns: number, sender, kind, receiver, call, outcome."""
    if not messages:
        return "No messages crossed."
    routes = _routes(messages)
    outcomes = [wording.outcome(message) for message in messages]
    left = wording.width(routes[0])
    right = max(wording.width(outcome) for outcome in outcomes)
    room = max(CALL_CELLS, LINE_CELLS - left - 2 - min(right, OUTCOME_CELLS))
    calls = [_call(message, room) for message in messages]
    middle = max(wording.width(call) for call in calls)
    lines = []
    for message, route, call, outcome in zip(messages, routes, calls, outcomes, strict=True):
        line = route + wording.pad(call, middle) + "  "
        trouble = wording.trouble(message)
        if trouble and wording.width(line + outcome) > LINE_CELLS:
            # What went wrong gets a line of its own, under the call.
            lines += [f"{line}{message.outcome}:", " " * left + trouble]
        else:
            lines.append(line + outcome)
    if hidden:
        lines.append(f"… and {hidden} more {'message' if hidden == 1 else 'messages'}")
    return "\n".join(lines)


def _routes(messages: Sequence[Message]) -> list[str]:
    """Return the columns before the call, all equally wide."""
    kind_cells = max(len(message.kind) for message in messages)
    rows = [
        (
            str(message.number),
            wording.visible(message.sender),
            _arrow(message, kind_cells),
            wording.visible(message.receiver),
        )
        for message in messages
    ]
    numbers, senders, _, receivers = (max(map(wording.width, column)) for column in zip(*rows, strict=True))
    return [
        f"{number:>{numbers}}  {wording.pad(sender, senders)} {arrow} {wording.pad(receiver, receivers)}  "
        for number, sender, arrow, receiver in rows
    ]


def _arrow(message: Message, cells: int) -> str:
    line = "╌" if message.kind == "reply" else "─"
    head = "✗" if wording.trouble(message) else "▷" if message.outcome == "pending" else "▶"
    return f"{line * 2}{message.kind}{line * (cells - len(message.kind) + 2)}{head}"


def _call(message: Message, cells: int) -> str:
    answers = "" if message.answers is None else f"↩ {message.answers}  "
    return answers + wording.call(message, cells - len(answers))
