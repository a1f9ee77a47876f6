"""`ipc_renderer.send` and `invoke`, channels, and what is left of a page that is gone (semantics a.2)."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import open_page, program
from rules import held, not_simulated

from ipclab import RendererError, ipc_main, settle, trace

# --- send ----------------------------------------------------------------------------------------------------------


@held("a.2", "ipcRenderer.send", "Fire and forget: returns `undefined`, whoever listens or not.")
@program
async def test_send_returns_nothing() -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda _, *args: heard.append(args))
    assert await contents.execute("[repr(ipc_renderer.send(channel, 1)) for channel in ('ch', 'nobody')]") == [
        "None",
        "None",
    ]
    assert heard == [(1,)]


@held("a.2", "ipcRenderer.send", "Throws at once if an argument cannot be cloned, and nothing is sent.")
@held("a.2", "ipcRenderer.sendSync", "Throws at once if an argument cannot be cloned, and nothing is sent.")
@held("a.2", "ipcRenderer.postMessage", "Throws at once if the value cannot be cloned, and nothing is sent.")
@pytest.mark.parametrize("call", ["send", "send_sync", "post_message"])
@program
async def test_unclonable_arguments_raise_at_once(call: str) -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda *args: heard.append(args))
    assert await contents.execute(f"""
from ipclab import DataCloneError
try: ipc_renderer.{call}("ch", {{"user": {{"callback": print}}}})
except DataCloneError as error: text = str(error)
text
""") == ("An object could not be cloned.\nargs[0].user.callback is a function")
    await settle()
    assert heard == []
    assert [message.outcome for message in trace] == ["refused"]


@held("a.2", "ipcRenderer.send", "The arguments of one call are one graph: shared objects and cycles arrive as such.")
@program
async def test_arguments_share_objects_and_cycles() -> None:
    contents = await open_page()
    calls: list[tuple[Any, ...]] = []
    ipc_main.on("ch", lambda _, *args: calls.append(args))
    await contents.execute("""
child = {"hello": "world"}
child["child"] = child
ipc_renderer.send("ch", [child, child], child)
""")
    ((pair, child),) = calls
    assert pair[0] is pair[1] is child is child["child"]
    assert child["hello"] == "world"


# --- postMessage ---------------------------------------------------------------------------------------------------


@held("a.2", "ipcRenderer.postMessage", "Sends exactly one value; returns `undefined`.")
@program
async def test_post_message_sends_one_value() -> None:
    contents = await open_page()
    heard: list[object] = []
    ipc_main.on("ch", lambda _, *args: heard.append(args))
    code = "[repr(ipc_renderer.post_message('ch', value)) for value in (None, [1, 2])]"
    assert await contents.execute(code) == ["None", "None"]
    with pytest.raises(TypeError):
        await contents.execute("ipc_renderer.post_message('ch')")
    assert heard == [(None,), ([1, 2],)]


@held("a.2", "ipcRenderer.postMessage", "`transfer` may hold MessagePorts only: `Error: Invalid value for transfer`.")
@pytest.mark.parametrize("transfer", ["[b'data']", "[None]", "5"])
@program
async def test_post_message_transfers_nothing_but_ports(transfer: str) -> None:
    contents = await open_page()
    with pytest.raises(RendererError, match=r"^Invalid value for transfer$"):
        await contents.execute(f"ipc_renderer.post_message('ch', 1, {transfer})")
    await contents.execute("ipc_renderer.post_message('ch', 1, [])")
    assert [message.args for message in trace] == [[1]]


# --- invoke --------------------------------------------------------------------------------------------------------


@held("a.2", "ipcRenderer.invoke", "Returns a promise at once; the message leaves when `invoke` is called.")
@program
async def test_invoke_sends_when_it_is_called_not_when_it_is_awaited() -> None:
    contents = await open_page()
    calls: list[int] = []
    ipc_main.handle("ch", lambda _, number: calls.append(number))
    await contents.execute("ipc_renderer.invoke('ch', 1)\nipc_renderer.invoke('ch', 2)\nNone")
    assert calls == [1, 2]


#: Page code: `call` throws nothing; its promise rejects with `kind`, and this is the text.
REJECTION = """
promise = ipc_renderer.invoke({args})
try: await promise
except Exception as error: found = [type(error).__name__, str(error)]
found
"""


@held(
    "a.2",
    "ipcRenderer.invoke",
    "It is an async function: what cannot be cloned is a rejection, not a synchronous throw.",
)
@program
async def test_unclonable_arguments_of_invoke_are_a_rejection_and_nothing_is_sent() -> None:
    contents = await open_page()
    calls: list[object] = []
    ipc_main.handle("ch", lambda *args: calls.append(args))
    assert await contents.execute(REJECTION.format(args="'ch', {'user': {'callback': print}}")) == [
        "DataCloneError",
        "An object could not be cloned.\nargs[0].user.callback is a function",
    ]
    assert calls == []


@held("a.2", "ipcRenderer.invoke", "A rejection that nobody catches is `Uncaught (in promise)` in the page.")
@program
async def test_a_rejection_that_nobody_catches_is_told_in_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    await contents.execute("ipc_renderer.invoke('nope')\nNone")
    await settle()
    told = "Uncaught (in promise) RemoteError: Error invoking remote method 'nope': Error: No handler registered"
    assert f"renderer 1 │ {told}" in capsys.readouterr().err


@held("a.2", "ipcRenderer.invoke", "Who awaits the answer goes on before the next message is heard.")
@program
async def test_a_listener_registered_right_after_an_answer_hears_the_message_behind_it() -> None:
    contents = await open_page()
    heard: list[str] = []
    ipc_main.on("heard", lambda _, text: heard.append(text))

    @ipc_main.handle("ask")
    def ask(event: object) -> str:  # noqa: ARG001
        # Leaves in the same turn as the answer, right behind it.
        contents.loop.call_soon(contents.send, "news", "behind the answer")
        return "answer"

    await contents.execute("""
