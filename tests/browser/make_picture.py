"""Makes README's picture, notebooks/images/lesson.png: `make picture`."""

import sys
import tempfile
from pathlib import Path

from jupyter_page import Server, find_chromium, opened
from playwright.sync_api import ViewportSize

IMAGES = Path(__file__).parents[2] / "notebooks" / "images"
CELLS = (
    """%load_ext ipclab
import ipclab
from ipclab import BrowserWindow, ipc_main  # a plain cell: the main process

await ipclab.restart()
win = BrowserWindow()""",
    """@ipc_main.handle("add")
def add(event, a, b):
    print("main adds", a, "and", b)
    return a + b""",
    """%%renderer win
from ipclab import ipc_renderer  # this cell runs in the window's renderer process

ipc_renderer.send("do-wrok", "渲染进程参数1")
print("the answer is", await ipc_renderer.invoke("add", 2, 3))""",
    "ipclab.diagram()",
)
SIZE: ViewportSize = {"width": 1040, "height": 830}

# Only the notebook: no side bars, no file browser.
PLAIN = ("application:toggle-mode", "application:toggle-left-area")


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium or Chrome found", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "notebooks"
        folder.mkdir()
        server = Server(Path(home), folder)
        try:
            with opened(server, chromium, IMAGES) as lab:
                lab.page.set_viewport_size(SIZE)
                lab.open(lab.write("lesson.ipynb", *CELLS))
                for command in PLAIN:
                    lab.command(command)
                lab.run_all()
                lab.page.wait_for_timeout(500)
                lab.page.locator(".jp-NotebookPanel-notebook").screenshot(path=IMAGES / "lesson.png")
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
