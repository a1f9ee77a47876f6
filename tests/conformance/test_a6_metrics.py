"""`app.getAppMetrics()`: what each process costs (semantics a.6)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ipc import OPEN, program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, ipc_main, measuring, once, restart
from ipclab.main.metrics import MemoryInfo, ProcessMetric
from ipclab.measuring import CPUUsage, Reading, from_proc, from_ps

on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


def of(pid: int) -> ProcessMetric:
    (metric,) = (each for each in app.get_app_metrics() if each.pid == pid)
    return metric


# --- which processes -----------------------------------------------------------------------------------------------


@held("a.6", "getAppMetrics()", "One object per process: `pid` and `type`, `Browser` for main, `Tab` for a renderer.")
@program
async def test_each_process_has_its_metrics() -> None:
    assert [(each.pid, each.type) for each in app.get_app_metrics()] == [(os.getpid(), "Browser")]
    pids = [BrowserWindow().web_contents.get_os_process_id() for _ in range(3)]
    told = [(each.pid, each.type) for each in app.get_app_metrics()]
    assert told == [(os.getpid(), "Browser"), *((pid, "Tab") for pid in pids)]


@held("a.6", "getAppMetrics()", "A process that is gone is not in it.")
@program
async def test_a_process_that_is_gone_has_no_metrics() -> None:
    closed, crashed, left = (BrowserWindow() for _ in range(3))
    gone = once(crashed.web_contents, "render-process-gone")
    crashed.web_contents.forcefully_crash_renderer()
    await gone
    closed.close()
    assert [each.pid for each in app.get_app_metrics()] == [os.getpid(), left.web_contents.get_os_process_id()]
    await crashed.reload()
    assert crashed.web_contents.get_os_process_id() in [each.pid for each in app.get_app_metrics()]


# --- the numbers ---------------------------------------------------------------------------------------------------


@held("a.6", "getAppMetrics()", "`memory`: `workingSetSize` and `peakWorkingSetSize` in kilobytes.")
@held("a.6", "getAppMetrics()", "On Linux memory is VmRSS and VmHWM of `/proc/<pid>/status`.")
@on_linux
@program
async def test_memory_is_what_linux_says() -> None:
    # A stopped process: its memory stays as it is between the two looks.
    child = subprocess.Popen([sys.executable, "-c", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"])
    try:
        os.waitpid(child.pid, os.WUNTRACED)
        lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines)
        reading = from_proc([child.pid])[child.pid]
        assert status["VmRSS"].split() == [str(reading.memory), "kB"]
        assert status["VmHWM"].split() == [str(reading.peak), "kB"]
    finally:
        child.kill()
        child.wait()


@held("a.6", "getAppMetrics()", "`memory`: `workingSetSize` and `peakWorkingSetSize` in kilobytes.")
@program
async def test_memory_grows_with_what_a_renderer_keeps() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute("1")
    pid = contents.get_os_process_id()
    before = of(pid).memory
    await contents.execute("kept = bytearray(b'x') * (64 << 20)\nNone")
    after = of(pid).memory
    assert 60_000 < after.working_set_size - before.working_set_size < 80_000
    assert after.peak_working_set_size >= after.working_set_size
    await contents.execute("del kept")
    assert of(pid).memory.peak_working_set_size - before.peak_working_set_size > 40_000


@held("a.6", "getAppMetrics()", "`percentCPUUsage` is 0 in the first call, also of a process that is new since.")
@program
async def test_the_first_percentage_is_zero() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute("sum(range(10 ** 6))")
    assert [each.cpu.percent_cpu_usage for each in app.get_app_metrics()] == [0, 0]
    other = BrowserWindow(web_preferences=OPEN).web_contents
    await other.execute("sum(range(10 ** 6))")
    assert of(other.get_os_process_id()).cpu.percent_cpu_usage == 0
    await restart()
    assert [each.cpu.percent_cpu_usage for each in app.get_app_metrics()] == [0]


@held("a.6", "getAppMetrics()", "`percentCPUUsage` is since the previous call, of all processors together.")
@held("a.6", "getAppMetrics()", "`cumulativeCPUUsage` is in seconds since the process was started.")
@program
async def test_a_busy_renderer_takes_its_share() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    pid = contents.get_os_process_id()
    times = [time.monotonic()]
    before = of(pid).cpu
    times.append(time.monotonic())
    await contents.execute("import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass")
    times.append(time.monotonic())
    after = of(pid).cpu
    times.append(time.monotonic())
    used = after.cumulative_cpu_usage - before.cumulative_cpu_usage
    assert used >= 0.28  # the system counts hundredths
    share = 100 * used / (os.cpu_count() or 1)
    assert share / (times[3] - times[0]) <= after.percent_cpu_usage <= share / (times[2] - times[1])


@held("a.6", "getAppMetrics()", "`idleWakeupsPerSecond` is since the previous call.")
@on_linux
@program
async def test_wakeups_are_counted() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute("import time\nNone")
    pid = contents.get_os_process_id()
    assert of(pid).cpu.idle_wakeups_per_second == 0
    await contents.execute("for _ in range(50): time.sleep(0.001)")
    assert of(pid).cpu.idle_wakeups_per_second > 5


@different(
    "a.6",
    "getAppMetrics()",
    "`creationTime` is in milliseconds since the epoch.",
    "In seconds since the epoch, as all of ipclab's times (but `set_timeout`'s) and `time.time()`.",
)
@program
async def test_the_creation_time_is_in_seconds() -> None:
    began = time.time()
    pid = BrowserWindow().web_contents.get_os_process_id()
    created = of(pid).creation_time
    assert began - 2 < created < time.time() + 2
    assert of(pid).creation_time == pytest.approx(created, abs=2)


@held("a.6", "getAppMetrics()", "What cannot be read is 0.")
@pytest.mark.parametrize("read", [from_proc, from_ps])
def test_an_unreadable_process_has_zeros(read: Callable[[list[int]], dict[int, Reading]]) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert read([child.pid]) == {child.pid: Reading()}


@held("a.6", "getAppMetrics()", "Other systems tell memory and CPU time as well.")
@program
async def test_without_proc_ps_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measuring, "PROC", tmp_path)
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute("import time\nend = time.process_time() + 1.1\nwhile time.process_time() < end: pass")
    pid = contents.get_os_process_id()
    told = of(pid)
    assert told.memory.working_set_size > 1000
    assert told.memory.peak_working_set_size >= told.memory.working_set_size
    assert told.cpu.cumulative_cpu_usage >= 1
    assert abs(told.creation_time - time.time()) < 60


# --- the records ---------------------------------------------------------------------------------------------------


@different(
    "a.6",
    "getAppMetrics()",
    "An array of plain objects.",
    "Frozen records with attributes in snake_case; in another process they are dicts.",
)
@program
async def test_metrics_are_records_and_cross_as_dicts() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    metric = app.get_app_metrics()[0]
    assert (type(metric), type(metric.cpu), type(metric.memory)) == (ProcessMetric, CPUUsage, MemoryInfo)
    with pytest.raises(AttributeError):
        metric.pid = 1  # type: ignore[misc]
    ipc_main.handle("metrics", lambda _: app.get_app_metrics())
    code = "from ipclab import ipc_renderer\ntold = await ipc_renderer.invoke('metrics')\n"
    assert await contents.execute(code + "sorted(told[0]), sorted(told[1]['cpu']), sorted(told[1]['memory'])") == [
        ["cpu", "creation_time", "memory", "pid", "type"],
        ["cumulative_cpu_usage", "idle_wakeups_per_second", "percent_cpu_usage"],
        ["peak_working_set_size", "working_set_size"],
    ]


not_simulated(
    "a.6",
    "getAppMetrics()",
    "`privateBytes` and `integrityLevel` (Windows), `sandboxed` (macOS, Windows).",
    "ipclab runs on Linux and macOS and confines no process.",
)
not_simulated(
    "a.6",
    "getAppMetrics()",
    "`name` and `serviceName` of utility processes; `type` `GPU`, `Utility`, `Zygote` and so on.",
    "There are no such processes: main and renderers are all.",
)
