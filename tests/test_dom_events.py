"""Events of the page's tree: their way, their defaults, and what the reader's clicks and keys do (DOM, HTML)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from dom import URL, Page

from ipclab.clone import encode
from ipclab.errors import DataCloneError, InvalidStateError
from ipclab.renderer.dom.element import HTMLElement
from ipclab.renderer.dom.events import CustomEvent, Event, MouseEvent, SubmitEvent
from ipclab.scope import Scope, current


def test_an_event_goes_down_and_up_again() -> None:
    """DOM: capturing from the window in, then bubbling out; in place the capturing listeners come first."""
    page = Page("<div><b></b></div>")
    heard: list[Any] = []

    def hear(event: Event) -> None:
        heard.append((event.current_target, event.event_phase.name))
        assert event.target is page["b"]

    for place in (page["b"], page["div"], page.document):
        place.add_event_listener("click", hear)
        place.add_event_listener("click", hear, capture=True)
    page.window.add("click", hear)
    page.window.add("click", hear, capture=True)
    page["b"].click()
    down = ["the window", page.document, page["div"]]
    assert heard == [
        *((each, "CAPTURING") for each in down),
        *[(page["b"], "AT_TARGET")] * 2,
        *((each, "BUBBLING") for each in reversed(down)),
    ]


def test_what_does_not_bubble_is_only_captured_outside() -> None:
    page = Page("<div><b></b></div>")
    heard: list[str] = []
    page["div"].add_event_listener("x", lambda _: heard.append("up"))
    page["div"].add_event_listener("x", lambda _: heard.append("down"), capture=True)
    page["b"].dispatch_event(Event("x"))
    assert heard == ["down"]


def test_an_event_can_be_stopped() -> None:
    page = Page("<div><b></b></div>")
    heard: list[str] = []
    page["div"].onclick = lambda _: heard.append("outside")

    def stop(event: Event) -> None:
        heard.append("1")
        event.stop_propagation()

    def stop_at_once(event: Event) -> None:
        heard.append("2")
        event.stop_immediate_propagation()

    for listener in (stop, stop_at_once, lambda _: heard.append("3")):
        page["b"].add_event_listener("click", listener)
    page["b"].click()
    assert heard == ["1", "2"]


def test_a_listener_is_added_once_and_can_be_for_once() -> None:
    page = Page("<b></b>")
    b: HTMLElement = page["b"]
    heard: list[Any] = []
    b.add_event_listener("click", heard.append)
    b.add_event_listener("click", heard.append)
    b.add_event_listener("click", heard.append, capture=True)

    @b.add_event_listener("click", once=True)
    def once(_: Event) -> None:
        heard.append(once)

    b.click()
    b.click()
    assert len(heard) == 5
    b.remove_event_listener("click", heard.append)
    b.click()
    assert len(heard) == 6
    b.remove_event_listener("click", heard.append, capture=True)
    b.remove_event_listener("click", heard.append, capture=True)
    b.click()
    assert len(heard) == 6


def test_on_attributes_prevent_by_returning_false() -> None:
    page = Page("<input type=checkbox>")
    box = page["input"]
    assert box.onclick is None
    box.onclick = lambda _: False
    box.click()
    assert box.checked is False
    box.onclick = None
    box.click()
    assert box.checked is True


def test_a_listener_that_raises_does_not_stop_the_others() -> None:
    page = Page("<b></b>")
    heard: list[Any] = []
    page["b"].add_event_listener("click", lambda _: 1 / 0)
    page["b"].add_event_listener("click", heard.append)
    page["b"].click()
    assert len(heard) == 1
    assert [type(each) for each in page.failures] == [ZeroDivisionError]


def test_listeners_may_be_async() -> None:
    page = Page("<b></b>")
    heard: list[str] = []

    async def slow(event: Event) -> None:
        heard.append(event.type)
        await asyncio.sleep(0)
        heard.append("later")

    async def click() -> None:
        page["b"].onclick = slow
        page["b"].click()
        assert heard == ["click"]  # as on the web, its first stretch runs at once
        while len(heard) < 2:
            await asyncio.sleep(0)

    asyncio.run(click())


def test_a_cell_takes_back_its_listeners() -> None:
    page, scope = Page("<b></b>"), Scope()
    heard: list[Any] = []
    token = current.set(scope)
    page["b"].onclick = heard.append
    page["b"].add_event_listener("click", heard.append, capture=True)
    current.reset(token)
    page["b"].click()
    scope.take_back()
    page["b"].click()
    assert len(heard) == 2


def test_events_of_ones_own() -> None:
    page = Page("<div><b></b></div>")
    heard: list[Any] = []

    def hear(event: CustomEvent) -> None:
        heard.append(event.detail)
        event.prevent_default()

    page["div"].add_event_listener("mine", hear)
    event = CustomEvent("mine", detail={"a": 1}, bubbles=True, cancelable=True)
    assert page["b"].dispatch_event(event) is False
    assert page["b"].dispatch_event(CustomEvent("mine", bubbles=True)) is True
    assert heard == [{"a": 1}, None]
    assert (event.default_prevented, event.is_trusted, repr(event)) == (True, False, "<CustomEvent 'mine'>")


def test_an_event_on_its_way_is_not_dispatched_again() -> None:
    page = Page("<b></b>")
    page["b"].add_event_listener("x", page["b"].dispatch_event)
    page["b"].dispatch_event(Event("x"))
    (error,) = page.failures
    assert isinstance(error, InvalidStateError)
    assert str(error).endswith("The event is already being dispatched.")


def test_elements_and_events_do_not_cross() -> None:
    page = Page("<b></b>")
    for value, name in ((page["b"], "HTMLElement"), (page.document, "Document"), (Event("x"), "Event")):
        with pytest.raises(DataCloneError, match=name):
            encode(value)


CONTROLS = """<form id=form><input id=text value=a><input id=box type=checkbox><label id=label for=box>l</label>
<input id=r1 type=radio name=r checked><input id=r2 type=radio name=r><button id=go>go</button>
<button id=plain type=button>p</button><button id=back type=reset>r</button>
<label id=around><span id=inner>in</span> <input id=box2 type=checkbox></label></form>
<a id=link href=next.html>n</a>"""
ALL = ("click", "input", "change", "submit", "reset")


@pytest.mark.parametrize("by_code", [True, False])
def test_a_click_on_a_box_ticks_it_first_and_tells_then(by_code: bool) -> None:
    """HTML: the box is ticked already for the listeners of `click`; `input` and `change` follow."""
    page = Page(CONTROLS)
    box = page["#box"]
    heard = page.log(*ALL, read="checked")
    if by_code:
        box.click()
    else:
        page.does("#box", "click")
    assert heard == ["click True", "input True", "change True"]
    assert page.changes == [["checked", box._id, True]]


def test_a_prevented_click_unticks_the_box_again() -> None:
    page = Page(CONTROLS)
    seen: list[bool] = []

    def prevent(event: Event) -> None:
        seen.append(event.target.checked)
        event.prevent_default()

    page["#box"].onclick = prevent
    page.does("#box", "click")
    assert (seen, page["#box"].checked) == ([True], False)
    assert [each[2] for each in page.changes] == [True, False]


def test_a_prevented_click_gives_the_choice_back() -> None:
    page = Page(CONTROLS)
    page["#r2"].add_event_listener("click", lambda e: e.prevent_default())
    heard = page.log(*ALL)
    page["#r2"].click()
    assert (page["#r1"].checked, page["#r2"].checked, heard) == (True, False, ["click r2"])


def test_one_of_a_group_is_chosen() -> None:
    page = Page(CONTROLS)
    heard = page.log(*ALL)
    page["#r2"].click()
    page["#r2"].click()
    assert (page["#r1"].checked, page["#r2"].checked) == (False, True)
    assert heard == ["click r2", "input r2", "change r2", "click r2"]
    page["#r1"].checked = True
    assert page["#r2"].checked is False


def test_a_label_clicks_its_control() -> None:
    page = Page(CONTROLS)
    heard = page.log(*ALL)
    page.does("#label", "click")
    page.does("#inner", "click")
    assert page["#box"].checked is True
    assert page["#box2"].checked is True
    assert heard == [
        *["click label", "click box", "input box", "change box"],
        *["click inner", "click box2", "input box2", "change box2"],
    ]


def test_a_label_does_nothing_for_a_click_on_what_has_a_use_of_its_own() -> None:
    """HTML: the label's activation behaviour does nothing for events targeted at interactive content in it."""
    page = Page("<label>Name <input id=name> <a id=help href=help.html>?</a></label>")
    heard = page.log("click")
    page.does("#name", "click")
    page.does("#help", "click")
    assert heard == ["click name", "click help"]


