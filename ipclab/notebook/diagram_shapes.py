"""The arrows and bars of a sequence picture. Their shape alone tells the outcome; colour only repeats it.

The ends of an arrow: filled head, delivered; ring with a cross before the lane, unheard; box with a cross on the
lane, rejected; wall with a cross at the start, refused; cross where the line breaks off, lost; dotted with an open
head, pending. Replies are dashed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ipclab import wording
from ipclab.record import Message

CARD, FAINT, BLUE, GREEN, AMBER, RED = "#ffffff", "#57606a", "#0b5cad", "#116329", "#8a5300", "#b42318"
WORK = "#cfe3f7"

#: Half the width of a bar; arrows begin and end beside it whether there is one or not.
HALF = 5


def arrow(message: Message, start: float, end: float, y: float, colour: str) -> list[str]:
    """Return the line from one lane to another and its ending."""
    way = 1 if end > start else -1
    start, tip = start + HALF * way, end - HALF * way
    dashes = ' stroke-dasharray="7 4"' if message.kind == "reply" else ""
    if message.outcome == "refused":
        tip = start + 26 * way
        wall = f'<path d="M{tip:g} {y - 6:g}v12" stroke="{colour}" stroke-width="3"/>'
        ending = [wall, _cross(tip + 9 * way, y, colour)]
    elif message.outcome == "unheard":
        tip -= 26 * way
        ring = f'<circle cx="{tip + 8 * way:g}" cy="{y:g}" r="8" fill="{CARD}" stroke="{colour}" stroke-width="1.6"/>'
        ending = [ring, _cross(tip + 8 * way, y, colour)]
    elif message.outcome == "lost":
        tip -= 80 * way
        ending = [_cross(tip + 8 * way, y, colour)]
    elif message.outcome == "rejected":
        box = (
            f'<rect x="{tip - 8 * way - 8:g}" y="{y - 8:g}" width="16" height="16" rx="2" fill="{CARD}" '
            f'stroke="{colour}" stroke-width="1.6"/>'
        )
        ending = [_head(tip - 16 * way, y, way, colour), box, _cross(tip - 8 * way, y, colour)]
        tip -= 16 * way
    elif message.outcome == "pending":
        dashes = ' stroke-dasharray="2 4"'
        point = f"M{tip - 9 * way:g} {y - 5:g}L{tip:g} {y:g}L{tip - 9 * way:g} {y + 5:g}"
        ending = [f'<path d="{point}" fill="none" stroke="{colour}" stroke-width="1.6"/>']
    else:
        ending = [_head(tip, y, way, colour)]
    return [f'<path d="M{start:g} {y:g}H{tip:g}" stroke="{colour}" stroke-width="1.6"{dashes}/>', *ending]


def loop(message: Message, x: float, y: float, colour: str) -> list[str]:
    """Return the arrow of a message from a lane to itself."""
    line = f'<path d="M{x + HALF:g} {y - 8:g}h26v14h-16" fill="none" stroke="{colour}" stroke-width="1.6"/>'
    if wording.trouble(message):
        return [line, _cross(x + 12, y + 6, colour)]
    return [line, _head(x + HALF, y + 6, -1, colour)]


def _head(tip: float, y: float, way: int, colour: str) -> str:
    return f'<path d="M{tip:g} {y:g}l{-10 * way} -5v10z" fill="{colour}"/>'


def _cross(x: float, y: float, colour: str) -> str:
    return f'<path d="M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8" stroke="{colour}" stroke-width="2"/>'


def bars(
    messages: Sequence[Message], heights: Mapping[int, float], centres: Mapping[str, float], bottom: float
) -> list[str]:
    """Return a bar from each question to its reply: plain where a handler works, hatched where a renderer waits.

    `heights` are those of the rows by number; `centres` are the lanes' x.
    """
    replies = {message.answers: message for message in messages if message.kind == "reply"}
    working: dict[str, list[float]] = {}
    parts: list[str] = []
    for message in messages:
        if message.kind not in ("invoke", "send_sync") or message.outcome in ("refused", "lost"):
            continue
        begin = heights[message.number]
        reply = replies.get(message.number)
        if reply is not None and message.outcome != "unheard":
            # Handlers that work at the same time stand side by side.
            others = [end for end in working.get(message.receiver, []) if end > begin]
            working[message.receiver] = [*others, heights[reply.number]]
            x = centres[message.receiver] - HALF + 4 * min(len(others), 3)
            parts.append(_bar(x, begin, heights[reply.number], WORK, BLUE))
        if message.kind == "send_sync":
            end = _next_sign(message, messages, heights, bottom) if reply is None else heights[reply.number]
            parts += _hatched(centres[message.sender], begin, end)
    return parts


def _next_sign(question: Message, messages: Sequence[Message], heights: Mapping[int, float], bottom: float) -> float:
    """Return where a wait ends whose reply is not in the picture: before its sender's next message, or nowhere."""
    for message in messages:
        if message.number > question.number and message.sender == question.sender:
            return heights[message.number] - 2 * HALF
    return bottom


def _hatched(x: float, begin: float, end: float) -> list[str]:
    size = 2 * HALF
    strokes = "".join(f"M{x - HALF:g} {y + size}l{size} -{size}" for y in range(int(begin) + 1, int(end) - size, 5))
    return [_bar(x - HALF, begin, end, CARD, RED), f'<path d="{strokes}" stroke="{RED}" fill="none"/>']


def _bar(left: float, begin: float, end: float, fill: str, stroke: str) -> str:
    return (
        f'<rect x="{left:g}" y="{begin:g}" width="{2 * HALF}" height="{end - begin:g}" fill="{fill}" '
        f'stroke="{stroke}"/>'
    )
