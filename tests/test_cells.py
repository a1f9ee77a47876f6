"""What a cell is: what lands under it, when it ends, and in which order things happen in it."""

from __future__ import annotations

import time

from kernel import Kernel, prepared_kernel, shared_kernels

APP = """
import ipclab.notebook.cells
ipclab.notebook.cells.SETTLE = 10.0
from ipclab import BrowserWindow, app, ipc_main
from ipclab.main.lockstep import lockstep
lockstep.limit = 10.0
win, win2 = BrowserWindow(), BrowserWindow()
"""

PAGES = "%%renderer win win2\nfrom ipclab import ipc_renderer, set_timeout\nimport asyncio, os, sys, threading, time"


shared = shared_kernels()
kernel = prepared_kernel(APP, PAGES)


# --- output under its cell ------------------------------------------------------------------------------------------


def test_what_a_cell_causes_in_main_lands_under_it(kernel: Kernel) -> None:
    defined = kernel.good("""
@ipc_main.on("ping")
def ping(event, text):
    print(text)
    event.reply("pong", text.upper())
""")
    listens = kernel.good("%%renderer win\n_ = ipc_renderer.on('pong', lambda event, text: print(text))")
    cell = kernel.good("%%renderer win\nprint('before')\nipc_renderer.send('ping', 'a')\nprint('after')")
    # print and send share the link: main hears them in order.
    assert cell.stdout == "renderer 1 │ before\na\nrenderer 1 │ after\nrenderer 1 │ A\n"
    assert not cell.late
    assert defined.outputs == listens.outputs == []


def test_lines_keep_their_order(kernel: Kernel) -> None:
    cell = kernel.good(r"""%%renderer win
print("a\nb")
print("c\n\nd\n")
print("e", end=" ")
print("f\ng", end="")
print()
print("h", end="")
""")
    assert cell.stdout.splitlines() == [
        f"renderer 1 │ {line}" for line in ["a", "b", "c", "", "d", "", "e f", "g", "h"]
    ]


def test_stdout_and_stderr_keep_their_order(kernel: Kernel) -> None:
    prints = "\n".join(f"print({number}, file=sys.{('stdout', 'stderr')[number % 2]})" for number in range(10))
    cell = kernel.good(f"%%renderer win\n{prints}")
    assert cell.console.splitlines() == [f"renderer 1 │ {number}" for number in range(10)]


def test_mains_stdout_and_a_renderers_stderr_keep_their_order(kernel: Kernel) -> None:
    kernel.good("""
@ipc_main.handle("say")
def say(event, number):
    print(number)
""")
    cell = kernel.good("""%%renderer win
for number in range(5):
    await ipc_renderer.invoke("say", number)
    print("err", number, file=sys.stderr)
""")
    expected = [line for number in range(5) for line in (f"{number}", f"renderer 1 │ err {number}")]
    assert cell.console.splitlines() == expected


def test_the_consoles_levels_choose_the_stream(kernel: Kernel) -> None:
    calls = "\n".join(f"console.{level}('{level}', 1)" for level in ["log", "info", "debug", "warn", "error"])
    cell = kernel.good(f"%%renderer win\nfrom ipclab import console\n{calls}")
    assert cell.stdout == "renderer 1 │ log 1\nrenderer 1 │ info 1\nrenderer 1 │ debug 1\n"
    assert cell.stderr == "renderer 1 │ warn 1\nrenderer 1 │ error 1\n"


def test_late_output_lands_under_the_cell_that_caused_it(kernel: Kernel) -> None:
    kernel.good("""
@ipc_main.on("late")
def late(event, text):
    print("main heard", text)
    event.reply("answer", text)
""")
    kernel.good("%%renderer win\n_ = ipc_renderer.on('answer', lambda event, text: print('answer', text))")
    timer = kernel.good("%%renderer win\n_ = set_timeout(lambda: ipc_renderer.send('late', 'timer'), 150)")
    task = kernel.good("""%%renderer win
async def later():
    await asyncio.sleep(0.2)
    print('woken')
    ipc_renderer.send('late', 'task')
_ = asyncio.ensure_future(later())""")
    in_main = kernel.good("_ = asyncio.get_running_loop().call_later(0.2, win2.web_contents.send, 'answer', 'main')")
    kernel.good("%%renderer win2\n_ = ipc_renderer.on('answer', lambda event, text: print('answer', text))")
    cells = [timer, task, in_main]
    assert [cell.outputs for cell in cells] == [[], [], []]
    other = kernel.good("await asyncio.sleep(0.5)")
    kernel.wait_until(lambda: all("answer" in cell.stdout for cell in cells), 5)
    assert timer.stdout == "main heard timer\nrenderer 1 │ answer timer\n"
    assert task.stdout == "renderer 1 │ woken\nmain heard task\nrenderer 1 │ answer task\n"
    assert in_main.stdout == "renderer 2 │ answer main\n"
    assert other.outputs == []


def test_a_renderers_thread_prints_under_the_cell_that_runs(kernel: Kernel) -> None:
    source = "thread = threading.Thread(target=print, args=['from a thread'])\nthread.start()\nthread.join()"
    cell = kernel.good(f"%%renderer win\n{source}")
    assert cell.stdout == "renderer 1 │ from a thread\n"


