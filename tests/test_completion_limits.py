"""The editor's questions never hold anybody: a renderer that is blocked, an interrupt, a running cell."""

from __future__ import annotations

import os
import signal
import time

import pytest
from editor import APP, IMPATIENT, PAGE, PATIENT, QUICKLY, completed, inspected, names
from kernel import READERS_LOCKSTEP, Kernel, prepared_kernel, shared_kernels

shared = shared_kernels(READERS_LOCKSTEP)
kernel = prepared_kernel(APP, PAGE, PATIENT)


# --- a renderer that does not answer --------------------------------------------------------------------------------


def pid_of(kernel: Kernel, window: str = "win") -> int:
    return int(kernel.good(f"{window}.web_contents.get_os_process_id()").result or "")


def answered_within(kernel: Kernel, code: str) -> tuple[list[str], float]:
    begun = time.monotonic()
    return completed(kernel, code), time.monotonic() - begun


BLOCKS = {
    "a loop": "while True: pass",
    "time.sleep": "time.sleep(1000)",
    "send_sync": "ipc_renderer.send_sync('keep')",
}


@pytest.mark.parametrize("blocks", BLOCKS.values(), ids=BLOCKS)
def test_a_blocked_renderer_gives_no_completions_and_answers_again_afterwards(kernel: Kernel, blocks: str) -> None:
    kernel.good("kept = []\n_ = ipc_main.on('keep', lambda event: kept.append(event))")
    kernel.good(f"{IMPATIENT}\nfrom ipclab.notebook import cells\ncells.SETTLE = 0.2")
    source = f"def block():\n    print('going')\n    {blocks}\n_ = asyncio.get_running_loop().call_later(0.05, block)"
    cell = kernel.good(f"%%renderer win\n{source}")
    kernel.wait_until(lambda: "going" in cell.console)
    before = kernel.good("len(trace)").result
    for _ in range(3):  # also one after the other
        found, seconds = answered_within(kernel, "%%renderer win\ncaref")
        assert found == []
        assert seconds < QUICKLY
    assert inspected(kernel, "%%renderer win\ncareful") == ""
    assert kernel.good("len(trace)").result == before
    # Nobody waits for the renderer because it was asked.
    assert kernel.good("win.web_contents.is_busy()").result == "False"
    kernel.good("win.web_contents.interrupt()")
    kernel.good(PATIENT)
    assert kernel.good("%%renderer win\n1 + 1").result == "2"
    assert names(kernel, "caref") == ["careful"]


def test_a_stopped_renderer_costs_its_time_limit_once(kernel: Kernel) -> None:
    pid = pid_of(kernel)
    kernel.good("from ipclab.notebook import lookups\nlookups.WHILE_TYPING = 0.5")
    os.kill(pid, signal.SIGSTOP)
    try:
        assert answered_within(kernel, "%%renderer win\ncaref")[1] >= 0.5
        # The one question that it has not read yet is enough.
        begun = time.monotonic()
        for _ in range(20):
            assert names(kernel, "caref") == []
        assert time.monotonic() - begun < 20 * 0.5
        # In lockstep the other window does not wait for it.
        assert kernel.good("%%renderer win2\n1 + 1").result == "2"
        assert names(kernel, "asy", "%%renderer win2") == ["async"]
    finally:
        os.kill(pid, signal.SIGCONT)
    kernel.good(PATIENT)
    assert kernel.good("%%renderer win\n1 + 1").result == "2"
    assert names(kernel, "caref") == ["careful"]


def test_an_interrupt_ends_the_wait_for_an_answer(kernel: Kernel) -> None:
    """ipykernel's own handler of SIGINT would raise out of the event loop and end the kernel."""
    pid = pid_of(kernel)
    os.kill(pid, signal.SIGSTOP)
    try:
        code = "%%renderer win\ncaref"
        reply = kernel.ask("complete_request", {"code": code, "cursor_pos": len(code)})
        deadline = time.monotonic() + 10
        while reply() is None and time.monotonic() < deadline:  # an interrupt that comes too early is ignored
            kernel.interrupt()
            with pytest.raises(TimeoutError):
                kernel.wait_until(lambda: False, 0.2)
        assert reply()["matches"] == []
    finally:
        os.kill(pid, signal.SIGCONT)
    assert kernel.good("%%renderer win\n1 + 1").result == "2"


