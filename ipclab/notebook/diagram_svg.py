"""The picture of a sequence of messages as SVG text.

The same messages give the same bytes. Viewers of saved notebooks take ``<style>`` away and put several pictures on
one page, so everything is said in attributes and nothing has an id. A light card of its own keeps the picture
readable on dark pages too, where an ``<img>`` could not follow the page's theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ipclab import wording
from ipclab.notebook.diagram_shapes import AMBER, BLUE, CARD, FAINT, GREEN, RED, arrow, bars, loop
from ipclab.record import Message

SANS = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace"
EDGE, INK, LIFELINE = "#d0d7de", "#1f2328", "#8c959f"

#: Pixels that a cell of text takes at most, whatever font the reader has.
LABEL_CELL, NOTE_CELL, HEADING_CELL = 7.9, 6.9, 8.2
#: Pixels kept free beside a label for what stands on and before the lanes.
LABEL_ENDS = 44
#: Cells that lanes move apart for; a label with a longer way to go may use it, up to the third number.
LABEL_CELLS, NARROW_LABEL_CELLS, LONGEST_LABEL_CELLS, NOTE_CELLS = 52, 40, 96, 64

MARGIN, GUTTER, HEADER, MIN_GAP, MIN_WIDTH = 14, 40, 30, 190, 260
FIRST_ROW, ROW, NOTE_ROW, LAST_ROW = 62, 40, 57, 34

#: From so many messages on the lanes' names stand at the lower end too.
LONG = 13

Span = tuple[str, str]


class Row(NamedTuple):
    """A message with its place in the picture; its arrow runs at height `y`."""

    message: Message
    y: float
    note: str
    colour: str


def svg(messages: Sequence[Message], hidden: int, description: str) -> str:
    """Return the picture. `hidden` more messages are only counted; `description` is its text form."""
    lanes = wording.lanes(messages) or ["main"]
    rows: list[Row] = []
    y = float(FIRST_ROW)
    for message in messages:
        note = _note(message)
        rows.append(Row(message, y + 26, note, _colour(message)))
        y += NOTE_ROW if note else ROW
    last_words = _last_words(len(messages), hidden)
    bottom = y + 8 + (LAST_ROW if last_words else 0)
    centres, width = _lay_out(lanes, rows)
    heading_heights = [float(MARGIN)] if len(rows) < LONG else [float(MARGIN), bottom]
    height = heading_heights[-1] + HEADER + MARGIN if len(rows) >= LONG else bottom + MARGIN

    notes: list[str] = []
    shapes = [
        f'<path d="M{x:g} {MARGIN + HEADER}V{bottom:g}" stroke="{LIFELINE}" stroke-dasharray="3 4"/>'
        for x in centres.values()
    ]
    shapes += bars(messages, {row.message.number: row.y for row in rows}, centres, bottom)
    for row in rows:
        _draw(row, centres, shapes, notes)
    if last_words:
        notes += _note_text(last_words, width / 2, bottom - 18, "middle", FAINT)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="{MONO}" font-size="13" fill="{INK}" '
            'xml:space="preserve">',
            f"<title>{_escape(title(messages))}</title>",
            f"<desc>{_escape(description)}</desc>",
            f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8" fill="{CARD}" '
            f'stroke="{EDGE}"/>',
            *shapes,
            f'<g font-family="{SANS}" font-size="12">',
            *notes,
            "</g>",
            f'<g font-family="{SANS}" font-size="14" font-weight="600" text-anchor="middle">',
            *(_heading(name, x, y) for y in heading_heights for name, x in centres.items()),
            "</g>",
            "</svg>",
        ]
    )


def title(messages: Sequence[Message]) -> str:
    """Return the short name of the picture."""
    return f"Sequence diagram. {wording.summary(messages)}"


def _last_words(shown: int, hidden: int) -> str:
    if not shown:
        return "no messages crossed"
    return f"… and {hidden} more {'message' if hidden == 1 else 'messages'}" if hidden else ""


def _colour(message: Message) -> str:
    if message.outcome == "pending":
        return FAINT
    if message.outcome == "delivered":
        if message.kind != "reply":
            return BLUE
        return GREEN if message.error is None else RED
    return AMBER if message.outcome == "unheard" else RED


def _note(message: Message) -> str:
    """Return the words under the arrow: what kept the message from its work, or what it keeps waiting."""
    if message.outcome == "pending":
        return "still under way"
    trouble = wording.trouble(message, NOTE_CELLS)
    if message.outcome == "rejected":
        return wording.fit(f"handler failed: {trouble}", NOTE_CELLS)
    if message.kind == "send_sync" and message.outcome == "delivered":
        return f"{wording.visible(message.sender)} stands still until the reply"
    return trouble


def _label(message: Message, cells: int) -> list[Span]:
    """Return the words above the arrow, as pairs of text and the attributes it is written with."""
    if message.kind == "reply":
        head = f"↩ {message.answers} "
        channel, said = wording.call_parts(message, cells - wording.width(head))
        return [(head, f'fill="{GREEN}" font-weight="700"'), (channel + said, "")]
    channel, said = wording.call_parts(message, cells - len(message.kind) - 1)
    return [(f"{message.kind} ", f'fill="{FAINT}"'), (channel, 'font-weight="700"'), (said, "")]


def _label_cells(lanes: int) -> int:
    return LABEL_CELLS if lanes <= 3 else NARROW_LABEL_CELLS


def _label_width(label: list[Span]) -> float:
    return sum(wording.width(text) for text, _ in label) * LABEL_CELL


def _lay_out(lanes: list[str], rows: list[Row]) -> tuple[dict[str, float], float]:
    """Return the lanes' x and the picture's width, so that every text fits between its lanes."""
    index = {name: position for position, name in enumerate(lanes)}
    gaps = [float(MIN_GAP)] * (len(lanes) - 1)
    cells = _label_cells(len(lanes))
    beyond = 0.0  # what a message of the last lane to itself needs on its right
    for row in rows:
        label = _label_width(_label(row.message, cells))
        needed = max(label + LABEL_ENDS, wording.width(row.note) * NOTE_CELL + 60)
        sender, receiver = index[row.message.sender], index[row.message.receiver]
        if sender == receiver == len(gaps):
            beyond = max(beyond, needed)
            continue
        if row.message.outcome == "refused":  # its words stay beside its sender
            receiver = sender + 1 if receiver >= sender else sender - 1
        first, last = sorted((sender, receiver))
        last = max(last, first + 1)
        missing = needed - sum(gaps[first:last])
        if missing > 0:
            for position in range(first, last):
                gaps[position] += missing / (last - first)
    centres: dict[str, float] = {}
    x = MARGIN + GUTTER + _heading_width(lanes[0]) / 2
    for name, gap in zip(lanes, [*gaps, 0.0], strict=True):
        centres[name] = float(round(x))
        x += gap
    right = centres[lanes[-1]] + max(_heading_width(lanes[-1]) / 2, beyond) + MARGIN
    return centres, float(round(max(right, MIN_WIDTH)))


def _heading_width(name: str) -> float:
    return wording.width(wording.lane_title(name)) * HEADING_CELL + 24


def _heading(name: str, x: float, y: float) -> str:
    width = _heading_width(name)
    fill, stroke = ("#dbeafe", BLUE) if name == "main" else ("#eef1f4", FAINT)
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y:g}" width="{width:.1f}" height="{HEADER}" rx="6" fill="{fill}" '
        f'stroke="{stroke}"/><text x="{x:g}" y="{y + 20:g}">{_escape(wording.lane_title(name))}</text>'
    )


def _draw(row: Row, centres: dict[str, float], shapes: list[str], notes: list[str]) -> None:
    """Add a row's number, arrow and label to `shapes` and what stands under the arrow to `notes`."""
    message, y = row.message, row.y
    start, end = centres[message.sender], centres[message.receiver]
    shapes.append(
        f'<text x="{MARGIN + GUTTER - 14}" y="{y + 4:g}" text-anchor="end" fill="{FAINT}">{message.number}</text>'
    )
    cells = _label_cells(len(centres))
    if message.outcome != "refused":
        cells = max(cells, min(LONGEST_LABEL_CELLS, int((abs(start - end) - LABEL_ENDS) / LABEL_CELL)))
    label = _label(message, cells)
    width = _label_width(label)
    if start == end:
        shapes += loop(message, start, y, row.colour)
        x, anchor, label_y = start + 42, "start", y
    else:
        shapes += arrow(message, start, end, y, row.colour)
        x, anchor, label_y = (start + end) / 2, "middle", y - 9
        if message.outcome == "refused":  # its words stay with it, by the lane it never left
            x, anchor = (start + 22, "start") if end > start else (start - 22, "end")
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        if any(left - 4 < lane < left + width + 4 for lane in centres.values()):
            shapes.append(_backing(left - 4, label_y - 13, width + 8, 18))
    spans = "".join(f"<tspan {style}>{_escape(text)}</tspan>" if style else _escape(text) for text, style in label)
    shapes.append(f'<text x="{x:g}" y="{label_y:g}" text-anchor="{anchor}">{spans}</text>')
    if row.note:
        notes += _note_text(row.note, x, y + 17, anchor, row.colour if wording.trouble(message) else FAINT)


def _note_text(text: str, x: float, y: float, anchor: str, colour: str) -> list[str]:
    width = wording.width(text) * NOTE_CELL
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return [
        _backing(left - 3, y - 12, width + 6, 16),
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{_escape(text)}</text>',
    ]


def _backing(x: float, y: float, width: float, height: float) -> str:
    """Return a patch of card under a text, so that no lane runs through it."""
    return f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" fill="{CARD}"/>'


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
