"""The page of the window under test: its renderer process runs this file and takes the times of its own calls."""

import itertools
import json
import time
from typing import Any

from ipclab import ipc_renderer

payloads: dict[str, list[Any]] = {}
#: Numbers that were not used yet, for values that were not written yet.
fresh = itertools.count()


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


def set_items(times: int) -> list[float]:
    from ipclab import local_storage  # what is measured before does without

    taken = []
    for number in range(times):
        text = f"value {next(fresh)}"
        begun = time.perf_counter()
        local_storage.set_item(f"key {number % 100}", text)
        taken.append(time.perf_counter() - begun)
    return taken


def record() -> dict[str, Any]:
    """A user's profile."""
    profile: dict[str, Any] = payloads["nested"][0]["user"]
    return profile


async def open_records() -> Any:
    from ipclab import indexed_db

    return await indexed_db.open("bench", 1, lambda db, *_: db.create_object_store("records"))


async def put(times: int) -> list[float]:
    """Put records, each in a transaction of its own."""
    db = await open_records()
    taken = []
    for number in range(times):
        value = {**record(), "number": next(fresh)}
        begun = time.perf_counter()
        await db.put("records", value, number % 100)
        taken.append(time.perf_counter() - begun)
    return taken


async def get(times: int) -> list[float]:
    """Get records, each in a transaction of its own."""
    db = await open_records()
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        await db.get("records", number % 100)
        taken.append(time.perf_counter() - begun)
    return taken


async def write(me: int, times: int) -> tuple[float, float]:
    """Put records while other windows do so, too; return from when to when."""
    db = await open_records()
    begun = time.monotonic()
    for number in range(times):
        await db.put("records", record(), f"{me} {number % 100}")
    return begun, time.monotonic()


def flood(count: int) -> float:
    """Send `count` numbered messages as fast as possible; return when the first one left."""
    text = payloads["small"][0]
    numbers = [str(number) for number in range(count)]
    begun = time.monotonic()
    for number in numbers:
        ipc_renderer.send("flood", text, number)
    return begun
