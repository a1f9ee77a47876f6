"""`ipc_renderer.on` and what its listeners hear (semantics a.2)."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from ipc import OPEN, in_preload_world, open_page, program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, ipc_main, once, settle

COLLECT = "got = []\nipc_renderer.on('ch', lambda _, *args: got.append(args)) and None"

# --- registering ---------------------------------------------------------------------------------------------------


@held(
    "a.2",
    "ipcRenderer.on",
    "`ipcRenderer` is an EventEmitter: `on`, `addListener`, `once`, `off`, `removeListener` and `removeAllListeners` "
    "return the emitter.",
)
@program
async def test_every_listener_method_returns_the_emitter() -> None:
    contents = await open_page("def listener(*args): pass")
    assert (
        await contents.execute("""
names = ["on", "add_listener", "once", "off", "remove_listener"]
same = [getattr(ipc_renderer, name)("ch", listener) is ipc_renderer for name in names]
same.append(ipc_renderer.remove_all_listeners("ch") is ipc_renderer)
same.append(ipc_renderer.remove_all_listeners() is ipc_renderer)
same
""")
        == [True] * 7
    )


@held("a.2", "ipcRenderer.on", "It is not used for internals: a fresh `eventNames()` is `[]`.")
@program
async def test_a_fresh_ipc_renderer_has_no_listeners_and_is_one_object_per_page() -> None:
    contents = await open_page()
    code = "import ipclab\n[ipc_renderer.event_names(), ipclab.ipc_renderer is ipc_renderer, repr(ipc_renderer)]"
    assert await contents.execute(code) == [[], True, "<ipc_renderer>"]
    await contents.execute("ipc_renderer.on('ch', print)\nkept = ipc_renderer.event_names()")
    await contents.reload()
    await contents.execute("from ipclab import ipc_renderer")
    assert await contents.execute("ipc_renderer.event_names()") == []


@held("a.2", "ipcRenderer.on", "A listener gets `(event, ...args)`.")
@program
async def test_a_listener_gets_what_main_sent() -> None:
    contents = await open_page(COLLECT)
    contents.send("ch")
    contents.send("ch", 1, ["two"], {"three": None})
    assert await contents.execute("got") == [[], [1, ["two"], {"three": None}]]


@held("a.2", "ipcRenderer.on", "A `once` listener hears one message; `off` ends a listener.")
@program
async def test_once_and_off_do_what_they_say() -> None:
    contents = await open_page("""
order = []
def removed(event, text): order.append("removed " + text)
ipc_renderer.once("ch", lambda event, text: order.append("once " + text))
ipc_renderer.on("ch", removed)
ipc_renderer.on("off", lambda event: ipc_renderer.off("ch", removed))
None
""")
    for channel, *args in (("ch", "first"), ("ch", "second"), ("off",), ("ch", "third")):
        contents.send(channel, *args)
    assert await contents.execute("order") == ["once first", "removed first", "removed second"]


@held("a.2", "ipcRenderer.on", "All listeners of a message get the same event and the same argument objects.")
@program
async def test_all_listeners_of_a_message_share_event_and_arguments() -> None:
    contents = await open_page("""
seen = []
def listen(event, items):
    items.append(id(event))
    seen.append([len(items), len(set(items))])
ipc_renderer.on("ch", listen).on("ch", listen)
None
""")
    contents.send("ch", [])
    assert await contents.execute("seen") == [[1, 1], [2, 1]]


not_simulated(
    "a.2",
    "ipcRenderer.on",
    "In a sandboxed preload the emitter is the npm `events` polyfill, which lacks Node's newest additions.",
    "One emitter serves everywhere.",
)

# --- the event -----------------------------------------------------------------------------------------------------


@held("a.2", "event", "A bare object `{sender: ipcRenderer, ports: []}`: no `reply`, no frame.")
@held("a.2", "event", "`senderId` is 0 for messages from main; gone since 28.")
@pytest.mark.parametrize(("version", "sender_id"), [("9", 0), ("27", 0), ("28", None), ("43", None)])
@program
async def test_the_event_of_a_renderers_listener(version: str, sender_id: int | None) -> None:
    app.electron_version = version
    contents = await open_page("""
found = []
@ipc_renderer.on("ch")
def listen(event):
    found.extend([event.sender is ipc_renderer, event.ports])
    found.append([name for name in dir(event) if not name.startswith("_") and hasattr(event, name)])
    found.append(getattr(event, "sender_id", None))
""")
    contents.send("ch")
    names = ["ports", "sender"] + ([] if sender_id is None else ["sender_id"])
    names += ["sender_is_main_frame"] if version == "27" else []
    assert await contents.execute("found") == [True, [], names, sender_id]


# --- listeners that fail -------------------------------------------------------------------------------------------


@held(
    "a.2",
    "a failing listener",
    "A listener that throws skips the later ones; the exception is the page's `Uncaught`.",
)
@program
async def test_a_renderers_listener_that_raises_ends_its_message_only(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page("""
order = []
@ipc_renderer.on("ch")
def broken(event):
    order.append("broken")
    raise ValueError("boom")
