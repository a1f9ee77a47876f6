"""The message monitor: what it tells its front end, and that watching changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from front_end import FrontEnd, Model
from ipc import open_page, program
from kernel import Kernel, prepared_kernel, shared_kernels

from ipclab import clone, ipc_main, monitor, restart, settle, trace
from ipclab.main import audience
from ipclab.main.lockstep import lockstep
from ipclab.notebook.views import monitor_rows
from ipclab.notebook.views.monitor_details import ITEMS, WIDTH, details, tree
from ipclab.notebook.views.monitor_rows import CHANNEL_CELLS, FEW, ROWS_AT_ONCE
from ipclab.record import Message, Preview, Trace
from ipclab.trace_import import from_json

#: The columns of a row.
COLUMNS = ["number", "kind", "sender", "receiver", "channel", "size", "answers", "activity", "sent_at", "handled_at"]
COLUMNS += ["outcome", "trouble", "preview"]

OPEN = """from ipclab import BrowserWindow, ipc_main
win = BrowserWindow()
@ipc_main.on("work")
def listener(event, *args): pass
@ipc_main.handle("add")
def add(event, a, b): return a + b
@ipc_main.handle("broken")
def broken(event): raise ValueError("the disk is full")"""
SHOW = "monitor = ipclab.monitor()\nmonitor"

shared = shared_kernels()
kernel = prepared_kernel(OPEN)


@pytest.fixture
def view(kernel: Kernel) -> Model:
    return FrontEnd(kernel).shown(kernel.good(SHOW))


def in_page(kernel: Kernel, code: str) -> None:
    kernel.good(f"%%renderer win\nfrom ipclab import ipc_renderer\n{code}")


def rows(view: Model) -> dict[int, dict[str, Any]]:
    """The newest row of each message, as a front end has it."""
    found: dict[int, dict[str, Any]] = {}
    for buffer in view.buffers:
        for values in json.loads(buffer):
            row = dict(zip(COLUMNS, values, strict=True))
            found[row["number"]] = row
    return found


def settled(view: Model, count: int) -> dict[int, dict[str, Any]]:
    """Wait until so many messages have been told that are not under way any more."""
    view.until(lambda: sum(row["outcome"] != "pending" for row in rows(view).values()) >= count)
    return rows(view)


def facts(view: Model, number: int) -> dict[str, str]:
    view.say({"t": "details", "number": number})
    return dict(view.wait_for("details", number=number)["facts"])


# --- what it tells -----------------------------------------------------------------------------------------------


def test_messages_are_told_as_they_cross(kernel: Kernel, view: Model) -> None:
    in_page(kernel, "ipc_renderer.send('work', 'a', 2)\nawait ipc_renderer.invoke('add', 2, 3)")
    told = settled(view, 3)
    assert [told[number]["kind"] for number in (1, 2, 3)] == ["send", "invoke", "reply"]
    assert [told[number]["preview"] for number in (1, 2, 3)] == ["('a', 2)", "(2, 3)", ": 5"]
    assert told[3]["answers"] == 2
    assert {row["outcome"] for row in told.values()} == {"delivered"}
    assert told[1]["handled_at"] >= told[1]["sent_at"]


def test_what_crossed_before_is_told_at_hello_and_again_at_the_next(kernel: Kernel) -> None:
    """A page that was reloaded, or that has missed a batch."""
    in_page(kernel, "for i in range(5): ipc_renderer.send('work', i)")
    view = FrontEnd(kernel).shown(kernel.good(SHOW))
    first = settled(view, 5)
    assert settled(view.hello(), 5) == first


def test_a_message_in_flight_is_told_before_its_handler_is_done(kernel: Kernel, view: Model, tmp_path: Path) -> None:
    """Main blocks in it, and sends all the same."""
    gate = tmp_path / "go"
    kernel.good(
        f"@ipc_main.handle('slow')\ndef slow(event):\n    while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    )
    call = kernel.start("%%renderer win\nfrom ipclab import ipc_renderer\nawait ipc_renderer.invoke('slow')")
    view.until(lambda: rows(view).get(1, {}).get("outcome") == "pending")
    gate.touch()
    kernel.wait(call)
    assert settled(view, 2)[1]["outcome"] == "delivered"


def test_it_shows_what_others_miss(kernel: Kernel, view: Model) -> None:
    """Unheard, refused with the path, rejected with the text, and without a handler."""
    in_page(
        kernel,
        "ipc_renderer.send('nobody', 1)\n"
        "try: ipc_renderer.send('work', {'a': [1, lambda: None]})\n"
        "except Exception: pass\n"
        "for channel in ('broken', 'no-handler'):\n"
        "    try: await ipc_renderer.invoke(channel)\n"
        "    except Exception: pass",
    )
    told = settled(view, 6)
    assert [(row["outcome"], row["trouble"]) for row in told.values() if row["kind"] != "reply"] == [
        ("unheard", "nobody listens"),
        ("refused", "could not be cloned: args[0].a[1] is a function"),
        ("rejected", "ValueError: the disk is full"),
        ("unheard", "no handler"),
    ]
    assert "args[0].a[1]" in facts(view, 2)["Error"]
    assert facts(view, 2)["Listeners"] == "none: it never arrived"
    assert facts(view, 3)["Error"] == "ValueError: the disk is full"


OLD_PAGES = """from pathlib import Path
Path("page.html").write_text("<title>page</title>")
ipclab.app.electron_version = 9
ipclab.global_.shared = {"text": "John"}
ipc_main.on("ask", lambda event: setattr(event, "return_value", "answer"))
open_page = {"node_integration": True, "context_isolation": False, "enable_remote_module": True}
one, two = [BrowserWindow(web_preferences=open_page) for _ in "12"]
for each in (one, two):
    await each.load_file("page.html")
