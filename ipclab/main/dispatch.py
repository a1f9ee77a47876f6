"""What happens in main when a renderer sends, invokes or calls `send_sync`: who is asked, in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ipclab import clone, tasks, versions
from ipclab.errors import DataCloneError, ProtocolError
from ipclab.link import MAX_QUEUED
from ipclab.main import audience, console, deadlock
from ipclab.main.events import IpcMainEvent, IpcMainInvokeEvent, IpcMainMessageEvent, IpcMainSyncEvent
from ipclab.main.ipc_main import Handler, IpcMainImpl, ipc_main
from ipclab.main.listening import keep_open, running, watch
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import (
    Buffer,
    Failure,
    Invoke,
    InvokeInternal,
    PostMessage,
    Refused,
    Reply,
    Send,
    SendSync,
    ToMain,
)
from ipclab.record import Kind, Message, Outcome

if TYPE_CHECKING:
    from ipclab.main.host import RendererHost
    from ipclab.main.web_contents import WebContents

Buffers = list[bytes]

#: Seconds after which a page is told that its handler was cancelled.
AFTER_CANCELLING = 0.02

#: Electron's own handlers (its `ipcMainInternal`), by channel.
internal_handlers: dict[str, Handler] = {}

#: Which life of the app this is: what a handler of an earlier one has to say interests nobody.
life = 0


def emitters_of(contents: WebContents) -> tuple[IpcMainImpl, IpcMainImpl, IpcMainImpl]:
    """The emitters that hear a renderer's messages, in Electron's order."""
    return contents.main_frame.own_ipc, contents.own_ipc, ipc_main


async def end_life() -> None:
    """Cancel all listeners and handlers that still run, and let them end: a new life begins."""
    global life
    life += 1
    current = asyncio.current_task()
    ending = [task for task in running if task is not current and not task.done()]
    for task in ending:
        task.cancel("restarted")
    if ending:
        await asyncio.wait(ending, timeout=1)


def record(
    contents: WebContents, kind: Kind, frame: Send | Invoke | SendSync, buffers: Buffers, outcome: Outcome = "pending"
) -> Message:
    """Put a message that has arrived into the trace."""
    return trace.add(
        kind,
        contents.label,
        "main",
        frame.channel,
        frame.payload,
        buffers,
        sent_at=traffic.since_start(frame.sent_at),
        activity=frame.activity,
        outcome=outcome,
    )


def on_send(contents: WebContents, frame: Send, buffers: Buffers) -> None:
    args = decode(frame.payload, buffers)
    posted = isinstance(frame, PostMessage)
    message = record(contents, "post_message" if posted else "send", frame, buffers)
    if audience.noted is not None:
        audience.note_listeners(message.number, emitters_of(contents), frame.channel)
    watch(frame.activity, f"listeners of '{frame.channel}' in main")
    heard, failure = False, None
    try:
        if posted:
            heard, failure = emit_all(contents, None, IpcMainMessageEvent(contents), frame.channel, args)
        else:
            heard, failure = emit_all(contents, "ipc-message", IpcMainEvent(contents), frame.channel, args)
    finally:
        trace.mark(message.number, "delivered" if heard else "unheard", traffic.now(), failure)


def on_send_sync(contents: WebContents, host: RendererHost, frame: SendSync, buffers: Buffers) -> None:
    args = decode(frame.payload, buffers)
    if host.is_waiting(frame.call):
        raise ProtocolError(f"send_sync {frame.call} for a second time")
    blocked = deadlock.begin_sync(contents.id)
    message = record(contents, "send_sync", frame, buffers)
    if audience.noted is not None:
        audience.note_listeners(message.number, emitters_of(contents), frame.channel)
    done = keep_open(frame.activity, f"send_sync '{frame.channel}' without its return_value")

    def goes_on() -> None:
        deadlock.end_sync(blocked)
        done()

    host.waits(frame.call, goes_on)

    begun = life

    def answer(value: object) -> None:
        payload, out = clone.encode(value, "return_value")
        if life != begun:
            return  # the trace counts anew
        reply(contents, host, frame, message.number, payload, out)
        trace.mark(message.number, "delivered", traffic.now())

    def give_up() -> None:
        if life != begun:
            return
        trace.mark(message.number, "unheard", traffic.now(), "reply was never sent")
        if versions.tells_reply_never_sent(contents.electron_version):
            told = versions.send_sync_reply_never_sent(contents.electron_version)
            reply(contents, host, frame, message.number, *clone.encode(told, "return_value"))

    event = IpcMainSyncEvent(contents, answer, partial(in_loop, host.loop, give_up))
    heard, _ = emit_all(contents, "ipc-message-sync", event, frame.channel, args)
    # Electron counts its own guard on `error` here.
    guarded = frame.channel == "error" and any(emitter._guards("error") for emitter in emitters_of(contents))
    if not (heard or guarded) and versions.warns_send_sync_without_listeners(contents.electron_version):
        call = f"called ipcRenderer.sendSync() with '{console.plain(frame.channel)}' channel without listeners."
        console.write(f"WebContents #{contents.id} {call}", error=True)


def emit_all(
    contents: WebContents, name: str | None, event: IpcMainInvokeEvent, channel: str, args: list[object]
) -> tuple[bool, str | None]:
    """Emit on all levels, `name` being the web contents' own event; return whether anybody listened, and the text of
    what a listener raised.

    A listener that raises ends the chain.
    """
    heard = False
    failure = None
    try:
        heard = name is not None and contents.emit(name, event, channel, *args)
        for emitter in emitters_of(contents):
            # Electron's own guard on `error` hears nothing.
            guarded = channel == "error" and emitter.listener_count(channel) <= emitter._guards(channel)
            if emitter.emit(channel, event, *args) and not guarded:
                heard = True
    except SystemExit as request:
        tasks.on_exit(request)
    except BaseException as error:  # also what is no Exception: the messages behind this one must still be read
        heard = True
        failure = console.text_of(error)
        console.uncaught(error)
        # Its traceback would keep the event alive, and with it an answer that never comes.
        error.__traceback__ = None
    return heard, failure


def on_invoke(contents: WebContents, host: RendererHost, frame: Invoke, buffers: Buffers) -> None:
    args = decode(frame.payload, buffers)
    message = record(contents, "invoke", frame, buffers)
    handler = None
    if isinstance(frame, InvokeInternal):
        handler = internal_handlers.get(frame.channel)
    else:
        for emitter in emitters_of(contents):
            if (handler := emitter._find(frame.channel)) is not None:
                break
    if handler is None:
        text = versions.no_handler_text(contents.electron_version, frame.channel)
        shown = console.plain(frame.channel)
        console.write(
            f"Error occurred in handler for '{shown}': Error: No handler registered for '{shown}'", error=True
        )
        trace.mark(message.number, "unheard", traffic.now(), text)
        fail(contents, host, frame, message.number, text)
        return
    if audience.noted is not None:
        audience.note(message.number, [handler])
    # What the handler starts keeps nothing open; its own coroutine does, see `run_handler`.
    tasks.on_open.set(running.add)
    deadlock.waiting_for_me.set(host.waiting_for(frame.operation))
    invocation = Invocation(contents, host, frame, message.number)
    try:
        event = IpcMainInvokeEvent(contents)
        result = run_handler(handler, event, args, invocation.keep_open)
    except SystemExit as request:
        tasks.on_exit(request)
        return
    except asyncio.CancelledError:
        invocation.cancelled()
        return
    except BaseException as error:
        invocation.reject(error)
        return
    if isinstance(result, asyncio.Future):
        result.add_done_callback(invocation.settled)
    else:
        invocation.resolve(result)


def run_handler(
    handler: Handler, event: IpcMainInvokeEvent, args: list[object], keep_open: Callable[[], None]
) -> Any:
    """Call a handler; return its result or, if it awaits, a future of it. `keep_open` is called before it does."""
    result = handler(event, *args)
    if not hasattr(type(result), "__await__"):
        return result
    keep_open()
    if asyncio.iscoroutine(result):
        _, result = tasks.run(result)
        return result
    return asyncio.ensure_future(result)


class Invocation:
    """One `invoke` until it is answered."""

    def __init__(self, contents: WebContents, host: RendererHost, frame: Invoke, number: int) -> None:
        self._contents = contents
        self._host = host
        self._frame = frame
        self._number = number
        self._life = life
        self._answered = False
        self._done: Callable[[], None] | None = None

    def keep_open(self) -> None:
        """Keep the activity from settling until the answer (until its first await, a handler lets nothing settle)."""
        self._done = self._host.owe(keep_open(self._frame.activity, f"handler for '{self._frame.channel}' in main"))
        tasks.on_open.set(running.add)

    def settled(self, future: asyncio.Future[Any]) -> None:
        if self._life != life:
            self._answered = True  # nobody is left to hear it
            if not future.cancelled():
                future.exception()  # looked at, so that asyncio does not report it
        elif future.cancelled():
            self.cancelled()
        elif (error := future.exception()) is not None:
            self.reject(error)
        else:
            self.resolve(future.result())

    def cancelled(self) -> None:
        # Nothing failed that main's console should hear of. The page must not wait for ever, but if all tasks are
        # being cancelled because the program ends, nobody is to hear anything.
        told = "the handler was cancelled"
        self._contents.loop.call_later(AFTER_CANCELLING, self._answer_failure, f"Error: {told}", told)

    def resolve(self, result: object) -> None:
        try:
            payload, out = clone.encode(result, "result")
        except DataCloneError as error:
            self._fail("Error: An object could not be cloned.", f"{error}")
            return
        trace.mark(self._number, "delivered", traffic.now())
        reply(self._contents, self._host, self._frame, self._number, payload, out)
        self._finish()

    def reject(self, error: BaseException) -> None:
        self._fail(console.text_of(error), console.text_of(error), error)

    def _fail(self, text: str, told: str, error: BaseException | None = None) -> None:
        what = f"Error occurred in handler for '{console.plain(self._frame.channel)}': "
        if error is None:
            console.write(what + told, error=True)
        else:
            console.report(what, error, where=False)
        self._answer_failure(text, told)

    def _answer_failure(self, text: str, told: str) -> None:
        if self._life != life:
            return
        trace.mark(self._number, "rejected", traffic.now(), told)
        fail(self._contents, self._host, self._frame, self._number, text)
        self._finish()

    def _finish(self) -> None:
        self._answered = True
        if self._done is not None:
            self._done()
            self._done = None

    def __del__(self) -> None:
        if not self._answered and self._life == life:
            in_loop(self._contents.loop, self._dropped)

    def _dropped(self) -> None:
        """The handler's awaitable is garbage: nobody can ever finish it."""
        if versions.tells_reply_never_sent(self._contents.electron_version):
            self._answer_failure("reply was never sent", "reply was never sent")
        self._finish()


