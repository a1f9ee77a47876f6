"""A renderer may say anything at all: what is no conversation ends it, and nothing else (design 2, 3 and 6)."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hostile import open_hostile_page
from ipc import listen, open_page, program

from ipclab import (
    BrowserWindow,
    DataCloneError,
    ProtocolError,
    RendererError,
    RenderProcessGone,
    app,
    clone,
    ipc_main,
    once,
    settle,
    trace,
)

#: What stands for code in the bytes below: it would leave a file behind.
TOUCH = "hostile-code-was-run"

FRAMES = {
    "random bytes": ("random.Random(1).randbytes(4096)", "announces"),
    "text": ("b'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n'", "announces"),
    "a pickle": (f"packet(b'cos\\nsystem\\n(S\"touch {TOUCH}\"\\ntR.')", "not a frame"),
    "a huge body": ("struct.pack('<II', 2**32 - 1, 0)", "announces 4294967295 bytes"),
    "too many buffers": ("struct.pack('<II', 5, 2**32 - 1)", "announces"),
    "a buffer of 2**63 bytes": ("packet(send()[8:], 2**63)", "announces"),
    "an empty body": ("packet(b'')", "not a frame"),
    "a body cut short": ("packet(send()[8:-1])", "not a frame"),
    "a body that goes on": ("packet(send()[8:] + b'\\x00')", "not a frame"),
    "an array of 4,000,000,000 items": ("packet(b'\\xdd\\xff\\xff\\xff\\xff')", "not a frame"),
    "arrays in arrays": ("packet(b'\\x91' * 1_000_000)", "not a frame"),
    "no such frame": ("frame(99, 0)", "not a frame"),
    "a frame of main's": ("frame(3, 0, 1, 'main', '1', '<x>', None, False)", "not a frame"),
    "the start of another window": ("frame(1, 0, 1, 2, '43', True, False, True, [], '/')", "not a frame"),
    "a field too few": ("frame(33, 0, 'ch', b'')", "not a frame"),
    "text for a number": ("frame(34, 0, '1', 'ch', b'', 1.0)", "not a frame"),
    "an extension type": ("frame(33, 0, msgpack.Ext(5, b'ch'), b'', 1.0)", "not a frame"),
    "a number of 65 bits": ("packet(b'\\x92\\x2b\\xcf' + b'\\xff' * 9)", "not a frame"),
    "a channel that is no UTF-8": ("packet(b'\\x95\\x21\\x00\\xa2\\xed\\xa0\\xc4\\x00\\x01')", "not a frame"),
    "a negative activity": ("frame(33, -1, 'ch', b'', 1.0)", "not a frame"),
    "a negative call": ("frame(43, 0, -1)", "not a frame"),
    "a time that is no number": ("frame(33, 0, 'ch', b'', float('nan'))", "not a frame"),
    "a time without end": ("frame(33, 0, 'ch', b'', float('inf'))", "not a frame"),
    "a message handled before time began": ("frame(42, 0, 1, [[1, -1e9, True]])", "not a frame"),
    "a level that no console has": ("frame(37, 0, 'x' * 100_000, 'text', 1, '')", "not a frame"),
    "a class name that Python refuses": ("frame(39, 0, 1, 'a\\0b', '', '')", "not a frame"),
    "a kind of message that is none": ("frame(36, 0, 'reply', 'ch', [], '', 1.0)", "no such kind"),
    "changes of a page that are none": ("frame(80, 0, 0, False, [])", "that are none"),
    "a change that nobody knows": ("frame(80, 0, 0, False, [['script', 1, 'x']])", "not a frame"),
    "a node without a number": ("frame(80, 0, 0, False, [['all', ['1', 'html', {}, [], {}]]])", "not a frame"),
    "a node of a number that is none": ("frame(80, 0, 0, False, [['remove', 0]])", "not a frame"),
    "an attribute that is no text": ("frame(80, 0, 0, False, [['set', 1, 'a', b'x']])", "not a frame"),
    "nodes of another type": ("frame(80, 0, 0, False, [['all', [1, 'p', {}, [5], {}]]])", "not a frame"),
    "a text of a page without end": ("frame(80, 0, 0, False, [['text', 1, 'x' * (2**20 + 1)]])", "not a frame"),
    "changes without end": ("frame(80, 0, 0, False, [['remove', 1]] * 5_000)", "not a frame"),
    "nodes without end": (
        "frame(80, 0, 0, False, [['all', [1, 'p', {}, [[2, 'x']] * 50_000, {}]]])",
        "more than 50000 nodes",
    ),
    "nodes in nodes": ("frame(80, 0, 0, False, [['all', nested(201)]])", "200 in each other"),
    "nodes in nodes in nodes": (
        "packet(b'\\x95\\x50\\x00\\x00\\xc2\\x91\\x92\\xa3all' + b'\\x95\\x01\\xa1p\\x80\\x91' * 100_000)",
        "not a frame",
    ),
    "an answer that is not the whole tree": ("frame(80, 0, 0, True, [['remove', 1]])", "that are none"),
}

PAYLOADS = {
    "no clone data": ("send(b'garbage')", "malformed"),
    "a pickle as clone data": (f"send(b'cos\\nsystem\\n(S\"touch {TOUCH}\"\\ntR.')", "malformed"),
    "another version": ("send(msgpack.encode([2, []]))", "no known version"),
    "arguments that are no list": ("send(msgpack.encode([1, 5]))", "not a list"),
    "lists in lists": ("send(b'\\x92\\x01' + b'\\x91' * 100_000 + b'\\x01')", "malformed"),
    "keys in keys": (
        "send(b'\\x93\\x01\\x91\\x00\\x91\\x92\\x0c\\x91' + b'\\x92\\x04\\x91' * 9_000 + b'\\x01')",
        "malformed",
    ),
    "an extension type in clone data": ("value(msgpack.Ext(5, b''))", "msgpack extension 5"),
    "a time stamp out of range": ("value(msgpack.Ext(-1, b'\\xff' * 12))", "malformed"),
    "a date in the year 10000": ("value([2, '10000-01-01', 0])", "malformed"),
    "a reference to no node": ("value([7])", "a reference to no node"),
    "a reference backwards": ("value([-1], [10, []])", "a reference to no node"),
    "an exception group in itself": ("value([0], [17, 'ExceptionGroup', '', ['a'], None, [[0]]])", "inside itself"),
    "a text that is none": ("value([1, b'\\xff'])", "UnicodeDecodeError"),
    "a pattern that is none": ("value([3, '(', 0])", "malformed"),
    "a pattern that prints": ("value([3, 'a', 128])", "no regular expression"),
    "a pattern of endless work": ("value([3, '[a-\\uffff]' * 3_000, 2])", "too long to compile"),
    "patterns of endless work": (
        "value([0], [10, [[3, f'{number}[a-\\uffff]', 2] for number in range(1_000)]])",
        "too long to compile",
    ),
    "keys of one hash": (
        "value([0], [12, [[0, (number * (2**61 - 1)).to_bytes(12, 'little')] for number in range(10, 40_000)]])",
        "keys of one hash",
    ),
    "tuples of one hash": (
        "value([0], [12, [[4, [-1 - (n >> bit & 1) for bit in range(12)]] for n in range(2**12)]])",
        "keys of one hash",
    ),
    "an array of objects": ("value([0], [15, 'O', b'12345678'])", "malformed"),
    "a numpy array of objects": ("value([0], [16, '|O', [1], b'12345678'])", "of no plain type"),
    "a numpy dtype that is a language": ("value([0], [16, '<i8,<(9,9)f8', [1], b'1'])", "of no plain type"),
    "a numpy array of endless dimensions": ("value([0], [16, '<i8', [2**62] * 200_000, b''])", "malformed"),
    "a numpy array larger than its data": ("value([0], [16, '<i8', [2**40], b'1'])", "another size"),
    "an exception of a function": ("value([0], [17, 'print', 'x', None, None, None])", "no builtin class"),
    "an exception of a hidden name": ("value([0], [17, '__import__', 'os', None, None, None])", "no builtin class"),
    "an exception of a class of ours": ("value([0], [17, 'RenderProcessGone', '', None, None, None])", "no builtin"),
    "a buffer that is not there": ("value([0], [14, 0])", "no buffer of this number"),
}


@pytest.mark.parametrize(("data", "fault"), [*FRAMES.values(), *PAYLOADS.values()], ids=[*FRAMES, *PAYLOADS])
@program
async def test_what_is_no_conversation_ends_the_renderer_and_nothing_else(
    data: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Anything else a peer says is a ProtocolError: the receiver closes the link. Behind it nothing is heard."""
    monkeypatch.chdir(tmp_path)
    contents, other = await open_hostile_page(), await open_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda *_: heard.append("a message"))
    app.on("render-process-gone", lambda _, who, details: heard.append((who, details.reason)))
    begun = time.process_time()
    with pytest.raises(RenderProcessGone, match=f"protocol error: .*{fault}") as caught:
        await contents.execute(f"say({data} + send())\nwhile True: say(send())")
    assert time.process_time() - begun < 5
    assert heard == [(contents, "killed")]
    assert len(str(caught.value)) < 500
    assert "could not handle" not in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert await other.execute("6 * 7") == 42
    await settle()
    await contents.reload()
    assert await contents.execute("1") == 1


