"""`MenuItem`: its fields, clicks, roles, and what is checked (semantics a.10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, Menu, MenuItem, app, once, restart, settle
from ipclab.main.menu_item import KeyboardEvent
from ipclab.main.menu_roles import ROLES

# --- fields --------------------------------------------------------------------------------------------------------


@held(
    "a.10", "MenuItem", "`enabled` and `visible` are true by default, `checked` false, `sublabel` and `toolTip` ''."
)
def test_fields_have_defaults() -> None:
    item = MenuItem(label="a")
    assert (item.type, item.label, item.sublabel, item.tool_tip) == ("normal", "a", "", "")
    assert (item.enabled, item.visible, item.checked) == (True, True, False)
    assert (item.id, item.role, item.accelerator, item.icon, item.submenu) == (None, None, None, None, None)
    assert (item.accelerator_works_when_hidden, item.register_accelerator) == (True, True)


@different(
    "a.10",
    "MenuItem",
    "`type`, `role`, `accelerator`, `submenu`, `commandId` and `menu` are read-only: assigning throws a TypeError.",
    "An AttributeError with the same text, as Python has it; `click` is read-only too.",
)
@pytest.mark.parametrize("name", ["type", "role", "accelerator", "submenu", "command_id", "menu", "click"])
def test_most_fields_are_read_only(name: str) -> None:
    item = MenuItem(label="a", role="close")
    before = getattr(item, name)
    with pytest.raises(AttributeError, match=rf"^Cannot assign to read only property '{name}'"):
        setattr(item, name, "x")
    assert getattr(item, name) == before


@held("a.10", "MenuItem", "Each item has a `commandId` of its own.")
@program
async def test_command_ids_count_from_one() -> None:
    assert [MenuItem(label="a").command_id for _ in range(3)] == [1, 2, 3]
    await restart()
    assert MenuItem(label="a").command_id == 1


@held("a.10", "MenuItem", "`menu` is the menu it is in.")
def test_an_item_knows_its_menu() -> None:
    item = MenuItem(label="a")
    assert item.menu is None
    menu = Menu()
    menu.append(item)
    assert item.menu is menu


# --- click ---------------------------------------------------------------------------------------------------------


@held(
    "a.10", "click", "Called with `(menuItem, window, event)`; `window` is the focused one at the time of the click."
)
@held("a.10", "click", "It runs synchronously in main, and its return value is ignored.")
@program
async def test_a_click_calls_its_function_at_once() -> None:
    clicks: list[tuple[object, ...]] = []

    def clicked(*args: object) -> str:
        clicks.append(args)
        return "ignored"

    (item,) = Menu.build_from_template([{"label": "a", "click": clicked}]).items
    first, second = BrowserWindow(), BrowserWindow()
    assert item.click() is None  # type: ignore[func-returns-value]
    first.focus()
    item.click()
    assert clicks == [(item, second, KeyboardEvent()), (item, first, KeyboardEvent())]


@held("a.10", "click", "Without a focused window `window` is `undefined` (here None).")
@program
async def test_without_a_focused_window_there_is_none() -> None:
    clicks: list[object] = []
    item = MenuItem(label="a", click=lambda _, window, __: clicks.append(window))
    item.click()
    BrowserWindow(show=False)
    item.click()
    assert clicks == [None, None]


@held("a.10", "click", "`menuItem.click(event, focusedWindow, focusedWebContents)` clicks as the user does.")
@program
async def test_code_may_click_for_a_window_of_its_choice() -> None:
    clicks: list[tuple[object, object]] = []
    item = MenuItem(label="a", click=lambda _, window, event: clicks.append((window, event)))
    first, _ = BrowserWindow(), BrowserWindow()
    event = KeyboardEvent(ctrl_key=True, triggered_by_accelerator=True)
    item.click(event, first, first.web_contents)
    item.click(event, None)
    assert clicks == [(first, event), (None, event)]


@held("a.10", "click", "An exception in it is an uncaught exception of main: it is told of, and the app goes on.")
@program
async def test_what_a_click_raises_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    item = MenuItem(label="a", click=lambda *_: 1 / 0)
    item.click()
    told = capsys.readouterr().err
    assert "Uncaught Exception:" in told
    assert "ZeroDivisionError: division by zero" in told


@held("a.10", "click", "An async function runs to its first await; a later failure is an unhandled rejection.")
@program
async def test_a_click_may_be_async(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    async def clicked(*_: object) -> None:
        order.append("first stretch")
        await asyncio.sleep(0)
        order.append("second stretch")
        raise ValueError("boom")

    MenuItem(label="a", click=clicked).click()
    order.append("after the click")
    await settle()
    assert order == ["first stretch", "after the click", "second stretch"]
    assert "UnhandledPromiseRejectionWarning: " in capsys.readouterr().err


# --- roles ---------------------------------------------------------------------------------------------------------


def of_role(role: str) -> tuple[MenuItem, list[str]]:
    clicked: list[str] = []
    return MenuItem(role=role, click=lambda *_: clicked.append(role)), clicked


@held("a.10", "role", "A `role` overrides `click`.")
@pytest.mark.parametrize(
    "role", ["close", "reload", "forceReload", "toggleDevTools", "quit", "copy", "zoomIn", "about"]
)
@program
async def test_a_role_acts_in_place_of_the_click(role: str) -> None:
    window = BrowserWindow()
    await window.load_url("about:blank")
    item, clicked = of_role(role)
    quits = asyncio.ensure_future(once(app, "quit")) if role in ("close", "quit") else None
    loads = asyncio.ensure_future(once(window.web_contents, "did-finish-load")) if "eload" in role else None
    await asyncio.sleep(0)
    item.click()
    assert clicked == []
    if quits is not None:
        await quits
        assert window.is_destroyed()
    elif loads is not None:
        await loads
    else:
        assert window.web_contents.is_dev_tools_opened() == (role == "toggleDevTools")


@held("a.10", "role", "Without a window to act on, a role for windows leaves the click to `click`.")
@held("a.10", "role", "A role that does not exist, or has nothing to do, leaves the click to `click`.")
@pytest.mark.parametrize("role", ["close", "reload", "copy", "asdfghjkl", "help", "unhide"])
@program
async def test_a_role_without_anything_to_act_on_calls_click(role: str) -> None:
    item, clicked = of_role(role)
    item.click()
    assert clicked == [role]


@held("a.10", "role", "Roles are found in any case, and kept in lower case.")
@held("a.10", "role", "An item has its role's label and accelerator, unless it has its own.")
def test_roles_have_labels_and_accelerators() -> None:
    item = MenuItem(role="forceReload")
    assert (item.role, item.label, item.accelerator) == ("forcereload", "Force Reload", "Shift+CmdOrCtrl+R")
    own = MenuItem(role="close", label="Custom Close!", accelerator="D")
    assert (own.label, own.accelerator) == ("Custom Close!", "D")
    assert own.get_default_role_accelerator() == "CommandOrControl+W"
    assert MenuItem(role="hide").label == f"Hide {app.name}"
    assert (MenuItem(role="asdfghjkl").label, MenuItem(role="asdfghjkl").accelerator) == ("", None)
    for role in ROLES:
        assert MenuItem(role=role).label


@held("a.10", "role", "Accelerators of the editing roles are not registered with the window.")
def test_editing_accelerators_are_the_pages() -> None:
    registered = {role: MenuItem(role=role).register_accelerator for role in ("cut", "copy", "paste", "undo", "quit")}
    assert registered == {"cut": False, "copy": False, "paste": False, "undo": True, "quit": True}


@held("a.10", "role", "`fileMenu`, `editMenu`, `viewMenu`, `windowMenu` and `appMenu` have submenus, unless given.")
@pytest.mark.parametrize(
    ("role", "roles"),
    [
        ("fileMenu", ["quit"]),
        ("editMenu", ["undo", "redo", "-", "cut", "copy", "paste", "delete", "-", "selectall"]),
        ("windowMenu", ["minimize", "zoom", "close"]),
        ("appMenu", ["about", "-", "services", "-", "hide", "hideothers", "unhide", "-", "quit"]),
    ],
)
def test_some_roles_have_submenus(role: str, roles: list[str]) -> None:
    submenu = MenuItem(role=role).submenu
    assert submenu is not None
    assert [item.role or "-" for item in submenu.items] == roles
    own = MenuItem(role=role, submenu=[{"role": "about"}]).submenu
    assert own is not None
    assert [item.role for item in own.items] == ["about"]


@different(
    "a.10",
    "role",
    "Labels, accelerators and submenus of roles depend on the platform.",
    "They are Linux's everywhere, so that lessons look the same.",
)
def test_roles_are_linuxs() -> None:
    assert MenuItem(role="quit").label == "Quit"
    assert MenuItem(role="toggleDevTools").accelerator == "Ctrl+Shift+I"


not_simulated(
    "a.10",
    "role",
    "Roles edit the page, zoom, minimize, go to full screen, check spelling, show an about panel.",
    "They override `click` as in Electron, but pages cannot be edited or zoomed, and windows have one size.",
)
not_simulated(
    "a.10",
    "MenuItem",
    "`sharingItem`, `userAccelerator`, `selector`, the first responder, the Dock, header and palette items (macOS).",
    "Menus are simulated as on Linux.",
)

# --- checkbox and radio --------------------------------------------------------------------------------------------


@held("a.10", "checkbox", "A click flips `checked` before the callback.")
@program
async def test_a_click_flips_a_checkbox_first() -> None:
    seen: list[bool] = []
    entry = {"label": "a", "type": "checkbox", "click": lambda item, *_: seen.append(item.checked)}
    (item,) = Menu.build_from_template([entry]).items
    for _ in range(3):
        item.click()
    assert seen == [True, False, True]
    item.checked = False
    assert item.checked is False


def radios(*letters: str, **fields: Any) -> list[dict[str, Any]]:
    """Radio items, in groups where a - stands between them, and a normal item for an x."""
    kinds: dict[str, dict[str, Any]] = {"-": {"type": "separator"}, "x": {"label": "x"}}
    return [kinds.get(letter, {"label": letter, "type": "radio", **fields}) for letter in letters]


def checked(menu: Menu) -> str:
    return "".join(item.label for item in menu.items if item.checked)


@held("a.10", "radio", "A clicked radio item always ends up checked, the others of its group unchecked.")
@program
async def test_a_clicked_radio_item_is_checked() -> None:
    seen: list[str] = []
    menu = Menu.build_from_template(radios("a", "b", "c", click=lambda item, *_: seen.append(checked(item.menu))))
    for index in (0, 0, 2, 1):
        menu.items[index].click()
    assert seen == ["a", "a", "c", "b"]


@held(
    "a.10", "radio", "Assigning `checked` unchecks the other items of the group, and checks this one whatever it is."
)
@pytest.mark.parametrize("value", [True, False])
def test_assigning_checked_unchecks_the_group(value: bool) -> None:
    menu = Menu.build_from_template(radios("a", "b", "-", "c", "d"))
    assert checked(menu) == ""
    menu.items[0].checked = True
    menu.items[3].checked = True
    menu.items[1].checked = value
    assert checked(menu) == "bc"


@held("a.10", "radio", "A group is a run of adjacent radio items: a separator ends it, another item does not.")
def test_separators_part_groups() -> None:
    menu = Menu.build_from_template(radios("a", "x", "b", "-", "c", "-", "x", "d"))
    groups = {item.label: item.group_id for item in menu.items if item.type == "radio"}
    assert groups["a"] == groups["b"]
    assert len({groups["b"], groups["c"], groups["d"]}) == 3


@held(
    "a.10", "radio", "A radio item that is inserted joins the group in front of it, at the beginning the one behind."
)
@pytest.mark.parametrize(("position", "like"), [(0, "a"), (1, "a"), (2, "a"), (3, None), (4, "b")])
def test_an_inserted_item_joins_a_group(position: int, like: str | None) -> None:
    menu = Menu.build_from_template(radios("a", "x", "-", "b"))
    new = MenuItem(label="new", type="radio")
    menu.insert(position, new)
    groups = {item.label: item.group_id for item in menu.items if item.type == "radio" and item is not new}
    assert [label for label, group in groups.items() if group == new.group_id] == ([like] if like else [])


@held("a.10", "radio", "When the menu is shown, the first item of a group without a checked one is checked.")
@program
async def test_a_shown_group_has_a_checked_item() -> None:
    menu = Menu.build_from_template([*radios("a", "b", "-", "c", "d"), {"label": "s", "submenu": radios("e", "f")}])
    menu.items[1].checked = True
    BrowserWindow()
    menu.popup()
    submenu = menu.items[-1].submenu
    assert submenu is not None
    assert (checked(menu), checked(submenu)) == ("bc", "e")
