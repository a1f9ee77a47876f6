"""`kill -9` at every stage of a renderer's life: each thing that waits for it ends with the right error, no other
window notices, and `reload()` brings it back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any
from urllib.parse import quote

import pytest
from ipc import IMPORTS, OPEN, new_children, open_page, program

from ipclab import BrowserWindow, LoadError, RenderProcessGone, app, ipc_main, once, restart, settle, trace
from ipclab.main import spare
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents

#: Seconds within which everything that waits for a killed renderer must have ended.
SOON = 5.0
MANY = 1_000
LIVES = 12

KILLED = "renderer 1 is gone (killed, exit code -9)"


async def kill(contents: WebContents) -> None:
    gone = once(contents, "render-process-gone")
    os.kill(contents.get_os_process_id(), signal.SIGKILL)
    await gone


def begin(contents: WebContents, code: str, times: int = 1) -> list[asyncio.Task[Any]]:
    return [asyncio.ensure_future(contents.execute(code)) for _ in range(times)]


async def texts(waits: Iterable[Awaitable[Any]]) -> Counter[str]:
    """How the waits ended, counted: all of them have to, and soon."""
    async with asyncio.timeout(SOON):
        ends = await asyncio.gather(*waits, return_exceptions=True)
    return Counter(f"{type(end).__name__}: {end}" if isinstance(end, BaseException) else repr(end) for end in ends)


async def check_aftermath(contents: WebContents, other: WebContents) -> None:
    """The other window works, and so does the killed one after a reload; nothing is open and nothing is pending."""
    async with asyncio.timeout(SOON):
        await settle(SOON)
        assert [message for message in trace if message.outcome == "pending"] == []
        assert await other.execute("1") == 1
        assert contents.is_crashed()
        await contents.reload()
        ipc_main.handle("still there?", lambda _: "yes")
        for each in (contents, other):
            assert await each.execute(f"{IMPORTS}await ipc_renderer.invoke('still there?')") == "yes"


@pytest.fixture(params=[False, True], ids=["free", "lockstep"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockstep, "enabled", request.param)


# --- stages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "spare"])
@pytest.mark.usefixtures("either_way")
@program
async def test_killed_while_spawning(warm: bool) -> None:
    if warm:
        spare.prepare()
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    waits = begin(contents, "1", 20)
    contents.send("ch", "never heard")
    os.kill(contents.get_os_process_id(), signal.SIGKILL)
    other = await open_page()
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 20}
    assert [message.outcome for message in trace] == ["lost"]
    await check_aftermath(contents, other)


@pytest.mark.usefixtures("either_way")
@program
async def test_killed_while_loading() -> None:
    """Semantics a.4: the load rejects with ERR_FAILED (-2). Code that waits for the load waits no more."""
    contents, other = await open_page(), await open_page()
    script = 'from ipclab import ipc_renderer\nimport asyncio\nipc_renderer.send("begun")\nawait asyncio.sleep(1000)'
    url = "data:text/html," + quote(f"<script type='py'>{script}</script>")
    begun = once(ipc_main, "begun")
    load = contents.load_url(url)
    waits = begin(contents, "1", 20)
    await begun
    await kill(contents)
    with pytest.raises(LoadError, match=r"^ERR_FAILED \(-2\) loading 'data:"):
        await load
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 20}
    await contents.load_url("about:blank")
    await kill(contents)
    await check_aftermath(contents, other)


@pytest.mark.usefixtures("either_way")
@program
async def test_killed_inside_send_sync() -> None:
    contents, other = await open_page(), await open_page()
    events: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", events.append)
    waits = begin(contents, "ipc_renderer.send_sync('ch')")
    await asked
    waits += begin(contents, "'behind it'", 20)
    contents.send("ch")
    await kill(contents)
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 21}
    events.pop().return_value = "finds nobody"
    del asked
    await check_aftermath(contents, other)


@pytest.mark.usefixtures("either_way")
@program
async def test_killed_with_a_thousand_invokes_pending() -> None:
    """Semantics a.4: main's handlers run on, their answers find nobody."""
    contents, other = await open_page(), await open_page()
    gate, all_called = asyncio.Event(), asyncio.Event()
    ended: list[int] = []

    @ipc_main.handle("ch")
    async def handler(_: object, number: int) -> int:
        if number == MANY - 1:
            all_called.set()
        await gate.wait()
        ended.append(number)
        return number

    waits = begin(
        contents, f"import asyncio\nawait asyncio.gather(*map(lambda n: ipc_renderer.invoke('ch', n), range({MANY})))"
    )
    await all_called.wait()
    await kill(contents)
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 1}
    gate.set()
    await settle(SOON)
    assert ended == list(range(MANY))
    assert Counter((message.kind, message.outcome) for message in trace) == {
        ("invoke", "delivered"): MANY,
        ("reply", "lost"): MANY,
    }
    await check_aftermath(contents, other)


@pytest.mark.usefixtures("either_way")
@program
async def test_killed_with_a_thousand_executes_pending() -> None:
    contents, other = await open_page(), await open_page()
    all_run = once(ipc_main, "all run")
    await contents.execute("import asyncio\nrunning = []")
    waits = begin(contents, "running.append(1)\nawait asyncio.sleep(1000)", MANY - 1)
    waits += begin(contents, "ipc_renderer.send('all run')\nawait asyncio.sleep(1000)")
    waits[0].cancel()  # given up, but it runs on
    await all_run
    await kill(contents)
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": MANY - 1, "CancelledError: ": 1}
    await check_aftermath(contents, other)