def test_causal_order_across_three_processes(kernel: Kernel) -> None:
    kernel.good("""
@ipc_main.on("pass on")
def pass_on(event, number):
    print("main", number)
    if number < 20:
        other = win2 if event.sender is win.web_contents else win
        other.web_contents.send("take", number + 1)
""")
    kernel.good("""%%renderer win win2
@ipc_renderer.on("take")
def take(event, number):
    print(number)
    ipc_renderer.send("pass on", number)
""")
    cell = kernel.good("%%renderer win\nipc_renderer.send('pass on', 0)")
    expected = ["main 0"]
    for number in range(1, 21):
        expected += [f"renderer {2 if number % 2 else 1} │ {number}", f"main {number}"]
    assert cell.stdout.splitlines() == expected
    assert not cell.late


def test_failures_are_told_under_the_cell(kernel: Kernel) -> None:
    kernel.good("""
@ipc_main.on("listener")
def listener(event): raise ValueError("in a listener")
@ipc_main.on("async listener")
async def async_listener(event):
    await asyncio.sleep(0)
    raise ValueError("in an async listener")
@ipc_main.handle("handler")
def handler(event): raise ValueError("in a handler")
""")
    sends = "ipc_renderer.send('listener')\nipc_renderer.send('async listener')\nawait ipc_renderer.invoke('handler')"
    cell = kernel.run(f"%%renderer win\n{sends}")
    assert cell.stderr.splitlines() == [
        "A Python error occurred in the main process",
        "Uncaught Exception:",
        "ValueError: in a listener",
        '    at cell, line 2: def listener(event): raise ValueError("in a listener")',
        "Error occurred in handler for 'handler': ValueError: in a handler",
        "UnhandledPromiseRejectionWarning: ValueError: in an async listener",
        '    at cell, line 6: raise ValueError("in an async listener")',
    ]
    assert cell.error == "RemoteError: Error invoking remote method 'handler': ValueError: in a handler"


# --- the end of a cell ----------------------------------------------------------------------------------------------


def test_a_cell_ends_when_its_traffic_has_settled(kernel: Kernel) -> None:
    kernel.good("""
@ipc_main.on("work")
async def work(event):
    await asyncio.sleep(0.2)
    event.sender.send("worked")
@ipc_main.handle("slow")
async def slow(event):
    await asyncio.sleep(0.2)
    print("handled")
    return 7
""")
    kernel.good("""%%renderer win
@ipc_renderer.on("worked")
async def worked(event):
    print("got", await ipc_renderer.invoke("slow"))
""")
    cell = kernel.good("%%renderer win\nipc_renderer.send('work')")
    assert cell.stdout == "handled\nrenderer 1 │ got 7\n"
    assert not cell.late


def test_a_plain_cell_settles_too(kernel: Kernel) -> None:
    kernel.good("%%page p.html\n<script type=py>\nimport time\ntime.sleep(0.3)\nprint('loaded')\n</script>")
    cell = kernel.good("_ = win.load_file('p.html')")
    assert cell.stdout == "renderer 1 │ loaded\n"
    assert not cell.late


def test_a_cell_that_fails_settles_too(kernel: Kernel) -> None:
    kernel.good(
        "%%renderer win\ndef slow(event):\n    time.sleep(0.2)\n    print('done')\n_ = ipc_renderer.on('slow', slow)"
    )
    cell = kernel.run("win.web_contents.send('slow')\n1 / 0")
    assert cell.error == "ZeroDivisionError: division by zero"
    assert cell.stdout == "renderer 1 │ done\n"
    assert not cell.late


def test_what_never_ends_is_named_in_one_line(kernel: Kernel) -> None:
    kernel.good("ipclab.notebook.cells.SETTLE = 0.3")
    kernel.good("""
@ipc_main.handle("never")
async def never(event):
    await asyncio.sleep(1000)
_ = ipc_main.on("keep", lambda event: globals().update(kept=event))
""")
    cell = kernel.good("%%renderer win\n_ = ipc_renderer.invoke('never')")
    assert cell.console == "ipclab: still open after 0.3 s: handler for 'never' in main\n"
    # The next cell is another activity.
    before = time.monotonic()
    assert kernel.good("%%renderer win\n6 * 7").outputs[0]["data"]["text/plain"] == "42"
    assert time.monotonic() - before < 0.3
    assert kernel.good("1").console == ""


def test_a_renderer_that_is_busy_is_named(kernel: Kernel) -> None:
    kernel.good("%%renderer win\n_ = ipc_renderer.on('slow', lambda event: time.sleep(1))")
    kernel.good("ipclab.notebook.cells.SETTLE = 0.3")
    cell = kernel.good("win.web_contents.send('slow')\nwin.web_contents.send('slow')")
    assert cell.console == "ipclab: still open after 0.3 s: 2 messages that a renderer has not worked off\n"


