"""Whatever the reader's code raises, in whichever process: that code ends, somebody is told, and all else goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from faults import FAULTS, fail
from ipc import IMPORTS, OPEN, listen, open_page, program

from ipclab import BrowserWindow, LoadError, RendererError, RenderProcessGone, app, ipc_main, once, settle, trace
from ipclab.record import Message

NEVER_SENT = {"error": "reply was never sent"}


def fail_now(_: object, kind: str) -> NoReturn:
    fail(kind)


async def fail_at_once(_: object, kind: str) -> NoReturn:
    fail(kind)


async def fail_later(_: object, kind: str) -> NoReturn:
    await asyncio.sleep(0)
    fail(kind)


STYLES = {"now": fail_now, "at once": fail_at_once, "later": fail_later}


async def check_that_all_settled() -> None:
    await settle(5)
    assert [message for message in trace if message.outcome == "pending"] == []


# --- main ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FAULTS)
@program
async def test_listeners_and_handlers_of_main(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Electron: an exception of a listener is an uncaught one, of a handler a rejection; main keeps running."""
    contents = await open_page("import asyncio")
    heard: list[str] = []
    ipc_main.on("behind", lambda _, style: heard.append(style))
    for style, function in STYLES.items():
        ipc_main.on(style, function)
        ipc_main.handle(style, function)
    told = await contents.execute(f"""
promises, answers = [], []
for style in {list(STYLES)}:
    ipc_renderer.send(style, {kind!r})
    promises.append(ipc_renderer.invoke(style, {kind!r}))
    ipc_renderer.send("behind", style)
    answers.append(ipc_renderer.send_sync(style, {kind!r}))
rejections = await asyncio.gather(*promises, return_exceptions=True)
[answers, [[type(error).__name__, str(error).partition(":")[0]] for error in rejections]]
""")
    assert heard == list(STYLES)
    assert told == [
        [NEVER_SENT] * 3,
        [["RemoteError", f"Error invoking remote method '{style}'"] for style in STYLES],
    ]
    await check_that_all_settled()
    said = capsys.readouterr().err
    assert "A Python error occurred in the main process" in said
    assert "asyncio" not in said.partition("Traceback")[0]


