"""Shift-Tab and `name?` in a `%%renderer` cell: that renderer says what the thing is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from editor import APP, PAGE, PATIENT, completed, inspected, names, without_colours
from kernel import READERS_LOCKSTEP, Kernel, prepared_kernel, shared_kernels

shared = shared_kernels(READERS_LOCKSTEP)
kernel = prepared_kernel(APP, PAGE, PATIENT)


# --- inspection -----------------------------------------------------------------------------------------------------


def test_a_renderer_describes_its_own_objects(kernel: Kernel) -> None:
    about = inspected(kernel, "%%renderer win\ncareful.method(1, ")
    assert re.sub(r" +|(?<=\[)\d+(?=\])", " ", about).splitlines() == [
        "Signature: careful.method(first, second=2)",
        "Type: method",
        "File: cell [ ], renderer 1",
        "Docstring: Do it.",
        "Process: renderer 1",
    ]
    about = inspected(kernel, "%%renderer win\nx = careful + 1", len("%%renderer win\nx = caref"))
    assert "Careful object at" in about
    assert "It counts what is run." in about
    about = inspected(kernel, "%%renderer win\nCareful")
    assert "Init signature: Careful(size: int = 3)" in about
    about = inspected(kernel, "%%renderer win\nawait ipc_renderer.invoke('add'")
    assert "ipc_renderer.invoke(channel: 'str', *args: 'object')" in about
    assert "main's handler" in about
    assert kernel.good("%%renderer win\nCareful.ran").result == "0"


def test_nothing_is_found_that_the_world_does_not_have(kernel: Kernel) -> None:
    for source in ("only_in_main", "no_such", "careful.costly", "careful.anything", "1 + 1", "", "x ="):
        assert inspected(kernel, f"%%renderer win\n{source}") == "", source
    assert inspected(kernel, "%%renderer --page win\ncareful") == ""


def test_the_magics_line_is_described_by_main(kernel: Kernel) -> None:
    about = inspected(kernel, "%%renderer win\ncareful", len("%%renderer wi"))
    assert "BrowserWindow" in about
    assert "Run the cell in the renderer process" in inspected(kernel, "%%renderer")


def test_with_detail_the_source_is_shown(kernel: Kernel) -> None:
    for name in ("careful", "Careful"):
        about = inspected(kernel, f"%%renderer win\n{name}", detail=1)
        assert 'Source:\nclass Careful:\n    "It counts what is run."\n' in about
    about = inspected(kernel, "%%renderer win\ncareful.method", detail=1)
    assert 'Source:\ndef method(self, first, second=2):\n    "Do it."\n    return first\n' in about


# --- name? ----------------------------------------------------------------------------------------------------------


def paged(kernel: Kernel, source: str) -> str:
    """What a cell shows in the pager, without colours."""
    cell = kernel.good(source)
    assert cell.reply is not None
    return "".join(without_colours(page["data"]["text/plain"]) for page in cell.reply["payload"])


HELP = ["careful.method?", "?careful.method", "careful.method?  # what is it", "x = 1\ncareful.method?\ny = 2"]


@pytest.mark.parametrize("source", HELP)
def test_a_question_mark_shows_the_description(kernel: Kernel, source: str) -> None:
    shown = paged(kernel, f"%%renderer win\n{source}")
    assert "careful.method(first, second=2)" in shown
    assert "Do it." in shown
    assert "return first" not in shown


@pytest.mark.parametrize("source", ["careful.method??", "??careful.method"])
def test_two_question_marks_show_the_source(kernel: Kernel, source: str) -> None:
    assert "    return first" in paged(kernel, f"%%renderer win\n{source}")


def test_the_rest_of_the_cell_runs_before_the_question_is_answered(kernel: Kernel) -> None:
    cell: Any = kernel.good("%%renderer win\nfresh = [1, 2]\nfresh\nfresh?\nprint('ran')\n2 / 1")
    assert cell.stdout == "renderer 1 │ ran\n"
    assert cell.result == "2.0"
    assert "[1, 2]" in cell.reply["payload"][0]["data"]["text/plain"]
    assert kernel.good("%%renderer win\nfresh\nfresh?").shown == []


def test_each_window_is_asked(kernel: Kernel) -> None:
    cell: Any = kernel.good("%%renderer win win2\ncareful?")
    assert cell.stdout == "renderer 2 │ Object `careful` not found.\n"
    shown = without_colours(cell.reply["payload"][0]["data"]["text/plain"])
    assert shown.count("Process:        renderer 1") == 1


def test_question_marks_elsewhere_are_what_they_are(kernel: Kernel) -> None:
    assert kernel.good("%%renderer win\ntext = '''\ncareful?\n'''\ntext").result == r"'\ncareful?\n'"
    cell: Any = kernel.run("%%renderer win\n1 / 0\ncareful?")
    assert cell.error == "ZeroDivisionError: division by zero"
    assert "line 1, in <module>" in cell.traceback
    for source in ("print(\ncareful?\n)", "f(careful?)", "careful? x", "1?", "x =\ncareful?"):
        told = kernel.run(f"%%renderer win\n{source}").error or ""
        assert told.startswith("SyntaxError"), source


def test_a_cell_with_a_question_is_taken_back_as_any_other(kernel: Kernel) -> None:
    source = "%%renderer win\n_ = ipc_renderer.on('x', print)\nipc_renderer?\nprint(ipc_renderer.listener_count('x'))"
    for _ in range(2):
        assert kernel.good(source, "again").stdout == "renderer 1 │ 1\n"


# --- the seams ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seam", ["do_complete", "do_inspect"])
def test_unload_gives_the_kernel_its_own_back(kernel: Kernel, seam: str) -> None:
    look = f"print({seam!r} in vars(get_ipython().kernel))"
    assert kernel.good(look).stdout == "True\n"
    kernel.good("%unload_ext ipclab")
    assert kernel.good(look).stdout == "False\n"
    assert completed(kernel, "only_in_m") == ["only_in_main"]
    assert "int" in inspected(kernel, "only_in_main")
    kernel.good("%load_ext ipclab")
    assert names(kernel, "caref") == ["careful"]
