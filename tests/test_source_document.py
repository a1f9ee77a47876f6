"""The source document's six programs, mended as the lessons mend them, say on their consoles what the document says.

Each renderer is a window whose preload script is the document's `renderer.js`. Where the document's way is of the
past, the dial shows an Electron that has it.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ipc import in_preload_world, program

from ipclab import BrowserWindow, app, global_, ipc_main, settle, trace, web_contents
from ipclab.main.events import Event, IpcMainEvent

Console = pytest.CaptureFixture[str]

#: The document's window options in the Electron of its time, and what is left of them today.
either_electron = pytest.mark.parametrize(
    ("version", "preferences"), [("9", {"node_integration": True}), ("43", {})], ids=["9", "43"]
)

#: Electrons that have `remote`, and the options that ask for it.
with_remote = pytest.mark.parametrize(
    ("version", "preferences"),
    [("9", {}), ("10", {"enable_remote_module": True}), ("13", {"enable_remote_module": True})],
    ids=["9", "10", "13"],
)

SEND_TO_VERSIONS = ["9", "26", "27"]
MESSAGE = "来自渲染进程1的消息"


class Document:
    """The app of one test: `window(source)` opens a window whose preload script is `source`."""

    def __init__(self, folder: Path, version: str = "43", **preferences: object) -> None:
        app.electron_version = version
        self._folder = folder
        self._preferences = preferences
        self.index = str(folder / "index.html")
        Path(self.index).write_text("<!doctype html><title>index</title>", encoding="utf-8")

    def window(self, source: str) -> BrowserWindow:
        preload = self._folder / f"renderer{len(BrowserWindow.get_all_windows()) + 1}.py"
        preload.write_text(source, encoding="utf-8")
        options = {**self._preferences, "preload": str(preload)}
        return BrowserWindow(width=800, height=600, web_preferences=options)

    async def loaded(self, source: str) -> BrowserWindow:
        """Open a window, and wait until its page is there and all that was said has been heard."""
        win = self.window(source)
        await win.load_file(self.index)
        await settle()
        return win


def said(console: Console) -> list[str]:
    """What main and the pages have printed since the last time."""
    return console.readouterr().out.splitlines()


# --- 1: from a renderer to main, callback style --------------------------------------------------------------------

DO_WORK = """
from ipclab import ipc_renderer

ipc_renderer.send("do-work", "渲染进程参数1", "渲染进程参数2")
"""


@pytest.mark.parametrize("listens_first", [True, False], ids=["mended", "in the document's order"])
@either_electron
@program
async def test_1_send_and_on(
    tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object], listens_first: bool
) -> None:
    """The document listens after `loadFile`, which is in time: the page takes a while to load."""

    def handle_ipc() -> None:
        @ipc_main.on("do-work")
        def do_work(_: IpcMainEvent, msg1: str, msg2: str) -> None:
            print(msg1, msg2)

    document = Document(tmp_path, version, **preferences)
    await app.when_ready()
    if listens_first:
        handle_ipc()
    win = document.window(DO_WORK)
    win.web_contents.open_dev_tools()
    load = win.load_file(document.index)
    if not listens_first:
        handle_ipc()
    closed: list[BrowserWindow] = []
    win.on("closed", lambda _: closed.append(win))
    await load
    await settle()
    assert said(capsys) == ["渲染进程参数1 渲染进程参数2"]
    win.close()
    assert closed == [win]


# --- 2: from a renderer to main, promise style ---------------------------------------------------------------------

ASK_TO_CONFIRM = """
from ipclab import console, ipc_renderer, set_timeout


async def test_renderer():
    res = await ipc_renderer.invoke("do-work")
    if res == "confirm":
        set_timeout(lambda: console.log("confirm"), 2000)
    elif res == "cancel":
        console.log("cancel")


await test_renderer()
"""


@either_electron
@program
async def test_2_invoke_and_handle(
    tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object]
) -> None:
    times: list[float] = []

    @ipc_main.handle("do-work")
    async def do_work(_: IpcMainEvent) -> str:
        times.append(time.monotonic())
        return "confirm"

    document = Document(tmp_path, version, **preferences)
    win = document.window(ASK_TO_CONFIRM)
    win.web_contents.on("console-message", lambda *_: times.append(time.monotonic()))
    await win.load_file(document.index)
    await settle(timers=True)
    assert said(capsys) == ["renderer 1 │ confirm"]
    answered, printed = times
    assert printed - answered >= 2


@program
async def test_2_the_answer_cancel_is_told_at_once(tmp_path: Path, capsys: Console) -> None:
    """The line that the document has commented out."""
    ipc_main.handle("do-work", lambda _: "cancel")
    await Document(tmp_path).loaded(ASK_TO_CONFIRM)
    assert said(capsys) == ["renderer 1 │ cancel"]


# --- 3: from main to a renderer ------------------------------------------------------------------------------------

PING = """
from ipclab import console, ipc_renderer

