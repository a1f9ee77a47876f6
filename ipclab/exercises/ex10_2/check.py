"""10-2: settings that main keeps, and tells all windows of."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, said_by_main, seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

CHANGE, CHANNEL = "change-settings", "settings"
CHANGES, SETTINGS = {"theme": "dark"}, {"theme": "dark", "size": 12}

#: Windows that listen, and lines of the difference.
LISTENERS, SHOWN = 2, 6


def check(trace: Sequence[Message]) -> Verdict:
    """The newest change has told two windows, the one that asked among them, all settings."""
    change = newest(trace, CHANGE, "invoke", [CHANGES])
    if isinstance(change, Verdict):
        return change
    said = [one for one in said_by_main(trace, change) if one.number > change.number]
    if not said:
        return not_attempted("Main has told no window. Fill in `change_settings`, and run all three cells.")
    told = [one for one in said if one.channel == CHANNEL]
    heard = [one for one in told if one.outcome == "delivered"]
    receivers = {one.receiver for one in heard}
    if (
        len(heard) != LISTENERS
        or len(receivers) != LISTENERS
        or change.sender not in receivers
        or any(one.args != [SETTINGS] for one in heard)
    ):
        wanted = [line_to_page(CHANNEL, [SETTINGS], receiver) for receiver in (change.sender, "the other window")]
        return wrong(
            "Both windows are to hear all settings, once.", wanted, [seen(one) for one in (told or said)[:SHOWN]]
        )
    return right("Main has kept what was not changed, and both windows know the settings.")
