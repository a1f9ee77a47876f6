"""A page that listens to `beforeunload` and `unload`, and a list of what happens when it is to go."""

from __future__ import annotations

from ipc import open_page

from ipclab import BrowserWindow, app, ipc_main
from ipclab.main.web_contents import WebContents

#: A page that says what it hears, and stays open if `answer` is not None.
SAYS = """
answer = None
def before(event):
    ipc_renderer.send("said", "beforeunload")
    return answer
def gone(event):
    ipc_renderer.send("said", "unload")
window.onbeforeunload = before
window.onunload = gone
"""


async def open_watched(code: str = SAYS) -> tuple[BrowserWindow, WebContents, list[str]]:
    """Open a window whose page runs `code`; the list gets what the page says and which events fire, in order."""
    contents = await open_page(code)
    window = BrowserWindow.from_web_contents(contents)
    assert window is not None
    fired: list[str] = []
    ipc_main.on("said", lambda _, text: fired.append(text))
    for event in ("close", "closed"):
        window.on(event, lambda *_, event=event: fired.append(event))
    contents.on("will-prevent-unload", lambda *_: fired.append("will-prevent-unload"))
    for event in ("before-quit", "window-all-closed", "will-quit", "quit"):
        app.on(event, lambda *_, event=event: fired.append(event))
    return window, contents, fired
