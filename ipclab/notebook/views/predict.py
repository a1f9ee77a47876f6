"""`ipclab.predict(...)`: a question to answer before one runs the next cell."""

from __future__ import annotations

from html import escape
from typing import Any

from ipclab.notebook.views.view import Item, View
from ipclab.predictions import Question

#: Pieces of a text, code or not: `say `hi` twice` is [[False, "say "], [True, "hi"], [False, " twice"]].
Pieces = list[list[Any]]


class Predict(View, scripts=("predict.js",), styles=("predict.css",)):
    """A question with its answers; whoever chooses one is told why it is right, or why not, and may choose again.

    Nothing waits for an answer, and running the cell anew forgets it.
    """

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
        #: The answer that was chosen last, None before that.
        self.answered: str | None = None

    @property
    def is_right(self) -> bool:
        """Whether the right answer was chosen last."""
        return self.answered == self.question.answer

    @property
    def feedback(self) -> str | None:
        """What there is to say to the answer that was chosen last, None before that."""
        if self.answered is None:
            return None
        return f"{self._verdict(self.answered)} {self.question.answers[self.answered]}"

    def _verdict(self, answer: str) -> str:
        return "Right." if answer == self.question.answer else "Not yet."

    def choose(self, answer: str | int) -> str:
        """Choose an answer by its text or its number, from 1, as a click does; return the feedback.

        ValueError, with the answers, if there is none like that.
        """
        answers = list(self.question.answers)
        if type(answer) is int and 1 <= answer <= len(answers):
            answer = answers[answer - 1]
        if answer not in answers:
            raise ValueError(f"choose one of {self._numbered()}, by its text or its number; this is {answer!r}")
        self._choose(str(answer))
        return str(self.feedback)

    def _choose(self, answer: str, mark: object = None) -> None:
        self.answered = answer
        self.tell({**self._state(), "mark": mark})

    # --- the view ------------------------------------------------------------------------------------------------

    def whole(self, hello: Item) -> list[Item]:  # noqa: ARG002
        texts = {
            "question": pieces(self.question.text),
            "answers": [pieces(answer) for answer in self.question.answers],
        }
        return [{"t": "question", **texts}, self._state()]

    def _state(self) -> Item:
        if self.answered is None:
            return {"t": "answered", "chosen": None}
        return {
            "t": "answered",
            "chosen": list(self.question.answers).index(self.answered),
            "right": self.is_right,
            "feedback": pieces(self.question.answers[self.answered]),
        }

    def received(self, item: Item, buffers: list[memoryview]) -> None:  # noqa: ARG002
        if item.get("t") == "choose":
            self._choose(list(self.question.answers)[item["index"]], item.get("mark"))

    def words(self) -> str:
        return f"{_plain(self.question.text)} {self._numbered()}"

    def _numbered(self) -> str:
        return "  ".join(f"{number}: {_plain(answer)}" for number, answer in enumerate(self.question.answers, 1))

    def static_html(self) -> str:
        answers = "".join(
            f"<li><details><summary>{_html(answer)}</summary>"
            f"<p><b>{self._verdict(answer)}</b> {_html(feedback)}</p></details></li>"
            for answer, feedback in self.question.answers.items()
        )
        return f"<p><b>{_html(self.question.text)}</b></p><ol>{answers}</ol>"


def pieces(text: str) -> Pieces:
    """Return the parts of a text that has `code` in backticks."""
    return [[bool(place % 2), part] for place, part in enumerate(text.split("`")) if part]


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def _html(text: str) -> str:
    return "".join(f"<code>{escape(part)}</code>" if code else escape(part) for code, part in pieces(text))
