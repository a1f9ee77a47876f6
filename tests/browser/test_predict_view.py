"""A question to predict by, as a reader meets it: by mouse, by keyboard, in every theme."""

from __future__ import annotations

import pytest
from accessibility import axe
from jupyter_page import SECOND, THEMES, Lab
from playwright.sync_api import Locator, expect

SOON = 10.0 * SECOND

ASK = """question = ipclab.predict(
    "What does the page print when main answers with `event.reply`?",
    {
        "nothing: `send` has no answer": "`send` returns nothing, but main may send a message back: `reply` does.",
        "`pong`": "The page listens on the channel of the reply.",
        "<b>pong</b>": "Nobody makes HTML of it.",
    },
    answer="`pong`",
)
question"""


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open(lab.write("predict.ipynb", "%load_ext ipclab\nimport ipclab", ASK, "question"))
    return lab


@pytest.fixture
def question(notebook: Lab) -> Locator:
    """A question of its own for each test, in one kernel."""
    notebook.run_all()
    shown = notebook.page.locator(".ipclab-predict").first
    expect(shown.get_by_role("radio")).to_have_count(3, timeout=SOON)
    return shown


def test_a_reader_chooses_is_told_why_not_and_chooses_again(lab: Lab, question: Locator) -> None:
    expect(
        question.get_by_role("group", name="What does the page print when main answers with event.reply?")
    ).to_have_count(1)
    check, status = question.get_by_role("button", name="Check"), question.get_by_role("status")
    check.click()
    expect(status).to_have_text("Choose an answer first.")
    question.get_by_role("radio", name="nothing: send has no answer").check()
    check.click()
    expect(status).to_contain_text("Not yet. send returns nothing", timeout=SOON)
    question.get_by_text("pong", exact=True).first.click()  # a label is as good as its radio
    check.click()
    expect(status).to_contain_text("Right. The page listens on the channel of the reply.", timeout=SOON)
    expect(lab.page.locator(".ipclab-predict").nth(1).get_by_role("status")).to_contain_text("Right.", timeout=SOON)
    assert not lab.errors()


def test_what_an_answer_holds_is_text(question: Locator) -> None:
    expect(question.get_by_role("radio", name="<b>pong</b>")).to_have_count(1)
    expect(question.locator("label b")).to_have_count(0)


def test_the_keyboard_is_enough_and_jupyterlab_does_not_hear_it(lab: Lab, question: Locator) -> None:
    cells = lab.page.locator(".jp-Notebook .jp-CodeCell").count()
    question.get_by_role("radio").first.focus()
    lab.page.keyboard.press("Space")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("b")  # a cell below, if JupyterLab heard it
    lab.page.keyboard.press("Enter")
    expect(question.get_by_role("status")).to_contain_text("Right.", timeout=SOON)
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Space")
    expect(question.get_by_role("status")).to_contain_text("Not yet. Nobody makes HTML of it.", timeout=SOON)
    expect(question.get_by_role("button")).to_be_focused()
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == cells


def test_two_displays_of_one_question_are_two_groups_of_radios_that_agree(lab: Lab, question: Locator) -> None:
    other = lab.page.locator(".ipclab-predict").nth(1)
    names = {
        lab.page.locator(".ipclab-predict").nth(at).get_by_role("radio").first.get_attribute("name") for at in (0, 1)
    }
    assert len(names) == 2
    question.get_by_role("radio").nth(2).check()
    question.get_by_role("button").click()
    expect(other.get_by_role("radio").nth(2)).to_be_checked(timeout=SOON)


def test_axe_finds_nothing_in_a_question_that_is_answered(lab: Lab, question: Locator) -> None:
    question.get_by_role("radio").first.check()
    question.get_by_role("button").click()
    expect(question.get_by_role("status")).to_contain_text("Not yet.", timeout=SOON)
    for theme in reversed(THEMES):  # the last one is that of the other tests
        lab.theme(theme)
        axe(lab, ".ipclab-predict")


def test_after_the_page_is_loaded_again_the_answer_is_there(lab: Lab, question: Locator) -> None:
    question.get_by_role("radio").nth(1).check()
    question.get_by_role("button").click()
    expect(question.get_by_role("status")).to_contain_text("Right.", timeout=SOON)
    lab.reload()
    expect(question.get_by_role("status")).to_contain_text("Right.", timeout=SOON)
    expect(question.get_by_role("radio").nth(1)).to_be_checked()
