"""Deaths: no renderer outlives its kernel, and a renderer that dies takes nothing with it but its own code."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel import READERS_LOCKSTEP, Kernel, kernels, prepared_kernel, shared_kernels

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in Linux's /proc")

#: Seconds within which all renderers of a dead kernel are gone.
GONE = 2.0
#: Seconds within which a cell ends that waits for a renderer which dies.
SOON = 1.0

APP = """
from ipclab import BrowserWindow, app, ipc_main

win, win2 = BrowserWindow(), BrowserWindow()
pid = win.web_contents.get_os_process_id()

def kill(*args):
    os.kill(pid, 9)

_ = ipc_main.on("kill me", kill)

@ipc_main.on("kill me in a moment")
def kill_in_a_moment(event):
    asyncio.get_running_loop().call_later(0.1, kill)

@ipc_main.on("keep")
def keep(event):
    globals()["kept"] = event

@ipc_main.handle("never")
async def never(event):
    await asyncio.sleep(1000)

@ipc_main.handle("add")
def add(event, a, b):
    return a + b
"""

PAGES = "%%renderer win win2\nfrom ipclab import ipc_renderer\nimport asyncio, os, sys, time"

KILLED = "RenderProcessGone: renderer 1 is gone (killed, exit code -9)"


def wait_until_none_is_left(kernel: Kernel, limit: float) -> None:
    deadline = time.monotonic() + limit
    while left := kernel.descendants():
        assert time.monotonic() < deadline, {pid: Path(f"/proc/{pid}/status").read_text()[:200] for pid in left}
        time.sleep(0.01)


# --- the kernel dies ------------------------------------------------------------------------------------------------

#: What the renderers are busy with when the kernel ends, each in a window of its own.
BUSY_WITH = {
    "nothing": "print('going')",
    "a loop in Python": "print('going')\nwhile True:\n    pass",
    "a loop in C": "print('going')\nsum(range(10**12))",
    "a loop that catches everything": (
        "print('going')\nwhile True:\n    try:\n        time.sleep(1000)\n    except BaseException:\n        pass"
    ),
    "a loop that blocks all signals": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "print('going')\nwhile True:\n    time.sleep(1000)"
    ),
    "send_sync": "print('going')\nipc_renderer.send_sync('keep')",
    "another thread": (
        "import threading\nthreading.Thread(target=time.sleep, args=[1000]).start()\n"
        "print('going')\nawait asyncio.sleep(1000)"
    ),
}

OPEN_ALL = f"""
import ipclab.notebook.cells
from ipclab.main import spare
ipclab.notebook.cells.SETTLE = 0.1
preferences = {{"node_integration": True, "context_isolation": False}}
for code in {list(BUSY_WITH.values())}:
    window = BrowserWindow(web_preferences=preferences)
    code = "from ipclab import ipc_renderer\\nimport asyncio, time\\n" + code
    asyncio.ensure_future(window.web_contents.execute(code))
spare.prepare()
"""


@pytest.fixture
def mortal() -> Iterator[Kernel]:
    """A kernel of one test's own, with all kinds of busy renderers and a spare one."""
    with kernels(READERS_LOCKSTEP) as shared:
        kernel = shared.fresh()
        kernel.good("%ipclab lockstep off")
        kernel.good(APP)
        opened = kernel.run(OPEN_ALL)
        kernel.wait_until(lambda: opened.stdout.count("going") == len(BUSY_WITH))
        assert len(kernel.renderers()) == 2 + len(BUSY_WITH) + 1
        yield kernel


def test_no_renderer_outlives_a_killed_kernel(mortal: Kernel) -> None:
    mortal.process.kill()
    wait_until_none_is_left(mortal, GONE)


def test_a_stopped_renderer_does_not_outlive_the_kernel(mortal: Kernel) -> None:
    for pid in mortal.renderers():
        os.kill(pid, signal.SIGSTOP)
    mortal.process.kill()
    wait_until_none_is_left(mortal, GONE)


def test_a_normal_shutdown_leaves_no_renderer(mortal: Kernel) -> None:
    mortal.shut_down()
    wait_until_none_is_left(mortal, GONE)
    assert mortal.log.read_text() == ""


def test_no_renderer_outlives_a_kernel_killed_at_once() -> None:
    """Neither the spare process nor the windows' have come far when the kernel dies."""
    with kernels(READERS_LOCKSTEP) as shared:
        kernel = shared.fresh()
        kernel.start("from ipclab import BrowserWindow\n[BrowserWindow() for _ in range(3)]")
        kernel.wait_until(lambda: len(kernel.descendants()) >= 3)
        kernel.process.kill()
        wait_until_none_is_left(kernel, GONE)


