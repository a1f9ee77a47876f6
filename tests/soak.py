"""`python -m tests.soak [--messages N]`: a million messages of every kind over four windows, and what stays behind.

Each message has a number, and its receiver checks it: none may be lost, doubled or out of order. The memory of all
five processes is looked at a hundred times; in the last tenth of the run each may use at most 5 % more or less than
in the first. Before that comes a warm-up, which fills the trace (it is bounded) and all pools. The exit code is 1 if
anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import quote

from ipclab import BrowserWindow, app, ipc_main, restart, settle, trace
from ipclab.record import DEFAULT_LIMIT

WINDOWS = 4
SAMPLES = 100
#: How much the memory may change, in percent of that of the first tenth.
TOLERANCE = 5.0
#: Messages of the warm-up, and how many times the trace is filled by them at least.
WARM_UP = 100_000
FILLS = 2
#: How many messages of its own a page says in one piece of code.
BATCH = 60

PAGE = """
import asyncio
from ipclab import ipc_renderer
said = heard = 0
wrong = []

@ipc_renderer.on("down")
def down(event, number, data):
    global heard
    if number != heard:
        wrong.append(f"main's message {number} came instead of {heard}")
    heard = number + 1

def check(number, answer):
    if answer != number:
        wrong.append(f"{number} was answered with {answer!r}")

async def talk(count, data):
    global said
    open_calls = []
    for _ in range(count):
        number, said = said, said + 1
        if number % 10 == 9:
            check(number, ipc_renderer.send_sync("up", number, data))
        elif number % 10 == 5:
            check(number, await ipc_renderer.invoke("up", number, data))
        elif number % 10 == 7:
            open_calls.append((number, ipc_renderer.invoke("up", number, data)))
        else:
            ipc_renderer.send("up", number, data)
    for number, promise in open_calls:
        check(number, await promise)
    return [said, heard, wrong]
"""

#: What messages carry, in turn: a value that travels beside its frame (few of these), small ones, a nested one.
LOADS = ["bytes(70_000)", "None", "'text'", "list(range(20))", "{'a': {'b': [1.5, b'bytes', '文']}}"]


class Soak:
    """Main's side: it checks what pages say, answers, and sends as much back."""

    def __init__(self) -> None:
        self.heard: defaultdict[int, int] = defaultdict(int)
        self.said: defaultdict[int, int] = defaultdict(int)
        self.wrong: list[str] = []
        self.kinds: Counter[str] = Counter()
        ipc_main.on("up", self._listen)
        ipc_main.handle("up", self._handle)

    def _check(self, event: Any, number: int) -> None:
        sender = event.sender.id
        if number != self.heard[sender]:
            self.wrong.append(f"message {number} of renderer {sender} came instead of {self.heard[sender]}")
        self.heard[sender] = number + 1

    def _listen(self, event: Any, number: int, data: object) -> None:
        self._check(event, number)
        if hasattr(event, "return_value"):
            self.kinds["send_sync"] += 1
            event.return_value = number
        else:
            self.kinds["send to main"] += 1
            self.send(event.sender, data)

    async def _handle(self, event: Any, number: int, data: object) -> int:
        self._check(event, number)
        self.kinds["invoke"] += 1
        if number % 20 == 5:
            await asyncio.sleep(0)
            self.send(event.sender, data)
        return number

    def send(self, contents: Any, data: object) -> None:
        contents.send("down", self.said[contents.id], data)
        self.said[contents.id] += 1
        self.kinds["send to a page"] += 1

    async def run(self, window: BrowserWindow, until: int, progress: Progress) -> None:
        """Have a window talk until there are so many messages in all."""
        contents = window.web_contents
        turn = 0
        while total() < until and not self.wrong:
            turn += 1
            data = LOADS[turn % len(LOADS)]
            said, _, wrong = await contents.execute(f"await talk({BATCH if turn % len(LOADS) else 2}, {data})")
            self.kinds["execute"] += 1
            self.wrong += wrong
            if said != self.heard[contents.id]:
                self.wrong.append(f"{contents.label} said {said} messages, {self.heard[contents.id]} were heard")
            progress.look()

    async def account(self, window: BrowserWindow) -> None:
        contents = window.web_contents
        _, heard, wrong = await contents.execute("await talk(0, None)")
        self.wrong += wrong
        if heard != self.said[contents.id]:
            self.wrong.append(f"{contents.label} heard {heard} of {self.said[contents.id]} messages")


