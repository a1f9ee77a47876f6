"""10-1: a menu made for a page, which hears of the clicks."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

WISH, CHANNEL, TOOLS = "show-tools", "tool", ("Pen", "Eraser")


def check(trace: Sequence[Message]) -> Verdict:
    """After the newest wish its page, and no other, has heard of each tool once, when it was clicked."""
    wish = newest(trace, WISH, "send", [])
    if isinstance(wish, Verdict):
        return wish
    told = [one for one in trace if one.number > wish.number and one.sender == "main" and one.channel == CHANNEL]
    if not told:
        return not_attempted("Main has told the page of no tool. Fill in the template, and run all three cells.")
    wanted = [f"{line_to_page(CHANNEL, [tool], wish.sender)}  delivered" for tool in TOOLS]
    if wish.activity and any(one.activity == wish.activity for one in told):
        return wrong("The page hears of a tool before anything is clicked.", wanted, [seen(one) for one in told])
    heard = [(one.receiver, one.kind, one.args, one.outcome) for one in told]
    if heard != [(wish.sender, "send", [tool], "delivered") for tool in TOOLS]:
        return wrong("The page is to hear of each tool, once.", wanted, [seen(one) for one in told[: 2 * len(TOOLS)]])
    return right("The page asked for a menu, and heard of each click.")
