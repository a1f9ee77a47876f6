"""The page's tree: what it is made of, how it is changed, and what it refuses (DOM and HTML standards)."""

from __future__ import annotations

import pytest
from dom import URL, Page

from ipclab.errors import HierarchyRequestError, InvalidCharacterError, NotFoundError


def test_an_empty_page_has_a_skeleton() -> None:
    page = Page()
    assert page.document.snapshot() == [1, "html", {}, [[2, "head", {}, [], {}], [3, "body", {}, [], {}]], {}]
    assert page.document.url == URL
    assert page.document.active_element is page.document.body


def test_html_is_parsed_as_browsers_do() -> None:
    """HTML: open paragraphs end, tables get a body, what may not be in a table goes before it."""
    page = Page("<!doctype html><p>a<p>b<table><tr><td>c</td></tr><i>d</i></table>")
    assert page.body() == "<p>a</p><p>b</p><i>d</i><table><tbody><tr><td>c</td></tr></tbody></table>"


def test_names_of_tags_are_the_webs() -> None:
    page = Page("<div id=a></div><svg viewBox='0 0 1 1'><linearGradient/></svg>")
    assert (page["div"].tag_name, page["div"].local_name) == ("DIV", "div")
    assert page["svg"].get_attribute("viewBox") == "0 0 1 1"
    assert page.document.body is not None
    assert [each.tag_name for each in page.document.body.get_elements_by_tag_name("*")][1:] == [
        "svg",
        "linearGradient",
    ]


def test_nodes_are_moved_and_not_copied() -> None:
    page = Page("<ul><li id=a>1<li id=b>2</ul><ol></ol>")
    a, ol = page["#a"], page["ol"]
    ol.append(a, " and text", 5)
    assert page.body() == '<ul><li id="b">2</li></ul><ol><li id="a">1</li> and text5</ol>'
    assert a.parent_node is ol
    assert a.parent_element is ol


def test_all_ways_to_insert() -> None:
    page = Page("<div><b></b></div>")
    div, b, make = page["div"], page["b"], page.document.create_element
    div.prepend("first", make("hr"))
    b.before("before")
    b.after("after", make("i"))
    div.append_child(make("u"))
    div.insert_before(make("s"), b)
    div.insert_before(make("q"), None)
    b.replace_with("instead")
    assert div.inner_html == "first<hr>before<s></s>insteadafter<i></i><u></u><q></q>"
    div.replace_child(make("em"), page["s"])
    div.remove_child(page["q"])
    page["u"].remove()
    assert div.inner_html == "first<hr>before<em></em>insteadafter<i></i>"
    div.replace_children("only")
    assert div.inner_html == "only"
    div.insert_adjacent_html("beforebegin", "<p>1</p>")
    div.insert_adjacent_html("afterbegin", "<p>2</p>")
    div.insert_adjacent_html("beforeend", "<p>3</p>")
    div.insert_adjacent_html("afterend", "<p>4</p>")
    assert page.body() == "<p>1</p><div><p>2</p>only<p>3</p></div><p>4</p>"


def test_nodes_among_those_that_move_are_no_place() -> None:
    """DOM: `before` and `after` find the next sibling that is not moved itself."""
    page = Page("<div><a></a><b></b><i></i></div>")
    div, a, b, i = page["div"], page["a"], page["b"], page["i"]
    b.before(i, b)
    assert [each.local_name for each in div.children] == ["a", "i", "b"]
    a.after(b, a)
    assert [each.local_name for each in div.children] == ["b", "a", "i"]
    div.insert_before(a, a)
    div.prepend(b, a)
    i.replace_with(i, b)
    assert [each.local_name for each in div.children] == ["a", "i", "b"]


def test_a_fragment_gives_what_it_has() -> None:
    page = Page("<ul></ul>")
    fragment = page.document.create_document_fragment()
    for text in ("a", "b"):
        item = page.document.create_element("li")
        item.text_content = text
        fragment.append(item)
    assert fragment.query_selector("li:last-child").text_content == "b"
    page["ul"].append(fragment)
    assert page.body() == "<ul><li>a</li><li>b</li></ul>"
    assert fragment.children == []


