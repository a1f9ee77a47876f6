"""`app`: the dial, the end, starting all over, and the programs around it (design 4.1 and 5)."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from ipc import is_alive, open_page, program, run_program

import ipclab
from ipclab import (
    BrowserWindow,
    Error,
    app,
    global_,
    ipc_main,
    once,
    restart,
    trace,
    web_contents,
)


def watch_app() -> list[str]:
    fired: list[str] = []
    for event in ("before-quit", "will-quit", "quit"):
        app.on(event, lambda *_, event=event: fired.append(event))
    return fired


# --- before any loop -----------------------------------------------------------------------------------------------


def test_listeners_may_be_registered_before_any_loop_runs_and_the_program_ends_by_itself() -> None:
    """Design 4.1, module objects."""
    done = run_program("""
import asyncio
from ipclab import app, BrowserWindow, ipc_main, web_contents, trace
assert not app.is_ready()
app.on("ready", lambda event: print("ready"))
app.on("window-all-closed", lambda *_: print("all closed"))
ipc_main.on("ch", lambda event, text: print("main hears", text))
ipc_main.handle("twice", lambda event, number: number * 2)
async def main():
    await app.when_ready()
    window = BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False})
    code = "from ipclab import ipc_renderer\\nipc_renderer.send('ch', 'it')\\nawait ipc_renderer.invoke('twice', 21)"
    print(await window.web_contents.execute(code))
    window.close()
asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["ready", "main hears it", "42", "all closed"]


# --- the dial ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "shown"), [(9, "9"), ("9", "9"), ("9.4.4", "9.4.4"), (43, "43"), ("43.0.0", "43.0.0"), ("12", "12")]
)
@program
async def test_the_dial_takes_versions_from_9_to_43(version: Any, shown: str) -> None:
    """Design 5."""
    assert app.electron_version == "43"
    app.electron_version = version
    assert app.electron_version == shown
    await restart()
    assert app.electron_version == "43"


@pytest.mark.parametrize("version", [8, 44, "8.5", "44.0", "", "new", "9.x", "-9", None, 9.4, True, [9], "9.", "v9"])
@program
async def test_the_dial_refuses_what_is_no_version_from_9_to_43(version: Any) -> None:
    app.electron_version = 20
    with pytest.raises(ValueError, match=r"9 to 43"):
        app.electron_version = version
    assert app.electron_version == "20"


# --- restart -------------------------------------------------------------------------------------------------------


@program
async def test_restart_closes_all_windows_unasked_and_ids_begin_at_1() -> None:
    """Design 4.1: no window can refuse."""
    windows = [BrowserWindow() for _ in range(2)]
    pids = [window.web_contents.get_os_process_id() for window in windows]
    for window in windows:
        window.on("close", lambda event: event.prevent_default())
    fired = watch_app()
    await restart()
    assert all(window.is_destroyed() for window in windows)
    assert not any(is_alive(pid) for pid in pids)
    assert "before-quit" not in fired
    window = BrowserWindow()
    assert (window.id, window.web_contents.id) == (1, 1)
    assert web_contents.get_all_web_contents() == [window.web_contents]


@program
async def test_restart_removes_listeners_and_handlers_and_resets_the_rest() -> None:
    contents = await open_page()
    for emitter in (app, ipc_main):
        emitter.on("ch", print).set_max_listeners(50)
    ipc_main.remove_all_listeners("error")
    ipc_main.handle("ch", print)
    global_.user = {"name": "John"}
    app.electron_version = 12
    await contents.execute("ipc_renderer.send('ch', 1)")
    assert len(trace) == 1
    await restart()
    assert app.event_names() == ["window-all-closed"]  # Electron's own listener, which quits
    assert ipc_main.event_names() == ["error"]
    assert (app.get_max_listeners(), ipc_main.get_max_listeners()) == (10, 10)
    ipc_main.handle("ch", print)
    assert vars(global_) == {}
    assert app.electron_version == "43"
    assert len(trace) == 0
    contents = await open_page()
    await contents.execute("ipc_renderer.send('ch')")
    assert trace[0].number == 1


@program
async def test_restart_may_be_called_at_any_time_and_twice() -> None:
    await restart()
    BrowserWindow().load_url("about:blank")
    await asyncio.gather(restart(), restart())
    app.quit()
    await restart()
    assert app.is_ready()


