"""The live view of a window, as its other end in a front end is told it, in a real kernel."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from front_end import WIDGET, FrontEnd, Model
from kernel import Kernel, prepared_kernel, shared_kernels

from ipclab.notebook.views.page_tree import PageTree

Item = dict[str, Any]

PAGE = """%%page page.html
<!doctype html><title>A page</title>
<p id="said">nothing</p><input id="name"><button id="go">Go</button><button id="hang">Hang</button>
<script type="py">
from ipclab import document
import time

name = document.get_element_by_id("name")
document.get_element_by_id("name").add_event_listener("input", lambda event: print("input", name.value))

def go(event):
    print("clicked")
    document.get_element_by_id("said").text_content = "hello " + name.value

document.get_element_by_id("go").add_event_listener("click", go)
document.get_element_by_id("hang").add_event_listener("click", lambda event: time.sleep(1.5))
</script>"""

shared = shared_kernels()
kernel = prepared_kernel("from ipclab import BrowserWindow, ipc_main, app", PAGE)

OPEN = "win = BrowserWindow(title='One')"
LOAD = f"{OPEN}\nawait win.load_file('page.html')"


@pytest.fixture
def front_end(kernel: Kernel) -> FrontEnd:
    return FrontEnd(kernel)


@pytest.fixture
def view(kernel: Kernel, front_end: FrontEnd) -> Model:
    """A window without a page, shown."""
    kernel.good(OPEN)
    return front_end.shown(kernel.good("win"))


@pytest.fixture
def page(kernel: Kernel, front_end: FrontEnd) -> Model:
    """A window with a page, shown."""
    kernel.good(LOAD)
    page = front_end.shown(kernel.good("win"))
    page.until(lambda: page.of("changes"))
    return page


def lines(view: Model, *fields: str) -> list[Any]:
    """The console's lines, of each these fields."""
    told = [tuple(item[field] for field in fields) for item in view.of("line")]
    return [one[0] for one in told] if len(fields) == 1 else told


def nodes(view: Model) -> list[list[Any]]:
    """All nodes of the page that were told, in the order of the page."""
    found: list[list[Any]] = []
    waiting = [change[-1] for item in view.of("changes") for change in item["changes"] if change[0] == "all"]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(node[3] if len(node) > 2 else [])
    return found


def by_id(view: Model, name: str) -> int:
    """The node id of the element with this `id`."""
    return int(next(node[0] for node in nodes(view) if len(node) > 2 and node[2].get("id") == name))


def says(view: Model, text: str) -> Callable[[], bool]:
    """Whether a text of the page was told."""
    return lambda: any(
        text in change[2:] if change[0] == "text" else change[0] == "insert" and change[3][1] == text
        for item in view.of("changes")
        for change in item["changes"]
    )


def do(view: Model, name: str, type: str, **fields: Any) -> None:  # noqa: A002
    view.say({"t": "input", "id": by_id(view, name), "type": type, "fields": fields})


# --- how it is displayed --------------------------------------------------------------------------------------------


def test_a_window_as_the_last_line_of_a_cell_is_shown_live(kernel: Kernel) -> None:
    kernel.good(LOAD)
    (bundle,) = kernel.good("win").bundles

    assert WIDGET in bundle
    assert bundle["text/plain"] == "window 1 “A page”: page page.html"
    assert bundle["text/plain"] in bundle["text/html"]
    assert "<script" not in bundle["text/html"]


def test_windows_in_a_list_are_their_reprs(kernel: Kernel) -> None:
    assert kernel.good(f"{OPEN}\n[win]").result == "[<BrowserWindow 1 'One'>]"


def test_a_title_is_text_in_the_static_form(kernel: Kernel) -> None:
    (bundle,) = kernel.good("BrowserWindow(title='<b>&')").bundles

    assert "&lt;b&gt;&amp;" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]


