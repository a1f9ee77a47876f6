"""`ipc_renderer.send_to`, from page to page by way of main (semantics a.2; the versions of d)."""

from __future__ import annotations

import pytest
from ipc import open_page, program
from rules import different, held, not_simulated

from ipclab import RendererError, app, ipc_main, settle, trace
from ipclab.main.web_contents import WebContents

API = "ipcRenderer.sendTo"

#: Page code that keeps what it hears on `ch`.
HEARS = """
heard = []
def hear(event, *args): heard.append([event.sender_id, *args])
ipc_renderer.on("ch", hear)
None
"""


async def two_pages(version: str = "9") -> tuple[WebContents, WebContents]:
    """Open two windows of an Electron version; the second hears."""
    app.electron_version = version
    return await open_page(), await open_page(HEARS)


async def heard_by(contents: WebContents) -> object:
    await settle()
    return await contents.execute("heard")


@held("a.2", API, "Main looks up the target's main frame and forwards the message to it; returns `undefined`.")
@held("a.2", "event", "`senderId` is that of the sender's web contents for a message of `sendTo`, 0 for main's.")
@program
async def test_main_forwards_to_the_page_with_that_id() -> None:
    first, second = await two_pages()
    assert await first.execute("repr(ipc_renderer.send_to(2, 'ch', '来自渲染进程1的消息', {'deep': [1]}))") == "None"
    second.send("ch", "from main")
    assert await heard_by(second) == [[1, "来自渲染进程1的消息", {"deep": [1]}], [0, "from main"]]


@different(
    "a.2",
    API,
    "The id is that of web contents; assigning to `win.id`, as to set one, does nothing.",
    "It is an AttributeError that says so: the document's `win2.id = 2` is a mistake worth a word.",
)
@program
async def test_the_id_is_that_of_web_contents_and_cannot_be_chosen() -> None:
    first, second = await two_pages()
    with pytest.raises(AttributeError, match=r"^win\.id is read-only: in Electron the assignment of 7 does nothing"):
        second.owner().id = 7
    await first.execute(f"ipc_renderer.send_to({second.id}, 'ch', 'found')\nipc_renderer.send_to(7, 'ch', 'nobody')")
    assert await heard_by(second) == [[1, "found"]]


@held("a.2", API, "Messages arrive in the order in which they were sent, those by way of main's listeners too.")
@program
async def test_messages_keep_their_order() -> None:
    first, second = await two_pages()
    ipc_main.on("relay", lambda _, number: second.send("ch", number))
    await first.execute("""
for number in range(50):
    if number % 3: ipc_renderer.send_to(2, "ch", number)
    else: ipc_renderer.send("relay", number)
""")
    assert await heard_by(second) == [[number % 3 and 1, number] for number in range(50)]