@program
async def test_restart_ends_running_handlers_and_listeners_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of the old life is left in the new one: no task, no message, no complaint."""
    contents = await open_page()
    ended: list[str] = []
    begun = once(ipc_main, "begun")
    ipc_main.on("begun", lambda _: None)

    async def wait(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(10):  # cleaning up takes a few turns
                await asyncio.sleep(0)
            ended.append(name)

    ipc_main.handle("ch", lambda _: wait("handler"))

    @ipc_main.on("ch")
    async def listener(_: object) -> None:
        await wait("listener")

    await contents.execute("ipc_renderer.invoke('ch')\nipc_renderer.send('ch')\nipc_renderer.send('begun')")
    await begun
    await restart()
    assert sorted(ended) == ["handler", "listener"]
    assert len(asyncio.all_tasks()) == 1
    assert len(trace) == 0
    assert capsys.readouterr().err == ""


@program
async def test_a_handler_that_fails_while_restart_ends_it_is_not_asyncios_to_report() -> None:
    contents = await open_page()
    begun = once(ipc_main, "begun")
    ipc_main.on("begun", lambda _: None)

    async def wait(_: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("boom") from None

    ipc_main.handle("ch", wait)
    ipc_main.on("ch", wait)
    await contents.execute("ipc_renderer.invoke('ch')\nipc_renderer.send('ch')\nipc_renderer.send('begun')")
    await begun
    await restart()
    gc.collect()  # a task whose exception nobody has looked at would now be reported, which fails the test


@program
async def test_restart_inside_a_handler_does_not_cancel_itself() -> None:
    contents = await open_page()
    done = asyncio.Event()

    @ipc_main.handle("ch")
    async def handler(_: object) -> None:
        await restart()
        done.set()

    asked = asyncio.ensure_future(contents.execute("await ipc_renderer.invoke('ch')"))
    await done.wait()
    with pytest.raises(ipclab.RenderProcessGone):
        await asked
    assert BrowserWindow.get_all_windows() == []


@program
async def test_restart_takes_five_seconds_at_most() -> None:
    """Design 4.1: done in 5 s at most, also with a renderer that is busy for ever and a handler that will not end."""
    contents = await open_page()
    begun = once(ipc_main, "begun")
    ipc_main.on("begun", lambda _: None)
    stubborn = True

    @ipc_main.handle("ch")
    async def handler(_: object) -> None:
        while stubborn:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                pass

    running = asyncio.ensure_future(
        contents.execute("ipc_renderer.invoke('ch')\nipc_renderer.send('begun')\nwhile True: pass")
    )
    await begun
    started = asyncio.get_running_loop().time()
    async with asyncio.timeout(5.5):
        await restart()
    assert asyncio.get_running_loop().time() - started < 5.5
    with pytest.raises(ipclab.RenderProcessGone):
        await running
    stubborn = False
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0.01)


# --- the end -------------------------------------------------------------------------------------------------------


@program
async def test_a_listener_that_raises_does_not_stop_the_quit(capsys: pytest.CaptureFixture[str]) -> None:
    window = BrowserWindow()
    fired = watch_app()

    def broken(*_: object) -> None:
        raise ValueError("boom")

    for emitter, event in ((app, "before-quit"), (window, "close"), (window, "closed"), (app, "will-quit")):
        emitter.on(event, broken)
    app.quit()
    assert fired == ["before-quit", "will-quit", "quit"]
    assert capsys.readouterr().err.count("ValueError: boom") == 4


@pytest.mark.parametrize("end", [app.quit, app.exit])
@program
async def test_after_the_end_no_window_opens_until_restart(end: Callable[[], None]) -> None:
    """Design 4.1: afterwards BrowserWindow() raises an error that names restart(); the host program goes on."""
    end()
    with pytest.raises(Error, match=r"quit.*restart\(\)"):
        BrowserWindow()
    await restart()
    assert await BrowserWindow().web_contents.execute("1") == 1


# --- loops and programs --------------------------------------------------------------------------------------------


def test_module_objects_stay_the_same_in_a_second_loop() -> None:
    """Design 4.1: used from a new loop after restart(), nothing stays tied to an old loop, however that ended."""
    done = run_program("""
import asyncio, ipclab
from ipclab import app, BrowserWindow, ipc_main, restart, settle, trace, web_contents
OPEN = {"node_integration": True, "context_isolation": False}
before = [id(each) for each in (app, ipc_main, trace, web_contents, ipclab.global_)]
async def first():
    window = BrowserWindow(web_preferences=OPEN)
    await window.web_contents.execute("from ipclab import ipc_renderer")
    asked, never = asyncio.Event(), asyncio.Event()
    ipc_main.on("asked", lambda event: asked.set())
    ipc_main.handle("never", lambda event: never.wait())
    await window.web_contents.execute("ipc_renderer.invoke('never')\\nipc_renderer.send('asked')")
    await asked.wait()
    waits = asyncio.create_task(window.web_contents.execute("import asyncio\\nawait asyncio.Event().wait()"))
    settles = asyncio.create_task(settle())
    BrowserWindow().load_url("data:text/html,<script type='py'>while True: pass</script>")
    await asyncio.sleep(0)
    never.is_set()  # referenced to the end: a wait that is garbage is answered
