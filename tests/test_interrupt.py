"""Interrupting a cell: it ends at once wherever it hangs, and both processes stay usable."""

from __future__ import annotations

import os
import signal
import time

import pytest
from kernel import PACKAGE_FOLDER, READERS_LOCKSTEP, Cell, Kernel, Kernels, shared_kernels

#: Seconds from the interrupt to the end of the cell: twenty times what `python -m tests.bench.interrupts` measures.
SOON = 2.0
#: The same if the renderer cannot be reached at all: ipclab waits a moment for it.
SOMEWHAT_LATER = 6.0

APP = """
from ipclab import BrowserWindow, ipc_main
kept = []
ipc_main.on("keep", lambda event: kept.append(event))

@ipc_main.on("busy")
def busy(event):
    print("going")
    while True:
        pass

@ipc_main.handle("busy")
def busy_handler(event):
    print("going")
    while True:
        pass

@ipc_main.handle("busy-later")
async def busy_later_handler(event):
    await asyncio.sleep(0)
    print("going")
    while True:
        pass

@ipc_main.on("busy-later")
async def busy_later(event):
    await asyncio.sleep(0.2)
    print("going")
    while True:
        pass

@ipc_main.handle("never")
async def never(event):
    await asyncio.sleep(0.2)
    print("going")
    await asyncio.sleep(1000)

@ipc_main.handle("add")
def add(event, a, b):
    return a + b

win, win2 = BrowserWindow(), BrowserWindow()
"""

PAGES = """%%renderer win win2
from ipclab import clear_timeout, ipc_renderer, set_timeout
import asyncio, time

def loop(event):
    print("going")
    while True:
        pass

_ = ipc_renderer.on("loop", loop)
"""


shared = shared_kernels(READERS_LOCKSTEP)


@pytest.fixture
def kernel(shared: Kernels) -> Kernel:
    """The last test's kernel and windows, so that an interrupt which breaks something is noticed."""
    kernel = shared.used()
    try:
        check_usable(kernel)
    except (AssertionError, TimeoutError):
        kernel = shared.fresh()
        kernel.good(APP)
        kernel.good(PAGES)
    return kernel


def interrupt(kernel: Kernel, cell: Cell, limit: float = SOON) -> None:
    """Interrupt a cell that runs; it must end within `limit` seconds."""
    assert not cell.done, cell
    kernel.interrupt()
    kernel.wait(cell, limit)


def start(kernel: Kernel, source: str) -> Cell:
    """Start a cell and wait until it says that it hangs."""
    cell = kernel.start(source)
    kernel.wait_until(lambda: "going" in cell.console)
    return cell


def check_usable(kernel: Kernel) -> None:
    """Main and both renderers still give right results."""
    answers = kernel.good("%%renderer win win2\nawait ipc_renderer.invoke('add', 1, 2)", limit=5)
    assert answers.shown == ["renderer 1 │ 3", "renderer 2 │ 3"]
    assert kernel.good("await asyncio.sleep(0)\n1 + 2", limit=5).result == "3"
    assert kernel.good("print('stdout')", limit=5).console == "stdout\n"


def replace_renderer(kernel: Kernel) -> None:
    """What a reader does whose renderer cannot be interrupted."""
    kernel.good("win.web_contents.forcefully_crash_renderer()\nawait asyncio.sleep(0.1)\nawait win.reload()", limit=5)
    kernel.good(PAGES)
    check_usable(kernel)


