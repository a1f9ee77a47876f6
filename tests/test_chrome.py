"""What surrounds a page in a window's view, on main's side: what a front end is told, and what its clicks do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from front_end import FrontEnd
from ipc import program
from kernel import Kernel, prepared_kernel, shared_kernels

from ipclab import BrowserWindow, Error, Menu, MenuItem, dialog
from ipclab.main import showing
from ipclab.notebook.views import menus, printing
from ipclab.notebook.views.chrome import Chrome
from ipclab.notebook.views.view import Item, View

views: list[ChromeView] = []


class ChromeView(View):
    """A view of nothing but what surrounds a page. It keeps what its front end would get."""

    def __init__(self, window: BrowserWindow) -> None:
        super().__init__()
        self.told: list[Item] = []
        self.prints: list[tuple[str | None, str, str]] = []
        self.printed = lambda *line: self.prints.append(line)
        self.chrome = Chrome(self, window)
        views.append(self)

    def whole(self, hello: Item) -> list[Item]:
        del hello
        return self.chrome.whole()

    def received(self, item: Item, buffers: list[memoryview]) -> None:
        del buffers
        assert self.chrome.received(item)

    def send(self, content: Any, buffers: Sequence[bytes] | None = None) -> None:
        del buffers
        self.told += content.get("items", [])

    def close(self) -> None:
        self.chrome.close()
        super().close()

    def now(self, kind: str) -> Any:
        """What a front end shows of a kind."""
        self.flush()
        items = [item for item in self.told if item["t"] == kind]
        return next(value for name, value in items[-1].items() if name != "t")


def displayed(window: BrowserWindow) -> ChromeView:
    """A view whose front end has said hello."""
    view = ChromeView(window)
    view._take({"t": "hello"}, [])
    return view


@pytest.fixture(autouse=True)
def views_are_closed() -> Iterator[None]:
    yield
    while views:
        views.pop().close()
    printing.restore_streams()
    assert showing.ask is None


async def turns() -> None:
    """Let what is due on the loop happen."""
    for _ in range(10):
        await asyncio.sleep(0)


# --- menus ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accelerator", "text"),
    [
        ("CommandOrControl+W", "Ctrl+W"),
        ("Shift+CmdOrCtrl+R", "Ctrl+Shift+R"),
        ("Command+Alt+H", "Cmd+Alt+H"),
        ("CommandOrControl+Plus", "Ctrl++"),
        ("CommandOrControl+-", "Ctrl+-"),
        ("F11", "F11"),
        ("", ""),
    ],
)
def test_an_accelerator_is_shown_as_linux_does(accelerator: str, text: str) -> None:
    assert menus.accelerator_text(accelerator) == text


@pytest.mark.parametrize(("label", "text"), [("&File", "File"), ("Save && close", "Save & close"), ("A&", "A")])
def test_an_ampersand_marks_an_access_key(label: str, text: str) -> None:
    """Electron: `&` before a letter, `&&` for the character itself."""
    assert menus.without_access_keys(label) == text


@program
async def test_a_menu_bar_is_told_as_it_is_seen() -> None:
    window = BrowserWindow()
    template: list[dict[str, Any]] = [
        {
            "label": "&View",
            "submenu": [
                {"label": "Grid", "type": "checkbox", "checked": True, "sublabel": "lines", "tool_tip": "tip"},
                {"type": "separator"},
                {"role": "reload", "enabled": False},
                {"label": "secret", "visible": False},
            ],
        },
        {"label": "Empty", "submenu": []},
    ]
    window.set_menu(Menu.build_from_template(template))
    view, empty = displayed(window).now("menu")
    assert (view["label"], view["type"]) == ("View", "submenu")
    assert empty["items"] == []
    grid, line, reload = view["items"]
    assert (grid["checked"], grid["sublabel"], grid["tip"], grid["items"]) == (True, "lines", "tip", None)
    assert line["type"] == "separator"
    assert (reload["label"], reload["keys"], reload["enabled"]) == ("Reload", "Ctrl+R", False)


@program
async def test_a_window_has_electrons_default_menu_until_it_is_removed() -> None:
    window = BrowserWindow()
    view = displayed(window)
    assert [item["label"] for item in view.now("menu")] == ["File", "Edit", "View", "Window", "Help"]
    window.remove_menu()
    await turns()
    assert view.now("menu") is None


@program
async def test_a_menu_within_itself_has_an_end() -> None:
    window = BrowserWindow()
    menu = Menu()
    window.set_menu(menu)
    view = displayed(window)
    menu.append(MenuItem(label="again", submenu=menu))
    menu.append(MenuItem(label="last", click=lambda *_: None))
    await turns()
    again, last = view.now("menu")
    assert again["items"] == []
    assert menus.find(menu, last["id"]) is menu.items[1]


@program
async def test_changes_of_items_are_told_together_and_only_to_whom_they_concern() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    menu = Menu.build_from_template([{"label": "a"}, {"label": "b"}])
    window.set_menu(menu)
    view, others = displayed(window), displayed(other)
    view.told.clear()
    others.told.clear()
    for item in menu.items:
        item.enabled = False
        item.label += "!"
    await turns()
    assert [(item["label"], item["enabled"]) for item in view.now("menu")] == [("a!", False), ("b!", False)]
    assert len(view.told) == 1
    others.flush()
    assert others.told == []


@program
async def test_a_click_focuses_the_window_and_passes_it_on() -> None:
    """Electron: click(item, focused window, event)."""
    window, other = BrowserWindow(), BrowserWindow()
    clicks: list[Any] = []
    menu = Menu.build_from_template([{"label": "a", "click": lambda *args: clicks.append(args)}])
    window.set_menu(menu)
    view = displayed(window)
    assert BrowserWindow.get_focused_window() is other
    view._take({"t": "menu-click", "id": menu.items[0].command_id, "held": ["ctrl"]}, [])
    ((item, clicked_in, event),) = clicks
    assert (item, clicked_in) == (menu.items[0], window)
    assert (event.ctrl_key, event.shift_key, event.triggered_by_accelerator) == (True, False, False)
    assert BrowserWindow.get_focused_window() is window


@program
async def test_what_a_click_prints_goes_to_the_view(capsys: pytest.CaptureFixture[str]) -> None:
    window = BrowserWindow()

    async def late(*_: object) -> None:
        await asyncio.sleep(0)
        print("late")

    menu = Menu.build_from_template(
        [
            {"label": "a", "click": lambda *_: print("at once")},
            {"label": "b", "click": late},
            {"label": "c", "click": lambda *_: 1 / 0},
        ]
    )
    window.set_menu(menu)
    view = displayed(window)
    for item in menu.items:
        view._take({"t": "menu-click", "id": item.command_id}, [])
    await turns()
    said = "".join(text for _, _, text in view.prints)
    assert "at once" in said
    assert "late" in said
    assert "ZeroDivisionError: division by zero" in said
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.parametrize("change", [{"enabled": False}, {"visible": False}])
@program
async def test_what_cannot_be_clicked_any_more_is_not_clicked(change: dict[str, bool]) -> None:
    """The front end may not know yet that it has changed."""
    window = BrowserWindow()
    clicks: list[object] = []
    menu = Menu.build_from_template(
        [{"label": "m", "submenu": [{"label": "a", "click": lambda *a: clicks.append(a)}]}]
    )
    window.set_menu(menu)
    view = displayed(window)
    assert menu.items[0].submenu is not None
    inner = menu.items[0].submenu.items[0]
    for item in (inner, menu.items[0]):
        for name, value in change.items():
            setattr(item, name, value)
        view._take({"t": "menu-click", "id": inner.command_id}, [])
        for name, value in change.items():
            setattr(item, name, not value)
    assert clicks == []
    view._take({"t": "menu-click", "id": inner.command_id}, [])
    assert len(clicks) == 1


@pytest.mark.parametrize("number", [None, -1, "x", [], 10**9])
@program
async def test_a_click_on_an_unknown_item_does_nothing(number: Any) -> None:
    view = displayed(BrowserWindow())
    view._take({"t": "menu-click", "id": number}, [])
    view._take({"t": "menu-click", "id": number, "popup": number}, [])
    view._take({"t": "popup-close", "popup": number}, [])
    view._take({"t": "dialog-answer", "id": number, "fields": number}, [])
    assert view.prints == []


@program
async def test_checkbox_and_radio_items_change_before_their_click() -> None:
    window = BrowserWindow()
    states: list[bool] = []
    template = [
        {"label": str(n), "type": "radio", "click": lambda item, *_: states.append(item.checked)} for n in (1, 2)
    ]
    menu = Menu.build_from_template(template)
    window.set_menu(menu)
    view = displayed(window)
    assert [item["checked"] for item in view.now("menu")] == [True, False]
    view._take({"t": "menu-click", "id": menu.items[1].command_id}, [])
    await turns()
    assert states == [True]
    assert [item["checked"] for item in view.now("menu")] == [False, True]


# --- popups --------------------------------------------------------------------------------------------------------


def popup_with(order: list[str], window: BrowserWindow) -> Menu:
    menu = Menu.build_from_template([{"label": "a", "click": lambda *_: order.append("click")}])
    menu.on("menu-will-close", lambda _: order.append("menu-will-close"))
    menu.popup(window=window, x=10, y=20, callback=lambda: order.append("callback"))
    return menu


@program
async def test_a_popup_is_shown_and_a_click_closes_it_in_electrons_order() -> None:
    window = BrowserWindow()
    view = displayed(window)
    assert view.now("popup") is None
    order: list[str] = []
    popup_with(order, window)
    shown = view.now("popup")
    assert (shown["x"], shown["y"], [item["label"] for item in shown["items"]]) == (10, 20, ["a"])
    view._take({"t": "menu-click", "id": shown["items"][0]["id"], "popup": shown["id"]}, [])
    assert order == ["menu-will-close", "click", "callback"]
    assert view.now("popup") is None
    view._take({"t": "menu-click", "id": shown["items"][0]["id"], "popup": shown["id"]}, [])
    assert order == ["menu-will-close", "click", "callback"]


@program
async def test_a_popup_closes_when_the_reader_clicks_beside_it_in_any_view() -> None:
    window = BrowserWindow()
    one, two = displayed(window), displayed(window)
    order: list[str] = []
    popup_with(order, window)
    two._take({"t": "popup-close", "popup": two.now("popup")["id"]}, [])
    assert order == ["menu-will-close", "callback"]
    assert one.now("popup") is two.now("popup") is None


@program
async def test_what_was_meant_for_a_popup_does_not_reach_the_next() -> None:
    window = BrowserWindow()
    view = displayed(window)
    order: list[str] = []
    menu = popup_with(order, window)
    first = view.now("popup")
    menu.close_popup()
    order.clear()
    menu.popup(window=window)
    view._take({"t": "popup-close", "popup": first["id"]}, [])
    view._take({"t": "menu-click", "id": first["items"][0]["id"], "popup": first["id"]}, [])
    assert order == []
    assert view.now("popup")["id"] != first["id"]


@program
async def test_a_closed_window_has_no_menu_popup_progress_nor_dialog() -> None:
    window = BrowserWindow()
    window.set_progress_bar(0.5)
    view = displayed(window)
    order: list[str] = []
    popup_with(order, window)
    window.close()
    assert order == ["menu-will-close", "callback"]
    assert [view.now(kind) for kind in ("menu", "popup", "progress", "dialog")] == [None, None, -1.0, None]
    view._take({"t": "hello"}, [])
    assert [view.now(kind) for kind in ("menu", "popup", "progress", "dialog")] == [None, None, -1.0, None]
    assert showing.ask is None


# --- progress ------------------------------------------------------------------------------------------------------


@program
async def test_progress_is_told() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    view = displayed(window)
    seen = [view.now("progress")]
    for value in (0.25, 7, -1):
        window.set_progress_bar(value)
        other.set_progress_bar(0.9)
        seen.append(view.now("progress"))
    assert seen == [-1.0, 0.25, 2.0, -1.0]


# --- dialogs -------------------------------------------------------------------------------------------------------


async def asked(awaitable: Any) -> asyncio.Task[Any]:
    """Start a dialog, as code in main that awaits it."""
    task: asyncio.Task[Any] = asyncio.ensure_future(awaitable)
    await turns()
    return task


@program
async def test_without_a_displayed_window_nobody_can_answer() -> None:
    window = BrowserWindow()
    not_yet = ChromeView(window)
    with pytest.raises(Error, match="no front end shows dialogs here"):
        dialog.show_message_box(window, message="?")
    not_yet._take({"t": "hello"}, [])
    task = await asked(dialog.show_message_box(window, message="?"))
    not_yet._take({"t": "dialog-answer", "id": not_yet.now("dialog")["id"], "fields": {"response": 0}}, [])
    assert (await task).response == 0
    not_yet.close()
    with pytest.raises(Error, match="no front end shows dialogs here"):
        dialog.show_message_box(window, message="?")


@program
async def test_a_message_box_is_shown_and_answered() -> None:
    window = BrowserWindow()
    view = displayed(window)
    options: dict[str, Any] = {
        "type": "question",
        "title": "T",
        "message": "M",
        "detail": "D",
        "buttons": ["Yes", "No"],
    }
    task = await asked(dialog.show_message_box(window, **options, default_id=1, checkbox_label="always"))
    shown = view.now("dialog")
    told: dict[str, Any] = {
        "kind": "message",
        "type": "question",
        "title": "T",
        "message": "M",
        "detail": "D",
        "owner": "",
    }
    told |= {"buttons": ["Yes", "No"], "default": 1, "checkbox": "always", "checked": False, "error": ""}
    assert {**shown, "id": 0} == {**told, "id": 0}
    view._take({"t": "dialog-answer", "id": shown["id"], "fields": {"response": 1, "checkbox_checked": True}}, [])
    result = await task
    assert (result.response, result.checkbox_checked) == (1, True)
    assert view.now("dialog") is None


@program
async def test_escape_means_the_cancel_button() -> None:
    """Electron: closing the box is the button `cancel_id`, by default the one called Cancel or No."""
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_message_box(window, message="?", buttons=["Yes", "Maybe", "No"]))
    view._take({"t": "dialog-answer", "id": view.now("dialog")["id"], "fields": {"canceled": True}}, [])
    assert (await task).response == 2


@program
async def test_a_message_box_without_buttons_has_one() -> None:
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_message_box(window, message="?"))
    assert view.now("dialog")["buttons"] == ["OK"]
    view._take({"t": "dialog-answer", "id": view.now("dialog")["id"], "fields": {"response": 0}}, [])
    assert (await task).response == 0


@pytest.mark.parametrize("fields", [{"response": 7}, {"file_paths": ["/"]}, {"no": 1}, {}, {"response": "1"}])
@program
async def test_an_answer_that_cannot_be_leaves_the_dialog_open(fields: dict[str, object]) -> None:
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_message_box(window, message="?", buttons=["a", "b"]))
    number = view.now("dialog")["id"]
    view._take({"t": "dialog-answer", "id": number, "fields": fields}, [])
    await turns()
    assert not task.done()
    assert view.now("dialog")["error"] != ""
    view._take({"t": "dialog-answer", "id": number, "fields": {"response": 1}}, [])
    assert (await task).response == 1


@program
async def test_answering_in_one_view_closes_the_dialog_in_all_and_counts_once() -> None:
    window = BrowserWindow()
    one, two = displayed(window), displayed(window)
    task = await asked(dialog.show_message_box(window, message="?", buttons=["a", "b"]))
    assert one.now("dialog") == two.now("dialog")
    answer = {"t": "dialog-answer", "id": one.now("dialog")["id"]}
    one._take({**answer, "fields": {"response": 1}}, [])
    two._take({**answer, "fields": {"response": 0}}, [])
    assert (await task).response == 1
    assert one.now("dialog") is two.now("dialog") is None


@program
async def test_the_dialogs_of_a_window_wait_for_each_other() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    view, others = displayed(window), displayed(other)
    tasks = [await asked(dialog.show_message_box(window, message=text)) for text in ("first", "second")]
    tasks.append(await asked(dialog.show_message_box(other, message="third")))
    assert (view.now("dialog")["message"], others.now("dialog")["message"]) == ("first", "third")
    for place in (others, view, view):
        place._take({"t": "dialog-answer", "id": place.now("dialog")["id"], "fields": {"response": 0}}, [])
        await turns()
    assert [task.done() for task in tasks] == [True, True, True]
    assert view.now("dialog") is others.now("dialog") is None


@program
async def test_an_open_dialog_comes_back_when_the_page_is_reloaded() -> None:
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_message_box(window, message="?"))
    view.told.clear()
    view._take({"t": "hello"}, [])
    assert view.now("dialog")["message"] == "?"
    view._take({"t": "dialog-answer", "id": view.now("dialog")["id"], "fields": {"response": 0}}, [])
    await task


@program
async def test_a_dialog_of_no_displayed_window_is_shown_in_the_focused_one_and_says_whose_it_is() -> None:
    first, second, hidden = BrowserWindow(), BrowserWindow(), BrowserWindow(title="hidden")
    views = [displayed(first), displayed(second)]
    first.focus()
    one = await asked(dialog.show_message_box(message="of nobody"))
    assert views[0].now("dialog")["owner"] == "This dialog belongs to no window."
    assert views[1].now("dialog") is None
    hidden.focus()
    two = await asked(dialog.show_message_box(hidden, message="of another"))
    shown = views[1].now("dialog")
    assert shown["message"] == "of another"
    assert shown["owner"] == f"This dialog belongs to window {hidden.id}, “hidden”, which is not displayed."
    for view in views:
        view._take({"t": "dialog-answer", "id": view.now("dialog")["id"], "fields": {"response": 0}}, [])
    await one
    await two


@program
async def test_a_dialog_moves_to_its_own_window_and_away_from_a_view_that_goes() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    others = displayed(other)
    task = await asked(dialog.show_message_box(window, message="?"))
    assert others.now("dialog")["message"] == "?"
    view = displayed(window)
    assert (view.now("dialog")["owner"], others.now("dialog")) == ("", None)
    view.close()
    assert others.now("dialog")["owner"] != ""
    others._take({"t": "dialog-answer", "id": others.now("dialog")["id"], "fields": {"response": 0}}, [])
    await task


@program
async def test_a_dialog_is_cancelled_when_the_last_view_goes() -> None:
    window = BrowserWindow()
    views = [displayed(window), displayed(window)]
    task = await asked(dialog.show_open_dialog(window))
    views[0].close()
    await turns()
    assert not task.done()
    views[1].close()
    assert (await task).canceled


@program
async def test_a_dialog_is_cancelled_when_its_window_closes_and_the_next_one_is_shown() -> None:
    window, other = BrowserWindow(), BrowserWindow()
    others = displayed(other)
    other.focus()
    gone = await asked(dialog.show_message_box(window, message="gone", buttons=["Yes", "Cancel"]))
    stays = await asked(dialog.show_message_box(other, message="stays"))
    assert others.now("dialog")["message"] == "gone"
    window.close()
    assert (await gone).response == 1
    await turns()
    assert others.now("dialog")["message"] == "stays"
    others._take({"t": "dialog-answer", "id": others.now("dialog")["id"], "fields": {"response": 0}}, [])
    await stays


@program
async def test_a_prepared_answer_comes_first_and_sync_dialogs_still_explain_themselves() -> None:
    view = displayed(window := BrowserWindow())
    dialog.answer_next(response=0)
    assert (await dialog.show_message_box(window, message="?")).response == 0
    assert view.now("dialog") is None
    with pytest.raises(Error, match=r"cannot wait for the reader: it would block the main process"):
        dialog.show_message_box_sync(window, message="?")


# --- dialogs for files ---------------------------------------------------------------------------------------------


@program
async def test_an_open_dialog_gives_absolute_paths_of_what_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Electron: file_paths are absolute."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "folder").mkdir()
    view = displayed(window := BrowserWindow())
    filters = [{"name": "Texts", "extensions": ["txt", "md"]}]
    properties = ["openFile", "multiSelections"]
    task = await asked(
        dialog.show_open_dialog(window, filters=filters, properties=properties, default_path="a.txt", title="Which?")
    )
    shown = view.now("dialog")
    assert (shown["kind"], shown["several"], shown["wanted"], shown["path"]) == ("open", True, "file", "a.txt")
    assert (shown["filters"], shown["button"], shown["title"]) == (["Texts (txt, md)"], "Open", "Which?")
    errors = []
    for paths in ([], ["", "  "], ["no.txt"], ["a.txt", "folder"], ["x" * 5000], ["a\0b"], ["~nobody-at-all/a"], [1]):
        view._take({"t": "dialog-answer", "id": shown["id"], "fields": {"file_paths": paths}}, [])
        errors.append(view.now("dialog")["error"])
    assert errors[:4] == ["No path is given.", "No path is given.", "no.txt does not exist.", "folder is no file."]
    assert all(errors)
    assert not task.done()
    paths = ["a.txt", "", f"{tmp_path}/a.txt"]
    view._take({"t": "dialog-answer", "id": shown["id"], "fields": {"file_paths": paths}}, [])
    result = await task
    assert (result.canceled, result.file_paths) == (False, [str(tmp_path / "a.txt")] * 2)


@program
async def test_without_multi_selections_one_path_is_enough(tmp_path: Path) -> None:
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_open_dialog(window, properties=["openDirectory"]))
    shown = view.now("dialog")
    assert (shown["several"], shown["wanted"]) == (False, "folder")
    view._take({"t": "dialog-answer", "id": shown["id"], "fields": {"file_paths": [str(tmp_path)] * 2}}, [])
    assert "takes one" in view.now("dialog")["error"]
    view._take({"t": "dialog-answer", "id": shown["id"], "fields": {"file_paths": [str(tmp_path)]}}, [])
    assert (await task).file_paths == [str(tmp_path)]


@program
async def test_a_save_dialog_asks_before_it_replaces_if_it_is_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Electron: `showOverwriteConfirmation`, on Linux."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    view = displayed(window := BrowserWindow())
    task = await asked(dialog.show_save_dialog(window, properties=["showOverwriteConfirmation"]))
    number = view.now("dialog")["id"]
    errors = []
    for path in ("", "none/b.txt", ".", "a.txt"):
        view._take({"t": "dialog-answer", "id": number, "fields": {"file_path": path}}, [])
        errors.append(view.now("dialog")["error"])
    assert errors == [
        "No path is given.",
        f"The folder {tmp_path}/none does not exist.",
        ". is a folder.",
        "a.txt exists already. Once more, and it may be replaced.",
    ]
    view._take({"t": "dialog-answer", "id": number, "fields": {"file_path": "a.txt"}}, [])
    assert (await task).file_path == str(tmp_path / "a.txt")
    plain = await asked(dialog.show_save_dialog(window))
    number = view.now("dialog")["id"]
    view._take({"t": "dialog-answer", "id": number, "fields": {"file_path": "a.txt"}}, [])
    assert (await plain).file_path == str(tmp_path / "a.txt")


@program
async def test_a_file_dialog_can_be_cancelled() -> None:
    view = displayed(window := BrowserWindow())
    for show in (dialog.show_open_dialog, dialog.show_save_dialog):
        task = await asked(show(window))
        view._take({"t": "dialog-answer", "id": view.now("dialog")["id"], "fields": {"canceled": True}}, [])
        assert (await task).canceled


# --- in a notebook -------------------------------------------------------------------------------------------------

shared = shared_kernels()
kernel = prepared_kernel("from ipclab import BrowserWindow, Menu, dialog\nwin = BrowserWindow()")

ASK = "answer = await dialog.show_message_box(win, message='?', buttons=['a', 'b'])\nprint(answer.response)"


def test_a_cell_that_awaits_a_dialog_goes_on_when_the_reader_has_answered(kernel: Kernel) -> None:
    """The front end's messages are heard while the cell awaits."""
    model = FrontEnd(kernel).shown(kernel.good("win"))
    cell = kernel.start(ASK)
    model.until(lambda: (model.last("dialog") or {}).get("dialog"))
    shown = (model.last("dialog") or {})["dialog"]
    assert not cell.done
    model.say({"t": "dialog-answer", "id": shown["id"], "fields": {"response": 1}})
    assert kernel.wait(cell).console == "1\n"


