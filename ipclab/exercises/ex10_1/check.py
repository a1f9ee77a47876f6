"""10-1: a menu made for a page, which hears of the clicks."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, misdirected, newest, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.main.menu import Menu
from ipclab.record import Message

WISH, CHANNEL, TOOLS = "show-tools", "tool", ("Pen", "Eraser")
KIND = "radio"


def check(trace: Sequence[Message]) -> Verdict:
    """After the newest wish its page, and no other, has heard of each tool once, when it was clicked."""
    wish = newest(trace, WISH, "send", [])
    if isinstance(wish, Verdict):
        return wish
    said = [one for one in trace if one.number > wish.number and one.sender == "main" and one.kind == "send"]
    told = [one for one in said if one.channel == CHANNEL]
    wanted = [f"{line_to_page(CHANNEL, [tool], wish.sender)}  delivered" for tool in TOOLS]
    if not told:
        if (slip := misdirected(said, CHANNEL)) is not None:
            return wrong("Main has told the page on a channel with another name.", wanted, [seen(slip)])
        return not_attempted("Main has told the page of no tool. Fill in the template, and run all three cells.")
    if wish.activity and any(one.activity == wish.activity for one in told):
        return wrong("The page hears of a tool before anything is clicked.", wanted, [seen(one) for one in told])
    heard = [(one.receiver, one.kind, one.args, one.outcome) for one in told]
    if heard != [(wish.sender, "send", [tool], "delivered") for tool in TOOLS]:
        return wrong("The page is to hear of each tool, once.", wanted, [seen(one) for one in told[: 2 * len(TOOLS)]])
    kinds = _kinds()
    if kinds and set(kinds) != {KIND}:
        return wrong(f"The items are to be of the type `{KIND}`.", [KIND] * len(kinds), kinds)
    return right("The page asked for a menu, and heard of each click.")


def _kinds() -> list[str]:
    """The types of the items in the reader's newest menu, none if it is not where the task has put it."""
    menus = getattr(sys.modules.get("__main__"), "menus", None)
    menu = menus[-1] if isinstance(menus, list) and menus else None
    return [item.type for item in menu.items] if isinstance(menu, Menu) else []
