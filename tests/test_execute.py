"""`web_contents.execute`: code from main in the page's own world (design 4.1)."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

import pytest
from ipc import open_page, program

from ipclab import BrowserWindow, DataCloneError, RendererError, ipc_main, once, settle

# --- results -------------------------------------------------------------------------------------------------------


@program
async def test_every_form_of_a_result() -> None:
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


# --- exceptions ----------------------------------------------------------------------------------------------------


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