def test_neighbours() -> None:
    page = Page("<div>t<b></b><!--c--><i></i></div>")
    div, b, i = page["div"], page["b"], page["i"]
    assert [type(each).__name__ for each in div.child_nodes] == ["Text", "HTMLElement", "Comment", "HTMLElement"]
    assert (div.first_child.data, div.last_child) == ("t", i)
    assert (div.first_element_child, div.last_element_child, div.child_element_count) == (b, i, 2)
    assert (b.next_sibling.data, b.next_element_sibling, b.previous_element_sibling) == ("c", i, None)
    assert (i.next_sibling, i.next_element_sibling, i.previous_element_sibling) == (None, None, b)
    root = page.document.document_element
    assert root.parent_node is page.document
    assert root.parent_element is None
    assert div.contains(b)
    assert div.contains(div)
    assert not b.contains(div)


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        ("b.append(div)", HierarchyRequestError, "'append' on 'Element': The new child element contains the parent."),
        ("b.append_child(b)", HierarchyRequestError, "'appendChild' on 'Node': The new child element contains"),
        ("div.insert_before(hr, div)", NotFoundError, "before which the new node is to be inserted is not a child"),
        ("div.remove_child(hr)", NotFoundError, "'removeChild' on 'Node': The node to be removed is not a child"),
        ("div.replace_child(hr, hr)", NotFoundError, "The node to be replaced is not a child of this node."),
        ("div.append_child('text')", TypeError, "parameter 1 is not of type 'Node'."),
        ("div.append([hr])", TypeError, "it takes nodes and text, not list"),
        ("document.create_element('1x')", InvalidCharacterError, "The tag name provided ('1x') is not a valid name."),
        ("div.set_attribute('a b', 1)", InvalidCharacterError, "'a b' is not a valid attribute name."),
        ("div.class_list.add('')", SyntaxError, "'add' on 'DOMTokenList': The token provided must not be empty."),
        ("div.class_list.add('a b')", InvalidCharacterError, "('a b') contains HTML space characters"),
        ("div.insert_adjacent_html('in', '')", SyntaxError, "The value provided ('in') is not one of"),
        ("document.document_element.remove()", HierarchyRequestError, "keeps its <html>"),
        ("div.append(document.document_element)", HierarchyRequestError, "contains the parent"),
        ("document.create_element('p').append(document.document_element)", HierarchyRequestError, "keeps its <html>"),
        ("hr.add_event_listener('click', 5)", TypeError, "add_event_listener takes a function, not int"),
    ],
)
def test_what_is_refused_changes_nothing(code: str, error: type[Exception], text: str) -> None:
    page = Page("<div><b></b></div>")
    names = {"div": page["div"], "b": page["b"], "hr": page.document.create_element("hr"), "document": page.document}
    with pytest.raises(error) as raised:
        exec(code, names)
    assert text in str(raised.value)
    assert page.body() == "<div><b></b></div>"
    assert page.changes == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("textContent", "Here it is called 'text_content'"),
        ("innerHTML", "Here it is called 'inner_html'"),
        ("text_contnet", "Did you mean 'text_content'?"),
        ("onclck", "Did you mean 'onclick'?"),
        ("my_data", "<HTMLElement div#here.a.b> has no 'my_data'"),
        ("value", "<HTMLElement div#here.a.b> has no 'value'"),
    ],
)
def test_a_name_it_does_not_have_is_refused(name: str, text: str) -> None:
    """On the web ``element.textContnet = "x"`` is silently lost."""
    div = Page("<div id=here class='a b'></div>")["div"]
    with pytest.raises(AttributeError, match=text.replace("?", r"\?")):
        setattr(div, name, "x")
    with pytest.raises(AttributeError, match=text.replace("?", r"\?")):
        getattr(div, name)