def test_a_button_submits_its_form() -> None:
    page = Page(CONTROLS)
    heard = page.log(*ALL)
    submitters: list[Any] = []

    def submit(event: SubmitEvent) -> None:
        submitters.append(event.submitter)
        event.prevent_default()

    page["#form"].onsubmit = submit

    page.does("#go", "click")
    page.does("#plain", "click")
    page["#form"].request_submit()
    page.does("#form", "submit")
    assert heard == ["click go", "submit form", "click plain", "submit form", "submit form"]
    assert submitters == [page["#go"], None, None]
    assert page.warnings == []


def test_a_form_that_nobody_handles_goes_nowhere() -> None:
    """A browser would load the form's address: that this does not happen here is said."""
    page = Page("<form action=/save><button>b</button></form>")
    page.does("button", "click")
    (warning,) = page.warnings
    assert "was submitted" in warning
    assert "file:///save" in warning
    assert page.navigations == []


def test_enter_submits_by_the_button() -> None:
    """HTML: implicit submission clicks the form's first submit button."""
    page = Page(CONTROLS)
    heard = page.log("keydown", *ALL)
    page.does("#text", "keydown", key="a")
    page.does("#text", "keydown", key="Enter")
    assert heard == ["keydown text", "keydown text", "click go", "submit form"]
    page["#text"].onkeydown = lambda _: False
    page.does("#text", "keydown", key="Enter")
    assert heard[4:] == ["keydown text"]
    page["#text"].onkeydown = None
    page["#go"].disabled = True
    page.does("#text", "keydown", key="Enter")
    assert heard[5:] == ["keydown text"]


