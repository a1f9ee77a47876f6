"""Makes README's picture, notebooks/images/lesson.png: `make picture`."""

import sys
import tempfile
from pathlib import Path

from jupyter_page import find_chromium, opened
from jupyter_process import Server
from playwright.sync_api import ViewportSize, expect

IMAGES = Path(__file__).parents[2] / "notebooks" / "images"
PAGE = """<!doctype html>
<html lang="en">
<title>Sums</title>
<p>
    <input id="a" size="4" aria-label="first number"> + <input id="b" size="4" aria-label="second number">
    <button id="add">add</button> <output id="sum"></output>
</p>
<script type="py">
from ipclab import document, ipc_renderer

find = document.get_element_by_id

@find("add").add_event_listener("click")
async def add(event):
    a, b = (int(find(name).value) for name in "ab")
    find("sum").text_content = f"is {await ipc_renderer.invoke('add', a, b)}"
</script>
</html>"""
CELLS = (
    """%load_ext ipclab
import ipclab
from ipclab import BrowserWindow, ipc_main  # a plain cell: the main process

await ipclab.restart()

@ipc_main.handle("add")
def add(event, a, b):
    return a + b""",
    """privileged = {"node_integration": True, "context_isolation": False}
win = BrowserWindow(width=560, height=200, web_preferences=privileged)
await win.load_file("sums.html")
win""",
    """%%renderer win
from ipclab import ipc_renderer  # this cell runs in the window's renderer process

ipc_renderer.send("do-wrok", "渲染进程参数1")""",
    "ipclab.monitor()",
)
SIZE: ViewportSize = {"width": 1040, "height": 1130}

# Only the notebook: no side bars, no file browser.
PLAIN = ("application:toggle-mode", "application:toggle-left-area")


def main(picture: Path) -> int:
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
                (folder / "sums.html").write_text(PAGE, encoding="utf-8")
                lab.open(lab.write("lesson.ipynb", *CELLS))
                for command in PLAIN:
                    lab.command(command)
                lab.run_all()
                page = lab.page.frame_locator(".ipclab-window iframe")
                page.get_by_label("first number").fill("2")
                page.get_by_label("second number").fill("3")
                page.get_by_role("button", name="add").click()
                # As if a reader had made it smaller, by its corner.
                lab.page.locator(".ipclab-monitor-scroller").evaluate("list => { list.style.height = '190px'; }")
                expect(page.get_by_text("is 5")).to_be_visible()
                expect(lab.page.locator(".ipclab-monitor-row")).to_have_count(3)
                lab.page.wait_for_timeout(2_000)  # until nothing moves any more
                lab.page.locator(".jp-NotebookPanel-notebook").screenshot(path=picture)
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(IMAGES / "lesson.png"))
