"""Coroutines started as Node starts async functions: at once, up to their first await.

asyncio starts a coroutine on a later turn of the loop; Node runs an async function's first stretch inside the call.
The order in which listeners are seen to run depends on it, so listeners and handlers are started here.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import Any

from ipclab.errors import Interrupted

#: Called with each exception that ended a coroutine nobody awaits (Node's unhandledRejection).
on_unhandled: Callable[[BaseException], None] | None = None


def _exit(request: SystemExit) -> None:
    raise request


#: What `sys.exit()` in a listener or handler does; main lets its app exit instead of the host program.
on_exit: Callable[[SystemExit], None] = _exit

#: Told of every coroutine that did not end in its first stretch, so that settling can wait for it.
on_open: ContextVar[Callable[[asyncio.Task[Any]], None] | None] = ContextVar("ipclab_on_open", default=None)


class _FirstStretch:
    """What the first stretch of a coroutine left behind: the future it awaits.

    `cancelled` is the message of a cancellation that came before the task took over.
    """

    __slots__ = ("awaited", "cancelled", "over")

    def __init__(self) -> None:
        self.awaited: Any = None
        self.cancelled: tuple[Any] | None = None
        self.over = False


class _StartedTask(asyncio.Task[Any]):
    """A task whose coroutine has begun already: cancelling it early must reach the coroutine."""

    first: _FirstStretch

    def cancel(self, msg: Any = None) -> bool:
        if self.first.over:
            return super().cancel(msg)
        self.first.cancelled = (msg,)
        return True


@types.coroutine
def _rest(coroutine: Coroutine[Any, Any, Any], first: _FirstStretch) -> Generator[Any, Any, Any]:
    """Carry on where the first stretch stopped, inside a task."""
    awaited, first.awaited, first.over = first.awaited, None, True
    try:
        if first.cancelled is not None:
            if awaited is not None:
                awaited.cancel()
            awaited = coroutine.throw(asyncio.CancelledError(*first.cancelled))
        while True:
            try:
                value = yield awaited
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as error:
                awaited = coroutine.throw(error)
            else:
                awaited = coroutine.send(value)
    except StopIteration as ended:
        return ended.value


async def _drive(coroutine: Coroutine[Any, Any, Any], first: _FirstStretch) -> Any:
    try:
        return await _rest(coroutine, first)
    except SystemExit as request:
        on_exit(request)
        raise asyncio.CancelledError("the app exits") from None
    except KeyboardInterrupt as error:
        # A task that ends with KeyboardInterrupt would take the whole loop down.
        raise Interrupted("the kernel was interrupted") from error


def run(coroutine: Coroutine[Any, Any, Any]) -> tuple[bool, Any]:
    """Run `coroutine` to its first await. Return ``(True, result)`` if it ended there, else ``(False, task)``.

    An exception of the first stretch is raised. Needs a running loop.
    """
    loop = asyncio.get_running_loop()
    first = _FirstStretch()
    task = _StartedTask(_drive(coroutine, first), loop=loop)
    task.first = first
    # A handler whose awaitable is garbage is told of as Electron does it, see `Invocation`.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    caller = asyncio.current_task(loop)
    if caller is not None:
        asyncio._leave_task(loop, caller)
    asyncio._enter_task(loop, task)
    try:
        first.awaited = coroutine.send(None)
    except BaseException as ended:
        # The task was only lent its name for the first stretch; it has nothing left to run.
        first.over = True
        task.cancel()
        if isinstance(ended, StopIteration):
            return True, ended.value
        raise
    finally:
        asyncio._leave_task(loop, task)
        if caller is not None:
            asyncio._enter_task(loop, caller)
    opened = on_open.get()
    if opened is not None:
        opened(task)
    return False, task


def _tell(error: BaseException, told: Callable[[BaseException], None]) -> None:
    """Tell of an unhandled rejection, and forget where it came from."""
    told(error)
    # Its frames would keep the listener's event alive, and with it an answer that never comes: a failed future that
    # was awaited there holds the exception, and the exception holds the frame that holds the future.
    chain: list[BaseException] = [error]
    for one in chain:
        one.__traceback__ = None
        more = [other for other in (one.__cause__, one.__context__) if other is not None]
        chain.extend(other for other in more if all(other is not known for known in chain))


def _report(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None and on_unhandled is not None:
        _tell(error, on_unhandled)


def start(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any] | None:
    """Start an async listener; what it raises goes to `on_unhandled`, as an unhandled rejection in Node."""
    try:
        ended, value = run(coroutine)
    except (KeyboardInterrupt, SystemExit):
        raise
    except asyncio.CancelledError:
        return None  # as one that is cancelled later
    except BaseException as error:
        if on_unhandled is None:
            raise
        _tell(error, on_unhandled)
        return None
    if ended:
        return None
    task: asyncio.Task[Any] = value
    task.add_done_callback(_report)
    return task