HANGS = {
    "a loop in a renderer": "%%renderer win\nprint('going')\nwhile True:\n    pass",
    "a loop of prints": "%%renderer win\nwhile True:\n    print('going')",
    "a loop of sends": "%%renderer win\nprint('going')\nwhile True:\n    ipc_renderer.send('nobody')",
    "a loop of invokes": "%%renderer win\nprint('going')\nwhile True:\n    await ipc_renderer.invoke('add', 1, 2)",
    "a loop that yields": "%%renderer win\nprint('going')\nwhile True:\n    await asyncio.sleep(0)",
    "time.sleep in a renderer": "%%renderer win\nprint('going')\ntime.sleep(1000)",
    "await in a renderer": "%%renderer win\nprint('going')\nawait asyncio.sleep(1000)",
    "await of an invoke": "%%renderer win\nawait ipc_renderer.invoke('never')",
    "send_sync": "%%renderer win\nprint('going')\nipc_renderer.send_sync('keep')",
    "waiting for timers": "%%renderer --timers win\nprint('going')\n_ = set_timeout(print, 1000_000)",
    "two windows": "%%renderer win win2\nprint('going')\nawait asyncio.sleep(1000)",
    "page's world": "%%renderer --page win\nprint('going')\nwhile True:\n    pass",
    "await in main": "print('going')\nawait asyncio.sleep(1000)",
    "a loop in main": "print('going')\nwhile True:\n    pass",
    "a loop in main after an await": "await asyncio.sleep(0)\nprint('going')\nwhile True:\n    pass",
    "a loop in main that yields": "print('going')\nwhile True:\n    await asyncio.sleep(0)",
    "time.sleep in main": "await asyncio.sleep(0)\nprint('going')\ntime.sleep(1000)",
    "execute": "await win.web_contents.execute('print(\"going\")\\nwhile True: pass')",
    "await of execute": (
        "await win.web_contents.execute('import asyncio\\nprint(\"going\")\\nawait asyncio.sleep(1000)')"
    ),
}


@pytest.mark.parametrize("source", HANGS.values(), ids=HANGS)
def test_an_interrupt_ends_the_cell(kernel: Kernel, source: str) -> None:
    cell = start(kernel, source)
    interrupt(kernel, cell)
    assert cell.error == "KeyboardInterrupt: "
    assert cell.reply is not None
    assert cell.reply["ename"] == "KeyboardInterrupt"
    assert PACKAGE_FOLDER not in cell.traceback
    check_usable(kernel)


WHERE = {
    "time.sleep in a renderer": ("line 2", "    time.sleep(1000)"),
    "await in a renderer": ("line 2", "    await asyncio.sleep(1000)"),
    "await of an invoke": ("line 1", "    await ipc_renderer.invoke('never')"),
    "send_sync": ("line 2", "    ipc_renderer.send_sync('keep')"),
}


@pytest.mark.parametrize("name", WHERE)
def test_the_traceback_says_where_the_renderer_was(kernel: Kernel, name: str) -> None:
    cell = start(kernel, HANGS[name])
    interrupt(kernel, cell)
    number, line = WHERE[name]
    lines = cell.traceback.splitlines()
    assert lines[:2] == ["In renderer 1:", "Traceback (most recent call last):"]
    assert lines[2].endswith(f', renderer 1", {number}, in <module>')
    assert lines[3] == line
    assert lines[-1] == "KeyboardInterrupt"


@pytest.mark.parametrize("hangs", ["await asyncio.sleep(1000)", "while True:\n    pass"])
def test_an_interrupt_ends_a_load_that_is_awaited(kernel: Kernel, hangs: str) -> None:
    kernel.good(f"%%page hangs.html\n<script type=py>\nimport asyncio\nprint('going')\n{hangs}\n</script>")
    cell = start(kernel, "await win.load_file('hangs.html')")
    interrupt(kernel, cell)
    assert cell.error == "KeyboardInterrupt: "
    assert kernel.good("%%renderer win\n6 * 7", limit=5).result == "42"
    kernel.good("await win.load_url('about:blank')", limit=5)
    kernel.good(PAGES)
    check_usable(kernel)


SETTLES = {
    "a handler that never ends": ("%%renderer win\n_ = ipc_renderer.invoke('never')", "interrupted"),
    "a listener in a renderer": ("win.web_contents.send('loop')", "interrupted"),
    "a listener in main": ("%%renderer win\nipc_renderer.send('busy')", "KeyboardInterrupt"),
    "an async listener in main": ("%%renderer win\nipc_renderer.send('busy-later')", ""),
    "a page's script": (
        "%%page p.html\n<script type=py>\nprint('going')\nwhile True:\n    pass\n</script>",
        "interrupted",
    ),
    "a page's script that awaits": (
        "%%page p.html\n<script type=py>\nimport asyncio\nprint('going')\nawait asyncio.sleep(1000)\n</script>",
        "interrupted",
    ),
}


