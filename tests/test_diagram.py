"""`ipclab.diagram`: the picture and its text form, for any messages whatever they carry."""

from __future__ import annotations

import base64
import html
import os
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipclab import clone
from ipclab.notebook import diagram as diagram_module
from ipclab.notebook.diagram import SHOWN, Diagram, diagram
from ipclab.record import Kind, Message, Outcome, Trace

SVG = "{http://www.w3.org/2000/svg}"


def add(
    trace: Trace,
    *args: object,
    kind: Kind = "send",
    sender: str = "renderer 1",
    receiver: str = "main",
    channel: str = "do-work",
    outcome: Outcome = "delivered",
    **more: Any,
) -> Message:
    payload, buffers = clone.encode(args[0] if kind == "reply" else list(args))
    more.setdefault("sent_at", float(len(trace)))
    return trace.add(kind, sender, receiver, channel, payload, buffers, outcome=outcome, **more)


def refuse(trace: Trace, sender: str = "renderer 1", receiver: str = "main") -> Message:
    error = "An object could not be cloned.\nargs[0].user.callback is a function"
    return trace.add_refused("send", sender, receiver, "save", ["{'user': ...}"], sent_at=0, error=error)


def words(svg: str) -> list[str]:
    """Return the texts of a picture, after checking that it is well-formed."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def shapes(svg: str) -> str:
    """Return a picture without its texts and colours."""
    root = ET.fromstring(svg)
    return " ".join(
        f"{element.tag} {[element.get(name) for name in ('d', 'r', 'stroke-dasharray', 'height')]}"
        for element in root.iter()
        if element.tag in (f"{SVG}path", f"{SVG}circle", f"{SVG}rect") and element.get("fill") != "#ffffff"
    )


# --- what is said ------------------------------------------------------------------------------------------------


def test_the_text_form_is_a_line_per_message_in_columns() -> None:
    trace = Trace()
    add(trace, "渲染进程参数1", "b")
    add(trace, 2, 3, kind="invoke", channel="add")
    add(trace, 5, kind="reply", channel="add", sender="main", receiver="renderer 1", answers=2)
    add(trace, "c", channel="do-wrok", outcome="unheard")
    add(trace, sender="main", receiver="renderer 1", channel="bye", outcome="pending")
    assert str(diagram(trace)) == (
        "1  renderer 1 ──send────▶ main        do-work('渲染进程参数1', 'b')  delivered\n"
        "2  renderer 1 ──invoke──▶ main        add(2, 3)                      delivered\n"
        "3  main       ╌╌reply╌╌╌▶ renderer 1  ↩ 2  add: 5                    delivered\n"
        "4  renderer 1 ──send────✗ main        do-wrok('c')                   unheard: nobody listens\n"
        "5  main       ──send────▷ renderer 1  bye()                          pending"
    )
    assert repr(diagram(trace)) == diagram(trace).text == str(diagram(trace))


def test_a_long_reason_stands_under_the_call() -> None:
    trace = Trace()
    add(trace, "x" * 300, channel="channel")
    refuse(trace)
    first, second, third = diagram(trace).text.split("\n")
    assert first.endswith("…)  delivered")
    assert second.rstrip().endswith("refused:")
    assert third.strip() == "could not be cloned: args[0].user.callback is a function"
    assert third.index("could") == first.index("channel(")


@pytest.mark.parametrize(
    ("kind", "outcome", "error", "expected"),
    [
        ("send", "unheard", None, "nobody listens"),
        ("invoke", "unheard", "Error: No handler registered for 'x'", "no handler"),
        ("invoke", "rejected", "ValueError: boom", "handler failed: ValueError: boom"),
        ("send", "lost", None, "main is gone"),
        ("send", "pending", None, "still under way"),
        ("send_sync", "delivered", None, "renderer 1 stands still until the reply"),
    ],
)
def test_the_picture_says_in_words_what_happened(
    kind: Kind, outcome: Outcome, error: str | None, expected: str
) -> None:
    trace = Trace()
    add(trace, 1, kind=kind, channel="x", outcome=outcome, error=error)
    assert words(diagram(trace).svg)[:3] == ["1", f"{kind} x(1)", expected]


def test_the_picture_of_a_refused_message_names_the_place() -> None:
    trace = Trace()
    refuse(trace)
    assert "could not be cloned: args[0].user.callback is a function" in words(diagram(trace).svg)


def test_outcomes_differ_in_shape_not_in_colour_alone() -> None:
    outcomes: list[Outcome] = ["pending", "delivered", "unheard", "refused", "rejected", "lost"]
    drawn = set()
    for outcome in outcomes:
        trace = Trace()
        add(trace, 1, outcome=outcome)
        drawn.add(shapes(diagram(trace).svg))
    assert len(drawn) == len(outcomes)


def test_a_reply_is_dashed_and_names_the_message_it_answers() -> None:
    trace = Trace()
    add(trace, 1, kind="invoke", channel="one")
    add(trace, 2, kind="invoke", channel="two")
    add(trace, 22, kind="reply", channel="two", sender="main", receiver="renderer 1", answers=2)
    picture = diagram(trace)
    assert words(picture.svg)[:6] == ["1", "invoke one(1)", "2", "invoke two(2)", "3", "↩ 2 two: 22"]
    assert picture.svg.count('stroke-dasharray="7 4"') == 1


def test_a_reply_that_carries_an_error_says_so() -> None:
    trace = Trace()
    add(trace, kind="invoke", channel="x", outcome="rejected", error="ValueError: boom")
    add(
        trace,
        "e",
        kind="reply",
        channel="x",
        sender="main",
        receiver="renderer 1",
        answers=1,
        error="ValueError: boom",
    )
    assert "↩ 1 x: ✗ ValueError: boom" in words(diagram(trace).svg)


def test_a_renderer_in_send_sync_is_hatched_until_its_reply() -> None:
    def hatches(answered: bool, then: bool) -> int:
        trace = Trace()
        add(trace, kind="send_sync", outcome="delivered" if answered else "pending")
        if answered:
            add(trace, 1, kind="reply", sender="main", receiver="renderer 1", answers=1)
        for _ in range(5):
            add(trace, sender="renderer 1" if then else "main", receiver="main" if then else "renderer 1")
        return diagram(trace).svg.count("l10 -10")

    assert 0 < hatches(answered=True, then=False) < hatches(answered=False, then=False)
    assert hatches(answered=False, then=True) < hatches(answered=False, then=False)


def test_handlers_that_work_at_the_same_time_stand_side_by_side() -> None:
    trace = Trace()
    for _ in range(2):
        add(trace, kind="invoke")
    for answers in (2, 1):
        add(trace, 0, kind="reply", sender="main", receiver="renderer 1", answers=answers)
    places = re.findall(r'<rect x="(\d+)" y="\d+" width="10"', diagram(trace).svg)
    assert len(places) == len(set(places)) == 2


def test_lanes_stand_in_a_fixed_order_main_first() -> None:
    trace = Trace()
    add(trace, sender="renderer 10", receiver="renderer 2")
    add(trace, sender="renderer 2", receiver="main")
    assert words(diagram(trace).svg)[-3:] == ["main process", "renderer 2", "renderer 10"]


def test_a_message_from_a_process_to_itself_is_drawn() -> None:
    trace = Trace()
    add(trace, "set", kind="storage", receiver="renderer 1", channel="localStorage")
    add(trace, kind="storage", receiver="renderer 1", channel="localStorage", outcome="unheard")
    assert words(diagram(trace).svg) == [
        "1",
        "storage localStorage('set')",
        "2",
        "storage localStorage()",
        "nobody listens",
        "renderer 1",
    ]


def test_no_messages() -> None:
    assert str(diagram([])) == "No messages crossed."
    assert words(diagram([]).svg) == ["no messages crossed", "main process"]


# --- the same every time, well-formed, bounded -------------------------------------------------------------------


def story(start: float) -> Trace:
    trace = Trace()
    add(trace, {"b", "a", "中"}, kind="invoke", sent_at=start, activity=int(start))
    trace.mark(1, "delivered", start + 0.1)
    add(trace, {"k": 1}, kind="reply", sender="main", receiver="renderer 1", answers=1, sent_at=start + 0.2)
    refuse(trace)
    return trace


def test_the_same_messages_give_the_same_bytes_at_any_time() -> None:
    first, second = diagram(story(1.0)), diagram(story(77.7))
    assert first._repr_mimebundle_() == second._repr_mimebundle_()
    assert first.mermaid == second.mermaid


def test_the_same_messages_give_the_same_bytes_in_any_process() -> None:
    """A set's order differs between processes."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_diagram import diagram, story\n"
        "print(ascii(diagram(story(1.0))._repr_mimebundle_()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, os.path.dirname(__file__)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {ascii(diagram(story(1.0))._repr_mimebundle_()) + "\n"}


