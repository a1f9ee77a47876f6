"""Links and processes: nothing of a renderer outlives main or its window, nothing leaks (design 2, 3 and 6)."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from ipc import children, is_alive, open_page, program, run_program

from ipclab import BrowserWindow, RenderProcessGone, app, ipc_main, once, restart, settle
from ipclab.link import Link, reason_of
from ipclab.main import spare

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def open_files() -> dict[int, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            pass  # the listing itself
    return found


# --- nothing is left -----------------------------------------------------------------------------------------------


@linux
@program
async def test_windows_leave_neither_descriptors_nor_processes() -> None:
    """However they end: closed, destroyed, crashed, reloaded after a crash, or by restart()."""
    await open_page()
    await restart()
    before = open_files()
    for _ in range(2):
        pages = [await open_page() for _ in range(4)]
        windows = BrowserWindow.get_all_windows()
        gone = [once(page, "render-process-gone") for page in pages[:2]]
        for page in pages[:2]:
            page.forcefully_crash_renderer()
        await asyncio.gather(*gone)
        await windows[0].reload()
        windows[2].close()
        windows[3].destroy()
        await restart()
    spare.dismiss()
    after = open_files()
    assert len(after) == len(before), f"left open: {sorted(set(after.values()) - set(before.values()))}"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # neither a child nor a zombie


@program
async def test_a_killed_renderer_leaves_no_zombie() -> None:
    contents = await open_page()
    gone = once(contents, "render-process-gone")
    os.kill(contents.get_os_process_id(), signal.SIGKILL)
    await gone
    spare.dismiss()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("busy", ["True", "False"])
@pytest.mark.parametrize("how", ["os.kill(os.getpid(), 9)", "os._exit(3)", "raise SystemExit", "os.abort()"])
def test_no_renderer_outlives_main_not_even_one_that_loops(how: str, busy: str) -> None:
    """Design 6: no child may survive the kernel, not even a looping one when the kernel gets SIGKILL."""
    done = run_program(f"""
import asyncio, os, resource
from ipclab import BrowserWindow, ipc_main
from ipclab.main import spare
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
async def main():
    window = BrowserWindow(web_preferences={{"node_integration": True, "context_isolation": False}})
    began = asyncio.Event()
    ipc_main.on("began", lambda event: began.set())
    code = "from ipclab import ipc_renderer\\nipc_renderer.send('began')\\nwhile {busy}: pass"
    running = asyncio.ensure_future(window.web_contents.execute(code))
    await began.wait()
    spare.prepare()
    print(window.web_contents.get_os_process_id(), spare._spare.pid, flush=True)
    {how}
asyncio.run(main())
""")
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    asyncio.run(until_gone(pids))


async def until_gone(pids: list[int]) -> None:
    async with asyncio.timeout(5):
        while any(is_alive(pid) and not is_zombie(pid) for pid in pids):
            await asyncio.sleep(0.01)


def is_zombie(pid: int) -> bool:
    """Where nobody reaps orphans (a container without init) a zombie is as dead as it gets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def test_a_terminals_ctrl_c_does_not_reach_renderers() -> None:
    """Its own process group, and SIGINT ignored: main decides what to interrupt."""
    done = run_program("""
import asyncio, os, signal
from ipclab import BrowserWindow, restart
async def main():
    contents = BrowserWindow().web_contents
    await contents.execute("1")
    pid = contents.get_os_process_id()
    print(os.getpgid(pid) != os.getpgid(0))
    os.kill(pid, signal.SIGINT)
    print(await contents.execute("'alive'"))
    await restart()
asyncio.run(main())
""")
    assert (done.stdout.split(), done.stderr) == (["True", "alive"], "")


