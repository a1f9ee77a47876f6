"""08-1: an object kept as text, and another window that hears of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ipclab.exercises.reading import line, seen, uncaught
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

KEY, CHANNEL = "profile", "badge"
PROFILE = {"name": "Ada", "languages": ["en", "fr"]}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest change of the item holds the whole profile, and whoever heard of it told main the name, once."""
    changes = [one for one in trace if _is_change(one)]
    if not changes:
        return not_attempted(
            f"No window has been told that `{KEY}` has changed in `local_storage`. Fill in the blanks, and run all "
            f"four cells."
        )
    change = changes[-1]
    if not _holds_profile(change.args[2]):
        return wrong(
            "The item is to hold the whole profile, as JSON.",
            [f"{KEY}: {json.dumps(PROFILE)}"],
            [f"{KEY}: {change.args[2]}"],
        )
    told = [
        one for one in trace if one.receiver == "main" and one.activity == change.activity and one.kind != "storage"
    ]
    wanted = [line("send", CHANNEL, [PROFILE["name"]])]
    if (raised := uncaught(change)) is not None:
        return wrong(f"A listener raised. Does it look whether it is `{KEY}` that has changed?", wanted, [raised])
    if not told:
        return wrong("The badge has heard of the profile, and is to tell main the name.", wanted, ["no message"])
    if [(one.kind, one.channel, one.args, one.outcome) for one in told] != [
        ("send", CHANNEL, [PROFILE["name"]], "delivered")
    ]:
        return wrong("The badge is to tell main the name, once.", wanted, [seen(one) for one in told])
    if told[0].sender == change.sender:
        return wrong(
            "It is the badge that is to tell main, when it hears of the change.",
            [f"{change.receiver} → main"],
            [seen(told[0])],
        )
    return right("The profile went from window to window as text, and the badge made an object of it again.")


def _is_change(message: Message) -> bool:
    return message.kind == "storage" and message.channel == "local_storage" and message.args[:1] == [KEY]


def _holds_profile(text: object) -> bool:
    try:
        return bool(json.loads(str(text)) == PROFILE)
    except ValueError:
        return False
