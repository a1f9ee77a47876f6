"""What goes wrong with `remote`, who may refuse it, and which Electron has it (semantics a.9 and d)."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import open_page, program
from remote_pages import asked, failure, open_remote_page
from rules import different, held, not_simulated

from ipclab import BrowserWindow, app, global_, settle, trace
from ipclab.main.remote import RemoteEvent

# --- failures ------------------------------------------------------------------------------------------------------


def fails(*_: object) -> None:
    raise ValueError("boom")


class Broken:
    @property
    def value(self) -> None:
        raise LookupError("getting error")

    @value.setter
    def value(self, _: object) -> None:
        raise TypeError("setting error")

    @property
    def fixed(self) -> int:
        return 1


class Unmade:
    def __init__(self) -> None:
        raise RuntimeError("not made")


@held(
    "a.9",
    "errors",
    "`Could not call remote method '<m>'. Check that the method signature is correct. Underlying error: <e>`, the "
    "original being the `cause`.",
)
@held("a.9", "errors", "`Could not call remote function '<name>'. …`; a nameless one is `anonymous`.")
@program
async def test_a_call_that_fails() -> None:
    global_.api, global_.fails, global_.lambda_ = {"fails": fails}, fails, lambda: fails()
    contents = await open_remote_page()
    for code, what in (
        ("remote.get_global('api').fails(1)", "method 'fails'. Check that the method"),
        ("remote.get_global('fails')()", "function 'fails'. Check that the function"),
        ("remote.get_global('lambda_')()", "function 'anonymous'. Check that the function"),
    ):
        assert await failure(contents, code) == (
            f"Error: Could not call remote {what} signature is correct. Underlying error: boom "
            "(cause: ValueError('boom'))"
        )
    assert [m.outcome for m in trace if m.channel in ("call api.fails", "call fails") and m.kind == "remote"] == [
        "rejected",
        "rejected",
    ]


@held("a.9", "errors", "Errors of getting, setting and constructing are thrown as they are.")
@program
async def test_other_failures_are_raised_as_they_are() -> None:
    global_.broken, global_.Unmade, global_.api = Broken(), Unmade, {"Unmade": Unmade}
    contents = await open_remote_page("broken, api = remote.get_global('broken'), remote.get_global('api')")
    assert [
        await failure(contents, code)
        for code in ("broken.value", "broken.value = 1", "remote.get_global('Unmade')()", "api.Unmade()")
    ] == [
        "LookupError: getting error",
        "TypeError: setting error",
        "RuntimeError: not made",
        "RuntimeError: not made",
    ]


@held("a.9", "property write", "A property without a setter cannot be set; that is known without asking.")
@program
async def test_a_property_without_a_setter() -> None:
    global_.broken = Broken()
    contents = await open_remote_page("broken = remote.get_global('broken')")
    told = "AttributeError: 'fixed' of <remote object broken> cannot be set"
    assert await failure(contents, "broken.fixed = 2") == told
    assert asked() == ["getGlobal broken"]


@held("a.9", "errors", "An error keeps its message and own fields, such as `code`.")
@program
async def test_an_error_keeps_its_fields() -> None:
    contents = await open_remote_page()
    found = await contents.execute("""
try: await remote.get_current_web_contents().load_file("missing.html")
except Exception as error: found = [type(error).__name__, error.code, error.errno, str(error)[:27]]
found
""")
    assert found == ["Error", "ERR_FILE_NOT_FOUND", -6, "ERR_FILE_NOT_FOUND (-6) loa"]


MISSING = {
    "thing.x": "get property 'x'",
    "thing.x = 1": "set property 'x'",
    "thing.f()": "call method 'f'",
    "thing.C()": "call constructor 'C'",
    "f()": "call function",
    "C()": "call constructor",
}


@held(
    "a.9",
    "errors",
    "`Cannot get property '<p>' on missing remote object <id>` and its siblings; `code` is EBADRPC, `errno` -72.",
)
@pytest.mark.parametrize("code", MISSING)
@program
async def test_a_missing_object(code: str) -> None:
    global_.thing, global_.f, global_.C = {"x": 1, "f": fails, "C": Broken}, fails, Broken
    contents = await open_remote_page("""