async def second():
    await restart()
    window = BrowserWindow(web_preferences=OPEN)
    ipc_main.handle("twice", lambda event, n: n * 2)
    code = "from ipclab import ipc_renderer\\nawait ipc_renderer.invoke('twice', 4)"
    print(window.id, await window.web_contents.execute(code))
    await settle()
    window.close()
async def third():
    try: BrowserWindow()
    except ipclab.Error as error: print("restart()" in str(error))
    await restart()
    window = BrowserWindow(web_preferences=OPEN)
    print(window.id, await window.web_contents.execute("3"))
    await restart()
for program in (first, second, third): asyncio.run(program())
print(before == [id(each) for each in (app, ipc_main, trace, web_contents, ipclab.global_)])
""")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["1 8", "True", "1 3", "True"]
    assert done.stderr == ""


@pytest.mark.parametrize("end", ["", "app.quit()", "app.exit(3)", "await restart()", "window.destroy()", "1 / 0"])
def test_a_program_ends_by_itself_and_says_nothing(end: str) -> None:
    """However it ends: no child is left, nothing is printed at interpreter exit, not even a ResourceWarning."""
    done = run_program(
        f"""
import asyncio
from ipclab import app, BrowserWindow, ipc_main, restart
async def main():
    window = BrowserWindow(web_preferences={{"node_integration": True, "context_isolation": False}})
    contents = window.web_contents
    pid = contents.get_os_process_id()
    await contents.execute("from ipclab import ipc_renderer\\nipc_renderer.send('ch')")
    window.load_url("about:blank")
    other = BrowserWindow()
    print(pid, other.web_contents.get_os_process_id(), flush=True)
    {end}
asyncio.run(main())
""",
        "-X",
        "dev",
        "-W",
        "error",
    )
    if end == "1 / 0":
        assert done.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"
        assert done.stderr.count("Traceback") == 1
    else:
        assert (done.returncode, done.stderr) == (0, "")
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2
    deadline = asyncio.run(_gone(pids))
    assert deadline, "a renderer outlived its program"


async def _gone(pids: list[int]) -> bool:
    """Orphans are reaped by init, a moment later."""
    for _ in range(200):
        if not any(is_alive(pid) for pid in pids):
            return True
        await asyncio.sleep(0.01)
    return False


def test_what_a_renderer_says_after_the_loop_was_closed_is_ignored() -> None:
    done = run_program("""
import asyncio, select
from ipclab import BrowserWindow
async def main():
    global contents
    contents = BrowserWindow().web_contents
    await contents.execute("import time")
    asyncio.ensure_future(contents.execute("time.sleep(0.2)"))
    contents.send("ch")
    await asyncio.sleep(0)
asyncio.run(main())
assert select.select([contents.host.link._socket], [], [], 5)[0]
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_handler_still_open_at_the_programs_end_is_not_an_error() -> None:
    done = run_program("""
import asyncio
from ipclab import BrowserWindow, ipc_main, once
async def main():
    ipc_main.handle("ch", lambda event: asyncio.Event().wait())
    ipc_main.on("sent", lambda event: None)
    sent = once(ipc_main, "sent")
    window = BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False})
    code = "from ipclab import ipc_renderer\\npromise = ipc_renderer.invoke('ch')\\nipc_renderer.send('sent')"
    await window.web_contents.execute(code + "\\npromise.add_done_callback(lambda done: done.exception())")
    await sent
asyncio.run(main())
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@program
async def test_eleven_listeners_on_app_warn_once() -> None:
    """Semantics c, max listeners: app is an ordinary emitter."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(12):
            app.on("quit", print)
    (warning,) = caught
    assert "11 quit listeners added to [App]. MaxListeners is 10." in str(warning.message)


def test_a_star_import_needs_no_notebook() -> None:
    """Design 3: the package is a usable library in any asyncio program; errors are importable from it (design 4)."""
    done = run_program("""
import sys
sys.modules.update(dict.fromkeys(["IPython", "ipykernel", "ipywidgets"]))  # as if they were not installed
from ipclab import *
print(app, ipc_main, BrowserWindow.__name__, issubclass(RenderProcessGone, Exception))
""")
    assert (done.stdout, done.stderr) == ("<app> <ipc_main> BrowserWindow True\n", "")


def test_a_name_that_is_nobodys_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_like_that'"):
        _ = ipclab.nothing_like_that
