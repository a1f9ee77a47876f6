"""The magics: what `%%renderer`, `%%page`, `%%preload`, `%ipclab` and `%load_ext` show, and what their errors say."""

from __future__ import annotations

import pytest
from kernel import PACKAGE_FOLDER, Kernel, prepared_kernel, shared_kernels

APP = "from ipclab import BrowserWindow, app, ipc_main\nwin, win2 = BrowserWindow(), BrowserWindow()"
OPEN = "Open windows: win (id 1), win2 (id 2)"
USAGE = "%%renderer [--page] [--timers] WINDOW [WINDOW ...], for example: %%renderer win"


shared = shared_kernels()
kernel = prepared_kernel(APP)


# --- which window ---------------------------------------------------------------------------------------------------


WRONG_WINDOWS = {
    "--wat win": f"unknown option --wat. {USAGE}",
    "-p win": f"unknown option -p. {USAGE}",
    "": f"say which window's renderer is to run this cell: {USAGE}",
    "--page": f"say which window's renderer is to run this cell: {USAGE}",
    "nope": f"there is no window called 'nope' in the main process. {OPEN}",
    "win nope": f"there is no window called 'nope' in the main process. {OPEN}",
    "wins[0]": f"there is no window called 'wins[0]' in the main process. {OPEN}",
    "7": f"there is no window with id 7. {OPEN}",
    "number": f"'number' is of type int, not a BrowserWindow. {OPEN}",
    "app": f"'app' is of type App, not a BrowserWindow. {OPEN}",
    "closed": f"the window 'closed' is closed, its renderer process is gone. {OPEN}",
}


def test_a_window_that_is_none(kernel: Kernel) -> None:
    kernel.good("number = 5\nclosed = BrowserWindow()\nclosed.close()")
    cells = {line: kernel.run(f"%%renderer {line}\nprint('not run')") for line in WRONG_WINDOWS}
    assert {line: cell.error for line, cell in cells.items()} == {
        line: f"CellError: {text}" for line, text in WRONG_WINDOWS.items()
    }
    assert {line: cell.traceback for line, cell in cells.items()} == {
        line: f"ipclab: {text}" for line, text in WRONG_WINDOWS.items()
    }
    assert [cell.console for cell in cells.values()] == [""] * len(cells)


def test_no_window_at_all(kernel: Kernel) -> None:
    kernel.good("await ipclab.restart()")
    cell = kernel.run("%%renderer nope\n1")
    assert cell.traceback == (
        "ipclab: there is no window called 'nope' in the main process. "
        "No window is open: run the cell that opens one (win = BrowserWindow()) first"
    )


def test_window_ids_and_names(kernel: Kernel) -> None:
    kernel.good("unnamed = [BrowserWindow(title='third')]")
    assert kernel.good("%%renderer 3\nwhere = 'third'\nwhere").result == "'third'"
    assert kernel.good("BrowserWindow.from_id(3).id").result == "3"
    assert kernel.good("%%renderer 3\nwhere").result == "'third'"
    assert "Open windows: win (id 1), win2 (id 2), id 3" in (kernel.run("%%renderer nope\n1").error or "")


def test_options_may_stand_anywhere(kernel: Kernel) -> None:
    assert kernel.good("%%renderer win --page --timers\n1").result == "1"
    assert kernel.good("\n\n%%renderer   win  \n1").result == "1"


# --- worlds ---------------------------------------------------------------------------------------------------------


def test_a_cell_runs_in_the_isolated_world_and_with_page_in_the_main_world(kernel: Kernel) -> None:
    """Electron: the preload's world has ipcRenderer, the page's has not."""
    kernel.good("%%renderer win\nfrom ipclab import ipc_renderer\nhere = 'isolated'")
    assert kernel.run("%%renderer --page win\nhere").error == "NameError: name 'here' is not defined"
    refused = kernel.run("%%renderer --page win\nfrom ipclab import ipc_renderer")
    assert refused.error is not None
    assert refused.error.startswith("ImportError: ipc_renderer is not available to the page: ")
    kernel.good("%%renderer --page win\nhere = 'main world'")
    assert kernel.good("await win.web_contents.execute('here')").result == "'main world'"
    assert kernel.good("%%renderer win\nhere").result == "'isolated'"


def test_names_stay_until_the_next_navigation(kernel: Kernel) -> None:
    kernel.good("%%renderer win\nhere = 1")
    assert kernel.good("%%renderer win\nhere").result == "1"
    assert kernel.run("%%renderer win2\nhere").error == "NameError: name 'here' is not defined"
    kernel.good("await win.reload()")
    assert kernel.run("%%renderer win\nhere").error == "NameError: name 'here' is not defined"


# --- results --------------------------------------------------------------------------------------------------------