@ipc_renderer.on("ch")
def skipped(event): order.append("skipped")
@ipc_renderer.on("next")
def next_one(event): order.append("next")
""")
    contents.send("ch")
    contents.send("next")
    assert await contents.execute("order") == ["broken", "next"]
    told = capsys.readouterr().err
    assert told.startswith("renderer 1 │ Uncaught ValueError: boom\nrenderer 1 │ ")
    assert "line 7" in told  # of what the test sent, its imports counted


@held(
    "a.2", "a failing listener", "An `async` listener's rejection is `Uncaught (in promise)`; it ends nothing else."
)
@program
async def test_a_renderers_async_listeners_start_in_order_and_may_fail(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page("""
import asyncio
order = []
@ipc_renderer.on("ch")
async def first(event):
    order.append("first begins")
    await asyncio.sleep(0)
    order.append("first ends")
    raise ValueError("boom")
@ipc_renderer.on("ch")
def second(event): order.append("second")
""")
    contents.send("ch")
    await settle()
    assert await contents.execute("order") == ["first begins", "second", "first ends"]
    assert "renderer 1 │ Uncaught (in promise) ValueError: boom" in capsys.readouterr().err


@held(
    "a.2",
    "channel `error`",
    "No guard here: a message named `error` without a listener is an unhandled-error exception in the renderer.",
)
@program
async def test_an_error_message_without_a_listener_is_an_exception_in_the_renderer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    contents = await open_page()
    contents.send("error", "x")
    assert await contents.execute("1") == 1
    told = capsys.readouterr().err
    assert "renderer 1 │ Uncaught UnhandledError: Unhandled error. (" in told
    assert not re.search(r"0x[0-9a-f]+", told), "an address differs in every run"
    await contents.execute(COLLECT.replace("'ch'", "'error'"))
    contents.send("error", "heard")
    assert await contents.execute("got") == [["heard"]]


# --- what is heard, and when ---------------------------------------------------------------------------------------


@held("a.2", "arrival", "No listener at arrival: the message is dropped silently, not kept for later.")
@program
async def test_send_without_a_listener_is_dropped_and_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    contents.send("ch", "early")
    await contents.execute(COLLECT)
    contents.send("ch", "late")
    assert await contents.execute("got") == [["late"]]
    assert capsys.readouterr() == ("", "")


@held("a.2", "arrival", "Messages from main reach the preload's `ipcRenderer` only, never the isolated page's world.")
@program
async def test_messages_from_main_reach_the_isolated_worlds_listeners_only() -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(ImportError, match=r"^ipc_renderer is not available to the page"):
        await contents.execute("from ipclab import ipc_renderer")
    heard = once(ipc_main, "heard")
    await in_preload_world(
        contents,
        "from ipclab import ipc_renderer\n"
        "ipc_renderer.on('news', lambda event, text: ipc_renderer.send('heard', 'preload: ' + text)) and None",
    )
    contents.send("news", "hello")
    assert (await heard)[1:] == ["preload: hello"]


@held(
    "a.2",
    "arrival",
    "What main sends before the document exists is held, and delivered when the preload has run.",
)
@program
async def test_a_preload_hears_what_main_sent_right_after_it_began_the_load(tmp_path: Path) -> None:
    preload = tmp_path / "preload.py"
    preload.write_text(
        "from ipclab import ipc_renderer\n"
        "ipc_renderer.on('early', lambda event, text: ipc_renderer.send('heard', text))\n"
    )
    window = BrowserWindow(web_preferences={"preload": preload})
    heard = once(ipc_main, "heard")
    load = window.load_url("about:blank")
    window.web_contents.send("early", "news")
    assert (await heard)[1:] == ["news"]
    await load


@different(
    "a.2",
    "arrival",
    "Page scripts that subscribe once the document is there miss what main sent before: send on `did-finish-load`.",
    "A page's scripts begin before the next message is heard: what they register before an `await` hears it.",
)
@program
async def test_a_page_script_hears_what_main_sent_right_after_it_began_the_load() -> None:
    window = BrowserWindow(web_preferences=OPEN)
    code = f"from ipclab import ipc_renderer\n{COLLECT}"
    load = window.load_url("data:text/html," + quote(f'<script type="py">{code}</script>'))
    window.web_contents.send("ch", "early")
    await load
    assert await window.web_contents.execute("got") == [["early"]]


@different(
    "a.2",
    "arrival",
    "Nothing runs in a window, and nothing is delivered to it, before it loads something.",
    "A new window has an empty document at once, so that a lesson need not begin with a load.",
)
@program
async def test_a_new_window_hears_messages_before_any_load() -> None:
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    await contents.execute(f"from ipclab import ipc_renderer\n{COLLECT}")
    contents.send("ch", "before any load")
    assert await contents.execute("got") == [["before any load"]]
    assert contents.get_url() == ""
