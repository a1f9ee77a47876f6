"""A page's listeners of `beforeunload` and `unload`, beyond what Electron says (conformance/test_a5_unload.py)."""

from __future__ import annotations

import asyncio

import pytest
from ipc import open_page, program
from kernel import kernels

from ipclab import BrowserWindow, ipc_main, once, settle


def the_window() -> BrowserWindow:
    (window,) = BrowserWindow.get_all_windows()
    return window


@program
async def test_listeners_are_called_in_order_and_the_same_one_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The web: an `on...` function keeps the place of the first one; a listener is added once."""
    await open_page("""
@window.add_event_listener("unload")
def first(event): print("first")
window.onunload = lambda event: print("never")
@window.add_event_listener("unload")
def third(event):
    print("third")
    window.remove_event_listener("unload", fourth)
def fourth(event): print("never")
window.add_event_listener("unload", first)
window.add_event_listener("unload", fourth)
window.add_event_listener("unload", print)
window.remove_event_listener("unload", print)
window.remove_event_listener("unload", print)
def second(event): print("second")
window.onunload = second
assert window.onunload is second and window.onbeforeunload is None
""")
    the_window().close()
    await settle()
    assert capsys.readouterr().out == "".join(f"renderer 1 │ {each}\n" for each in ("first", "second", "third"))


@program
async def test_what_is_no_function_is_refused_or_removes() -> None:
    contents = await open_page("window.onunload = print\nwindow.onunload = 'no function'")
    assert await contents.execute("window.onunload") is None
    with pytest.raises(TypeError, match="add_event_listener takes a function, not int"):
        await contents.execute("window.add_event_listener('unload', 5)")
    the_window().close()
    assert BrowserWindow.get_all_windows() == []


@program
async def test_a_listener_that_never_ends_can_be_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page("""
def before(event):
    print("asked")
    while True:
        pass
window.onbeforeunload = before
""")
    await settle()  # a renderer that has not slept yet may have no signal handler, and is not interrupted
    asked, closed = once(contents, "console-message"), once(the_window(), "closed")
    the_window().close()
    await asked
    contents.interrupt()
    await closed
    assert "KeyboardInterrupt" in capsys.readouterr().err


@program
async def test_settle_names_the_page_that_does_not_answer() -> None:
    contents = await open_page("window.onbeforeunload = lambda event: ipc_renderer.send_sync('may I?')")
    asked: list[object] = []
    ipc_main.on("may I?", asked.append)  # and is never answered
    the_window().close()
    with pytest.raises(TimeoutError, match="beforeunload in renderer 1"):
        await settle(timeout=0.2)
    assert not contents.is_destroyed()


@program
async def test_a_later_load_takes_the_place_of_one_whose_page_is_still_asked() -> None:
    contents = await open_page("window.onbeforeunload = lambda event: print('asked')")
    first, second = contents.load_url("data:text/html,first"), contents.load_url("data:text/html,second")
    await second
    assert contents.get_url() == "data:text/html,second"
    (outcome,) = await asyncio.gather(as_future(first), return_exceptions=True)
    assert "ERR_ABORTED (-3)" in str(outcome)


async def as_future(load: object) -> object:
    return await load  # type: ignore[misc]


def test_a_cell_run_again_takes_back_its_listeners() -> None:
    with kernels() as shared:
        kernel = shared.fresh()
        kernel.good("from ipclab import BrowserWindow\nwin = BrowserWindow()")
        kernel.good("%%renderer win\nfrom ipclab import window\nwindow.onbeforeunload = lambda e: False", "on")
        kernel.good("%%renderer win\n@window.add_event_listener('unload')\ndef gone(event): print('gone')", "add")
        kernel.good("win.close()")
        kernel.good("%%renderer win\nNone", "on")
        kernel.good("%%renderer win\nNone", "add")
        assert kernel.good("win.close()\nwin.is_destroyed()").result == "True"