await two.web_contents.execute("from ipclab import window; window.onstorage = lambda event: None")
await one.web_contents.execute('''from ipclab import ipc_renderer, local_storage, remote
local_storage.set_item("theme", "dark")
remote.get_global("shared")["text"]
ipc_renderer.send_sync("ask")''')"""


def test_storage_events_and_the_synchronous_calls_of_remote_are_told(kernel: Kernel, view: Model) -> None:
    kernel.good(OLD_PAGES)

    def told() -> set[tuple[str, str, str, str]]:
        return {(row["kind"], row["channel"], row["sender"], row["receiver"]) for row in rows(view).values()}

    wanted = {
        ("storage", "local_storage", "renderer 2", "renderer 3"),
        ("remote", "get shared.text", "renderer 2", "main"),
        ("send_sync", "ask", "renderer 2", "main"),
    }
    view.until(lambda: wanted <= told())


def test_the_details_say_who_listened_and_what_answers_what(kernel: Kernel, view: Model) -> None:
    in_page(kernel, "ipc_renderer.send('work', {'deep': [1, {'n': None}]})\nawait ipc_renderer.invoke('add', 2, 3)")
    settled(view, 3)
    assert facts(view, 1)["Listeners"] == "listener (line 3)"
    assert facts(view, 2)["Listeners"] == "add (line 5)"
    assert facts(view, 2)["Answered by"] == "message 3"
    assert view.wait_for("details")["counterpart"] == 3
    assert facts(view, 3)["Answers"] == "message 2"
    facts(view, 1)
    assert view.wait_for("details")["args"] == [
        [
            None,
            "dict of 1",
            "{'deep': [1, {'n': None}]}",
            [
                [
                    "'deep'",
                    "list of 2",
                    "[1, {'n': None}]",
                    [
                        ["0", "int", "1", None, 0],
                        ["1", "dict of 1", "{'n': None}", [["'n'", "NoneType", "None", None, 0]], 0],
                    ],
                    0,
                ]
            ],
            0,
        ]
    ]


def test_previews_and_texts_are_given_when_asked_for(kernel: Kernel, view: Model) -> None:
    in_page(kernel, "for i in range(300): ipc_renderer.send('work', f'text {i}', 'x' * 300, f'end {i}')")
    settled(view, 300)
    view.say({"t": "previews", "numbers": [300, 12, 99_999]})
    texts = view.wait_for("previews")["texts"]
    assert set(texts) == {"300", "12"}
    assert texts["12"].startswith("('text 11', 'xxx")
    view.say({"t": "search", "id": 7, "text": "END 29", "from": 1})
    view.wait_for("found", id=7, done=True)
    found = [number for item in view.of("found") for number in item["numbers"]]
    assert found == [30, *range(291, 301)]


def test_a_restart_and_a_cleared_trace_are_told(kernel: Kernel, view: Model) -> None:
    in_page(kernel, "ipc_renderer.send('work')\nipc_renderer.send('work')")
    settled(view, 2)
    kernel.good("ipclab.trace.clear()")
    told = view.wait_for("trace", why="cleared")
    assert (told["life"], told["first"]) == (2, 3)
    kernel.good("await ipclab.restart()\n" + OPEN)
    told = view.wait_for("trace", why="restarted")
    assert (told["life"], told["first"]) == (3, 1)
    view.buffers.clear()
    in_page(kernel, "ipc_renderer.send('work', 'anew')")
    assert settled(view, 1)[1]["preview"] == "('anew')"


@pytest.mark.parametrize(
    ("form", "begins"), [("json", '{"format": "ipclab-trace"'), ("mermaid", "sequenceDiagram"), ("trace-events", "{")]
)
def test_it_exports(kernel: Kernel, view: Model, form: str, begins: str) -> None:
    in_page(kernel, "ipc_renderer.send('work', 1)")
    settled(view, 1)
    view.buffers.clear()
    view.say({"t": "export", "form": form, "id": 3})
    assert view.wait_for("export", id=3)["messages"] == 1
    assert view.buffers[-1].decode().startswith(begins)


def test_an_export_is_looked_at_like_the_live_trace_and_nothing_live_comes_in(kernel: Kernel) -> None:
    in_page(kernel, "ipc_renderer.send('work', {1, 2})\nawait ipc_renderer.invoke('add', 2, 3)")
    kernel.good("text = ipclab.trace.to_json()")
    view = FrontEnd(kernel).shown(kernel.good("ipclab.monitor(text)"))
    assert view.wait_for("trace")["export"] == "an export"
    assert [row["preview"] for row in settled(view, 3).values()] == ["({1, 2})", "(2, 3)", ": 5"]
    assert facts(view, 1)["Listeners"] == "not noted: nobody was watching then"
    assert view.wait_for("details")["args"] == [[None, "set", "{1, 2}", None, 0]]
    in_page(kernel, "ipc_renderer.send('work', 'live')")
    assert len(rows(view)) == 3
    view.say({"t": "live"})
    view.wait_for("trace", why="live")
    view.until(lambda: len(rows(view)) == 4)


# --- forms without a front end -----------------------------------------------------------------------------------


def test_the_static_form_is_the_diagram_with_its_words(kernel: Kernel) -> None:
    assert kernel.good(SHOW).result == "No messages crossed."
    in_page(kernel, "ipc_renderer.send('work', '<b>')")
    (bundle,) = kernel.good("monitor").bundles
    (diagram,) = kernel.good("ipclab.diagram(ipclab.trace)").bundles
    assert bundle["text/plain"] == diagram["text/plain"]
    assert bundle["text/html"] == diagram["text/html"]
    assert bundle["text/html"].startswith('<img alt="Sequence diagram. 1 message')
    assert "<b>" not in bundle["text/html"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no export of a trace"),
        ("[]", "no export of a trace"),
        ('{"format": "har", "version": 1, "messages": []}', "its format is 'har'"),
        ('{"format": "ipclab-trace", "version": 2, "messages": []}', "version 2"),
        ('{"format": "ipclab-trace", "version": 1, "messages": [{"number": 1}]}', "no export of a trace"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_json(text)


def written(**changes: Any) -> str:
    message = {"number": 1, "kind": "send", "sender": "renderer 1", "receiver": "main", "channel": "c", "args": []}
    message |= {"size": 2, "answers": None, "activity": 0, "outcome": "delivered", "sent_at": 0.5, "handled_at": 0.75}
    message |= {"error": None, **changes}
    return json.dumps({"format": "ipclab-trace", "version": 1, "messages": [message]})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "gossip"},
        {"outcome": "fine"},
        {"sender": "<img>"},
        {"receiver": "renderer -1"},
        {"number": 0},
        {"number": 2**60},
        {"sent_at": -1},
        {"size": "many"},
        {"args": {}},
        {"args": json.loads("[" * 200 + "]" * 200)},
    ],
    ids=str,
)
def test_a_message_that_no_trace_can_hold_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"message 1|number|no export"):
        from_json(written(**changes))


def test_exported_numbers_must_have_no_gaps() -> None:
    export = json.loads(written())
    export["messages"].append(json.loads(written(number=3))["messages"][0])
    with pytest.raises(ValueError, match="message 3 follows message 1"):
        from_json(json.dumps(export))


def test_an_export_read_and_written_again_is_the_same() -> None:
    trace = Trace()
    for number, value in enumerate(
        [[1, "a", b"bytes", {"k": [None, True]}], [float("nan"), {1}, 2**70], [], ["渲染"]]
    ):
        trace.add("send", "renderer 3", "main", f"c{number}", *clone.encode(value), sent_at=1.5, activity=number)
    trace.mark(2, "rejected", 2.5, "Error: no")
    trace.add_refused("invoke", "main", "renderer 3", "c", ["<function f>"], sent_at=3.0, error="cannot\nargs[0]")
    text = trace.to_json()
    again = from_json(text)
    assert again.to_json() == text
    assert again.to_trace_events() == trace.to_trace_events()
    assert again[1].args[:2] == ["nan", "{1}"]
    assert isinstance(again[1].args[0], Preview)


def test_monitor_takes_an_export_as_text_or_path(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    for wrong in ("{}", path):
        with pytest.raises(ValueError, match="no export of a trace"):
            monitor(wrong)
    with pytest.raises(TypeError, match="JSON text or the Path"):
        monitor(b"{}")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        monitor(tmp_path / "none.json")


# --- bounds, and hostile content ---------------------------------------------------------------------------------


def one(value: object, channel: str = "c", **more: Any) -> Message:
    return Trace().add("send", "renderer 1", "main", channel, *clone.encode([value]), sent_at=0.0, **more)


def encoded(*messages: Message) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(monitor_rows.encode(messages))
    return found


@pytest.mark.parametrize(
    "channel", ["x" * 4000, "\u202egpj.exe", "\x00\x1b[31m", "\ud800", "שלום" * 50, "<img onerror>"]
)
def test_a_hostile_channel_becomes_a_short_text_that_prints(channel: str) -> None:
    shown = encoded(one(1, channel))[0][4]
    assert len(shown) <= CHANNEL_CELLS
    assert shown.isprintable()
    told = details(one(1, channel), Trace(), live=False)
    assert all(text.isprintable() for name, text in told["facts"] if name != "Error")


def test_many_rows_at_once_go_without_arguments_and_in_portions() -> None:
    messages = [one(number) for number in range(ROWS_AT_ONCE + 1)]
    portions = [json.loads(rows) for rows in monitor_rows.chunks(messages)]
    assert [len(portion) for portion in portions] == [ROWS_AT_ONCE, 1]
    assert portions[0][0][-1] is None
    assert all(row[-1] for row in encoded(*messages[:FEW]))


def test_the_tree_of_arguments_is_bounded_in_all_directions() -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    for value in (deep, list(range(900)), {str(n): list(range(20)) for n in range(90)}, "x" * 3000):
        below = tree(one(value))
        count = widest = 0
        while below:
            node = below.pop()
            count += 1
            widest = max(widest, len(node[3] or []))
            assert len(node[2]) <= 1000
            below += node[3] or []
        assert count <= ITEMS + 1
        assert widest <= WIDTH
    assert tree(one(list(range(100))))[0][4] == 100 - WIDTH


# --- watching changes nothing ------------------------------------------------------------------------------------

TALK = """
def answer(event, left):
    ipc_renderer.send("pong", left)
