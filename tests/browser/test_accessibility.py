"""All live views in one notebook: seen in each theme, by keyboard alone, by axe-core, without motion."""

from __future__ import annotations

import pytest
from accessibility import axe, leaks_no_keys, tab_stops
from jupyter_page import SECOND, THEMES, Lab
from playwright.sync_api import Locator, expect

SOON = 10.0 * SECOND

START = """%load_ext ipclab
import ipclab
from ipclab import BrowserWindow, Menu, ipc_main
await ipclab.restart()"""

PAGE = """%%page notes.html
<html lang="en">
<title>Notes</title>
<h1>Notes</h1>
<form><label>Note <input name="note"></label> <button>Keep</button></form>
<p>No note yet. <a href="#">Help</a></p>
<script type="py">
from ipclab import document
document.query_selector("form").add_event_listener("submit", lambda event: event.prevent_default())
</script>"""

WINDOW = """Menu.set_application_menu(Menu.build_from_template([
    {"label": "File", "submenu": [{"label": "Open", "accelerator": "Ctrl+O"}, {"label": "Save"}]},
    {"label": "Edit", "submenu": [{"label": "Undo"}, {"label": "Wrap", "type": "checkbox", "checked": True}]},
]))
win = BrowserWindow(title="Notes")
await win.load_file("notes.html")
win.set_progress_bar(0.5)
win.web_contents.open_dev_tools()
win"""

MESSAGES = """%%renderer win
from ipclab import ipc_renderer
import sys
print("a line")
print("an error", file=sys.stderr)
ipc_renderer.send("nobody-listens", {"a": [1, 2, 3]})
try:
    ipc_renderer.send("wrong", lambda: None)
except Exception as error:
    print(type(error).__name__)
try:
    await ipc_renderer.invoke("no-handler")
except Exception as error:
    print(error)"""

PREDICT = """ipclab.predict("What is printed?", {"`a`": "It is the first.", "`b`": "It is not."}, answer="`a`")"""

OTHER_WINDOWS = """from IPython.display import display
asks, crashed, closed = (BrowserWindow(title=title) for title in ("Asks", "Crashed", "Closed"))
display(asks, crashed, closed)
crashed.web_contents.forcefully_crash_renderer()
closed.close()
answer = ipclab.dialog.show_message_box(
    asks, message="Throw it away?", detail="It is gone then.", buttons=["Keep", "Throw away"], checkbox_label="Always"
)"""

CELLS = (
    START,
    PAGE,
    WINDOW,
    MESSAGES,
    "ipclab.monitor()",
    PREDICT,
    "ipclab.playground()",
    "ipclab.diagram()",
    OTHER_WINDOWS,
)

VIEWS = {
    "window": ".ipclab-window",
    "monitor": ".ipclab-monitor",
    "question": ".ipclab-predict",
    "playground": ".ipclab-playground",
}
every_view = pytest.mark.parametrize("view", VIEWS)

# What is moving, or would move if something changed.
MOTION = """root => {
    const moves = element => {
        const style = getComputedStyle(element);
        const longest = list => Math.max(...list.split(',').map(parseFloat));
        return longest(style.transitionDuration) > 0.01
            || (style.animationName !== 'none' && longest(style.animationDuration) > 0.01);
    };
    return [root, ...root.querySelectorAll('*')].filter(moves).map(element => element.outerHTML.slice(0, 200));
}"""

# Controls that Tab does not stop at, and that arrow keys do not lead to either.
UNREACHABLE = """root => {
    const groups = '[role=menubar], [role=menu], [role=listbox], [role=radiogroup], [role=toolbar], [role=tree], '
        + '[role=tablist], [role=grid], [role=treegrid]';
    return [...root.querySelectorAll('button, a[href], input, select, textarea, summary')]
        .filter(item => item.checkVisibility({visibilityProperty: true}) && !item.disabled)
        .filter(item => item.tabIndex < 0 && !item.closest(groups)).map(item => item.outerHTML.slice(0, 200));
}"""


@pytest.fixture(scope="module")
def views(lab: Lab) -> Lab:
    """The notebook with all views, run once."""
    lab.open(lab.write("views.ipynb", *CELLS))
    lab.run_all()
    for view in VIEWS.values():
        expect(lab.page.locator(view).first).to_be_visible(timeout=SOON)
    return lab


def open_all(lab: Lab) -> None:
    """Have the views show what they show only when asked."""
    shown(lab, "monitor").locator(".ipclab-monitor-row").first.click()
    lab.page.keyboard.press("Enter")
    expect(shown(lab, "monitor").get_by_label("Details of the message").locator("summary").first).to_be_visible(
        timeout=SOON
    )
    shown(lab, "question").get_by_role("radio").last.check()
    shown(lab, "question").get_by_role("button").click()
    shown(lab, "playground").locator("details").first.evaluate("details => { details.open = true; }")
    shown(lab, "window").get_by_role("menuitem", name="File").click()
    expect(shown(lab, "window").get_by_role("menuitem", name="Save")).to_be_visible(timeout=SOON)
    expect(shown(lab, "question").get_by_role("status")).to_contain_text("Not yet.", timeout=SOON)
    expect(lab.page.get_by_role("button", name="Throw away")).to_be_visible(timeout=SOON)


def shown(lab: Lab, view: str) -> Locator:
    return lab.page.locator(VIEWS[view]).first


# Before keys are pressed everywhere, which sets filters.
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_view(views: Lab, theme: str) -> None:
    views.theme(theme)
    open_all(views)
    faults = []
    for view, selector in VIEWS.items():
        try:
            axe(views, selector)
        except AssertionError as fault:
            faults.append(f"{view}: {fault}")
    views.screenshot(f"views-{theme.replace(' ', '-')}")
    assert not faults, "\n".join(faults)


@every_view
def test_keys_pressed_in_a_view_do_nothing_to_the_notebook(views: Lab, view: str) -> None:
    leaks_no_keys(views, shown(views, view))


@every_view
def test_tab_reaches_what_can_be_operated_and_leads_out_again(views: Lab, view: str) -> None:
    stops = tab_stops(views, shown(views, view))
    print(stops)
    assert len(stops) >= 1
    assert shown(views, view).evaluate(UNREACHABLE) == []


@every_view
def test_nothing_moves_for_a_reader_who_has_asked_for_that(views: Lab, view: str) -> None:
    views.page.emulate_media(reduced_motion="reduce")
    try:
        assert shown(views, view).evaluate(MOTION) == []
    finally:
        views.page.emulate_media(reduced_motion="no-preference")


def test_every_picture_says_in_words_what_it_shows(views: Lab) -> None:
    pictures = views.page.locator(".jp-OutputArea-output").locator("img, svg:not([aria-hidden=true]), canvas")
    assert pictures.count() > 0
    for picture in pictures.all():
        name = picture.get_attribute("alt") or picture.get_attribute("aria-label") or ""
        assert name or picture.locator("title").count(), picture.evaluate("item => item.outerHTML.slice(0, 200)")


def test_the_browser_has_nothing_to_complain_of(views: Lab) -> None:
    assert views.errors() == []
