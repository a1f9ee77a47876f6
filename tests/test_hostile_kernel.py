"""The kernel outlives whatever a renderer says: other cells and windows go on (design 6)."""

from __future__ import annotations

import pytest
from hostile import TOOLS
from kernel import READERS_LOCKSTEP, Kernel, prepared_kernel, shared_kernels

OPEN = """
from ipclab import BrowserWindow
win, win2 = BrowserWindow(), BrowserWindow()
"""

#: What a page's thread says for as long as there is somebody to say it to: its cell ends at once.
FLOOD = """%%renderer win
import threading
some = {} * 5_000
def flood():
    while True: say(some)
threading.Thread(target=flood, daemon=True).start()
"""

NONSENSE = [
    "random.Random(1).randbytes(4096)",
    "packet(b'')",
    "send(b'garbage')",
    "frame(33, 0, 'ch', b'', float('nan'))",
]
TINY = {"sends": "send()", "console lines": "frame(37, 0, 'info', '', 0, '')", "calls given up": "frame(43, 0, 1)"}

shared = shared_kernels(READERS_LOCKSTEP)
kernel = prepared_kernel(OPEN, f"%%renderer win{TOOLS}")


def others_go_on(kernel: Kernel) -> None:
    assert kernel.good("%%renderer win2\n6 * 7", limit=10).result == "42"
    assert kernel.good("6 * 7", limit=10).result == "42"


@pytest.mark.parametrize("data", NONSENSE)
def test_a_cell_that_makes_its_renderer_talk_nonsense_ends_and_says_why(kernel: Kernel, data: str) -> None:
    cell = kernel.run(f"%%renderer win\nsay({data})\nwhile True: pass", limit=10)
    assert cell.error is not None
    assert cell.error.startswith("RenderProcessGone: renderer 1 is gone (killed, exit code -9, protocol error: ")
    others_go_on(kernel)
    kernel.good("await win.reload()")
    assert kernel.good("%%renderer win\n1").result == "1"


@pytest.mark.parametrize("data", TINY.values(), ids=TINY)
def test_cells_run_while_a_renderer_says_more_than_main_can_hear(kernel: Kernel, data: str) -> None:
    kernel.run(FLOOD.format(data))
    others_go_on(kernel)
    kernel.good("win.web_contents.forcefully_crash_renderer()")
    others_go_on(kernel)
