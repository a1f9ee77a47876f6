"""`ipc_renderer.send_to`: main passes a message on to another page, as it is, in the order of arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab.main import dispatch, registry
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import Deliver, SendTo
from ipclab.record import Message, Outcome

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents


def on_send_to(contents: WebContents, frame: SendTo, buffers: list[bytes]) -> None:
    """Forward a message; if there is no such page (any more), it is lost, and nobody is told."""
    message = record(contents, frame, buffers, "pending")
    target = registry.contents.get(frame.receiver)
    if target is None or target.host.link.closed:
        trace.mark(message.number, "lost", traffic.now())
    elif not target.host.has_room(message.size):
        trace.mark(message.number, "lost", traffic.now(), "the renderer does not read")
    else:
        deliver = Deliver(frame.activity, message.number, frame.channel, frame.payload, contents.id)
        target.host.send(deliver, [*buffers], message.number)
        target.hang.watch()


def record(contents: WebContents, frame: SendTo, buffers: list[bytes], outcome: Outcome) -> Message:
    """Put a message from page to page into the trace. ProtocolError if nobody could read it."""
    dispatch.decode(frame.payload, buffers)
    return trace.add(
        "send_to",
        contents.label,
        f"renderer {frame.receiver}",
        frame.channel,
        frame.payload,
        buffers,
        sent_at=traffic.since_start(frame.sent_at),
        activity=frame.activity,
        outcome=outcome,
    )
