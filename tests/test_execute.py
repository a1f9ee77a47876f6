"""`web_contents.execute`: code from main in the page's own world (semantics a.3, executeJavaScript; design 4.1)."""

from __future__ import annotations

import asyncio
import builtins
import traceback
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DataCloneError, RendererError, RenderProcessGone, ipc_main, once, settle

# --- results -------------------------------------------------------------------------------------------------------


@program
async def test_the_result_is_the_last_expression_or_none() -> None:
    """Design 4.1: the last statement if it is an expression, else None; an awaitable result is awaited."""
    contents = BrowserWindow().web_contents
    for source, result in [
        ("1 + 1", 2),
        ("x = 5", None),
        ("", None),
        ("# only a comment", None),
        ("x = 5\nx * 2", 10),
        ("'a'\n'b'", "b"),
        ("if True:\n    7", None),
        ("for x in range(3): x", None),
        ("def f(): return 1", None),
        ("None", None),
        ("import asyncio\nawait asyncio.sleep(0, 'awaited')", "awaited"),
        ("asyncio.sleep(0, 'an awaitable')", "an awaitable"),
        ("async def g(): return 3\ng()", 3),
        ("[await g(), *[await g() for _ in range(2)]]", [3, 3, 3]),
        ("{'a': (1, 2), 'b': {3}}", {"a": [1, 2], "b": {3}}),
        ("  ", None),
        ("1;", 1),
        ("'渲染进程'", "渲染进程"),
    ]:
        assert await contents.execute(source) == result, source


@program
async def test_names_persist_until_the_next_navigation_and_are_shared_with_page_scripts() -> None:
    contents = BrowserWindow().web_contents
    await contents.load_url('data:text/html,<script type="py">shared = [1]</script>')
    await contents.execute("shared.append(2)\ndef later(): return shared + [own]\nown = 3")
    assert await contents.execute("later()") == [1, 2, 3]
    await contents.reload()
    with pytest.raises(NameError, match="own"):
        await contents.execute("own")
    assert await contents.execute("shared") == [1]


@program
async def test_code_of_several_calls_interleaves_at_its_awaits() -> None:
    contents = await open_page("order = []\nimport asyncio\ngate = asyncio.Event()")
    waits = contents.execute("order.append(1)\nawait gate.wait()\norder.append(3)\norder")
    opens = contents.execute("order.append(2)\ngate.set()")
    assert list(await asyncio.gather(waits, opens)) == [[1, 2, 3], None]


@program
async def test_a_task_starts_during_sleep_0() -> None:
    """asyncio: a task that was created runs its first step before the creator comes back from sleep(0)."""
    contents = await open_page()
    assert await contents.execute("""
import asyncio
begun = []
async def task(): begun.append("task")
kept = asyncio.create_task(task())
await asyncio.sleep(0)
begun
""") == ["task"]


@program
async def test_main_and_isolated_world_have_names_of_their_own() -> None:
    """Semantics a.3: it runs in the main world, whose globals are separate from the isolated world's."""
    contents = BrowserWindow().web_contents
    await contents.run("secret = 1", "isolated", "<preload>", "test")
    await contents.execute("own = 2")
    with pytest.raises(NameError):
        await contents.execute("secret")
    with pytest.raises(NameError):
        await contents.run("own", "isolated", "<preload>", "test")


# --- exceptions ----------------------------------------------------------------------------------------------------

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


