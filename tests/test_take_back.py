"""Cells are modules: what a cell registered is taken back before it runs again."""

from __future__ import annotations

from kernel import Kernel, prepared_kernel, shared_kernels

APP = "from ipclab import BrowserWindow, app, ipc_main\nwin, win2 = BrowserWindow(), BrowserWindow()"
PAGES = "%%renderer win win2\nfrom ipclab import ipc_renderer, set_timeout"


shared = shared_kernels()
kernel = prepared_kernel(APP, PAGES)


REGISTER = """
@ipc_main.on("listen")
def listen(event): print("heard")
ipc_main.once("once", print)
win.on("focus", print)
app.on("quit", print)
@ipc_main.handle("handle")
def handle(event): return "handled"
@win.web_contents.ipc.handle("own")
def own(event): return "handled"
[emitter.listener_count(name) for emitter, name in
 [(ipc_main, "listen"), (ipc_main, "once"), (win, "focus"), (app, "quit")]]
"""


def test_a_cell_run_again_registers_once_in_main(kernel: Kernel) -> None:
    for _ in range(3):
        assert kernel.good(REGISTER, "registers").result == "[1, 1, 1, 1]"
    cell = kernel.good("%%renderer win\nipc_renderer.send('listen')\nawait ipc_renderer.invoke('handle')")
    assert cell.stdout == "heard\n"


def test_without_a_cell_id_it_is_plain_electron(kernel: Kernel) -> None:
    """Node: listeners pile up. Electron: a second handler is an error."""
    source = "_ = ipc_main.on('x', print)\nipc_main.listener_count('x')"
    assert [kernel.good(source, None).result for _ in range(2)] == ["1", "2"]
    source = "ipc_main.handle('h', print)"
    kernel.good(source, None)
    assert kernel.run(source, None).error == "Error: Attempted to register a second handler for 'h'"


def test_other_cells_keep_what_they_registered(kernel: Kernel) -> None:
    kernel.good("_ = ipc_main.on('x', print)", "one")
    assert kernel.good("_ = ipc_main.on('x', print)\nipc_main.listener_count('x')", "two").result == "2"
    assert kernel.good("ipc_main.listener_count('x')", "one").result == "1"


def test_a_cell_run_again_registers_once_in_renderers(kernel: Kernel) -> None:
    source = "%%renderer win win2\n_ = ipc_renderer.on('x', print)\n_ = ipc_renderer.once('y', print)\n"
    source += "[ipc_renderer.listener_count(name) for name in 'xy']"
    for _ in range(3):
        assert kernel.good(source, "registers").shown == ["renderer 1 │ [1, 1]", "renderer 2 │ [1, 1]"]
    assert kernel.good("%%renderer win\nipc_renderer.listener_count('x')", "registers").result == "0"
    # The cell no longer names the second window.
    assert kernel.good("%%renderer win2\nipc_renderer.listener_count('x')").result == "0"


def test_a_cell_run_again_takes_back_its_timers(kernel: Kernel) -> None:
    source = "%%renderer win\n_ = set_timeout(print, 300, 'fired')"
    first, second = kernel.good(source, "timer"), kernel.good(source, "timer")
    kernel.wait_until(lambda: second.late, 5)
    assert second.stdout == "renderer 1 │ fired\n"
    assert first.outputs == []


def test_a_cell_run_again_closes_its_windows_unasked(kernel: Kernel) -> None:
    source = "own = BrowserWindow()\n_ = own.on('close', lambda event: event.prevent_default())\nold = own"
    kernel.good(source, "opens")
    kernel.good("before = own")
    kernel.good(source, "opens")
    assert kernel.good("before.is_destroyed(), own.is_destroyed(), own.id").result == "(True, False, 4)"


def test_taking_back_the_only_window_does_not_quit_the_app(kernel: Kernel) -> None:
    """Electron quits when the last window closes, unless there is a window-all-closed listener."""
    kernel.good("win.destroy(), win2.destroy(), await ipclab.restart()")
    kernel.good("_ = [app.on(name, lambda *args: print('BAD')) for name in ('before-quit', 'will-quit', 'quit')]")
    for number in range(1, 4):
        cell = kernel.good("only = BrowserWindow()\nonly.id, len(BrowserWindow.get_all_windows())", "opens")
        assert cell.result == f"({number}, 1)"
        assert cell.console == ""
    kernel.good("_ = app.on('window-all-closed', lambda: print('BAD'))")
    assert kernel.good("only = BrowserWindow()", "opens").console == ""


