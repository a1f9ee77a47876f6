"""Random programs: whatever windows, loads, crashes and messages do to each other, nothing hangs and nothing is lost
without a word."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import quote

import pytest
from ipc import OPEN, program

from ipclab import BrowserWindow, RendererError, RenderProcessGone, app, ipc_main, settle, trace
from ipclab.main.lockstep import lockstep

PAGE = "data:text/html," + quote("""<script type="py">
import asyncio
from ipclab import ipc_renderer, set_timeout
ipc_renderer.on("ping", lambda event, value: ipc_renderer.send("pong", value))
</script>""")

CODES = [
    "for number in range(5): ipc_renderer.send('pong', number)",
    "await ipc_renderer.invoke('ask', {n})",
    "ipc_renderer.send_sync('sync', {n})",
    "promises = [ipc_renderer.invoke('ask', number) for number in range({n} % 6)]",
    "await asyncio.gather(*(ipc_renderer.invoke('ask', i) for i in range({n} % 9)), return_exceptions=True)\nNone",
    "number = set_timeout(lambda: ipc_renderer.send('pong', 1), {n} % 5)",
    "await asyncio.sleep(0.001)",
    "1 / 0",
]


def answer() -> None:
    ipc_main.on("pong", lambda *_: None)
    app.on("window-all-closed", lambda *_: None)

    @ipc_main.on("sync")
    async def sync(event: Any, number: int) -> None:
        if number % 3 == 0:
            await asyncio.sleep(0)
        if number % 7:
            event.return_value = number

    @ipc_main.handle("ask")
    async def ask(_: object, number: int) -> int:
        for _ in range(number % 5):
            await asyncio.sleep(0)
        if number % 11 == 10:
            raise ValueError(number)
        return number


def act(dice: random.Random, running: list[asyncio.Task[Any]]) -> None:
    """Do one thing at random; a window that crashed loads again, as a careful app's would."""
    windows = BrowserWindow.get_all_windows()
    if len(windows) < dice.choice((2, 2, 4)):
        BrowserWindow(web_preferences=OPEN).load_url(PAGE)
        return
    window = dice.choice(windows)
    contents = window.web_contents
    number = dice.randrange(100)
    if contents.is_crashed():
        if not contents.is_loading():
            contents.reload()
    elif number < 30:
        contents.send("ping", b"x" * dice.randrange(2_000_000) if number < 3 else number)
    elif number < 75:
        running.append(asyncio.ensure_future(contents.execute(dice.choice(CODES).format(n=number))))
    elif number < 85:
        dice.choice((contents.reload, lambda: contents.load_url(PAGE)))()
    elif number < 90:
        contents.forcefully_crash_renderer()
    elif number < 94:
        window.close()
    elif running:
        dice.choice(running).cancel()


@pytest.mark.parametrize("seed", range(6))
@program
async def test_random_traffic_settles_and_leaves_nothing_open(
    seed: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(lockstep, "enabled", seed % 2 == 1)
    answer()
    running: list[asyncio.Task[Any]] = []
    for _ in range(80):
        act(dice, running)
        if dice.random() < 0.4:
            await asyncio.sleep(dice.choice((0, 0, 0.003)))
    await settle(8, timers=True)
    for ended in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(ended, BaseException):
            # A window that was closed while its code waited for a load is no more: a TypeError, as in Electron.
            assert isinstance(ended, RendererError | RenderProcessGone | TypeError | asyncio.CancelledError)
    await settle()
    assert [message for message in trace if message.outcome == "pending"] == []
    assert "ipclab could not handle" not in capfd.readouterr().err
