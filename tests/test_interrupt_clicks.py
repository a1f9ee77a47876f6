"""The kernel's interrupt while no cell runs: it stops what a click has set going, in main and in renderers."""

from __future__ import annotations

import pytest
from front_end import FrontEnd, Model
from kernel import Kernel, prepared_kernel, shared_kernels
from test_interrupt import SOMEWHAT_LATER
from test_window_view import do, says

APP = """
from ipclab import BrowserWindow, Menu, dialog, ipc_main

@ipc_main.on("loop")
def loop(event):
    while True:
        pass

@ipc_main.on("loop-later")
async def loop_later(event):
    await asyncio.sleep(0.01)
    while True:
        pass

@ipc_main.handle("loop")
def loop_handler(event):
    while True:
        pass
"""

PAGE = """%%page page.html
<p id="said">nothing</p>
<button id="send">Send</button><button id="later">Later</button><button id="invoke">Invoke</button>
<button id="sync">Sync</button><button id="here">Here</button><button id="soon">Soon</button>
<button id="go">Go</button>
<script type="py">
from ipclab import document, ipc_renderer, set_timeout

def on_click(name, listener):
    document.get_element_by_id(name).add_event_listener("click", listener)

def loop(event=None):
    while True:
        pass

async def invoke(event):
    try:
        await ipc_renderer.invoke("loop")
    except Exception as error:
        print("rejected", error)

on_click("send", lambda event: ipc_renderer.send("loop"))
on_click("later", lambda event: ipc_renderer.send("loop-later"))
on_click("invoke", invoke)
on_click("sync", lambda event: ipc_renderer.send_sync("loop"))
on_click("here", loop)
on_click("soon", lambda event: set_timeout(loop, 0))
clicks = 0

def go(event):
    global clicks
    clicks += 1
    document.get_element_by_id("said").text_content = f"click {clicks}"

on_click("go", go)
</script>"""

OPEN = """
win = BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False})
await win.load_file("page.html")
"""

shared = shared_kernels()
kernel = prepared_kernel(APP, PAGE, OPEN)


@pytest.fixture
def front_end(kernel: Kernel) -> FrontEnd:
    return FrontEnd(kernel)


@pytest.fixture
def page(kernel: Kernel, front_end: FrontEnd) -> Model:
    page = front_end.shown(kernel.good("win"))
    return page.until(lambda: page.of("changes"))


def told(page: Model) -> str:
    """All that the window's console shows."""
    return "\n".join(item["text"] for item in page.of("line"))


def check_usable(kernel: Kernel, page: Model) -> None:
    """Main runs cells, and the page hears clicks."""
    assert kernel.good("1 + 2", limit=SOMEWHAT_LATER).result == "3"
    do(page, "go", "click")
    page.until(says(page, "click 1"))


@pytest.mark.parametrize("button", ["send", "later", "invoke", "sync"])
def test_an_interrupt_stops_mains_code_that_a_click_has_started(kernel: Kernel, page: Model, button: str) -> None:
    do(page, button, "click")
    page.until(lambda: page.main_blocked)
    kernel.interrupt()
    page.until(lambda: not page.main_blocked, SOMEWHAT_LATER)
    page.until(lambda: "KeyboardInterrupt" in told(page))

    check_usable(kernel, page)


@pytest.mark.parametrize("button", ["here", "soon"])
def test_an_interrupt_stops_the_pages_code_that_a_click_has_started(kernel: Kernel, page: Model, button: str) -> None:
    do(page, button, "click")
    page.wait_for("head", state="blocked")
    kernel.interrupt()
    page.wait_for("head", SOMEWHAT_LATER, state="ready")

    check_usable(kernel, page)


def test_the_console_says_where_the_page_was(kernel: Kernel, page: Model) -> None:
    do(page, "here", "click")
    page.wait_for("head", state="blocked")
    kernel.interrupt()
    page.until(lambda: "KeyboardInterrupt" in told(page), SOMEWHAT_LATER)

    assert "at page.html, line" in told(page)


def test_an_interrupt_stops_the_click_of_a_menu_item(kernel: Kernel, page: Model) -> None:
    kernel.good("""
def loop(*_):
    while True:
        pass

win.set_menu(Menu.build_from_template([{"label": "Loop", "click": loop}]))
""")
    page.until(lambda: "'Loop'" in str(page.last("menu")))
    menu = page.last("menu")
    assert menu is not None
    page.say({"t": "menu-click", "id": menu["menu"][0]["id"]})
    page.until(lambda: page.main_blocked)
    kernel.interrupt()
    page.until(lambda: not page.main_blocked, SOMEWHAT_LATER)
    page.until(lambda: "interrupted" in told(page))

    check_usable(kernel, page)


def test_an_interrupt_while_nothing_runs_changes_nothing(kernel: Kernel, page: Model) -> None:
    kernel.interrupt()

    check_usable(kernel, page)


def test_an_unloaded_extension_leaves_the_interrupt_to_the_kernel(kernel: Kernel) -> None:
    kernel.good("%unload_ext ipclab")
    try:
        kernel.interrupt()
        assert kernel.good("1 + 2").result == "3"
    finally:
        kernel.good("%load_ext ipclab")
