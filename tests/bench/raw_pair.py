"""The yardsticks in Python: two processes and a socket pair, blocking, or read with asyncio's `add_reader`.

Told what to do by lines of JSON on stdin; `raw_pair.py blocking` or `raw_pair.py asyncio`.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Callable


def receive(sock: socket.socket, size: int) -> bytes:
    """Return exactly `size` bytes in memory of their own, as whoever keeps them needs it."""
    data = sock.recv(size, socket.MSG_WAITALL)
    while len(data) < size:
        more = sock.recv(size - len(data), socket.MSG_WAITALL)
        if not more:
            raise EOFError
        data += more
    return data


def other_process(sock: socket.socket, work: Callable[[socket.socket], None]) -> None:
    """Let a child process do `work` at its end until this process is gone."""
    if os.fork():
        return
    try:
        work(sock)
    except (EOFError, OSError):
        pass
    os._exit(0)


def blocking(size: int, times: int, there_and_back: bool) -> list[float]:
    ours, theirs = socket.socketpair()

    def work(sock: socket.socket) -> None:
        ours.close()
        while True:
            data = receive(sock, size)
            sock.sendall(data if there_and_back else b"!")

    other_process(theirs, work)
    theirs.close()
    data = bytes(size)
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ours.sendall(data)
        receive(ours, size if there_and_back else 1)
        taken.append(time.perf_counter() - begun)
    ours.close()
    os.wait()
    return taken


async def echo(sock: socket.socket) -> None:
    """Send back what arrives, until the other end closes."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def readable() -> None:
        data = sock.recv(65536)
        if data:
            sock.send(data)
        else:
            loop.remove_reader(sock)
            over.set_result(None)

    loop.add_reader(sock, readable)
    await over


async def ask(sock: socket.socket, size: int, times: int) -> list[float]:
    loop = asyncio.get_running_loop()
    answered = loop.create_future()
    loop.add_reader(sock, lambda: answered.set_result(sock.recv(65536)))
    data = bytes(size)
    taken = []
    for _ in range(times):
        answered = loop.create_future()
        begun = time.perf_counter()
        sock.send(data)
        await answered
        taken.append(time.perf_counter() - begun)
    loop.remove_reader(sock)
    return taken


def with_asyncio(size: int, times: int) -> list[float]:
    ours, theirs = socket.socketpair()

    def work(sock: socket.socket) -> None:
        ours.close()
        asyncio.run(echo(sock))

    other_process(theirs, work)
    theirs.close()
    taken = asyncio.run(ask(ours, size, times))
    ours.close()
    os.wait()
    return taken


def main(how: str) -> None:
    while line := sys.stdin.readline():
        command = json.loads(line)
        size, times = command["size"], command["times"]
        if how == "asyncio":
            answer = with_asyncio(size, times)
        else:
            answer = blocking(size, times, there_and_back=command["do"] == "echo")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
