"""The side of ipclab: a plain asyncio program with one window, told what to do by lines of JSON on stdin."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from ipclab import BrowserWindow, app, global_, ipc_main, restart, settle
from ipclab.main import spare
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents

HERE = Path(__file__).parent
PAGE_MAY_USE_ELECTRON = {"node_integration": True, "context_isolation": False}

#: Messages that go to each window, and come back, in a ping-pong.
EXCHANGES = 10
PONG = """
from ipclab import ipc_renderer
@ipc_renderer.on("ping")
def ping(event, left):
    ipc_renderer.send("pong", left)
"""

#: Reads a property of main's over and over, as pages could up to Electron 13.
READ = """
import time
from ipclab import remote
shared = remote.get_global("bench")
def read(times):
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        shared.text
        taken.append(time.perf_counter() - begun)
    return taken
"""

#: The page's functions that keep something.
STORES = {"set-item": "set_items", "put": "put", "get": "get"}

flood: list[str] = []
flood_ended = 0.0
plenty = b""


def answer_flood(_event: object, _text: str, number: str) -> None:
    global flood_ended
    flood.append(number)
    flood_ended = time.monotonic()


def listen() -> None:
    ipc_main.handle("echo", lambda _event, *args: args)
    ipc_main.handle("take", lambda _event, _data: None)
    ipc_main.handle("give", lambda _event, *_: plenty)
    ipc_main.on("echo-sync", lambda event, *args: setattr(event, "return_value", args))
    ipc_main.on("flood", answer_flood)
    ipc_main.on("pong", lambda event, left: event.reply("ping", left - 1) if left else None)


async def open_window() -> WebContents:
    """Start all over with one window that shows the page."""
    await restart()
    listen()
    contents = await another_window()
    if not await contents.execute("await answers_alike('small') and await answers_alike('nested')"):
        raise AssertionError("the echo is not what was sent")
    return contents


async def another_window() -> WebContents:
    """Open a window that shows the page."""
    window = BrowserWindow(web_preferences=PAGE_MAY_USE_ELECTRON)
    await window.load_file(str(HERE / "ipclab_page.py"))
    await window.web_contents.execute(f"prepare({(HERE / 'payloads.json').read_text()!r})")
    return window.web_contents


async def count_flood(contents: WebContents, times: int) -> dict[str, Any]:
    """Have `times` messages sent at once; return how many a second arrived, and whether their order is exact."""
    flood.clear()
    begun = await contents.execute(f"flood({times})")
    return {"rate": times / (flood_ended - begun), "in_order": flood == [str(number) for number in range(times)]}


async def first_answer() -> float:
    """Return how long a new window takes until it has answered for the first time."""
    begun = time.perf_counter()
    window = BrowserWindow()
    await window.web_contents.execute("1")
    taken = time.perf_counter() - begun
    window.destroy()
    return taken


async def warm_up_spare() -> None:
    """Start the spare process and wait until it has loaded everything: it sleeps, and its CPU time stands still."""
    spare.prepare()
    if spare._spare is None:
        raise AssertionError("no spare process")
    stat = Path(f"/proc/{spare._spare.pid}/stat")
    if not stat.exists():
        await asyncio.sleep(1)
        return
    before: list[str] = []
    for _ in range(200):
        await asyncio.sleep(0.05)
        fields = stat.read_text().rpartition(")")[2].split()
        now = [fields[0], *fields[11:13]]
        if now == before and now[0] == "S":
            return
        before = now
    raise AssertionError("the spare process does not come to rest")


async def private_memory() -> float | None:
    """Return the MB that the idle renderer of a new window has for itself; None where the system does not tell."""
    window = BrowserWindow()
    await window.web_contents.execute("1")
    await settle()
    smaps = Path(f"/proc/{window.web_contents.get_os_process_id()}/smaps_rollup")
    lines = smaps.read_text().splitlines() if smaps.exists() else []
    window.destroy()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / 1e6 or None


async def write_together(writers: int, times: int) -> list[float]:
    """Have so many windows put records at the same time; return how many records a second they put."""
    pages = [await another_window() for _ in range(writers)]
    for page in pages:
        await page.execute(f"await write({page.id}, 1)")
    spans = await asyncio.gather(*(page.execute(f"await write({page.id}, {times})") for page in pages))
    for page in pages:
        page.close()
    return [writers * times / (max(end for _, end in spans) - min(begin for begin, _ in spans))]


async def read_remotely(times: int) -> list[float]:
    """Return how long a page of Electron 9 takes to read a property of an object of main's."""
    newest = app.electron_version
    app.electron_version = "9"
    # Asked for, so that no window complains of `remote`'s age.
    window = BrowserWindow(web_preferences={**PAGE_MAY_USE_ELECTRON, "enable_remote_module": True})
    app.electron_version = newest
    global_.bench = {"text": "John"}
    await window.web_contents.execute(READ)
    taken: list[float] = await window.web_contents.execute(f"read({times})")
    window.destroy()
    return taken


async def ping_pong(times: int) -> list[float]:
    """Return how long three windows in ping-pong take to settle in lockstep."""
    windows = [BrowserWindow(web_preferences=PAGE_MAY_USE_ELECTRON) for _ in range(3)]
    for window in windows:
        await window.web_contents.execute(PONG)
    lockstep.enabled = True
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        for window in windows:
            window.web_contents.send("ping", EXCHANGES - 1)
        await settle()
        taken.append(time.perf_counter() - begun)
    lockstep.enabled = False
    for window in windows:
        window.destroy()
    return taken


class Side:
    """Does what the lines say, one after the other."""

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[bytes] = asyncio.Queue()
        loop.add_reader(0, lambda: lines.put_nowait(os.read(0, 65536)))
        self.contents = await open_window()
        while line := await lines.get():
            command = json.loads(line)
            answer = await self.do(**command)
            print(json.dumps(answer), flush=True)
        await restart()

    async def do(self, do: str, what: str = "small", size: int = 0, times: int = 1) -> Any:
        global plenty
        contents = self.contents
        if size and do != "write-together":
            await contents.execute(f"keep({size})")
        if do == "echo":
            return await contents.execute(f"await invoke('echo', {what!r}, {times})")
        if do == "sync":
            return await contents.execute(f"send_sync({what!r}, {times})")
        if do == "remote":
            return await read_remotely(times)
        if do == "take":
            return await contents.execute(f"await invoke('take', 'bytes', {times})")
        if do == "give":
            plenty = bytes(size)
            return await contents.execute(f"await invoke('give', 'small', {times})")
        if do == "store":
            await_ = "" if what == "set-item" else "await "
            return await contents.execute(f"{await_}{STORES[what]}({times})")
        if do == "write-together":
            return await write_together(size, times)
        if do == "flood":
            return await count_flood(contents, times)
        if do == "memory":
            return await private_memory()
        if do == "settle":
            return await ping_pong(times)
        if do == "warm":
            await warm_up_spare()
            return [await first_answer()]
        if do == "cold":
            spare.dismiss()
            return [await first_answer()]
        raise ValueError(f"ipclab cannot do {do!r}")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent.parent))
    asyncio.run(Side().run())
