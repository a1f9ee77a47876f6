"""`app`: readiness, and what it tells of windows and processes (semantics a.6)."""

from __future__ import annotations

import asyncio

from ipc import program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, once
from ipclab.main.web_contents import WebContents

# --- ready ---------------------------------------------------------------------------------------------------------


@held("a.6", "ready", "Emitted once, after the main script's first tick: who listens in that tick hears it.")
@held("a.6", "isReady()", "Whether windows can be opened.")
@program
async def test_ready_comes_once_after_the_first_stretch_of_the_program() -> None:
    order: list[str] = []
    assert app.is_ready()
    app.on("ready", lambda *_: order.append("ready"))
    order.append("the program's first stretch")
    for _ in range(3):
        await asyncio.sleep(0)
        await app.when_ready()
    assert order == ["the program's first stretch", "ready"]


@held("a.6", "whenReady()", "Resolves `undefined`, also when the app is ready already.")
@held("a.6", "whenReady()", "Resolved before `ready` is emitted: what awaits it goes on ahead of `ready` listeners.")
@program
async def test_who_awaits_readiness_goes_on_before_ready_listeners() -> None:
    order: list[str] = []
    app.on("ready", lambda *_: order.append("ready"))
    assert await app.when_ready() is None  # type: ignore[func-returns-value]
    order.append("when_ready")
    await asyncio.sleep(0)
    assert order == ["when_ready", "ready"]
    assert await app.when_ready() is None  # type: ignore[func-returns-value]


@different(
    "a.6",
    "whenReady()",
    "Returns one cached promise.",
    "A coroutine function, as Python has it: each call makes a coroutine of its own, to be awaited once.",
)
@program
async def test_each_call_of_when_ready_can_be_awaited() -> None:
    first, second = app.when_ready(), app.when_ready()
    assert first is not second
    await asyncio.gather(first, second)


# --- windows and processes -----------------------------------------------------------------------------------------


@held(
    "a.6", "browser-window-created, web-contents-created", "Emitted with `(event, window)` and `(event, contents)`."
)
@program
async def test_the_app_tells_of_new_windows() -> None:
    told: list[tuple[str, object]] = []
    for name in ("web-contents-created", "browser-window-created"):
        app.on(name, lambda event, new, name=name: told.append((f"{name} {event!r}", new)))
    window = BrowserWindow()
    assert told == [
        ("web-contents-created <Event>", window.web_contents),
        ("browser-window-created <Event>", window),
    ]


@held("a.6", "render-process-gone", "Emitted with `(event, webContents, details)`, as the contents emit it.")
@program
async def test_the_app_tells_of_a_renderer_that_died() -> None:
    contents = BrowserWindow().web_contents
    own: list[object] = []
    contents.on("render-process-gone", lambda _, details: own.append(details))
    gone = once(app, "render-process-gone")
    contents.forcefully_crash_renderer()
    _, told, details = await gone
    assert isinstance(told, WebContents)
    assert told is contents
    assert details.reason in ("killed", "crashed")
    assert own == [details]


not_simulated(
    "a.6",
    "child-process-gone",
    "Emitted when a utility, GPU or other process that is no renderer dies.",
    "There are no such processes: main and renderers are all.",
)