# --- a renderer dies ------------------------------------------------------------------------------------------------


shared = shared_kernels(READERS_LOCKSTEP)
kernel = prepared_kernel(APP, PAGES)


def check_that_the_others_go_on(kernel: Kernel) -> None:
    assert kernel.good("%%renderer win2\nawait ipc_renderer.invoke('add', 1, 2)", limit=5).result == "3"


def check_that_reload_revives(kernel: Kernel) -> None:
    """Electron: a crashed window's `reload()` starts a new renderer process."""
    assert kernel.good("win.web_contents.is_crashed()").result == "True"
    kernel.good("await win.reload()", limit=5)
    assert (
        kernel.good("win.web_contents.is_crashed(), win.web_contents.get_os_process_id() > 0").result
        == "(False, True)"
    )
    kernel.good(PAGES)
    assert kernel.good("%%renderer win\nawait ipc_renderer.invoke('add', 1, 2)").result == "3"


@pytest.mark.parametrize(
    "waits",
    [
        "await ipc_renderer.invoke('never')",
        "ipc_renderer.send_sync('keep')",
        "await asyncio.sleep(1000)",
        "time.sleep(1000)",
        "while True:\n    pass",
    ],
)
def test_a_cell_ends_when_its_renderer_is_killed(kernel: Kernel, waits: str) -> None:
    before = time.monotonic()
    cell = kernel.run(f"%%renderer win\nipc_renderer.send('kill me in a moment')\n{waits}")
    assert cell.error == KILLED
    assert cell.stderr == "renderer 1 is gone: killed (exit code -9)\n"
    assert time.monotonic() - before < SOON
    check_that_the_others_go_on(kernel)
    check_that_reload_revives(kernel)


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ("os.kill(os.getpid(), 9)", "killed, exit code -9"),
        ("import ctypes\nctypes.string_at(0)", "crashed, exit code -11"),
        ("os.abort()", "crashed, exit code -6"),
        ("os._exit(0)", "clean-exit, exit code 0"),
        ("sys.exit()", "clean-exit, exit code 0"),
        ("sys.exit(3)", "abnormal-exit, exit code 3"),
        ("exit()", "clean-exit, exit code 0"),
        ("raise SystemExit", "clean-exit, exit code 0"),
        ("await asyncio.sleep(0.01)\nsys.exit(4)", "abnormal-exit, exit code 4"),
        (
            "asyncio.get_running_loop().call_soon(sys.exit, 5)\nawait asyncio.sleep(1000)",
            "abnormal-exit, exit code 5",
        ),
    ],
)
def test_the_reason_of_a_death(kernel: Kernel, death: str, told: str) -> None:
    """Electron's `reason` of render-process-gone."""
    cell = kernel.run(f"%%renderer win\n{death}", limit=5)
    assert cell.error == f"RenderProcessGone: renderer 1 is gone ({told})"
    assert cell.traceback.splitlines()[0] == cell.error
    check_that_the_others_go_on(kernel)
    check_that_reload_revives(kernel)


def test_what_a_renderer_said_before_it_died_is_heard(kernel: Kernel) -> None:
    kernel.good("_ = ipc_main.on('last words', lambda event, text: print(text))")
    cell = kernel.run(
        "%%renderer win\nprint('printed')\nipc_renderer.send('last words', 'sent')\nos.kill(os.getpid(), 9)"
    )
    assert cell.stdout == "renderer 1 │ printed\nsent\n"
    cell = kernel.run("%%renderer win2\nprint('no newline', end='')\nsys.exit('why')")
    assert cell.console.splitlines()[:2] == ["renderer 2 │ no newline", "renderer 2 │ why"]


def test_a_killed_renderer_is_told_of_by_events(kernel: Kernel) -> None:
    """Electron: render-process-gone on the web contents, then on app."""
    kernel.good("_ = win.web_contents.on('render-process-gone', lambda event, details: print(details.reason))")
    kernel.good(
        "_ = app.on('render-process-gone', lambda event, contents, details: print(contents.id, details.exit_code))"
    )
    cell = kernel.good("kill()\nawait asyncio.sleep(0.3)")
    assert cell.stdout == "killed\n1 -9\n"


def test_cells_after_the_death_say_so(kernel: Kernel) -> None:
    kernel.good("kill()\nawait asyncio.sleep(0.3)")
    assert kernel.run("%%renderer win\n1").error == KILLED
    assert kernel.run("await win.web_contents.execute('1')").error == KILLED
    several = kernel.run("%%renderer win2 win\n1 + 1")
    assert several.error == KILLED
    check_that_the_others_go_on(kernel)