ipc_renderer.send("message", "ping")
ipc_renderer.on("message-reply", lambda event, msg: console.log(msg))
"""
ONLY_LISTENS = PING.replace('ipc_renderer.send("message", "ping")\n', "")


def answer_pings() -> None:
    @ipc_main.on("message")
    def answer(event: IpcMainEvent, msg: str) -> None:
        print(msg)
        event.sender.send("message-reply", "pong")


def ping_pong_window(document: Document, source: str) -> BrowserWindow:
    win = document.window(source)

    @win.web_contents.on("did-finish-load")
    def finished(_: Event) -> None:
        win.web_contents.send("message-reply", "pong")

    return win


@either_electron
@program
async def test_3_main_to_renderer(
    tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object]
) -> None:
    answer_pings()
    document = Document(tmp_path, version, **preferences)
    await ping_pong_window(document, PING).load_file(document.index)
    await settle()
    assert said(capsys) == ["ping", "renderer 1 │ pong", "renderer 1 │ pong"]


@program
async def test_3_event_sender_reaches_only_the_page_that_asked(tmp_path: Path, capsys: Console) -> None:
    answer_pings()
    document = Document(tmp_path)
    await document.loaded(ONLY_LISTENS)
    await document.loaded(PING)
    assert said(capsys) == ["ping", "renderer 2 │ pong"]


@program
async def test_3_without_a_load_there_is_no_method_2(tmp_path: Path, capsys: Console) -> None:
    """The document's `BrowserWindow({...})` loads nothing: did-finish-load never fires, no preload script runs."""
    answer_pings()
    win = ping_pong_window(Document(tmp_path), PING)
    await win.web_contents.execute("None")
    await settle()
    assert said(capsys) == []


# --- 4: from renderer to renderer, through a shared global ---------------------------------------------------------

WRITE_USER = "from ipclab import remote\n\nremote.get_global('shared_object').user = 'John'\n"
READ_USER = "from ipclab import console, remote\n\nconsole.log(remote.get_global('shared_object').user)\n"


@with_remote
@program
async def test_4_shared_global(tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object]) -> None:
    global_.shared_object = {"user": ""}
    document = Document(tmp_path, version, **preferences)
    await document.loaded(WRITE_USER)
    await document.loaded(READ_USER)
    assert said(capsys) == ["renderer 2 │ John"]
    assert global_.shared_object == {"user": "John"}


@program
async def test_4_who_reads_first_reads_the_empty_name(tmp_path: Path, capsys: Console) -> None:
    """Nothing in the document says which of its renderers is first."""
    global_.shared_object = {"user": ""}
    document = Document(tmp_path, "9")
    await document.loaded(READ_USER)
    await document.loaded(WRITE_USER)
    assert said(capsys) == ["renderer 1 │ "]


@pytest.mark.parametrize(("version", "preferences"), [("10", {}), ("14", {"enable_remote_module": True})])
@program
async def test_4_other_electrons_have_no_remote(
    tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object]
) -> None:
    global_.shared_object = {"user": ""}
    await Document(tmp_path, version, **preferences).loaded(WRITE_USER)
    assert "remote is undefined here" in capsys.readouterr().err
    assert global_.shared_object == {"user": ""}


# --- 5: from renderer to renderer, relayed by main -----------------------------------------------------------------

SEND_MSG1 = f"from ipclab import ipc_renderer\n\nipc_renderer.send('msg1', '{MESSAGE}')\n"


def hear(channel: str) -> str:
    return f"""
from ipclab import console, ipc_renderer

ipc_renderer.on("{channel}", lambda event, message: console.log(message))
"""


def relay_to(number: int) -> None:
    @ipc_main.on("msg1")
    def relay(_: IpcMainEvent, message: str) -> None:
        your_window = BrowserWindow.from_id(number)
        assert your_window is not None
        your_window.web_contents.send("msg2", message)


