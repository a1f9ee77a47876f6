"""How frames travel: one child process, one inherited socket pair, no port, no pickle."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter
from weakref import WeakSet

from ipclab.errors import ProtocolError
from ipclab.moment import Moment
from ipclab.protocol import Buffer, Reader, ToMain

#: Bytes that may wait for a renderer that does not read, before sending to it becomes an error.
MAX_QUEUED = 256 * 1024 * 1024
#: What a frame that is not worked off costs in main, beside its bytes.
FRAME_COST = 512
SOCKET_BUFFER = 1 << 20
#: No more than this fits into the socket (Linux doubles the size that is asked for).
MAX_UNREAD = 4 * SOCKET_BUFFER
#: Seconds that a process may take to end once it has closed its end of the link.
HANG_UP_GRACE = 1.0
#: Seconds for which a renderer that asks again and again may keep main's loop from others.
TURN = 0.0005
#: What stops the code that runs in a renderer.
INTERRUPT = signal.SIGUSR1
#: Pieces that one system call takes.
IOV_MAX = 1024
PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)
BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[2]); from ipclab.renderer.start import main; "
    "main(int(sys.argv[1]), int(sys.argv[3]))"
)


#: All links that are not closed, so that a program that just ends leaves nothing behind.
_open: WeakSet[Link] = WeakSet()


class Link:
    """The main process's end of the link to one renderer process. Created by `spawn`; idle until `attach`."""

    def __init__(self, sock: socket.socket, process: subprocess.Popen[bytes]) -> None:
        self._socket = sock
        self.process = process
        self.pid = process.pid
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_gone: Callable[[str, int], None] | None = None
        self._reader: Reader[ToMain] | None = None
        self._queue: deque[memoryview] = deque()
        self._queued = 0
        self._pidfd = -1
        self._killer: asyncio.TimerHandle | None = None
        self.closed = False
        #: Whether the renderer has just been answered: most often it has something else to say then.
        self.talking = False
        self._moment = Moment()
        _open.add(self)
        #: Why the link was closed by this side, for the text of the errors that follow.
        self.fault: str | None = None

    @classmethod
    def spawn(cls) -> Link:
        """Start a renderer process that waits for its `Start` frame. OSError if the system has no room for it."""
        ours, theirs = socket.socketpair()
        try:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
            ours.setblocking(False)
            # The child inherits this: an interrupt waits until the renderer has its handler, and does not kill it.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, (INTERRUPT,))
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", BOOTSTRAP, str(theirs.fileno()), PACKAGE_PARENT, str(os.getpid())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    # Its own group: a terminal's Ctrl-C is for main, which decides what to interrupt.
                    process_group=0,
                )
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        except BaseException:
            ours.close()
            raise
        finally:
            # With this copy open, the death of the child would never be seen as the end of the stream.
            theirs.close()
        return cls(ours, process)

    def attach(
        self,
        loop: asyncio.AbstractEventLoop,
        on_frame: Callable[[ToMain, list[bytes]], None],
        on_gone: Callable[[str, int], None],
    ) -> None:
        """Read frames on `loop`; `on_gone(reason, exit_code)` is called once when the process has died."""
        self._loop = loop
        self._on_gone = on_gone
        self._reader = Reader(ToMain, on_frame)
        loop.add_reader(self._socket, self._readable)
        try:
            self._pidfd = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            return  # macOS, old kernels: the end of the stream tells
        loop.add_reader(self._pidfd, self._died)

    def is_alive(self) -> bool:
        return not self.closed and self.process.poll() is None

    def write(self, chunks: list[Buffer]) -> None:
        """Send a packet now, or queue it if the socket is full. A link that is gone swallows it."""
        if self.closed:
            return
        self.talking = True
        if self._queue:
            self._enqueue(chunks, 0)
            return
        try:
            sent = self._socket.send(chunks[0]) if len(chunks) == 1 else self._socket.sendmsg(chunks[:IOV_MAX])
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return  # the process is dying; its end is about to be noticed by the reader
        self._enqueue(chunks, sent)

    def has_room(self, size: int, held: int, frames: int) -> bool:
        """Whether `size` more bytes may wait for this renderer; if none do, any message may be sent.

        `held`: bytes that wait for their turn to be written; `frames`: how many frames are not worked off.
        """
        unread = self._queued + held
        return unread + (size if unread else 0) + frames * FRAME_COST <= MAX_QUEUED

    def _enqueue(self, chunks: list[Buffer], sent: int) -> None:
        for chunk in chunks:
            if sent >= len(chunk):
                sent -= len(chunk)
                continue
            # What waits must not change when the program changes its own memory meanwhile.
            rest = memoryview(chunk if isinstance(chunk, bytes) else bytes(chunk[sent:]))
            if isinstance(chunk, bytes):
                rest = rest[sent:]
            sent = 0
            if not self._queue and self._loop is not None:
                self._loop.add_writer(self._socket, self._writable)
            self._queue.append(rest)
            self._queued += len(rest)

    def _writable(self) -> None:
        try:
            sent = self._socket.sendmsg(list(islice(self._queue, 64)))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._stop_writing()
            return
        self._queued -= sent
        while sent:
            first = self._queue[0]
            if sent < len(first):
                self._queue[0] = first[sent:]
                break
            sent -= len(first)
            self._queue.popleft()
        if not self._queue:
            self._stop_writing()

    def _stop_writing(self) -> None:
        self._queue.clear()
        self._queued = 0
        if self._loop is not None:
            self._loop.remove_writer(self._socket)

    def _readable(self) -> None:
        self.talking = False
        until = perf_counter() + TURN
        going = self._receive()
        while going and self.talking and perf_counter() < until:
            going = self._look()

    def _look(self) -> bool:
        """Wait a moment for more; return whether anything has come."""
        until = self._moment.until()
        while perf_counter() < until:
            if self._receive():
                return True
            os.sched_yield()
        if until:
            self._moment.in_vain()
        return False

    def _receive(self) -> bool:
        """Read what has come; return whether anything had."""
        if self.closed or self._reader is None:
            return False
        try:
            count = self._socket.recv_into(self._reader.space())
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            count = 0
        if not count:
            self._ended()
            return False
        try:
            self._reader.filled(count)
        except ProtocolError as error:
            self.break_off(str(error))
        return True

    def break_off(self, why: str) -> None:
        """The renderer has said what no renderer says: its process is ended, and `fault` tells why."""
        if self.fault is None and not self.closed:
            self.fault = f"protocol error: {why}"
            self.process.kill()
            self._ended()

    def drain(self) -> None:
        """Read what the process said before it died. (A child of its own may hold the socket, and talk on.)"""
        left = MAX_UNREAD
        while left > 0 and not self.closed and self._reader is not None:
            try:
                count = self._socket.recv_into(self._reader.space())
                if not count:
                    return
                left -= count
                self._reader.filled(count)
            except (OSError, ProtocolError):
                return

    def _died(self) -> None:
        # What it said before it died is still in the socket, and comes first.
        self.drain()
        self._ended()

    def _ended(self) -> None:
        if self.closed or self._loop is None:
            return
        self._loop.remove_reader(self._socket)
        code = self.process.poll()
        if code is None:
            # The stream ends a moment before the process can be waited for; one that only hung up must go, too.
            if self._killer is None:
                self._killer = self._loop.call_later(HANG_UP_GRACE, self.kill)
            if self._pidfd < 0:
                self._loop.call_later(0.002, self._ended)
            return
        on_gone, self._on_gone = self._on_gone, None
        self._forget()
        if on_gone is not None:
            on_gone(reason_of(code), code)

    def interrupt(self) -> None:
        """Stop the Python code that runs in the renderer (a KeyboardInterrupt there); the process lives on."""
        if self.is_alive():
            self.process.send_signal(INTERRUPT)

    def kill(self, signum: int = signal.SIGKILL) -> None:
        """Kill the process; its end is reported as any other."""
        if self.is_alive():
            self.process.send_signal(signum)

    def close(self) -> None:
        """Kill the process, hear what it had said already, and forget it; `on_gone` is not called."""
        if self.closed:
            return
        self._on_gone = None
        if self.process.poll() is None:
            self.process.kill()
            # SIGKILL cannot be refused: this wait is short, and no zombie stays behind.
            self.process.wait()
        self.drain()
        self._forget()

    def _forget(self) -> None:
        self.closed = True
        _open.discard(self)
        self._reader = None  # it refers back to us, and Python's cycle collector fails on half-filled memory
        if self._killer is not None:
            self._killer.cancel()
            self._killer = None
        self._queue.clear()
        self._queued = 0
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            if self._pidfd >= 0:
                loop.remove_reader(self._pidfd)
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        self._socket.close()


def close_all() -> None:
    """Close what is still open; called when the program ends."""
    for link in list(_open):
        link.close()


atexit.register(close_all)


def reason_of(code: int) -> str:
    """Translate an exit status to Electron's `render-process-gone` reason."""
    if code == 0:
        return "clean-exit"
    if code > 0:
        return "abnormal-exit"
    return "killed" if -code in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP) else "crashed"