def test_text_is_never_html() -> None:
    page = Page("<p></p>")
    page["p"].text_content = "<b>&"
    assert page["p"].inner_html == "&lt;b&gt;&amp;"
    page["p"].append("<i>")
    assert page["p"].children == []
    page["p"].text_content = None
    assert page["p"].child_nodes == []
    page["p"].text_content = 5
    assert page["p"].inner_text == "5"


def test_html_that_is_given_is_parsed_where_it_goes() -> None:
    page = Page("<table><tbody></tbody></table><p id=x></p>")
    page["tbody"].inner_html = "<tr><td>1<td>2</tr>"
    assert len(page.document.query_selector_all("td")) == 2
    page["p"].inner_html = "<b>x</b> &amp; <script>never()</script>"
    assert page["p"].inner_html == "<b>x</b> &amp; <script>never()</script>"
    page["p"].outer_html = "<h1>y</h1><h2>z</h2>"
    assert page.body().endswith("</table><h1>y</h1><h2>z</h2>")
    page["h1"].inner_html = "plain"
    assert page["h1"].first_child.data == "plain"


def test_html_is_written_as_browsers_do() -> None:
    """HTML: void elements have no end, scripts and styles are not escaped, attributes are."""
    page = Page(
        "<p title='a&quot;&lt;b'>x &amp; y<br><!--c--></p><script>1 < 2</script><template><i>t</i></template>"
    )
    html = '<p title="a&quot;&lt;b">x &amp; y<br><!--c--></p><script>1 < 2</script><template><i>t</i></template>'
    assert page.body() == html


def test_a_template_keeps_its_content_out_of_the_page() -> None:
    page = Page("<template><li class=x></li></template>")
    template = page["template"]
    assert template.children == []
    assert page.document.query_selector(".x") is None
    copy = template.content.clone_node(True)
    page.document.body.append(copy)  # type: ignore[union-attr]
    assert page[".x"].is_connected
    assert len(template.content.children) == 1


def test_attributes_in_all_forms() -> None:
    page = Page("<div ID=a data-User-id=7 hidden></div>")
    div = page["div"]
    assert dict(div.attributes) == {"id": "a", "data-user-id": "7", "hidden": ""}
    assert (div.id, div.hidden, div.title, div.get_attribute("none")) == ("a", True, "", None)
    div.set_attribute("TITLE", 5)
    div.hidden = False
    assert div.title == "5"
    assert not div.has_attribute("hidden")
    assert div.toggle_attribute("x")
    assert not div.toggle_attribute("x")
    assert not div.toggle_attribute("x", False)
    assert dict(div.dataset) == {"user_id": "7"}
    assert div.dataset.user_id == "7"
    div.dataset["otherName"] = 1
    div.dataset.third = True
    assert (div.get_attribute("data-other-name"), div.get_attribute("data-third")) == ("1", "true")
    del div.dataset.user_id
    assert "user_id" not in div.dataset
    with pytest.raises(TypeError):
        div.attributes["id"] = "b"


def test_classes() -> None:
    div = Page("<div></div>")["div"]
    div.class_list.remove("x")
    assert not div.has_attribute("class")
    div.class_list.add("a", "b", "a")
    assert (div.class_name, len(div.class_list), "a" in div.class_list, div.class_list[1]) == ("a b", 2, True, "b")
    assert div.class_list.toggle("a") is False
    assert div.class_list.toggle("c") is True
    assert div.class_list.toggle("c", True) is True
    assert div.class_list.replace("b", "d")
    assert list(div.class_list) == ["d", "c"]
    assert not div.class_list.replace("b", "d")
    assert div.class_list.contains("c")
    assert repr(div) == "<HTMLElement div.d.c>"


