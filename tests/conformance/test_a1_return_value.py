"""`event.return_value`: how main answers `send_sync` (semantics a.1, a.2)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from ipc import open_page, program
from outcomes import NEVER_SENT, without_collector
from rules import different, held

from ipclab import BrowserWindow, DataCloneError, RenderProcessGone, app, ipc_main, once, settle, trace


@held("a.1", "event.returnValue", "The setter sends the answer; the getter always yields `undefined`.")
@program
async def test_return_value_is_the_answer_and_reads_as_nothing() -> None:
    contents = await open_page()
    read: list[object] = []

    @ipc_main.on("ch")
    def listener(event: Any, value: object) -> None:
        read.append(event.return_value)
        event.return_value = [value, "answered"]
        read.append(event.return_value)

    assert await contents.execute("ipc_renderer.send_sync('ch', {'a': 1})") == [{"a": 1}, "answered"]
    assert read == [None, None]


@held("a.1", "event.returnValue", "The setter sends at once, while the listener still runs.")
@program
async def test_the_answer_leaves_while_the_listener_still_runs() -> None:
    contents = await open_page()
    went_on = asyncio.Event()

    @ipc_main.on("ch")
    async def listener(event: Any) -> None:
        event.return_value = "answer"
        await went_on.wait()

    ipc_main.on("answered", lambda _: went_on.set())
    answer = await contents.execute("answer = ipc_renderer.send_sync('ch')\nipc_renderer.send('answered')\nanswer")
    assert answer == "answer"
    await asyncio.wait_for(went_on.wait(), 5)


@held("a.1", "event.returnValue", "Any value answers, a falsy one too.")
@pytest.mark.parametrize("value", [None, False, 0, "", [], {}, NEVER_SENT])
@program
async def test_a_falsy_answer_is_an_answer(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        event.return_value = value

    assert await contents.execute("ipc_renderer.send_sync('ch')") == value
    assert capsys.readouterr().err == ""
    await settle()
    assert [(message.kind, message.outcome) for message in trace] == [
        ("send_sync", "delivered"),
        ("reply", "delivered"),
    ]


@held("a.1", "event.returnValue", "The property is neither enumerable nor configurable.")
@program
async def test_return_value_is_no_field_and_cannot_be_deleted() -> None:
    contents = await open_page()
    found: list[object] = []

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        event.return_value = 1
        found.append("return_value" in vars(event))
        with pytest.raises(AttributeError):
            del event.return_value
        found.append("deleted in vain")

    assert await contents.execute("ipc_renderer.send_sync('ch')") == 1
    assert found == [False, "deleted in vain"]


@held("a.1", "event.returnValue", "The first assignment wins; later ones are ignored without an error.")
@program
async def test_the_first_assignment_wins() -> None:
    """In the same listener, in later ones and on later levels."""
    contents = await open_page()
    tried: list[str] = []

    @contents.ipc.on("ch")
    def first(event: Any) -> None:
        event.return_value = "first"
        event.return_value = "second"
        tried.append("first")

    @contents.ipc.on("ch")
    @ipc_main.on("ch")
    def later(event: Any) -> None:
        event.return_value = "third"
        event.return_value = print  # not even looked at
        tried.append("later")

    assert await contents.execute("ipc_renderer.send_sync('ch')") == "first"
    assert tried == ["first", "later", "later"]


@held("a.1", "event.returnValue", "`ipc-message-sync` of the web contents may set it, before anybody else is asked.")
@program
async def test_ipc_message_sync_may_answer_before_anybody_else(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()

    @contents.on("ipc-message-sync")
    def listener(event: Any, channel: str, *args: object) -> None:
        event.return_value = [channel, *args]

    @ipc_main.on("ch")
    def too_late(event: Any, _: object) -> None:
        event.return_value = "too late"

    assert await contents.execute("ipc_renderer.send_sync('ch', 5)") == ["ch", 5]
    assert await contents.execute("ipc_renderer.send_sync('heard by no emitter')") == ["heard by no emitter"]
    assert capsys.readouterr().err == ""


@held(
    "a.1", "event.returnValue", "It may be set after the listener has returned: the renderer stays blocked till then."
)
@program
async def test_the_answer_may_come_after_the_listener_has_returned() -> None:
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "kept")
    ipc_main.on("kept", lambda event: kept.append(event))

    @ipc_main.on("async")
    async def answers_later(event: Any) -> None:
        await asyncio.sleep(0)
        event.return_value = "after an await"

    assert await contents.execute("ipc_renderer.send_sync('async')") == "after an await"
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('kept')"))
    (event,) = await asked
    assert event is kept[0]
    assert not answer.done()
    event.return_value = "from outside"
    assert await answer == "from outside"


@held("a.1", "event.returnValue", "On the event of a plain `send` it is an ordinary property, and answers nothing.")
@program
async def test_return_value_of_a_plain_sends_event_is_an_ordinary_property() -> None:
    contents = await open_page()
    read: list[object] = []

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        event.return_value = print
        read.append(event.return_value)

    await contents.execute("ipc_renderer.send('ch')")
    assert read == [print]
    assert [message.kind for message in trace] == ["send"]


# --- a value that cannot be cloned ---------------------------------------------------------------------------------


@held(
    "a.1",
    "event.returnValue",
    "A value that cannot be cloned throws `An object could not be cloned.` inside the listener; up to 39 a later "
    "valid assignment still answers.",
)
@program
async def test_an_unclonable_return_value_raises_in_the_listener_and_a_valid_one_still_answers() -> None:
    app.electron_version = 39
    contents = await open_page()
    texts: list[str] = []

    @ipc_main.on("mended")
    def mended(event: Any) -> None:
        for value in ({"f": print}, print, "mended"):
            try:
                event.return_value = value
            except DataCloneError as error:
                texts.append(str(error))

    assert await contents.execute("ipc_renderer.send_sync('mended')") == "mended"
    refusal = "An object could not be cloned.\nreturn_value"
    assert texts == [f"{refusal}.f is a function", f"{refusal} is a function"]


@held("a.1", "event.returnValue", "After a value that could not be cloned and nothing else the call is unanswered.")
@pytest.mark.parametrize("value", [print, [print]])
@program
async def test_an_unclonable_return_value_is_no_answer(value: object) -> None:
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        with contextlib.suppress(DataCloneError):
            event.return_value = value

    with without_collector():
        assert await contents.execute("ipc_renderer.send_sync('ch')") == NEVER_SENT


@different(
    "a.1",
    "event.returnValue",
    "From 40 the answer is lost once a value could not be cloned.",
    "As up to 39, whatever the version: what 40 does looks like a regression and teaches nothing.",
)
@program
async def test_from_40_too_a_valid_value_answers_after_an_unclonable_one() -> None:
    app.electron_version = 43
    contents = await open_page()

    @ipc_main.on("ch")
    def listener(event: Any) -> None:
        with pytest.raises(DataCloneError):
            event.return_value = print
        event.return_value = "mended"

    assert await contents.execute("ipc_renderer.send_sync('ch')") == "mended"


# --- nobody is left to hear it -------------------------------------------------------------------------------------


@held("a.1", "event.returnValue", "Answering a renderer that is gone is harmless.")
@pytest.mark.parametrize("how", ["destroy", "crash"])
@program
async def test_answering_a_renderer_that_is_gone_is_silent(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_page()
    kept: list[Any] = []
    asked = once(ipc_main, "ch")
    ipc_main.on("ch", lambda event: kept.append(event))
    answer = asyncio.ensure_future(contents.execute("ipc_renderer.send_sync('ch')"))
    await asked
    if how == "destroy":
        BrowserWindow.get_all_windows()[0].destroy()
    else:
        contents.forcefully_crash_renderer()
    with pytest.raises(RenderProcessGone, match=r"^renderer 1 is gone"):
        await answer
    capsys.readouterr()
    kept[0].return_value = "too late"
    await settle()
    assert capsys.readouterr().err == ""
    assert [(message.kind, message.outcome) for message in trace] == [("send_sync", "delivered"), ("reply", "lost")]
