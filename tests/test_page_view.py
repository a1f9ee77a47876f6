"""`contents.page_view`: those who show a page are told its tree and what changes, and tell what the reader does."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ipc import open_page, program
from page_sources import html

from ipclab import BrowserWindow, activity, ipc_main, restart, settle, trace
from ipclab.main.lockstep import lockstep
from ipclab.main.web_contents import WebContents
from ipclab.notebook.views.page_tree import PageTree
from ipclab.protocol.document import MAX_CHANGES, MAX_DEPTH, MAX_NODES, MAX_TEXT

PAGE = html("<title>T</title><p id=a>text</p><input id=i><button id=b>b</button>")
DOCUMENT = "from ipclab import document\n"


class Shown:
    """A page as somebody shows it."""

    def __init__(self, contents: WebContents) -> None:
        self.batches: list[list[list[Any]]] = []
        self._tree = PageTree()
        self._changed = asyncio.Event()
        self.stop = contents.page_view.watch(self._take)

    def _take(self, changes: list[list[Any]]) -> None:
        self.batches.append([list(change) for change in changes])
        self._tree.apply(changes)
        self._changed.set()

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait until this is so."""
        while not there():
            self._changed.clear()
            await self._changed.wait()

    async def begin(self) -> Shown:
        """Wait for the first tree."""
        await self.until(lambda: bool(self.batches))
        return self

    @property
    def kinds(self) -> list[list[str]]:
        """What was told: the kinds of the changes of each batch."""
        return [[change[0] for change in batch] for batch in self.batches]

    @property
    def tree(self) -> list[Any]:
        assert self._tree.root is not None
        return self._tree.root

    def find(self, tag: str) -> list[Any]:
        """The first element with this tag."""
        return next(node for node in self.nodes() if len(node) > 2 and node[1] == tag)

    def nodes(self) -> list[list[Any]]:
        found, waiting = [], [self.tree]
        while waiting:
            node = waiting.pop(0)
            found.append(node)
            waiting += node[3] if len(node) > 2 else []
        return found

    def text(self) -> str:
        """All its texts."""
        return "".join(node[1] for node in self.nodes() if len(node) == 2)


async def show(page: str = PAGE, code: str = "") -> tuple[WebContents, Shown]:
    contents = await open_page()
    await contents.load_url(page)
    await contents.execute(f"from ipclab import ipc_renderer\n{DOCUMENT}{code}")
    return contents, await Shown(contents).begin()


async def agrees(contents: WebContents, shown: Shown) -> None:
    """What is shown is what a new watcher is told."""
    await settle()
    new = await Shown(contents).begin()
    new.stop()
    assert shown.tree == new.tree


# --- what is told --------------------------------------------------------------------------------------------------


@program
async def test_first_the_whole_tree_is_told_then_what_changes() -> None:
    contents, shown = await show(html("<p id=a class=c>text<!-- comment --></p>"))
    assert shown.batches[0][0][0] == "all"
    tag, attributes, children, properties = shown.find("p")[1:]
    assert (tag, attributes, children[0][1:], properties) == ("p", {"id": "a", "class": "c"}, ["text"], {})
    assert shown.tree[0] == 1
    shown.batches.clear()
    number = shown.find("p")[0]
    await contents.execute("p = document.get_element_by_id('a')\np.set_attribute('title', 't')\np.remove()")
    await settle()
    assert shown.batches == [[["set", number, "title", "t"], ["remove", number]]]


@program
async def test_all_that_one_turn_of_the_loop_changes_comes_together() -> None:
    contents, shown = await show()
    shown.batches.clear()
    await contents.execute("""
import asyncio
for number in range(3):
    for _ in range(10):
        document.body.append(document.create_element("hr"))
    await asyncio.sleep(0.001)
""")
    await settle()
    assert shown.kinds == [["insert"] * 10] * 3
    await agrees(contents, shown)


