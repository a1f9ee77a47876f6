"""What came of a run, in facts and in words."""

from __future__ import annotations

from dataclasses import dataclass

from ipclab import wording
from ipclab.notebook.playground.cells import Cell
from ipclab.record import Message

#: Cells of a call in a line.
CALL = 60

#: What it means that a message had this fate, by its kind (`*`: any other) and outcome.
MEANINGS = {
    ("send", "unheard"): "Nobody listens on the channel: the message is dropped, and its sender notices nothing.",
    ("send_to", "unheard"): "Nobody listens on the channel: the message is dropped, and its sender notices nothing.",
    ("invoke", "unheard"): "Main has no handler on the channel: the promise of the page is rejected.",
    ("send_sync", "unheard"): "Nobody listens on the channel: nobody answers the page.",
    ("*", "unheard"): "Nobody takes it: it is dropped.",
    ("*", "refused"): "What it carries cannot be cloned: it was never sent.",
    ("invoke", "rejected"): "The handler failed: the promise of the page is rejected.",
    ("reply", "lost"): "Main answered, but who asked is gone.",
    ("*", "lost"): "The receiver is gone, and the message with it.",
    ("*", "rejected"): "What was to be done with it failed.",
    ("*", "pending"): "It has not been answered.",
}


@dataclass(frozen=True)
class Run:
    """One run of the playground. `broken` are the switches that were on, `cells` the code that ran.

    `printed` are the lines as a notebook shows them, `error` the text of what ended a cell early.
    """

    pattern: str
    payload: str
    broken: tuple[str, ...]
    cells: tuple[Cell, ...]
    messages: tuple[Message, ...] = ()
    printed: tuple[str, ...] = ()
    error: str | None = None

    @property
    def outcome(self) -> str:
        """What became of the payload: a message's `outcome`, the worst of several; ``not sent`` if there is none."""
        outcomes = [message.outcome for message in self.messages]
        troubles = [outcome for outcome in outcomes if outcome != "delivered"]
        return troubles[0] if troubles else "delivered" if outcomes else "not sent"

    @property
    def meaning(self) -> str:
        """What the outcome means, in a sentence or two."""
        told = [meaning for message in self.messages if (meaning := _meaning(message)) is not None]
        if not told and not self.messages:
            told = ["No message crossed."]
        if not told:
            told = ["Everything arrived." if self.error is None else "What was sent arrived. Then the code failed."]
        return " ".join(dict.fromkeys(told))

    @property
    def lines(self) -> tuple[str, ...]:
        """The messages that crossed, one a line."""
        return tuple(line(message) for message in self.messages)

    @property
    def words(self) -> str:
        """The whole run as text, the same in every run."""
        parts = [f"{self.outcome}: {self.meaning}", *self.lines]
        if self.printed:
            parts += ["printed:", *(f"  {text}" for text in self.printed)]
        if self.error is not None:
            parts.append(f"error: {self.error}")
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.words


def _meaning(message: Message) -> str | None:
    """Say what the fate of a message means, None if all is well."""
    if message.outcome != "delivered":
        return MEANINGS.get((message.kind, message.outcome)) or MEANINGS[("*", message.outcome)]
    if message.error is not None and message.kind != "reply":
        return "It arrived, and the listener that took it raised an error."
    return None


def line(message: Message) -> str:
    """Describe a message: its way, its kind, what it says and what became of it."""
    route = f"{message.sender} → {message.receiver}"
    return f"{route}  {message.kind}  {wording.call(message, CALL)}  {wording.outcome(message)}"