RESULTS = {
    "1 + 1": "2",
    "'text'": "'text'",
    "None": None,
    "x = 1": None,
    "1 + 1;": None,
    "1 + 1;  # quiet": None,
    "2  # not quiet;": "2",
    "'not quiet;'": "'not quiet;'",
    "import asyncio\nawait asyncio.sleep(0, 'awaited')": "'awaited'",
    "[1, (2, {'b': 3, 'a': {4}})]": "[1, (2, {'b': 3, 'a': {4}})]",
    "# only a comment": None,
    "def f(): return 1\nf()": "1",
    "for i in range(3): i": None,
}


def test_the_last_expression_is_shown(kernel: Kernel) -> None:
    assert {source: kernel.good(f"%%renderer win\n{source}").result for source in RESULTS} == RESULTS


def test_results_have_rich_forms(kernel: Kernel) -> None:
    cell = kernel.good("""%%renderer win
class Rich:
    def _repr_html_(self): return "<b>rich</b>"
    def _repr_png_(self): return b"png"
    def _repr_markdown_(self): return None
    def _repr_svg_(self): raise ValueError("no picture")
    def __repr__(self): return "<Rich>"
Rich()""")
    assert cell.bundles == [{"text/plain": "<Rich>", "text/html": "<b>rich</b>", "image/png": "cG5n"}]
    cell = kernel.good("""%%renderer win
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None): return {"text/plain": "plain", "text/markdown": "*md*"}
Bundle()""")
    assert cell.bundles == [{"text/plain": "plain", "text/markdown": "*md*"}]
    assert kernel.good("%%renderer win\nRich").result == "<class '__main__.Rich'>"


def test_a_repr_that_fails_is_the_cells_error(kernel: Kernel) -> None:
    cell = kernel.run("%%renderer win\nclass Bad:\n    def __repr__(self): raise ValueError('no text')\nBad()")
    assert cell.error == "ValueError: no text"
    assert 'File "cell [' in cell.traceback


def test_several_windows_label_their_results(kernel: Kernel) -> None:
    cell = kernel.good("%%renderer win win2\nimport os\nprint('here')\n'a\\nb', os.getpid() > 0")
    assert cell.shown == [f"renderer {number} │ ('a\\nb', True)" for number in (1, 2)]
    assert cell.stdout == "renderer 1 │ here\nrenderer 2 │ here\n"
    kernel.good("%%renderer win2\nclass Lines:\n    def __repr__(self): return 'a\\nb'")
    cell = kernel.run("%%renderer win2 win\nLines()")
    assert cell.error == "NameError: name 'Lines' is not defined"
    assert cell.shown in ([], ["renderer 2 │ a\nrenderer 2 │ b"])


def test_errors_of_several_windows_are_all_told(kernel: Kernel) -> None:
    cell = kernel.run("%%renderer win win2\n1 / 0")
    assert cell.error == "ZeroDivisionError: division by zero"
    assert "In renderer 1:" in cell.traceback
    assert "In renderer 2:" in cell.stderr
    # Nothing is left for asyncio to complain about when it is collected.
    assert kernel.good("import gc\n_ = gc.collect()\nawait asyncio.sleep(0.05)").console == ""


def test_a_promise_says_its_state(kernel: Kernel) -> None:
    """As a browser's console does."""
    kernel.good("_ = ipc_main.handle('add', lambda event, a, b: a + b)")
    kernel.good("%%renderer win\nfrom ipclab import ipc_renderer")
    assert (
        kernel.good("%%renderer win\npromise = ipc_renderer.invoke('add', 1, 2)\npromise").result
        == "<Promise pending>"
    )
    assert kernel.good("%%renderer win\npromise").result == "<Promise fulfilled>"
    assert kernel.good("%%renderer win\nawait promise").result == "3"
    kernel.good("%%renderer win\npromise = ipc_renderer.invoke('add', 'a', 2)")
    assert kernel.good("%%renderer win\npromise").result == "<Promise rejected>"
    error = (
        "RemoteError: Error invoking remote method 'add': TypeError: can only concatenate str (not \"int\") to str"
    )
    assert kernel.run("%%renderer win\nawait promise").error == error


# --- errors ---------------------------------------------------------------------------------------------------------


def test_a_syntax_error_shows_the_line(kernel: Kernel) -> None:
    cell = kernel.run("%%renderer win\nx = 1\ndef f(:\n    pass")
    assert cell.error is not None
    assert cell.error.startswith("SyntaxError: invalid syntax")
    lines = cell.traceback.splitlines()
    assert lines[0] == "In renderer 1:"
    assert lines[1].endswith(', renderer 1", line 2')
    assert lines[1].startswith('  File "cell [')
    assert lines[2:] == ["    def f(:", "          ^", "SyntaxError: invalid syntax"]


