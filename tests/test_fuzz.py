"""A few thousand packets of `make fuzz`: nothing but ProtocolErrors, no code that runs, nothing left open."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def fuzz(frames: int, seed: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz", "--frames", str(frames), "--seed", str(seed)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_window_stands_what_a_renderer_may_say(seed: int) -> None:
    done = fuzz(4_000, seed)
    assert (done.returncode, done.stderr) == (0, "")
    counts = {
        name: int(count.replace(",", "")) for name, count in re.findall(r"^  (.+?) +([\d,]+)$", done.stdout, re.M)
    }
    # Much is heard, much is refused, and each kind of frame is among it.
    assert counts["heard"] > 1_000
    assert sum(count for name, count in counts.items() if name.startswith("protocol error")) > 1_000
    assert {"Send", "Invoke", "SendSync", "Console", "Done", "Raised", "Idle"} <= counts.keys()


def test_a_seed_says_it_all() -> None:
    first, second = (fuzz(500, 4) for _ in range(2))
    assert first.returncode == 0, first.stderr
    seconds_and_memory = r" in \d+ s|\nmemory.*"
    assert re.sub(seconds_and_memory, "", first.stdout) == re.sub(seconds_and_memory, "", second.stdout)