EVENTS = {
    "contents": (
        "did-start-loading did-start-navigation did-frame-navigate did-navigate dom-ready console-message "
        "did-frame-finish-load did-finish-load did-stop-loading ipc-message ipc-message-sync "
        "devtools-opened render-process-gone did-fail-load destroyed"
    ),
    "window": "page-title-updated focus blur show hide close closed",
    "app": "web-contents-created browser-window-created render-process-gone window-all-closed will-quit quit",
}


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "KeyboardInterrupt"])
@program
async def test_listeners_of_events(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What happens next does not depend on them. (An interrupt also ends the code that caused the event.)"""
    fired: set[str] = set()

    def fails(name: str) -> Any:
        def listener(*_: object) -> NoReturn:
            fired.add(name)
            fail(kind)

        return listener

    for name in EVENTS["app"].split():
        app.on(name, fails(f"app {name}"))
    other = await open_page()
    window = BrowserWindow(web_preferences=OPEN)
    contents = window.web_contents
    for name in EVENTS["contents"].split():
        contents.on(name, fails(f"contents {name}"))
    for name in EVENTS["window"].split():
        window.on(name, fails(f"window {name}"))
    async with asyncio.timeout(5):
        await window.load_url(
            "data:text/html," + quote('<title>new</title><script type="py">print("hello")</script>')
        )
        assert await contents.execute(f"{IMPORTS}ipc_renderer.send('ch')\nipc_renderer.send_sync('ch')") == NEVER_SENT
        BrowserWindow.get_all_windows()[0].focus()
        window.hide()
        window.show()
        contents.open_dev_tools()
        with pytest.raises(LoadError):
            await window.load_file("no such file.html")
        gone = asyncio.ensure_future(contents.execute("import asyncio\nawait asyncio.sleep(1000)"))
        await asyncio.sleep(0)
        contents.forcefully_crash_renderer()
        with pytest.raises(RenderProcessGone):
            await gone
        assert window.get_title() == "new"
        assert await other.execute("1") == 1
        window.close()
        assert window.is_destroyed()
        app.quit()
    expected = {f"{who} {name}" for who, names in EVENTS.items() for name in names.split()}
    assert fired == expected - {"app window-all-closed"}  # not fired when the app quits
    assert "A Python error occurred in the main process" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "KeyboardInterrupt"])
@program
async def test_who_only_looks_at_the_trace_cannot_disturb_it(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    contents = await open_page()
    heard: list[int] = []
    ipc_main.on("ch", lambda _, number: heard.append(number))
    seen: list[Message] = []

    def onlooker(message: Message) -> None:
        seen.append(message)
        fail(kind)

    stop = trace.subscribe(onlooker)
    try:
        contents.send("ch", 1)
        await contents.execute("for number in range(3): ipc_renderer.send('ch', number)")
        await settle(5)
    finally:
        stop()
    assert heard == [0, 1, 2]
    assert len(seen) >= 4
    assert "a subscriber of the trace failed" in caplog.text


# --- renderers -----------------------------------------------------------------------------------------------------

FAIL = f"import asyncio, sys, threading\nsys.path.append({str(Path(__file__).parent)!r})\nfrom faults import fail\n"

#: Code that fails while it runs: its `execute` fails.
ENDING = {
    "now": "fail({kind!r})",
    "later": "await asyncio.sleep(0)\nfail({kind!r})",
    "task": "async def work(): fail({kind!r})\nawait asyncio.ensure_future(work())",
    "gather": "async def work(): fail({kind!r})\nawait asyncio.gather(work(), asyncio.sleep(1000))",
    "awaitable": "class Awaitable:\n    def __await__(self): fail({kind!r})\nAwaitable()",
    "text": "class Printed:\n    def __str__(self): fail({kind!r})\nprint(Printed())",
}

#: Code that leaves something behind which fails: nobody can catch it.
UNCAUGHT = {
    "timer": "set_timeout(lambda: fail({kind!r}))",
    "async timer": "async def fire(): fail({kind!r})\nset_timeout(fire)",
    "callback": "asyncio.get_running_loop().call_soon(fail, {kind!r})",
    "thread": "thread = threading.Thread(target=fail, args=[{kind!r}])\nthread.start()\nthread.join()",
    "destructor": "class Mortal:\n    def __del__(self): fail({kind!r})\nmortal = Mortal()\ndel mortal",
    "listener": "ipc_renderer.once('behind', lambda *_: fail({kind!r}))",
    "async listener": "async def listener(*_): fail({kind!r})\nipc_renderer.once('behind', listener)",
    "late listener": (
        "async def listener(*_):\n    await asyncio.sleep(0)\n    fail({kind!r})\n"
        "ipc_renderer.once('behind', listener)"
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
@program
async def test_code_in_a_renderer(kind: str) -> None:
    contents = await open_page(FAIL)
    heard: list[str] = []
    ipc_main.on("heard", lambda _, where: heard.append(where))
    for where, code in ENDING.items():
        with pytest.raises(RendererError):
            async with asyncio.timeout(5):
                await contents.execute(code.format(kind=kind))
        assert await contents.execute("1") == 1, where
    for where, code in UNCAUGHT.items():
        await contents.execute(f"{code.format(kind=kind)}\nNone")
        await contents.execute(f"ipc_renderer.once('behind', lambda *_: ipc_renderer.send('heard', {where!r}))\nNone")
        contents.send("behind")
        await settle(5, timers=True)
        assert heard[-1:] == [where] or "listener" in where, where
        await contents.execute("ipc_renderer.remove_all_listeners('behind')\nNone")
    assert not contents.is_crashed()
    await check_that_all_settled()


@pytest.mark.parametrize("kind", FAULTS)
@program
async def test_a_value_that_fails_when_it_is_looked_at(kind: str) -> None:
    """By a clone, on its way to main; by a notebook's display."""
    contents = await open_page(FAIL)
    code = f"""
class Hostile:
    def __repr__(self): fail({kind!r})
    __str__ = _repr_html_ = __repr__
    __dict__ = property(__repr__)
hostile = Hostile()
"""
    for use in ("hostile", "ipc_renderer.send('ch', hostile)", "await ipc_renderer.invoke('ch', hostile)"):
        with pytest.raises((RendererError, Exception)) as caught:
            async with asyncio.timeout(5):
                await contents.execute(code + use)
        assert not isinstance(caught.value, TimeoutError), use
    with pytest.raises(RendererError):
        async with asyncio.timeout(5):
            await contents.run(f"{code}hostile", "main", "cell", "code in renderer 1", display=True)
    assert await contents.execute("1") == 1
    await check_that_all_settled()


@pytest.mark.parametrize("kind", FAULTS)
@program
async def test_scripts_of_pages_and_preloads(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Semantics a.4: preload-error, and the page loads on; an exception of a script does not stop the next one."""
    preload = tmp_path / "preload.py"
    preload.write_text(f"{FAIL}fail({kind!r})")
    window = BrowserWindow(web_preferences={**OPEN, "preload": str(preload)})
    fired = listen(window.web_contents, "preload-error", "dom-ready", "did-finish-load")
    scripts = (f"{FAIL}fail({kind!r})", f"{FAIL}await asyncio.sleep(0)\nfail({kind!r})", "ran = True")
    page = "".join(f'<script type="py">{script}</script>' for script in scripts)
    async with asyncio.timeout(5):
        await window.load_url("data:text/html," + quote(page))
        assert await window.web_contents.execute("ran") is True
    assert fired == ["preload-error", "dom-ready", "did-finish-load"]
    said = capsys.readouterr().err
    assert f"Unable to load preload script: {preload}" in said
    assert said.count("Uncaught") == 2
    assert len(said.splitlines()) < 100  # an endless recursion, too, is told of briefly


EXITS = {
    "execute": "sys.exit(3)",
    "later": "await asyncio.sleep(0)\nsys.exit(3)",
    "task": "async def work(): sys.exit(3)\nawait asyncio.ensure_future(work())",
    "timer": "set_timeout(sys.exit, 0, 3)",
    "async timer": "async def fire(): sys.exit(3)\nset_timeout(fire)",
    "callback": "asyncio.get_running_loop().call_soon(sys.exit, 3)",
    "listener": "ipc_renderer.on('ch', lambda *_: sys.exit(3))\nipc_renderer.send('ready')",
    "async listener": (
        "async def listener(*_): sys.exit(3)\nipc_renderer.on('ch', listener)\nipc_renderer.send('ready')"
    ),
    "text of an error": "class Exits(Exception):\n    def __str__(self): sys.exit(3)\nraise Exits",
}


@pytest.mark.parametrize("where", [where for where in EXITS if where != "text of an error"])
@program
async def test_sys_exit_ends_its_own_renderer(where: str) -> None:
    contents, other = await open_page(FAIL), await open_page()
    gone = once(contents, "render-process-gone")
    ipc_main.on("ready", lambda event: event.reply("ch"))
    running = asyncio.ensure_future(contents.execute(f"{EXITS[where]}\nawait asyncio.sleep(1000)"))
    async with asyncio.timeout(5):
        _, details = await gone
        assert (details.reason, details.exit_code) == ("abnormal-exit", 3)
        with pytest.raises(RenderProcessGone, match="abnormal-exit, exit code 3"):
            await running
        assert await other.execute("1") == 1
        await contents.reload()
        assert await contents.execute("2") == 2


@program
async def test_the_text_of_an_error_ends_nothing() -> None:
    contents = await open_page(FAIL)
    with pytest.raises(RendererError, match="whose text cannot be made"):
        await contents.execute(EXITS["text of an error"])
    assert await contents.execute("1") == 1


CAUSED_BY_A_CALL = ["did-start-loading", "did-start-navigation", "page-title-updated", "focus", "hide", "close"]


@pytest.mark.parametrize("event", CAUSED_BY_A_CALL)
@program
async def test_an_interrupt_in_a_listener_ends_the_calling_code_and_breaks_nothing(event: str) -> None:
    """Ctrl-C while a listener runs: the call that caused the event raises, and can be made again."""
    app.on("window-all-closed", lambda *_: None)
    other, window = BrowserWindow(), BrowserWindow()
    emitter = window.web_contents if event.startswith("did") else window

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    def call() -> None:
        if event == "focus":
            other.focus()
            window.focus()
        elif event == "hide":
            window.hide()
        elif event == "close":
            window.close()
        else:
            window.load_url("data:text/html,<title>new</title>")

    emitter.once(event, interrupted)
    with pytest.raises(KeyboardInterrupt):
        call()
    window.show()
    fired: list[object] = []
    emitter.on(event, lambda *_: fired.append(event))
    call()
    assert fired == [event]
    if event == "close":
        assert window.is_destroyed()
    else:
        async with asyncio.timeout(5):
            await window.load_url("about:blank")
            assert await window.web_contents.execute("1") == 1
    await check_that_all_settled()