@program
async def test_every_builtin_exception_can_be_caught_by_its_own_class() -> None:
    """Design 4.1: RendererError, also catchable as the builtin class of the same name; semantics a.3: standard error
    classes survive."""
    contents = BrowserWindow().web_contents
    for name in BUILTIN:
        made = RAISE.get(name, f"{name}('text')")
        with pytest.raises(getattr(builtins, name), match="text") as caught:
            await asyncio.wait_for(contents.execute(f"raise {made}"), 5)
        error = caught.value
        assert isinstance(error, RendererError), f"{name}: no answer"
        assert error.name == name
        assert error.remote_traceback.splitlines()[-1].startswith(name)


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("1 / 0", ZeroDivisionError, "division by zero"),
        ("undefined_name", NameError, "name 'undefined_name' is not defined"),
        ("{}['k']", KeyError, "'k'"),
        ("raise ValueError('boom')", ValueError, "boom"),
        ("import no_such_module", ModuleNotFoundError, "No module named 'no_such_module'"),
        ("assert False, 'why'", AssertionError, "why"),
        ("b'\\xff'.decode()", UnicodeDecodeError, "'utf-8' codec can't decode byte 0xff in position 0: invalid"),
    ],
)
@program
async def test_an_exception_arrives_with_its_text_and_its_remote_traceback(
    source: str, kind: type[Exception], text: str
) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(kind) as caught:
        await contents.execute(f"def inner():\n    {source}\n\ninner()")
    error = caught.value
    assert isinstance(error, RendererError)
    assert str(error).startswith(text)
    assert error.name == kind.__name__
    assert error.process == "renderer 1"
    trace = error.remote_traceback
    assert trace.startswith("Traceback (most recent call last):\n")
    assert 'File "<execute>", line 2, in inner' in trace
    assert f"    {source}\n" in trace
    assert "ipclab" not in trace


@pytest.mark.parametrize(
    ("source", "name", "text"),
    [
        ("raise Exception('bare')", "Error", "bare"),
        ("class Mine(Exception): pass\nraise Mine('own')", "Mine", "own"),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute()", "Mute", "<Mute whose text"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        # Its members stay in the renderer, so it is no group here.
        ("raise ExceptionGroup('several', [ValueError('one')])", "ExceptionGroup", "several (1 sub-exception)"),
        ("import asyncio\nraise asyncio.CancelledError('own')", "CancelledError", "own"),
        ("await ipc_renderer.invoke('x', print)", "DataCloneError", "An object"),
    ],
)
@program
async def test_what_is_no_builtin_exception_arrives_as_a_renderer_error(source: str, name: str, text: str) -> None:
    contents = await open_page()
    if name == "DataCloneError":
        with pytest.raises(DataCloneError, match=r"args\[0\] is a function"):
            await contents.execute(source)
        return
    with pytest.raises(RendererError) as caught:
        await contents.execute(source)
    assert caught.value.name == name
    assert str(caught.value).startswith(text)
    assert await contents.execute("'alive'") == "alive"


@program
async def test_a_class_of_ones_own_with_the_name_of_a_builtin_one_does_no_harm() -> None:
    contents = BrowserWindow().web_contents
    for name in ("StopIteration", "SystemExit", "OSError", "ExceptionGroup", "Warning", "Exception", "type"):
        with pytest.raises(RendererError, match="mine"):
            await contents.execute(f"{name} = type({name!r}, (Exception,), {{}})\nraise {name}('mine')")


@program
async def test_a_syntax_error_says_where() -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(SyntaxError) as caught:
        await contents.execute("x = 1\ny = (")
    shown = "".join(traceback.format_exception(caught.value))
    assert "SyntaxError: '(' was never closed" in shown
    assert 'File "<execute>", line 2' in shown
    assert isinstance(caught.value, RendererError)
    assert 'File "<execute>", line 2' in caught.value.remote_traceback
    with pytest.raises(SyntaxError):
        await contents.execute("return 1")


@program
async def test_texts_that_are_no_unicode_get_through() -> None:
    """os.fsdecode gives such texts for file names."""
    contents = BrowserWindow().web_contents
    async with asyncio.timeout(5):
        with pytest.raises(ValueError, match="boom"):
            await contents.execute("raise ValueError('boom \\udc80')")
        assert await contents.execute("print('\\udc80')\n'\\udc80'") == "\udc80"
        assert await contents.execute("'\udc80'") == "\udc80"
        await settle(1)


