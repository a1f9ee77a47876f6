"""The trace of real traffic: one record per message, with what became of it (design 4.5)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, RenderProcessGone, app, ipc_main, once, restart, settle, trace
from ipclab.record import KEPT_BYTES, Message

Row = tuple[str, str, str, str, str]


def rows(messages: list[Message] | None = None) -> list[Row]:
    found = list(trace) if messages is None else messages
    return [(each.kind, each.sender, each.receiver, each.channel, each.outcome) for each in found]


#: Code that does not end before its window does.
WAIT = "import asyncio\nawait asyncio.Event().wait()"

# --- outcomes ------------------------------------------------------------------------------------------------------


@program
async def test_delivered_messages_of_every_kind() -> None:
    contents = await open_page("ipc_renderer.on('news', lambda *args: None)\nNone")

    @ipc_main.on("ch")
    def listener(event: Any, *_: object) -> None:
        event.return_value = "answer"
        event.reply("news", 1)

    ipc_main.handle("ask", lambda _, value: value * 2)
    await contents.execute("ipc_renderer.send('ch', 1)")
    await contents.execute("ipc_renderer.send_sync('ch', 2)")
    await contents.execute("await ipc_renderer.invoke('ask', 21)")
    await settle()
    assert rows() == [
        ("send", "renderer 1", "main", "ch", "delivered"),
        ("send", "main", "renderer 1", "news", "delivered"),
        ("send_sync", "renderer 1", "main", "ch", "delivered"),
        ("reply", "main", "renderer 1", "ch", "delivered"),
        ("send", "main", "renderer 1", "news", "delivered"),
        ("invoke", "renderer 1", "main", "ask", "delivered"),
        ("reply", "main", "renderer 1", "ask", "delivered"),
    ]
    assert [message.answers for message in trace] == [None, None, None, 3, None, None, 6]
    assert [message.args for message in trace] == [[1], [1], [2], ["answer"], [1], [21], [42]]
    assert [message.number for message in trace] == list(range(1, 8))


@program
async def test_unheard_messages_of_every_kind() -> None:
    """No listener, or no handler."""
    contents = await open_page()
    contents.send("nobody")
    await contents.execute("ipc_renderer.send('nobody')")
    await contents.execute("ipc_renderer.send_sync('nobody')")
    await contents.execute("try: await ipc_renderer.invoke('nobody')\nexcept Exception: pass")
    await settle()
    assert rows() == [
        ("send", "main", "renderer 1", "nobody", "unheard"),
        ("send", "renderer 1", "main", "nobody", "unheard"),
        ("send_sync", "renderer 1", "main", "nobody", "unheard"),
        ("reply", "main", "renderer 1", "nobody", "delivered"),
        ("invoke", "renderer 1", "main", "nobody", "unheard"),
        ("reply", "main", "renderer 1", "nobody", "delivered"),
    ]
    assert trace[4].error == "Error: No handler registered for 'nobody'"


@program
async def test_an_ipc_message_listener_counts_as_heard() -> None:
    contents = await open_page()
    contents.on("ipc-message", lambda *_: None)
    await contents.execute("ipc_renderer.send('ch')")
    assert trace[0].outcome == "delivered"


@program
async def test_refused_messages_of_every_kind() -> None:
    """Not clonable: they never left; their arguments are shown by their repr, cut short."""
    contents = await open_page()
    contents.send("ch", 1, {"f": print})
    for call in ("send", "invoke", "send_sync"):
        await contents.execute(f"try: await ipc_renderer.{call}('ch', 'x', [print])\nexcept Exception: pass")
    assert rows() == [
        ("send", "main", "renderer 1", "ch", "refused"),
        ("send", "renderer 1", "main", "ch", "refused"),
        ("invoke", "renderer 1", "main", "ch", "refused"),
        ("send_sync", "renderer 1", "main", "ch", "refused"),
    ]
    assert [message.error for message in trace] == [
        "An object could not be cloned.\nargs[1].f is a function",
        *["An object could not be cloned.\nargs[1][0] is a function"] * 3,
    ]
    for message in trace:
        assert len(message.args) == 2
        assert "print" in str(message.args[1])
        assert "0x" not in str(message.args)
        assert message.size == 0


@program
async def test_a_handler_that_failed_is_rejected() -> None:
    contents = await open_page()

    @ipc_main.handle("fails")
    def fails(_: object) -> None:
        raise ValueError("boom")

    ipc_main.handle("unclonable", lambda _: print)
    for channel in ("fails", "unclonable"):
        await contents.execute(f"try: await ipc_renderer.invoke('{channel}')\nexcept Exception: pass")
    await settle()
    assert rows() == [
        ("invoke", "renderer 1", "main", "fails", "rejected"),
        ("reply", "main", "renderer 1", "fails", "delivered"),
        ("invoke", "renderer 1", "main", "unclonable", "rejected"),
        ("reply", "main", "renderer 1", "unclonable", "delivered"),
    ]
    assert trace[0].error == trace[1].error == "ValueError: boom"
    assert "result is a function" in str(trace[2].error)


@program
async def test_a_listener_that_raised_has_heard_its_message() -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def broken(_: object) -> None:
        raise ValueError("boom")

    await contents.execute("ipc_renderer.send('ch')")
    assert trace[0].outcome == "delivered"


@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_messages_to_a_renderer_that_is_gone_are_lost(how: str) -> None:
    """Lost: the receiver is gone, before or after they were sent."""
    contents = await open_page("import time\nipc_renderer.on('block', lambda *args: time.sleep(60))\nNone")
    await settle()
    contents.send("block")
    contents.send("behind")
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
        with pytest.raises(TypeError, match="destroyed"):
            contents.send("too late")
    else:
        gone = once(contents, "render-process-gone")
        contents.forcefully_crash_renderer()
        await gone
        contents.send("too late")
    assert rows() == [("send", "main", "renderer 1", channel, "lost") for channel in ("block", "behind", "too late")]


@program
async def test_messages_of_a_window_that_was_closed_meanwhile_are_lost() -> None:
    """They had been sent, but nobody hears them any more."""
    contents = await open_page()
    heard: list[int] = []

    @ipc_main.on("ch")
    def listener(_: object, number: int) -> None:
        heard.append(number)
        BrowserWindow.get_all_windows()[0].destroy()

    running = asyncio.ensure_future(contents.execute(f"for n in range(3): ipc_renderer.send('ch', n)\n{WAIT}"))
    with pytest.raises(RenderProcessGone):
        await running
    assert heard == [0]
    assert rows()[0][-1] == "delivered"
    assert {row[-1] for row in rows()[1:]} <= {"lost"}


@program
async def test_a_message_is_pending_until_its_renderer_has_handled_it() -> None:
    contents = await open_page("ipc_renderer.on('ch', lambda *args: None)\nNone")
    await settle()
    contents.send("ch")
    message = trace[-1]
    assert (message.outcome, message.handled_at) == ("pending", None)
    await settle()
    assert message.outcome == "delivered"
    assert message.handled_at is not None
    assert 0 <= message.sent_at <= message.handled_at


# --- fields --------------------------------------------------------------------------------------------------------


@program
async def test_times_follow_causality_across_processes() -> None:
    """Seconds since the app started, one clock for all processes."""
    contents = await open_page("ipc_renderer.on('b', lambda event: ipc_renderer.send('c'))\nNone")
    ipc_main.on("a", lambda event: event.reply("b"))
    ipc_main.on("c", lambda *_: None)
    await contents.execute("ipc_renderer.send('a')")
    await settle()
    times = [time for message in trace for time in (message.sent_at, message.handled_at)]
    (a_sent, a_handled, b_sent, b_handled, c_sent, c_handled) = (time or -1.0 for time in times)
    assert 0 < a_sent < b_sent <= a_handled
    assert b_sent < c_sent <= b_handled
    assert c_sent < c_handled < 60


@program
async def test_arguments_are_copies_as_they_arrived() -> None:
    contents = await open_page()
    ipc_main.on("ch", lambda _, items: items.append("changed by the listener"))
    await contents.execute("items = [1]\nipc_renderer.send('ch', items)\nitems.append(2)")
    assert trace[0].args == [[1]]
    assert trace[0].args is not trace[0].args


@program
async def test_large_arguments_are_previewed_and_counted_whole() -> None:
    contents = await open_page()
    await contents.execute("ipc_renderer.send('ch', b'x' * 1_000_000)\nipc_renderer.send('ch', 'y' * 100_000)")
    sizes = [message.size for message in trace]
    assert 1_000_000 <= sizes[0] < 1_000_200
    assert 100_000 <= sizes[1] < 100_200
    assert KEPT_BYTES < 100_000
    assert [str(message.args[0]) for message in trace] == ["(1.0 MB, not kept)", "(100.0 kB, not kept)"]


@program
async def test_a_renderer_keeps_its_name_after_a_crash_and_a_reload() -> None:
    contents = await open_page()
    gone = once(contents, "render-process-gone")
    contents.forcefully_crash_renderer()
    await gone
    await contents.reload()
    await contents.execute("from ipclab import ipc_renderer\nipc_renderer.send('ch')")
    assert trace[-1].sender == "renderer 1"


@program
async def test_outside_notebooks_everything_is_one_activity() -> None:
    contents = await open_page("ipc_renderer.on('news', lambda *args: ipc_renderer.send('heard'))\nNone")
    contents.send("news")
    await settle()
    assert {message.activity for message in trace} == {0}


@program
async def test_internal_traffic_is_not_in_the_trace() -> None:
    """Semantics a.1, internals: Electron's own traffic is never seen."""
    contents = await open_page()
    await contents.execute("print('x')\n1 + 1")
    await contents.load_url("data:text/html,<script type='py'>print(1)</script>")
    await contents.reload()
    assert len(trace) == 0