@pytest.mark.parametrize(("fields", "submits"), [("<input>", 1), ("<input><input>", 0), ("<input><textarea>", 1)])
def test_enter_without_a_button(fields: str, submits: int) -> None:
    """HTML: without a button, a form of one text field is submitted."""
    page = Page(f"<form id=f>{fields}</form>")
    heard = page.log("submit")
    page.does("input", "keydown", key="Enter")
    assert heard == ["submit f"] * submits


def test_keys_carry_what_was_held() -> None:
    page = Page("<input>")
    heard: list[Any] = []
    page["input"].onkeyup = lambda e: heard.append((e.key, e.ctrl_key, e.shift_key, e.alt_key, e.meta_key))
    page.does("input", "keyup", key="A", shift=True)
    assert heard == [("A", False, True, False, False)]


def test_what_the_reader_writes_is_told_and_sent_back() -> None:
    page = Page(CONTROLS)
    heard = page.log("input", "change", read="value")
    page.does("#text", "input", value="ab")
    page.does("#text", "change", value="ab")
    page.does("#box", "input", checked=True)
    page.does("#r2", "input", checked=True)
    assert heard == ["input ab", "change ab", "input on", "input on"]
    assert page["#box"].checked is True
    assert page["#r1"].checked is False
    assert page.changes == [["value", page["#text"]._id, "ab"]] * 2


def test_code_that_sets_a_value_fires_nothing() -> None:
    page = Page(CONTROLS)
    heard = page.log("input", "change")
    page["#text"].value = "b"
    page["#box"].checked = True
    assert heard == []
    assert [each[0] for each in page.changes] == ["value", "checked"]


@pytest.mark.parametrize(
    "html", ["<button id=x disabled>", "<fieldset disabled><legend></legend><input id=x type=checkbox></fieldset>"]
)
def test_what_is_disabled_stays_still(html: str) -> None:
    page = Page(f"<form>{html}</form>")
    heard = page.log("click", "input", "submit", "focus")
    page.does("#x", "click")
    page.does("#x", "input", value="1", checked=True)
    page["#x"].click()
    page["#x"].focus()
    page["#x"].dispatch_event(MouseEvent("click", bubbles=False))
    assert heard == []
    assert page.document.query_selector(":checked") is None
    assert page.document.active_element is page.document.body


def test_the_first_legend_of_a_disabled_fieldset_stays_usable() -> None:
    page = Page("<fieldset disabled><legend><input id=x type=checkbox></legend></fieldset>")
    page.does("#x", "click")
    assert page["#x"].checked is True