def test_a_window_that_was_closed_unseen_is_its_repr(kernel: Kernel) -> None:
    assert kernel.good(f"{OPEN}\nwin.close()\nwin").bundles == [{"text/plain": "<BrowserWindow 1 destroyed>"}]


def test_widgets_are_imported_when_the_first_window_is_shown(shared: Any) -> None:
    shared.end()
    kernel = shared.fresh()
    seen = "'anywidget' in sys.modules"
    assert kernel.good(f"win = ipclab.BrowserWindow()\n{seen}").result == "False"
    kernel.good("win")
    assert kernel.good(seen).result == "True"


def test_an_unloaded_extension_shows_no_windows_and_leaves_the_streams_alone(
    shared: Any, kernel: Kernel, view: Model
) -> None:
    kernel.good("other = BrowserWindow()")
    view.say({"t": "close"})
    view.wait_for("head", state="closed")
    kernel.good("%unload_ext ipclab")

    assert kernel.good("type(sys.stdout).__name__").result == "'OutStream'"
    assert kernel.good("other").bundles == [{"text/plain": "<BrowserWindow 2 'Electron'>"}]
    assert view.closed
    shared.end()


# --- the head -------------------------------------------------------------------------------------------------------


def test_the_head_says_which_window_it_is_and_how_it_is(kernel: Kernel, view: Model) -> None:
    head = view.wait_for("head", state="ready")
    assert (head["id"], head["label"], head["title"], head["visible"]) == (1, "renderer 1", "One", True)

    kernel.good("win.set_title('Two')\nwin.hide()")
    view.wait_for("head", title="Two", visible=False)


def test_the_height_of_the_page_follows_the_window_within_bounds(kernel: Kernel, front_end: FrontEnd) -> None:
    heights = [
        front_end.shown(kernel.good(f"BrowserWindow(height={height})")).of("head")[0]["height"]
        for height in (100, 300, 600, 2000)
    ]
    assert heights == [120, 240, 240, 400]


def test_a_renderer_that_computes_is_seen_blocked_and_ready_again(kernel: Kernel, view: Model) -> None:
    cell = kernel.start("%%renderer win\nimport time\ntime.sleep(1.5)")
    view.wait_for("head", state="blocked")
    assert not cell.done

    view.wait_for("head", state="ready")
    kernel.wait(cell)


def test_a_crash_is_seen_and_the_reload_button_starts_a_new_process(kernel: Kernel, page: Model) -> None:
    kernel.good("win.web_contents.forcefully_crash_renderer()")
    page.wait_for("head", state="crashed")
    seen = len(page.of("changes"))
    page.say({"t": "reload"})

    page.wait_for("head", state="ready")
    page.until(lambda: len(page.of("changes")) > seen)


def test_the_close_button_asks_the_window(kernel: Kernel, view: Model) -> None:
    """Electron: `close` may be prevented; else `closed` follows."""
    kernel.good("""
@win.once("close")
def stay(event):
    print("asked")
    event.prevent_default()
""")
    view.say({"t": "close"})
    view.wait_for("line", text="asked")
    assert kernel.good("win.is_destroyed()").result == "False"
    view.say({"t": "close"})

    view.wait_for("head", state="closed")
    assert kernel.good("win.is_destroyed()").result == "True"


def test_a_page_that_refuses_to_go_keeps_the_window_open(kernel: Kernel, front_end: FrontEnd) -> None:
    """Web: a listener of `beforeunload` that prevents the default keeps the page; Electron: and so the window."""
    kernel.good(OPEN)
    kernel.good("""%%renderer --page win
from ipclab import window

@window.add_event_listener("beforeunload")
def refuse(event):
    print("refused")
    event.prevent_default()
""")
    view = front_end.shown(kernel.good("win"))
    view.say({"t": "close"})
    view.wait_for("line", text="refused")

    assert kernel.good("win.is_destroyed()").result == "False"


# --- shown more than once -------------------------------------------------------------------------------------------


