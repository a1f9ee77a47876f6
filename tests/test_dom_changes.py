"""What is told of the tree's changes is all that a view needs: a mirror that applies it has the same tree."""

from __future__ import annotations

from typing import Any

from dom import Mirror, Page, shown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HTML = """<title>t</title><div id=a><p>one<!--c--><b>two</b></p></div><form><input name=x value=v>
<input type=radio name=r checked><input type=radio name=r><input type=checkbox>
<textarea>area</textarea></form><ul><li>1</ul>"""
TEXTS = st.text("ab<&é\n", max_size=4)
ATTRIBUTES = st.sampled_from(["id", "class", "value", "checked", "name", "data-x", "type"])

STEP_NAMES = [
    *(
        "append",
        "prepend",
        "before",
        "after",
        "remove",
        "replace",
        "text",
        "html",
        "set",
        "unset",
        "value",
        "checked",
    ),
    *("reset", "fragment", "data", "class", "click", "comment", "title"),
]

#: One thing that code does: what, to which elements, with which text.
STEPS = st.tuples(
    st.sampled_from(STEP_NAMES),
    st.integers(0, 40),
    st.integers(0, 40),
    ATTRIBUTES,
    TEXTS,
)


def do(page: Page, what: str, element: Any, other: Any, attribute: str, text: str) -> None:
    document = page.document
    match what:
        case "append" | "prepend" | "before" | "after" if not other.contains(element):
            getattr(element, what)(other, text)
        case "replace" if not other.contains(element):
            element.replace_with(text, other)
        case "remove":
            element.remove()
        case "text":
            element.text_content = text
        case "html":
            element.inner_html = f"<i>{text}</i><!--{attribute}--><input value={attribute}>"
        case "set":
            element.set_attribute(attribute, text)
        case "unset":
            element.remove_attribute(attribute)
        case "value" | "checked" if hasattr(element, what):
            setattr(element, what, text if what == "value" else bool(text))
        case "reset" if element.local_name == "form":
            element.reset()
        case "fragment":
            fragment = document.create_document_fragment()
            fragment.append(text, document.create_element("s"), document.create_comment(text))
            element.prepend(fragment)
        case "data" if element.first_child is not None and hasattr(element.first_child, "data"):
            element.first_child.data = text
        case "class":
            element.class_list.toggle("k")
        case "click":
            element.click()
        case "comment":
            element.append(document.create_comment("c"), other.clone_node(True))
        case "title":
            document.title = text


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25))
def test_a_mirror_that_applies_the_changes_has_the_tree(steps: list[tuple[str, int, int, str, str]]) -> None:
    page = Page(HTML)
    mirror = Mirror(page.document.snapshot())
    for what, first, second, attribute, text in steps:
        # All elements but those that a page keeps; some may be out of the tree.
        known = [*page.document.query_selector_all("body *"), page.document.create_element("u")]
        do(page, what, known[first % len(known)], known[second % len(known)], attribute, text)
        mirror.apply(page.changes)
        page.changes.clear()
        assert shown(mirror.root) == shown(page.document.snapshot())
    assert mirror.title in (None, page.document.title)
    assert page.failures == []


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<table>",
    "<td>",
    "</table>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<svg>",
]
MORE = [
    "<template>",
    "</template>",
    "<select>",
    "<option>",
    "<form>",
    "</form>",
    "<title>",
    "<textarea>",
    "</textarea>",
]
PAGES = st.lists(st.sampled_from([*PIECES, *MORE, "text", "&lt;", " ", "<body class=x>", "<i id='a'>"]), max_size=30)


@settings(deadline=None, max_examples=150)
@given(PAGES)
def test_a_page_built_step_by_step_is_the_page(pieces: list[str]) -> None:
    at_once, stepwise = Page("".join(pieces)), Page("".join(pieces), built=False)
    for index in range(pieces.count("<script>")):
        stepwise.document.build(index)
    stepwise.document.build_rest()
    assert stepwise.document.snapshot() == at_once.document.snapshot()


def test_what_is_out_of_the_page_is_not_told() -> None:
    page = Page("<p>")
    loose = page.document.create_element("div")
    loose.inner_html = "<input>text"
    loose.query_selector("input").value = "x"
    loose.class_list.add("a")
    assert page.changes == []
    page["p"].append(loose)
    (change,) = page.changes
    assert change[0] == "insert"
    assert change[3][3][0][4] == {"value": "x"}


def test_comments_are_not_told() -> None:
    page = Page("<p></p>")
    comment = page.document.create_comment("c")
    page["p"].append(comment, "text")
    page["p"].insert_before(page.document.create_element("b"), comment)
    comment.data = "d"
    comment.remove()
    text = page["p"].last_child
    assert [(each[0], each[2]) for each in page.changes] == [("insert", None), ("insert", text._id)]


def test_ids_are_never_used_again() -> None:
    page = Page("<p>")
    moved = page["p"]
    used = moved._id
    moved.remove()
    page.document.body.append(page.document.create_element("p"), moved)  # type: ignore[union-attr]
    assert [each._id == used for each in page.document.query_selector_all("p")] == [False, True]


def test_nobody_who_does_not_watch_is_told() -> None:
    page = Page("<p>")
    page.document.observe(None)
    page["p"].text_content = "x"
    assert page.changes == []
    assert page.document.snapshot()[3][1][3][0][3][0][1] == "x"


def test_a_title_that_is_replaced_is_told_once() -> None:
    page = Page("<title>a</title>")
    page.document.title = "b"
    page["head"].append(page.document.create_element("title"))
    page["title"].first_child.data = "c"
    page["title"].remove()
    assert page.titles == ["b", "c", ""]


def test_half_a_letter_is_replaced() -> None:
    """A lone surrogate could not be sent to a view."""
    page = Page("<p>")
    page["p"].text_content = "\ud83d"
    page["p"].set_attribute("title", "\ud83d\ude00")
    assert (page["p"].text_content, page["p"].title) == ("\ufffd", "\U0001f600")