@program
async def test_restart_begins_a_new_trace_and_a_limit_is_the_lesson_s_own() -> None:
    contents = await open_page()
    trace.limit = 3
    await contents.execute("for n in range(5): ipc_renderer.send('ch', n)")
    assert [message.args for message in trace] == [[2], [3], [4]]
    assert trace.dropped == 2
    await restart()
    assert (len(trace), trace.dropped) == (0, 0)
    assert trace.limit > 3
    contents = await open_page()
    contents.send("ch")
    assert trace[0].number == 1


@program
async def test_a_message_that_fell_out_of_the_trace_is_still_delivered() -> None:
    contents = await open_page("got = []\nipc_renderer.on('ch', lambda e, n: got.append(n))\nNone")
    trace.limit = 2
    for number in range(10):
        contents.send("ch", number)
    await settle()
    assert await contents.execute("got") == list(range(10))
    assert [message.outcome for message in trace] == ["delivered"] * 2


@program
async def test_the_trace_of_real_traffic_exports() -> None:
    contents = await open_page("ipc_renderer.on('news', lambda *args: None)\nNone")
    ipc_main.handle("ask", lambda _, value: value)
    await contents.execute("await ipc_renderer.invoke('ask', '渲染 \\udc80 <b>')")
    contents.send("news", print)
    contents.send("news", 1)
    await settle()
    json.loads(trace.to_json())
    json.loads(trace.to_trace_events())
    assert trace.to_mermaid().startswith("sequenceDiagram")


@program
async def test_a_broken_onlooker_does_not_break_the_traffic(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing decides anything by reading the trace."""

    def broken(_: Message) -> None:
        raise RuntimeError("onlooker")

    stop = trace.subscribe(broken)
    try:
        contents = await open_page()
        ipc_main.handle("ask", lambda _: 42)
        assert await contents.execute("await ipc_renderer.invoke('ask')") == 42
    finally:
        stop()
    assert "a subscriber of the trace failed" in caplog.text
    assert app.is_ready()