thing, f, C = remote.get_global("thing"), remote.get_global("f"), remote.get_global("C")
for proxy in (thing, f, C): object.__setattr__(proxy, "_number", 999)
""")
    found = await contents.execute(f"""
try: {code}
except Exception as error: found = [type(error).__name__, str(error), error.code, error.errno]
found
""")
    assert found == ["Error", f"Cannot {MISSING[code]} on missing remote object 999", "EBADRPC", -72]


@different(
    "a.9",
    "errors",
    "The text of a failed call goes on with `Underlying stack: …`, main's stack.",
    "It ends with the error: the stack names files, which differ from machine to machine. The `cause` is there.",
)
@program
async def test_the_text_of_a_failed_call_ends_with_the_error() -> None:
    global_.fails = fails
    contents = await open_remote_page()
    assert "stack" not in await failure(contents, "remote.get_global('fails')()")


@different(
    "a.9",
    "proxies",
    "All own properties can be reached, those with an underscore too.",
    "In Python these are the object's, or the interpreter's: neither the page's proxy nor main lets them through.",
)
@program
async def test_what_begins_with_an_underscore_cannot_be_reached() -> None:
    class Thing:
        _secret = "hidden"

    global_.thing, global_.entries = Thing(), {"_id": 5}
    contents = await open_remote_page("thing, entries = remote.get_global('thing'), remote.get_global('entries')")
    assert await failure(contents, "thing._secret") == (
        "AttributeError: '_secret' of <remote object thing> cannot be reached: only public members can"
    )
    for name in ("_secret", "__dict__", "__init__", "__class__"):
        told = f"AttributeError: '{name}' cannot be reached by remote: only an object's public members can"
        for code in (
            f"thing._link.ask('get', 'x', thing._number, '{name}')",
            f"thing._link.ask('set', 'x', thing._number, '{name}', (1,))",
        ):
            assert await failure(contents, code) == told
        called = await failure(contents, f"thing._link.ask('call_member', 'x', thing._number, '{name}')")
        assert called.startswith(f"Error: Could not call remote method '{name}'.")
        assert f"{name!r} cannot be reached by remote" in called
    assert await contents.execute("entries['_id']") == 5  # a key is data


# --- refusing ------------------------------------------------------------------------------------------------------

FILTERED = {
    "getGlobal('x')": ("remote-get-global", "remote.get_global('x')", ["x"]),
    "getBuiltin('app')": ("remote-get-builtin", "remote.app", ["app"]),
    "getCurrentWindow()": ("remote-get-current-window", "remote.get_current_window()", []),
    "getCurrentWebContents()": ("remote-get-current-web-contents", "remote.get_current_web_contents()", []),
}


@held(
    "a.9",
    "filtering",
    "A listener of `remote-get-global` (…-builtin, …-current-window, …-current-web-contents) that prevents default "
    "refuses: `Blocked remote.getGlobal('<n>')`.",
)
@held("a.9", "filtering", "The app's listeners are asked first, with the web contents, then those of the contents.")
@pytest.mark.parametrize("call", FILTERED)
@program
async def test_listeners_can_refuse(call: str) -> None:
    event_name, code, args = FILTERED[call]
    contents = await open_remote_page()
    order: list[Any] = []

    def of_the_app(event: RemoteEvent, *given: object) -> None:
        order.append(["app", event.sender is contents, *given])

    def of_the_contents(event: RemoteEvent, *given: object) -> None:
        order.append(["contents", event.sender is contents, *given])
        event.prevent_default()

    app.on(event_name, of_the_app)
    contents.on(event_name, of_the_contents)
    assert await failure(contents, code) == f"Error: Blocked remote.{call}"
    assert order == [["app", True, contents, *args], ["contents", True, *args]]
    assert [message.outcome for message in trace if message.kind == "remote"] == ["rejected"]


@held("a.9", "filtering", "A listener can answer itself, by `event.returnValue`.")
@pytest.mark.parametrize("call", FILTERED)
@program
async def test_listeners_can_answer_themselves(call: str) -> None:
    event_name, code, _ = FILTERED[call]
    contents = await open_remote_page()

    @app.on(event_name)
    def answer(event: RemoteEvent, *_: object) -> None:
        event.prevent_default()
        event.return_value = "instead"

    assert await contents.execute(code) == "instead"


# --- versions ------------------------------------------------------------------------------------------------------


def preferences(given: bool | None) -> dict[str, Any]:
    """Web preferences with that `enable_remote_module`, None: without any."""
    return {} if given is None else {"enable_remote_module": given}


NO_REMOTE = r"^remote is undefined here \(TypeError: Cannot read propert(y|ies) of undefined\): "


@held("a.9", "versions", "`enableRemoteModule`: on by default up to 9, from 10 to 13 only if asked for.")
@different(
    "a.9",
    "versions",
    "Without it, and from 14 on, `remote` is undefined: `Cannot read property 'getGlobal' of undefined`.",
    "Importing it is an ImportError that says so, and what to use instead.",
)
@pytest.mark.parametrize(
    ("version", "given", "why"),
    [
        (9, None, None),
        (9, False, "it is switched off in this window .*enable_remote_module"),
        (10, None, "it is switched off in this window .*enable_remote_module"),
        (10, True, None),
        (13, None, "it is switched off in this window .*enable_remote_module"),
        (13, True, None),
        (14, True, "Electron 14 removed it, .* ipc_renderer.invoke"),
        (43, None, "Electron 14 removed it, .* ipc_renderer.invoke"),
    ],
)
@program
async def test_which_windows_have_remote(version: int, given: bool | None, why: str | None) -> None:
    global_.answer = 42
    app.electron_version = version
    contents = await open_page(**preferences(given))
    code = "from ipclab import remote\nremote.get_global('answer')"
    if why is None:
        assert await contents.execute(code) == 42
        assert await contents.execute("import ipclab\n'remote' in ipclab.__all__")
        return
    with pytest.raises(ImportError, match=NO_REMOTE + why):
        await contents.execute(code)
    assert await contents.execute("import ipclab\n'remote' in ipclab.__all__") is False
    assert list(trace) == []


@held("a.9", "versions", "Deprecated in 9 unless asked for, and from 12: the console says so, once.")
@pytest.mark.parametrize(
    ("version", "given", "told"),
    [
        (
            9,
            None,
            "renderer 1 │ Electron Deprecation Warning The 'remote' module is deprecated and will be disabled by",
        ),
        (9, True, ""),
        (11, True, ""),
        (12, True, "renderer 1 │ (electron) The remote module is deprecated. Use https://github.com/electron/remote"),
        (13, True, "renderer 1 │ (electron) The remote module is deprecated. Use https://github.com/electron/remote"),
    ],
)
@program
async def test_remote_is_deprecated(
    version: int, given: bool | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app.electron_version = version
    contents = await open_page(**preferences(given))
    await contents.execute(
        "from ipclab import remote\nimport ipclab\nfrom ipclab import remote\nipclab.remote is remote"
    )
    await settle()
    said = capsys.readouterr().err
    assert said.startswith(told)
    assert said.count("\n") == bool(told)


@held("a.9", "versions", "An isolated page has none: only its preload may reach Electron.")
@program
async def test_the_page_of_an_isolated_window_has_no_remote() -> None:
    app.electron_version = 12
    contents = BrowserWindow(web_preferences={"enable_remote_module": True}).web_contents
    with pytest.raises(ImportError, match="remote is not available to the page"):
        await contents.execute("from ipclab import remote")
    await contents.execute_in_isolated_world(999, [{"code": "from ipclab import remote"}])


@held("a.9", "errors", "After its page has gone a proxy can do nothing any more.")
@program
async def test_a_proxy_that_outlives_its_page() -> None:
    global_.thing = {"x": 1, "f": fails}
    contents = await open_remote_page("import sys\nsys.kept = [remote, remote.get_global('thing')]")
    await contents.load_url("about:blank")
    for code in ("kept[0].app", "kept[1].x", "kept[1].x = 1", "kept[1].f()"):
        told = await failure(contents, f"import sys\nsys.{code}")
        assert told == "Error: IPC method called after context was released"


for text in (
    '`@electron/remote is disabled for this WebContents. Call require("@electron/remote/main").enable(webContents)`…',
    "`@electron/remote has already been initialized`.",
):
    not_simulated("a.9", "@electron/remote", text, "There is Electron's own `remote` only, up to 13.")
