"""Tab in a `%%renderer` cell: that renderer completes it with what its own world has."""

from __future__ import annotations

import time

import pytest
from editor import APP, PAGE, PATIENT, QUICKLY, completed, inspected, names
from kernel import READERS_LOCKSTEP, Kernel, prepared_kernel, shared_kernels

from ipclab.notebook.cell_text import question

shared = shared_kernels(READERS_LOCKSTEP)
kernel = prepared_kernel(APP, PAGE, PATIENT)


COMPLETED = {
    "a name of the world": ("care", ["careful"]),
    "a name in the middle of a line": ("x = [1, caref", ["x = [1, careful"]),
    "no name of main's": ("only_in_m", []),
    "a keyword": ("awa", ["await"]),
    "a builtin": ("isinst", ["isinstance"]),
    "what the cell defines": ("defined_here = 1\ndefined", ["defined_here = 1\ndefined_here"]),
    "an attribute": ("ipc_renderer.send_s", ["ipc_renderer.send_sync"]),
    "an attribute of an attribute": ("careful.size.bit_l", ["careful.size.bit_length"]),
    "an item's attribute": ("kept['list'].app", ["kept['list'].append"]),
    "an item's item's attribute": ("kept['list'][1].isal", None),
    "a string's attribute": ("'text'.splitl", ["'text'.splitlines"]),
    "a class's attribute": ("Careful.meth", ["Careful.method"]),
    "a window's name": ("window.caref", ["window.careful"]),
    "a name to import": ("from ipclab import ipc_", ["from ipclab import ipc_renderer"]),
    "a second name to import": ("from ipclab import window, ipc_", ["from ipclab import window, ipc_renderer"]),
    "a name on a line of its own": ("from ipclab import (\n    ipc_", ["from ipclab import (\n    ipc_renderer"]),
    "main's name to import": ("from ipclab import BrowserW", []),
    "a module": ("import asynci", ["import asyncio"]),
    "a second module": ("import os, asynci", ["import os, asyncio"]),
    "a module of a package": ("import asyncio.que", ["import asyncio.queues"]),
    "a module of a package that is not loaded": ("import xmlr", ["import xmlrpc"]),
    "its module": ("import xmlrpc.ser", ["import xmlrpc.server"]),
    "a module's name": ("from fractions import Frac", ["from fractions import Fraction"]),
    "a module in from": ("from asynci", ["from asyncio"]),
    "inside a string": ("'careful and caref", []),
    "inside a long string": ("x = '''\ncaref", []),
    "behind a long string": ("x = '''\n'''\ncaref", ["x = '''\n'''\ncareful"]),
    "inside a comment": ("x = 1  # caref", []),
    "behind a comment": ("# it's\ncaref", ["# it's\ncareful"]),
    "a number": ("1.re", []),
    "a call's result": ("Careful().me", []),
    "nothing of that name": ("no_such.", []),
    "a property's attribute": ("careful.costly.me", []),
    "an attribute made up": ("careful.anything.me", []),
    "code points": ("'😀😀'; 名", ["'😀😀'; 名前"]),
}


def test_a_renderer_completes_its_own_names(kernel: Kernel) -> None:
    found = {title: names(kernel, source) for title, (source, _) in COMPLETED.items()}
    expected = {title: wanted for title, (_, wanted) in COMPLETED.items()}
    expected["an item's item's attribute"] = [
        f"kept['list'][1].{name}" for name in dir("") if name.startswith("isal")
    ]
    assert found == expected
    assert kernel.good("%%renderer win\nCareful.ran").result == "0"


def test_attributes_come_with_their_kinds_and_without_private_ones(kernel: Kernel) -> None:
    code = "%%renderer win\ncareful."
    reply = kernel.answer("complete_request", {"code": code, "cursor_pos": len(code)})
    assert reply["matches"] == ["costly", "method", "ran", "size"]
    told = reply["metadata"]["_jupyter_types_experimental"]
    assert {one["text"]: one["type"] for one in told} == {
        "costly": "instance",
        "method": "function",
        "ran": "instance",
        "size": "instance",
    }
    assert {(one["start"], one["end"]) for one in told} == {(len(code), len(code))}
    assert "careful.__init__" in names(kernel, "careful._")


def test_the_cursor_may_stand_anywhere(kernel: Kernel) -> None:
    code = "\n%%renderer win\nx = '😀'; ipc_rend + 1\nother = 2"
    assert completed(kernel, code, code.index(" + 1")) == ["\n%%renderer win\nx = '😀'; ipc_renderer"]
    assert completed(kernel, code, code.index("rend + 1")) == ["\n%%renderer win\nx = '😀'; ipc_renderer"]


