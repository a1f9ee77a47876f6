"""07-1: a page asks another by `send_to`, and is answered at the address that came with the question."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import misdirected, seen, uncaught
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

ASK, NUMBERS = "add", [2, 3]
ANSWER, TOTAL = "sum", [5]

EXPECTED_QUESTION = "asker → solver  send_to  add(2, 3)  delivered"
EXPECTED_ANSWER = "solver → asker  send_to  sum(5)  delivered"

#: Why a question with this outcome is no solution.
TROUBLE = {
    "lost": "There are no web contents with this id. `send_to` takes the number that main has told.",
    "unheard": "The question reached a page that does not listen to it.",
}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest question went from page to page, and the sum came back the same way."""
    asked = [one for one in trace if one.channel == ASK and one.sender != "main"]
    if not asked:
        if (slip := misdirected([one for one in trace if one.kind == "send_to"], ASK)) is not None:
            return wrong("The question went to a channel with another name.", [EXPECTED_QUESTION], [seen(slip)])
        return not_attempted("No page has asked for a sum. Fill in the blanks, and run all three cells.")
    question = asked[-1]
    if question.kind != "send_to":
        return wrong("The question is to go from page to page, by `send_to`.", [EXPECTED_QUESTION], [seen(question)])
    if question.args != NUMBERS or question.outcome != "delivered":
        sentence = TROUBLE.get(question.outcome, "The question is another one.")
        return wrong(sentence, [EXPECTED_QUESTION], [seen(question)])
    later = [one for one in trace if one.activity == question.activity and one.number > question.number]
    answers = [one for one in later if one.sender == question.receiver]
    if not answers:
        if (line := uncaught(question)) is not None:
            return wrong("The solver has heard the question, and its listener raised.", [EXPECTED_ANSWER], [line])
        return not_attempted("The solver has heard the question, and has sent nothing. Fill in `on_add`.")
    (first, *more) = answers
    if (first.kind, first.receiver, first.channel) != ("send_to", question.sender, ANSWER) or more:
        return wrong(
            "One answer is to go to the page that has asked.", [EXPECTED_ANSWER], [seen(one) for one in answers]
        )
    if first.args != TOTAL or first.outcome != "delivered":
        return wrong("The answer is another one, or nobody heard it.", [EXPECTED_ANSWER], [seen(first)])
    return right("Question and answer went from page to page.")
