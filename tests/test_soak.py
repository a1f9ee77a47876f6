"""The soak script at work, with few messages: memory says nothing then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads Linux's /proc")


def soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.soak", "--messages", "4000", *arguments],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_few_thousand_messages_all_arrive_in_order() -> None:
    done = soak("--tolerance", "100")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost, doubled, out of order or wrong: 0" in done.stdout
    kinds = dict(part.split(": ") for part in done.stdout.splitlines()[2].split(", "))
    assert kinds.keys() == {"execute", "invoke", "send to a page", "send to main", "send_sync"}
    assert all(int(count.replace(",", "")) > 20 for count in kinds.values())


def test_memory_that_changes_too_much_is_a_failure() -> None:
    done = soak("--tolerance", "-1")
    assert done.returncode == 1
    assert done.stdout.count("too much") == 5
