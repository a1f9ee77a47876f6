"""Calling listeners in main: what they leave open is counted, what they raise is told, and both end there."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from ipclab import activity, tasks
from ipclab.emitter import EventEmitter
from ipclab.main import console
from ipclab.main.traffic import mine, traffic

#: Listeners and handlers that have not ended; asyncio itself keeps tasks only weakly.
running: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()


def keep_open(number: int, what: str) -> Callable[[], None]:
    """Keep an activity from settling until the returned function is called; what runs below does not wait for it."""
    token = traffic.opened(number, what)
    watch(number, what, token)
    return partial(traffic.closed, number, token)


def watch(number: int, what: str, *own: int) -> None:
    """Have the `async` listeners that are started in this context count as open until they end.

    They themselves do not wait for each other, nor for the tokens `own`.
    """
    tokens = (mine.get() or set()) | set(own)
    mine.set(tokens)

    def keep_open_too(task: asyncio.Task[Any]) -> None:
        token = traffic.opened(number, what)
        tokens.add(token)
        task.add_done_callback(lambda _: traffic.closed(number, token))
        running.add(task)

    tasks.on_open.set(keep_open_too)


def announce(emitter: EventEmitter, name: str, *args: object) -> None:
    """Emit an event of the app, a window or web contents; a listener that raises ends here."""
    if emitter.listener_count(name):
        copy_context().run(_announce, emitter, name, args)


def _announce(emitter: EventEmitter, name: str, args: tuple[object, ...]) -> None:
    watch(activity.current.get(), f"listeners of '{name}' in main")
    try:
        emitter.emit(name, *args)
    except SystemExit as request:
        tasks.on_exit(request)
    except Exception as error:
        console.uncaught(error)
