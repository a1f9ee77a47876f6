"""A renderer's end of the link: whole packets in and out, whatever interrupts the code that uses it."""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from collections.abc import Callable
from time import perf_counter
from types import FrameType

from ipclab.errors import ProtocolError
from ipclab.interruption import raise_on_return
from ipclab.moment import Moment
from ipclab.protocol import Buffer, Frame, Reader, ToRenderer, pack
from ipclab.renderer.run import in_page_code


class RendererLink:
    """Reads and writes frames on the inherited socket; a link that ends takes the process with it."""

    def __init__(
        self,
        sock: socket.socket,
        on_frame: Callable[[ToRenderer, list[bytes]], None],
        before_write: Callable[[], None],
        stop_waiting: Callable[[], object],
    ) -> None:
        self._socket = sock
        self._reader: Reader[ToRenderer] = Reader(ToRenderer, on_frame)
        self._readiness = select.poll()
        self._readiness.register(sock, select.POLLIN)
        self._room = select.poll()
        self._room.register(sock, select.POLLOUT)
        self._moment = Moment()
        self._before_write = before_write
        self._stop_waiting = stop_waiting
        self._lock = threading.RLock()
        self._critical = False
        self._interrupt_waits = False

    def write(self, frame: Frame, buffers: list[Buffer] | None = None) -> None:
        """Send a frame to main. Blocks while main does not read and the socket is full."""
        with self._lock:
            self._before_write()
            self._send(frame, buffers)
        self._after_critical()

    def write_beside(self, frame: Frame) -> None:
        """Send a frame that has no place in the order: lines of the console that have no end yet go on behind it."""
        with self._lock:
            self._send(frame, None)
        self._after_critical()

    def has_room(self) -> bool:
        """Whether a frame can be sent without much waiting: main reads, or the socket still takes some."""
        return bool(self._room.poll(0))

    def _send(self, frame: Frame, buffers: list[Buffer] | None) -> None:
        self._critical = True  # an interrupt in the middle of a packet would garble the stream
        try:
            for chunk in pack(frame, buffers or ()):
                self._socket.sendall(chunk)
        except OSError:
            os._exit(0)  # main is gone
        finally:
            self._critical = False

    def receive(self) -> None:
        """Read what has come, without waiting for more."""
        self._critical = True  # an interrupt between reading and keeping would lose bytes
        try:
            count = self._socket.recv_into(self._reader.space(), 0, socket.MSG_DONTWAIT)
            if not count:
                os._exit(0)  # main is gone
            self._reader.filled(count)
        except BlockingIOError:
            pass
        except (OSError, ProtocolError) as error:
            if isinstance(error, ProtocolError) and sys.__stderr__ is not None:
                sys.__stderr__.write(f"ipclab: {error}\n")
            os._exit(0)
        finally:
            self._critical = False
        self._after_critical()

    def wait(self) -> None:
        """Block until something has come. The page may be interrupted here, unlike in ipclab's other functions."""
        if until := self._moment.until():
            while perf_counter() < until:
                if self._readiness.poll(0):
                    return
                os.sched_yield()
            self._moment.in_vain()
        self._readiness.poll()

    def interrupt(self, frame: FrameType | None) -> None:
        """Stop the page's code that runs now (`frame`), or what it awaits; called in a signal handler."""
        in_page, inside = in_page_code(frame)
        if self._critical:
            self._interrupt_waits = True
        elif not in_page:
            self._stop_waiting()
        elif inside is None or (frame is not None and frame.f_code is RendererLink.wait.__code__):
            raise KeyboardInterrupt
        else:
            raise_on_return(inside)

    def _after_critical(self) -> None:
        if self._interrupt_waits:
            self._interrupt_waits = False
            self.interrupt(sys._getframe())