@program
async def test_what_is_settled_has_been_told() -> None:
    contents, shown = await show(code="ipc_renderer.on('more', lambda *_: document.body.append('more'))\n0")
    for count in range(1, 20):
        contents.send("more")
        await settle()
        assert shown.text().count("more") == count


@program
async def test_a_second_watcher_is_told_all_and_the_first_only_what_changes() -> None:
    contents, first = await show()
    second = await Shown(contents).begin()
    assert second.kinds == [["all"]]
    assert first.kinds == [["all"]]
    await contents.execute("document.body.append('more')")
    await settle()
    assert first.kinds == second.kinds == [["all"], ["insert"]]
    first.batches[0].clear()
    assert second.batches[0], "each has lists of its own"
    second.stop()
    second.stop()
    await contents.execute("document.body.append('more')")
    await settle()
    assert len(first.kinds) == 3
    assert len(second.kinds) == 2
    await agrees(contents, first)


@program
async def test_who_begins_and_stops_in_the_same_moment_leaves_the_others_alone() -> None:
    contents, first = await show()
    others = [Shown(contents) for _ in range(5)]
    for other in others[1:]:
        other.stop()
    await others[0].begin()
    await settle()
    assert [other.kinds for other in others[1:]] == [[]] * 4
    assert first.kinds == others[0].kinds == [["all"]]


@program
async def test_nothing_is_told_when_the_last_has_stopped() -> None:
    contents, shown = await show()
    shown.stop()
    shown.batches.clear()
    await contents.execute("document.body.append('more')")
    await settle()
    assert shown.batches == []
    assert "more" in (await Shown(contents).begin()).text()


@program
async def test_every_page_begins_with_all_of_it() -> None:
    """After a navigation, a reload, and a reload after a crash, in a new process."""
    contents, shown = await show()
    shown.batches.clear()
    await contents.load_url(html("<p>second page"))
    await shown.until(lambda: "second" in shown.text())
    await contents.execute(f"{DOCUMENT}document.query_selector('p').text_content = 'changed'")
    await settle()
    assert shown.text() == "changed"
    await contents.reload()
    await shown.until(lambda: "second" in shown.text())
    contents.forcefully_crash_renderer()
    await settle()
    assert "second" in shown.text(), "a crash is not told here"
    shown.batches.clear()
    await contents.reload()
    await shown.until(lambda: bool(shown.batches) and "second" in shown.text())
    assert shown.kinds[0] == ["all"]
    await contents.execute(f"{DOCUMENT}document.query_selector('p').text_content = 'changed'")
    await settle()
    assert shown.text() == "changed"


@program
async def test_a_page_is_told_while_its_scripts_still_wait() -> None:
    contents = await open_page()
    shown = await Shown(contents).begin()
    load = contents.load_url(
        html("""<p>first</p><script type=py>
import asyncio
from ipclab import document, ipc_renderer
goes_on = asyncio.Event()
ipc_renderer.once("go", lambda *_: goes_on.set())
await goes_on.wait()
</script><p>second</p>""")
    )
    await shown.until(lambda: "first" in shown.text())
    assert "second" not in shown.text()
    contents.send("go")
    await load
    await settle()
    assert "second" in shown.text()


@program
async def test_changes_are_told_before_send_sync_blocks() -> None:
    contents, shown = await show()
    events: list[Any] = []
    ipc_main.on("ask", lambda event: events.append(event))
    running = asyncio.ensure_future(contents.execute("document.body.append('asking')\nipc_renderer.send_sync('ask')"))
    await shown.until(lambda: "asking" in shown.text())
    while not events:
        await asyncio.sleep(0.001)
    events.pop().return_value = 1
    assert await running == 1


@program
async def test_a_loop_that_never_sleeps_tells_too() -> None:
    contents, shown = await show()
    running = asyncio.ensure_future(
        contents.execute("""
import asyncio
going = True
ipc_renderer.once("stop", lambda *_: globals().update(going=False))
document.body.append("turning")
while going:
    await asyncio.sleep(0)
""")
    )
    await shown.until(lambda: "turning" in shown.text())
    contents.send("stop")
    await running