def test_input_of_what_is_gone_is_ignored() -> None:
    page = Page("<button>")
    gone = page["button"]
    gone.onclick = page.failures.append
    gone.remove()
    page.document.handle_input(gone._id, "click", {})
    page.document.handle_input(999, "click", {})
    assert page.failures == []
    with pytest.raises(ValueError, match="'dance'"):
        page.does("body", "dance")


def test_links_navigate_unless_prevented() -> None:
    page = Page(CONTROLS + "<a id=top target=_blank href=https://example.com/><i>x</i></a><a id=name>no link</a>")
    page.does("#link", "click")
    page.does("i", "click")
    page["#name"].click()
    assert page.navigations == [(URL.replace("index", "next"), ""), ("https://example.com/", "_blank")]
    page["#link"].onclick = lambda e: e.prevent_default()
    page["#link"].click()
    assert len(page.navigations) == 2


@pytest.mark.parametrize(("href", "warnings"), [("#here", 0), ("javascript:alert(1)", 1)])
def test_links_that_lead_nowhere(href: str, warnings: int) -> None:
    page = Page(f"<a href='{href}'>")
    page["a"].click()
    assert (page.navigations, len(page.warnings)) == ([], warnings)


def test_a_form_is_reset() -> None:
    page = Page(CONTROLS + "<p>")
    page["#text"].value = "changed"
    page["#box"].checked = True
    page["#r2"].checked = True
    heard = page.log("reset", "change")
    page.does("#back", "click")
    assert [page[each].value for each in ("#text",)] == ["a"]
    assert [page[each].checked for each in ("#box", "#r1", "#r2")] == [False, True, False]
    assert heard == ["reset form"]
    page["#text"].value = "again"
    page["#form"].onreset = lambda _: False
    page["#form"].reset()
    assert page["#text"].value == "again"


def test_the_keyboard_goes_from_one_to_another() -> None:
    """HTML: `blur` and `focusout` of the old, then `focus` and `focusin` of the new; only the `...in/out` bubble."""
    page = Page("<input id=a><input id=b><p id=c></p><p id=d tabindex=0></p>")
    heard = page.log("focus", "blur", "focusin", "focusout")
    page["#a"].onfocus = lambda e: heard.append(f"at a, from {e.related_target}")
    page["#a"].focus()
    page["#b"].focus()
    page["#b"].focus()
    page["#c"].focus()
    assert page.document.active_element is page["#b"]
    assert heard == ["at a, from None", "focusin a", "focusout a", "focusin b"]
    page["#d"].focus()
    page["#d"].blur()
    assert page.document.active_element is page.document.body
    assert page.changes == [
        *(["focus", page[each]._id] for each in ("#a", "#b", "#d")),
        ["blur", page["#d"]._id],
    ]


def test_the_readers_keyboard_is_not_told_back() -> None:
    page = Page("<input id=a><input id=b>")
    heard = page.log("focusin", "focusout")
    page.does("#a", "focus")
    page.does("#a", "focus")
    page.does("#b", "blur")
    page.does("#a", "blur")
    assert heard == ["focusin a", "focusout a"]
    assert page.changes == []


def test_what_is_removed_loses_the_keyboard() -> None:
    page = Page("<div><input></div>")
    page["input"].focus()
    page["div"].remove()
    assert page.document.active_element is page.document.body


def test_a_summary_opens_its_details() -> None:
    page = Page("<details><summary><b>s</b></summary>text</details>")
    heard: list[str] = []
    page["details"].ontoggle = lambda e: heard.append(f"{e.type} {e.target.open}")
    page.does("b", "click")
    assert page["details"].open is True
    page["details"].open = True
    page.does("summary", "click")
    assert page["details"].has_attribute("open") is False
    assert heard == ["toggle True", "toggle False"]


@pytest.mark.parametrize("type", ["dblclick", "contextmenu"])
def test_the_readers_other_clicks(type: str) -> None:  # noqa: A002
    page = Page("<p id=here><b id=inner></b></p>")
    heard = page.log(type)
    page.does("#inner", type)
    assert heard == [f"{type} inner"]


def test_who_listens_for_what_never_happens_is_told() -> None:
    page = Page("<p></p>")
    page["p"].add_event_listener("mousemove", print)
    page["p"].add_event_listener("own-event", print)
    (warning,) = page.warnings
    assert warning.startswith("'mousemove' never happens here. What the reader does comes as: blur, change, click,")