OUT_OF_PLACE = {
    "an activity never begun": ("frame(33, 2**53, 'ch', b'\\x92\\x01\\x90', 1.0)", "activity"),
    "the end of what was never begun": ("frame(38, 0, 77, b'', None)", "operation 77"),
    "the end of what cannot be": ("frame(39, 0, 2**64 - 1, 'ValueError', '', '')", "operation"),
    "more worked off than was sent": ("frame(42, 0, 10**9, [])", "worked off"),
    "less worked off than before": ("frame(42, 0, 1, []) + frame(42, 0, 0, [])", "worked off"),
    "two calls of one number": ("frame(35, 0, 9, 'kept', b'\\x92\\x01\\x90', 1.0) * 2", "second time"),
    "an invoke of garbage": ("frame(34, 0, 9, 'ask', b'garbage', 1.0)", "malformed"),
    "an invoke of garbage that nobody answers": ("frame(34, 0, 9, 'nobody', b'garbage', 1.0)", "malformed"),
    "a result that is garbage": ("frame(38, 0, 2, b'garbage', None)", "malformed"),
}


@pytest.mark.parametrize(("data", "fault"), OUT_OF_PLACE.values(), ids=OUT_OF_PLACE)
@program
async def test_frames_that_fit_to_nothing_main_said_end_the_renderer(data: str, fault: str) -> None:
    contents = await open_hostile_page()
    kept: list[Any] = []
    ipc_main.on("kept", lambda event: kept.append(event))
    ipc_main.handle("ask", lambda *_: None)
    gone = once(contents, "render-process-gone")
    with pytest.raises((RenderProcessGone, ProtocolError), match=fault):
        async with asyncio.timeout(3):
            await contents.execute(f"say({data})\ntime.sleep(1)")
    async with asyncio.timeout(3):
        await gone
    kept.clear()
    await settle(5)
    assert contents.is_crashed()


