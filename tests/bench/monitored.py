"""The side of a notebook: a real kernel in which a page invokes, with a monitor open or without.

What the monitor tells goes to a front end that reads all of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest does: the tests' helpers

from front_end import FrontEnd
from kernel import READERS_LOCKSTEP, Kernel, kernels

HERE = Path(__file__).parent

OPEN = f"""
import json
from ipclab import BrowserWindow, ipc_main
ipc_main.handle("echo", lambda _event, *args: args)
window = BrowserWindow(web_preferences={{"node_integration": True, "context_isolation": False}})
await window.load_file({str(HERE / "ipclab_page.py")!r})
await window.web_contents.execute({f"prepare({(HERE / 'payloads.json').read_text()!r})"!r})
"""
SHOW = "monitor = ipclab.monitor()\nmonitor"


class Side:
    """Does what the lines say, one after the other."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.front_end = FrontEnd(kernel)
        kernel.good(OPEN)

    def run(self) -> None:
        for line in sys.stdin:
            print(json.dumps(self.do(**json.loads(line))), flush=True)

    def do(self, do: str, what: str, times: int) -> float:
        """Have the page invoke so often; `do`: ``watched`` or ``alone``. Return the seconds that one took on average.

        Not the median: of the batches to the front end, only few invokes would know.
        """
        if do == "watched":
            view = self.front_end.shown(self.kernel.good(SHOW))
        measured = self.kernel.good(
            f"print(json.dumps(await window.web_contents.execute(\"await invoke('echo', {what!r}, {times})\")))"
        )
        if do == "watched":
            told = [row[0] for rows in view.buffers for row in json.loads(rows)]
            if len(set(told)) < times:
                raise AssertionError(f"the monitor has told of {len(set(told))} messages only")
            self.kernel.good("monitor.close()")
        self.kernel.good("ipclab.trace.clear()")
        taken: list[float] = json.loads(measured.stdout)
        return mean(taken)


if __name__ == "__main__":
    with kernels(READERS_LOCKSTEP) as shared:
        Side(shared.fresh()).run()