def in_loop(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call `function` now, or soon if this is not the loop's turn: garbage is collected anywhere, in any thread."""
    if asyncio._get_running_loop() is loop:
        function()
    elif not loop.is_closed():
        loop.call_soon_threadsafe(function)


def reply(
    contents: WebContents,
    host: RendererHost,
    frame: Invoke | SendSync,
    answers: int,
    payload: bytes,
    buffers: list[Buffer],
) -> None:
    message = trace.add(
        "reply",
        "main",
        contents.label,
        frame.channel,
        payload,
        buffers,
        sent_at=traffic.now(),
        answers=answers,
        activity=frame.activity,
    )
    answer = Reply(frame.activity, message.number, frame.call, payload)
    send_back(host, answer, buffers, message.number, sync=isinstance(frame, SendSync))


def fail(contents: WebContents, host: RendererHost, frame: Invoke, answers: int, text: str) -> None:
    message = trace.add(
        "reply",
        "main",
        contents.label,
        frame.channel,
        clone.encode(text, "error")[0],
        sent_at=traffic.now(),
        answers=answers,
        activity=frame.activity,
        error=text,
    )
    send_back(host, Failure(frame.activity, message.number, frame.call, text), [], message.number)


def send_back(
    host: RendererHost, frame: Reply | Failure, buffers: list[Buffer], number: int, *, sync: bool = False
) -> bool:
    """Send an answer, for which the renderer is blocked if `sync`; return whether anybody waits for it."""
    if host.link.closed or (sync and not host.is_waiting(frame.call)):
        trace.mark(number, "lost", traffic.now())
        return False
    # The answer leaves first, the books are kept while it travels.
    host.send(frame, buffers, number, answers=sync)
    if sync:
        host.goes_on(frame.call)
    if not host.has_room(0):
        host.link.break_off(f"more than {MAX_QUEUED >> 20} MiB wait for it, and it asks on without reading")
    return True


def on_refused(contents: WebContents, frame: Refused) -> None:
    if frame.kind not in ("send", "invoke", "send_sync", "post_message", "send_to", "remote"):
        raise ProtocolError(f"no such kind of message: {frame.kind[:50]!r}")
    trace.add_refused(
        frame.kind,  # type: ignore[arg-type]  # checked above
        contents.label,
        f"renderer {frame.receiver}" if frame.receiver else "main",
        frame.channel,
        frame.args,
        sent_at=traffic.since_start(frame.sent_at),
        error=frame.error,
        activity=frame.activity,
    )


def on_lost(contents: WebContents, frame: ToMain, buffers: Buffers) -> None:
    """A message of a renderer whose window has been closed meanwhile."""
    kinds: dict[type, Kind] = {Send: "send", PostMessage: "post_message", SendSync: "send_sync"}
    if isinstance(frame, Send | Invoke | SendSync):
        decode(frame.payload, buffers)
        record(contents, kinds.get(type(frame), "invoke"), frame, buffers, "lost")


def decode(payload: bytes, buffers: Buffers) -> list[object]:
    args = clone.decode(payload, buffers)
    if not isinstance(args, list):
        raise ProtocolError("the arguments of a message are not a list")
    return args