def test_each_world_completes_what_it_may_import(kernel: Kernel) -> None:
    """Electron: the page's world has neither ipcRenderer nor the preload's names, but what the bridge exposed."""
    line = "%%renderer --page win"
    assert names(kernel, "from ipclab import ipc_", line) == []
    assert names(kernel, "from ipclab import cons", line) == ["from ipclab import console"]
    assert names(kernel, "caref", line) == []
    assert names(kernel, "api.only", line) == ["api.only_for_the_page"]
    assert names(kernel, "api.", "%%renderer win") == []
    # Without isolation there is one world, but only a preload may import from Electron.
    kernel.good("%%renderer --page win2\nshared_name = 1")
    assert names(kernel, "shared_n", "%%renderer win2") == ["shared_name"]
    assert names(kernel, "from ipclab import ipc_", "%%renderer win2") == ["from ipclab import ipc_renderer"]
    assert names(kernel, "from ipclab import ipc_", "%%renderer --page win2") == []


def test_of_several_windows_the_first_answers(kernel: Kernel) -> None:
    kernel.good("%%renderer win2\nonly_in_win2 = 1")
    assert names(kernel, "only_in", "%%renderer win2 win") == ["only_in_win2"]
    assert names(kernel, "only_in", "%%renderer win win2") == []


def test_the_magics_line_is_completed_by_main(kernel: Kernel) -> None:
    kernel.good("closed = BrowserWindow()\nclosed.close()")
    kernel.good("%%page index.html\n<title>x</title>")
    kernel.good("%%preload early.py\n1")
    lines = {
        "%%renderer wi": ["%%renderer win", "%%renderer win2"],
        "%%renderer win wi": ["%%renderer win win2"],
        "%%renderer ": [f"%%renderer {word}" for word in ("win", "win2", "--page", "--timers")],
        "%%renderer --p": ["%%renderer --page"],
        "%%renderer --page --": ["%%renderer --page --timers"],
        "%%renderer clo": [],
        "%%renderer only": [],
        "%%page in": ["%%page index.html"],
        "%%preload ear": ["%%preload early.py"],
    }
    assert {line: completed(kernel, line) for line in lines} == lines
    code = "%%renderer wi\nprint(1)"
    assert completed(kernel, code, len("%%renderer wi")) == ["%%renderer win", "%%renderer win2"]


def test_pages_and_preloads_are_mere_text(kernel: Kernel) -> None:
    for magic in ("%%page x.html", "%%preload x.py"):
        assert names(kernel, "only_in_m", magic) == []
        assert names(kernel, "caref", magic) == []
        assert inspected(kernel, f"{magic}\nonly_in_main") == ""


def test_other_cells_are_completed_by_ipython(kernel: Kernel) -> None:
    assert completed(kernel, "only_in_m") == ["only_in_main"]
    assert completed(kernel, "x = 1\nonly_in_m") == ["x = 1\nonly_in_main"]
    assert completed(kernel, "%%rendere") == ["%%renderer"]
    assert "only_in_main" in completed(kernel, "%%time\nonly_in_m")[0]
    assert "int" in inspected(kernel, "only_in_main")


def test_a_window_that_is_none_completes_nothing(kernel: Kernel) -> None:
    kernel.good("closed = BrowserWindow()\nclosed.close()\nwin.web_contents.forcefully_crash_renderer()")
    kernel.good("await asyncio.sleep(0)\nwhile not win.web_contents.is_crashed():\n    await asyncio.sleep(0.01)")
    begun = time.monotonic()
    for line in ("%%renderer closed", "%%renderer nope", "%%renderer", "%%renderer --wat win", "%%renderer win"):
        assert names(kernel, "asy", line) == []
        assert inspected(kernel, f"{line}\nprint") == ""
    assert time.monotonic() - begun < QUICKLY


def test_a_new_page_and_a_new_process_answer(kernel: Kernel) -> None:
    kernel.good("await win.reload()")
    assert names(kernel, "caref") == []
    kernel.good("%%renderer win\ncarefree = 1")
    assert names(kernel, "caref") == ["carefree"]
    kernel.good("win.web_contents.forcefully_crash_renderer()\nawait asyncio.sleep(0.1)\nawait win.reload()")
    assert names(kernel, "caref") == []
    assert names(kernel, "asy") == ["async"]


@pytest.mark.parametrize("begins", ["from a import ", "import ", "x = ", "a["])
def test_a_long_line_takes_no_longer_than_its_length(begins: str) -> None:
    begun = time.monotonic()
    question(begins + "b, " * 5_000 + "(")
    assert time.monotonic() - begun < QUICKLY
