"""How a refusal of structured clone shows, in both directions, and what surrounds the algorithm (semantics b)."""

from __future__ import annotations

from typing import Any

import pytest
from clones import PAGE, Crossing, reason
from ipc import open_page, program
from rules import different, held, not_simulated

from ipclab import BrowserWindow, DataCloneError, ProtocolError, app, ipc_main, settle, trace
from ipclab.clone import decode, encode

TEXT = "An object could not be cloned."

REFUSALS = """
async def refusal(call, value):
    try:
        result = call("take", value)
        if hasattr(result, "__await__"): await result
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was raised"
async def refusals(value):
    calls = ipc_renderer.send, ipc_renderer.invoke, ipc_renderer.send_sync, ipc_renderer.post_message
    return [await refusal(call, value) for call in calls]
async def asked():
    return await refusal(lambda channel, _: ipc_renderer.invoke("give"), None)
"""

#: What cannot be cloned, and what is said of it.
VALUES = {
    "print": " is a function",
    "{'user': {'callback': print}}": ".user.callback is a function",
    "[1, {(1, 'a'): [asyncio.Lock]}]": "[1][(1, 'a')][0] is a class",
    "(x for x in [])": " is a generator",
}


@held("b", "error", f"Whatever the inner reason, the text is `{TEXT}`.")
@different(
    "b",
    "error",
    "The error says nothing more, not even where in the value.",
    "A second line names the place and the type, which Electron's users have asked for.",
)
@different(
    "b",
    "error",
    "It is a plain `Error`, no DOMException as in browsers.",
    "It is a DataCloneError, so that it can be caught apart from others.",
)
@program
async def test_every_way_to_main_refuses() -> None:
    contents = await open_page(PAGE + REFUSALS)
    heard: list[object] = []
    ipc_main.on("take", lambda *args: heard.append(args))
    ipc_main.handle("take", lambda *args: heard.append(args))
    for source, told in VALUES.items():
        expected = f"{TEXT}\nargs[0]{told}"
        assert await contents.execute(f"await refusals({source})") == [f"DataCloneError: {expected}"] * 4
        with pytest.raises(DataCloneError) as caught:
            await contents.execute(source)
        assert str(caught.value) == f"{TEXT}\nresult{told}"
    await settle()
    assert heard == []
    assert {message.outcome for message in trace} == {"refused"}


@held("b", "error", f"Whatever the inner reason, the text is `{TEXT}`.")
@held("b", "error", "`webContents.send` hides even this one behind the logged `Failed to serialize arguments`.")
@program
async def test_every_way_to_the_page_refuses(capfd: pytest.CaptureFixture[str]) -> None:
    contents = await open_page(PAGE + REFUSALS)
    crossing = Crossing(contents, REFUSALS)
    raised: list[str] = []

    def answer(event: Any) -> None:
        with pytest.raises(DataCloneError) as caught:
            event.return_value = crossing.here(source)
        raised.append(str(caught.value))
        event.return_value = "mended"

    ipc_main.on("ask at once", answer)
    for source, told in VALUES.items():
        crossing.gives(crossing.here(source))
        assert (
            await contents.execute("await asked()")
            == f"RemoteError: Error invoking remote method 'give': Error: {TEXT}"
        )
        assert await contents.execute("ipc_renderer.send_sync('ask at once')") == "mended"
        assert raised.pop() == f"{TEXT}\nreturn_value{told}"
        with pytest.raises(DataCloneError) as caught:
            contents.post_message("take", crossing.here(source))
        assert str(caught.value) == f"{TEXT}\nargs[0]{told}"
        capfd.readouterr()
        contents.send("take", crossing.here(source))
        assert f"Error: Failed to serialize arguments\n    args[0]{told}" in capfd.readouterr().err
    contents.send("take", "the only one that arrives")
    assert await crossing.told() == "str 'the only one that arrives'"


@held("b", "refused", "Electron's objects (`BrowserWindow`, `WebContents`, events) throw.")
@program
async def test_electrons_objects_are_refused() -> None:
    window = BrowserWindow()
    contents = await open_page(PAGE + REFUSALS)
    events: list[object] = []
    ipc_main.on("ch", lambda event: events.append(event))
    await contents.execute("ipc_renderer.send('ch')")
    for value, name in {
        window: "a BrowserWindow",
        contents: "a WebContents",
        contents.main_frame: "a WebFrameMain",
        app: "an App",
        ipc_main: "an IpcMainImpl",
        events[0]: "an IpcMainEvent",
    }.items():
        assert reason({"deep": value}) == f"args[0].deep is {name}"


