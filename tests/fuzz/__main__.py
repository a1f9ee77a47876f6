"""`python -m tests.fuzz [--frames N] [--seed N]`: feed a window N packets, most of them damaged.

The outcome is the same for the same seed. A mistake ends the run with what was said since the process began.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import sys
import time
from collections import Counter
from statistics import mean

from ipclab import restart, settle, trace
from ipclab.main import storage_folder

from . import frames
from .watch import Listened, Watch, resident
from .window import Target

#: Messages that the trace holds here: it is full long before the memory is first measured.
KEPT = 1_000
#: Packets before the first that is watched: what is imported late is imported then.
WARM_UP = 2_000
#: Packets between two looks at the memory, and how many looks say something.
SAMPLE_EACH = 1_000
SAMPLES = 100
#: Bytes by which the memory may have grown between the first and the last tenth.
GROWTH = 16 << 20
#: Bytes that may wait for the rest of a packet, before the process dies over it.
MOST_WAITING = 1 << 20
#: Packets after which even an honest process ends.
LIFE = 500


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9), help="(default: any)")
    options = parser.parse_args()
    if options.frames < 1:
        parser.error("--frames: at least 1")
    print(f"seed {options.seed}", flush=True)
    begun = time.monotonic()
    run = Run(options.seed)
    asyncio.run(run.all(options.frames))
    print(run.report(options.frames, time.monotonic() - begun))
    if run.failures:
        print("\n".join(run.failures), file=sys.stderr)
        sys.exit(1)


class Run:
    """One run: the dice, the window, and what has come of it so far."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._watch = Watch()
        self.outcomes: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()
        self.memory: list[int] = []
        self.failures: list[str] = []
        self._since: list[bytes] = []

    async def all(self, count: int) -> None:
        asyncio.get_running_loop().set_exception_handler(self._watch.loop_failed)
        await restart()
        trace.limit = KEPT
        self._watch.storage, _ = storage_folder.of_partition(None)
        with contextlib.redirect_stdout(Listened(self._watch)), contextlib.redirect_stderr(Listened(self._watch)):
            target = Target(self.heard)
            target.link.hang_up()
            if await self._say(target, WARM_UP, watched=False):
                for counts in (self.outcomes, self.heard):
                    counts.clear()
                self.memory.clear()
                if await self._say(target, count, watched=True):
                    await self._end(target)

    async def _say(self, target: Target, count: int, watched: bool) -> bool:
        """Say `count` packets; return whether all went well."""
        before = b""
        for number in range(count):
            if target.link.closed:
                self._since.clear()
                target.begin(loads=self._dice.random() < 0.3)
                await asyncio.sleep(0)
            data = frames.said(self._dice, before)
            self._since.append(data)
            self._hear(target, data, watched)
            if len(data) < 10_000:
                before = data
            if number % 10 == 0:
                await asyncio.sleep(0)
            if number % SAMPLE_EACH == 0:
                self.memory.append(resident())
            if self._watch.seen:
                self._fail(number)
                return False
        return True

    def _hear(self, target: Target, data: bytes, watched: bool) -> None:
        link = target.link
        heard = self.heard.total()
        with self._watch if watched else contextlib.nullcontext():
            try:
                link.hear(data)
            except BaseException as error:
                self._watch.seen.append(f"{type(error).__name__}: {error}")
        if link.fault is not None:
            self.outcomes[re.sub(r"-?\d.*|['`\"].*", "…", link.fault)] += 1
        elif self.heard.total() > heard:
            self.outcomes["heard"] += 1
        else:
            self.outcomes["waits for the rest"] += 1
        waiting = sum(map(len, self._since)) if link.fault is None and self.heard.total() == heard else 0
        if waiting > MOST_WAITING or len(self._since) >= LIFE or (waiting and self._dice.random() < 0.3):
            link.hang_up()

    async def _end(self, target: Target) -> None:
        """Nothing is left open, and all that was kept can be looked at."""
        target.link.hang_up()
        try:
            await settle(5)
            trace.to_json(), trace.to_mermaid(), trace.to_trace_events()
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        await restart()
        for _ in range(3):
            await asyncio.sleep(0)
        if len(asyncio.all_tasks()) > 1:
            self.failures.append(f"tasks are left: {asyncio.all_tasks()}")
        first, last = self._memory()
        if len(self.memory) >= SAMPLES and last - first > GROWTH:
            self.failures.append("the memory has grown")

    def _memory(self) -> tuple[float, float]:
        """The average memory of the first and of the last tenth of the run."""
        tenth = max(1, len(self.memory) // 10)
        return mean(self.memory[:tenth]), mean(self.memory[-tenth:])

    def _fail(self, number: int) -> None:
        self.failures += [f"packet {number}: {seen}" for seen in self._watch.seen]
        self.failures += ["said since the process began:", *(data.hex()[:4000] for data in self._since[-20:])]

    def report(self, count: int, seconds: float) -> str:
        width = max(map(len, [*self.outcomes, *self.heard]))
        lines = [f"{count:,} packets in {seconds:.0f} s, {self.outcomes.total():,} outcomes:"]
        lines += [f"  {what:{width}} {times:>9,}" for what, times in self.outcomes.most_common()]
        lines += ["frames heard:", *(f"  {what:{width}} {times:>9,}" for what, times in self.heard.most_common())]
        first, last = self._memory()
        lines.append(f"memory: {first / 2**20:.1f} MiB in the first tenth, {last / 2**20:.1f} MiB in the last")
        return "\n".join(lines)


if __name__ == "__main__":
    main()
