"""Many windows that were shown leave nothing behind; nor does the end of the app while some are shown."""

from __future__ import annotations

from ast import literal_eval

import pytest
from front_end import FrontEnd
from kernel import LIMIT, Kernel, prepared_kernel, shared_kernels
from test_kernel_deaths import wait_until_none_is_left

#: Windows that are opened, shown and closed, a few at a time.
ROUNDS, EACH = 40, 5

COUNTS = """
import gc, threading
from IPython.display import display
from ipywidgets.widgets import widget
from ipclab import BrowserWindow
from ipclab.main import audience, console, registry, showing
from ipclab.notebook.views import dialogs, main_pulse
from ipclab.notebook.views.window import WindowView

def counts():
    gc.collect()
    objects = [type(each).__mro__ for each in gc.get_objects() if not isinstance(each, type)]
    return {
        "subscribers": len(showing._subscribers),
        "listeners": len(ipclab.trace._listeners),
        "onlookers": len(console.onlookers),
        "places": len(dialogs._places),
        "pulsing": len(main_pulse._views),
        "models": len(widget._instances),
        "comms": len(get_ipython().kernel.comm_manager.comms),
        "views": sum(WindowView in mro for mro in objects),
        "windows": sum(BrowserWindow in mro for mro in objects),
        "contents": len(registry.contents),
        "audience": audience._watchers,
    }
"""

SHOW = f"windows = [BrowserWindow() for _ in range({EACH})]\nfor win in windows: display(win)"
CLOSE = "for win in windows: win.destroy()\ndel win, windows"

shared = shared_kernels()
#: The app goes on when the others are closed.
kernel = prepared_kernel(COUNTS, "kept = BrowserWindow()")


@pytest.fixture
def front_end(kernel: Kernel) -> FrontEnd:
    return FrontEnd(kernel)


def counted(kernel: Kernel) -> dict[str, int]:
    told = kernel.good("counts()").result
    assert told is not None
    counts: dict[str, int] = literal_eval(told)
    return counts


def greet_all(front_end: FrontEnd) -> None:
    """A front end shows all views there are."""
    for model in front_end.models.values():
        if not model.closed and "_esm" in model.state:
            model.hello()


def test_two_hundred_windows_leave_nothing_behind(kernel: Kernel, front_end: FrontEnd) -> None:
    def some(rounds: int) -> dict[str, int]:
        for _ in range(rounds):
            kernel.good(f"{SHOW}\nipclab.windows()", cell="again")
            greet_all(front_end)
            kernel.good(CLOSE)
        kernel.good("None", cell="again")
        return counted(kernel)

    before = some(1)
    after = some(ROUNDS - 1)

    assert after == before


def test_a_window_that_is_closed_listens_to_nothing_though_its_cell_shows_it(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    before = counted(kernel)
    kernel.good(SHOW)
    greet_all(front_end)
    kernel.good(CLOSE)
    after = counted(kernel)

    for name in ("subscribers", "onlookers", "places", "contents"):
        assert after[name] == before[name], name


@pytest.mark.parametrize(
    "source", ["ipclab.monitor()", "ipclab.playground()", "ipclab.predict('02-1')", "ipclab.windows()"]
)
def test_a_cell_that_shows_a_view_again_and_again_leaves_nothing_behind(
    kernel: Kernel, front_end: FrontEnd, source: str
) -> None:
    def some(rounds: int) -> dict[str, int]:
        for _ in range(rounds):
            kernel.good(source, cell="again")
            greet_all(front_end)
        kernel.good("None", cell="again")
        return counted(kernel)

    before = some(2)
    after = some(5)

    assert after == before


# --- the end of the app ---------------------------------------------------------------------------------------------


def test_after_a_restart_what_is_shown_is_closed_and_window_1_is_another_one(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    kernel.good("%%page page.html\n<p>the new page</p>")
    before = counted(kernel)
    old = front_end.shown(kernel.good("kept", cell="window"))
    kernel.good("ipclab.windows()", cell="desktop")
    monitor = front_end.shown(kernel.good("ipclab.monitor()", cell="monitor"))
    kernel.good("kept.web_contents.send('hello')")
    monitor.until(lambda: monitor.of("rows"))
    pid = int(str(kernel.good("kept.web_contents.get_os_process_id()").result))
    assert pid in kernel.renderers()
    kernel.good("await ipclab.restart()")

    old.wait_for("head", state="closed")
    monitor.wait_for("trace", why="restarted")
    assert pid not in kernel.renderers()

    kernel.good("kept = BrowserWindow()\nawait kept.load_file('page.html')")
    new = front_end.shown(kernel.good("kept", cell="window"))
    new.until(lambda: "the new page" in str(new.of("changes")))

    assert new.id != old.id
    assert old.closed
    assert new.wait_for("head", state="ready")["id"] == 1
    kernel.good("None", cell="window")
    kernel.good("None", cell="desktop")
    kernel.good("None", cell="monitor")
    kernel.good("kept.destroy()")
    after = counted(kernel)
    assert {**after, "windows": 0, "contents": 0} == {**before, "windows": 0, "contents": 0}


def test_a_kernel_that_is_killed_while_windows_are_shown_leaves_no_process(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    kernel.good(SHOW)
    greet_all(front_end)
    kernel.good("monitor = ipclab.monitor()\nmonitor")
    greet_all(front_end)
    assert len(kernel.renderers()) > EACH

    kernel.process.kill()
    kernel.process.wait(LIMIT)
    wait_until_none_is_left(kernel, LIMIT)