def total() -> int:
    """How many messages there were in all: the trace numbers them, replies too."""
    return trace[-1].number if trace else 0


class Progress:
    """Looks at the memory of all processes at regular distances."""

    def __init__(self, pids: dict[str, int]) -> None:
        self.samples: dict[str, list[float]] = {name: [] for name in pids}
        self._pids = pids
        self._next = self._step = sys.maxsize

    def begin(self, messages: int) -> None:
        self._step = max(1, messages // SAMPLES)
        self._next = total() + self._step

    def look(self) -> None:
        if total() < self._next:
            return
        self._next += self._step
        for name, pid in self._pids.items():
            self.samples[name].append(private_memory(pid))
        if sys.stderr.isatty():
            print(f"{len(self.samples['main'])} %\r", end="", file=sys.stderr, flush=True)

    def changes(self) -> dict[str, tuple[float, float, float]]:
        """Per process: the mean of the first tenth and of the last, in MB, and the change in percent."""
        told = {}
        for name, samples in self.samples.items():
            tenth = max(1, len(samples) // 10)
            first, last = mean(samples[:tenth]), mean(samples[-tenth:])
            told[name] = (first, last, 100 * (last - first) / first)
        return told


def private_memory(pid: int) -> float:
    """The memory that a process shares with no other, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000


async def soak(messages: int, warm_up: int) -> tuple[Soak, Progress, float]:
    await restart()
    app.on("window-all-closed", lambda *_: None)
    work = Soak()
    windows = [
        BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False}) for _ in range(WINDOWS)
    ]
    url = "data:text/html," + quote(f'<script type="py">{PAGE}</script>')
    await asyncio.gather(*(window.load_url(url) for window in windows))
    pids = {f"renderer {window.web_contents.id}": window.web_contents.get_os_process_id() for window in windows}
    progress = Progress({"main": os.getpid(), **pids})
    await asyncio.gather(*(work.run(window, warm_up, progress) for window in windows))
    work.kinds.clear()
    begun = time.monotonic()
    before = total()
    progress.begin(messages)
    await asyncio.gather(*(work.run(window, before + messages, progress) for window in windows))
    await settle(60)
    took = time.monotonic() - begun
    await asyncio.gather(*(work.account(window) for window in windows))
    undelivered = [message for message in trace if message.outcome != "delivered"]
    work.wrong += [f"{message!r}" for message in undelivered]
    work.kinds["in all"] = total() - before
    await restart()
    return work, progress, took


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="in percent (default: %(default)s)")
    options = parser.parse_args()
    warm_up = min(max(FILLS * DEFAULT_LIMIT, WARM_UP), options.messages)
    work, progress, took = asyncio.run(soak(options.messages, warm_up))
    print(f"{work.kinds.pop('in all'):,} messages in {took:.0f} s over {WINDOWS} windows")
    print(f"before them a warm-up of {warm_up:,} (the trace holds {DEFAULT_LIMIT:,})")
    print(", ".join(f"{kind}: {count:,}" for kind, count in sorted(work.kinds.items())))
    print(f"lost, doubled, out of order or wrong: {len(work.wrong)}")
    for line in work.wrong[:10]:
        print(f"  {line}")
    print(f"\n{'private memory in MB':<22}{'first tenth':>12}{'last tenth':>12}{'change':>9}")
    failed = bool(work.wrong)
    for name, (first, last, change) in progress.changes().items():
        grows = abs(change) > options.tolerance
        failed |= grows
        print(f"{name:<22}{first:>12.2f}{last:>12.2f}{change:>+8.2f} %{'  too much' if grows else ''}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
