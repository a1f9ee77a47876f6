"""What ipclab itself promises of `remote`: names, dicts, texts in the trace, and that it bears anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from ipc import open_page, program
from remote_pages import failure, open_remote_page

from ipclab import BrowserWindow, DataCloneError, app, global_, once, settle, trace

# --- names ---------------------------------------------------------------------------------------------------------


def test_main_has_no_remote() -> None:
    with pytest.raises(ImportError, match="remote belongs to renderer processes"):
        from ipclab import remote  # noqa: F401


@program
async def test_it_is_loaded_when_a_page_asks_for_it() -> None:
    """Pages that do without pay nothing for it."""
    app.electron_version = 9
    contents = await open_page("import sys")
    code = "[name for name in sys.modules if name.startswith('ipclab.renderer.remote')]"
    assert await contents.execute(code) == []
    assert await contents.execute(f"from ipclab import remote\n{code}") != []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("remote.getGlobal('x')", "remote has no 'getGlobal'. Here it is called 'get_global'."),
        ("remote.browserWindow", "remote has no 'browserWindow'."),
        ("remote.fs", "remote has no 'fs'. It has: BrowserWindow, "),
        ("remote.get_current_window().loadFile('x')", "has no 'loadFile'. Here it is called 'load_file'."),
    ],
)
@program
async def test_names_in_electrons_spelling(code: str, told: str) -> None:
    contents = await open_remote_page()
    with pytest.raises(AttributeError) as caught:
        await contents.execute(code)
    assert told in str(caught.value)


@pytest.mark.parametrize("code", ["remote.get_global(5)", "remote.get_builtin(None)"])
@program
async def test_a_name_is_a_text(code: str) -> None:
    contents = await open_remote_page()
    with pytest.raises(TypeError, match=r"^remote asks for names, and .* is none$"):
        await contents.execute(code)
    assert await contents.execute("[remote.get_builtin('restart'), remote.get_global('')]") == [None, None]


# --- dicts ---------------------------------------------------------------------------------------------------------


@program
async def test_a_proxy_of_a_dict_takes_attributes_and_items_alike() -> None:
    """Contract 4.2: a key wins over a dict method; a missing one is an AttributeError that lists the keys."""
    global_.shared = {"user": "John", "keys": "mine", 5: "five", "two words": 2}
    contents = await open_remote_page("shared = remote.get_global('shared')")
    assert await contents.execute(
        "[shared.user, shared['user'], shared.keys, shared['two words'], shared.get('user')]"
    ) == [
        "John",
        "John",
        "mine",
        2,
        "John",
    ]
    assert await contents.execute(
        "[list(shared), len(shared), 'user' in shared, 'update' in shared, 5 in shared]"
    ) == [
        ["user", "keys", "two words"],
        3,
        True,
        False,
        False,
    ]
    told = "has no 'update'. It has those that there were when it was first asked for: user, keys, two words"
    assert told in await failure(contents, "shared['update']")
    assert await contents.execute(
        "shared.update({'user': 'Jane'})\nshared['user'] = shared.user + '!'\nshared.user"
    ) == ("Jane!")
    assert global_.shared["user"] == "Jane!"


@program
async def test_looking_at_a_proxy_is_no_message() -> None:
    global_.thing = {"user": "John", "f": print}
    contents = await open_remote_page("thing, window = remote.get_global('thing'), remote.get_current_window()")
    before = len(trace)
    await contents.execute("""
import inspect
for proxy in (thing, window, thing.f, remote):
    repr(proxy), dir(proxy), hash(proxy), proxy == 5, callable(proxy), getattr(proxy, "_repr_html_", None)
    inspect.isawaitable(proxy), hasattr(proxy, "__array__")