@program
async def test_an_unclonable_result_is_a_data_clone_error_with_its_path() -> None:
    """Semantics a.3: non-cloneable result; design 4.1: DataCloneError with the path."""
    contents = await open_page()
    for source, line in [
        ("{'user': {'callback': print}}", "result.user.callback is a function"),
        ("[1, lambda: 2]", "result[1] is a function"),
        ("ipc_renderer", "result is an IpcRenderer"),
    ]:
        with pytest.raises(DataCloneError) as caught:
            await contents.execute(source)
        assert str(caught.value) == f"An object could not be cloned.\n{line}"
        assert f"{caught.value.path} {caught.value.reason}" == line


@program
async def test_texts_may_be_instances_of_a_subclass() -> None:
    class Text(str):
        __slots__ = ()

    contents = await open_page("got = []\nipc_renderer.on('ch', lambda e, *args: got.append(args))\nNone")
    heard: list[object] = []
    ipc_main.on(Text("ch"), lambda _, *args: heard.append(args))
    ipc_main.handle(Text("ch"), lambda _: "answer")
    contents.send(Text("ch"), 1)
    code = "class Text(str): pass\nch = Text('ch')\nipc_renderer.send(ch, 1)\n[got, await ipc_renderer.invoke(ch)]"
    assert await contents.execute(Text(code)) == [[[1]], "answer"]
    assert heard == [(1,)]
    await contents.load_url(Text("about:blank"))
    await settle(1)


@pytest.mark.parametrize("source", [None, 5, b"1"])
@program
async def test_source_is_text(source: Any) -> None:
    contents = BrowserWindow().web_contents
    with pytest.raises(TypeError, match="source text"):
        await contents.execute(source)


# --- when it runs --------------------------------------------------------------------------------------------------


@program
async def test_code_can_run_before_any_load() -> None:
    """Design 4.1, before any load (a declared difference to executeJavaScript)."""
    assert await BrowserWindow().web_contents.execute("2 * 3") == 6


@program
async def test_code_waits_for_a_load_under_way() -> None:
    """Semantics a.3: waits until its main frame is not loading."""
    contents = await open_page()
    gate = asyncio.Event()

    @ipc_main.handle("gate")
    async def handler(_: object) -> None:
        await gate.wait()

    asks = 'from ipclab import ipc_renderer%0aawait ipc_renderer.invoke("gate")%0aready = "page is ready"'
    contents.load_url(f"data:text/html,<script type='py'>{asks}</script>")
    answer = asyncio.ensure_future(contents.execute("ready"))
    assert contents.is_loading()
    gate.set()
    assert await answer == "page is ready"


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


@program
async def test_giving_up_waiting_for_code_does_not_stop_it() -> None:
    contents = await open_page()
    begun = once(ipc_main, "begun")
    ended = once(ipc_main, "ended")
    ipc_main.on("begun", lambda _: None)
    ipc_main.handle("go on", lambda _: None)
    code = "ipc_renderer.send('begun')\nawait ipc_renderer.invoke('go on')\nipc_renderer.send('ended')"
    running = asyncio.ensure_future(contents.execute(code))
    await begun
    running.cancel()
    await ended
    await settle()
    assert await contents.execute("1") == 1


# --- the process ends ----------------------------------------------------------------------------------------------


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
    """Design 4.1: RenderProcessGone; semantics a.4: the reasons of render-process-gone."""
    contents = BrowserWindow().web_contents
    other = asyncio.ensure_future(contents.execute("import asyncio\nawait asyncio.Event().wait()"))
    await asyncio.sleep(0)
    for pending in (contents.execute(source), other):
        with pytest.raises(RenderProcessGone) as caught:
            await pending
        assert str(caught.value) == f"renderer 1 is gone ({why})"
    with pytest.raises(RenderProcessGone, match="renderer 1 is gone"):
        await contents.execute("1")


@program
async def test_closing_the_window_fails_what_runs_in_it() -> None:
    window = BrowserWindow()
    running = asyncio.ensure_future(window.web_contents.execute("import asyncio\nawait asyncio.Event().wait()"))
    await asyncio.sleep(0)
    window.close()
    with pytest.raises(RenderProcessGone, match=r"^renderer 1 is gone: its window was closed$"):
        await running
