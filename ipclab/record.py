"""The trace: one record per message, whether it arrived or not.

Nothing in ipclab decides anything by reading the trace, so switching a picture or an export on never changes what it
shows. Adding a message copies at most `KEPT_BYTES`; everything dearer (decoding, wording, exporting) waits until
somebody looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeAlias, TypeVar, overload

import msgspec

Kind: TypeAlias = Literal[
    "send", "invoke", "send_sync", "reply", "post_message", "send_to", "remote", "storage", "port"
]
Outcome: TypeAlias = Literal["pending", "delivered", "unheard", "refused", "rejected", "lost"]
Forgotten: TypeAlias = Literal["cleared", "restarted"]

#: Arguments of more bytes than this are not kept; `Message.args` then holds a `Preview` that says so.
KEPT_BYTES = 4 * 1024

#: How many messages a trace holds unless told otherwise.
DEFAULT_LIMIT = 20_000

T = TypeVar("T")

_set = msgspec.structs.force_setattr


class Preview(str):
    """A short text that stands for a value the trace does not hold. Its repr is the text itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Message(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One message between two processes. Read-only; `outcome`, `handled_at` and `error` are filled in as it travels.

    `sender` and `receiver` are ``main`` or ``renderer N`` (N is the web contents' id). `size` is in bytes. `answers`
    is the number of the message that a reply answers. `activity` is the number of the cell or click that caused it.
    `sent_at` and `handled_at` are seconds since the app started. `error` is the text of a refused or rejected one.

    `outcome` is one of ``pending``, ``delivered``, ``unheard`` (no listener or no handler), ``refused`` (not
    clonable, never sent), ``rejected`` (the handler failed), ``lost`` (the receiver is gone).
    """

    number: int
    kind: Kind
    sender: str
    receiver: str
    channel: str
    size: int
    answers: int | None
    activity: int
    sent_at: float
    outcome: Outcome
    error: str | None
    # What `args` is made from: clone data, or texts that stand for the arguments, or None where nothing was kept.
    _content: bytes | tuple[str, ...] | None
    handled_at: float | None = None

    @property
    def args(self) -> list[object]:
        """The arguments as they arrive, a fresh copy at each access; of a reply, its one value.

        Of a refused message the `Preview` of each argument; of one larger than `KEPT_BYTES` a single `Preview`.
        """
        content = self._content
        if content is None:
            return [Preview(f"({readable_size(self.size)}, not kept)")]
        if isinstance(content, tuple):
            return [Preview(text) for text in content]
        if not content:
            return []
        from ipclab.clone import decode  # a program that never looks at arguments does not load it for the trace

        value = decode(content)
        return value if self.kind != "reply" and isinstance(value, list) else [value]

    def __repr__(self) -> str:
        answers = "" if self.answers is None else f" answers {self.answers}"
        return (
            f"<Message {self.number} {self.kind} {self.sender} → {self.receiver} "
            f"{self.channel!r}{answers} {self.outcome}>"
        )


class Trace(Sequence[Message]):
    """A read-only sequence of the newest `limit` messages, oldest first.

    Positions are those of a list; `get` finds a message by its number. A slice is a plain list.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        # A deque finds an item near its newer end in constant time, and that is where messages are settled.
        self._messages: deque[Message] = deque(maxlen=_checked_limit(limit))
        self._number = 0
        self._dropped = 0
        self._listeners: tuple[Callable[[Message], object], ...] = ()
        self._on_forgotten: tuple[Callable[[Forgotten], object], ...] = ()

    # --- reading -----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        if isinstance(index, slice):
            return list(self._messages)[index]
        try:
            return self._messages[index]
        except IndexError:
            raise IndexError(f"the trace holds {len(self)} messages, there is none at {index}") from None

    def __iter__(self) -> Iterator[Message]:
        # Over a copy: messages may come in while an async loop body waits.
        return iter(list(self._messages))

    def get(self, number: int) -> Message | None:
        """Return the message with this number, None if there is none or it has fallen out."""
        messages = self._messages
        position = number - self._number + len(messages) - 1
        return messages[position] if 0 <= position < len(messages) else None

    @property
    def limit(self) -> int:
        """How many messages are held; settable, the oldest fall out first."""
        limit = self._messages.maxlen
        assert limit is not None
        return limit

    @limit.setter
    def limit(self, limit: int) -> None:
        before = len(self._messages)
        self._messages = deque(self._messages, maxlen=_checked_limit(limit))
        self._dropped += before - len(self._messages)

    @property
    def dropped(self) -> int:
        """How many messages have fallen out since the trace was last cleared."""
        return self._dropped

    def clear(self) -> None:
        """Forget all messages held. Numbers go on, so that messages under way find no stranger in their place."""
        self._messages.clear()
        self._dropped = 0
        self._tell_forgotten("cleared")

    def __repr__(self) -> str:
        count = len(self._messages)
        dropped = f", {self._dropped} dropped" if self._dropped else ""
        return f"<Trace of {count} {'message' if count == 1 else 'messages'}, limit {self.limit}{dropped}>"

    def to_json(self) -> str:
        """Return the trace as JSON text; `ipclab.trace_export` documents its form."""
        from ipclab import trace_export

        return trace_export.to_json(self)

    def to_mermaid(self, messages: Iterable[Message] | None = None) -> str:
        """Return a Mermaid sequence diagram of `messages` (by default all), bounded to what Mermaid accepts."""
        from ipclab import trace_export

        return trace_export.to_mermaid(self if messages is None else messages)

    def to_trace_events(self) -> str:
        """Return the trace in Chrome's Trace Event format, for Perfetto or ``chrome://tracing``."""
        from ipclab import trace_export

        return trace_export.to_trace_events(self)

    # --- writing: for the package's own use --------------------------------------------------------------------

    def add(
        self,
        kind: Kind,
        sender: str,
        receiver: str,
        channel: str,
        payload: bytes | bytearray | memoryview,
        buffers: Sequence[bytes | bytearray | memoryview] = (),
        *,
        sent_at: float,
        answers: int | None = None,
        activity: int = 0,
        outcome: Outcome = "pending",
        error: str | None = None,
        texts: Iterable[str] | None = None,
    ) -> Message:
        """Record a message on its way. An empty `payload` means no arguments; `texts` stand for them if given."""
        size = len(payload)
        for buffer in buffers:
            size += memoryview(buffer).nbytes
        content: bytes | tuple[str, ...] | None = None
        if texts is not None:
            content = _cut(texts)
        elif size <= KEPT_BYTES and not buffers:  # only larger values travel in buffers
            content = bytes(payload)
        return self._append(
            kind, sender, receiver, channel, size, answers, activity, sent_at, outcome, error, content
        )

    def add_refused(
        self,
        kind: Kind,
        sender: str,
        receiver: str,
        channel: str,
        texts: Iterable[str],
        *,
        sent_at: float,
        error: str,
        activity: int = 0,
    ) -> Message:
        """Record a message that was never sent. `texts` stand for its arguments; they are cut to `KEPT_BYTES`."""
        content = _cut(texts)
        return self._append(kind, sender, receiver, channel, 0, None, activity, sent_at, "refused", error, content)

    def _append(
        self,
        kind: Kind,
        sender: str,
        receiver: str,
        channel: str,
        size: int,
        answers: int | None,
        activity: int,
        sent_at: float,
        outcome: Outcome,
        error: str | None,
        content: bytes | tuple[str, ...] | None,
    ) -> Message:
        number = self._number = self._number + 1
        message = Message(
            number,
            kind,
            sender,
            receiver,
            _bounded(channel),
            size,
            answers,
            activity,
            sent_at,
            outcome,
            error if error is None else _bounded(error),
            content,
        )
        messages = self._messages
        if len(messages) == messages.maxlen:
            self._dropped += 1
        messages.append(message)
        if self._listeners:
            self._tell(self._listeners, message)
        return message

    def mark(self, number: int, outcome: Outcome, at: float | None = None, error: str | None = None) -> None:
        """Say what became of a message; one that has fallen out is ignored. `at`: when it was handled."""
        message = self.get(number)
        if message is None:
            return
        _set(message, "outcome", outcome)
        if at is not None:
            _set(message, "handled_at", at)
        if error is not None:
            _set(message, "error", _bounded(error))
        if self._listeners:
            self._tell(self._listeners, message)

    def restart(self) -> None:
        """Forget everything, number from 1 and hold `DEFAULT_LIMIT` messages again. Subscribers stay."""
        self._messages = deque(maxlen=DEFAULT_LIMIT)
        self._number = self._dropped = 0
        self._tell_forgotten("restarted")

    def _adopt(self, messages: Iterable[Message], dropped: int) -> None:
        """Hold these messages, whose numbers have no gaps: an export that is looked at again."""
        self._messages.extend(messages)
        self._number = self._messages[-1].number if self._messages else 0
        self._dropped = dropped

    def subscribe(
        self, callback: Callable[[Message], object], forgotten: Callable[[Forgotten], object] | None = None
    ) -> Callable[[], None]:
        """Have `callback(message)` called for each message added or changed; returns the way to stop it.

        `forgotten(how)` is called when all messages have been: ``cleared``, or ``restarted`` and numbered from 1.
        """

        def listener(message: Message) -> None:
            callback(message)

        def forgotten_listener(how: Forgotten) -> None:
            if forgotten is not None:
                forgotten(how)

        def unsubscribe() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)
            self._on_forgotten = tuple(other for other in self._on_forgotten if other is not forgotten_listener)

        self._listeners = (*self._listeners, listener)
        self._on_forgotten = (*self._on_forgotten, forgotten_listener)

        return unsubscribe

    def _tell_forgotten(self, how: Forgotten) -> None:
        self._tell(self._on_forgotten, how)

    def _tell(self, listeners: tuple[Callable[[T], object], ...], news: T) -> None:
        for listener in listeners:
            try:
                listener(news)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:
                # A broken onlooker must not break the traffic it looks at.
                import logging

                logging.getLogger("ipclab").exception("a subscriber of the trace failed")


def _bounded(text: str) -> str:
    return text if len(text) <= KEPT_BYTES else text[: KEPT_BYTES - 1] + "…"


def _cut(texts: Iterable[str]) -> tuple[str, ...]:
    """Cut the texts of arguments to `KEPT_BYTES` in all."""
    room = KEPT_BYTES
    bounded: list[str] = []
    for text in texts:
        if room <= 0:
            break
        bounded.append(text[:room])
        room -= len(text) + 1  # many empty ones are many, too
    return tuple(bounded)


def readable_size(size: int) -> str:
    """Return a number of bytes in words, e.g. ``20.5 kB``."""
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _checked_limit(limit: int) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise ValueError(f"the trace's limit is a whole number of messages, at least 1, not {limit!r}")
    return limit
