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
    outer = mine.get()
    tokens = {*own} if outer is None else {*outer, *own}
    mine.set(tokens)

    def keep_open_too(task: asyncio.Task[Any]) -> None:
        token = traffic.opened(number, what)
        tokens.add(token)
        # A task that waits for garbage becomes garbage itself, and is never done.
        ended = weakref.finalize(task, traffic.closed, number, token)
        ended.atexit = False
        task.add_done_callback(lambda _: ended())
        running.add(task)

    tasks.on_open.set(keep_open_too)


def announce(emitter: EventEmitter, name: str, *args: object) -> None:
    """Emit an event of the app, a window or web contents; a listener that raises ends here."""
    if emitter.listener_count(name):
        call(f"listeners of '{name}' in main", emitter.emit, name, *args)


def call(what: str, function: Callable[..., object], *args: object) -> None:
    """Call a function of the app's (a menu item's `click`, say) as a listener: what it raises ends here.

    If it is `async`, `what` is open until it has ended.
    """
    copy_context().run(_call, what, function, args)


def _call(what: str, function: Callable[..., object], args: tuple[object, ...]) -> None:
    watch(activity.current.get(), what)
    try:
        result = function(*args)
        if asyncio.iscoroutine(result):
            tasks.start(result)
    except SystemExit as request:
        tasks.on_exit(request)
    except KeyboardInterrupt:
        raise  # it ends the code that caused the event, too
    except BaseException as error:
        console.uncaught(error)
