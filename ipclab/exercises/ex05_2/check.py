"""05-2: two pages fill main's list by a function of main's, and not by their copies of the list."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.main.app import global_
from ipclab.record import Message
from ipclab.wording import preview

GLOBAL = "getGlobal cart"
CALL, SET = "call cart.add", "set cart.goods"
GOODS = ["tea", "coffee"]


def check(trace: Sequence[Message]) -> Verdict:
    """The newest two pages that use the cart called `add` once each, and main's cart holds what they gave."""
    asked = [one for one in trace if one.kind == "remote" and one.receiver == "main"]
    newest = {one.sender: one.activity for one in asked if one.channel == GLOBAL}
    pages = list(newest.items())[-len(GOODS) :]
    here = [one for one in asked if (one.sender, one.activity) in pages and one.channel in (CALL, SET)]
    if not here:
        return not_attempted("No page has called `cart.add`. Fill in the cells, and run all three.")
    if written := [one for one in here if one.channel == SET]:
        return wrong(
            "No page is to write the list itself: between its reading and its writing, another page may write.",
            [line("remote", CALL, [name]) for name in GOODS],
            [seen(one) for one in written],
        )
    if failed := [one for one in here if one.outcome != "delivered"]:
        (first, *_) = failed
        expected = f"{line('remote', CALL, first.args)}  delivered"
        return wrong("A call of `cart.add` failed.", [expected], [first.error or seen(first)])
    given = sorted(repr(one.args) for one in here)
    if given != sorted(repr([name]) for name in GOODS) or len({one.sender for one in here}) != len(GOODS):
        return wrong(
            "Each page is to call `cart.add` once, with its own goods.",
            [line("remote", CALL, [name]) for name in GOODS],
            [seen(one) for one in here],
        )
    cart = getattr(global_, "cart", None)
    goods = cart.get("goods") if isinstance(cart, dict) else None
    if goods == []:
        return not_attempted("Both pages have called `add`, and the cart is still empty. Fill in `add`.")
    if goods not in (GOODS, GOODS[::-1]):
        return wrong(
            "Main's cart holds something else. To begin with an empty one, run all three cells.",
            [preview(GOODS)],
            [preview(goods)],
        )
    return right("Both are in main's cart, each by one step.")