def test_a_traceback_shows_the_cells_own_lines_and_nothing_else(kernel: Kernel) -> None:
    kernel.good("%%renderer win\ndef divide(a, b):\n    return a / b")
    cell = kernel.run("""%%renderer win
try:
    divide(1, 0)
except ZeroDivisionError as error:
    raise ValueError("no") from error
""")
    assert cell.reply is not None
    number = cell.reply["execution_count"]
    assert cell.traceback.splitlines()[:5] == [
        "In renderer 1:",
        "Traceback (most recent call last):",
        f'  File "cell [{number}], renderer 1", line 2, in <module>',
        "    divide(1, 0)",
        f'  File "cell [{number - 1}], renderer 1", line 2, in divide',
    ]
    assert cell.traceback.count("File ") == 3
    assert cell.error == "ValueError: no"


def test_the_cells_number_is_the_notebooks(kernel: Kernel) -> None:
    kernel.good("  \n")
    cell = kernel.run("%%renderer win\n1 / 0")
    assert cell.reply is not None
    assert f'File "cell [{cell.reply["execution_count"]}], renderer 1"' in cell.traceback


def test_the_magic_changes_nothing_but_its_own_line(kernel: Kernel) -> None:
    text = "\nget_ipython().run_cell_magic('renderer', 'win', '1')\n"
    assert kernel.good(f'text = """{text}"""\nprint(text)').stdout == f"{text}\n"


def test_an_error_in_a_listener_shows_its_line(kernel: Kernel) -> None:
    kernel.good("%%renderer win\nfrom ipclab import ipc_renderer\n_ = ipc_renderer.on('x', lambda event: 1 / 0)")
    cell = kernel.good("win.web_contents.send('x')")
    assert cell.stderr.startswith(
        "renderer 1 │ Uncaught ZeroDivisionError: division by zero\nrenderer 1 │     at cell, renderer 1, line 2: "
    )
    assert "lambda event: 1 / 0" in cell.stderr


FAILS = [
    "win.load_file(5)",
    "win.nope",
    "win.id = 2",
    "BrowserWindow(foo=1)",
    "BrowserWindow(web_preferences={'nope': 1})",
    "win.web_contents.send(5)",
    "ipc_main.on('x', 5)",
    "ipc_main.handle('h', print)\nipc_main.handle('h', print)",
    "from ipclab import ipc_renderer",
    "ipclab.no_such_name",
    "await win.web_contents.execute('1 / 0')",
    "await win.web_contents.execute('1 +')",
    "await win.web_contents.execute('print')",
    "await win.load_file('no such page.html')",
    "app.electron_version = 8",
    "await ipclab.settle(-1)\nwin.web_contents.execute(5).send(None)",
    "%%renderer win\n1 / 0",
    "%%renderer win\nfrom ipclab import ipc_renderer\nipc_renderer.send('x', print)",
    "%%renderer win\nfrom ipclab import ipc_renderer\nawait ipc_renderer.invoke('x', print)",
    "%%renderer win\nfrom ipclab import ipc_renderer\nawait ipc_renderer.invoke('no handler')",
    "%%renderer win\nfrom ipclab import ipc_renderer\nipc_renderer.on('x', 5)",
    "%%renderer win\nfrom ipclab import app",
    "%%renderer win\nfrom ipclab import no_such_name",
    "%%renderer win\nimport ipclab.main.app",
    "%%renderer win\nfrom ipclab import set_timeout\nset_timeout(5)",
    "%%renderer nope\n1",
    "%%page\n<b>",
    "%ipclab lockstep maybe",
]


def check_that_no_path_is_shown(kernel: Kernel, source: str) -> None:
    cell = kernel.run(source)
    assert cell.error is not None, source
    assert cell.error.partition(":")[0] in cell.traceback or cell.traceback.startswith("ipclab: "), source
    for text in (str(cell.outputs), str(cell.reply)):
        for path in (PACKAGE_FOLDER, "ipclab/main", "ipclab/renderer", "ipclab/notebook"):
            assert path not in text, source


def test_no_error_shows_a_path_of_ipclabs_own_files(kernel: Kernel) -> None:
    for source in FAILS:
        check_that_no_path_is_shown(kernel, source)


@pytest.mark.xfail(strict=True, reason="Python adds the module's path to the text of a failed from-import")
def test_a_name_that_ipclab_does_not_have(kernel: Kernel) -> None:
    check_that_no_path_is_shown(kernel, "from ipclab import no_such_name")


def test_input_says_that_nobody_can_answer(kernel: Kernel) -> None:
    assert kernel.run("%%renderer win\ninput('?')").error == "EOFError: EOF when reading a line"