@program
async def test_a_window_is_watched_before_its_process_knows_which_one_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In lockstep its first frame waits for another renderer."""
    monkeypatch.setattr(lockstep, "enabled", True)
    monkeypatch.setattr(lockstep, "limit", 60.0)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    other = await open_page()
    busy = asyncio.ensure_future(other.execute(f"open({str(gate)!r}).read()"))
    await asyncio.sleep(0)
    contents = BrowserWindow().web_contents
    shown = Shown(contents)
    states: list[str] = []
    contents.pulse.watch(states.append)
    while states != ["loading", "ready"]:
        await asyncio.sleep(0.01)
    assert shown.kinds == []
    await asyncio.to_thread(gate.write_text, "go")
    await busy
    assert (await shown.begin()).kinds == [["all"]]


@program
async def test_a_window_that_closes_ends_it_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    contents, shown = await show()
    contents.owner().close()
    await settle()
    assert shown.kinds == [["all"]]
    shown.stop()
    late = contents.page_view.watch(lambda changes: shown.batches.append(changes))
    contents.page_view.input(1, "click", {})
    late()
    assert shown.kinds == [["all"]]
    assert capfd.readouterr().err == ""


@program
async def test_a_watcher_that_raises_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    def fail(changes: list[Any]) -> None:
        raise ValueError(f"no {changes[0][0]} please")

    contents.page_view.watch(fail)
    shown = await Shown(contents).begin()
    await contents.execute(f"{DOCUMENT}document.body.append('more')")
    await settle()
    assert shown.text() == "more"
    assert "no insert please" in capfd.readouterr().err


# --- much of it ----------------------------------------------------------------------------------------------------


@program
async def test_after_too_many_changes_at_once_all_is_told() -> None:
    contents, shown = await show()
    shown.batches.clear()
    await contents.execute(f"""
for number in range({2 * MAX_CHANGES}):
    document.body.append(document.create_element("hr"))
    document.body.last_element_child.remove()
document.body.append("end")
""")
    await settle()
    assert shown.kinds == [["all"]]
    await agrees(contents, shown)


@program
async def test_a_page_larger_than_a_view_shows_is_told_in_part() -> None:
    """Many nodes, deep ones, and long texts; what is shown of it goes on being told."""
    contents, shown = await show(html("<p>text"))
    await contents.execute("document.body.inner_html = '<hr>' * " + str(MAX_NODES + 10))
    await settle()
    assert len(shown.nodes()) == MAX_NODES
    await contents.execute("document.body.inner_html = '<div>' * 1_000 + 'deep'")
    await settle()
    depth, node = 1, shown.tree
    while node[3]:
        depth, node = depth + 1, node[3][-1]
    assert depth == MAX_DEPTH
    await contents.execute(f"document.body.text_content = 'x' * {MAX_TEXT + 10}")
    await settle()
    assert len(shown.text()) == MAX_TEXT
    await contents.execute(
        "document.body.text_content = ''\n" + f"for _ in range(20): document.body.append('x' * {MAX_TEXT})"
    )
    await settle()
    assert MAX_TEXT < len(shown.text()) < 20 * MAX_TEXT
    await contents.execute("document.body.text_content = 'small'")
    await settle()
    assert shown.text() == "small"


@program
async def test_a_main_that_does_not_read_holds_up_no_renderer() -> None:
    contents, shown = await show(
        code="""
import asyncio, time
async def change(*_):
    for number in range(400):
        document.body.text_content = f"{number} " + "x" * 50_000
        await asyncio.sleep(0.001)
    ended = time.monotonic()
    ipc_renderer.send("ended", ended)