def test_nobody_is_asked_in_a_view_that_no_cell_shows_any_more(kernel: Kernel) -> None:
    front_end = FrontEnd(kernel)
    front_end.shown(kernel.good("win", cell="shows"))
    kernel.good("pass", cell="shows")
    assert "no front end shows dialogs here" in str(kernel.run(ASK).error)
    model = front_end.shown(kernel.good("win", cell="shows"))
    cell = kernel.start(ASK)
    model.until(lambda: (model.last("dialog") or {}).get("dialog"))
    shown = (model.last("dialog") or {})["dialog"]
    model.say({"t": "dialog-answer", "id": shown["id"], "fields": {"response": 0}})
    assert kernel.wait(cell).console == "0\n"


def test_what_a_click_in_a_menu_prints_is_in_the_windows_console(kernel: Kernel) -> None:
    source = "win.set_menu(Menu.build_from_template([{'label': 'a', 'click': lambda *_: print('clicked')}]))\nwin"
    front_end = FrontEnd(kernel)
    cell = kernel.good(source)
    model = front_end.shown(cell)
    menu = (model.last("menu") or {})["menu"]
    model.say({"t": "menu-click", "id": menu[0]["id"]})
    assert model.wait_for("line")["text"] == "clicked"
    assert cell.console == ""