def test_timers_are_waited_for_on_request(kernel: Kernel) -> None:
    cell = kernel.good("""%%renderer --timers win
def again(left):
    print(left)
    left and set_timeout(again, 50, left - 1)
_ = set_timeout(again, 50, 2)
""")
    assert cell.stdout == "renderer 1 │ 2\nrenderer 1 │ 1\nrenderer 1 │ 0\n"
    assert not cell.late
    # Of several windows as well, and what the timers cause is waited for, too.
    kernel.good("_ = ipc_main.on('say', lambda event, text: print(text))")
    both = kernel.good("%%renderer win --timers win2\n_ = set_timeout(ipc_renderer.send, 100, 'say', 'fired')")
    assert both.stdout == "fired\nfired\n"
    assert not both.late


def test_timers_that_never_end_are_named_in_one_line(kernel: Kernel) -> None:
    kernel.good("ipclab.notebook.cells.SETTLE = 0.3")
    forever = "def tick():\n    set_timeout(tick, 20)\ntick()"
    before = time.monotonic()
    cell = kernel.good(f"%%renderer --timers win\n{forever}")
    assert time.monotonic() - before < 3
    assert cell.console == "ipclab: still open after 0.3 s: timers in renderer 1\n"


def test_settle_in_a_cell(kernel: Kernel) -> None:
    kernel.good("%%renderer win\n_ = ipc_renderer.on('slow', lambda event: (time.sleep(0.2), print('done')))")
    cell = kernel.good("win.web_contents.send('slow')\nawait ipclab.settle()\nprint('settled')")
    assert cell.stdout == "renderer 1 │ done\nsettled\n"
    cell = kernel.run("win.web_contents.send('slow')\nawait ipclab.settle(0.05)")
    assert cell.error == "TimeoutError: still open after 0.05 s: 1 message that a renderer has not worked off"
    assert cell.stdout == "renderer 1 │ done\n"


def test_cells_sent_at_once_run_one_after_the_other(kernel: Kernel) -> None:
    """As a notebook's Run All sends them."""
    kernel.good("""
@ipc_main.handle("slow")
async def slow(event, number):
    await asyncio.sleep(0.05)
    print("slow", number)
""")
    sources = [f"%%renderer win\nprint({n})\n_ = ipc_renderer.invoke('slow', {n})" for n in range(4)]
    cells = [kernel.start(source) for source in sources]
    assert [kernel.wait(cell).stdout for cell in cells] == [f"renderer 1 │ {n}\nslow {n}\n" for n in range(4)]
    assert not any(cell.late for cell in cells)


def test_code_that_cancels_itself_ends(kernel: Kernel) -> None:
    for source in ("asyncio.current_task().cancel()", "for task in asyncio.all_tasks(): task.cancel()"):
        cell = kernel.run(f"%%renderer win\n{source}\nawait asyncio.sleep(1000)", limit=5)
        assert cell.error is not None
        assert cell.error.startswith("CancelledError")
        assert kernel.good("%%renderer win\n1").result == "1"


# --- lockstep -------------------------------------------------------------------------------------------------------

PING_PONG = """%%renderer win win2 win3
@ipc_renderer.on("ping")
def ping(event, left):
    print("ping", left)
    ipc_renderer.send("pong", left)
"""

REFEREE = """
win3 = BrowserWindow()
@ipc_main.on("pong")
def pong(event, left):
    print("pong", event.sender.id, left)
    if left:
        for window in (win, win2, win3):
            if window.web_contents is not event.sender:
                window.web_contents.send("ping", left - 1)
"""


def test_lockstep_gives_one_transcript_in_every_run(kernel: Kernel) -> None:
    kernel.good(REFEREE)
    kernel.good("%%renderer win3\nfrom ipclab import ipc_renderer")
    kernel.good(PING_PONG)
    transcripts = {kernel.good("for window in (win, win2, win3):\n    window.web_contents.send('ping', 2)").stdout}
    assert len(transcripts.copy().pop().splitlines()) == 2 * (3 + 6 + 12)
    for _ in range(19):
        transcripts.add(
            kernel.good("for window in (win, win2, win3):\n    window.web_contents.send('ping', 2)").stdout
        )
    assert len(transcripts) == 1


RACE = "%%renderer win win2\ntime.sleep(0.5 if os.getpid() == slow else 0)\nprint('done')"


def run_race(kernel: Kernel) -> list[str]:
    pid = kernel.good("win.web_contents.get_os_process_id()").result
    kernel.good(f"%%renderer win win2\nslow = {pid}")
    return kernel.good(RACE).stdout.split()[1::4]


def test_in_lockstep_one_thing_happens_after_the_other(kernel: Kernel) -> None:
    assert run_race(kernel) == ["1", "2"]


def test_lockstep_off_runs_free(kernel: Kernel) -> None:
    kernel.good("%ipclab lockstep off")
    assert run_race(kernel) == ["2", "1"]
    kernel.good("%ipclab lockstep on")
    assert run_race(kernel) == ["1", "2"]


def test_a_busy_renderer_does_not_hold_up_the_others_for_long(kernel: Kernel) -> None:
    kernel.good("lockstep.limit = 0.1")
    assert run_race(kernel) == ["2", "1"]