@pytest.mark.parametrize(("source", "told"), SETTLES.values(), ids=SETTLES)
def test_an_interrupt_ends_the_settling(kernel: Kernel, source: str, told: str) -> None:
    kernel.good("%%page p.html\n<title>empty</title>")
    kernel.good("await win.load_file('p.html')")
    kernel.good(PAGES)
    cell = start(kernel, source)
    interrupt(kernel, cell)
    kernel.good("%%page p.html\n<title>empty</title>")
    # A listener may begin before the cell's own last step.
    assert cell.error in (None, "KeyboardInterrupt: ")
    assert told in cell.stderr
    assert len(cell.stderr.splitlines()) <= 4
    kernel.good(PAGES)
    check_usable(kernel)


@pytest.mark.parametrize(
    "source",
    [
        "%%renderer win\nipc_renderer.send('busy')\nawait asyncio.sleep(1000)",
        "win.once('focus', busy)\nwin2.focus()\nwin.focus()\nawait asyncio.sleep(1000)",
        "await asyncio.sleep(0)\nwin.once('focus', busy)\nwin2.focus()\nwin.focus()\nwhile True:\n    pass",
    ],
)
def test_an_interrupt_that_hits_a_listener_ends_its_cell_too(kernel: Kernel, source: str) -> None:
    cell = start(kernel, source)
    interrupt(kernel, cell)
    assert cell.error == "KeyboardInterrupt: "
    check_usable(kernel)


@pytest.mark.parametrize("channel", ["busy", "busy-later"])
def test_a_handler_that_loops_rejects_its_invoke(kernel: Kernel, channel: str) -> None:
    cell = start(kernel, f"%%renderer win\nawait ipc_renderer.invoke('{channel}')")
    interrupt(kernel, cell)
    assert cell.error == "KeyboardInterrupt: "
    assert cell.stderr.startswith(f"Error occurred in handler for '{channel}': KeyboardInterrupt\n")
    check_usable(kernel)


LISTENERS = """%%renderer win
async def loop_later(event):
    await asyncio.sleep(0)
    loop(event)

_ = ipc_renderer.on("loop-later", loop_later)
"""


@pytest.mark.parametrize("channel", ["loop", "loop-later"])
def test_a_listener_in_a_renderer_says_where_it_was(kernel: Kernel, channel: str) -> None:
    kernel.good(LISTENERS, "listeners")
    cell = start(kernel, f"win.web_contents.send('{channel}')")
    interrupt(kernel, cell)
    promised = "" if channel == "loop" else "(in promise) "
    first, second = cell.stderr.splitlines()[:2]
    assert first == f"renderer 1 │ Uncaught {promised}KeyboardInterrupt"
    assert second.startswith("renderer 1 │     at cell, renderer 1, line ")
    check_usable(kernel)


def test_an_async_listener_in_main_says_where_it_was(kernel: Kernel) -> None:
    cell = start(kernel, "%%renderer win\nipc_renderer.send('busy-later')")
    interrupt(kernel, cell)
    lines = cell.stderr.splitlines()
    assert lines[0] == "UnhandledPromiseRejectionWarning: KeyboardInterrupt"
    assert lines[1].startswith("    at cell, line ")
    check_usable(kernel)


@pytest.mark.parametrize("starts", ["ensure_future(spin())", "get_running_loop().call_soon(spin_now)"])
def test_a_task_of_mains_that_loops(kernel: Kernel, starts: str) -> None:
    kernel.good("async def spin():\n    spin_now()\ndef spin_now():\n    print('going')\n    while True: pass")
    cell = start(kernel, f"_ = asyncio.{starts}\nawait asyncio.sleep(0.3)")
    interrupt(kernel, cell)
    check_usable(kernel)


def test_a_preload_that_loops(kernel: Kernel) -> None:
    kernel.good("%%preload early.py\nvalue = 1")
    kernel.good("own = BrowserWindow(web_preferences={'preload': 'early.py'})\nawait own.load_url('about:blank')")
    interrupt(kernel, start(kernel, "%%preload early.py\nvalue = 2\nprint('going')\nwhile True:\n    pass"))
    assert kernel.good("%%renderer own\nvalue", limit=3).result == "2"
    kernel.good("own.destroy()")
    check_usable(kernel)