# --- warnings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setup", "source"),
    [
        ("1", "for _ in range(11):\n    _ = ipc_main.on('x', print)"),
        (
            "%%renderer win\nfrom ipclab import ipc_renderer",
            "%%renderer win\nfor _ in range(11):\n    _ = ipc_renderer.on('x', print)",
        ),
        ("import warnings", "warnings.warn('careful')"),
        ("%%renderer win\nimport warnings", "%%renderer win\nwarnings.warn('careful')"),
    ],
)
def test_warnings_are_the_same_in_every_kernel(kernel: Kernel, setup: str, source: str) -> None:
    """ipykernel compiles cells under a temporary path with the process's pid in it."""
    kernel.good(setup)
    cell = kernel.good(source)
    assert "Warning: " in cell.stderr
    assert "/tmp" not in cell.stderr
    assert "ipykernel_" not in cell.stderr
    assert str(kernel.pid) not in cell.stderr


def test_a_warning_is_given_again_when_its_cell_runs_again(kernel: Kernel) -> None:
    """Node warns once per emitter and event; after taking back it is a new pile."""
    source = "for _ in range(11):\n    _ = ipc_main.on('x', print)"
    first, second = (kernel.good(source, "warns").stderr for _ in range(2))
    assert first.count("MaxListenersExceededWarning") == second.count("MaxListenersExceededWarning") == 1


# --- %%page, %%preload ----------------------------------------------------------------------------------------------


def test_page_reloads_the_windows_that_show_it(kernel: Kernel) -> None:
    page = "%%page hello.html\n<title>{0}</title>\n<script type='py'>\nprint('{0}')\n</script>"
    assert kernel.good(page.format("one")).console == ""
    assert kernel.good("await win.load_file('hello.html')\nwin.title").result == "'one'"
    assert kernel.good(page.format("two")).stdout == "renderer 1 │ two\n"
    assert kernel.good("win.title").result == "'two'"
    kernel.good("await win.load_url('about:blank')")
    assert kernel.good(page.format("three")).console == ""


def test_preload_reloads_the_windows_that_use_it(kernel: Kernel) -> None:
    preload = "%%preload early.py\nprint('{0}')\nvalue = '{0}'"
    kernel.good(preload.format("one"))
    kernel.good("%%page empty.html\n<title>empty</title>")
    kernel.good("other = BrowserWindow(web_preferences={'preload': 'early.py'})")
    assert kernel.good("await other.load_file('empty.html')").stdout == "renderer 3 │ one\n"
    assert kernel.good(preload.format("two")).stdout == "renderer 3 │ two\n"
    assert kernel.good("%%renderer other\nvalue").result == "'two'"


def test_a_page_needs_one_name(kernel: Kernel) -> None:
    for magic, example in (("page", "%%page index.html"), ("preload", "%%preload preload.py")):
        for names in ("", "two names"):
            told = kernel.run(f"%%{magic} {names}\npass").traceback
            assert told == f"ipclab: give one name under which to keep this cell, for example: {example}"


# --- %load_ext, %ipclab ---------------------------------------------------------------------------------------------


def test_load_ext_twice_changes_nothing(kernel: Kernel) -> None:
    kernel.good("%load_ext ipclab")
    kernel.good("from ipclab.notebook.extension import load_ipython_extension\nload_ipython_extension(get_ipython())")
    kernel.good("_ = ipc_main.on('x', print)", "x")
    assert kernel.good("ipc_main.listener_count('x')", "x").result == "0"
    assert kernel.good("%%renderer win\n1").shown == ["1"]


def test_unload_ext_makes_an_ordinary_kernel(kernel: Kernel) -> None:
    kernel.good("%unload_ext ipclab")
    assert "Cell magic `%%renderer` not found" in kernel.run("%%renderer win\n1").stderr
    assert "do_execute" not in kernel.good("print(list(vars(get_ipython().kernel)))").stdout
    assert kernel.good("await asyncio.sleep(0.01)\n1 + 1").result == "2"
    kernel.good("await win.web_contents.execute('1')")
    kernel.good("%load_ext ipclab")
    assert kernel.good("%%renderer win\n1").result == "1"


def test_reload_ext_keeps_the_app(kernel: Kernel) -> None:
    kernel.good("%%renderer win\nhere = 1")
    kernel.good("%reload_ext ipclab")
    assert kernel.good("%%renderer win\nhere").result == "1"
    assert kernel.good("ipclab.BrowserWindow is BrowserWindow").result == "True"


def test_the_usage_of_ipclab(kernel: Kernel) -> None:
    for line in ("", "lockstep", "lockstep maybe", "lockstep on off", "nope on"):
        told = kernel.run(f"%ipclab {line}").traceback
        assert told == "ipclab: usage: %ipclab lockstep on, or %ipclab lockstep off"
