"""Menu bars, popups, dialogs and progress bars of a displayed window, as a reader meets them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from accessibility import axe, leaks_no_keys, tab_stops
from jupyter_page import LIGHT, SECOND, THEMES, Lab
from playwright.sync_api import Locator, expect

SOON = 10.0 * SECOND

START = """%load_ext ipclab
import asyncio
from ipclab import BrowserWindow, Menu, dialog
log = []
def clicked(item, window, event):
    log.append((item.label, window.id))
    print("clicked", item.label)
win = BrowserWindow(title="Notes")
win.web_contents.open_dev_tools()
asked = asyncio.ensure_future(asyncio.sleep(0))"""

PAGE = """%%page notes.html
<html lang="en"><title>Notes</title><h1>Notes</h1><label>Note <input></label></html>"""

SHOW = "await win.load_file('notes.html')\nwin"

MENU = """win.set_menu(bar := Menu.build_from_template([
    {"label": "&File", "submenu": [
        {"label": "New", "click": clicked, "accelerator": "CmdOrCtrl+N"},
        {"label": "Open", "click": clicked, "enabled": False},
        {"label": "Secret", "click": clicked, "visible": False},
        {"type": "separator"},
        {"label": "Recent", "submenu": [{"label": "a.txt", "click": clicked}, {"label": "b.txt", "click": clicked}]},
        {"role": "quit"},
    ]},
    {"label": "View", "submenu": [
        {"label": "Grid", "type": "checkbox", "click": clicked},
        {"type": "separator"},
        {"label": "Small", "type": "radio", "click": clicked, "checked": True},
        {"label": "Large", "type": "radio", "click": clicked, "sublabel": "for the wall"},
    ]},
    {"label": "Help", "click": clicked},
]))
file, view, help = [item for item in bar.items]
log.clear()"""

POPUP = """popup = Menu.build_from_template([
    {"label": "Cut", "click": clicked}, {"label": "Copy", "click": clicked, "type": "checkbox"},
    {"label": "More", "submenu": [{"label": "Paste", "click": clicked}]},
])
popup.on("menu-will-close", lambda event: log.append("menu-will-close"))
log.clear()"""

BOX = """asked = asyncio.ensure_future(dialog.show_message_box(
    win, type="warning", title="Notes", message="Delete this note?", detail="It cannot be brought back.",
    buttons=["Delete", "Keep", "Ask later"], default_id=1, cancel_id=2, checkbox_label="Never ask again"))
