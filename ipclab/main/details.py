"""Small frozen records that events hand over; in another process they arrive as dicts."""

from __future__ import annotations

import msgspec


class ConsoleMessage(msgspec.Struct, frozen=True):
    """The details of `console-message`."""

    message: str
    level: str
    line_number: int
    source_id: str


class RenderProcessGoneDetails(msgspec.Struct, frozen=True):
    """The details of `render-process-gone`."""

    reason: str
    exit_code: int
