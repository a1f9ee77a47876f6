"""`python -m tests.bench [--quick] [--json PATH]`: measure, print the table, write the JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from . import report, workers
from .rounds import Rounds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, below 30 s; the spread is larger")
    parser.add_argument("--json", type=Path, default=Path(".artefacts/bench.json"), help="(default: %(default)s)")
    options = parser.parse_args()
    begun = time.monotonic()
    # The memory addresses a process happens to get can make it a third slower for all its life: so each side lives
    # several times.
    lives, light, heavy, flood, seconds = (2, 5, 1, 20_000, 15) if options.quick else (6, 10, 1, 100_000, 130)
    rounds = Rounds(flood)
    for life in range(lives):
        if time.monotonic() > begun + seconds:
            progress(f"out of time after {life} of {lives} lives\n")
            break
        with workers.running() as sides:
            for number in range(light):
                progress(f"life {life + 1} of {lives}, round {number + 1} of {light}  \r")
                rounds.light(sides)
            for _ in range(heavy):
                rounds.heavy(sides)
    told = report.result(rounds, workers.missing())
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(told, indent=1) + "\n")
    print(report.table(told))
    print(f"{time.monotonic() - begun:.0f} s; written to {options.json}")


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
