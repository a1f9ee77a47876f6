"""The trace: what is recorded of a message, how long, and in which forms it leaves the program."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipclab import clone
from ipclab.record import DEFAULT_LIMIT, KEPT_BYTES, Kind, Message, Outcome, Preview, Trace
from ipclab.trace_export import MERMAID_MESSAGES, MERMAID_SIZE


def add(
    trace: Trace,
    *args: object,
    kind: Kind = "send",
    sender: str = "renderer 1",
    receiver: str = "main",
    channel: str = "do-work",
    **more: Any,
) -> Message:
    payload, buffers = clone.encode(args[0] if kind == "reply" else list(args))
    more.setdefault("sent_at", float(len(trace)))
    return trace.add(kind, sender, receiver, channel, payload, buffers, **more)


# --- one message -------------------------------------------------------------------------------------------------


def test_a_message_tells_where_it_went_and_what_it_carried() -> None:
    message = add(Trace(), "渲染进程参数1", {"n": 2}, activity=7, sent_at=1.5)
    assert (message.number, message.kind, message.sender, message.receiver) == (1, "send", "renderer 1", "main")
    assert (message.channel, message.activity, message.sent_at) == ("do-work", 7, 1.5)
    assert (message.outcome, message.handled_at, message.answers, message.error) == ("pending", None, None, None)
    assert message.args == ["渲染进程参数1", {"n": 2}]
    assert message.size == len(clone.encode(["渲染进程参数1", {"n": 2}])[0])


def test_a_message_cannot_be_altered() -> None:
    message = add(Trace(), [1, 2])
    with pytest.raises(AttributeError):
        message.outcome = "delivered"  # type: ignore[misc]
    first = message.args[0]
    assert isinstance(first, list)
    first.append(3)
    assert message.args == [[1, 2]]


def test_the_record_does_not_share_memory_with_whoever_sent_or_received() -> None:
    payload = bytearray(clone.encode([bytearray(b"abc")])[0])
    message = Trace().add("send", "renderer 1", "main", "x", payload, sent_at=0)
    payload[:] = bytes(len(payload))
    received = message.args[0]
    assert isinstance(received, bytearray)
    received[0] = 0
    assert message.args == [bytearray(b"abc")]


@pytest.mark.parametrize("value", [5, None, [1, 2], [], "text"])
def test_args_of_a_reply_is_its_one_value(value: object) -> None:
    assert add(Trace(), value, kind="reply", answers=1).args == [value]


def test_a_message_without_payload_has_no_arguments() -> None:
    assert Trace().add("storage", "renderer 1", "main", "localStorage", b"", sent_at=0).args == []


def test_arguments_beyond_the_bound_are_not_kept() -> None:
    trace = Trace()
    overhead = len(clone.encode(["x" * 1000])[0]) - 1000
    largest = add(trace, "x" * (KEPT_BYTES - overhead))
    larger = add(trace, "x" * (KEPT_BYTES - overhead + 1))
    beside = add(trace, bytes(1_500_000))
    assert largest.args == ["x" * (KEPT_BYTES - overhead)]
    assert [str(larger.args), str(beside.args)] == ["[(4.1 kB, not kept)]", "[(1.5 MB, not kept)]"]
    assert isinstance(larger.args[0], Preview)
    assert larger.size == KEPT_BYTES + 1
    assert beside.size > 1_500_000


def test_a_refused_message_keeps_texts_in_place_of_its_arguments() -> None:
    error = "An object could not be cloned.\nargs[1] is a function"
    message = Trace().add_refused("send", "renderer 1", "main", "x", ["'a'", "<function f>"], sent_at=1, error=error)
    assert (message.outcome, message.error, message.size) == ("refused", error, 0)
    assert [repr(argument) for argument in message.args] == ["'a'", "<function f>"]


def test_texts_of_a_refused_message_are_bounded() -> None:
    message = Trace().add_refused("send", "main", "renderer 1", "x", ["y" * 10**6] * 3, sent_at=1, error="no")
    assert sum(len(str(argument)) for argument in message.args) <= KEPT_BYTES


def test_reprs_hold_nothing_that_changes_from_run_to_run() -> None:
    trace = Trace()
    message = add(trace, channel="it's")
    reply = add(trace, 1, kind="reply", sender="main", receiver="renderer 1", channel="it's", answers=1)
    trace.mark(1, "delivered", 9.0)
    assert repr(message) == """<Message 1 send renderer 1 → main "it's" delivered>"""
    assert repr(reply) == """<Message 2 reply main → renderer 1 "it's" answers 1 pending>"""


# --- the sequence ------------------------------------------------------------------------------------------------


def test_the_trace_reads_like_a_list() -> None:
    trace = Trace()
    first, second, third = (add(trace, n) for n in range(3))
    assert len(trace) == 3
    assert trace[0] is first
    assert trace[-1] is third
    assert trace[1:] == [second, third]
    assert isinstance(trace[1:], list)
    assert list(trace) == [first, second, third]
    assert second in trace
    assert trace.index(third) == 2
    with pytest.raises(IndexError, match="holds 3 messages"):
        trace[3]


def test_messages_may_come_in_while_the_trace_is_read() -> None:
    trace = Trace()
    add(trace)
    for _ in trace:
        add(trace)
    assert len(trace) == 2


def test_the_trace_is_bounded_states_its_bound_and_counts_what_fell_out() -> None:
    trace = Trace(limit=3)
    for n in range(5):
        add(trace, n)
    assert [message.number for message in trace] == [3, 4, 5]
    assert (trace.limit, trace.dropped) == (3, 2)
    assert repr(trace) == "<Trace of 3 messages, limit 3, 2 dropped>"
    trace.limit = 1
    assert [message.number for message in trace] == [5]
    assert trace.dropped == 4
    trace.limit = 2
    add(trace)
    assert [message.number for message in trace] == [5, 6]
    assert repr(Trace()) == f"<Trace of 0 messages, limit {DEFAULT_LIMIT}>"


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "9", None])
def test_a_limit_is_a_positive_whole_number(limit: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Trace(limit)
    trace = Trace()
    with pytest.raises(ValueError, match="whole number"):
        trace.limit = limit
    assert trace.limit == DEFAULT_LIMIT


def test_mark_finds_a_message_by_its_number() -> None:
    trace = Trace(limit=2)
    add(trace)
    second, third = add(trace), add(trace)
    trace.mark(2, "rejected", 4.0, "ValueError: boom")
    assert (second.outcome, second.handled_at, second.error) == ("rejected", 4.0, "ValueError: boom")
    assert third.outcome == "pending"
    trace.mark(3, "lost")
    assert (third.outcome, third.handled_at) == ("lost", None)
    assert trace.get(1) is None
    assert trace.get(3) is third


@pytest.mark.parametrize("number", [-1, 0, 1, 4, 99])
def test_mark_ignores_numbers_that_fell_out_or_never_were(number: int) -> None:
    trace = Trace(limit=2)
    for _ in range(3):
        add(trace)
    trace.mark(number, "delivered", 1.0)
    assert [message.outcome for message in trace] == ["pending", "pending"]


def test_after_clear_numbers_go_on_so_that_late_marks_find_no_stranger() -> None:
    trace = Trace(limit=5)
    for _ in range(7):
        add(trace)
    trace.clear()
    assert (len(trace), trace.dropped) == (0, 0)
    new = add(trace)
    assert new.number == 8
    trace.mark(7, "delivered")
    assert new.outcome == "pending"


def test_after_restart_numbers_begin_at_1_and_the_limit_is_the_usual_one() -> None:
    trace = Trace(limit=2)
    seen: list[int] = []
    trace.subscribe(lambda message: seen.append(message.number))
    for _ in range(3):
        add(trace)
    trace.restart()
    assert (len(trace), trace.dropped, trace.limit) == (0, 0, DEFAULT_LIMIT)
    assert add(trace).number == 1
    assert seen == [1, 2, 3, 1]


def test_subscribers_hear_of_messages_added_and_changed_until_they_stop() -> None:
    trace = Trace()
    heard: list[tuple[int, str]] = []

    def note(message: Message) -> None:
        heard.append((message.number, message.outcome))

    stop_first, stop_second = trace.subscribe(note), trace.subscribe(note)
    add(trace)
    stop_second()
    stop_second()
    trace.mark(1, "delivered")
    stop_first()
    trace.mark(1, "lost")
    add(trace)
    assert heard == [(1, "pending"), (1, "pending"), (1, "delivered")]


def test_a_subscriber_that_fails_does_not_break_the_traffic(caplog: pytest.LogCaptureFixture) -> None:
    trace = Trace()
    heard: list[int] = []
    trace.subscribe(lambda message: 1 // (message.number - 1))
    trace.subscribe(lambda message: heard.append(message.number))
    assert add(trace).number == 1
    assert heard == [1]
    assert "a subscriber of the trace failed" in caplog.text


# --- exports -----------------------------------------------------------------------------------------------------


def test_json_holds_every_field() -> None:
    trace = Trace(limit=2)
    add(trace)
    add(trace, "a", 2, [None, {"k": 0.5}], kind="invoke", activity=3, sent_at=0.25)
    trace.mark(2, "rejected", 0.5, "ValueError: boom")
    add(trace, True, kind="reply", sender="main", receiver="renderer 1", answers=2, sent_at=0.75)
    told = json.loads(trace.to_json())
    size = len(clone.encode(["a", 2, [None, {"k": 0.5}]])[0])
    assert {key: told[key] for key in ("format", "version", "limit", "dropped")} == {
        "format": "ipclab-trace",
        "version": 1,
        "limit": 2,
        "dropped": 1,
    }
    assert told["messages"][0] == {
        "number": 2,
        "kind": "invoke",
        "sender": "renderer 1",
        "receiver": "main",
        "channel": "do-work",
        "args": ["a", 2, [None, {"k": 0.5}]],
        "size": size,
        "answers": None,
        "activity": 3,
        "outcome": "rejected",
        "sent_at": 0.25,
        "handled_at": 0.5,
        "error": "ValueError: boom",
    }
    assert (told["messages"][1]["answers"], told["messages"][1]["args"]) == (2, [True])
    assert json.loads(Trace().to_json())["messages"] == []


@pytest.mark.parametrize(
    ("value", "type_name", "text"),
    [
        (b"ab", "bytes", "b'ab'"),
        (float("nan"), "float", "nan"),
        (2**53 + 1, "int", "9007199254740993"),
        ({1: 2}, "dict", "{1: 2}"),
        ({"$type": "mine"}, "dict", "{'$type': 'mine'}"),
        ({"b", "a"}, "set", "{'a', 'b'}"),
    ],
)
def test_json_writes_a_tagged_text_where_it_has_no_form_for_a_value(value: object, type_name: str, text: str) -> None:
    trace = Trace()
    add(trace, [value])
    assert json.loads(trace.to_json())["messages"][0]["args"] == [[{"$type": type_name, "$preview": text}]]


def test_json_of_cycles_and_of_sharing_that_multiplies_stays_small() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    shared: list[object] = ["x"]
    for _ in range(60):
        shared = [shared, shared]
    trace = Trace()
    add(trace, cycle)
    add(trace, shared)
    text = trace.to_json()
    assert len(json.loads(text)["messages"]) == 2
    assert len(text) < 10_000_000


def test_json_can_always_be_written_as_utf_8() -> None:
    trace = Trace()
    add(trace, "\ud800", "中文", channel="\udfff")
    add(trace, "中文")
    text = trace.to_json()
    text.encode()
    assert json.loads(text)["messages"][0]["args"] == ["\ud800", "中文"]
    assert "中文" in text.splitlines()[-2]


def mermaid_messages(source: str) -> list[tuple[str, str]]:
    """Return arrow and text of each message line, read as Mermaid reads it: no raw `#`, `;` or line break in it."""
    found = []
    for line in source.splitlines()[3:]:
        if match := re.fullmatch(r"    lane\d+(-?->>|-?-x)lane\d+: ((?:[^#;<>%{}\"`$]|#\d+;)*)", line):
            found.append((match[1], html.unescape(match[2].replace("#", "&#"))))
        else:
            assert line.startswith(("    participant ", "    Note over ")), line
    return found


def test_mermaid_shows_who_spoke_to_whom_and_in_which_order() -> None:
    trace = Trace()
    add(trace, 2, 3, kind="invoke", channel="add", sender="renderer 2", outcome="delivered")
    add(trace, 5, kind="reply", channel="add", sender="main", receiver="renderer 2", answers=1, outcome="delivered")
    add(trace, sender="renderer 10")
    assert trace.to_mermaid().splitlines() == [
        "sequenceDiagram",
        "    accTitle: IPC messages",
        "    accDescr: 3 messages between main process, renderer 2 and renderer 10, 2 delivered, 1 pending.",
        "    participant lane0 as main process",
        "    participant lane1 as renderer 2",
        "    participant lane2 as renderer 10",
        "    lane1->>lane0: 1 invoke add(2, 3)",
        "    lane0-->>lane1: 2 ↩ 1 add: 5",
        "    lane2->>lane0: 3 send do-work() … pending",
    ]


@pytest.mark.parametrize(
    ("kind", "outcome", "error", "words"),
    [
        ("send", "unheard", None, "✗ unheard: nobody listens"),
        ("invoke", "unheard", "Error: No handler registered for 'x'", "✗ unheard: no handler"),
        ("send_sync", "unheard", "reply was never sent", "✗ unheard: reply was never sent"),
        ("invoke", "rejected", "ValueError: boom", "✗ rejected: ValueError: boom"),
        ("send", "lost", None, "✗ lost: main is gone"),
    ],
)
def test_mermaid_crosses_out_what_went_wrong_and_says_why(
    kind: Kind, outcome: Outcome, error: str | None, words: str
) -> None:
    trace = Trace()
    add(trace, kind=kind, channel="x", outcome=outcome, error=error)
    assert mermaid_messages(trace.to_mermaid()) == [("-x", f"1 {kind} x() {words}")]


def test_mermaid_says_where_a_refused_value_is() -> None:
    trace = Trace()
    error = "An object could not be cloned.\nargs[0].user is a function"
    trace.add_refused("send", "renderer 1", "main", "x", ["{'user': f}"], sent_at=0, error=error)
    words = "1 send x({'user': f}) ✗ refused: could not be cloned: args[0].user is a function"
    assert mermaid_messages(trace.to_mermaid()) == [("-x", words)]


HOSTILE = st.lists(
    st.sampled_from(
        [" end ", "style", "classDef", "#59;", ";", ":", "%%{init}%%", "\n", "->>", "<b>", '"', "note", "中"]
    )
    | st.text(max_size=5)
).map("".join)


@given(channel=HOSTILE, argument=HOSTILE)
def test_no_text_can_break_out_of_a_mermaid_message(channel: str, argument: str) -> None:
    """Also not the words that Mermaid's own entity pass looks for anywhere in a line."""
    trace = Trace()
    add(trace, argument, channel=channel, outcome="unheard")
    source = trace.to_mermaid()
    [(arrow, text)] = mermaid_messages(source)
    assert arrow == "-x"
    assert text.startswith("1 send ")
    assert text.endswith(" ✗ unheard: nobody listens")
    assert len(text) < 400
    assert not re.search(" end |style|classDef", source.splitlines()[-1].partition(": ")[2])
    if channel.isprintable() and 0 < len(channel) < 20:
        assert text.startswith(f"1 send {channel}(")


