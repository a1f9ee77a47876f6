"""`web_contents.execute`, Electron's `executeJavaScript`, and its sibling for isolated worlds (semantics a.3)."""

from __future__ import annotations

import asyncio
import builtins
from typing import Any

import pytest
from ipc import in_preload_world, open_page, program
from page_sources import html, script
from rules import different, held, not_simulated

from ipclab import BrowserWindow, DataCloneError, Error, RendererError, RenderProcessGone, ipc_main, once

TOPIC = "webContents.executeJavaScript"
ISOLATED = "webContents.executeJavaScriptInIsolatedWorld"

# --- when and where ------------------------------------------------------------------------------------------------


@different(
    "a.3",
    TOPIC,
    "Waits until the contents have a URL: before any load, for the next `did-stop-loading`.",
    "Before any load the page is empty and code runs in it at once: a notebook's first cell must not wait for ever.",
)
@program
async def test_code_can_run_before_any_load() -> None:
    contents = BrowserWindow().web_contents
    assert contents.get_url() == ""
    assert await contents.execute("2 * 3") == 6


@held("a.3", TOPIC, "Waits while the main frame is loading, for `did-stop-loading`.")
@program
async def test_code_waits_for_a_load_under_way() -> None:
    contents = await open_page()
    gate = asyncio.Event()
    order: list[str] = []
    contents.on("did-stop-loading", lambda _: order.append("did-stop-loading"))
    ipc_main.on("runs", lambda _: order.append("runs"))

    @ipc_main.handle("gate")
    async def handler(_: object) -> None:
        await gate.wait()

    asks = ("from ipclab import ipc_renderer", "await ipc_renderer.invoke('gate')", "ready = 'page is ready'")
    contents.load_url(script(*asks))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send('runs')\nready"))
    assert contents.is_loading()
    gate.set()
    assert await answer == "page is ready"
    assert order == ["did-stop-loading", "runs"]


@held(
    "a.3", TOPIC, "Inside `did-finish-load` the contents are still loading: code waits for `did-stop-loading` there."
)
@program
async def test_code_in_did_finish_load_runs_after_did_stop_loading() -> None:
    contents = await open_page()
    order: list[str] = []
    done = asyncio.Event()

    @contents.on("did-finish-load")
    async def listener(_: object) -> None:
        await contents.execute("1")
        order.append("ran")
        done.set()

    contents.on("did-stop-loading", lambda _: order.append("did-stop-loading"))
    contents.load_url(html("page"))
    await done.wait()
    assert order == ["did-stop-loading", "ran"]


@held("a.3", TOPIC, "Runs in the main world, among the page's own globals; the preload's world has others.")
@program
async def test_main_and_isolated_world_have_names_of_their_own() -> None:
    contents = BrowserWindow().web_contents
    await in_preload_world(contents, "secret = 1")
    await contents.execute("own = 2")
    with pytest.raises(NameError):
        await contents.execute("secret")
    with pytest.raises(NameError):
        await in_preload_world(contents, "own")


@held("a.3", TOPIC, "Globals stay until the next navigation, and are shared with the page's scripts.")
@program
async def test_names_persist_until_the_next_navigation_and_are_shared_with_page_scripts() -> None:
    contents = BrowserWindow().web_contents
    await contents.load_url(script("shared = [1]"))
    await contents.execute("shared.append(2)\ndef later(): return shared + [own]\nown = 3")
    assert await contents.execute("later()") == [1, 2, 3]
    await contents.reload()
    with pytest.raises(NameError, match="own"):
        await contents.execute("own")
    assert await contents.execute("shared") == [1]


not_simulated(
    "a.3",
    TOPIC,
    "Up to 11 an object could leave its world uncopied, unless `worldSafeExecuteJavaScript` was on (from 10 to 13).",
    "A result is a copy in every version.",
)
not_simulated("a.3", TOPIC, "`userGesture` runs the code as if the user had acted.", "Nothing here needs a gesture.")

# --- results -------------------------------------------------------------------------------------------------------