def model_id(bundle: dict[str, Any]) -> str:
    return str(bundle[WIDGET]["model_id"])


def test_a_window_shown_twice_is_one_view(kernel: Kernel) -> None:
    kernel.good(OPEN)

    assert model_id(kernel.good("win").bundles[0]) == model_id(kernel.good("win").bundles[0])


def test_a_cell_that_shows_a_window_again_leaves_the_other_cells_view_alone(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    kernel.good(OPEN)
    view = front_end.shown(kernel.good("win", cell="one"))
    kernel.good("win", cell="two")
    kernel.good("win", cell="one")
    kernel.good("'nothing is shown'", cell="two")
    kernel.good("win.set_title('still here')")

    view.wait_for("head", title="still here")
    assert not view.closed


def test_a_closed_window_stays_readable_until_no_cell_shows_it(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good(LOAD)
    view = front_end.shown(kernel.good("win", cell="shows"))
    view.until(lambda: view.of("changes"))
    kernel.good("win.close()")
    view.wait_for("head", state="closed")
    assert view.hello().wait_for("head")["title"] == "A page"
    assert "nothing" in [node[1] for node in nodes(view)]

    kernel.good("'something else'", cell="shows")
    assert view.closed


def test_what_a_click_registers_belongs_to_the_cell_that_opened_the_window(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    kernel.good(
        f"{OPEN}\n@win.on('close')\ndef opens(event):\n    event.prevent_default()\n    BrowserWindow()", "opens"
    )
    view = front_end.shown(kernel.good("win", cell="shows"))
    view.say({"t": "close"})
    kernel.wait_until(lambda: kernel.good("len(BrowserWindow.get_all_windows())").result == "2")
    kernel.good("win", cell="shows")
    assert kernel.good("len(BrowserWindow.get_all_windows())").result == "2"

    kernel.good("'nothing is opened'", cell="opens")
    assert kernel.good("BrowserWindow.get_all_windows()").result == "[]"


# --- the console ----------------------------------------------------------------------------------------------------


def test_the_developer_tools_are_the_console(kernel: Kernel, view: Model) -> None:
    """Electron: `devtools-opened`, `devtools-closed`, `isDevToolsOpened`."""
    kernel.good("""
told = []
for name in ("devtools-opened", "devtools-closed"):
    win.web_contents.on(name, lambda event, name=name: told.append(name))
win.web_contents.open_dev_tools()
""")
    view.wait_for("console", open=True)
    view.say({"t": "console", "open": False})
    view.wait_for("console", open=False)
    view.say({"t": "console", "open": True})
    view.wait_for("console", open=True)

    assert kernel.good("told").result == "['devtools-opened', 'devtools-closed', 'devtools-opened']"
    assert kernel.good("win.web_contents.is_dev_tools_opened()").result == "True"


def test_the_console_shows_what_the_page_says_and_so_does_the_cell(kernel: Kernel, view: Model) -> None:
    cell = kernel.good("%%renderer win\nimport sys\nprint('a line')\nprint('oh', file=sys.stderr)")
    view.wait_for("line", text="oh")

    assert lines(view, "label", "level", "text") == [("renderer 1", "info", "a line"), ("renderer 1", "error", "oh")]
    assert cell.stdout == "renderer 1 │ a line\n"


def test_who_comes_later_is_told_what_was_said(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good(OPEN)
    kernel.good("%%renderer win\nprint('before it was shown')")
    view = front_end.shown(kernel.good("win"))
    kernel.good("%%renderer win\nfor number in range(1100): print(number)")
    view.wait_for("line", text="1099")

    assert lines(view, "text")[0] == "before it was shown"
    assert view.last("console") == {"t": "console", "open": False, "unseen": 0}
    view.hello()
    assert lines(view, "text") == [str(number) for number in range(100, 1100)]
    assert view.last("console") == {"t": "console", "open": False, "unseen": 1100}
    view.say({"t": "clear"})
    view.wait_for("console", unseen=0)
    assert lines(view.hello(), "text") == []


def test_what_a_click_has_main_print_is_in_the_console_and_under_no_cell(kernel: Kernel, view: Model) -> None:
    cell = kernel.good("""
import contextvars, threading

def warn(text):
    print(text, file=sys.stderr)

@win.once("close")
def stay(event):
    event.prevent_default()
    print("one\\ntwo", end="")
    warn("oh")
    threading.Thread(target=contextvars.copy_context().run, args=(warn, "from a thread")).start()
    raise ValueError("boom")
""")
    view.say({"t": "close"})
    view.until(lambda: {"two", "from a thread", "ValueError: boom"} <= set(lines(view, "text")))

    assert {("main", "info", "one"), ("main", "info", "two"), ("main", "error", "oh")} <= set(
        lines(view, "label", "level", "text")
    )
    assert cell.console == ""


def test_what_a_click_during_a_cell_prints_after_the_cell_is_in_the_console(kernel: Kernel, view: Model) -> None:
    kernel.good("""
@win.on("close")
async def stay(event):
    event.prevent_default()
    print("begun")
    await end
    print("ended")

end = asyncio.get_running_loop().create_future()
""")
    cell = kernel.start("await asyncio.sleep(0.5)\nprint('the cell ends')")
    view.say({"t": "close"})
    view.wait_for("line", text="begun")
    assert not kernel.wait(cell).error
    kernel.good("end.set_result(None)")
    view.wait_for("line", text="ended")

    assert cell.stdout == "the cell ends\n"


def test_another_page_that_a_click_makes_speak_is_heard_here_if_it_is_shown_nowhere(
    kernel: Kernel, front_end: FrontEnd, view: Model
) -> None:
    kernel.good("""
other = BrowserWindow()

@win.on("close")
async def stay(event):
    event.prevent_default()
    await other.web_contents.execute("print('from the other')")
""")
    view.say({"t": "close"})
    view.wait_for("line", label="renderer 2", text="from the other")
    shown = front_end.shown(kernel.good("other"))
    view.say({"t": "close"})
    shown.until(lambda: lines(shown, "text").count("from the other") == 2)
    kernel.good("win.set_title('afterwards')")
    view.wait_for("head", title="afterwards")

    assert lines(view, "text").count("from the other") == 1


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_page_is_told_whole_and_then_what_changes(page: Model) -> None:
    assert "nothing" in [node[1] for node in nodes(page)]
    do(page, "name", "input", value="Ann")
    do(page, "go", "click")

    page.until(says(page, "hello Ann"))
    page.until(lambda: lines(page, "text") == ["input Ann", "clicked"])


def test_what_was_told_of_a_page_stays_as_it_was_told() -> None:
    """It may wait to be sent, and a node that is in it already would be inserted a second time."""
    told: list[list[Any]] = [
        ["all", [1, "html", {}, [[2, "p", {}, [], {}]], {}]],
        ["insert", 1, None, [3, "b", {}, [], {}]],
    ]
    before = deepcopy(told)
    tree = PageTree()
    tree.apply(told)
    tree.apply([["insert", 2, None, [4, "a"]], ["insert", 3, None, [5, "b"]], ["set", 3, "class", "c"]])
    assert told == before
    paragraph, bold = [2, "p", {}, [[4, "a"]], {}], [3, "b", {"class": "c"}, [[5, "b"]], {}]
    assert tree.root == [1, "html", {}, [paragraph, bold], {}]


def test_what_the_reader_writes_is_told_to_all_front_ends(page: Model) -> None:
    name = by_id(page, "name")
    do(page, "name", "input", value="Ann")
    page.until(lambda: any(["value", name, "Ann"] in item["changes"] for item in page.of("changes")))
    page.hello()

    assert [node[4] for node in nodes(page) if node[0] == name] == [{"value": "Ann"}]


def test_a_blocked_page_gets_the_readers_input_later_and_can_be_looked_at(kernel: Kernel, page: Model) -> None:
    do(page, "hang", "click")
    page.wait_for("head", state="blocked")
    do(page, "name", "input", value="late")
    do(page, "go", "click")
    assert kernel.good("6 * 7").result == "42"
    page.hello()
    assert page.last("head") is not None
    assert "nothing" in [node[1] for node in nodes(page)]

    page.until(says(page, "hello late"))
    page.wait_for("head", state="ready")


def test_the_next_page_is_told_whole(kernel: Kernel, page: Model) -> None:
    kernel.good("%%page next.html\n<h1>The next</h1>")
    kernel.good("await win.load_file('next.html')")

    page.until(lambda: "The next" in [node[1] for node in nodes(page)])
    assert page.wait_for("head", state="ready")["url"].endswith("/next.html")


# --- side by side ---------------------------------------------------------------------------------------------------


def children(front_end: FrontEnd, desktop: Model) -> list[Model]:
    return [front_end.models[child.removeprefix("IPY_MODEL_")] for child in desktop.state["children"]]


def test_all_windows_are_shown_side_by_side_as_they_come_and_go(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good(f"{OPEN}\ntwo = BrowserWindow(title='Two')")
    cell = kernel.good("ipclab.windows()")
    assert cell.result == "window 1 “One”: an empty page\nwindow 2 “Two”: an empty page"
    desktop = front_end.models[model_id(cell.bundles[0])]
    view = front_end.shown(kernel.good("win"))
    assert children(front_end, desktop)[0] is view

    kernel.good("three = BrowserWindow()\ntwo.close()")
    desktop.until(lambda: len(desktop.state["children"]) == 2)
    labels = [child.hello().wait_for("head")["label"] for child in children(front_end, desktop)]
    assert labels == ["renderer 1", "renderer 3"]


def test_chosen_windows_are_shown_side_by_side(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good(f"{OPEN}\ntwo = BrowserWindow(title='Two')\nthree = BrowserWindow()")
    cell = kernel.good("ipclab.windows(two, win)")
    kernel.good("two.close()")

    assert cell.result == "window 2 “Two”: an empty page\nwindow 1 “One”: an empty page"
    desktop = front_end.models[model_id(cell.bundles[0])]
    assert [child.hello().wait_for("head")["state"] for child in children(front_end, desktop)] == ["closed", "ready"]


def test_without_a_window_that_is_said(kernel: Kernel) -> None:
    assert kernel.good("ipclab.windows()").result == "no window is open"
    wrong = kernel.run("ipclab.windows('win')").error
    assert wrong == "TypeError: ipclab.windows() shows windows, not 'win'"


def test_an_empty_desktop_says_so_until_a_window_comes(kernel: Kernel, front_end: FrontEnd) -> None:
    # Desktops of earlier tests follow the app, too, and change their models with it. By name: what they have left may
    # go meanwhile, and must not hide a model that is added.
    kernel.good("""
from ipywidgets.widgets import widget
from ipclab.notebook.views.windows import Desktop
for model in list(widget._instances.values()):
    if isinstance(model, Desktop):
        model.close()
before = set(widget._instances)
""")
    desktop = front_end.models[model_id(kernel.good("ipclab.windows()", cell="shows").bundles[0])]
    (nothing,) = children(front_end, desktop)
    assert nothing.state["value"] == "no window is open"

    kernel.good(OPEN)
    desktop.until(lambda: children(front_end, desktop) != [nothing])
    (shown,) = children(front_end, desktop)
    assert shown.hello().wait_for("head")["label"] == "renderer 1"
    assert nothing.closed

    kernel.good("win.close()")
    desktop.until(lambda: children(front_end, desktop) != [shown])
    (nothing,) = children(front_end, desktop)
    assert nothing.state["value"] == "no window is open"

    kernel.good("'something else'", cell="shows")
    assert nothing.closed
    assert kernel.good("set(widget._instances) - before").result == "set()"
