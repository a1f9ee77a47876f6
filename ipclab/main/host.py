"""A renderer process as main sees it: what it was sent, what it has worked off, what it was asked to do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from ipclab import activity, scope
from ipclab.errors import ProtocolError, RemoteTraceback, RendererError, RenderProcessGone, renderer_error
from ipclab.link import Link
from ipclab.main import console, deadlock
from ipclab.main.lockstep import lockstep
from ipclab.main.lookups import Lookups
from ipclab.main.traffic import trace, traffic
from ipclab.main.turns import Turns
from ipclab.protocol import (
    Buffer,
    Done,
    Found,
    GaveUp,
    Idle,
    Raised,
    ToMain,
    ToRenderer,
    pack,
)

#: Seconds for which cells still wait for handlers whose renderer is gone: they may be about to end.
GRACE = 0.5

#: The frames that say how far a renderer has got, or answer an editor; the others speak to listeners.
ACCOUNTS = frozenset((Idle, Done, Raised, GaveUp, Found))

OnFrame = Callable[[ToMain, list[bytes]], None]


class Operation:
    """Something main asked a renderer to do, and waits for."""

    __slots__ = ("activity", "future", "on_done", "scope", "token", "waiting")

    def __init__(self, what: str, loop: asyncio.AbstractEventLoop, on_done: Callable[[], object] | None) -> None:
        self.activity = activity.current.get()
        self.token = traffic.opened(self.activity, what, waits=True)
        self.future: asyncio.Future[Any] = loop.create_future()
        self.on_done = on_done
        #: The calls of `send_sync` whose answer this may be needed for.
        self.waiting = deadlock.waiting_for_me.get()
        #: The cell that asked for it.
        self.scope = scope.current.get()

    def succeed(self, result: Any) -> None:
        try:
            if self.on_done is not None:
                # At once, not on the loop's next turn: the frames behind this one were said later.
                self.on_done()
        finally:
            traffic.closed(self.activity, self.token)
            if not self.future.done() and not self.future.get_loop().is_closed():
                self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        traffic.closed(self.activity, self.token)
        # An operation may outlive the loop it was begun in.
        if not self.future.done() and not self.future.get_loop().is_closed():
            self.future.set_exception(error)
            self.future.exception()  # nobody has to look at it


class RendererHost:
    """Main's side of one renderer process."""

    def __init__(
        self,
        contents_id: int,
        link: Link,
        loop: asyncio.AbstractEventLoop,
        on_frame: OnFrame,
        on_gone: Callable[[str, int], None],
    ) -> None:
        self.contents_id = contents_id
        self.label = f"renderer {contents_id}"
        self.link = link
        self.loop = loop
        self._sync_calls: dict[int, Callable[[], None]] = {}  # those that wait, and what ends each
        self._on_frame = on_frame
        self._on_gone = on_gone
        self._sent: deque[tuple[int, int]] = deque()  # activity and trace number of each frame not worked off
        self._counts: dict[int, int] = {}
        self._written = 0
        self._worked_off = 0
        self._operations: dict[int, Operation] = {}
        self._last = 0
        self._owed: dict[object, Callable[[], None]] = {}  # what soon ends with this renderer: its handlers
        self._lookups = Lookups(link, loop)
        self._turns = Turns(link, loop, self._take)
        link.attach(loop, self._turns.arrived, self._gone)

    # --- sending -------------------------------------------------------------------------------------------------

    def send(
        self,
        frame: ToRenderer,
        buffers: list[Buffer] | None = None,
        number: int = 0,
        instead: ToRenderer | None = None,
        answers: bool = False,
    ) -> None:
        """Send a frame; `number` is that of the message in the trace, if it is one. `Error` if it is too large.

        `instead` is sent in its place if it is called off while it waits for its turn. `answers`: it is what a
        `send_sync` of the renderer waits for.
        """
        chunks = pack(frame, buffers or ())
        self._sent.append((frame.activity, number))
        self._count(frame.activity, 1)
        lockstep.send(self, chunks, None if instead is None else pack(instead), answers)

    def has_room(self, size: int) -> bool:
        """Whether a message of `size` bytes may still be sent, or too much waits for this renderer already."""
        return self.link.has_room(size, lockstep.held(self), len(self._sent))

    def is_alive(self) -> bool:
        return not self.link.closed

    def is_blocked(self) -> bool:
        """Whether the renderer waits in `send_sync`."""
        return bool(self._sync_calls)

    def write(self, chunks: list[Buffer]) -> None:
        self._written += 1
        self.link.write(chunks)

    def ask(
        self,
        what: str,
        make: Callable[[int], ToRenderer] | None,
        instead: Callable[[int], ToRenderer] | None = None,
        on_done: Callable[[], object] | None = None,
    ) -> tuple[int, asyncio.Future[Any]]:
        """Begin an operation and send the frame that `make(number)` makes; return its number and its future.

        `what` names it for those who wait too long, `instead` makes the frame to send if it is called off, `on_done`
        is called if it ends well.
        """
        self._last += 1
        number = self._last
        operation = self._operations[number] = Operation(what, self.loop, on_done)
        # Who gives up waiting cancels the future.
        operation.future.add_done_callback(lambda future: self.abandon(number) if future.cancelled() else None)
        if make is not None:
            try:
                self.send(make(number), instead=None if instead is None else instead(number))
            except Exception:
                self.abandon(number)
                raise
        return number, operation.future

    def owe(self, done: Callable[[], None]) -> Callable[[], None]:
        """Have `done` called when its result is, or (soon) when the renderer that waits for it is gone."""

        key = object()

        def settled() -> None:
            if self._owed.pop(key, None) is not None:
                done()

        self._owed[key] = done
        return settled

    def waiting_for(self, operation: int) -> frozenset[deadlock.SyncCall]:
        """Which calls of `send_sync` may need an operation to end."""
        asked = self._operations.get(operation)
        return frozenset() if asked is None else asked.waiting

    def scope_of(self, operation: int) -> scope.Scope | None:
        """The scope of the cell whose code an operation runs, None if that has ended."""
        asked = self._operations.get(operation)
        return None if asked is None else asked.scope

    def is_busy(self) -> bool:
        """Whether frames or operations are not worked off."""
        return bool(self._sent or self._operations)

    def abandon(self, number: int) -> None:
        """Wait no longer for an operation: another one has taken its place."""
        if (operation := self._operations.pop(number, None)) is not None:
            operation.future.cancel()
            traffic.closed(operation.activity, operation.token)

    @property
    def lookups(self) -> Lookups | None:
        """Where an editor may ask; None before the process has acknowledged that it knows which one it is."""
        return self._lookups if self._worked_off else None

    def interrupt(self) -> None:
        """Stop the code that runs in the renderer."""
        self.link.interrupt()

    # --- what comes back -----------------------------------------------------------------------------------------

    def _take(self, frame: ToMain, buffers: list[bytes]) -> None:
        try:
            kind = type(frame)
            if kind not in ACCOUNTS:
                self._on_frame(frame, buffers)
            elif self.link.closed:
                return  # its account is closed; what it said to listeners is still to be told of
            elif isinstance(frame, Idle):
                self._acknowledge(frame)
            elif isinstance(frame, GaveUp):
                self.goes_on(frame.call)
            elif isinstance(frame, Done | Raised):
                self._end_operation(frame, buffers)
            elif isinstance(frame, Found):
                self._lookups.answered(frame)
        except (ProtocolError, MemoryError):
            raise
        except BaseException as error:
            # Whatever goes wrong over one frame, those behind it must still be read.
            console.report(f"ipclab could not handle what {self.label} said ({type(frame).__name__}): ", error)

    def _end_operation(self, frame: Done | Raised, buffers: list[bytes]) -> None:
        self.link.talking = False  # who asked for it goes on
        operation = self._operations.get(frame.operation)
        if operation is None:
            if not 0 < frame.operation <= self._last:
                raise ProtocolError(f"the end of operation {frame.operation}, which nobody began")
            return
        if operation.on_done is not None and isinstance(frame, Raised):
            raise ProtocolError("an exception in place of the end of a load")
        del self._operations[frame.operation]
        if isinstance(frame, Done):
            operation.succeed((frame, buffers))
            return
        try:
            operation.fail(self._error(frame))
        except Exception as error:
            operation.fail(error)
            raise

    def _error(self, frame: Raised) -> RendererError:
        error = renderer_error(frame.name, frame.message, frame.traceback)
        error.process = self.label
        # Python's own traceback, in a program, shows the remote one too.
        error.__cause__ = RemoteTraceback(self.label, frame.traceback)
        return error

    def _acknowledge(self, frame: Idle) -> None:
        if not self._worked_off <= frame.frames <= self._written:
            raise ProtocolError(f"it has worked off {frame.frames} frames of {self._written}")
        for handled in frame.handled:
            message = trace.get(handled.number)
            if message is not None and message.receiver != self.label:
                raise ProtocolError(f"it has handled message {handled.number}, which was sent to {message.receiver}")
            trace.mark(handled.number, "delivered" if handled.heard else "unheard", traffic.since_start(handled.at))
        while self._worked_off < frame.frames:
            number, _ = self._sent.popleft()
            self._worked_off += 1
            self._count(number, -1)
        if self._worked_off == self._written:
            lockstep.quiet(self)

    def _count(self, number: int, change: int) -> None:
        """Keep count of the frames not worked off, per activity."""
        count = self._counts.pop(number, 0) + change
        if count:
            self._counts[number] = count
        if self._sync_calls:
            return
        if change > 0:
            traffic.frames_left(number, change)
        else:
            traffic.frames_done(number, -change)

    def is_waiting(self, call: int) -> bool:
        """Whether the renderer waits for the answer to this `send_sync`."""
        return call in self._sync_calls

    def waits(self, call: int, done: Callable[[], None]) -> None:
        """The renderer has called `send_sync`: what it was sent waits for main, and nobody can wait for that."""
        if not self._sync_calls:
            for number, count in self._counts.items():
                traffic.frames_done(number, count)
        self._sync_calls[call] = done
        lockstep.quiet(self)

    def goes_on(self, call: int) -> bool:
        """Its `send_sync` is answered, or it has given up waiting; False if it waits for that call no more."""
        done = self._sync_calls.pop(call, None)
        if done is None:
            return False
        done()
        if not self._sync_calls:
            for number, count in self._counts.items():
                traffic.frames_left(number, count)
        return True

    def _gone(self, reason: str, code: int) -> None:
        self._turns.end()
        fault = f", {self.link.fault}" if self.link.fault else ""
        self._end(RenderProcessGone(f"{self.label} is gone ({reason}, exit code {code}{fault})"))
        self._on_gone(reason, code)

    def close(self, why: BaseException) -> None:
        """Kill the process and fail what was asked of it with `why`."""
        self.link.close()
        self._turns.end()
        self._end(why)

    def _end(self, why: BaseException) -> None:
        sent, self._sent = self._sent, deque()
        for number, message in sent:
            if message:
                trace.mark(message, "lost", traffic.now())
            self._count(number, -1)
        sync_calls, self._sync_calls = self._sync_calls, {}
        for done in sync_calls.values():
            done()
        owed, self._owed = self._owed, {}
        if not self.loop.is_closed():
            for done in owed.values():
                self.loop.call_later(GRACE, done)
        operations, self._operations = self._operations, {}
        for operation in operations.values():
            operation.fail(why)
        lockstep.forget(self)
