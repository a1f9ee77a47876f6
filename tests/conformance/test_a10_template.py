"""`Menu.buildFromTemplate`: what is accepted, and in which order it ends up (semantics a.10)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ipc import program
from rules import different, held

from ipclab import Error, Menu, MenuItem

TEMPLATE = "Menu.buildFromTemplate"


def built(*entries: Any) -> list[str]:
    """The labels of the menu that these entries make; a separator is -."""
    items = Menu.build_from_template(entries).items
    return ["-" if item.type == "separator" else item.label for item in items]


def line(id: str, **fields: Any) -> dict[str, Any]:  # noqa: A002 (the field's name)
    return {"id": id, "label": id, **fields}


BAR = {"type": "separator"}


# --- what is accepted ----------------------------------------------------------------------------------------------


@held("a.10", TEMPLATE, "A non-array throws `Invalid template for Menu: Menu template must be an array`.")
@pytest.mark.parametrize("template", ["hello", None, {"label": "a"}, 5, {"a"}])
def test_a_template_is_a_list(template: Any) -> None:
    with pytest.raises(TypeError, match=r"^Invalid template for Menu: Menu template must be an array$"):
        Menu.build_from_template(template)
    with pytest.raises(TypeError, match=r"^Invalid template for Menu: Menu template must be an array$"):
        Menu.build_from_template([{"label": "a", "submenu": template or "hello"}])


@held(
    "a.10",
    TEMPLATE,
    "An entry without own `label` or `role` that is no separator throws "
    "`Invalid template for MenuItem: must have at least one of label, role or type`.",
)
@pytest.mark.parametrize("entry", [{}, None, {"visible": True}, {"type": "checkbox"}, "label", 5])
def test_an_entry_has_a_label_a_role_or_is_a_separator(entry: Any) -> None:
    text = r"^Invalid template for MenuItem: must have at least one of label, role or type$"
    with pytest.raises(TypeError, match=text):
        Menu.build_from_template([{"label": "a"}, entry])
    with pytest.raises(TypeError, match=text):
        Menu.build_from_template([{"label": "a", "submenu": [entry]}])


@held("a.10", TEMPLATE, "Fields that are `undefined` or `null` (here None) count as not given.")
def test_fields_may_be_none() -> None:
    (item,) = Menu.build_from_template([{"label": "a", "accelerator": None, "click": None, "type": None}]).items
    assert (item.accelerator, item.type) == (None, "normal")


@held("a.10", TEMPLATE, "The template is not modified.")
@program
async def test_the_template_is_not_modified() -> None:
    template: list[dict[str, Any]] = [
        BAR,
        {"label": "b", "after": ["a"], "submenu": [{"label": "d"}, line("c", before=["d"]), {"role": "quit"}, BAR]},
        {"id": "a", "label": "a"},
    ]
    before = copy.deepcopy(template)
    menu = Menu.build_from_template(template)
    menu.items[1].enabled = False
    assert template == before


@held("a.10", TEMPLATE, "Extra fields become properties of the item.")
def test_extra_fields_become_properties() -> None:
    (item,) = Menu.build_from_template([{"label": "a", "extra": "field", "user": {"name": "张三"}}]).items
    assert (item.extra, item.user) == ("field", {"name": "张三"})
    item.extra = "other"
    assert item.extra == "other"
    with pytest.raises(AttributeError):
        item.another  # noqa: B018


@held("a.10", TEMPLATE, "MenuItem instances are accepted, beside plain objects and in submenus.")
def test_menu_items_are_accepted() -> None:
    one, two = MenuItem(label="one"), MenuItem(label="two")
    menu = Menu.build_from_template([one, {"label": "more", "submenu": [two, {"label": "three"}]}])
    assert menu.items[0] is one
    submenu = menu.items[1].submenu
    assert submenu is not None
    assert submenu.items[0] is two
    assert [item.label for item in submenu.items] == ["two", "three"]


@held("a.10", TEMPLATE, "`submenu` may be a Menu, or a template; its `type` is `submenu` then.")
def test_a_submenu_may_be_a_menu() -> None:
    menu = Menu.build_from_template([{"label": "b"}])
    ready, made = Menu.build_from_template([{"label": "a", "submenu": menu}, {"label": "c", "submenu": []}]).items
    assert ready.submenu is menu
    assert isinstance(made.submenu, Menu)
    assert (ready.type, made.type) == ("submenu", "submenu")


@held("a.10", TEMPLATE, "`type: 'submenu'` without one throws `Invalid submenu`.")
@held("a.10", TEMPLATE, "An unknown type throws `Unknown menu item type: <type>`.")
def test_types_are_checked() -> None:
    with pytest.raises(Error, match=r"^Invalid submenu$"):
        Menu.build_from_template([{"label": "a", "type": "submenu"}])
    with pytest.raises(Error, match=r"^Unknown menu item type: not-a-type$"):
        Menu.build_from_template([{"label": "a", "type": "not-a-type"}])


@held("a.10", TEMPLATE, "A text that is no string throws `Error processing argument at index ...` on insertion.")
@pytest.mark.parametrize(("field", "index"), [("label", 2), ("sublabel", 1), ("tool_tip", 1)])
def test_texts_are_texts(field: str, index: int) -> None:
    with pytest.raises(TypeError, match=rf"^Error processing argument at index {index}, conversion failure from 5$"):
        Menu.build_from_template([{"label": "a", field: 5}])


@different(
    "a.10",
    TEMPLATE,
    "A `click` that is no function is ignored.",
    "It is a TypeError: in Python a function that was called by mistake is easily put there.",
)
def test_a_click_is_a_function() -> None:
    with pytest.raises(TypeError, match=r"click is a function of \(menu_item, window, event\), not 'quit'"):
        Menu.build_from_template([{"label": "a", "click": "quit"}])


# --- separators ----------------------------------------------------------------------------------------------------


@held("a.10", TEMPLATE, "Leading, trailing and adjacent separators are dropped.")
@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ([BAR, line("a"), line("b"), BAR], ["a", "b"]),
        ([BAR, BAR, line("a"), BAR, BAR, line("b"), BAR, BAR], ["a", "-", "b"]),
        ([BAR], []),
        ([], []),
    ],
)
def test_needless_separators_are_dropped(entries: list[dict[str, Any]], labels: list[str]) -> None:
    assert built(*entries) == labels


@held("a.10", TEMPLATE, "Separators are dropped after the entries have been put in order.")
def test_separators_are_dropped_last() -> None:
    assert built(line("foo"), line("bar"), {"type": "separator", "before": ["bar"]}) == ["foo", "-", "bar"]


# --- before, after -------------------------------------------------------------------------------------------------


@held("a.10", TEMPLATE, "`before` and `after` put an item beside the one with that id; the others keep their order.")
@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ([line("2"), line("3"), line("1", before=["2"])], ["1", "2", "3"]),
        ([line("2", after=["1"]), line("1"), line("3")], ["1", "2", "3"]),
        ([line("2"), line("3"), line("4"), line("5"), line("1", before=["2"])], ["1", "2", "3", "4", "5"]),
        ([line("1", after=["3"]), line("2", before=["1"]), line("3")], ["3", "2", "1"]),
        ([line("1", after=["none"]), line("2")], ["1", "2"]),
    ],
)
def test_items_stand_where_they_ask_to(entries: list[dict[str, Any]], labels: list[str]) -> None:
    assert built(*entries) == labels
    assert built(*(MenuItem(**entry) for entry in entries)) == labels


@held("a.10", TEMPLATE, "An item that goes to another group (between other separators) takes its own group along.")
@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ([line("1"), BAR, line("2"), BAR, line("3", after=["1"]), BAR], ["1", "3", "-", "2"]),
        ([line("1"), BAR, line("2"), BAR, line("3", after=["1"]), line("4"), BAR], ["1", "3", "4", "-", "2"]),
        ([line("1"), BAR, line("2"), BAR, line("3", after=["x"]), line("4", after=["1"])], ["1", "3", "4", "-", "2"]),
        ([line("1"), BAR, line("2"), BAR, line("3", after=["1", "2"])], ["2", "1", "3"]),
        ([line("1"), BAR, line("2"), BAR, line("3", after=["1"], before=["2"])], ["1", "3", "2"]),
    ],
)
def test_groups_are_merged(entries: list[dict[str, Any]], labels: list[str]) -> None:
    assert built(*entries) == labels


@held("a.10", TEMPLATE, "`beforeGroupContaining` and `afterGroupContaining` move the item's whole group.")
@held("a.10", TEMPLATE, "Cycles are broken, ids that do not exist ignored, and a group's first wish counts.")
@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ([line("2", after_group_containing=["1"]), BAR, line("1")], ["1", "-", "2"]),
        (
            [line("2", after_group_containing=["1"]), BAR, line("1", after_group_containing=["2"])],
            ["1", "-", "2"],
        ),
        ([line("1"), BAR, line("2", after_group_containing=["none"])], ["1", "-", "2"]),
        (
            [
                line("1"),
                BAR,
                line("3", before_group_containing=["1"]),
                line("4", after_group_containing=["2"]),
                BAR,
                line("2"),
            ],
            ["3", "4", "-", "1", "-", "2"],
        ),
    ],
)
def test_groups_stand_where_they_ask_to(entries: list[dict[str, Any]], labels: list[str]) -> None:
    assert built(*entries) == labels