@program
async def test_main_says_which_fault_ended_a_renderer_that_nobody_waits_for(
    capfd: pytest.CaptureFixture[str],
) -> None:
    contents = await open_hostile_page()
    await contents.execute("ipc_renderer.on('now', lambda _: say(packet(b'')))\nNone")
    gone = once(contents, "render-process-gone")
    contents.send("now")
    await gone
    assert "renderer 1 is gone: killed (exit code -9, protocol error: not a frame" in capfd.readouterr().err
    with pytest.raises(RenderProcessGone, match="protocol error"):
        await contents.execute("1")


@pytest.mark.parametrize(
    "value",
    [
        "re.compile('[a-\uffff]' * 3_000)",
        "[re.compile(f'{number}[a-\uffff]') for number in range(200)]",
        "{tuple(-1 - (n >> bit & 1) for bit in range(12)) for n in range(2**12)}",
    ],
    ids=["a dear pattern", "dear patterns", "keys of one hash"],
)
@program
async def test_what_main_would_not_take_is_refused_where_it_is_sent(value: str) -> None:
    """An honest page hears of it, and lives."""
    contents = await open_page("import re")
    with pytest.raises(DataCloneError, match=r"args\[0\]"):
        await contents.execute(f"ipc_renderer.send('ch', {value})")
    assert await contents.execute("1") == 1


# --- what fits to nothing, and does no harm ------------------------------------------------------------------------


@program
async def test_answers_to_what_was_never_asked_change_nothing() -> None:
    """Replies to calls never made, or made and answered already, ends of loads that never began."""
    contents = await open_hostile_page()
    fired = listen(contents, "dom-ready", "did-finish-load", "did-stop-loading", "render-process-gone", "responsive")
    await contents.execute("""
for number in (0, 1, 2, 77, 2**63, 2**64 - 1):
    say(frame(43, 0, number) * 2)       # waits for an answer no more
    say(frame(40, 0, number) * 2)       # the page's scripts ran
say(frame(38, 0, 1, b"garbage", {"text/html": "<script>"}) * 2)  # an operation that has ended already
say(frame(41, 0, "preload.py", "SystemExit", "x" * 5_000_000, ""))
""")
    assert fired == []
    assert await contents.execute("2") == 2
    await settle()
    await contents.load_url("about:blank")
    assert fired == ["dom-ready", "did-finish-load", "did-stop-loading"]


@pytest.mark.parametrize(
    "name",
    [
        "SystemExit",
        "KeyboardInterrupt",
        "GeneratorExit",
        "StopIteration",
        "print",
        "__import__",
        "__name__",
        "",
        "two\nlines",
        "ExceptionGroup",
        "UnicodeDecodeError",
        "RenderProcessGone",
        "x" * 100_000,
    ],
)
@program
async def test_an_exception_of_any_name_is_a_renderer_error(name: str) -> None:
    """`except <name>` catches it where that is an ordinary builtin exception, and nothing else is looked up."""
    contents = await open_hostile_page()
    with pytest.raises(RendererError) as caught:
        # 2: the page's first code was operation 1.
        await contents.execute(f"say(frame(39, 0, 2, {name!r}, 'text', 'trace'))")
    error = caught.value
    assert (error.name, error.message, str(error)) == (name, "text", "text")
    assert not isinstance(error, SystemExit | KeyboardInterrupt | GeneratorExit | StopIteration)
    assert await contents.execute("1") == 1


