"""`unresponsive` and `responsive`: a renderer that hangs (semantics a.4)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from ipc import listen, open_page, program
from rules import different, held

from ipclab import BrowserWindow, RenderProcessGone, once
from ipclab.main import hanging
from ipclab.main.web_contents import WebContents


async def open_impatiently(
    monkeypatch: pytest.MonkeyPatch, seconds: float = 0.05
) -> tuple[WebContents, BrowserWindow]:
    """Open a window whose renderer counts as hung after `seconds` instead of 15."""
    assert hanging.HUNG_AFTER == 15
    contents = await open_page("import asyncio")
    contents.hang.stop()  # it waits for the full time already
    monkeypatch.setattr(hanging, "HUNG_AFTER", seconds)
    window = BrowserWindow.from_web_contents(contents)
    assert window is not None
    return contents, window


def hang(contents: WebContents, gate: Path) -> asyncio.Future[object]:
    """Have the page run code that does not end before somebody writes into `gate`."""
    os.mkfifo(gate)
    return asyncio.ensure_future(contents.execute(f"open({str(gate)!r}).read()"))


@different(
    "a.4",
    "unresponsive, responsive",
    "The renderer does not react to the user's input for 15 s.",
    "There is no such input: it does not work off what main sends it, be it a message, code or a page.",
)
@held("a.4", "unresponsive, responsive", "`responsive` as soon as it reacts again.")
@held("a.4", "unresponsive, responsive", "The window re-emits `unresponsive` 50 ms later, and `responsive`.")
@program
async def test_a_renderer_that_hangs_is_unresponsive_until_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hanging.WINDOW_LATER == 0.05
    contents, window = await open_impatiently(monkeypatch)
    order: list[str] = []
    for name, emitter in (("contents", contents), ("window", window)):
        for event in ("unresponsive", "responsive"):
            emitter.on(event, lambda _, told=f"{name} {event}": order.append(told))
    told = once(window, "unresponsive")
    recovered = once(window, "responsive")
    hung = hang(contents, tmp_path / "gate")
    await told
    assert order == ["contents unresponsive", "window unresponsive"]
    await asyncio.to_thread((tmp_path / "gate").write_text, "go on")
    await recovered
    assert order[2:] == ["contents responsive", "window responsive"]
    assert await hung == "go on"


@held("a.4", "unresponsive, responsive", "A hang that is over within these 50 ms is not told of by the window.")
@program
async def test_a_hang_that_is_soon_over_is_not_the_windows_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hanging, "WINDOW_LATER", 60)
    contents, window = await open_impatiently(monkeypatch)
    fired: list[str] = []
    window.on("unresponsive", lambda _: fired.append("unresponsive"))
    told = once(contents, "unresponsive")
    recovered = once(window, "responsive")
    hung = hang(contents, tmp_path / "gate")
    await told
    await asyncio.to_thread((tmp_path / "gate").write_text, "go on")
    await hung
    await recovered
    assert fired == []


@held("a.4", "unresponsive, responsive", "A renderer that waits for something reacts, and is not unresponsive.")
@program
async def test_a_renderer_that_awaits_something_is_not_unresponsive(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, _ = await open_impatiently(monkeypatch, 1)
    fired = listen(contents, "unresponsive", "responsive")
    await contents.execute("await asyncio.sleep(1.5)")
    assert fired == []


@held(
    "a.4", "unresponsive, responsive", "A hung renderer that dies, or whose window is closed, is not heard of again."
)
@pytest.mark.parametrize("end", ["crash", "destroy"])
@program
async def test_a_hung_renderer_that_is_gone_is_not_responsive(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, window = await open_impatiently(monkeypatch)
    told = once(window, "unresponsive")
    hung = hang(contents, tmp_path / "gate")
    await told
    fired: list[str] = []
    for emitter in (contents, window):
        emitter.on("responsive", lambda _: fired.append("responsive"))
    monkeypatch.undo()
    if end == "crash":
        gone = once(contents, "render-process-gone")
        contents.forcefully_crash_renderer()
        await gone
        await contents.load_url("about:blank")
        assert await contents.execute("1") == 1
    else:
        window.destroy()
    with pytest.raises(RenderProcessGone):
        await hung
    await asyncio.sleep(3 * hanging.LOOK_AGAIN)
    assert fired == []