ipc_renderer.on("change", change)
0"""
    )
    ended: list[float] = []
    ipc_main.on("ended", lambda _, at: ended.append(at))
    contents.send("change")
    until = time.monotonic() + 3
    while time.monotonic() < until:
        pass  # main computes
    while not ended:
        await asyncio.sleep(0.01)
    assert ended[0] < until, "20 MB of changes waited for main"
    await settle()
    await shown.until(lambda: shown.text().startswith("399 "))
    await agrees(contents, shown)


# --- what the reader does ------------------------------------------------------------------------------------------


@program
async def test_a_click_belongs_to_the_activity_of_who_clicks_and_what_it_sets_going_settles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(activity, "_last", 0)  # is put back: other tests know but one activity
    contents, shown = await show(
        code="""
async def clicked(event):
    answer = await ipc_renderer.invoke("ask", event.target.id, event.is_trusted)
    ipc_renderer.send("answered", answer)
document.get_element_by_id("b").add_event_listener("click", clicked)
"""
    )
    heard: list[object] = []

    @ipc_main.handle("ask")
    async def ask(_: object, *args: object) -> int:
        heard.append((activity.current.get(), *args))
        await asyncio.sleep(0.02)
        return 42

    ipc_main.on("answered", lambda _, answer: heard.append((activity.current.get(), answer)))
    before = activity.last()

    async def click() -> int:
        number = activity.begin()
        contents.page_view.input(shown.find("button")[0], "click", {})
        await settle()
        return number

    number = await asyncio.create_task(click())
    assert number > before
    assert heard == [(number, "b", True), (number, 42)]
    assert [message.activity for message in trace] == [number] * 3


@program
async def test_what_is_typed_is_the_controls_new_value_and_is_told_back() -> None:
    """The view has it already, but knows by it which of the page's texts are older."""
    contents, shown = await show(
        code="""
heard = []
field = document.get_element_by_id("i")
for name in ("keydown", "input", "change", "keyup"):
    field.add_event_listener(name, lambda event: heard.append([event.type, field.value, getattr(event, "key", "")]))
"""
    )
    shown.batches.clear()
    number = shown.find("input")[0]
    contents.page_view.input(number, "keydown", {"key": "x", "ctrl": False})
    contents.page_view.input(number, "input", {"value": "x"})
    contents.page_view.input(number, "keyup", {"key": "x"})
    contents.page_view.input(number, "change", {"value": "x"})
    assert await contents.execute("heard") == [
        ["keydown", "", "x"],
        ["input", "x", ""],
        ["keyup", "x", "x"],
        ["change", "x", ""],
    ]
    await shown.until(lambda: sum(len(batch) for batch in shown.batches) == 2)
    assert [change for batch in shown.batches for change in batch] == [["value", number, "x"]] * 2


@program
async def test_a_click_on_a_page_that_is_being_left_is_not_the_next_ones() -> None:
    """Ids are unique in a page only; the same number may stand for another element of the next one."""
    contents, shown = await show()
    page = html("""<title>T</title><p id=a>text</p><input id=i><button id=b>b</button><script type=py>
from ipclab import document
clicks = []
document.add_event_listener("click", lambda event: clicks.append(event.target.id))
</script>""")
    number = shown.find("button")[0]
    load = contents.load_url(page)
    contents.page_view.input(number, "click", {})
    await load
    assert await contents.execute("clicks") == []
    await settle()
    assert shown.find("button")[0] == number
    contents.page_view.input(number, "click", {})
    assert await contents.execute("clicks") == ["b"]


@program
async def test_the_reader_can_follow_a_link() -> None:
    contents, shown = await show(html("<a href='https://example.org/'>out</a>"))
    wanted: list[str] = []

    @contents.on("will-navigate")
    def prevent(event: Any, url: str) -> None:
        wanted.append(url)
        event.prevent_default()

    contents.page_view.input(shown.find("a")[0], "click", {})
    await settle()
    assert wanted == ["https://example.org/"]


