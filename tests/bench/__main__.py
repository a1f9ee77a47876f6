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
    sides, missing = workers.start()
    rounds = Rounds(sides, progress)
    try:
        if options.quick:
            rounds.run(light=10, heavy=2, flood=20_000, seconds=15)
        else:
            rounds.run(light=60, heavy=8, flood=100_000, seconds=130)
    finally:
        for side in sides.values():
            side.end()
    told = report.result(rounds, missing)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(told, indent=1) + "\n")
    print(report.table(told))
    print(f"{time.monotonic() - begun:.0f} s; written to {options.json}")


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
