"""A real kernel for tests: cells run in it as JupyterLab runs them, and every wait is bounded.

Outputs are kept per cell by their parent header, as a front end does, also those that come after the cell has ended.
Live views have their other end in `front_end.py`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

#: Seconds. No wait of a test is longer, so that a hang is a failure with a text.
LIMIT = 20.0

#: Seconds for which jupyter_client waits before it sends SIGTERM.
SHUTDOWN_PATIENCE = 2.5

#: The form of an output that is a live view: a reference to what the kernel has.
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"

#: Stands for a cell id of the request's own, as each cell of a notebook has one.
FRESH = "fresh"

#: What JupyterLab's readers have; under pytest ipclab would be more patient.
READERS_LOCKSTEP = {"IPCLAB_LOCKSTEP_LIMIT": "0.1"}

PACKAGE_FOLDER = str(Path(__file__).parents[1] / "ipclab")


#: No history file; and one kernel runs many lessons, which is no reason for IPython to warn of its many outputs.
OPTIONS = ("--HistoryManager.enabled=False", "--InteractiveShell.cache_size=100000")


class Cell:
    """One execution of a cell and what it has put out so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.outputs: list[dict[str, Any]] = []
        #: Those of the outputs that came after the cell's end.
        self.late: list[dict[str, Any]] = []
        self.reply: dict[str, Any] | None = None
        self.idle = False

    @property
    def done(self) -> bool:
        return self.reply is not None and self.idle

    def stream(self, *names: str) -> str:
        """The text of the named streams, in the order in which it came."""
        return "".join(output["text"] for output in self.outputs if output.get("name") in names)

    @property
    def stdout(self) -> str:
        return self.stream("stdout")

    @property
    def stderr(self) -> str:
        return self.stream("stderr")

    @property
    def console(self) -> str:
        """Both streams, as the reader sees them."""
        return self.stream("stdout", "stderr")

    @property
    def bundles(self) -> list[dict[str, Any]]:
        """The MIME bundles of results and displays."""
        return [output["data"] for output in self.outputs if "data" in output]

    @property
    def shown(self) -> list[str]:
        """The bundles' plain texts."""
        return [bundle["text/plain"] for bundle in self.bundles]

    @property
    def result(self) -> str | None:
        """The plain text of the one result, None if nothing is shown."""
        assert len(self.shown) <= 1, self.shown
        return self.shown[0] if self.shown else None

    @property
    def error(self) -> str | None:
        """`Name: text` of the error that ended the cell, None if it ended well."""
        errors = [output for output in self.outputs if "ename" in output]
        assert len(errors) <= 1, errors
        return f"{errors[0]['ename']}: {errors[0]['evalue']}" if errors else None

    @property
    def traceback(self) -> str:
        """What a notebook shows of the error, without colours."""
        lines = [line for output in self.outputs for line in output.get("traceback", ())]
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))

    def comparable(self) -> list[dict[str, Any]]:
        """The outputs as nbval compares them: streams merged, no counters, no tracebacks, no ids of live views."""
        streams = [{"name": name, "text": text} for name in ("stdout", "stderr") if (text := self.stream(name))]
        errors = [{key: output[key] for key in ("ename", "evalue")} for output in self.outputs if "ename" in output]
        bundles = [{kind: data for kind, data in bundle.items() if kind != LIVE_VIEW} for bundle in self.bundles]
        return [*streams, *bundles, *errors]

    def take(self, message: Mapping[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            self.idle = content["execution_state"] == "idle"
        elif kind in ("stream", "execute_result", "display_data", "error"):
            self.outputs.append(content)
            if self.idle:
                self.late.append(content)

    def __repr__(self) -> str:
        state = "ended" if self.done else "RUNS"
        return f"<cell {state} {self.source!r} {self.outputs}>"


class Kernel:
    """A kernel process and its client."""

    def __init__(self, environment: Mapping[str, str], cwd: Path | None = None) -> None:
        # Not pytest's folder: the paths of its sockets must be short.
        self._folder = tempfile.TemporaryDirectory(prefix="ipclab-")
        folder = Path(self._folder.name)
        self._mark = f"IPCLAB_TEST_KERNEL={uuid.uuid4()}"
        self._cells: dict[str, Cell] = {}
        self._replies: dict[str, dict[str, Any] | None] = {}
        self._ids = 0
        #: Called with every message that the kernel publishes.
        self.onlookers: list[Callable[[Mapping[str, Any]], object]] = []
        file, _ = write_connection_file(str(folder / "kernel.json"), transport="ipc", ip=str(folder / "kernel"))
        self.log = folder / "kernel.log"
        name, _, value = self._mark.partition("=")
        own = {
            "IPYTHONDIR": str(folder / "ipython"),
            "JPY_PARENT_PID": str(os.getpid()),  # should this process be killed, the kernel goes too
            name: value,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ipykernel_launcher", "-f", file, *OPTIONS],
                cwd=cwd or folder,
                env={**os.environ, **own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.client = BlockingKernelClient(connection_file=file)
        self.client.load_connection_file()
        self.client.start_channels(stdin=False, hb=False)
        try:
            self.client.wait_for_ready(timeout=60)
            self.run("%load_ext ipclab\nimport asyncio, os, sys, time\nimport ipclab")
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        return self.process.pid

    # --- cells ---------------------------------------------------------------------------------------------------

    def start(self, source: str, cell: str | None = FRESH) -> Cell:
        """Send a cell; with an id of its own unless `cell` gives one, and without if that is None."""
        if cell == FRESH:
            self._ids += 1
            cell = f"{FRESH}-{self._ids}"
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"deletedCells": [], "recordTiming": False}
        if cell is not None:
            message["metadata"]["cellId"] = cell
        started = self._cells[message["header"]["msg_id"]] = Cell(source)
        self.client.shell_channel.send(message)
        return started

    def run(self, source: str, cell: str | None = FRESH, limit: float = LIMIT) -> Cell:
        """Run a cell and return it when it has ended. TimeoutError after `limit` seconds."""
        return self.wait(self.start(source, cell), limit)

    def good(self, source: str, cell: str | None = FRESH, limit: float = LIMIT) -> Cell:
        """As `run`, for a cell that must end without an error."""
        ended = self.run(source, cell, limit)
        assert ended.reply is not None
        # A cell sent while another one fails is not run at all.
        assert ended.reply["status"] == "ok", ended.traceback or ended
        return ended

    def wait(self, cell: Cell, limit: float = LIMIT) -> Cell:
        """Wait for the end of a cell."""
        self.wait_until(lambda: cell.done, limit)
        return cell

    def wait_until(self, condition: Callable[[], object], limit: float = LIMIT) -> None:
        """Read what the kernel says until `condition()` holds. TimeoutError after `limit` seconds."""
        deadline = time.monotonic() + limit
        while True:
            self._read()
            if condition():
                return
            left = deadline - time.monotonic()
            if left <= 0:
                running = [cell for cell in self._cells.values() if not cell.done]
                raise TimeoutError(f"not within {limit:g} s; running: {running}\n{self.log.read_text()[-2000:]}")
            channels = [self.client.iopub_channel, self.client.shell_channel, self.client.control_channel]
            zmq.select([channel.socket for channel in channels], [], [], min(left, 0.05))

    def _read(self) -> None:
        while self.client.iopub_channel.msg_ready():
            message = self.client.iopub_channel.get_msg(timeout=0)
            for onlooker in self.onlookers:
                onlooker(message)
            if (cell := self._cells.get(message["parent_header"].get("msg_id", ""))) is not None:
                cell.take(message)
        while self.client.shell_channel.msg_ready():
            message = self.client.shell_channel.get_msg(timeout=0)
            if (cell := self._cells.get(message["parent_header"].get("msg_id", ""))) is not None:
                cell.reply = message["content"]
            self._keep_reply(message)
        while self.client.control_channel.msg_ready():
            self._keep_reply(self.client.control_channel.get_msg(timeout=0))

    def _keep_reply(self, message: Mapping[str, Any]) -> None:
        if (request := message["parent_header"].get("msg_id", "")) in self._replies:
            self._replies[request] = message["content"]

    # --- other requests ------------------------------------------------------------------------------------------

    def ask(self, kind: str, content: Mapping[str, Any], subshell: str | None = None) -> Callable[[], Any]:
        """Send a request; what is returned gives the reply, None as long as there is none."""
        message = self.client.session.msg(kind, dict(content))
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        request = message["header"]["msg_id"]
        self._replies[request] = None
        channel = self.client.control_channel if "subshell" in kind else self.client.shell_channel
        channel.send(message)
        return lambda: self._replies[request]

    def answer(self, kind: str, content: Mapping[str, Any], subshell: str | None = None) -> dict[str, Any]:
        """Send a request and wait for its reply."""
        reply = self.ask(kind, content, subshell)
        self.wait_until(reply)
        told: dict[str, Any] = reply()
        return told

    # --- the process and its children ----------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Interrupt as jupyter_client does: SIGINT to the kernel's process group."""
        os.killpg(self.pid, signal.SIGINT)

    def descendants(self) -> list[int]:
        """The pids of all living processes that the kernel has started, also of a kernel that is dead."""
        mark = self._mark.encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):  # nothing where there is no /proc
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # it has just ended, or belongs to somebody else
                continue
        return [pid for pid in found if pid != self.pid]

    def renderers(self) -> list[int]:
        """The pids of all renderer processes, the spare one included."""
        return [pid for pid in self.descendants() if b"ipclab.renderer" in _command_line(pid)]

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def shut_down(self) -> None:
        """Ask the kernel to end, and after a while see to it, as jupyter_client does.

        ipykernel 7.4 itself may hang: its control thread flushes stdout when the thread that does it has ended.
        """
        self.client.shutdown()
        try:
            self.process.wait(SHUTDOWN_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(LIMIT)

    def kill(self) -> None:
        """End everything, whatever state it is in."""
        self.process.kill()
        self.process.wait()
        for pid in self.descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.client.stop_channels()
        self.client.context.destroy(linger=0)
        self._folder.cleanup()


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Kernels:
    """One kernel for the tests of a module, replaced if a test leaves it unusable."""

    def __init__(self, environment: Mapping[str, str], cwd: Path | None) -> None:
        self._environment = environment
        self._cwd = cwd
        self._kernel: Kernel | None = None

    def fresh(self) -> Kernel:
        """Return a kernel in which ipclab has just been restarted."""
        if self._kernel is not None and self._kernel.is_alive():
            try:
                self._kernel.good("%ipclab lockstep on\nawait ipclab.restart()", limit=5)
                return self._kernel
            except (AssertionError, TimeoutError):
                pass
        self.end()
        self._kernel = Kernel(self._environment, self._cwd)
        return self._kernel

    def used(self) -> Kernel:
        """Return the kernel as the last test has left it; a fresh one if there is none."""
        return self.fresh() if self._kernel is None else self._kernel

    def end(self) -> None:
        if self._kernel is not None:
            self._kernel.kill()
            self._kernel = None


@contextmanager
def kernels(environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Iterator[Kernels]:
    """Give the tests of a module their kernel, and leave nothing of it behind.

    `environment` is added to this process's own; `cwd` is the kernel's working directory, by default an empty one.
    """
    shared = Kernels(environment or {}, cwd)
    try:
        yield shared
    finally:
        shared.end()


def shared_kernels(environment: Mapping[str, str] | None = None) -> Callable[[], Iterator[Kernels]]:
    """Make a module's fixture `shared`; `environment` as in `kernels`."""

    @pytest.fixture(scope="module")
    def shared() -> Iterator[Kernels]:
        with kernels(environment) as shared:
            yield shared

    return shared


def prepared_kernel(*cells: str) -> Callable[[Kernels], Kernel]:
    """Make a module's fixture `kernel`: that of `shared`, restarted, in which these cells have run."""

    @pytest.fixture
    def kernel(shared: Kernels) -> Kernel:
        kernel = shared.fresh()
        for source in cells:
            kernel.good(source)
        return kernel

    return kernel