await asyncio.sleep(0)"""

ANSWER = "answer = asked.result() if asked.done() else None; print(answer)"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open(lab.write("chrome.ipynb", START, PAGE, SHOW, "win"))
    lab.run_all()
    expect(lab.page.locator(".ipclab-window")).to_have_count(2, timeout=SOON)
    return lab


@pytest.fixture
def window(notebook: Lab) -> Iterator[Locator]:
    """The first of the two places where the window is shown, with the menu above."""
    notebook.python(MENU)
    shown = notebook.page.locator(".ipclab-window").first
    expect(item(shown, "Help")).to_be_visible(timeout=SOON)
    shown.locator(".ipclab-window-toggle").focus()
    yield shown
    notebook.python("asked.cancel()")
    notebook.python("win.remove_menu(); win.set_progress_bar(-1)")
    notebook.python("from ipclab.main import showing\nshowing.close_popups(window=win)")


def item(window: Locator, name: str) -> Locator:
    return window.locator("[role^=menuitem]").filter(has_text=name).first


def menu(window: Locator, name: str) -> Locator:
    return window.get_by_role("menu", name=name, exact=True)


def log(lab: Lab) -> list[Any]:
    logged: list[Any] = ast.literal_eval(lab.python("print(log)"))
    return logged


def wait_for_log(lab: Lab, *entries: object) -> None:
    """Wait until this, and no more, has been logged."""
    for _ in range(200):
        if log(lab) == list(entries):
            return
        lab.page.wait_for_timeout(20)
    assert log(lab) == list(entries)


def has_focus(locator: Locator) -> None:
    expect(locator).to_be_focused(timeout=SOON)


# --- the menu bar --------------------------------------------------------------------------------------------------


def test_a_click_opens_a_menu_and_a_click_on_an_item_reaches_main(notebook: Lab, window: Locator) -> None:
    item(window, "File").click()
    expect(menu(window, "File")).to_be_visible()
    expect(item(window, "File")).to_have_attribute("aria-expanded", "true")
    expect(menu(window, "File").get_by_text("Secret")).to_have_count(0)
    expect(item(window, "New")).to_contain_text("Ctrl+N")
    expect(item(window, "Open")).to_have_attribute("aria-disabled", "true")
    item(window, "Open").click(force=True)
    expect(menu(window, "File")).to_be_visible()
    item(window, "New").click()
    expect(menu(window, "File")).to_be_hidden()
    wait_for_log(notebook, ("New", 1))
    expect(window.get_by_role("log")).to_contain_text("clicked New", timeout=SOON)
    assert notebook.errors() == []


def test_the_keyboard_is_enough_for_the_menu_bar(notebook: Lab, window: Locator) -> None:
    """ARIA Authoring Practices, Menu and Menubar: arrows, Home, End, letters, Enter, Space, Escape."""
    press = notebook.page.keyboard.press
    item(window, "File").focus()
    for key, name in (
        ("ArrowLeft", "Help"),
        ("ArrowRight", "File"),
        ("End", "Help"),
        ("Home", "File"),
        ("v", "View"),
    ):
        press(key)
        has_focus(item(window, name))
    press("ArrowLeft")
    press("ArrowDown")
    has_focus(item(window, "New"))
    for key, name in (
        ("ArrowUp", "Quit"),
        ("ArrowDown", "New"),
        ("ArrowDown", "Open"),
        ("ArrowDown", "Recent"),
        ("Home", "New"),
        ("End", "Quit"),
        ("r", "Recent"),
        ("ArrowRight", "a.txt"),
        ("ArrowDown", "b.txt"),
        ("ArrowLeft", "Recent"),
        ("ArrowRight", "a.txt"),
        ("Escape", "Recent"),
        ("Enter", "a.txt"),
        ("ArrowRight", "Grid"),
        ("ArrowLeft", "New"),
        ("Escape", "File"),
        ("ArrowUp", "Quit"),
        ("r", "Recent"),
        ("Enter", "a.txt"),
    ):
        press(key)
        has_focus(item(window, name))
    press("Enter")
    wait_for_log(notebook, ("a.txt", 1))
    expect(menu(window, "File")).to_be_hidden()
    has_focus(window.locator(".ipclab-window-toggle"))
    item(window, "File").focus()
    press("ArrowDown")
    press("o")
    has_focus(item(window, "Open"))
    press("Enter")  # disabled
    expect(menu(window, "File")).to_be_visible()
    press("Escape")
    press("h")
    press(" ")
    wait_for_log(notebook, ("a.txt", 1), ("Help", 1))


def test_letters_typed_quickly_are_one_word(notebook: Lab, window: Locator) -> None:
    notebook.python("win.set_menu(Menu.build_from_template([{'label': l} for l in ('Sand', 'Sun', 'Sunk', 'Tea')]))")
    expect(item(window, "Tea")).to_be_visible(timeout=SOON)
    item(window, "Sand").focus()
    notebook.page.keyboard.type("sunk")
    has_focus(item(window, "Sunk"))


def test_tab_leaves_the_bar_and_closes_its_menus(notebook: Lab, window: Locator) -> None:
    item(window, "File").focus()
    notebook.page.keyboard.press("ArrowDown")
    expect(menu(window, "File")).to_be_visible()
    notebook.page.keyboard.press("Tab")
    expect(menu(window, "File")).to_be_hidden()
    expect(window.locator("[role=menubar] :focus")).to_have_count(0)


def test_the_focus_goes_back_to_where_it_was_before_the_click(notebook: Lab, window: Locator) -> None:
    console = window.locator(".ipclab-window-toggle")
    console.focus()
    item(window, "File").click()
    has_focus(item(window, "File"))
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Escape")
    has_focus(item(window, "File"))
    notebook.page.keyboard.press("Escape")
    has_focus(console)
    item(window, "File").click()
    item(window, "New").click()
    has_focus(console)
    window.frame_locator("iframe").get_by_role("textbox").click()
    item(window, "File").click()
    item(window, "New").click()
    has_focus(window.locator("iframe"))


def test_the_pointer_goes_through_the_menus(notebook: Lab, window: Locator) -> None:
    item(window, "View").hover()
    expect(menu(window, "View")).to_be_hidden()
    item(window, "File").click()
    item(window, "View").hover()
    expect(menu(window, "View")).to_be_visible()
    expect(menu(window, "File")).to_be_hidden()
    item(window, "File").hover()
    item(window, "Recent").hover()
    expect(menu(window, "Recent")).to_be_visible()
    item(window, "b.txt").click()
    wait_for_log(notebook, ("b.txt", 1))
    item(window, "File").click()
    window.locator(".ipclab-window-title").click()
    expect(menu(window, "File")).to_be_hidden()


def test_checkbox_and_radio_items_show_their_state_in_shape_and_word(notebook: Lab, window: Locator) -> None:
    def state() -> list[tuple[str | None, str | None]]:
        items = [window.get_by_role(role, name=name) for role, name in ROLES]  # type: ignore[arg-type]
        marks = [each.locator(".ipclab-menu-mark").text_content() for each in items]
        return [(each.get_attribute("aria-checked"), mark) for each, mark in zip(items, marks, strict=True)]

    item(window, "View").click()
    assert state() == [("false", ""), ("true", "●"), ("false", "")]
    expect(item(window, "Large")).to_contain_text("for the wall")
    item(window, "Grid").click()
    item(window, "View").click()
    item(window, "Large").click()
    wait_for_log(notebook, ("Grid", 1), ("Large", 1))
    item(window, "View").click()
    expect(window.get_by_role("menuitemradio", name="Large")).to_have_attribute("aria-checked", "true", timeout=SOON)
    assert state() == [("true", "✓"), ("false", ""), ("true", "●")]


ROLES = (("menuitemcheckbox", "Grid"), ("menuitemradio", "Small"), ("menuitemradio", "Large"))


def test_an_open_menu_changes_in_place(notebook: Lab, window: Locator) -> None:
    item(window, "View").click()
    notebook.page.keyboard.press("ArrowDown")
    has_focus(item(window, "Grid"))
    notebook.python(CHANGE)
    has_focus(item(window, "Lattice"))
    expect(item(window, "Lattice")).to_have_attribute("aria-checked", "true")
    expect(item(window, "First")).to_be_visible()
    expect(item(window, "Small")).to_have_count(0)
    expect(item(window, "Large")).to_have_attribute("aria-disabled", "true")
    notebook.python("view.submenu.items[1].visible = False")
    expect(item(window, "Lattice")).to_have_count(0)
    has_focus(item(window, "Large"))


CHANGE = """from ipclab import MenuItem
grid, line, small, large = view.submenu.items
grid.label = "Lattice"
grid.checked = True
small.visible = False
large.enabled = False
view.submenu.insert(0, MenuItem(label="First"))"""


# --- popups --------------------------------------------------------------------------------------------------------


@pytest.fixture
def popup(notebook: Lab, window: Locator) -> Locator:
    notebook.python(POPUP)
    return menu(window, "Popup menu")


def pop_up(lab: Lab, popup: Locator, where: str = "x=40, y=30") -> None:
    lab.python(f"popup.popup(window=win, callback=lambda: log.append('callback'), {where})")
    expect(popup).to_be_visible(timeout=SOON)


def test_a_popup_is_where_it_should_be(notebook: Lab, window: Locator, popup: Locator) -> None:
    pop_up(notebook, popup)
    page, menu_box = window.locator(".ipclab-window-page").bounding_box(), popup.bounding_box()
    assert page is not None
    assert menu_box is not None
    assert abs(menu_box["x"] - page["x"] - 40) < 2
    assert abs(menu_box["y"] - page["y"] - 30) < 2
    for where in ("", "x=100000, y=100000"):
        notebook.python("popup.close_popup()")
        expect(popup).to_be_hidden(timeout=SOON)
        pop_up(notebook, popup, where)
        menu_box = popup.bounding_box()
        assert menu_box is not None
        right, bottom = page["x"] + page["width"], page["y"] + page["height"]
        if where:
            assert abs(menu_box["x"] + menu_box["width"] - right) < 2
            assert abs(menu_box["y"] + menu_box["height"] - bottom) < 2
        else:
            assert abs(menu_box["x"] + menu_box["width"] / 2 - (page["x"] + right) / 2) < 2
            assert abs(menu_box["y"] + menu_box["height"] / 2 - (page["y"] + bottom) / 2) < 2


def test_a_click_in_a_popup_closes_it_in_electrons_order(notebook: Lab, popup: Locator) -> None:
    pop_up(notebook, popup)
    popup.get_by_role("menuitemcheckbox", name="Copy").click()
    expect(popup).to_be_hidden(timeout=SOON)
    wait_for_log(notebook, "menu-will-close", ("Copy", 1), "callback")


def test_a_popup_is_closed_by_escape_by_a_click_beside_it_and_by_main(
    notebook: Lab, window: Locator, popup: Locator
) -> None:
    field = window.frame_locator("iframe").get_by_role("textbox")
    for number, end in enumerate(("escape", "beside", "title", "main"), start=1):
        field.click()
        pop_up(notebook, popup)
        has_focus(item(popup, "Cut"))
        if end == "escape":
            notebook.page.keyboard.press("Escape")
        elif end == "beside":
            window.locator(".ipclab-popup").click(position={"x": 5, "y": 5})
        elif end == "title":
            window.locator(".ipclab-window-title").click()
        else:
            notebook.python("popup.close_popup()")
        expect(popup).to_be_hidden(timeout=SOON)
        wait_for_log(notebook, *["menu-will-close", "callback"] * number)
        if end in ("escape", "main"):
            has_focus(window.locator("iframe"))


def test_the_keyboard_is_enough_for_a_popup(notebook: Lab, window: Locator, popup: Locator) -> None:
    window.locator(".ipclab-window-toggle").focus()
    pop_up(notebook, popup)
    has_focus(item(popup, "Cut"))
    for key in ("ArrowUp", "ArrowRight", "Enter"):
        notebook.page.keyboard.press(key)
    wait_for_log(notebook, "menu-will-close", ("Paste", 1), "callback")


def test_a_popup_does_not_take_the_focus_from_somebody_who_types_elsewhere(notebook: Lab, popup: Locator) -> None:
    editor = notebook.page.locator(".jp-CodeCell .cm-content").first
    editor.click()
    pop_up(notebook, popup)
    has_focus(editor)


# --- dialogs -------------------------------------------------------------------------------------------------------


def wait_for_answer(lab: Lab) -> str:
    for _ in range(200):
        if (answer := lab.python(ANSWER).strip()) != "None":
            return answer
        lab.page.wait_for_timeout(20)
    raise AssertionError("main has got no answer")


def test_a_message_box_is_answered_by_mouse(notebook: Lab, window: Locator) -> None:
    notebook.python(BOX)
    box = window.get_by_role("alertdialog", name="Warning · Notes")
    expect(box).to_be_visible(timeout=SOON)
    expect(box).to_have_accessible_description("Delete this note? It cannot be brought back.")
    has_focus(box.get_by_role("button", name="Keep"))
    box.get_by_role("checkbox", name="Never ask again").check()
    box.get_by_role("button", name="Delete").click()
    expect(window.get_by_role("alertdialog")).to_have_count(0, timeout=SOON)
    assert wait_for_answer(notebook) == "MessageBoxReturnValue(response=0, checkbox_checked=True)"


def test_a_message_box_holds_the_focus_and_gives_it_back(notebook: Lab, window: Locator) -> None:
    window.frame_locator("iframe").get_by_role("textbox").click()
    notebook.python(BOX)
    box = window.get_by_role("alertdialog")
    names = ["Keep", "Ask later", "Never ask again", "Delete", "Keep"]
    for name in names:
        has_focus(box.get_by_label(name).or_(box.get_by_role("button", name=name)))
        notebook.page.keyboard.press("Tab")
    for name in ("Ask later", "Keep", "Delete", "Never ask again", "Ask later"):
        has_focus(box.get_by_label(name).or_(box.get_by_role("button", name=name)))
        notebook.page.keyboard.press("Shift+Tab")
    assert window.locator(".ipclab-window-body").evaluate("body => body.inert")
    assert window.locator("[role=menubar]").evaluate("bar => bar.inert")
    notebook.page.keyboard.press("Escape")
    assert wait_for_answer(notebook) == "MessageBoxReturnValue(response=2, checkbox_checked=False)"
    expect(box).to_have_count(0, timeout=SOON)
    assert not window.locator(".ipclab-window-body").evaluate("body => body.inert")
    has_focus(window.locator("iframe"))


@pytest.mark.usefixtures("window")
def test_a_message_box_is_in_every_view_and_comes_back_after_a_reload(notebook: Lab) -> None:
    notebook.python(BOX)
    boxes = notebook.page.get_by_role("alertdialog")
    expect(boxes).to_have_count(2, timeout=SOON)
    notebook.reload()
    expect(boxes).to_have_count(2, timeout=SOON)
    boxes.nth(1).get_by_role("button", name="Delete").click()
    expect(boxes).to_have_count(0, timeout=SOON)
    assert wait_for_answer(notebook) == "MessageBoxReturnValue(response=0, checkbox_checked=False)"


LONG = """asked = asyncio.ensure_future(dialog.show_message_box(
    win, message='<b>bold</b>\\n' * 40, buttons=['<i>x</i>']))"""


def test_a_message_is_text_and_a_long_one_can_be_read(notebook: Lab, window: Locator) -> None:
    notebook.python(LONG)
    box = window.get_by_role("alertdialog")
    expect(box.get_by_text("<b>bold</b>").first).to_be_visible(timeout=SOON)
    expect(box.locator("b, i")).to_have_count(0)
    box.get_by_role("button", name="<i>x</i>").click()
    wait_for_answer(notebook)


def test_an_open_dialog_says_what_is_wrong_beside_its_field(notebook: Lab, window: Locator) -> None:
    notebook.python(OPEN)
    box = window.get_by_role("dialog", name="Open")
    field = box.get_by_role("textbox", name="Paths of the files")
    has_focus(field)
    expect(field).to_have_value("chrome.ipynb")
    expect(box).to_contain_text("Notebooks (ipynb)")
    field.fill("chrome.ipynb\nnot there")
    box.get_by_role("button", name="Open").click()
    expect(field).to_have_accessible_description("✖ not there does not exist.", timeout=SOON)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(box.get_by_role("alert")).to_have_text("not there does not exist.")
    field.fill("chrome.ipynb\n\n00-welcome.ipynb")
    box.get_by_role("button", name="Open").click()
    answer = wait_for_answer(notebook)
    assert "canceled=False" in answer
    assert answer.count("ipynb") == 2


OPEN = """asked = asyncio.ensure_future(dialog.show_open_dialog(
    win, default_path="chrome.ipynb", properties=["openFile", "multiSelections"],
    filters=[{"name": "Notebooks", "extensions": ["ipynb"]}]))