def test_code_that_dir_runs_can_be_interrupted(kernel: Kernel) -> None:
    kernel.good(
        "%%renderer win\nclass Endless:\n    def __dir__(self):\n        while True: pass\nendless = Endless()"
    )
    kernel.good(IMPATIENT)
    assert names(kernel, "endless.x") == []
    cell = kernel.start("%%renderer win2 win\nprint('going')")
    kernel.wait_until(lambda: "going" in cell.console)
    kernel.interrupt()
    kernel.wait(cell)
    kernel.good(PATIENT)
    assert names(kernel, "endles") == ["endless"]


def test_code_that_fails_when_asked_only_leaves_things_out(kernel: Kernel) -> None:
    kernel.good("""%%renderer win
class Failing:
    def __dir__(self): raise SystemExit
    def __repr__(self): raise ValueError
    @property
    def __class__(self): raise KeyError
class Strange:
    def __dir__(self): return ["fine", "fine", "in deed"]
failing, strange = Failing(), Strange()""")
    assert names(kernel, "failing.") == []
    assert names(kernel, "strange.") == ["strange.fine"]
    assert "String form" not in inspected(kernel, "%%renderer win\nfailing")
    assert names(kernel, "caref") == ["careful"]


# --- while a cell runs ----------------------------------------------------------------------------------------------


def test_questions_wait_for_the_running_cell_as_in_any_notebook(kernel: Kernel) -> None:
    cell = kernel.start("%%renderer win\nprint('going')\nawait asyncio.sleep(0.5)\nmade_meanwhile = 1")
    kernel.wait_until(lambda: "going" in cell.console)
    assert names(kernel, "made_mean") == ["made_meanwhile"]
    assert cell.reply is not None


def test_a_subshell_is_answered_while_a_cell_runs(kernel: Kernel) -> None:
    """Subshells are threads of their own; ipclab's objects belong to main's loop."""
    subshell = kernel.answer("create_subshell_request", {})["subshell_id"]
    assert completed(kernel, "%%renderer win\ncaref", subshell=subshell) == ["%%renderer win\ncareful"]
    cell = kernel.start("%%renderer win\nprint('going')\nawait asyncio.sleep(1000)")
    kernel.wait_until(lambda: "going" in cell.console)
    assert completed(kernel, "%%renderer win\ncaref", subshell=subshell) == ["%%renderer win\ncareful"]
    assert completed(kernel, "only_in_m", subshell=subshell) == ["only_in_main"]
    assert not cell.done
    kernel.interrupt()
    kernel.wait(cell)
    # A main loop that is blocked cannot ask.
    kernel.good(IMPATIENT)
    cell = kernel.start("print('going', flush=True)\nwhile True: pass")
    kernel.wait_until(lambda: "going" in cell.console)
    assert completed(kernel, "%%renderer win\ncaref", subshell=subshell) == []
    kernel.interrupt()
    kernel.wait(cell)
    kernel.answer("delete_subshell_request", {"subshell_id": subshell})
    assert names(kernel, "caref") == ["careful"]


def test_a_question_leaves_no_trace(kernel: Kernel) -> None:
    kernel.good("%%renderer win\nprint('begun', end='')\n_ = ipc_renderer.send('x')", "sends")
    before = kernel.good("len(trace), ipclab.diagram().text", "look")
    assert names(kernel, "caref") == ["careful"]
    assert "Careful" in inspected(kernel, "%%renderer win\ncareful")
    assert kernel.good("len(trace), ipclab.diagram().text", "look").result == before.result
