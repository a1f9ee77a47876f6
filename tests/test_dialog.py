"""`dialog` beyond Electron: prepared answers, and front ends that show dialogs (design 4.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from ipc import program

from ipclab import BrowserWindow, Error, dialog, restart
from ipclab.main import showing
from ipclab.main.dialog_options import MessageBoxOptions, Question

# --- prepared answers ----------------------------------------------------------------------------------------------


@program
async def test_prepared_answers_are_used_up_in_turn() -> None:
    for response in (1, 0, 2):
        dialog.answer_next(response=response)
    buttons = ["a", "b", "c"]
    results = [await dialog.show_message_box(buttons=buttons) for _ in range(2)]
    assert [result.response for result in results] == [1, 0]
    assert dialog.show_message_box_sync(buttons=buttons) == 2
    with pytest.raises(Error, match="nobody can answer"):
        dialog.show_message_box(buttons=buttons)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, r"an answer has at least one of response, checkbox_checked, canceled, file_paths, file_path"),
        ({"button": 1}, r"unknown fields of an answer: button\. Known: response, checkbox_checked, canceled,"),
        ({"response": "1"}, r"of a wrong type: Expected `int.*response"),
        ({"response": True}, r"of a wrong type: Expected `int.*response"),
        ({"file_paths": "/a"}, r"of a wrong type: Expected `array.*file_paths"),
        ({"file_paths": [1]}, r"of a wrong type: Expected `str.*file_paths"),
        ({"canceled": "no"}, r"of a wrong type: Expected `bool.*canceled"),
    ],
)
@program
async def test_an_answer_is_checked_when_it_is_prepared(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        dialog.answer_next(**fields)
    assert not showing.prepared


@pytest.mark.parametrize(
    ("fields", "options", "text"),
    [
        ({"response": 2}, {"buttons": ["OK", "No"]}, r"response=2 is no button .* has 0 'OK', 1 'No'"),
        ({"response": -1}, {"buttons": ["OK"]}, r"response=-1 is no button"),
        ({"response": 1}, {}, r"response=1 is no button .* has 0, the only one"),
        ({"checkbox_checked": True}, {}, r"has no checkbox: it needs a checkbox_label"),
        ({"file_paths": ["/a"]}, {}, r"a message box cannot be answered with file_paths, but with: response=0"),
    ],
)
@program
async def test_a_message_box_cannot_be_answered_otherwise_than_by_its_buttons(
    fields: dict[str, Any], options: dict[str, Any], text: str
) -> None:
    dialog.answer_next(**fields)
    with pytest.raises(Error, match=text):
        dialog.show_message_box(**options)
    assert not showing.prepared


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"file_paths": ["/a", "/b"]}, r"2 paths are chosen, and without 'multiSelections'"),
        ({"file_paths": []}, r"nothing is chosen"),
        ({"response": 0}, r"an open dialog cannot be answered with response, but with: file_paths="),
        ({"file_path": "/a"}, r"an open dialog cannot be answered with file_path, but with: file_paths="),
    ],
)
@program
async def test_an_open_dialog_cannot_be_answered_otherwise(fields: dict[str, Any], text: str) -> None:
    dialog.answer_next(**fields)
    with pytest.raises(Error, match=text):
        dialog.show_open_dialog()


@program
async def test_without_a_button_the_default_one_is_clicked() -> None:
    options: dict[str, Any] = {"buttons": ["a", "b", "c"], "checkbox_label": "again"}
    for default_id, response in ((2, 2), (-1, 0), (7, 0)):
        dialog.answer_next(checkbox_checked=True)
        result = await dialog.show_message_box(default_id=default_id, **options)
        assert (result.response, result.checkbox_checked) == (response, True)


@program
async def test_restart_forgets_prepared_answers() -> None:
    dialog.answer_next(response=0)
    await restart()
    with pytest.raises(Error, match="nobody can answer"):
        dialog.show_message_box()


@program
async def test_a_dialog_of_a_window_that_is_gone_is_a_type_error() -> None:
    window = BrowserWindow()
    window.destroy()
    dialog.answer_next(response=0)
    with pytest.raises(TypeError, match="Object has been destroyed"):
        dialog.show_message_box(window)


# --- a front end ---------------------------------------------------------------------------------------------------


class FrontEnd:
    """Shows one dialog until it is answered."""

    def __init__(self) -> None:
        self.asked: asyncio.Future[Question] = asyncio.get_running_loop().create_future()
        self.answer: asyncio.Future[Mapping[str, object]] = asyncio.get_running_loop().create_future()
        self.shows = False

    async def ask(self, question: Question) -> Mapping[str, object]:
        self.shows = True
        self.asked.set_result(question)
        try:
            return await self.answer
        finally:
            self.shows = False


@contextmanager
def front_end() -> Iterator[FrontEnd]:
    view = FrontEnd()
    showing.ask = view.ask
    try:
        yield view
    finally:
        showing.ask = None


@asynccontextmanager
async def a_dialog(**options: Any) -> AsyncIterator[tuple[FrontEnd, Question, Any]]:
    with front_end() as view:
        result = asyncio.ensure_future(dialog.show_message_box(buttons=["yes", "cancel"], **options))
        yield view, await asyncio.wait_for(view.asked, 10), result


@program
async def test_a_front_end_shows_the_dialog_and_main_goes_on_meanwhile() -> None:
    window = BrowserWindow()
    async with a_dialog(window=window, message="go?") as (view, question, result):
        assert question.window is window
        assert isinstance(question.options, MessageBoxOptions)
        assert (question.options.message, question.options.buttons) == ("go?", ["yes", "cancel"])
        assert (question.options.cancel_id, question.options.type) == (1, "none")
        assert not result.done()
        view.answer.set_result({"response": 0})
        assert (await result).response == 0
        assert not view.shows


@program
async def test_a_prepared_answer_comes_before_the_front_end() -> None:
    with front_end() as view:
        dialog.answer_next(response=0)
        assert (await dialog.show_message_box()).response == 0
        assert not view.shows


@program
async def test_a_front_ends_answer_is_checked_too() -> None:
    async with a_dialog() as (view, _, result):
        view.answer.set_result({"response": 5})
        with pytest.raises(Error, match="response=5 is no button"):
            await result


@program
async def test_a_dialog_is_cancelled_with_its_window() -> None:
    window = BrowserWindow()
    async with a_dialog(window=window) as (view, _, result):
        window.destroy()
        assert (await result).response == 1
        await asyncio.sleep(0)
        assert not view.shows


@program
async def test_a_dialog_is_cancelled_with_its_front_end() -> None:
    async with a_dialog() as (view, _, result):
        view.answer.cancel()
        assert (await result).response == 1


@program
async def test_a_dialog_that_nobody_waits_for_any_more_is_taken_back() -> None:
    async with a_dialog() as (view, _, result):
        result.cancel()
        with pytest.raises(asyncio.CancelledError):
            await result
        await asyncio.sleep(0)
        assert not view.shows


@program
async def test_restart_takes_dialogs_back() -> None:
    async with a_dialog() as (view, _, result):
        await restart()
        assert result.cancelled()
        assert not view.shows


@program
async def test_a_synchronous_dialog_cannot_wait_for_the_front_end() -> None:
    with front_end() as view:
        text = r"would block the main process.*`await dialog\.show_message_box\(\.\.\.\)`.*answer_next\(response=0\)"
        with pytest.raises(Error, match=text):
            dialog.show_message_box_sync(message="go?")
        assert not view.shows