@held("a.2", API, "The receiver must listen already: what nobody hears is gone.")
@held("a.2", API, "An unknown id is silently dropped.")
@program
async def test_what_became_of_a_message_stands_in_the_trace(capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = await two_pages()
    for args in ("2, 'ch', 1", "2, 'nobody'", "99, 'ch'", "-1, 'ch'"):
        await first.execute(f"ipc_renderer.send_to({args})")
    await settle()
    assert [(m.kind, m.sender, m.receiver, m.channel, m.outcome) for m in trace] == [
        ("send_to", "renderer 1", "renderer 2", "ch", "delivered"),
        ("send_to", "renderer 1", "renderer 2", "nobody", "unheard"),
        ("send_to", "renderer 1", "renderer 99", "ch", "lost"),
        ("send_to", "renderer 1", "renderer -1", "ch", "lost"),
    ]
    assert capsys.readouterr() == ("", "")


@held("a.2", API, "A target that is gone or has crashed gets nothing, and nobody is told.")
@pytest.mark.parametrize("end", ["crash", "close"])
@program
async def test_a_target_that_is_gone_gets_nothing(end: str) -> None:
    first, second = await two_pages()
    if end == "crash":
        second.forcefully_crash_renderer()
        await settle()
    else:
        second.close()
    await first.execute("ipc_renderer.send_to(2, 'ch')")
    await settle()
    assert [message.outcome for message in trace] == ["lost"]


@held("a.2", API, "The receiver can answer with `event.sender.sendTo(event.senderId, …)`.")
@program
async def test_the_receiver_can_answer() -> None:
    first, second = await two_pages()
    await second.execute("ipc_renderer.on('ask', lambda e, n: e.sender.send_to(e.sender_id, 'ch', n + 1))\nNone")
    await first.execute(HEARS + "ipc_renderer.send_to(2, 'ask', 41)")
    assert await heard_by(first) == [[2, 42]]


@held("a.2", API, "Reaches the sender's own page, too.")
@program
async def test_a_page_can_send_to_itself() -> None:
    _, second = await two_pages()
    await second.execute("ipc_renderer.send_to(2, 'ch', 'me')")
    assert await heard_by(second) == [[2, "me"]]


@held("a.2", API, "A first argument that is no number is a `TypeError: First argument has to be webContentsId`.")
@pytest.mark.parametrize("first", ["'2'", "None", "True", "[2]"])
@program
async def test_an_id_that_is_no_number_is_a_type_error(first: str) -> None:
    page, _ = await two_pages()
    with pytest.raises(TypeError, match=r"^First argument has to be webContentsId$"):
        await page.execute(f"ipc_renderer.send_to({first}, 'ch')")
    assert list(trace) == []


@held(
    "a.2", API, "A number that is no 32-bit integer, or a channel that is no string, is a gin conversion TypeError."
)
@pytest.mark.parametrize(
    ("args", "told"),
    [
        ("2.5, 'ch'", "at index 0, conversion failure from 2.5"),
        ("2**31, 'ch'", "at index 0, conversion failure from 2147483648"),
        ("float('nan'), 'ch'", "at index 0, conversion failure from nan"),
        ("float('inf'), 'ch'", "at index 0, conversion failure from inf"),
        ("2, 5", "at index 1, conversion failure from 5"),
    ],
)
@program
async def test_arguments_of_the_wrong_type(args: str, told: str) -> None:
    page, second = await two_pages()
    with pytest.raises(TypeError, match=rf"^Error processing argument {told}$"):
        await page.execute(f"ipc_renderer.send_to({args})")
    await page.execute("ipc_renderer.send_to(2.0, 'ch', 'an integer all the same')")
    assert await heard_by(second) == [[1, "an integer all the same"]]


@held("a.2", API, "Throws at once if an argument cannot be cloned, and nothing is sent.")
@program
async def test_unclonable_arguments_raise_at_once() -> None:
    page, second = await two_pages()
    assert await page.execute("""
from ipclab import DataCloneError
try: ipc_renderer.send_to(2, "ch", {"f": print})
except DataCloneError as error: text = str(error)
text
""") == ("An object could not be cloned.\nargs[0].f is a function")
    assert await heard_by(second) == []
    (message,) = trace
    assert (message.kind, message.receiver, message.outcome) == ("send_to", "renderer 2", "refused")


@held(
    "a.2",
    "event",
    "`senderIsMainFrame` is there in 26 and 27: true for a message that a main frame sent by `sendTo`.",
)
@pytest.mark.parametrize(("version", "shown"), [("25", [None, None]), ("26", [True, False]), ("27", [True, False])])
@program
async def test_sender_is_main_frame(version: str, shown: list[bool | None]) -> None:
    first, second = await two_pages(version)
    await second.execute("""
ipc_renderer.on("ch", lambda event: flags.append(getattr(event, "sender_is_main_frame", None)))
flags = []
""")
    await first.execute("ipc_renderer.send_to(2, 'ch')")
    second.send("ch")
    await settle()
    assert await second.execute("flags") == shown


not_simulated("a.2", "event", "`senderIsMainFrame` is false for a message of a child frame.", "A page has one frame.")


@held("a.2", API, "Deprecated in 27: the console says so, once.")
@pytest.mark.parametrize(("version", "times"), [("9", 0), ("26", 0), ("27", 1)])
@program
async def test_send_to_is_deprecated_in_27(version: str, times: int, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = await two_pages(version)
    levels: list[int] = []
    first.on("console-message", lambda *args: levels.append(args[1]))
    await first.execute("ipc_renderer.send_to(2, 'ch')\nipc_renderer.send_to(2, 'ch')")
    assert await heard_by(second) == [[1], [1]]
    told = "renderer 1 │ (electron) 'ipcRenderer.sendTo' is deprecated and will be removed.\n"
    assert capsys.readouterr().err == told * times
    assert levels == [2] * times


@different(
    "a.2",
    API,
    "Removed in 28: `ipcRenderer.sendTo is not a function`.",
    "The text is Electron's, and says what takes its place; a missing method is an AttributeError in Python.",
)
@pytest.mark.parametrize("version", ["28", "43"])
@program
async def test_send_to_is_gone_since_28(version: str) -> None:
    app.electron_version = version
    contents = await open_page()
    with pytest.raises(AttributeError, match=r"^ipcRenderer\.sendTo is not a function: .* MessageChannel, or relay "):
        await contents.execute("ipc_renderer.send_to(2, 'ch')")
    assert await contents.execute("hasattr(ipc_renderer, 'send_to')") is False


@held("a.2", API, "After its page has gone it throws `IPC method called after context was released`.")
@program
async def test_send_to_of_a_page_that_has_gone() -> None:
    first, _ = await two_pages()
    await first.execute("import sys\nsys.kept = ipc_renderer")
    await first.load_url("about:blank")
    with pytest.raises(RendererError, match=r"^IPC method called after context was released$"):
        await first.execute("import sys\nsys.kept.send_to(2, 'ch')")
