"""The state of controls beyond their attributes (HTML: forms)."""

from __future__ import annotations

import pytest
from dom import Page


def test_a_text_is_its_own_once_it_was_set() -> None:
    """HTML: the attribute is the value only until somebody sets one."""
    page = Page("<input value=a>")
    field = page["input"]
    field.set_attribute("value", "b")
    assert field.value == "b"
    field.value = 5
    field.set_attribute("value", "c")
    assert (field.value, field.default_value) == ("5", "c")
    assert page.document.snapshot()[3][1][3][0][4] == {"value": "5"}
    field.value = "two\nlines"
    assert field.value == "twolines"
    field.value = None
    assert field.value == ""


def test_a_textarea() -> None:
    page = Page("<textarea>\na\nb</textarea>")
    area = page["textarea"]
    assert (area.value, area.type) == ("a\nb", "textarea")
    area.text_content = "c"
    assert area.value == "c"
    area.value = "d\r\ne"
    area.text_content = "f"
    assert area.value == "d\ne"


def test_types_of_input() -> None:
    page = Page("<input type=NUMBER><input type=nonsense><input type=checkbox><input type=hidden value=h>")
    number, nonsense, box, hidden = page.document.query_selector_all("input")
    assert [each.type for each in (number, nonsense, box, hidden)] == ["number", "text", "checkbox", "hidden"]
    assert box.value == "on"
    hidden.value = "x"
    assert hidden.get_attribute("value") == "x"


def test_what_is_checked_is_its_own_once_it_was_set() -> None:
    page = Page("<input type=checkbox checked>")
    box = page["input"]
    assert (box.checked, box.default_checked) == (True, True)
    box.default_checked = False
    assert box.checked is False
    box.checked = False
    box.default_checked = True
    assert box.checked is False


SELECT = "<form><select><option value=a>A<option disabled>B<option value=c>C</select></form>"


def test_a_select_begins_with_its_first_option() -> None:
    select = Page(SELECT)["select"]
    assert (select.value, select.selected_index, select.type) == ("a", 0, "select-one")
    assert [each.value for each in select.options] == ["a", "B", "c"]


def test_an_option_is_chosen() -> None:
    page = Page(SELECT)
    select = page["select"]
    select.value = "c"
    assert (select.selected_index, [each.selected for each in select.options]) == (2, [False, False, True])
    select.selected_index = 1
    assert select.value == "B"
    select.options[0].selected = True
    assert select.selected_options == [select.options[0]]
    select.value = "nothing"
    assert (select.value, select.selected_index) == ("", -1)
    assert [each[0] for each in page.changes] == ["value"] * 4
    page["form"].reset()
    assert select.value == "a"
    page.does("select", "change", value="c")
    assert page["option:checked"].text == "C"
    select.options[2].remove()
    assert select.value == "a"


def test_several_options_are_chosen() -> None:
    page = Page("<select multiple><option>1<option selected>2<option>3</select>")
    select = page["select"]
    assert (select.value, select.type) == ("2", "select-multiple")
    select.options[2].selected = True
    assert [each.text for each in select.selected_options] == ["2", "3"]
    assert page.changes == [["checked", select.options[2]._id, True]]
    page.does("select", "change", values=["1", "3"])
    assert [each.text for each in select.selected_options] == ["1", "3"]


def test_a_form_knows_its_controls() -> None:
    page = Page("<form id=f><input name=a><div><select name=b></select></div></form><button form=f>x</button><input>")
    form = page["form"]
    assert [each.local_name for each in form.elements] == ["input", "select", "button"]
    assert page["button"].form is form
    assert len(form) == 3
    heard = page.log("submit")
    page.does("button", "click")
    assert heard == ["submit f"]


def test_labels() -> None:
    page = Page("<label for=a>1</label><label>2<input id=a></label>")
    first, second = page.document.query_selector_all("label")
    assert (first.html_for, first.control, second.control) == ("a", page["#a"], page["#a"])
    assert page["#a"].labels == [first, second]


def test_numbers_as_attributes() -> None:
    page = Page("<progress max=10 value=2.5></progress><img width=20 src=a.png>")
    bar = page["progress"]
    assert (bar.value, bar.max) == (2.5, 10)
    bar.value += 1
    assert bar.get_attribute("value") == "3.5"
    assert (page["img"].width, page["img"].src) == (20, "file:///pages/a.png")


@pytest.mark.parametrize("name", ["value", "checked", "href", "options"])
def test_what_only_controls_have(name: str) -> None:
    with pytest.raises(AttributeError, match=f"has no '{name}'"):
        setattr(Page()["body"], name, "x")


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ("", "50"),
        ("min=0 max=10", "5"),
        ("min=0 max=10 value=99", "10"),
        ("min=0 max=10 value=-1", "0"),
        ("min=0 max=10 value=x", "5"),
        ("min=1 max=10 step=2 value=6", "7"),
        ("min=0 max=9 step=2 value=9", "8"),
        ("min=0 max=1 step=any value=0.35", "0.35"),
        ("min=5 max=1", "5"),
        ("min=0 max=1 step=0.1 value=0.31", "0.3"),
    ],
)
def test_a_range_is_always_between_its_ends_and_on_a_step(attributes: str, value: str) -> None:
    """HTML: the value sanitisation of type=range."""
    page = Page(f"<input type=range {attributes}>")
    assert page["input"].value == value


def test_a_range_takes_no_value_beyond_its_ends() -> None:
    page = Page("<input type=range max=10>")
    page["input"].value = 20
    assert page["input"].value == "10"
    assert [change[2] for change in page.changes] == ["10"]
