"""What the kernel's interrupt does: it stops the code where it is, in any process, whether or not a cell runs.

ipykernel answers SIGINT during an `async` cell by cancelling the cell on the next turn of the loop. A listener that
loops never lets that turn come, and a renderer never hears of it. So its `_cancel_on_sigint` (an undocumented seam;
a test holds it) is replaced here. While no message is handled, ipykernel ignores SIGINT; what a click or a timer set
going would loop for ever. So the handler that it puts back after each message (another such seam) is replaced, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from ipclab import tasks
from ipclab.emitter import EventEmitter, _OnceRegistration
from ipclab.errors import Interrupted
from ipclab.interruption import raise_on_return
from ipclab.main import dispatch, registry
from ipclab.main.lockstep import lockstep
from ipclab.main.traffic import traffic

#: Whoever runs these frames catches KeyboardInterrupt and goes on; anywhere else it would end the kernel's loop.
CATCHERS: frozenset[CodeType] = frozenset(
    function.__code__
    for function in (dispatch.emit_all, dispatch.run_handler, tasks._drive, InteractiveShell.run_code)
)

#: What calls a reader's code: listeners, handlers, their coroutines, and cells.
CALLERS: frozenset[CodeType] = frozenset(
    function.__code__
    for function in (
        EventEmitter.emit,
        _OnceRegistration.__call__,
        dispatch.run_handler,
        tasks.run,
        tasks._rest,
        InteractiveShell.run_code,
    )
)
OWN_FOLDERS = (str(Path(__file__).resolve().parent.parent), str(Path(asyncio.__file__).parent))

#: How often, and how many seconds apart, renderers are interrupted until they stop.
STOPPING_TRIES = 20
STOPPING_PAUSE = 0.05


class Interrupts:
    """Handles SIGINT for one kernel; `happened` tells whether the running cell was interrupted."""

    def __init__(self, kernel: Any, shell: InteractiveShell) -> None:
        self.happened = False
        self._kernel = kernel
        self._shell = shell
        self._loop = asyncio.get_running_loop()
        #: Keeps the task that stops renderers; asyncio itself does so only weakly.
        self._stopping: asyncio.Task[None] | None = None
        kernel._cancel_on_sigint = self._cancelling
        self._before: Any = kernel.saved_sigint_handler
        kernel.saved_sigint_handler = self._between_messages

    def unload(self) -> None:
        vars(self._kernel).pop("_cancel_on_sigint", None)
        self._kernel.saved_sigint_handler = self._before

    def _between_messages(self, _signum: int, frame: FrameType | None) -> None:
        self._stop_code(frame, self._stop_renderers)

    def _stop_renderers(self) -> None:
        self._stopping = asyncio.ensure_future(stop_renderers())

    def _cancelling(self, cell: asyncio.Future[Any]) -> contextlib.AbstractContextManager[None]:
        return self.calling(cell.cancel)

    @contextlib.contextmanager
    def calling(self, stop: Callable[[], object]) -> Iterator[None]:
        """Within this context an interrupt stops the code that runs; if none does in main, it calls `stop`."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop_waiting() -> None:
            lockstep.call_off()
            stop()

        def handle(_signum: int, frame: FrameType | None) -> None:
            self.happened = True
            self._stop_code(frame, stop_waiting)

        before = signal.signal(signal.SIGINT, handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _stop_code(self, frame: FrameType | None, stop_waiting: Callable[[], object]) -> None:
        """Stop what runs in renderers and in main; unless that is the cell's own code, `stop_waiting` follows."""
        # Not on the loop's next turn: a renderer that floods main would go on until main has read it all.
        interrupt_renderers()
        catcher, inside, error = self._to_raise_in(frame)
        if catcher is not InteractiveShell.run_code.__code__:
            # Not the cell's own code: the cell is to end all the same.
            self._loop.call_soon_threadsafe(stop_waiting)
        if error is not None and inside is None:
            raise error
        if inside is not None and catcher is not None:
            raise_on_return(inside)

    def _to_raise_in(self, frame: FrameType | None) -> tuple[CodeType | None, FrameType | None, BaseException | None]:
        """Return who will catch it, the function of ipclab's that is not to be disturbed, and what to raise."""
        readers = in_cell = False
        inside = None
        while frame is not None:
            caller = frame.f_back
            if frame.f_code.co_filename.startswith(OWN_FOLDERS):
                inside = inside if readers else frame
            elif caller is not None and caller.f_code in CALLERS:
                readers = True
            if readers and frame.f_code in CATCHERS:
                return frame.f_code, inside, KeyboardInterrupt()
            in_cell = in_cell or self._is_cell(frame)
            frame = caller
        return None, None, Interrupted("the kernel was interrupted") if in_cell else None

    def _is_cell(self, frame: FrameType) -> bool:
        name: Any = self._shell.compile.format_code_name(frame.f_code.co_filename)
        return name is not None


def interrupt_renderers() -> bool:
    """Stop what runs in the renderers that have something to do; return whether there were any."""
    busy = [contents for contents in registry.contents.values() if contents.is_busy()]
    for contents in busy:
        contents.interrupt()
    return bool(busy)


async def stop_renderers() -> None:
    """Interrupt until nothing runs any more: code that was on its way may begin after the first interrupt."""
    lockstep.call_off()
    for _ in range(STOPPING_TRIES):
        deadline = time.monotonic() + STOPPING_PAUSE
        while any(contents.is_busy() for contents in registry.contents.values()):
            if (left := deadline - time.monotonic()) <= 0:
                break
            await asyncio.wait([traffic.changed()], timeout=left)
        if not interrupt_renderers():
            return