def test_nothing_in_the_picture_depends_on_the_page_or_on_what_viewers_strip() -> None:
    svg = diagram(story(1.0)).svg
    names = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert names <= {"svg", "title", "desc", "g", "rect", "path", "circle", "text", "tspan"}
    assert not re.search(r"\b(id|class|style|href|on\w+)=|url\(|var\(", svg)


TEXT = st.text(st.characters(codec=None), max_size=30)


@settings(max_examples=60)
@given(channel=TEXT, argument=TEXT, error=TEXT)
def test_any_text_gives_well_formed_pictures_of_one_line_per_message(channel: str, argument: str, error: str) -> None:
    """Control characters and lone surrogates too: XML cannot hold them, not even escaped."""
    trace = Trace()
    add(trace, argument, {argument: channel}, channel=channel, outcome="rejected", error=error)
    picture = diagram(trace)
    assert len(words(picture.svg)) == 5
    assert picture.text.isprintable() or "\n" in picture.text
    assert picture.text.count("\n") <= 1
    for form in picture._repr_mimebundle_().values():
        form.encode()


def test_text_is_shown_as_it_is_and_cannot_become_markup() -> None:
    trace = Trace()
    add(trace, "</text><script>", channel="a&amp;<b>\"'")
    picture = diagram(trace)
    assert words(picture.svg)[1] == "send a&amp;<b>\"'('</text><script>')"
    assert "<script" not in picture._repr_mimebundle_()["text/html"]


