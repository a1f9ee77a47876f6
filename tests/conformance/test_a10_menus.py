"""`Menu`: its items, the application's menu, the windows' menus, popups (semantics a.10)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ipc import program, run_program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, Error, Menu, MenuItem, restart


def menu_of(*labels: str) -> Menu:
    return Menu.build_from_template([{"label": label} for label in labels])


def labels(menu: Menu) -> list[str]:
    return [item.label for item in menu.items]


# --- items ---------------------------------------------------------------------------------------------------------


@held("a.10", "append, insert", "`append` adds at the end, `insert` at a position; `items` has them in order.")
def test_items_are_added_where_they_belong() -> None:
    menu = Menu()
    menu.append(MenuItem(label="b"))
    menu.append(MenuItem(label="d"))
    menu.insert(0, MenuItem(label="a"))
    menu.insert(2, MenuItem(label="c"))
    assert labels(menu) == ["a", "b", "c", "d"]


@held("a.10", "append, insert", "What is no MenuItem throws `Invalid item`.")
@pytest.mark.parametrize("item", [None, {"label": "a"}, "a", Menu()])
def test_only_items_can_be_added(item: Any) -> None:
    for add in (Menu().append, lambda item: Menu().insert(0, item)):
        with pytest.raises(TypeError, match=r"^Invalid item$"):
            add(item)


@different(
    "a.10",
    "append, insert",
    "`RangeError: Position <n> cannot be less than 0`, "
    "or `Position <n> cannot be greater than the total MenuItem count`.",
    "A ValueError with the same text: Python has no RangeError.",
)
def test_positions_are_checked() -> None:
    menu = menu_of("a", "b", "c")
    with pytest.raises(ValueError, match=r"^Position -9999 cannot be less than 0$"):
        menu.insert(-9999, MenuItem(label="x"))
    with pytest.raises(ValueError, match=r"^Position 9999 cannot be greater than the total MenuItem count$"):
        menu.insert(9999, MenuItem(label="x"))
    with pytest.raises(TypeError, match=r"^Error processing argument at index 0, conversion failure from 'x'$"):
        menu.insert("x", MenuItem(label="x"))  # type: ignore[arg-type]
    assert labels(menu) == ["a", "b", "c"]


@held("a.10", "getMenuItemById", "Finds items depth first through submenus, separators too; else `null`.")
def test_items_are_found_by_id() -> None:
    deep = [{"label": "c", "id": "deep"}]
    template: list[dict[str, Any]] = [
        {"label": "a", "submenu": [{"label": "b", "submenu": deep}, {"label": "in a", "id": "both"}]},
        {"label": "d", "submenu": [{"label": "in d", "id": "both"}]},
        {"type": "separator", "id": "bar"},
        {"label": "e"},
    ]
    menu = Menu.build_from_template(template)
    found = menu.get_menu_item_by_id("deep")
    assert found is not None
    assert found.label == "c"
    both = menu.get_menu_item_by_id("both")
    assert both is not None
    assert both.label == "in a"
    assert menu.get_menu_item_by_id("bar") is menu.items[2]
    assert menu.get_menu_item_by_id("none") is None


# --- the application's menu ----------------------------------------------------------------------------------------


@held("a.10", "setApplicationMenu", "On Linux and Windows it is assigned to every window; new windows pick it up.")
@program
async def test_the_application_menu_is_all_windows_menu() -> None:
    before = BrowserWindow()
    menu = menu_of("a")
    Menu.set_application_menu(menu)
    after = BrowserWindow()
    assert Menu.get_application_menu() is menu
    assert before.menu is menu
    assert after.menu is menu


@held("a.10", "setApplicationMenu", "`null` removes the bar.")
@program
async def test_none_removes_the_application_menu() -> None:
    window = BrowserWindow()
    Menu.set_application_menu(menu_of("a"))
    Menu.set_application_menu(None)
    assert [Menu.get_application_menu(), window.menu, BrowserWindow().menu] == [None, None, None]


@held("a.10", "setApplicationMenu", "Anything else throws `Invalid menu`.")
@pytest.mark.parametrize("menu", [[{"label": "a"}], "menu", MenuItem(label="a")])
@program
async def test_the_application_menu_is_a_menu(menu: Any) -> None:
    before = Menu.get_application_menu()
    with pytest.raises(TypeError, match=r"^Invalid menu$"):
        Menu.set_application_menu(menu)
    assert Menu.get_application_menu() is before


@held("a.10", "getApplicationMenu", "Once the app is ready there is a default menu: File, Edit, View, Window, Help.")
@program
async def test_there_is_a_default_menu() -> None:
    window = BrowserWindow()
    menu = Menu.get_application_menu()
    assert menu is not None
    assert labels(menu) == ["File", "Edit", "View", "Window", "Help"]
    assert window.menu is menu
    assert BrowserWindow().menu is menu
    Menu.set_application_menu(None)
    await restart()
    assert BrowserWindow().menu is Menu.get_application_menu() is not None


@held("a.10", "getApplicationMenu", "There is no default menu if one, or `null`, is set before the app is ready.")
@held("a.10", "getApplicationMenu", "Before the app is ready it is `null`.")
@pytest.mark.parametrize("given", ["None", "Menu.build_from_template([{'label': 'own'}])"])
def test_a_menu_set_before_ready_stays(given: str) -> None:
    done = run_program(f"""