await asyncio.sleep(0)"""


def test_a_save_dialog_by_keyboard(notebook: Lab, window: Locator) -> None:
    notebook.python(
        "asked = asyncio.ensure_future(dialog.show_save_dialog(win, button_label='Keep', default_path='old.txt'))"
    )
    box = window.get_by_role("dialog", name="Save")
    has_focus(box.get_by_role("textbox", name="Path of the file to save"))
    notebook.page.keyboard.type("new.txt")  # what was there is selected
    expect(box.get_by_role("button", name="Keep")).to_be_visible()
    notebook.page.keyboard.press("Enter")
    assert "new.txt" in wait_for_answer(notebook)


# --- progress ------------------------------------------------------------------------------------------------------


def test_progress_is_shown_in_shape_and_words(notebook: Lab, window: Locator) -> None:
    bar = window.get_by_role("progressbar", name="Progress")
    expect(bar).to_have_count(0)
    notebook.python("win.set_progress_bar(0.4)")
    expect(bar).to_have_attribute("aria-valuenow", "40", timeout=SOON)
    expect(window.locator(".ipclab-progress")).to_contain_text("40 %")
    fill = window.locator(".ipclab-progress-fill")
    whole, part = bar.bounding_box(), fill.bounding_box()
    assert whole is not None
    assert part is not None
    assert abs(part["width"] / whole["width"] - 0.4) < 0.02
    notebook.python("win.set_progress_bar(2)")
    expect(bar).to_have_attribute("aria-valuetext", "going on", timeout=SOON)
    expect(bar).not_to_have_attribute("aria-valuenow", "40")
    assert fill.evaluate("fill => getComputedStyle(fill).animationName") != "none"
    notebook.page.emulate_media(reduced_motion="reduce")
    assert fill.evaluate("fill => getComputedStyle(fill).animationName") == "none"
    notebook.page.emulate_media(reduced_motion="no-preference")
    notebook.python("win.set_progress_bar(-1)")
    expect(bar).to_have_count(0, timeout=SOON)


# --- everybody -----------------------------------------------------------------------------------------------------

SMALL = """root => [...root.querySelectorAll('[role^=menuitem], [role$=dialog] :is(button, input, textarea)')]
    .filter(element => element.checkVisibility())
    .filter(element => {
        const {width, height} = element.getBoundingClientRect();
        return width < 24 || height < 24;
    }).map(element => element.outerHTML)"""


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_keeps_anybody_out_in_any_theme(notebook: Lab, window: Locator, popup: Locator, theme: str) -> None:
    notebook.theme(theme)
    try:
        notebook.python("win.set_progress_bar(2)")
        item(window, "File").click()
        item(window, "Recent").click()
        expect(menu(window, "Recent")).to_be_visible()
        axe(notebook, ".ipclab-window [role=menubar]")
        assert window.evaluate(SMALL) == []
        notebook.page.screenshot(path=notebook.pictures / f"chrome menu {theme}.png")
        notebook.page.keyboard.press("Escape")
        item(window, "View").click()
        notebook.page.screenshot(path=notebook.pictures / f"chrome states {theme}.png")
        notebook.page.keyboard.press("Escape")
        notebook.python("win.set_progress_bar(0.3)")
        pop_up(notebook, popup, "")
        axe(notebook, ".ipclab-popup")
        assert window.evaluate(SMALL) == []
        notebook.page.screenshot(path=notebook.pictures / f"chrome popup {theme}.png")
        notebook.python("popup.close_popup()")
        for name, ask in (("box", BOX), ("open", OPEN)):
            notebook.python(ask)
            box = window.locator("[role=alertdialog], [role=dialog]")
            expect(box).to_be_visible(timeout=SOON)
            if name == "open":
                box.get_by_role("textbox").fill("nowhere")
                box.get_by_role("button", name="Open").click()
                expect(box.get_by_role("alert")).to_be_visible(timeout=SOON)
            axe(notebook, ".ipclab-dialog-cover")
            assert window.evaluate(SMALL) == []
            notebook.page.screenshot(path=notebook.pictures / f"chrome {name} {theme}.png")
            notebook.page.keyboard.press("Escape")
            expect(box).to_have_count(0, timeout=SOON)
    finally:
        notebook.theme(LIGHT)
    assert notebook.errors() == []


def test_jupyterlab_hears_no_keys(notebook: Lab, window: Locator, popup: Locator) -> None:
    leaks_no_keys(notebook, window.locator("[role=menubar]"))
    pop_up(notebook, popup)
    leaks_no_keys(notebook, window.locator(".ipclab-popup"))
    notebook.python("popup.close_popup()")
    notebook.python(OPEN)
    expect(window.get_by_role("dialog")).to_be_visible(timeout=SOON)
    leaks_no_keys(notebook, window.locator(".ipclab-dialog-cover"))
    notebook.page.keyboard.press("Escape")
    wait_for_answer(notebook)


def test_the_menu_bar_is_one_stop_of_the_tab_key(notebook: Lab, window: Locator) -> None:
    assert sum("menuitem" in stop for stop in tab_stops(notebook, window)) == 1