def test_what_does_not_print_is_shown_escaped() -> None:
    trace = Trace()
    add(trace, "\x1b[31m\u202e", channel="a\nb\x00")
    assert diagram(trace).text == "1  renderer 1 ──send──▶ main  a\\nb\\x00('\\x1b[31m\\u202e')  delivered"


def test_at_most_60_messages_are_drawn_and_the_others_counted() -> None:
    trace = Trace()
    for n in range(SHOWN + 1):
        add(trace, n)
    picture = diagram(trace)
    assert picture.text.split("\n")[-2:] == [
        "60  renderer 1 ──send──▶ main  do-work(59)  delivered",
        "… and 1 more message",
    ]
    assert "… and 1 more message" in words(picture.svg)
    assert "send do-work(60)" not in words(picture.svg)
    assert "more" not in diagram(trace[:SHOWN]).text
    assert len(picture.svg) < 60_000


@pytest.mark.parametrize("text", ["x" * 10**6, "中" * 10**6, "a" + "\u0301" * 10**5, "\x00" * 10**5])
def test_long_texts_are_cut(text: str) -> None:
    trace = Trace()
    add(trace, text[:1500], channel=text, outcome="rejected", error=text)
    trace.add_refused("send", "renderer 3", "main", text, [text], sent_at=0, error=text)
    picture = diagram(trace)
    assert len(picture.svg) < 10_000
    assert max(map(len, picture.text.split("\n"))) < 600
    assert float(ET.fromstring(picture.svg).get("width", "")) < 1600


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@given(st.lists(st.sampled_from(["ab", "中文", "渲染进程", "é", "ｆｕｌｌ"]), min_size=1, max_size=6))
def test_columns_hold_for_wide_characters(channels: list[str]) -> None:
    trace = Trace()
    for channel in channels:
        add(trace, channel=channel)
    places = {cells(line.partition("delivered")[0]) for line in diagram(trace).text.split("\n")}
    assert len(places) == 1


@pytest.mark.parametrize("channel", ["x" * 45, "中" * 22])
def test_labels_fit_between_their_lanes(channel: str) -> None:
    """By a wide character's two cells, each 7.9 pixels at font size 13 at most."""
    trace = Trace()
    add(trace, channel=channel)
    add(trace, sender="renderer 2")
    root = ET.fromstring(diagram(trace).svg)
    main, first = sorted(
        float(text.get("x", "")) for text in root.iter(f"{SVG}text") if text.text in ("main process", "renderer 1")
    )
    label = next(
        text for text in map("".join, map(ET.Element.itertext, root.iter(f"{SVG}text"))) if channel[:9] in text
    )
    assert cells(label) * 7.9 < first - main


# --- what is drawn -----------------------------------------------------------------------------------------------


def test_by_default_the_last_cell_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(diagram()) == "No messages crossed."
    trace = story(1.0)
    monkeypatch.setattr(diagram_module, "last_cell_messages", lambda: trace[1:])
    assert str(diagram()) == str(diagram(trace[1:]))


def test_a_slice_any_sequence_or_a_single_message_can_be_drawn() -> None:
    trace = story(1.0)
    assert str(diagram(trace[:1])) == str(diagram(trace[0])) == str(diagram(iter([trace[0]])))
    assert isinstance(diagram(trace), Diagram)


@pytest.mark.parametrize("wrong", [[1], ["send"], "send", {"a": 1}])
def test_anything_else_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="messages of the trace"):
        diagram(wrong)


def test_a_diagram_shows_the_messages_as_they_stood_when_it_was_made() -> None:
    trace = Trace()
    add(trace, outcome="pending")
    picture = diagram(trace)
    trace.mark(1, "delivered", 2.0)
    assert "pending" in picture.text
    assert "still under way" in words(picture.svg)


# --- front ends --------------------------------------------------------------------------------------------------


class Images(HTMLParser):
    """Collects tags, and the attributes of images."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))


def test_the_bundle_is_what_front_ends_show_with_a_text_alternative() -> None:
    """Mermaid is not offered: JupyterLab would prefer it to our picture and write its own into the notebook."""
    picture = diagram(story(1.0))
    bundle = picture._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == picture.text
    assert bundle["image/svg+xml"] == picture.svg
    page = Images(bundle["text/html"])
    assert page.tags == ["img", "details", "summary", "pre"]
    [image] = page.images
    source = image["src"] or ""
    assert base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")).decode() == picture.svg
    assert image["alt"] == (
        "Sequence diagram. 3 messages between main process and renderer 1, 2 delivered, 1 refused."
    )
    assert html.escape(picture.text) in bundle["text/html"]


def test_the_picture_names_and_describes_itself() -> None:
    picture = diagram(story(1.0))
    root = ET.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert [child.tag.removeprefix(SVG) for child in root[:2]] == ["title", "desc"]
    assert root[0].text == (
        "Sequence diagram. 3 messages between main process and renderer 1, 2 delivered, 1 refused."
    )
    assert root[1].text == picture.text
