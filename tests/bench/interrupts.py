"""`python -m tests.bench.interrupts [--rounds N]`: how soon an interrupt stops what runs, and ends its cell.

A real kernel is interrupted as JupyterLab's stop button does it. For each kind of hanging code the table tells, in
milliseconds after the signal, when the code was stopped and when its cell had ended; after each interrupt both
processes must give right answers.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest does: the tests' helpers

from kernel import READERS_LOCKSTEP, Kernel, kernels

#: Seconds within which code is to be stopped, on a machine with nothing else to do.
LIMIT = 0.2

APP = """
from ipclab import BrowserWindow, ipc_main
kept = []
_ = ipc_main.on("keep", lambda event: kept.append(event))
_ = ipc_main.handle("never", lambda event: asyncio.sleep(1000))
_ = ipc_main.handle("add", lambda event, a, b: a + b)
win = BrowserWindow()
"""
PAGE = "%%renderer win\nfrom ipclab import ipc_renderer\nimport asyncio, time"

KINDS = {
    "busy loop": "while True: pass",
    "loop of sends": "while True: ipc_renderer.send('nobody')",
    "loop of prints": "while True: print('more')",
    "time.sleep": "time.sleep(1000)",
    "await asyncio.sleep": "await asyncio.sleep(1000)",
    "pending invoke": "await ipc_renderer.invoke('never')",
    "unanswered send_sync": "ipc_renderer.send_sync('keep')",
}
#: The same, in the main process.
IN_MAIN = {
    "busy loop in main": "while True: pass",
    "await in main": "await asyncio.sleep(1000)",
    "await of execute": "await win.web_contents.execute('while True: pass')",
}


def interrupt(kernel: Kernel, magic: str, hangs: str) -> tuple[float, float]:
    """Interrupt code that hangs; return the seconds until it stopped, and until its cell had ended."""
    cell = kernel.start(f"{magic}try:\n    print('going')\n    {hangs}\nfinally:\n    stopped = time.monotonic()")
    kernel.wait_until(lambda: "going" in cell.console)
    time.sleep(random.uniform(0.01, 0.06))  # any moment, but one at which it hangs
    begun = time.monotonic()
    kernel.interrupt()
    kernel.wait(cell)
    ended = time.monotonic() - begun
    assert cell.error == "KeyboardInterrupt: ", cell
    stopped = float(kernel.good(f"{magic}stopped").result or "") - begun
    assert kernel.good("%%renderer win\nawait ipc_renderer.invoke('add', 1, 2)").result == "3"
    return stopped, ended


def row(kind: str, seconds: list[tuple[float, float]]) -> str:
    figures = [figure(of) * 1000 for of in zip(*seconds, strict=True) for figure in (median, max)]
    told = "" if figures[1] <= LIMIT * 1000 else "  MISSED"
    return f"{kind:24}" + "".join(f"{figure:10.1f}" for figure in figures) + told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.interrupts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="interrupts of each kind (default: %(default)s)")
    options = parser.parse_args()
    print(f"{'':24}{'code stopped, ms':>20}{'cell ended, ms':>20}")
    print(f"{'':24}" + f"{'median':>10}{'worst':>10}" * 2)
    with kernels(READERS_LOCKSTEP) as shared:
        kernel = shared.fresh()
        kernel.good(APP)
        kernel.good(PAGE)
        for magic, kinds in (("%%renderer win\n", KINDS), ("", IN_MAIN)):
            for kind, hangs in kinds.items():
                print(row(kind, [interrupt(kernel, magic, hangs) for _ in range(options.rounds)]), flush=True)


if __name__ == "__main__":
    main()
