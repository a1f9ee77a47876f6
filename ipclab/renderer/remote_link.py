"""How a page and main talk by `remote`: requests that the page waits for, its functions that main calls, and who
holds what."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone, tasks
from ipclab.errors import DataCloneError, Error
from ipclab.protocol import Dereference, DropCallback, Part, Refused, RemoteReply, RemoteRequest, RunCallback
from ipclab.remote_parts import assemble
from ipclab.renderer.ipc_renderer import Promise, current_operation
from ipclab.renderer.remote_proxy import RemoteObject, proxy
from ipclab.renderer.remote_values import Arguments, Callbacks

if TYPE_CHECKING:
    from ipclab.renderer.process import RendererProcess

#: Numbers the pages of this process that use `remote`.
_contexts = count(1)


class _Cached:
    """A living proxy, and how often main has sent what it stands for."""

    __slots__ = ("reference", "times")

    def __init__(self) -> None:
        self.reference: weakref.ref[RemoteObject] | None = None
        self.times = 0


class RemoteLink:
    """One page's end. After the page has gone everything raises `Error`."""

    def __init__(self, process: RendererProcess) -> None:
        self._process: RendererProcess | None = process
        self._loop = process.loop
        self._context = next(_contexts)
        self._callbacks = Callbacks()
        self._proxies: dict[int, _Cached] = {}
        self._forgotten: list[tuple[int, int]] = []

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(
        self,
        action: Any,
        channel: str,
        number: int = 0,
        name: str = "",
        args: tuple[object, ...] = (),
        keywords: Mapping[str, object] | None = None,
    ) -> Any:
        """Have main do something with its object `number`, wait, and return the result or raise the failure.

        `channel` is how the trace calls it. DataCloneError if an argument cannot be copied.
        """
        process = self._process
        if process is None:
            raise Error("IPC method called after context was released")
        self._tell_forgotten()
        given = Arguments([*args, dict(keywords)] if keywords else [*args], self._callbacks)
        this, now = activity.current.get(), time.monotonic()
        try:
            payload, buffers = clone.encode(given.copy)
        except DataCloneError as error:
            shown = [clone.preview(arg) for arg in args]
            process.write(Refused(this, "remote", channel, shown, str(error), now))
            raise
        call = process.new_call(channel, None)
        request = RemoteRequest(
            this,
            call,
            self._context,
            action,
            number,
            name,
            channel,
            payload,
            given.parts,
            bool(keywords),
            now,
            current_operation.get(),
        )
        process.write(request, buffers)
        given.on_their_way()
        reply, copy = process.wait_for(call)
        if reply.parts and reply.parts[0].kind == "promise":
            promise = Promise(loop=self._loop)
            process.expect(call, channel, promise)
            return promise
        value = self._received(copy, reply.parts)
        if reply.failed:
            raise value
        return value

    def settle(self, promise: Promise, reply: RemoteReply, copy: object) -> None:
        """Main keeps a promise, or breaks it."""
        value: Any = self._received(copy, reply.parts)
        if reply.failed:
            promise.set_exception(value)
        else:
            promise.set_result(value)

    def discard(self, reply: RemoteReply) -> None:
        """Nobody waits for an answer any more: what it holds is let go."""
        self._forget([(part.number, 1) for part in reply.parts if part.number])

    # --- the page's functions ------------------------------------------------------------------------------------

    def fire(self, frame: RunCallback, buffers: list[bytes]) -> bool:
        """Call a function for main; return whether it is one of this page's."""
        function = self._callbacks.find(frame.callback) if frame.context == self._context else None
        if function is None:
            return False
        args: Any = self._received(clone.decode(frame.payload, buffers), frame.parts)
        result = function(*args)
        if asyncio.iscoroutine(result):
            tasks.start(result)
        return True

    def drop(self, frame: DropCallback) -> None:
        """Main has forgotten a function."""
        if frame.context == self._context:
            self._callbacks.dropped(frame.callback, frame.times)

    # --- main's objects ------------------------------------------------------------------------------------------

    def _received(self, copy: object, parts: list[Part]) -> Any:
        return assemble(copy, parts, self._made) if parts else copy

    def _made(self, part: Part, gap: object) -> object:
        if part.kind == "error":
            return _error(gap)
        cached = self._proxies.get(part.number)
        found = cached.reference() if cached is not None and cached.reference is not None else None
        if cached is None or found is None:
            found, cached = proxy(self, part), _Cached()
            self._proxies[part.number] = cached
            cached.reference = weakref.ref(found, lambda _: self._let_go(part.number, cached))
        cached.times += 1
        return found

    def _let_go(self, number: int, cached: _Cached) -> None:
        """A proxy's memory is freed: perhaps in the middle of a packet, or in another thread. Main is told later."""
        if self._proxies.get(number) is cached:
            del self._proxies[number]
        if self._process is not None and not self._loop.is_closed():
            self._forget([(number, cached.times)])

    def _forget(self, forgotten: list[tuple[int, int]]) -> None:
        if not self._forgotten:
            self._loop.call_soon_threadsafe(self._tell_forgotten)
        self._forgotten += forgotten

    def _tell_forgotten(self) -> None:
        if self._forgotten and self._process is not None:
            forgotten, self._forgotten = self._forgotten, []
            self._process.write(Dereference(0, self._context, forgotten))

    def release(self) -> None:
        """The page has gone, and with it all that it held."""
        if self._process is not None:
            self._process.write(Dereference(0, self._context, []))
            self._process = None
            self._callbacks.clear()


def _error(gap: Any) -> BaseException:
    """Make an error of main's again: a bare Exception is JavaScript's `Error`."""
    error: BaseException
    error, fields = gap
    if type(error) is Exception:
        error, cause = Error(*error.args), error.__cause__
        error.__cause__ = cause
    for name, value in fields.items():
        setattr(error, name, value)
    return error