VALUES = {
    "the billion laughs": ("value([0], *[[10, [[n + 1], [n + 1]]] for n in range(99)], [10, []])", list),
    "a list in itself": ("value([0], [10, [[0], [0]]])", list),
    "an exception that caused itself": ("value([1], [17, 'ValueError', 'x', ['x'], [0], None], [10, [[0]]])", list),
    "an exit": ("value([1], [17, 'SystemExit', '3', [3], None, None], [10, [[0]]])", list),
    "an interrupt": ("value([1], [17, 'KeyboardInterrupt', '', [], None, None], [10, [[0]]])", list),
    "a number of 10,000,000 digits": ("value([0], [10, [[0, b'\\x7f' * 4_152_410]]])", list),
    "a lone surrogate": ("value([0], [10, [[1, b'\\xed\\xa0\\x80']]])", list),
    "a pattern that matches for ever": ("value([0], [10, [[3, '(a+)+$', 0]]])", list),
}


@pytest.mark.parametrize("data", [data for data, _ in VALUES.values()], ids=VALUES)
@program
async def test_values_that_are_more_than_they_seem_arrive_and_are_looked_at_without_harm(
    data: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """They are values: what a program does with them is its own business, what main does with them is bounded."""
    contents = await open_hostile_page()
    heard: list[Any] = []
    ipc_main.on("ch", lambda _, *args: heard.append(args))
    begun = time.process_time()
    await contents.execute(f"say({data})")
    (args,) = heard
    assert len(clone.preview(args)) <= 200
    contents.send("back", *args)
    await settle()
    texts = (trace.to_json(), trace.to_mermaid(), trace.to_trace_events())
    assert time.process_time() - begun < 5
    assert sum(map(len, texts)) < 2_000_000
    assert capfd.readouterr().err == ""


# --- others --------------------------------------------------------------------------------------------------------


@program
async def test_a_renderer_cannot_answer_or_end_what_belongs_to_another_window() -> None:
    """No frame says whose it is: that is known by the socket it came from."""
    contents, other = await open_hostile_page(), await open_page()
    kept: list[Any] = []
    senders: list[int] = []
    ipc_main.on("sync", lambda event: kept.append(event))
    ipc_main.on("ch", lambda event: senders.append(event.sender.id))
    waits = asyncio.ensure_future(other.execute("ipc_renderer.send_sync('sync')"))
    while not kept:
        await asyncio.sleep(0.001)
    await contents.execute(
        "for number in range(9): say(frame(43, 0, number) + frame(38, 0, 2, b'\\x92\\x01\\x05', None))"
    )
    assert not waits.done()
    await contents.execute("say(send())")
    kept.pop().return_value = "the answer"
    assert await waits == "the answer"
    assert senders == [contents.id]
    assert await contents.execute("1") == 1


@program
async def test_a_renderer_cannot_send_garbage_to_another_page(capfd: pytest.CaptureFixture[str]) -> None:
    contents, other = await open_hostile_page(), await open_page("ipc_renderer.on('ch', print)\nNone")
    with pytest.raises(RenderProcessGone, match="protocol error: a malformed value"):
        await contents.execute(f"say(frame(60, 0, {other.id}, 'ch', b'garbage', 1.0))\ntime.sleep(1)")
    assert await other.execute("1") == 1
    assert "renderer 2" not in capfd.readouterr().err


@program
async def test_a_renderer_cannot_say_what_became_of_anothers_message() -> None:
    contents, other = await open_hostile_page(), await open_page()
    await other.execute("import time")
    gone = once(contents, "render-process-gone")
    waits = asyncio.ensure_future(other.execute("time.sleep(0.5)"))
    other.send("nobody-listens")
    number = trace[-1].number
    with pytest.raises(RenderProcessGone, match="protocol error"):
        await contents.execute(f"say(frame(42, 0, 3, [[{number}, 1.0, True]]))\ntime.sleep(1)")
    await gone
    await waits
    await settle()
    message = trace.get(number)
    assert message is not None
    assert message.outcome == "unheard"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")
@program
async def test_descriptors_that_a_renderer_passes_along_are_not_taken() -> None:
    contents = await open_hostile_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda *_: heard.append(1))
    before = os.listdir("/proc/self/fd")
    code = "socket.send_fds(sock, [send()], [0, 1, 2])"
    for _ in range(3):
        await contents.execute(code)
    assert heard == [1] * 3
    assert os.listdir("/proc/self/fd") == before
    BrowserWindow.get_all_windows()[0].close()