def test_style() -> None:
    div = Page("<div style='color: red; background: url(\"a;b\")'></div>")["div"]
    assert (div.style.color, div.style.background, div.style.width) == ("red", 'url("a;b")', "")
    div.style.background_color = "blue"
    div.style.set_property("--own-Name", 5)
    div.style.color = None
    text = 'background: url("a;b"); background-color: blue; --own-Name: 5;'
    assert div.get_attribute("style") == div.style.css_text == text
    assert div.style.remove_property("background") == 'url("a;b")'
    div.style = "top: 0"
    assert div.style.top == "0"
    with pytest.raises(AttributeError, match="'background_color'"):
        div.style.backgroundColor = "red"


def test_copies_have_all_but_listeners_and_place() -> None:
    page = Page("<div id=a><input value=x><b>t</b></div>")
    page["input"].value = "y"
    page["div"].onclick = print
    shallow, deep = page["div"].clone_node(), page["div"].clone_node(deep=True)
    assert (shallow.outer_html, deep.inner_html) == ('<div id="a"></div>', page["div"].inner_html)
    assert deep.query_selector("input").value == "y"
    assert deep.onclick is None
    assert deep.parent_node is None
    assert not deep.is_connected


def test_depth_has_no_limit() -> None:
    page = Page("<div></div>")
    deepest = page["div"]
    for _ in range(3000):
        child = page.document.create_element("div")
        deepest.append(child)
        deepest = child
    deepest.text_content = "down here"
    assert page["div"].text_content == "down here"
    assert page.body().count("<div>") == 3001
    assert page["div"].clone_node(True).outer_html == page["div"].outer_html
    page["div"].remove()
    assert not deepest.is_connected


def test_the_title() -> None:
    page = Page("<title> a\n b </title>")
    assert page.document.title == "a b"
    page.document.title = "c"
    assert page["title"].text_content == "c"
    assert [each for each in page.changes if each[0] == "title"] == [["title", "c"]]
    page["title"].remove()
    assert page.document.title == ""
    page.document.title = "d"
    assert page.document.head is not None
    assert page.document.head.inner_html == "<title>d</title>"


def test_a_script_sees_only_what_stands_before_it() -> None:
    """HTML: a script runs when the parser comes to it."""
    html = "<title>t</title><script>0</script><h1>h</h1><div>a<script type=x>1</script>b</div><p>"
    page = Page(html, built=False)
    document = page.document
    assert document.ready_state == "loading"
    assert document.body is None
    document.build(0)
    assert document.document_element.inner_html == "<head><title>t</title><script>0</script></head>"
    assert document.body is None
    document.build(1)
    document.build(1)
    assert page.body() == '<h1>h</h1><div>a<script type="x">1</script></div>'
    page["div"].append("mine")
    page["h1"].remove()
    document.build_rest()
    assert page.body() == '<div>a<script type="x">1</script>mineb</div><p></p>'
    assert [each[0] for each in page.changes] == ["all", "all", "insert", "remove", "all"]


def test_what_a_script_has_removed_is_still_filled() -> None:
    """HTML: the parser goes on in the element that it has open, wherever that is."""
    page = Page("<div><script></script>late</div>after", built=False)
    page.document.build(0)
    div = page["div"]
    div.remove()
    page.document.build_rest()
    assert div.text_content == "late"
    assert page.body() == "after"


def test_scripts_are_counted_wherever_they_are() -> None:
    page = Page("<template><script>0</script></template><i></i><svg><script>1</script></svg><b></b>", built=False)
    page.document.build(0)
    assert page.document.query_selector("i") is None
    page.document.build(1)
    assert page.document.query_selector("i") is not None
    assert page.document.query_selector("b") is None


def test_the_document_says_how_far_it_is() -> None:
    page = Page("<p>", built=False)
    heard: list[str] = []
    document = page.document
    document.add_event_listener("readystatechange", lambda _: heard.append(document.ready_state))
    document.add_event_listener("DOMContentLoaded", lambda e: heard.append(f"{e.type} {e.target}"))
    page.window.add("DOMContentLoaded", lambda e: heard.append(f"{e.current_target}"))
    document.build_rest()
    document.build_rest()
    document.complete()
    assert heard == ["interactive", f"DOMContentLoaded <Document {URL}>", "the window", "complete"]