import asyncio
from ipclab import BrowserWindow, Menu
assert Menu.get_application_menu() is None
menu = {given}
Menu.set_application_menu(menu)
async def main():
    window = BrowserWindow()
    assert window.menu is Menu.get_application_menu() is menu
    window.destroy()
asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")


not_simulated(
    "a.10",
    "getApplicationMenu",
    "The default Help menu of an app in development has links to Electron's web site.",
    "It is empty, as in packaged apps: lessons do not open browsers.",
)


@held("a.10", "win.setMenu", "Sets one window's menu; `null`, or `removeMenu()`, removes it.")
@held("a.10", "win.setMenu", "Anything else throws `Invalid Menu`.")
@program
async def test_a_window_may_have_a_menu_of_its_own() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    menu = menu_of("a")
    window.set_menu(menu)
    assert window.menu is menu
    assert other.menu is Menu.get_application_menu() is not menu
    with pytest.raises(TypeError, match=r"^Invalid Menu$"):
        window.set_menu([{"label": "a"}])  # type: ignore[arg-type]
    assert window.menu is menu
    window.set_menu(None)
    other.remove_menu()
    assert [each.menu for each in (window, other)] == [None, None]
    window.destroy()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        window.set_menu(menu)


# --- popup ---------------------------------------------------------------------------------------------------------


def note(menu: Menu, order: list[str]) -> Callable[[], None]:
    """Note in `order` what happens to the menu's popup; return the callback that does so."""
    for name in ("menu-will-show", "menu-will-close"):
        menu.on(name, lambda _, name=name: order.append(name))
    return partial(order.append, "callback")


@held("a.10", "popup", "Returns immediately; `callback` is called when it closes.")
@held("a.10", "popup", "Emits `menu-will-show` and `menu-will-close`.")
@program
async def test_a_popup_is_open_until_it_is_closed() -> None:
    window = BrowserWindow()
    menu = menu_of("a")
    order: list[str] = []
    callback = note(menu, order)
    menu.popup(window=window, x=100, y=101, callback=callback)
    assert order == ["menu-will-show"]
    menu.close_popup(window)
    assert order == ["menu-will-show", "menu-will-close", "callback"]
    menu.close_popup()
    assert len(order) == 3


@held("a.10", "popup", "A click closes it: `menu-will-close`, the item's `click`, then `callback`.")
@program
async def test_a_click_closes_the_popup() -> None:
    BrowserWindow()
    order: list[str] = []
    items = [{"label": "b", "click": lambda *_: order.append("click")}]
    menu = Menu.build_from_template([{"label": "a", "submenu": items}])
    callback = note(menu, order)
    menu.popup(callback=callback)
    submenu = menu.items[0].submenu
    assert submenu is not None
    menu.items[0].click()  # opens the submenu
    assert order == ["menu-will-show"]
    submenu.items[0].click()
    assert order == ["menu-will-show", "menu-will-close", "click", "callback"]


@held("a.10", "popup", "It goes with its window.")
@program
async def test_a_popup_goes_with_its_window() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    menu = menu_of("a")
    order: list[str] = []
    callback = note(menu, order)
    menu.popup(window=window, callback=callback)
    other.destroy()
    assert order == ["menu-will-show"]
    window.close()
    assert order == ["menu-will-show", "menu-will-close", "callback"]


@held("a.10", "popup", "No window at all throws `Cannot open Menu without a BaseWindow present`.")
@program
async def test_a_popup_needs_a_window() -> None:
    menu = menu_of("a")
    with pytest.raises(Error, match=r"^Cannot open Menu without a BaseWindow present$"):
        menu.popup()
    window = BrowserWindow()
    window.destroy()
    with pytest.raises(Error, match=r"^Cannot open Menu without a BaseWindow present$"):
        menu.popup(window=window)


@held("a.10", "popup", "Options that are no object throw `Options must be an object`.")
@pytest.mark.parametrize("options", ["a string", None, 5, {"x": 1}])
@program
async def test_popup_options_are_keywords(options: Any) -> None:
    BrowserWindow()
    with pytest.raises(TypeError, match=r"^Options must be an object: here they are keywords"):
        menu_of("a").popup(options)


@different(
    "a.10",
    "popup",
    "Options of a wrong type, and unknown ones, are ignored.",
    "They are TypeErrors, as all options of ipclab.",
)
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"x": "left"}, r"popup's x is a number of pixels, not 'left'"),
        ({"y": True}, r"popup's y is a number of pixels, not True"),
        ({"callback": 5}, r"popup's callback is a function, not 5"),
        ({"positioningItem": 1}, r"unknown options of popup: positioningItem. Known: window, x, y, callback"),
    ],
)
@program
async def test_popup_options_are_checked(options: dict[str, Any], text: str) -> None:
    BrowserWindow()
    menu = menu_of("a")
    order: list[str] = []
    note(menu, order)
    with pytest.raises(TypeError, match=text):
        menu.popup(**options)
    assert order == []


not_simulated(
    "a.10",
    "popup",
    "`positioningItem`, `sourceType`, `frame` (macOS, Windows).",
    "They change where the system draws the menu.",
)


@held("a.10", "popup", "What `callback` and listeners raise is told of, and the app goes on.")
@program
async def test_what_a_callback_raises_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    BrowserWindow()
    menu = menu_of("a")
    menu.on("menu-will-close", lambda _: 1 / 0)
    menu.popup(callback=lambda: [][0])
    menu.close_popup()
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "IndexError" in told
