"""CSS selectors on the page's tree (Selectors 4, as browsers know them)."""

from __future__ import annotations

import subprocess
import sys

import pytest
from dom import Page

HTML = """<!doctype html><div id=one class="a b" lang=en-US><p id=p1>t</p><p id=p2><span id=s1></span></p>
<!-- c --></div>
<div id=two class=b><section id=sec><div id=three><span id=s2 data-x="1 2"></span></div></section>
<form id=f><input id=i1 checked type=checkbox><input id=i2 disabled required><select id=sel>
<option id=o1>1<option id=o2 selected>2</select>
<fieldset disabled id=fs><textarea id=ta></textarea></fieldset></form></div>"""


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("#s1", "s1"),
        ("DIV", "one two three"),
        (".b", "one two"),
        (".a.b", "one"),
        ("p, section", "p1 p2 sec"),
        ("div span", "s1 s2"),
        ("#two > form", "f"),
        ("#two > span", ""),
        ("p + p", "p2"),
        ("p ~ p", "p2"),
        ("#one > p > span", "s1"),
        ("#two > section span", "s2"),
        ("section > div span", "s2"),
        ("#two > * div > span", "s2"),
        ("div#two > section > div > span", "s2"),
        ("[data-x]", "s2"),
        ("[data-x='1 2']", "s2"),
        ("[data-x~='2']", "s2"),
        ("[lang|=en]", "one"),
        ("[id^=p]", "p1 p2"),
        ("[id$='1']", "p1 s1 i1 o1"),
        ("[class*=' ']", "one"),
        ("p:not(#p1)", "p2"),
        ("p:first-child", "p1"),
        ("p:last-child", "p2"),
        ("p:nth-child(2n)", "p2"),
        ("p:nth-child(odd)", "p1"),
        ("input:nth-of-type(2)", "i2"),
        ("form :only-child", "ta"),
        (":checked", "i1 o2"),
        (":disabled", "i2 fs ta"),
        ("input:enabled", "i1"),
        (":required", "i2"),
        ("div:is(.a, #three)", "one three"),
        ("span:empty", "s1 s2"),
        ("p:hover", ""),
        ("body > :first-child", "one"),
        ("div > div span", ""),
    ],
)
def test_what_fits(selector: str, ids: str) -> None:
    document = Page(HTML).document
    assert [each.id for each in document.query_selector_all(selector)] == ids.split()
    first = document.query_selector(selector)
    assert (first.id if first is not None else "") == ids.partition(" ")[0]


def test_an_ancestor_further_out_may_fit() -> None:
    """Selectors: any ancestor will do, not the nearest alone."""
    page = Page("<div id=x><ul><li><ul><li><b></b></li></ul></li></ul></div>")
    assert page.document.query_selector("div > ul b") is page["b"]
    assert page.document.query_selector("#x > ul > li b") is page["b"]


def test_matches_and_closest() -> None:
    page = Page(HTML)
    span = page["#s2"]
    assert span.matches("section span")
    assert not span.matches("p span")
    assert span.closest("span") is span
    assert span.closest("div") is page["#three"]
    assert span.closest("div.b") is page["#two"]
    assert span.closest("table") is None


def test_an_element_is_asked_for_what_is_in_it() -> None:
    """DOM: the selector looks at the whole tree, the answer is only of what is in the element."""
    page = Page(HTML)
    assert page["#two"].query_selector("div div").id == "three"
    assert page["#two"].query_selector(":scope > div") is None
    assert [each.id for each in page["#one"].query_selector_all(":scope > p")] == ["p1", "p2"]
    assert page["#one"].query_selector("#one") is None


def test_by_class_and_tag_and_id() -> None:
    document = Page(HTML).document
    assert [each.id for each in document.get_elements_by_class_name("b a")] == ["one"]
    assert [each.id for each in document.get_elements_by_tag_name("P")] == ["p1", "p2"]
    assert document.get_element_by_id("s1").id == "s1"
    assert document.get_element_by_id("none") is None


def test_what_has_changed_is_found() -> None:
    page = Page("<p></p>")
    assert page.document.query_selector("p.x > b") is None
    page["p"].class_list.add("x")
    page["p"].append(page.document.create_element("b"))
    assert page.document.query_selector("p.x > b") is not None
    page["p"].remove()
    assert page.document.query_selector("p.x > b") is None


@pytest.mark.parametrize(
    "selector", ["x!", "a,", ",a", "a,,b", "#1", ".2", "", " ", ">a", "a >", "[x", ":nth-child(x)"]
)
def test_what_is_no_selector(selector: str) -> None:
    """DOM: a SyntaxError with the browsers' text."""
    with pytest.raises(SyntaxError) as raised:
        Page().document.query_selector(selector)
    text = f"Failed to execute 'querySelector' on 'Document': '{selector}' is not a valid selector."
    assert str(raised.value) == text


@pytest.mark.parametrize("selector", [":contains(x)", ":comment", "p::before", ":not(:nonsense)"])
def test_what_browsers_do_not_know_is_refused(selector: str) -> None:
    for ask in (Page()["body"].query_selector_all, Page()["body"].matches, Page()["body"].closest):
        with pytest.raises(SyntaxError, match=r"on 'Element': .* is not a valid selector"):
            ask(selector)


def test_the_parser_is_loaded_by_pages_that_need_it() -> None:
    """justhtml takes 5 MB: an empty page does without."""
    code = """
import sys
from dom import Page
page = Page()
page.document.body.inner_html = "text"
page.document.query_selector("#x")
assert "justhtml" not in sys.modules
page.document.body.inner_html = "<b>text</b>"
assert "justhtml" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd="tests", check=True, timeout=60)
