"""The page of the window under test: its renderer process runs this file and takes the times of its own calls."""

import json
import time
from typing import Any

from ipclab import ipc_renderer

payloads: dict[str, list[Any]] = {}


def prepare(text: str) -> None:
    payloads.update(json.loads(text))


def keep(size: int) -> None:
    """Make `size` bytes the payload called `bytes`."""
    if "bytes" not in payloads or len(payloads["bytes"][0]) != size:
        payloads["bytes"] = [bytes(size)]


async def invoke(channel: str, what: str, times: int) -> list[float]:
    args = payloads[what]
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await ipc_renderer.invoke(channel, *args)
        taken.append(time.perf_counter() - begun)
    return taken


async def answers_alike(what: str) -> bool:
    answer: object = await ipc_renderer.invoke("echo", *payloads[what])
    return answer == payloads[what]


def send_sync(what: str, times: int) -> list[float]:
    args = payloads[what]
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ipc_renderer.send_sync("echo-sync", *args)
        taken.append(time.perf_counter() - begun)
    return taken


def flood(count: int) -> float:
    """Send `count` numbered messages as fast as possible; return when the first one left."""
    text = payloads["small"][0]
    numbers = [str(number) for number in range(count)]
    begun = time.monotonic()
    for number in numbers:
        ipc_renderer.send("flood", text, number)
    return begun