def test_a_timer_that_loops_is_stopped_by_the_next_cell_that_waits(kernel: Kernel) -> None:
    kernel.good("import ipclab.notebook.cells\nipclab.notebook.cells.SETTLE = 0.2")
    kernel.good("%%renderer win\ndef forever():\n    while True: pass\n_ = set_timeout(forever, 0)")
    kernel.good("ipclab.notebook.cells.SETTLE = 10.0")
    waiting = start(kernel, "%%renderer win2 win\nprint('going')")
    interrupt(kernel, waiting, SOMEWHAT_LATER)
    check_usable(kernel)


def test_interrupt_while_nothing_runs_changes_nothing(kernel: Kernel) -> None:
    kernel.interrupt()
    check_usable(kernel)


def test_after_an_interrupted_send_sync_its_renderer_is_waited_for(kernel: Kernel) -> None:
    interrupt(kernel, start(kernel, HANGS["send_sync"]))
    slow = "def slow(event):\n    time.sleep(0.3)\n    print('done')\n_ = ipc_renderer.on('slow', slow)"
    kernel.good(f"%%renderer win\n{slow}")
    cell = kernel.good("win.web_contents.send('slow')")
    assert cell.stdout == "renderer 1 │ done\n"
    assert not cell.late
    # An answer that comes after all finds nobody.
    assert kernel.good("kept.pop().return_value = 1").console == ""
    check_usable(kernel)


def test_two_interrupts_in_a_row(kernel: Kernel) -> None:
    cell = start(kernel, HANGS["await of an invoke"])
    kernel.interrupt()
    interrupt(kernel, cell)
    # The second one may hit IPython while it shows the first; then it only writes the name.
    assert cell.error == "KeyboardInterrupt: " or "KeyboardInterrupt" in cell.stderr
    check_usable(kernel)


def test_code_may_catch_the_interrupt(kernel: Kernel) -> None:
    caught = "except KeyboardInterrupt:\n    print('caught')"
    cell = start(kernel, f"%%renderer win\ntry:\n    print('going')\n    time.sleep(1000)\n{caught}")
    interrupt(kernel, cell)
    assert "renderer 1 │ caught" in cell.stdout
    check_usable(kernel)


def test_finally_runs(kernel: Kernel) -> None:
    source = (
        "%%renderer win\ntry:\n    print('going')\n    await asyncio.sleep(1000)\nfinally:\n    print('cleaned up')"
    )
    cell = start(kernel, source)
    interrupt(kernel, cell)
    assert "renderer 1 │ cleaned up" in cell.stdout
    assert cell.error == "KeyboardInterrupt: "
    check_usable(kernel)


def test_code_that_does_not_listen_is_left_behind(kernel: Kernel) -> None:
    """Code that refuses the interrupt does not hold the cell; killing the process helps."""
    deaf = "while True:\n    try:\n        time.sleep(1000)\n    except BaseException:\n        pass"
    cell = start(kernel, f"%%renderer win\nprint('going')\n{deaf}")
    interrupt(kernel, cell, SOMEWHAT_LATER)
    assert cell.error == "KeyboardInterrupt: "
    replace_renderer(kernel)


def test_code_blocked_in_c_does_not_hold_the_cell(kernel: Kernel) -> None:
    cell = start(kernel, "%%renderer win\nprint('going')\nsum(range(10**12))")
    interrupt(kernel, cell, SOMEWHAT_LATER)
    assert cell.error == "KeyboardInterrupt: "
    # The other renderer and main do not wait for it either.
    other = kernel.good("%%renderer win2\nawait ipc_renderer.invoke('add', 1, 2)", limit=5)
    assert other.result == "3"
    replace_renderer(kernel)


