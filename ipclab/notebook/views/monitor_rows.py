"""Messages as the monitor's rows: JSON in bytes, for thousands of them go to the front end at once.

A row is ``[number, kind, sender, receiver, channel, size, answers, activity, sent_at, handled_at, outcome, trouble,
preview]``: times in seconds, `trouble` why the message did not do its work (or null), `preview` what is said in it
(or null: the front end asks for it when the row is in sight).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from ipclab import wording
from ipclab.record import Message

#: Rows that go in one buffer: the front end draws between two of them.
ROWS_AT_ONCE = 2_000

#: Of so many rows at once the arguments go along: decoding them is what costs most.
FEW = 30

#: Cells of what a row shows of a channel, of the arguments, and of what went wrong.
CHANNEL_CELLS, PREVIEW_CELLS, TROUBLE_CELLS = 80, 120, 80

_encode = msgspec.json.Encoder().encode


def encode(messages: Sequence[Message]) -> bytes:
    """Return rows as the front end takes them."""
    few = len(messages) <= FEW
    return _encode([_row(message, few) for message in messages])


def chunks(messages: Sequence[Message]) -> Iterable[bytes]:
    """Yield the rows of any number of messages in portions."""
    for first in range(0, len(messages), ROWS_AT_ONCE):
        yield encode(messages[first : first + ROWS_AT_ONCE])


def _row(message: Message, with_preview: bool) -> tuple[object, ...]:
    outcome = message.outcome
    trouble: str | None = None
    if outcome not in ("delivered", "pending"):
        trouble = wording.trouble(message, TROUBLE_CELLS)
    elif message.error is not None:
        trouble = wording.reason(message.error, TROUBLE_CELLS)
    return (
        message.number,
        message.kind,
        message.sender,
        message.receiver,
        _channel(message.channel),
        message.size,
        message.answers,
        message.activity,
        message.sent_at,
        message.handled_at,
        outcome,
        trouble,
        preview(message) if with_preview else None,
    )


@lru_cache(maxsize=256)
def _channel(channel: str) -> str:
    return wording.fit(wording.visible(channel[: 4 * CHANNEL_CELLS + 1]), CHANNEL_CELLS)


def preview(message: Message) -> str:
    """Return what is said in a message, in one short line: ``('a', 2)``, or of a reply ``: 3``."""
    return wording.call_parts(message, PREVIEW_CELLS)[1]


def searched_text(message: Message) -> str:
    """Return where a text is looked for in a message: all that the trace holds of it, in lower case."""
    said = wording.arguments(message, 5_000)
    return f"{message.number} {message.kind} {message.channel} {said} {message.error or ''}".lower()