def test_ctrl_c_ends_a_program_and_its_renderers() -> None:
    source = """
import asyncio
from ipclab import BrowserWindow
async def main():
    contents = BrowserWindow().web_contents
    await contents.execute("1")
    print(contents.get_os_process_id(), flush=True)
    await contents.execute("import asyncio\\nawait asyncio.Event().wait()")
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
    assert told.decode().splitlines()[-1] == "KeyboardInterrupt"
    asyncio.run(until_gone([pid]))


@program
async def test_a_stopped_renderer_does_not_stop_main() -> None:
    contents = await open_page()
    os.kill(contents.get_os_process_id(), signal.SIGSTOP)
    for _ in range(50):
        contents.send("ch", b"x" * 100_000)
    async with asyncio.timeout(2):
        await restart()


@program
async def test_where_the_system_has_no_pidfd_the_end_of_the_stream_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    contents = await open_page()
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    assert (await gone)[1].reason == "killed"
    await contents.reload()
    with pytest.raises(RenderProcessGone, match="abnormal-exit, exit code 3"):
        await contents.execute("import os\nos._exit(3)")
    await contents.reload()
    assert await contents.execute("1") == 1
    other = await open_page()
    BrowserWindow.get_all_windows()[1].close()
    assert other.is_destroyed()


@program
async def test_closed_windows_are_not_kept_in_memory() -> None:
    """Neither by main's tables nor by what once waited for them."""
    kept: list[weakref.ref[object]] = []
    for end in ("close", "crash", "restart"):
        contents = await open_page()
        window = BrowserWindow.get_all_windows()[0]
        await contents.execute("ipc_renderer.send('ch')")
        contents.load_url("about:blank")
        waits = asyncio.ensure_future(contents.execute("import asyncio\nawait asyncio.Event().wait()"))
        kept += [weakref.ref(contents), weakref.ref(window), weakref.ref(contents.host)]
        if end == "crash":
            gone = once(contents, "render-process-gone")
            contents.forcefully_crash_renderer()
            await gone
            del gone
        elif end == "close":
            app.on("window-all-closed", lambda *_: None)
            window.close()
        await restart()
        await asyncio.wait([waits])
        assert waits.exception() is not None
        del contents, window, waits
    gc.collect()
    assert [each() for each in kept if each() is not None] == []


# --- the spare -----------------------------------------------------------------------------------------------------


@program
async def test_a_spare_process_is_handed_over_once() -> None:
    spare.prepare()
    (pid,) = children()
    spare.prepare()
    assert children() == {pid}
    contents = BrowserWindow().web_contents
    assert contents.get_os_process_id() == pid
    assert await contents.execute("1") == 1
    assert BrowserWindow().web_contents.get_os_process_id() != pid


@program
async def test_a_spare_that_died_is_not_handed_over() -> None:
    spare.prepare()
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(5):
        while not is_zombie(pid) and is_alive(pid):
            await asyncio.sleep(0)
    contents = BrowserWindow().web_contents
    assert await contents.execute("1") == 1
    assert contents.get_os_process_id() != pid


@program
async def test_a_spare_gets_the_settings_of_the_window_that_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Working directory and module path are those of the moment the window opens, not those of the spare's start."""
    spare.prepare()
    (tmp_path / "ipclab_test_module.py").write_text("value = 42")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    contents = BrowserWindow().web_contents
    code = "import os, ipclab_test_module\n[os.getcwd(), ipclab_test_module.value]"
    assert await contents.execute(code) == [os.path.realpath(tmp_path), 42]


@program
async def test_dismissing_the_spare_ends_it() -> None:
    spare.prepare()
    (pid,) = children()
    spare.dismiss()
    assert not is_alive(pid)
    spare.dismiss()


# --- windows that cannot be opened -------------------------------------------------------------------------------


@program
async def test_a_path_object_in_the_module_path_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A common slip, which Python itself ignores."""
    monkeypatch.setattr(sys, "path", [*sys.path, Path("/no/such/folder")])
    assert await BrowserWindow().web_contents.execute("1") == 1


@program
async def test_a_window_opens_where_the_working_directory_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert await BrowserWindow().web_contents.execute("1") == 1


def test_a_machine_without_room_for_another_process_says_so_and_nothing_breaks() -> None:
    done = run_program("""