ipc_renderer.on("ping", answer)
None
"""


async def talk() -> list[tuple[object, ...]]:
    """Three pages talk with main, and ask it for things; return the trace without its times."""
    pages = [await open_page(TALK) for _ in range(3)]

    @ipc_main.on("pong")
    def pong(event: Any, left: int) -> None:
        if left:
            event.reply("ping", left - 1)

    ipc_main.handle("add", lambda _, a, b: a + b)
    for page in pages:
        page.send("ping", 5)
    await settle()
    for page in pages:
        await page.execute("await ipc_renderer.invoke('add', 1, 2)")
        await page.execute("ipc_renderer.send('nobody', 1)")
    await settle()
    return [
        (m.number, m.kind, m.sender, m.receiver, m.channel, m.outcome, m.answers, m.size, str(m.args)) for m in trace
    ]


@program
async def test_the_trace_is_the_same_whether_a_monitor_watches_or_not() -> None:
    before = lockstep.enabled, lockstep.limit
    lockstep.enabled, lockstep.limit = True, 60.0
    try:
        alone = await talk()
        await restart()
        watching = monitor()
        watching._take({"t": "hello"}, [])
        sent: list[Any] = []
        watching.send = lambda content, buffers=None: sent.append((content, buffers))
        assert trace._listeners
        watched = await talk()
        assert watched == alone
        assert len(alone) > 40
        watching._send_rows()
        told = {row[0]: row[10] for _, buffers in sent for part in buffers or () for row in json.loads(part)}
        assert list(told.items()) == [(row[0], row[5]) for row in watched]
        watching.close()
        assert not trace._listeners
        assert audience.noted is None
    finally:
        lockstep.enabled, lockstep.limit = before


@program
async def test_an_unwatched_monitor_does_not_even_listen() -> None:
    view = monitor()
    assert not trace._listeners
    assert audience.noted is None
    view.close()