def test_one_of_two_dies(kernel: Kernel) -> None:
    kernel.good("%%renderer win\nmortal = True")
    kernel.good("%%renderer win2\nmortal = False")
    cell = kernel.run("%%renderer win2 win\nif mortal:\n    os.kill(os.getpid(), 9)\n'alive'")
    assert cell.error == KILLED
    check_that_reload_revives(kernel)


def test_killed_while_loading(kernel: Kernel) -> None:
    """Electron: the load's promise rejects with ERR_FAILED (-2)."""
    kernel.good("%%page hangs.html\n<script type=py>\nimport time\nprint('loading')\ntime.sleep(1000)\n</script>")
    kernel.good("%%page empty.html\n<title>empty</title>")
    kernel.good("_ = win.web_contents.on('console-message', kill)")
    cell = kernel.good("""
try:
    await win.load_file("hangs.html")
except ipclab.LoadError as error:
    print(error.code, error.errno)
""")
    assert cell.stdout == "renderer 1 │ loading\nERR_FAILED -2\n"
    check_that_the_others_go_on(kernel)
    kernel.good("await win.load_file('empty.html')", limit=5)
    kernel.good(PAGES)
    assert kernel.good("%%renderer win\nawait ipc_renderer.invoke('add', 1, 2)").result == "3"


def test_killed_right_after_spawning(kernel: Kernel) -> None:
    opened = "new = BrowserWindow()\nos.kill(new.web_contents.get_os_process_id(), 9)\n"
    cell = kernel.run(opened + "await new.web_contents.execute('1')", limit=5)
    assert cell.error == "RenderProcessGone: renderer 3 is gone (killed, exit code -9)"
    cell = kernel.run(opened + "new.web_contents.send('hello')", limit=5)
    assert cell.error is None
    assert kernel.good("await new.reload()\nawait new.web_contents.execute('6 * 7')", limit=5).result == "42"
    check_that_the_others_go_on(kernel)


def test_a_dead_spare_is_not_handed_out(kernel: Kernel) -> None:
    kernel.good(
        "from ipclab.main import spare\nspare.prepare()\nspare._spare.process.kill()\nspare._spare.process.wait()"
    )
    assert kernel.good("new = BrowserWindow()\nawait new.web_contents.execute('6 * 7')", limit=5).result == "42"


def test_a_forked_child_does_not_hide_the_death(kernel: Kernel) -> None:
    """The child holds a copy of the socket, so the stream does not end with the renderer."""
    fork = "child = os.fork()\nif not child:\n    time.sleep(60)\n    os._exit(0)\nprint(child)"
    cell = kernel.run(f"%%renderer win\n{fork}\nos.kill(os.getpid(), 9)", limit=5)
    assert cell.error == KILLED
    os.kill(int(cell.stdout.removeprefix("renderer 1 │ ")), signal.SIGKILL)
    check_that_the_others_go_on(kernel)
    check_that_reload_revives(kernel)


def test_an_answer_to_the_dead_is_harmless(kernel: Kernel) -> None:
    """Electron: a reply to a renderer that is gone finds nobody."""
    kernel.run("%%renderer win\nipc_renderer.send('kill me in a moment')\nipc_renderer.send_sync('keep')")
    cell = kernel.good("kept.return_value = 1\ndel kept")
    assert cell.console == ""
    check_that_reload_revives(kernel)


def test_a_message_to_the_dead_is_lost(kernel: Kernel) -> None:
    kernel.good("kill()\nawait asyncio.sleep(0.3)")
    cell = kernel.good("win.web_contents.send('hello')\nipclab.trace[-1].outcome", limit=5)
    assert cell.result == "'lost'"
    assert "Render frame was disposed" in cell.stderr


def test_the_dead_leave_no_zombies(kernel: Kernel) -> None:
    kernel.good("kill()\nawait asyncio.sleep(0.3)\nwin2.close()")
    children = Path(f"/proc/{kernel.pid}/task/{kernel.pid}/children").read_text().split()
    states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in children]
    assert "Z" not in states


def test_restart_leaves_no_renderer_but_a_spare(kernel: Kernel) -> None:
    kernel.good("%ipclab lockstep off")
    kernel.good("import ipclab.notebook.cells\nipclab.notebook.cells.SETTLE = 0.1")
    kernel.good("busy = asyncio.ensure_future(win.web_contents.execute('while True: pass'))")
    kernel.good("await ipclab.restart()", limit=5)
    kernel.good("ipclab.notebook.cells.SETTLE = 10.0")
    deadline = time.monotonic() + GONE
    while len(left := kernel.renderers()) > 1:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)