@held("b", "refused", "DOM objects and whatever else belongs to the page throw.")
@program
async def test_the_pages_objects_are_refused() -> None:
    contents = await open_page(PAGE + REFUSALS)
    events = "events = []\nipc_renderer.on('ch', lambda event: events.append(event)) and None"
    await contents.execute(events)
    contents.send("ch")
    for source, name in {
        "window": "a Window",
        "ipc_renderer": "an IpcRenderer",
        "process": "a Process",
        "events[0]": "an IpcRendererEvent",
    }.items():
        expected = f"DataCloneError: {TEXT}\nargs[0].deep is {name}"
        assert await contents.execute(f"await refusals({{'deep': {source}}})") == [expected] * 4


@held("b", "refused", "A host object that looks like an array throws all the same.")
def test_a_subclass_of_a_cloned_type_can_refuse() -> None:
    assert reason(type("Elements", (list,), {"__clonable__": False})()) == "args[0] is an Elements"


@different(
    "b",
    "error",
    "The text is all there is.",
    "The path leads from the argument to the place, through keys, members, fields and causes, in Python's notation.",
)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"user": {"callback": print}}, "args[0].user.callback is a function"),
        ({1: print}, "args[0][1] is a function"),
        ({(1, "a"): print}, "args[0][(1, 'a')] is a function"),
        ({"odd key": [0, print]}, "args[0]['odd key'][1] is a function"),
        ({print: 1}, "args[0].<key> is a function"),
        ({(1, print): 1}, "args[0].<key>[1] is a function"),
        ({print}, "args[0].<member> is a function"),
        ({frozenset({print})}, "args[0].<member>[0] is a function"),
        ({"x" * 100: print}, f"args[0]['{'x' * 58}…] is a function"),
        ({"": print}, "args[0][''] is a function"),
        (type("Point", (), {"__slots__": ("x",)}), "args[0] is a class"),
        ({object(): 1}, "args[0].<key> is an object, which arrives as a dict and cannot be a key"),
        ({memoryview(b"x")}, "args[0].<member> is a memoryview, which arrives as a bytearray and cannot be a key"),
    ],
)
def test_the_path_names_the_place(value: Any, expected: str) -> None:
    assert reason(value) == expected


@different(
    "b",
    "error",
    "The text is all there is.",
    "The path leads from the argument to the place, through keys, members, fields and causes, in Python's notation.",
)
def test_the_path_leads_through_fields_and_causes() -> None:
    class Silent(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError("no text")

    class Holder:
        def __init__(self, held: object) -> None:
            self.held = held

    error = ExceptionGroup("g", [ValueError("fine")])
    error.exceptions[0].__cause__ = Silent()
    assert reason(Holder([error])) == "args[0].held[0].exceptions[0].__cause__ raised RuntimeError('no text')"
    with pytest.raises(DataCloneError) as caught:
        encode([1, {"a": [0, {"odd key": print}]}])
    assert (caught.value.path, caught.value.reason) == ("args[1].a[1]['odd key']", "is a function")
    with pytest.raises(DataCloneError) as caught:
        encode(print, "result")
    assert str(caught.value) == f"{TEXT}\nresult is a function"


@held("b", "error", "A refusal in the deepest place is one too.")
def test_a_refusal_100_000_deep_has_a_bounded_path() -> None:
    value: Any = print
    for _ in range(100_000):
        value = [value]
    path = reason(value)
    assert path.startswith("args[0][0]")
    assert path.endswith("[0] is a function")
    assert len(path) < 250


@different(
    "b",
    "deserialization",
    "What cannot be deserialized yields `null`.",
    "No ipclab process sends such data. It is a protocol error, which ends the renderer that sent it, and names why.",
)
def test_what_cannot_be_decoded_is_a_protocol_error() -> None:
    for payload in (b"", b"garbage", b"\x92\x02\xc0", b"\x93\x01\x91\x00\x90"):
        with pytest.raises(ProtocolError, match="a malformed value arrived"):
            decode(payload)


@held("b", "history", "From 9 on the algorithm is strict: what cannot be cloned is an error.")
@program
async def test_the_oldest_dial_is_strict_too() -> None:
    app.electron_version = 9
    contents = await open_page(PAGE + REFUSALS)
    with pytest.raises(DataCloneError, match=r"args\[0\] is a function"):
        contents.send("ch", print)
    assert await contents.execute("(await refusals(print))[0]") == f"DataCloneError: {TEXT}\nargs[0] is a function"
    crossing = Crossing(contents, "")
    assert await crossing.to_main("[math.nan, undefined, {1}]") == dict.fromkeys(
        ("execute", "send", "invoke", "send_sync", "post_message"), "list[float nan, Undefined undefined, set[int 1]]"
    )


not_simulated(
    "b",
    "history",
    "Up to 7 values went as JSON: `NaN` and cycles became `null`, functions were dropped, `Map` became `{}`.",
    "The dial begins at 9.",
)
not_simulated(
    "b", "history", "8 clones, and warns where it falls back to JSON for host objects.", "The dial begins at 9."
)
