"""`process`: what a process takes of memory and processors (semantics a.12)."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ipc import OPEN, in_preload_world, open_page, program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, ipc_main, measuring, once, process, settle, trace
from ipclab.main.web_contents import WebContents
from ipclab.measuring import from_vm_stat, memory_of

on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")

MEMORY = "getProcessMemoryInfo()"
SYSTEM = "getSystemMemoryInfo()"

KEEP = 64 << 10  # kilobytes


async def page() -> WebContents:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute("from ipclab import process")
    return contents


# --- a process's memory --------------------------------------------------------------------------------------------


@held("a.12", MEMORY, "A promise of `{residentSet, private, shared}` in kilobytes, of this process.")
@program
async def test_memory_grows_with_what_a_process_keeps() -> None:
    contents = await page()
    before = await contents.execute("await process.get_process_memory_info()")
    assert sorted(before) == ["private", "resident_set", "shared"]
    await contents.execute(f"kept = bytearray(b'x') * ({KEEP} << 10)\nNone")
    after = await contents.execute("await process.get_process_memory_info()")
    for field in ("resident_set", "private"):
        assert 0.9 * KEEP < after[field] - before[field] < 1.2 * KEEP
    assert abs(after["shared"] - before["shared"]) < 0.2 * KEEP


@held("a.12", MEMORY, "In main it measures main, in a renderer that renderer.")
@program
async def test_every_process_measures_itself() -> None:
    contents = await page()
    await contents.execute(f"kept = bytearray(b'x') * ({KEEP} << 10)\nNone")
    promise = process.get_process_memory_info()
    assert inspect.isawaitable(promise)
    main = await promise
    there = await contents.execute("await process.get_process_memory_info()")
    told = memory_of(contents.get_os_process_id())
    assert abs(there["private"] - told.private) < 0.1 * KEEP
    assert abs(memory_of(os.getpid()).private - main.private) < 0.1 * KEEP


@held(
    "a.12", MEMORY, "On Linux `private` is what is anonymous or swapped out, `shared` the rest of the resident set."
)
@on_linux
def test_memory_is_what_linux_says() -> None:
    # A stopped process: its memory stays as it is between the two looks.
    child = subprocess.Popen([sys.executable, "-c", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"])
    try:
        os.waitpid(child.pid, os.WUNTRACED)
        lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
        status = {name: int(text.split()[0]) for name, text in (line.split(":", 1) for line in lines) if "kB" in text}
        told = memory_of(child.pid)
        near = 256  # the kernel's counters of a busy moment are written down in lots
        assert abs(told.resident_set - status["VmRSS"]) <= near
        assert abs(told.private - status["RssAnon"] - status["VmSwap"]) <= near
        assert abs(told.shared - status["RssFile"] - status["RssShmem"]) <= near
    finally:
        child.kill()
        child.wait()


@held("a.12", MEMORY, "In a renderer it is itself an internal invoke to main, which `ipcMain` does not hear.")
@program
async def test_a_renderer_asks_main_for_its_memory() -> None:
    contents = await page()
    ipc_main.handle("BROWSER_GET_PROCESS_MEMORY_INFO", lambda _: "the app's")
    assert isinstance(await contents.execute("await process.get_process_memory_info()"), dict)
    await settle()
    assert [(message.kind, message.sender, message.channel, message.outcome) for message in trace] == [
        ("invoke", "renderer 1", "BROWSER_GET_PROCESS_MEMORY_INFO", "delivered"),
        ("reply", "main", "BROWSER_GET_PROCESS_MEMORY_INFO", "delivered"),
    ]
    code = "from ipclab import ipc_renderer\nawait ipc_renderer.invoke('BROWSER_GET_PROCESS_MEMORY_INFO')"
    assert await contents.execute(code) == "the app's"


@held("a.12", MEMORY, "Preload scripts have it, isolated or not; a page without Electron does not.")
@program
async def test_preloads_have_it_and_pages_do_not() -> None:
    contents = BrowserWindow().web_contents
    told = once(ipc_main, "told")
    code = (
        "from ipclab import ipc_renderer, process\nipc_renderer.send('told', await process.get_process_memory_info())"
    )
    await in_preload_world(contents, code)
    _, memory = await told
    assert memory["private"] > 0
    with pytest.raises(ImportError, match=r"process is not available to the page"):
        await contents.execute("from ipclab import process")


not_simulated(
    "a.12",
    MEMORY,
    "In main before ready it rejects: `Memory Info is available only after app ready`.",
    "To await it a loop must run, and then the app is ready.",
)

# --- the system's memory -------------------------------------------------------------------------------------------


@held("a.12", SYSTEM, "Returns `{total, free, swapTotal, swapFree}` in kilobytes, synchronously.")
@program
async def test_the_systems_memory_is_told_at_once() -> None:
    here = process.get_system_memory_info()
    assert here.total == pytest.approx(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024, rel=0.1)
    assert 0 < here.free <= here.total
    assert 0 <= here.swap_free <= here.swap_total
    contents = await page()
    there = await contents.execute("process.get_system_memory_info()")
    assert sorted(there) == ["free", "swap_free", "swap_total", "total"]
    assert there["total"] == here.total


@held("a.12", SYSTEM, "macOS tells `total` and `free`, and nothing of swap.")
def test_mac_os_tells_its_pages() -> None:
    page_size = os.sysconf("SC_PAGE_SIZE")
    told = from_vm_stat(
        f"Mach Virtual Memory Statistics: (page size of {page_size} bytes)\n"
        "Pages free:                               41250.\n"
        "Pages active:                            412053.\n"
    )
    assert told.free == 41250 * page_size // 1024
    assert (told.swap_total, told.swap_free) == (0, 0)
    assert from_vm_stat("").free == 0


not_simulated(
    "a.12",
    SYSTEM,
    "`available` (Linux, in the development version), `fileBacked` and `purgeable` (macOS).",
    "ipclab gives what all versions of the dial give.",
)

# --- processors and time -------------------------------------------------------------------------------------------


@held("a.12", "getCPUUsage()", "`percentCPUUsage` is since the previous call, 0 in the first, of all processors.")
@program
async def test_a_busy_renderer_takes_its_share() -> None:
    contents = await page()
    first = await contents.execute("process.get_cpu_usage()")
    assert first["percent_cpu_usage"] == 0
    before = time.monotonic()
    await contents.execute("import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass")
    second = await contents.execute("process.get_cpu_usage()")
    used = second["cumulative_cpu_usage"] - first["cumulative_cpu_usage"]
    assert used >= 0.28  # the system counts hundredths
    least = 100 * used / (time.monotonic() - before + 60) / (os.cpu_count() or 1)
    assert least < second["percent_cpu_usage"] <= 100
    assert second["idle_wakeups_per_second"] >= 0


@held("a.12", "getCPUUsage()", "Main has it as well.")
@program
async def test_main_knows_its_own_share() -> None:
    process.get_cpu_usage()
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    usage = process.get_cpu_usage()
    assert 0 < usage.percent_cpu_usage <= 100
    assert usage.cumulative_cpu_usage == pytest.approx(time.process_time(), abs=0.5)


@different(
    "a.12",
    "getCreationTime()",
    "In milliseconds since the epoch.",
    "In seconds, as all of ipclab's times (but `set_timeout`'s) and `time.time()`.",
)
@program
async def test_the_creation_time_is_in_seconds() -> None:
    began = time.time()
    contents = await page()
    created = await contents.execute("process.get_creation_time()")
    assert process.get_creation_time() - 2 < began - 2 < created < time.time() + 2
    (metric,) = (each for each in app.get_app_metrics() if each.type == "Tab")
    assert metric.creation_time == pytest.approx(created, abs=2)


@held("a.12", "type, pid", "`type` is `browser` in main and `renderer` in a renderer, `pid` the system's.")
@program
async def test_every_process_knows_what_it_is() -> None:
    contents = await page()
    assert (process.type, process.pid) == ("browser", os.getpid())
    assert await contents.execute("process.type, process.pid") == ["renderer", contents.get_os_process_id()]


not_simulated(
    "a.12",
    "getHeapStatistics()",
    "V8's heap: `totalHeapSize`, `usedHeapSize`, ...",
    "Python's memory has no such heap.",
)
not_simulated("a.12", "type, pid", "`worker`, `service-worker` and `utility`.", "There are no such processes.")


@held("a.12", MEMORY, "Other systems tell it as well.")
@program
async def test_without_proc_ps_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measuring, "PROC", tmp_path)
    contents = await open_page()
    told = memory_of(contents.get_os_process_id())
    assert told.resident_set > 1000
    assert told.private + told.shared == told.resident_set