@pytest.mark.usefixtures("either_way")
@program
async def test_killed_with_everything_pending_both_ways() -> None:
    contents, other = await open_page(), await open_page()
    gate, all_called = asyncio.Event(), asyncio.Event()

    @ipc_main.handle("ch")
    async def handler(_: object, number: int) -> int:
        if number == MANY - 1:
            all_called.set()
        # Half of the handlers themselves wait for the renderer.
        if number % 2:
            with pytest.raises(RenderProcessGone):
                await contents.execute("await asyncio.sleep(1000)")
        await gate.wait()
        return number

    await contents.execute("import asyncio")
    waits = [
        asyncio.ensure_future(contents.execute(f"await ipc_renderer.invoke('ch', {number})"))
        for number in range(MANY)
    ]
    await all_called.wait()
    for number in range(MANY):
        contents.send("ch", number)
    await kill(contents)
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": MANY}
    gate.set()
    await check_aftermath(contents, other)


@pytest.mark.parametrize("stage", ["beforeunload", "unload"])
@program
async def test_killed_while_its_window_closes(stage: str) -> None:
    """Whom a page cannot refuse any more, nobody waits for."""
    app.on("window-all-closed", lambda *_: None)
    contents = await open_page()
    begun = once(ipc_main, "begun")
    await contents.execute(
        f"import time\n@window.add_event_listener({stage!r})\ndef hang(event):\n"
        "    ipc_renderer.send('begun')\n    time.sleep(1000)\nNone"
    )
    window = BrowserWindow.get_all_windows()[0]
    closed = once(window, "closed")
    window.close()
    if stage == "beforeunload":
        await begun
    os.kill(contents.get_os_process_id(), signal.SIGKILL)
    async with asyncio.timeout(SOON):
        await closed
    await settle(SOON)


@pytest.mark.parametrize("direction", ["to main", "to the renderer"])
@program
async def test_killed_in_the_middle_of_a_large_message(direction: str) -> None:
    """Half a message is none."""
    contents, other = await open_page(), await open_page()
    heard: list[int] = []
    ipc_main.on("ch", lambda _, data: heard.append(len(data)))
    begun = once(ipc_main, "begun")
    if direction == "to main":
        # Its pipe is full and main, which does not come to read, kills it.
        waits = begin(contents, "ipc_renderer.send('begun')\nipc_renderer.send('ch', b'x' * 50_000_000)")
    else:
        waits = begin(contents, "import time\nipc_renderer.send('begun')\ntime.sleep(1000)")
        await begun
        contents.send("ch", b"x" * 50_000_000)
    if direction == "to main":
        await begun
    await kill(contents)
    assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 1}
    assert heard == []
    await check_aftermath(contents, other)


@program
async def test_killed_again_and_again_at_random_moments() -> None:
    """Each life of the process gets a little further than the one before."""
    contents, other = await open_page(), await open_page()
    heard: list[tuple[int, int]] = []
    ipc_main.on("ch", lambda _, life, number: heard.append((life, number)))
    ipc_main.handle("ch", lambda _, number: number)
    for life in range(LIVES):
        waits = begin(
            contents,
            f"{IMPORTS}for number in range(10**6):\n    ipc_renderer.send('ch', {life}, number)\n"
            "    await ipc_renderer.invoke('ch', number)",
        )
        gone = once(contents, "render-process-gone")
        for _ in range(life * 8):
            await asyncio.sleep(0)
        contents.forcefully_crash_renderer()
        await gone
        assert await texts(waits) == {f"RenderProcessGone: {KILLED}": 1}
        async with asyncio.timeout(SOON):
            await contents.reload()
    for life in range(LIVES):
        numbers = [number for each, number in heard if each == life]
        assert numbers == list(range(len(numbers)))
    await kill(contents)
    await check_aftermath(contents, other)


@program
async def test_all_of_six_renderers_killed_at_once() -> None:
    pages = [await open_page() for _ in range(6)]
    ipc_main.handle("never", lambda _: asyncio.Event().wait())
    waits = [
        asyncio.ensure_future(page.execute(code))
        for page in pages
        for code in ("await ipc_renderer.invoke('never')", "import asyncio\nawait asyncio.sleep(1000)")
    ]
    await asyncio.sleep(0)
    for page in pages:
        os.kill(page.get_os_process_id(), signal.SIGKILL)
    ends = await texts(waits)
    assert ends == {f"RenderProcessGone: renderer {n} is gone (killed, exit code -9)": 2 for n in range(1, 7)}
    await asyncio.gather(*(page.reload() for page in pages))
    assert await asyncio.gather(*(page.execute("1") for page in pages)) == [1] * 6


@program
async def test_killed_while_restart_is_under_way() -> None:
    pages = [await open_page() for _ in range(4)]
    waits = [asyncio.ensure_future(page.execute("import asyncio\nawait asyncio.sleep(1000)")) for page in pages]
    await asyncio.sleep(0)
    for page in pages[::2]:
        os.kill(page.get_os_process_id(), signal.SIGKILL)
    async with asyncio.timeout(SOON):
        await restart()
    assert sum((await texts(waits)).values()) == 4
    spare.dismiss()
    assert new_children() == set()
