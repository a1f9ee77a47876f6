"""What a front end needs: open popups, menus and progress bars, and being told of changes (design 4.1)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ipc import program

from ipclab import BrowserWindow, Menu, MenuItem, restart
from ipclab.main import showing


def told() -> list[tuple[str, BrowserWindow | None]]:
    """A list to which every change is added."""
    changes: list[tuple[str, BrowserWindow | None]] = []
    showing.subscribe(lambda change, window: changes.append((change, window)))
    return changes


@pytest.fixture(autouse=True)
def nobody_subscribes() -> Any:
    yield
    showing._subscribers.clear()


@program
async def test_open_popups_can_be_shown() -> None:
    first, second = BrowserWindow(), BrowserWindow()
    menu = Menu.build_from_template([{"label": "a"}])
    changes = told()
    menu.popup(window=first, x=1, y=2)
    menu.popup(window=second)
    assert [(popup.menu, popup.window, popup.x, popup.y) for popup in showing.popups] == [
        (menu, first, 1, 2),
        (menu, second, None, None),
    ]
    menu.close_popup(first)
    assert [popup.window for popup in showing.popups] == [second]
    assert changes == [("popup", first), ("popup", second), ("popup", first)]
    await restart()
    assert showing.popups == []


@program
async def test_a_window_shows_one_popup_at_a_time() -> None:
    BrowserWindow()
    order: list[str] = []
    for name in ("first", "second"):
        Menu().popup(callback=partial(order.append, name))
    assert order == ["first"]
    showing.popups[0].close()
    assert order == ["first", "second"]


@program
async def test_a_click_closes_all_popups_that_show_the_item_and_no_other() -> None:
    windows = [BrowserWindow() for _ in range(3)]
    clicks: list[object] = []
    menu = Menu.build_from_template([{"label": "a", "click": lambda item, *_: clicks.append(item)}])
    for window in windows[:2]:
        menu.popup(window=window)
    Menu().popup(window=windows[2])
    menu.items[0].click()
    assert clicks == menu.items
    assert [popup.window for popup in showing.popups] == [windows[2]]


@program
async def test_a_front_end_is_told_of_menus() -> None:
    window = BrowserWindow()
    menu = Menu()
    item = MenuItem(label="a", type="checkbox")
    changes = told()
    window.set_menu(menu)
    menu.append(item)
    item.enabled = False
    item.click()
    item.id = "not seen"
    assert changes == [("menu", window), *[("menu", None)] * 3]


@program
async def test_who_stops_subscribing_is_told_nothing_more() -> None:
    window = BrowserWindow()
    changes: list[str] = []
    stop = showing.subscribe(lambda change, _: changes.append(change))
    window.set_progress_bar(0.5)
    stop()
    window.set_progress_bar(0.6)
    assert changes == ["progress"]


@program
async def test_a_front_end_is_told_of_windows_and_their_heads() -> None:
    """Electron: `openDevTools`, `closeDevTools`, `toggleDevTools` change what `isDevToolsOpened` returns."""
    changes = told()
    window = BrowserWindow()
    contents = window.web_contents
    window.set_title("a title")
    window.hide()
    window.hide()
    window.show()
    contents.open_dev_tools()
    contents.open_dev_tools()
    assert contents.is_dev_tools_opened()
    contents.toggle_dev_tools()
    assert not contents.is_dev_tools_opened()
    contents.close_dev_tools()
    window.close()
    assert changes == [("opened", window), *[("head", window)] * 5, ("closed", window)]


# --- progress bars -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"), [(0, 0.0), (0.5, 0.5), (1, 1.0), (1.5, 2.0), (float("inf"), 2.0), (-1, -1.0), (-0.1, -1.0)]
)
@program
async def test_a_window_has_a_progress_bar(given: float, shown: float) -> None:
    """Electron: below 0 there is none, above 1 its length is unknown."""
    window = BrowserWindow()
    assert window.progress_bar == -1
    changes = told()
    window.set_progress_bar(given)
    assert window.progress_bar == shown
    assert changes == [("progress", window)]


@pytest.mark.parametrize("progress", ["half", None, True, float("nan"), [0.5]])
@program
async def test_progress_is_a_number(progress: Any) -> None:
    window = BrowserWindow()
    window.set_progress_bar(0.5)
    with pytest.raises(TypeError, match=r"^Error processing argument at index 0, conversion failure from "):
        window.set_progress_bar(progress)
    assert window.progress_bar == 0.5
    window.destroy()
    with pytest.raises(TypeError, match=r"^Object has been destroyed$"):
        window.set_progress_bar(0.5)