import asyncio, os, resource
from ipclab import BrowserWindow, restart
from ipclab.main import spare
async def main():
    first = BrowserWindow()
    await first.web_contents.execute("1")
    spare.dismiss()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/dev/fd")) - 1
    for room in range(3):
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + room, hard))
        try: BrowserWindow()
        except OSError as error: print(error.errno, len(BrowserWindow.get_all_windows()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    print(await BrowserWindow().web_contents.execute("'again'"), await first.web_contents.execute("'first'"))
    await restart()
asyncio.run(main())
""")
    assert (done.stdout.splitlines(), done.stderr) == (["24 1"] * 3 + ["again first"], "")


# --- large and many frames -----------------------------------------------------------------------------------------


@program
async def test_large_messages_cross_both_ways_at_once_without_deadlock() -> None:
    """Both sockets are full at the same time: main never blocks, so the renderer can finish writing."""
    contents = await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(event, data): got.append(len(data))")
    heard: list[int] = []
    ipc_main.on("ch", lambda _, data: heard.append(len(data)))
    for _ in range(8):
        contents.send("ch", b"x" * 4_000_000)
    await contents.execute("for _ in range(8): ipc_renderer.send('ch', b'y' * 4_000_000)")
    assert await contents.execute("got") == [4_000_000] * 8
    assert heard == [4_000_000] * 8


@program
async def test_ten_thousand_messages_arrive_in_order() -> None:
    contents = await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(event, n): got.append(n)")
    heard: list[int] = []
    ipc_main.on("ch", lambda _, number: heard.append(number))
    for number in range(5_000):
        contents.send("ch", number)
    await contents.execute("for number in range(5_000): ipc_renderer.send('ch', number)")
    assert heard == list(range(5_000))
    assert await contents.execute("got == list(range(5_000))")


@program
async def test_a_renderer_that_cannot_keep_up_gets_everything_in_the_end() -> None:
    contents = await open_page("""
import time
got = []
@ipc_renderer.on("ch")
def listen(event, number, data):
    time.sleep(0.001)
    got.append((number, len(data)))
""")
    for number in range(40):
        contents.send("ch", number, b"x" * 100_000)
    await settle()
    assert await contents.execute("got") == [[number, 100_000] for number in range(40)]


@program
async def test_threads_of_a_renderer_may_print_and_send() -> None:
    """A packet of one thread is never cut by another's."""
    contents = await open_page()
    heard: dict[int, list[int]] = {thread: [] for thread in range(4)}
    ipc_main.on("ch", lambda _, thread, number, __: heard[thread].append(number))
    await contents.execute("""
import asyncio, threading
def work(thread):
    for number in range(200):
        ipc_renderer.send("ch", thread, number, b"x" * 70_000 if number % 50 == 0 else None)
threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
for thread in threads: thread.start()
for thread in threads: await asyncio.to_thread(thread.join)
""")
    assert heard == {thread: list(range(200)) for thread in range(4)}


# --- a renderer that does not play by the rules --------------------------------------------------------------------

INSIDE = """
import gc
from ipclab.renderer.process import RendererProcess
process = next(each for each in gc.get_objects() if isinstance(each, RendererProcess))
"""


@pytest.mark.parametrize(
    "data",
    [b"\xff" * 64, b"\x05\x00\x00\x00\x00\x00\x00\x00hello", b"\x01\x00\x00\x00\x00\x00\x00\x00\x90"],
    ids=["a huge packet", "no msgpack", "no frame"],
)
@program
async def test_a_renderer_that_talks_nonsense_is_ended_and_main_goes_on(data: bytes) -> None:
    """Anything else a peer says is a ProtocolError: the receiver closes the link."""
    contents, other = await open_page(), await open_page()
    gone = once(contents, "render-process-gone")
    with pytest.raises(RenderProcessGone, match="protocol error"):
        await contents.execute(f"{INSIDE}process._link._socket.sendall({data!r})\nwhile True: pass")
    assert (await gone)[1].reason == "killed"
    assert await other.execute("1") == 1
    await contents.reload()
    assert await contents.execute("2") == 2


@program
async def test_arguments_that_are_no_clone_data_are_not_delivered(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda *args: heard.append(args))
    code = "import time\nfrom ipclab.protocol import Send\nprocess.write(Send(0, 'ch', b'garbage', time.monotonic()))"
    with pytest.raises(RenderProcessGone, match="protocol error"):
        await contents.execute(f"{INSIDE}{code}\nwhile True: pass")
    assert heard == []
    capsys.readouterr()


@program
async def test_a_renderer_that_hangs_up_without_ending_is_gone() -> None:
    """The end of the stream is the end: nothing more can be said to it."""
    contents = await open_page()
    with pytest.raises(RenderProcessGone):
        async with asyncio.timeout(2):
            await contents.execute(f"{INSIDE}import os\nos.close(process._link._socket.fileno())\nwhile True: pass")


# --- small parts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "clean-exit"),
        (1, "abnormal-exit"),
        (255, "abnormal-exit"),
        (-9, "killed"),
        (-15, "killed"),
        (-2, "killed"),
        (-11, "crashed"),
        (-6, "crashed"),
        (-4, "crashed"),
    ],
)
def test_exit_statuses_have_electrons_reasons(code: int, reason: str) -> None:
    """Semantics a.4: clean-exit, abnormal-exit, killed, crashed, ..."""
    assert reason_of(code) == reason


def test_a_link_that_was_never_attached_can_be_closed() -> None:
    one = Link.spawn()
    assert one.is_alive()
    one.close()
    one.close()
    assert not one.is_alive()
    assert not is_alive(one.pid)


def test_a_spawn_that_fails_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("reads /proc")
    before = open_files()
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(OSError, match="No such file"):
        Link.spawn()
    assert open_files() == before
