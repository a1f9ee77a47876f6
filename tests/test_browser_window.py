"""`BrowserWindow`: options, titles, focus, and what may happen while a window closes (design 4.1)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ipc import in_preload_world, open_page, program

from ipclab import (
    BrowserWindow,
    Error,
    RenderProcessGone,
    app,
    ipc_main,
    once,
    settle,
)

# --- options -------------------------------------------------------------------------------------------------------


@program
async def test_options_as_electron_takes_them_are_told_to_be_keywords() -> None:
    with pytest.raises(TypeError, match=r"takes its options as keywords: BrowserWindow\(width=300"):
        BrowserWindow({"width": 300})


@program
async def test_unknown_options_are_named_and_so_are_the_known_ones() -> None:
    """Design 4: an unknown option is a TypeError that lists the known ones."""
    with pytest.raises(TypeError) as caught:
        BrowserWindow(colour="red", heigth=5)
    text = str(caught.value)
    assert "colour, heigth" in text
    assert "title, width, height, show, web_preferences" in text
    with pytest.raises(TypeError) as caught:
        BrowserWindow(web_preferences={"nodeIntegration": True})
    text = str(caught.value)
    assert "nodeIntegration" in text
    for known in ("preload", "node_integration", "context_isolation", "sandbox", "partition", "enable_remote_module"):
        assert known in text
    assert BrowserWindow.get_all_windows() == []


@program
async def test_options_of_a_wrong_type_are_type_errors_and_open_nothing() -> None:
    wrong: list[dict[str, Any]] = [
        {"title": 5},
        {"width": "wide"},
        {"width": -1},
        {"height": 1.5},
        {"height": True},
        {"show": "yes"},
        {"show": None},
        {"web_preferences": "all"},
        {"web_preferences": {"sandbox": 1}},
        {"web_preferences": {"node_integration": None}},
        {"web_preferences": {"preload": 5}},
    ]
    for options in wrong:
        with pytest.raises(TypeError):
            BrowserWindow(**options)
    assert BrowserWindow.get_all_windows() == []
    assert BrowserWindow().id == 1


@pytest.mark.parametrize(
    ("version", "given", "isolated", "sandboxed"),
    [
        ("9", {}, False, False),
        ("11", {}, False, False),
        ("12", {}, True, False),
        ("19", {}, True, False),
        ("20", {}, True, True),
        ("43", {}, True, True),
        ("43", {"node_integration": True}, True, False),
        ("43", {"context_isolation": False, "sandbox": False}, False, False),
        ("9", {"context_isolation": True, "sandbox": True}, True, True),
    ],
)
@program
async def test_web_preferences_have_the_dialled_versions_defaults(
    version: str, given: dict[str, bool], isolated: bool, sandboxed: bool
) -> None:
    """Semantics d: contextIsolation true in 12.0; sandbox true in 20.0 unless nodeIntegration."""
    app.electron_version = version
    contents = BrowserWindow(web_preferences=given).web_contents
    app.electron_version = "43"  # windows opened before keep theirs
    await contents.load_url("about:blank")
    found = "process.context_isolated, process.sandboxed, process.versions['electron']"
    expected = (isolated, sandboxed, version)
    await in_preload_world(contents, f"from ipclab import process\nassert ({found}) == {expected}, ({found})")


# --- identity ------------------------------------------------------------------------------------------------------


@program
async def test_a_windows_id_is_read_only_and_says_so() -> None:
    """Design 4.1, window: assigning is an AttributeError that says Electron ignores it (document line 176)."""
    window = BrowserWindow()
    with pytest.raises(AttributeError, match=r"read-only: in Electron the assignment of 2 does nothing"):
        window.id = 2
    assert window.id == 1


@program
async def test_reprs_hold_no_addresses() -> None:
    window = BrowserWindow(title="one")
    contents = window.web_contents
    assert [repr(window), repr(contents), repr(app), repr(ipc_main), repr(contents.ipc)] == [
        "<BrowserWindow 1 'one'>",
        "<WebContents 1>",
        "<app>",
        "<ipc_main>",
        "<web_contents.ipc>",
    ]
    window.destroy()
    assert [repr(window), repr(contents)] == ["<BrowserWindow 1 destroyed>", "<WebContents 1 destroyed>"]


# --- title, focus, visibility --------------------------------------------------------------------------------------


@program
async def test_title_and_its_methods_agree() -> None:
    window = BrowserWindow()
    assert window.title == window.get_title() == "Electron"
    window.title = "one"
    assert window.get_title() == "one"
    window.set_title("two")
    assert window.title == "two"
    with pytest.raises(TypeError):
        window.set_title(None)  # type: ignore[arg-type]


@program
async def test_focus_and_visibility_fire_their_events() -> None:
    first, second = BrowserWindow(), BrowserWindow(show=False)
    fired: list[str] = []
    for name, window in (("first", first), ("second", second)):
        for event in ("focus", "blur", "show", "hide"):
            window.on(event, lambda *_, text=f"{name} {event}": fired.append(text))
    assert BrowserWindow.get_focused_window() is first
    assert (first.is_visible(), second.is_visible()) == (True, False)
    second.show()
    assert BrowserWindow.get_focused_window() is second
    second.show()
    second.hide()
    second.hide()
    assert BrowserWindow.get_focused_window() is None
    first.focus()
    first.focus()
    assert fired == ["second show", "first blur", "second focus", "second hide", "first focus"]


# --- close, destroy ------------------------------------------------------------------------------------------------


@program
async def test_a_listener_of_close_that_raises_does_not_keep_the_window(capsys: pytest.CaptureFixture[str]) -> None:
    window = BrowserWindow()

    @window.on("close")
    def broken(_: object) -> None:
        raise ValueError("boom")

    window.close()
    assert window.is_destroyed()
    assert "ValueError: boom" in capsys.readouterr().err


@program
async def test_a_window_may_be_closed_in_the_middle_of_its_messages() -> None:
    """What arrives behind the message that closes the window finds nobody."""
    contents = await open_page()
    heard: list[int] = []

    @ipc_main.on("ch")
    def listener(event: Any, number: int) -> None:
        heard.append(number)
        window = BrowserWindow.from_web_contents(event.sender)
        assert window is not None
        window.destroy()

    wait = "import asyncio\nawait asyncio.Event().wait()"
    with pytest.raises(RenderProcessGone):
        await contents.execute(f"for number in range(100): ipc_renderer.send('ch', number)\n{wait}")
    await settle()
    assert heard == [0]


@pytest.mark.parametrize("end", ["close", "destroy"])
@pytest.mark.parametrize("call", ["send", "send_sync", "invoke"])
@program
async def test_a_page_may_ask_main_to_close_its_window(
    call: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = await open_page()

    def listener(event: Any) -> None:
        window = BrowserWindow.from_web_contents(event.sender)
        assert window is not None
        window.close() if end == "close" else window.destroy()

    app.on("window-all-closed", lambda *_: None)
    ipc_main.on("close me", listener)
    ipc_main.handle("close me", listener)
    closed = once(BrowserWindow.get_all_windows()[0], "closed")
    asked = asyncio.ensure_future(contents.execute(f"promise = ipc_renderer.{call}('close me')\nNone"))
    await closed
    await asyncio.wait([asked])
    assert asked.exception() is None or isinstance(asked.exception(), RenderProcessGone)
    await settle()
    assert capsys.readouterr().err == ""


@program
async def test_a_window_that_never_stops_talking_is_closed_all_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    talks = once(ipc_main, "talks")
    ipc_main.on("talks", lambda _: None)
    await contents.execute("""
def talk():
    ipc_renderer.send("talks")
    while True:
        print("x" * 500)
        ipc_renderer.send("ch", "x" * 500)
set_timeout(talk)
None
""")
    await talks
    started = asyncio.get_running_loop().time()
    BrowserWindow.get_all_windows()[0].destroy()
    assert asyncio.get_running_loop().time() - started < 2
    capfd.readouterr()


@program
async def test_sixty_four_windows_are_enough() -> None:
    """Each is a process: a loop that opens windows must not take the machine down."""
    from ipclab.main import browser_window

    opened = [BrowserWindow() for _ in range(4)]
    limit, browser_window.MAX_WINDOWS = browser_window.MAX_WINDOWS, 4
    try:
        with pytest.raises(Error, match=r"^4 windows are open"):
            BrowserWindow()
        opened[0].destroy()
        BrowserWindow()
    finally:
        browser_window.MAX_WINDOWS = limit
    assert limit == 64