async def main():
    await ipc_renderer.invoke("ask")
    ipc_renderer.on("news", lambda event, text: ipc_renderer.send("heard", text))
await main()
""")
    await settle()
    assert heard == ["behind the answer"]


@held("a.2", "ipcRenderer.invoke", "There is no way back: main cannot invoke a renderer, it answers by a message.")
@program
async def test_main_has_no_invoke() -> None:
    contents = await open_page()
    assert not hasattr(contents, "invoke")
    assert not hasattr(contents.main_frame, "invoke")
    assert not await contents.execute("hasattr(ipc_renderer, 'handle')")


# --- channels ------------------------------------------------------------------------------------------------------


@held(
    "a.2",
    "channels",
    "A channel that is no string is a TypeError `Error processing argument at index 1, conversion failure from …` "
    "(0 for `postMessage`); `invoke` rejects with it.",
)
@pytest.mark.parametrize("channel", ["None", "5", "b'ch'", "['ch']"])
@program
async def test_a_channel_that_is_no_string_is_a_type_error(channel: str) -> None:
    contents = await open_page()
    for call in ("send", "send_sync"):
        with pytest.raises(TypeError, match=r"^Error processing argument at index 1, conversion failure from "):
            await contents.execute(f"ipc_renderer.{call}({channel}, 1)")
    with pytest.raises(TypeError, match=r"^Error processing argument at index 0, conversion failure from "):
        await contents.execute(f"ipc_renderer.post_message({channel}, 1)")
    kind, text = await contents.execute(REJECTION.format(args=channel))
    assert kind == "TypeError"
    assert text.startswith("Error processing argument at index 1, conversion failure from ")
    assert list(trace) == []


# --- after the page has gone ---------------------------------------------------------------------------------------


@held(
    "a.2",
    "a released context",
    "After its page has gone every method throws `IPC method called after context was released`; `invoke` rejects.",
)
@program
async def test_an_ipc_renderer_that_outlives_its_page_says_so() -> None:
    contents = await open_page("import sys\nsys.kept = ipc_renderer")
    await contents.load_url("about:blank")
    released = "IPC method called after context was released"
    for call in ("send('ch')", "send_sync('ch')", "post_message('ch', 1)", "send(5)"):
        with pytest.raises(RendererError, match=f"^{released}$"):
            await contents.execute(f"import sys\nsys.kept.{call}\nNone")
    code = "import sys\nipc_renderer = sys.kept\n" + REJECTION.format(args="'ch'")
    assert await contents.execute(code) == ["Error", released]
    assert list(trace) == []


@held("a.2", "a released context", "A page that has gone hears nothing any more.")
@program
async def test_a_page_that_has_gone_hears_nothing() -> None:
    contents = await open_page("import sys\nsys.got = []\nipc_renderer.on('ch', lambda *_: sys.got.append(1)) and 0")
    await contents.load_url("about:blank")
    contents.send("ch")
    assert await contents.execute("import sys\nsys.got") == []


# --- what there is not ---------------------------------------------------------------------------------------------

not_simulated("a.2", "ipcRenderer.postMessage", "`transfer` moves MessagePorts to main.", "There are no ports yet.")
not_simulated(
    "a.2",
    "ipcRenderer.sendToHost",
    "Reaches the `<webview>` element that embeds the page.",
    "There is no `<webview>`.",
)
not_simulated("a.2", "ipcRenderer.sendToAll", "Up to 7, undocumented: `sendTo` every frame.", "The dial begins at 9.")
