"""Messages in words: short texts of one line that pictures, exports and terminals share.

Every text that comes out of here is bounded, printable (so valid in XML too) and the same in every run.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ipclab import clone
from ipclab.record import Message, Preview


def visible(text: str) -> str:
    """Return `text` with what does not print (control and direction characters, lone surrogates, ...) escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def width(text: str) -> int:
    """Return how many cells of a monospaced display `text` takes: wide characters 2, combining ones 0."""
    if text.isascii():
        return len(text)
    cells = 0
    for c in text:
        if unicodedata.category(c) not in ("Mn", "Me"):
            cells += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return cells


def fit(text: str, cells: int) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `cells`."""
    # Combining characters take no cells, but a bounded text has a bounded number of them.
    longest = 4 * cells
    if len(text) <= longest and width(text) <= cells:
        return text
    room = cells
    for position, c in enumerate(text[:longest]):
        room -= width(c)
        if room < 1:
            return text[:position] + "…"
    return text[: longest - 1] + "…"


def pad(text: str, cells: int) -> str:
    """Return `text` filled up with spaces to `cells`."""
    return text + " " * (cells - width(text))


def preview(value: object, cells: int = 60) -> str:
    """Return a short one-line text of any value, at most `cells` wide."""
    # One more than there is room for makes `fit` put its ellipsis.
    text = value[: cells + 1] if isinstance(value, Preview) else clone.preview(value, cells + 1)
    return fit(visible(text), cells)


def arguments(message: Message, cells: int) -> str:
    """Return the arguments as they would stand in a call, without the parentheses."""
    parts = []
    room = cells
    for argument in message.args:
        if room <= 0:
            parts.append("…")
            break
        parts.append(preview(argument, cells))
        room -= width(parts[-1]) + 2
    return fit(", ".join(parts), cells)


def call(message: Message, cells: int) -> str:
    """Return channel and arguments: ``do-work('a', 'b')``, or of a reply ``do-work: 3``."""
    return "".join(call_parts(message, cells))


def call_parts(message: Message, cells: int) -> tuple[str, str]:
    """Return the two parts of `call`: the channel, and what is said on it."""
    most = max(8, cells * 2 // 3)
    channel = fit(visible(message.channel[: 4 * most + 1]), most)
    room = max(1, cells - width(channel) - 2)
    if message.kind != "reply":
        return channel, f"({arguments(message, room)})"
    if message.error is not None:
        return channel, f": ✗ {reason(message.error, room - 2)}"
    return channel, f": {arguments(message, room)}"


def outcome(message: Message, cells: int = 80) -> str:
    """Return what became of a message: ``delivered``, ``unheard: nobody listens``, ..."""
    detail = trouble(message, cells)
    return f"{message.outcome}: {detail}" if detail else message.outcome


def trouble(message: Message, cells: int = 80) -> str:
    """Return why a message did not do its work, empty for one that did or still may."""
    if message.outcome == "unheard":
        if message.kind == "invoke":
            return "no handler"
        return reason(message.error or "nobody listens", cells)
    if message.outcome == "lost":
        return f"{message.receiver} is gone"
    if message.outcome == "refused":
        return reason(message.error or "could not be sent", cells)
    if message.outcome == "rejected":
        return reason(message.error or "the handler failed", cells)
    return ""


def reason(error: str, cells: int) -> str:
    """Return an error's text in one short line."""
    lines = error.strip().split("\n")
    if lines[0].rstrip(".") == "An object could not be cloned":
        lines[0] = "could not be cloned"
    return fit(visible(": ".join(line.strip() for line in lines[:2])), cells)


def summary(messages: Iterable[Message]) -> str:
    """Return one sentence for people who do not see the picture; nothing in it needs escaping."""
    messages = list(messages)
    if not messages:
        return "No messages crossed."
    counts: dict[str, int] = {}
    for message in messages:
        counts[message.outcome] = counts.get(message.outcome, 0) + 1
    outcomes = ", ".join(f"{count} {name}" for name, count in counts.items())
    names = [lane_title(lane) for lane in lanes(messages)]
    between = f"within {names[0]}" if len(names) == 1 else f"between {', '.join(names[:-1])} and {names[-1]}"
    count = "1 message" if len(messages) == 1 else f"{len(messages)} messages"
    return f"{count} {between}, {outcomes}."


def lanes(messages: Iterable[Message]) -> list[str]:
    """Return who takes part: main first, then the renderers by number."""
    names = {name for message in messages for name in (message.sender, message.receiver)}

    def order(name: str) -> tuple[bool, int, str]:
        last = name.rpartition(" ")[2]
        return name != "main", int(last) if last.isdecimal() else 0, name

    return sorted(names, key=order)


def lane_title(lane: str) -> str:
    """Return a participant's name for a heading."""
    return "main process" if lane == "main" else visible(lane)
