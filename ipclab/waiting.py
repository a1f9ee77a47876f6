"""Waiting for one event: `events.once` of Node."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from ipclab.emitter import EventEmitter
from ipclab.errors import UnhandledError

if TYPE_CHECKING:
    from asyncio import Future


class _Wait:
    """One call of `once`. Methods, not closures: those would be a cycle and keep the emitter until the next gc."""

    __slots__ = ("_emitter", "_name", "future")

    def __init__(self, emitter: EventEmitter, name: Hashable, future: Future[list[Any]]) -> None:
        self._emitter = emitter
        self._name = name
        self.future = future
        emitter.once(name, self._resolve)
        if name != "error":
            emitter.once("error", self._reject)
        future.add_done_callback(self._stop)

    def _resolve(self, *args: Any) -> None:
        self._stop()
        if not self.future.done():
            self.future.set_result(list(args))

    def _reject(self, *args: Any) -> None:
        self._stop()
        if not self.future.done():
            is_exception = bool(args) and isinstance(args[0], BaseException)
            self.future.set_exception(args[0] if is_exception else UnhandledError(*args[:1]))

    def _stop(self, _: object = None) -> None:
        self._emitter.off(self._name, self._resolve)
        self._emitter.off("error", self._reject)


def once(emitter: EventEmitter, name: Hashable) -> Future[list[Any]]:
    """Return a future of the arguments of the next event `name`, as `events.once`.

    It listens from the call on, not from the await; cancelling it ends that. It fails with the argument of an
    `error` event that comes first (an `UnhandledError` if that is no exception), unless `error` is waited for. An
    event emitted synchronously right after the first one is missed. Needs a running loop.
    """
    import asyncio

    return _Wait(emitter, name, asyncio.get_running_loop().create_future()).future