@different(
    "a.3",
    TOPIC,
    "Resolves with the completion value of the code, that of an `if` or a loop too.",
    "Python's statements have no value: the result is the last statement's if that is an expression, else None.",
)
@pytest.mark.parametrize(
    ("source", "result"), [("x = 5\nx * 2", 10), ("x = 5", None), ("if True:\n    7", None), ("", None)]
)
@program
async def test_the_result_is_the_last_expression_or_none(source: str, result: object) -> None:
    assert await BrowserWindow().web_contents.execute(source) == result


@held("a.3", TOPIC, "A promise that is returned is awaited, and its value is the result.")
@program
async def test_an_awaitable_result_is_awaited() -> None:
    contents = await open_page("import asyncio\nasync def f(): return [await asyncio.sleep(0, 1), 2]")
    ipc_main.handle("ch", lambda _: "from main")
    assert await contents.execute("f()") == [1, 2]
    assert await contents.execute("ipc_renderer.invoke('ch')") == "from main"


@held("a.3", TOPIC, "The result is a clone of the page's value.")
@program
async def test_the_result_is_a_clone() -> None:
    contents = await open_page("value = {'list': [1]}\nvalue['self'] = value")
    first = await contents.execute("value")
    assert first["self"] is first
    first["list"].append(2)
    assert await contents.execute("value['list']") == [1]


@held("a.3", TOPIC, "A result that cannot be cloned: `An object could not be cloned.`")
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("{'user': {'callback': print}}", "result.user.callback is a function"),
        ("[1, lambda: 2]", "result[1] is a function"),
        ("ipc_renderer", "result is an IpcRenderer"),
    ],
)
@program
async def test_an_unclonable_result_is_a_data_clone_error_with_its_path(source: str, line: str) -> None:
    contents = await open_page()
    with pytest.raises(DataCloneError) as caught:
        await contents.execute(source)
    assert str(caught.value) == f"An object could not be cloned.\n{line}"
    assert f"{caught.value.path} {caught.value.reason}" == line


# --- failures ------------------------------------------------------------------------------------------------------

BUILTIN = sorted(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and kind.__name__ == name
    # A coroutine may not raise StopIteration, a bare Exception is JavaScript's Error, a group has members.
    and name not in ("StopIteration", "Exception", "ExceptionGroup")
)

RAISE = {
    "UnicodeDecodeError": "UnicodeDecodeError('utf-8', b'x', 0, 1, 'text')",
    "UnicodeEncodeError": "UnicodeEncodeError('utf-8', 'x', 0, 1, 'text')",
    "UnicodeTranslateError": "UnicodeTranslateError('x', 0, 1, 'text')",
}


@held("a.3", TOPIC, "If the promise rejects, so does this one, with a clone of the error: standard classes survive.")
@program
async def test_every_builtin_exception_can_be_caught_by_its_own_class() -> None:
    contents = await open_page("async def fail(error): raise error")
    for name in BUILTIN:
        made = RAISE.get(name, f"{name}('text')")
        with pytest.raises(getattr(builtins, name), match="text") as caught:
            await asyncio.wait_for(contents.execute(f"fail({made})"), 5)
        error = caught.value
        assert isinstance(error, RendererError), f"{name}: no answer"
        assert error.name == name
        assert error.remote_traceback.splitlines()[-1].startswith(name)


