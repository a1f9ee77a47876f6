"""Questions to predict by: they are asked, answered by text, number or click, and never hold anything up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from front_end import FrontEnd
from kernel import Kernel, prepared_kernel, shared_kernels

from ipclab import predict
from ipclab.notebook.views.predict import pieces
from ipclab.predictions import FOLDER, numbers, parse, read

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

ASK = """question = ipclab.predict(
    "What does `on` print?",
    {"`pong`": "The listener has *replied*.", "nothing <b>": "But `on` listens.", "ping": "That went the other way."},
    answer="`pong`",
)
question"""

shared = shared_kernels()
kernel = prepared_kernel()


@pytest.fixture
def front_end(kernel: Kernel) -> FrontEnd:
    return FrontEnd(kernel)


# --- in a notebook --------------------------------------------------------------------------------


def test_the_question_in_words_does_not_give_the_answer_away(kernel: Kernel) -> None:
    assert kernel.good(ASK).result == "What does on print? 1: pong  2: nothing <b>  3: ping"


def test_without_a_kernel_each_answer_unfolds_its_feedback_and_nothing_is_html(kernel: Kernel) -> None:
    html = kernel.good(ASK).bundles[0]["text/html"]

    assert html.startswith("<p><b>What does <code>on</code> print?</b></p><ol>")
    assert html.count("<details><summary>") == 3
    assert "<summary><code>pong</code></summary><p><b>Right.</b> The listener has *replied*.</p>" in html
    assert "<summary>nothing &lt;b&gt;</summary><p><b>Not yet.</b> But <code>on</code> listens.</p>" in html


def test_nothing_waits_for_an_answer(kernel: Kernel) -> None:
    kernel.good(ASK)

    assert kernel.good("question.answered, question.is_right, question.feedback").result == "(None, False, None)"


def test_a_wrong_choice_is_told_why_and_another_one_can_be_made(kernel: Kernel) -> None:
    kernel.good(ASK)

    assert kernel.good("question.choose('nothing <b>')").result == "'Not yet. But `on` listens.'"
    assert kernel.good("question.answered, question.is_right").result == "('nothing <b>', False)"
    assert kernel.good("question.choose(1)").result == "'Right. The listener has *replied*.'"
    assert kernel.good("question.answered, question.is_right").result == "('`pong`', True)"


@pytest.mark.parametrize("choice", ["0", "4", "True", "'no such answer'", "None"])
def test_what_is_no_answer_is_refused_with_the_answers(kernel: Kernel, choice: str) -> None:
    kernel.good(ASK)
    error = kernel.run(f"question.choose({choice})").error

    assert error is not None
    assert error.startswith("ValueError: choose one of 1: pong  2: nothing <b>  3: ping, by its text or its number")
    assert kernel.good("question.answered").result is None


def test_a_click_reaches_python_and_the_feedback_comes_back(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(ASK))
    assert view.items[0] == {
        "t": "question",
        "question": [[False, "What does "], [True, "on"], [False, " print?"]],
        "answers": [[[True, "pong"]], [[False, "nothing <b>"]], [[False, "ping"]]],
    }
    assert view.items[1] == {"t": "answered", "chosen": None}

    view.say({"t": "choose", "index": 1})
    told = view.wait_for("answered", chosen=1, right=False)
    assert told["feedback"] == [[False, "But "], [True, "on"], [False, " listens."]]
    view.say({"t": "choose", "index": 0})
    view.wait_for("answered", chosen=0, right=True)
    assert kernel.good("question.answered, question.is_right").result == "('`pong`', True)"


def test_a_choice_made_in_python_is_shown(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(ASK))
    kernel.good("question.choose(1)")

    view.wait_for("answered", chosen=0, right=True)


def test_a_page_that_is_loaded_again_shows_what_was_chosen(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(ASK))
    kernel.good("question.choose(3)")
    view.hello()

    assert (view.items[1]["chosen"], view.items[1]["right"]) == (2, False)


def test_running_the_cell_anew_forgets_the_answer(kernel: Kernel, front_end: FrontEnd) -> None:
    before = front_end.shown(kernel.good(ASK, cell="asks"))
    kernel.good("question.choose(1)")
    again = front_end.shown(kernel.good(ASK, cell="asks"))

    assert again.items[1] == {"t": "answered", "chosen": None}
    assert before.closed
    assert kernel.good("question.answered").result is None


def test_a_question_of_the_lessons_is_asked_by_its_number(kernel: Kernel) -> None:
    kernel.good("question = ipclab.predict('90-1')")
    kernel.good("question.choose(question.question.answer)")

    assert kernel.good("question.is_right").result == "True"


# --- questions that are none ----------------------------------------------------------------------

TWO = {"yes": "So it is.", "no": "Look again."}


@pytest.mark.parametrize(
    ("question", "answers", "answer", "error", "text"),
    [
        ("?", TWO, "maybe", ValueError, "the right answer 'maybe' is none of 'yes', 'no'"),
        ("?", {"yes": "So it is."}, "yes", ValueError, "needs two answers at least, and this one has 1"),
        ("?", {"yes": "So it is.", "no": None}, "yes", TypeError, "are texts, and this is none: None"),
        ("?", {"yes": "So it is.", "no": " "}, "yes", ValueError, "must not be empty"),
        ("?", {"yes": "So it is.", 2: "Two."}, "yes", TypeError, "are texts, and this is none: 2"),
        ("?", ["yes", "no"], "yes", TypeError, "the answers are a dict with the feedback of each"),
        ("What is `on?", TWO, "yes", ValueError, "a backtick has no partner in 'What is `on?'"),
        ("", TWO, "yes", ValueError, "must not be empty"),
        ("?", TWO, None, TypeError, "needs its answers, and `answer`"),
        ("?", None, "yes", TypeError, "needs its answers, and `answer`"),
        ("02-99", None, None, ValueError, "there is no question '02-99' to predict. There are: "),
    ],
)
def test_what_is_no_question_is_refused(
    question: str, answers: dict[str, str] | None, answer: str | None, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text.replace("(", r"\(").replace("?", r"\?").replace(".", r"\.")):
        predict(question, answers, answer=answer)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "What?\n\n- [ ] yes\n\n  So.\n\n- [ ] no\n\n  No.",
            "exactly one answer is ticked as the right one, and here 0",
        ),
        (
            "What?\n\n- [x] yes\n\n  So.\n\n- [x] no\n\n  No.",
            "exactly one answer is ticked as the right one, and here 2",
        ),
        ("What?\n\n- [x] yes\n\n  So.\n\n- [ ] yes\n\n  No.", "two answers are the same"),
        ("What?\n\n- [x] yes\n\n  So.", "needs two answers at least"),
        ("What?\n\n- [x] yes\n\n- [ ] no\n\n  No.", "must not be empty"),
        ("Nothing but prose.", "exactly one answer is ticked as the right one, and here 0"),
    ],
)
def test_a_file_that_is_no_question_says_why(source: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse(source)


# --- the questions of the lessons -----------------------------------------------------------------


@pytest.mark.parametrize("number", numbers())
def test_every_question_can_be_asked_and_is_asked_in_its_lesson(number: str) -> None:
    read(number)
    (lesson,) = NOTEBOOKS.glob(f"{number[:2]}-*.ipynb")
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]

    assert any(f'ipclab.predict("{number}")' in "".join(cell["source"]) for cell in cells)


def test_every_file_among_the_questions_is_one() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == numbers()


def test_code_is_told_from_text() -> None:
    assert pieces("`a` and `b`") == [[True, "a"], [False, " and "], [True, "b"]]
    assert pieces("no code") == [[False, "no code"]]
