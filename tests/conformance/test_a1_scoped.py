"""`web_contents.ipc` and `main_frame.ipc` (semantics a.1, scoped emitters)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ipc import open_page, program
from rules import held, not_simulated

from ipclab import BrowserWindow, app, ipc_main
from ipclab.main.ipc_main import IpcMainImpl


@held("a.1", "scoped emitters", "`webContents.ipc` and `webFrameMain.ipc` came with 22.")
@pytest.mark.parametrize(("version", "there"), [("21", False), ("22", True)])
@program
async def test_scoped_emitters_came_with_22(version: str, there: bool) -> None:
    app.electron_version = version
    contents = BrowserWindow().web_contents
    assert hasattr(contents, "ipc") is there
    assert hasattr(contents.main_frame, "ipc") is there


@held("a.1", "scoped emitters", "They are full IpcMainImpl instances, each with its own guard on `error`.")
@program
async def test_scoped_emitters_are_ipc_mains_with_their_own_guard(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    for emitter in (contents.ipc, contents.main_frame.ipc):
        assert type(emitter) is type(ipc_main) is IpcMainImpl
        assert emitter.event_names() == ["error"]
    contents.ipc.remove_all_listeners()
    assert (contents.main_frame.ipc.event_names(), ipc_main.event_names()) == (["error"], ["error"])
    await contents.execute("ipc_renderer.send('error', 'x')")
    assert "Unhandled error. (" in capsys.readouterr().err


@held("a.1", "scoped emitters", "Each has its own handlers.")
@program
async def test_each_emitter_has_its_own_handlers() -> None:
    contents = await open_page()
    for number, emitter in enumerate((ipc_main, contents.ipc, contents.main_frame.ipc)):
        emitter.handle("ch", lambda _, number=number: number)
    ipc_main.remove_handler("ch")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == 2
    contents.main_frame.ipc.remove_handler("ch")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == 1


@held("a.1", "scoped emitters", "Listeners cascade frame, contents, ipcMain: all run.")
@held("a.1", "scoped emitters", "`webContents.ipc` hears its own contents only, `frame.ipc` its own frame only.")
@pytest.mark.parametrize("call", ["send", "send_sync"])
@program
async def test_listeners_cascade_and_hear_their_own_contents_only(call: str) -> None:
    first, second = await open_page(), await open_page()
    heard: list[str] = []
    ipc_main.on("ch", lambda event: heard.append(f"main hears {event.sender.id}"))
    for contents in (first, second):
        contents.ipc.on("ch", lambda _, number=contents.id: heard.append(f"contents {number}"))
        contents.main_frame.ipc.on("ch", lambda _, number=contents.id: heard.append(f"frame {number}"))
    await second.execute(f"ipc_renderer.{call}('ch')")
    assert heard == ["frame 2", "contents 2", "main hears 2"]


@held("a.1", "scoped emitters", "Handlers override in that order: only the first emitter that has one is asked.")
@program
async def test_the_first_of_frame_contents_and_ipc_main_that_has_a_handler_answers_alone() -> None:
    contents, other = await open_page(), await open_page()
    called: list[str] = []

    def handler_of(name: str) -> Callable[..., str]:
        def handler(_: object) -> str:
            called.append(name)
            return name

        return handler

    for name, emitter in (("ipc_main", ipc_main), ("contents", contents.ipc), ("frame", contents.main_frame.ipc)):
        emitter.handle("ch", handler_of(name))
        assert await contents.execute("await ipc_renderer.invoke('ch')") == name
    assert await other.execute("await ipc_renderer.invoke('ch')") == "ipc_main"
    assert called == ["ipc_main", "contents", "frame", "ipc_main"]
    contents.main_frame.ipc.remove_handler("ch")
    assert await contents.execute("await ipc_renderer.invoke('ch')") == "contents"


@held("a.1", "scoped emitters", "A handler that fails is not followed by the next emitter's.")
@program
async def test_a_failing_handler_does_not_hand_over_to_the_next_emitter() -> None:
    contents = await open_page()
    asked: list[str] = []

    @contents.ipc.handle("ch")
    def fails(_: object) -> None:
        raise ValueError("boom")

    ipc_main.handle("ch", lambda _: asked.append("ipc_main"))
    with pytest.raises(Exception, match="ValueError: boom"):
        await contents.execute("await ipc_renderer.invoke('ch')")
    assert asked == []


@held("a.1", "scoped emitters", "They outlive the page: after a load the same emitters hear the new page.")
@program
async def test_scoped_emitters_stay_the_same_after_a_load() -> None:
    contents = await open_page()
    emitters = contents.ipc, contents.main_frame.ipc
    heard: list[str] = []
    for emitter in emitters:
        emitter.on("ch", lambda *_, emitter=emitter: heard.append(repr(emitter)))
    await contents.load_url("data:text/html,another origin")
    await contents.execute("from ipclab import ipc_renderer\nipc_renderer.send('ch')")
    assert (contents.ipc, contents.main_frame.ipc) == emitters
    assert heard == ["<main_frame.ipc>", "<web_contents.ipc>"]


@held(
    "a.1",
    "scoped emitters",
    "The frame is looked up by its node: what a page sends while it is being replaced reaches the frame's emitter.",
)
@program
async def test_the_frames_emitter_hears_a_page_that_is_being_replaced() -> None:
    contents = await open_page(
        "window.add_event_listener('unload', lambda event: ipc_renderer.send('bye', 'unloading')) and None"
    )
    heard: list[str] = []
    contents.main_frame.ipc.on("bye", lambda _, text: heard.append(text))
    await contents.load_url("data:text/html,another origin")
    assert heard == ["unloading"]


not_simulated(
    "a.1",
    "scoped emitters",
    "`webContents.ipc` hears child frames too, so `senderFrame` must be checked.",
    "A page has one frame.",
)