@program
async def test_input_to_a_page_that_nobody_was_told_of_or_to_no_node_does_nothing() -> None:
    contents = await open_page()
    contents.page_view.input(1, "click", {})
    await Shown(contents).begin()
    contents.page_view.input(10**9, "click", {})
    await settle()
    assert await contents.execute("1") == 1


@pytest.mark.parametrize(
    ("node", "kind", "fields", "error"),
    [
        ("1", "click", {}, TypeError),
        (True, "click", {}, TypeError),
        (0, "click", {}, ValueError),
        (2**70, "click", {}, ValueError),
        (1, "unload", {}, ValueError),
        (1, 5, {}, ValueError),
        (1, "input", None, TypeError),
        (1, "input", {"value": ["x"]}, TypeError),
        (1, "input", {"values": "x"}, TypeError),
        (1, "input", {"values": ["x", 1]}, TypeError),
        (1, "input", {1: "x"}, TypeError),
    ],
)
@program
async def test_what_is_no_input_is_refused(node: Any, kind: Any, fields: Any, error: type[Exception]) -> None:
    """It comes from a front end, which shows foreign pages."""
    contents = await open_page()
    with pytest.raises(error):
        contents.page_view.input(node, kind, fields)


# --- observing changes nothing -------------------------------------------------------------------------------------

PROGRAM = """
import asyncio
from ipclab import document, ipc_renderer, set_timeout
async def work(event, number):
    document.body.append(f"{number} ")
    print("half a line ", end="")
    ipc_renderer.send("did", number)
    document.title = f"title {number}"
    answer = await ipc_renderer.invoke("half", number)
    document.body.append(f"{answer} ")
    if number % 3 == 0:
        document.body.inner_html = "<p>" + "<b>x</b>" * number
        ipc_renderer.send("sync", ipc_renderer.send_sync("ask", number))
    else:
        await asyncio.sleep(0)
        document.body.append("and ")
        ipc_renderer.send("turned", document.body.text_content)
ipc_renderer.on("work", work)
"""


async def run(watched: Callable[[WebContents], Awaitable[object]] | None) -> list[object]:
    """Two windows at work; return the order of all that main heard, and the trace."""
    heard: list[object] = []
    pages = [BrowserWindow(web_preferences={"node_integration": True, "context_isolation": False}) for _ in range(2)]

    def note(name: str) -> Callable[..., None]:
        return lambda event, *args: heard.append((name, event.sender.id, *args))

    for name in ("did", "sync", "turned"):
        ipc_main.on(name, note(name))

    @ipc_main.handle("half")
    async def half(event: Any, number: int) -> float:
        heard.append(("half", event.sender.id, number))
        await asyncio.sleep(0)
        heard.append(("answers", event.sender.id, number))
        return number / 2

    @ipc_main.on("ask")
    def ask(event: Any, number: int) -> None:
        heard.append(("ask", event.sender.id, number))
        event.return_value = number * 2

    for page in pages:
        page.on("page-title-updated", lambda _, title, __: heard.append(("title", title)))
        page.web_contents.on("console-message", lambda details: heard.append(("console", details.message)))
        await page.load_url(html(f"<title>T</title><script type=py>{PROGRAM}</script>"))
        if watched is not None:
            await watched(page.web_contents)
    await settle()
    for number in range(5):
        for page in pages:
            page.send("work", number)
    await settle()
    first = trace[0].activity
    told: list[object] = [
        (message.kind, message.sender, message.receiver, message.channel, message.outcome, message.activity - first)
        for message in trace
    ]
    for page in pages:
        page.destroy()
    return heard + told


@program
async def test_observing_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In lockstep the same program gives the same trace, in the same order, whoever watches."""

    async def watch(contents: WebContents) -> None:
        contents.pulse.watch(lambda _: None)
        await Shown(contents).begin()

    monkeypatch.setattr(lockstep, "enabled", True)
    monkeypatch.setattr(lockstep, "limit", 60.0)
    alone = await run(None)
    await restart()
    assert len(alone) > 100
    assert await run(watch) == alone