def test_a_listener_that_fails_while_taken_back_is_told_of(kernel: Kernel) -> None:
    """Node emits removeListener when a listener goes."""
    fails = "def fail(*args): raise ValueError('while taken back')\n"
    source = fails + "_ = ipc_main.on('removeListener', fail)\n_ = ipc_main.on('x', print)\n"
    source += "ipc_main.listener_count('x')"
    kernel.good(source, "fails")
    again = kernel.good(source, "fails", limit=5)
    assert again.result == "1"
    assert "ValueError: while taken back" in again.stderr


def test_what_a_renderer_says_while_it_takes_back_lands_under_the_cell(kernel: Kernel) -> None:
    source = "%%renderer win\n_ = ipc_renderer.on('removeListener', lambda name, listener: print('gone', name))\n"
    source += "_ = ipc_renderer.on('x', print)"
    kernel.good(source, "takes back")
    assert kernel.good(source, "takes back").stdout == "renderer 1 │ gone x\n"


def test_a_cell_that_failed_is_taken_back_too(kernel: Kernel) -> None:
    source = "_ = ipc_main.on('x', print)\n1 / 0"
    for _ in range(2):
        assert kernel.run(source, "fails").error == "ZeroDivisionError: division by zero"
    assert kernel.good("ipc_main.listener_count('x')").result == "1"


def test_a_listener_of_a_task_that_outlives_its_cell_is_taken_back(kernel: Kernel) -> None:
    source = """
async def register():
    await asyncio.sleep(0.1)
    ipc_main.on("late", print)
_ = asyncio.ensure_future(register())
"""
    kernel.good(source, "late")
    kernel.good(source, "late")
    assert kernel.good("await asyncio.sleep(0.3)\nipc_main.listener_count('late')").result == "1"


def test_running_again_after_a_reload_or_a_crash(kernel: Kernel) -> None:
    source = "%%renderer win\nfrom ipclab import ipc_renderer\n_ = ipc_renderer.on('x', print)\n"
    source += "ipc_renderer.listener_count('x')"
    kernel.good(source, "registers")
    kernel.good("await win.reload()")
    assert kernel.good(source, "registers").result == "1"
    kernel.good("win.web_contents.forcefully_crash_renderer()\nawait asyncio.sleep(0.2)")
    assert kernel.run(source, "registers").error is not None
    kernel.good("await win.reload()")
    assert kernel.good(source, "registers").result == "1"


def test_the_top_to_bottom_run_again(kernel: Kernel) -> None:
    """A lesson's first cell restarts everything; ids and names are as in the first run."""
    cells = {
        "a": "await ipclab.restart()\nwin, win2 = BrowserWindow(), BrowserWindow()\nwin.id, win2.web_contents.id",
        "b": PAGES,
        "c": REGISTER,
        "d": "%%renderer win2\nipc_renderer.send('listen')\nawait ipc_renderer.invoke('handle')",
        "e": "len(ipclab.trace), [message.number for message in ipclab.trace]",
    }
    first, second = ([kernel.good(source, name).comparable() for name, source in cells.items()] for _ in range(2))
    assert first == second


REMOTE = """%%renderer win
win3 = remote.BrowserWindow(title="three")
remote.app.on("news", lambda *_: print("news"))
win3.title"""


def test_what_a_cell_registers_in_main_by_remote_is_taken_back_too(kernel: Kernel) -> None:
    kernel.good("app.electron_version = 9\nwin = BrowserWindow()")
    kernel.good("%%renderer win\nfrom ipclab import remote")
    for number in (4, 5):
        assert kernel.good(REMOTE, "registers").result == "'three'"
        there = "[window.id for window in BrowserWindow.get_all_windows()], app.listener_count('news')"
        assert kernel.good(there).result == f"([1, 2, 3, {number}], 1)"
    assert kernel.good("app.emit('news')").stdout == "renderer 3 │ news\n"