def test_a_stopped_renderer_does_not_hold_the_cell(kernel: Kernel) -> None:
    pid = int(kernel.good("win.web_contents.get_os_process_id()").result or "")
    os.kill(pid, signal.SIGSTOP)
    cell = start(kernel, "%%renderer win2 win\nprint('going')")
    interrupt(kernel, cell, SOMEWHAT_LATER)
    assert cell.error == "KeyboardInterrupt: "
    os.kill(pid, signal.SIGCONT)
    check_usable(kernel)


def test_a_renderer_that_is_just_starting_survives(kernel: Kernel) -> None:
    """Python's default for a signal without a handler is death."""
    opens = "new = [BrowserWindow() for _ in range(4)]\nprint('going', flush=True)\n"
    cell = start(kernel, opens + "await new[-1].web_contents.execute('1')")
    interrupt(kernel, cell, SOMEWHAT_LATER)
    states = kernel.good("await new[0].web_contents.execute('1')\n[win.web_contents.is_crashed() for win in new]")
    assert states.result == "[False, False, False, False]"


def test_code_that_has_not_begun_does_not_begin_after_the_interrupt(kernel: Kernel) -> None:
    """In lockstep the second window's code waits for the first one's to sleep."""
    kernel.good("from ipclab.main.lockstep import lockstep\nlimit, lockstep.limit = lockstep.limit, 10.0")
    cell = start(kernel, "%%renderer win win2\nprint('going')\nwhile True:\n    pass")
    interrupt(kernel, cell)
    kernel.good("lockstep.limit = limit")
    assert cell.stdout == "renderer 1 │ going\n"
    check_usable(kernel)


def test_interrupts_at_any_moment(kernel: Kernel) -> None:
    """An interrupt between two steps of ipclab's own loses no frame."""
    for round_ in range(12):
        names = ["a loop of invokes", "a loop of sends", "a loop that yields", "a loop of prints"]
        cell = start(kernel, HANGS[names[round_ % 4]])
        time.sleep(0.003 * round_)
        interrupt(kernel, cell)
        # It may have hit main's handler.
        assert "KeyboardInterrupt" in (cell.error or ""), cell
        check_usable(kernel)


HAMMER = """
import random, signal, threading
rounds = 0
while rounds < 100:
    timer = threading.Timer(random.random() * 0.01, os.kill, [os.getpid(), signal.SIGINT])
    try:
        timer.start()
        while True:
            {work}
    except (KeyboardInterrupt, asyncio.CancelledError, ipclab.RendererError, ipclab.LoadError):
        rounds += 1
    timer.join()
"""


@pytest.mark.parametrize(
    "work",
    [
        "win.web_contents.send('x'); await asyncio.sleep(0)",
        "await win.web_contents.execute('1')",
        "await win.reload()",
    ],
)
def test_a_hundred_interrupts_lose_no_message(kernel: Kernel, work: str) -> None:
    hammered = kernel.run(HAMMER.format(work=work))
    assert hammered.error in (None, "KeyboardInterrupt: ")
    kernel.good(PAGES)
    check_usable(kernel)


HAMMERED = """%%renderer win
rounds = globals().get('rounds', 0)
while rounds < 100:
    try:
        while True:
            await ipc_renderer.invoke('add', 1, 2)
            ipc_renderer.on('x', print).off('x', print)
            clear_timeout(set_timeout(print, 1000))
            ipc_renderer.send_sync('answer')
    except (KeyboardInterrupt, asyncio.CancelledError):
        rounds += 1
"""


def test_a_renderer_that_is_interrupted_a_hundred_times(kernel: Kernel) -> None:
    kernel.good("_ = ipc_main.on('answer', lambda event: setattr(event, 'return_value', 1))", "answer")
    kernel.good("""
import random
async def hammer():
    while True:
        await asyncio.sleep(random.random() * 0.01)
        win.web_contents.interrupt()
hammering = asyncio.ensure_future(hammer())
""")
    for _ in range(100):
        hammered = kernel.run(HAMMERED)
        assert hammered.console == ""
        if hammered.error is None:
            break
        # It came between two rounds, where nothing catches it: the cell ends, and can be run again.
        assert hammered.error == "KeyboardInterrupt: "
    kernel.good("hammering.cancel()")
    assert kernel.good("%%renderer win\nrounds >= 100").result == "True"
    check_usable(kernel)