@different(
    "a.3",
    TOPIC,
    "Code that throws at once gives only `Script failed to execute, this normally means an error was thrown. Check "
    "the renderer console for the error.`",
    "The error itself arrives here too, with its traceback: a learner should see it where the code is.",
)
@pytest.mark.parametrize(
    ("source", "kind"), [("1 / 0", ZeroDivisionError), ("nobody", NameError), ("def (:", SyntaxError)]
)
@program
async def test_code_that_raises_at_once_fails_with_its_own_error(
    source: str, kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(kind) as caught:
        await contents.execute(source)
    assert isinstance(caught.value, RendererError)
    assert await contents.execute("'alive'") == "alive"
    assert capsys.readouterr().err == ""


REMOVED = (
    "If the frame is gone: `WebFrame was removed before script could run. This normally means the underlying frame "
    "was destroyed`."
)


@different("a.3", TOPIC, REMOVED, "A navigation that ends running code is a RendererError that says so.")
@program
async def test_code_that_runs_when_the_page_goes_away_ends_with_an_error() -> None:
    contents = await open_page()
    begun = once(ipc_main, "begun")
    ipc_main.on("begun", lambda _: None)
    code = "import asyncio\nipc_renderer.send('begun')\nawait asyncio.Event().wait()"
    running = asyncio.ensure_future(contents.execute(code))
    await begun
    await contents.load_url("about:blank")
    with pytest.raises(RendererError, match="the page went away"):
        await running


@different("a.3", TOPIC, REMOVED, "RenderProcessGone says how the process ended.")
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("exit()", "clean-exit, exit code 0"),
        ("import sys\nsys.exit(3)", "abnormal-exit, exit code 3"),
        ("import asyncio, sys\nawait asyncio.sleep(0)\nsys.exit(4)", "abnormal-exit, exit code 4"),
        ("import os\nos._exit(5)", "abnormal-exit, exit code 5"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "killed, exit code -9"),
        ("import ctypes\nctypes.string_at(0)", "crashed, exit code -11"),
        ("import os\nos.abort()", "crashed, exit code -6"),
    ],
)
@program
async def test_a_process_that_ends_under_its_code_fails_it(source: str, why: str) -> None:
    contents = BrowserWindow().web_contents
    other = asyncio.ensure_future(contents.execute("import asyncio\nawait asyncio.Event().wait()"))
    await asyncio.sleep(0)
    for pending in (contents.execute(source), other):
        with pytest.raises(RenderProcessGone) as caught:
            await pending
        assert str(caught.value) == f"renderer 1 is gone ({why})"
    with pytest.raises(RenderProcessGone, match="renderer 1 is gone"):
        await contents.execute("1")


@different("a.3", TOPIC, REMOVED, "RenderProcessGone says that the window was closed.")
@program
async def test_closing_the_window_fails_what_runs_in_it() -> None:
    window = BrowserWindow()
    running = asyncio.ensure_future(window.web_contents.execute("import asyncio\nawait asyncio.Event().wait()"))
    await asyncio.sleep(0)
    window.close()
    with pytest.raises(RenderProcessGone, match=r"^renderer 1 is gone: its window was closed$"):
        await running


# --- isolated worlds -----------------------------------------------------------------------------------------------


@held("a.3", ISOLATED, "World 999 is the preload's; its globals are separate from those of world 0, the page's.")
@program
async def test_world_999_is_the_preloads() -> None:
    contents = BrowserWindow().web_contents
    await in_preload_world(contents, "secret = 1")
    await contents.execute("own = 2")
    assert await contents.execute_in_isolated_world(999, [{"code": "secret + 1"}]) == 2
    assert await contents.execute_in_isolated_world(0, [{"code": "own"}]) == 2
    with pytest.raises(NameError):
        await contents.execute_in_isolated_world(999, [{"code": "own"}])
    with pytest.raises(NameError):
        await contents.execute_in_isolated_world(0, [{"code": "secret"}])
    await contents.execute_in_isolated_world(999, [{"code": "from ipclab import ipc_renderer"}])
    with pytest.raises(ImportError, match="not available to the page"):
        await contents.execute_in_isolated_world(0, [{"code": "from ipclab import ipc_renderer"}])


@held("a.3", ISOLATED, "Runs the scripts in their order; only the first one's result is given back.")
@program
async def test_several_scripts_run_in_order_and_the_first_ones_result_counts() -> None:
    contents = BrowserWindow().web_contents
    scripts = [{"code": "order = [1]\n'first'"}, {"code": "order.append(2)\n'second'"}]
    assert await contents.execute_in_isolated_world(999, scripts) == "first"
    assert await contents.execute_in_isolated_world(999, [{"code": "order"}]) == [1, 2]


@different(
    "a.3",
    ISOLATED,
    "Any other id makes a world of its own.",
    "There are the two worlds that Electron's IPC needs, without context isolation one; other ids are an Error.",
)
@pytest.mark.parametrize(("isolated", "world"), [(True, 1), (True, 1000), (True, "999"), (False, 999)])
@program
async def test_there_are_no_other_worlds(isolated: bool, world: Any) -> None:
    contents = BrowserWindow(web_preferences={"context_isolation": isolated}).web_contents
    with pytest.raises(Error, match=r"^there is no world "):
        await contents.execute_in_isolated_world(world, [{"code": "1"}])