def test_mermaid_is_bounded() -> None:
    trace = Trace()
    for _ in range(MERMAID_MESSAGES + 7):
        add(trace)
    lines = trace.to_mermaid().splitlines()
    assert lines[-1] == "    Note over lane0: … and 7 more messages"
    assert len(mermaid_messages(trace.to_mermaid())) == MERMAID_MESSAGES
    for _ in range(MERMAID_MESSAGES):
        add(trace, ";" * 100, channel=";" * 100)
    assert len(trace.to_mermaid(trace[-MERMAID_MESSAGES:])) < MERMAID_SIZE + 1000


def test_mermaid_of_nothing_says_so() -> None:
    assert trace_lines(Trace()) == ["participant lane0 as main process", "Note over lane0: no messages crossed"]


def trace_lines(trace: Trace) -> list[str]:
    return [line.strip() for line in trace.to_mermaid().splitlines()[3:]]


def test_trace_events_have_a_named_lane_per_process_and_an_arrow_per_message_handled() -> None:
    trace = Trace()
    add(trace, sent_at=0.001, sender="renderer 2")
    trace.mark(1, "delivered", 0.002)
    add(trace, sent_at=0.003, sender="main", receiver="renderer 2")
    trace.mark(2, "lost", 0.004)
    add(trace, sent_at=0.005)
    events = json.loads(trace.to_trace_events())["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    assert names == {1: "main process", 2: "renderer 1", 3: "renderer 2"}
    assert [(e["ph"], e["pid"], e["ts"], e["id"]) for e in events if e["ph"] in "sf"] == [
        ("s", 3, 1000.0, 1),
        ("f", 1, 2000.0, 1),
    ]
    slices = [(e["pid"], e["ts"], e["args"]["outcome"]) for e in events if e["ph"] == "X"]
    assert slices == [
        (3, 1000.0, "delivered"),
        (1, 2000.0, "delivered"),
        (1, 3000.0, "lost: renderer 2 is gone"),
        (2, 5000.0, "pending"),
    ]


def test_a_send_sync_is_a_slice_as_long_as_the_renderer_waits() -> None:
    trace = Trace()
    add(trace, kind="send_sync", channel="ask", sent_at=0.001)
    trace.mark(1, "delivered", 0.002)
    add(trace, 1, kind="reply", channel="ask", sender="main", receiver="renderer 1", answers=1, sent_at=0.005)
    trace.mark(2, "delivered", 0.006)
    events = json.loads(trace.to_trace_events())["traceEvents"]
    [wait] = [e for e in events if e["ph"] == "X" and e["pid"] == 2 and e["ts"] == 1000.0]
    assert wait["dur"] == 5000.0


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.booleans()), max_size=30))
def test_slices_of_a_lane_never_overlap_by_half(times: list[tuple[int, int, bool]]) -> None:
    """Perfetto and chrome://tracing want the complete events of a thread to nest."""
    trace = Trace()
    for sent, taken, back in times:
        sender, receiver = ("main", "renderer 1") if back else ("renderer 1", "main")
        add(trace, sender=sender, receiver=receiver, sent_at=sent / 1e6)
        trace.mark(len(trace), "delivered", (sent + taken) / 1e6)
    events = json.loads(trace.to_trace_events())["traceEvents"]
    slices = [(e["pid"], e["ts"], e["ts"] + e["dur"]) for e in events if e["ph"] == "X"]
    for lane, begin, end in slices:
        assert begin <= end
        for other_lane, other_begin, other_end in slices:
            if lane == other_lane and begin < other_begin < end - 0.002:
                assert other_end <= end + 0.002