""")
    with pytest.raises(DataCloneError, match="result is a RemoteObject"):
        await contents.execute("window")
    assert len(trace) == before
    assert await contents.execute("[repr(each) for each in (thing, window, thing.f, remote)]") == [
        "<remote dict thing: user, f>",
        "<remote object BrowserWindow>",
        "<remote method thing.f>",
        "<remote>",
    ]


# --- the trace -----------------------------------------------------------------------------------------------------


@program
async def test_the_trace_shows_what_crossed_in_words() -> None:
    global_.api = {"f": lambda *_: {"x": 1}}
    contents = await open_remote_page("api = remote.get_global('api')\ndef mine(): pass")
    await contents.execute("api.f(api, [mine], 'text')\nNone")
    await settle()
    shown = [(message.channel, repr(message.args)) for message in trace if message.sender == "renderer 1"]
    assert shown == [
        ("getGlobal api", "[]"),
        ("call api.f", "[{'f': <function <lambda>>}, [<function mine of renderer 1>], 'text']"),
    ]
    assert [repr(message.args) for message in trace if message.kind == "reply"] == [
        "[<remote dict api: f>]",
        "[<remote dict: x>]",
    ]
    assert trace.to_json()
    assert trace.to_mermaid()


# --- anything at all -----------------------------------------------------------------------------------------------


@program
async def test_large_values_cross_both_ways() -> None:
    seen: list[bytes] = []

    def swap(data: bytes) -> bytes:
        seen.append(data)
        return data[::-1]

    global_.swap = swap
    contents = await open_remote_page("data = bytes(range(256)) * 20_000")
    assert await contents.execute("remote.get_global('swap')(data) == data[::-1]")
    assert seen == [bytes(range(256)) * 20_000]


@program
async def test_endless_nesting_is_an_error_in_the_page() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    global_.deep, global_.cyclic, global_.f = deep, cyclic, lambda *_: None
    contents = await open_remote_page("""
deep = []
for _ in range(100_000): deep = [deep]
""")
    for code in ("remote.get_global('deep')", "remote.get_global('cyclic')", "remote.get_global('f')(deep)"):
        assert (await failure(contents, code)).startswith("RecursionError: ")
    assert await contents.execute("remote.app.name") == "ipclab"


@program
async def test_nothing_of_pythons_own_or_ipclabs_own_is_reached() -> None:
    """Links, loops, modules and frames are no members; what no rule lets through is an error."""

    def generate() -> Iterator[int]:
        yield 1

    global_.module, global_.generator = asyncio, generate()
    contents = await open_remote_page("contents = remote.get_current_web_contents()")
    assert await contents.execute("""
[dir(remote.get_global("module")), dir(remote.get_global("generator")),
 [name for name in ("host", "loop", "loading", "preferences") if name in dir(contents)]]
""") == [[], [], []]
    for name in ("host", "loop"):
        told = await failure(contents, f"contents._link.ask('get', 'x', contents._number, '{name}')")
        assert told == f"AttributeError: '{name}' cannot be reached by remote: only an object's public members can"


@program
async def test_a_page_can_close_its_own_window() -> None:
    contents = await open_remote_page()
    await open_page()
    execution = asyncio.ensure_future(contents.execute("remote.get_current_window().close()"))
    await once(contents, "destroyed")
    await asyncio.wait([execution])
    assert execution.exception() is not None
    assert [m.outcome for m in trace if m.channel == "call BrowserWindow.close"] == ["delivered", "lost"]
    assert len(BrowserWindow.get_all_windows()) == 1


@program
async def test_sys_exit_in_a_called_function_ends_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    def leave() -> None:
        raise SystemExit(3)

    codes: list[int] = []
    app.on("quit", lambda _, code: codes.append(code))
    global_.leave = leave
    contents = await open_remote_page()
    with pytest.raises(Exception, match="its window was closed"):
        await contents.execute("remote.get_global('leave')()")
    assert codes == [3]
    assert capsys.readouterr().err == ""


@program
async def test_a_request_that_main_refused_leaves_the_page_working() -> None:
    """A page without the right to `remote` that asks all the same is told what an honest one is told."""
    app.electron_version = 13
    contents = await open_page()
    told = await failure(
        contents,
        """
import sys
import ipclab.renderer.remote_link as remote_link
process = ipc_renderer._process
remote_link.RemoteLink(process).ask("get_global", "getGlobal x", name="x")
""",
    )
    assert told.startswith("Error: remote is undefined here (TypeError: Cannot read property of undefined)")