@either_electron
@program
async def test_5_relay(tmp_path: Path, capsys: Console, version: str, preferences: dict[str, object]) -> None:
    """The receiver listens before the sender sends."""
    relay_to(2)
    document = Document(tmp_path, version, **preferences)
    sender = document.window(SEND_MSG1)
    await document.loaded(hear("msg2"))
    await sender.load_file(document.index)
    await settle()
    assert said(capsys) == [f"renderer 2 │ {MESSAGE}"]


@program
async def test_5_a_relayed_message_is_lost_on_who_listens_later(tmp_path: Path, capsys: Console) -> None:
    relay_to(2)
    document = Document(tmp_path)
    sender, receiver = document.window(SEND_MSG1), document.window(hear("msg2"))
    await sender.load_file(document.index)
    await settle()
    await receiver.load_file(document.index)
    await settle()
    assert said(capsys) == []
    assert [(message.channel, message.outcome) for message in trace] == [("msg1", "delivered"), ("msg2", "unheard")]


# --- 6: from renderer to renderer, by sendTo -----------------------------------------------------------------------

LISTEN_MSG1 = hear("msg1")
SEND_TO_2 = f"from ipclab import ipc_renderer\n\nipc_renderer.send_to(2, 'msg1', '{MESSAGE}')\n"


@pytest.mark.parametrize("version", SEND_TO_VERSIONS)
@program
async def test_6_send_to(tmp_path: Path, capsys: Console, version: str) -> None:
    """2 is the id of the receiver's web contents, and the receiver listens first."""
    document = Document(tmp_path, version)
    sender = document.window(SEND_TO_2)
    receiver = await document.loaded(LISTEN_MSG1)
    assert web_contents.from_id(2) is receiver.web_contents
    await sender.load_file(document.index)
    await settle()
    assert said(capsys) == [f"renderer 2 │ {MESSAGE}"]


@program
async def test_6_a_window_cannot_be_given_an_id(tmp_path: Path, capsys: Console) -> None:
    """`win2.id = 2` does nothing in Electron, and says so here; the message goes to the contents with that id."""
    document = Document(tmp_path, "9")
    sender, bystander = document.window(SEND_TO_2), await document.loaded(LISTEN_MSG1)
    win2 = await document.loaded(LISTEN_MSG1)
    with pytest.raises(AttributeError, match=r"^win\.id is read-only: in Electron the assignment of 2 does nothing"):
        win2.id = 2
    assert (win2.id, win2.web_contents.id) == (3, 3)
    await sender.load_file(document.index)
    await settle()
    assert said(capsys) == [f"renderer {bystander.web_contents.id} │ {MESSAGE}"]


@program
async def test_6_a_message_is_lost_on_who_listens_later(tmp_path: Path, capsys: Console) -> None:
    document = Document(tmp_path, "9")
    sender, receiver = document.window(SEND_TO_2), document.window(LISTEN_MSG1)
    await sender.load_file(document.index)
    await settle()
    await receiver.load_file(document.index)
    await settle()
    assert said(capsys) == []
    assert [(message.kind, message.outcome) for message in trace] == [("send_to", "unheard")]


@program
async def test_6_electron_28_has_no_send_to(tmp_path: Path, capsys: Console) -> None:
    document = Document(tmp_path, "28")
    await document.loaded(LISTEN_MSG1.replace("msg1", "elsewhere"))
    await document.loaded(SEND_TO_2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "ipcRenderer.sendTo is not a function" in err


# --- data sharing: the document's three names ----------------------------------------------------------------------


@program
async def test_local_storage_is_shared_by_windows_and_session_storage_is_not(tmp_path: Path) -> None:
    document = Document(tmp_path)
    first, second = await document.loaded(""), await document.loaded("")
    names = "from ipclab import indexed_db, local_storage, session_storage\n"
    await in_preload_world(
        first.web_contents,
        f"""{names}
local_storage.set_item("user", "John")
session_storage.set_item("user", "John")
database = await indexed_db.open("users", 1, upgrade=lambda database, *_: database.create_object_store("users"))
await database.put("users", "John", "user")
database.close()
""",
    )
    await in_preload_world(
        second.web_contents,
        f"""{names}
assert local_storage.get_item("user") == "John"
assert session_storage.get_item("user") is None
database = await indexed_db.open("users")
assert await database.get("users", "user") == "John"
database.close()
""",
    )
