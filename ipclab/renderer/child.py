"""The entry point of a renderer process: its event loop, its signals, its end."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable
from time import perf_counter

from ipclab.moment import Moment


class SleepSelector(selectors.DefaultSelector):
    """A selector that says when the loop is about to sleep: all that was to be done has been done."""

    def __init__(self) -> None:
        super().__init__()
        self.before_sleep: Callable[[], None] = lambda: None
        #: Whether an answer is due, which is worth looking for before falling asleep.
        self.expects_answer: Callable[[], bool] = lambda: False
        self._moment = Moment()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self.before_sleep()
        if self.expects_answer() and (until := self._moment.until()):
            if timeout is not None:
                until = min(until, perf_counter() + timeout)
            while perf_counter() < until:
                if ready := super().select(0):
                    return ready
                os.sched_yield()
            self._moment.in_vain()
        return super().select(timeout)


def die_with_parent(parent: int, sock: socket.socket) -> None:
    """Make sure that this process does not outlive main, not even in the middle of an endless loop."""
    if sys.platform == "linux":
        import ctypes

        prctl = ctypes.CDLL(None).prctl
        pr_set_pdeathsig = 1
        prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
        # A child that the page's code forks goes with its renderer, too.
        os.register_at_fork(after_in_child=lambda: prctl(pr_set_pdeathsig, signal.SIGKILL))
        return
    import select

    def watch() -> None:
        poll = select.poll()
        poll.register(sock, select.POLLHUP)
        while True:
            for _, what in poll.poll(1000):
                if what & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    os._exit(0)
            if os.getppid() != parent:
                os._exit(0)

    threading.Thread(target=watch, daemon=True, name="watch main").start()


def main(descriptor: int, parent: int) -> None:
    """Run a renderer process on the inherited socket `descriptor` until main goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The context bridge promises 1000 levels, more than Python's own limit leaves.
    sys.setrecursionlimit(4000)
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    die_with_parent(parent, sock)
    from ipclab.renderer.process import RendererProcess

    selector = SleepSelector()
    loop = asyncio.SelectorEventLoop(selector)
    asyncio.set_event_loop(loop)
    renderer = RendererProcess(sock, loop)
    selector.before_sleep = renderer.about_to_sleep
    selector.expects_answer = renderer.expects_answer

    signal.signal(signal.SIGUSR1, lambda _, frame: renderer.interrupt(frame))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGUSR1,))
    code = 0
    while True:
        try:
            loop.run_forever()
        except KeyboardInterrupt:
            continue  # an interrupted piece of code has ended; the process goes on
        except SystemExit as request:
            code = exit_status(request)
            break
    renderer.flush()
    # Neither waiting threads nor exit handlers may keep a renderer alive.
    os._exit(code)


def exit_status(request: SystemExit) -> int:
    """Translate what `sys.exit` was given as the interpreter would."""
    if request.code is None:
        return 0
    if isinstance(request.code, int):
        return request.code & 0xFF
    print(request.code, file=sys.stderr)
    return 1
