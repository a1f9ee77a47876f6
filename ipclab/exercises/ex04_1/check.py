"""04-1: main waits until the page says that it listens."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line_to_page, newest, said_by_main, seen
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

READY, CHANNEL, TEXTS = "news-ready", "headline", ("rain", "snow")


def check(trace: Sequence[Message]) -> Verdict:
    """After the newest `news-ready` its page, and no other, has heard each text once and in order."""
    ready = newest(trace, READY, "send", [])
    if isinstance(ready, Verdict):
        return ready
    told = [
        one for one in trace if one.sender == "main" and one.channel == CHANNEL and one.activity == ready.activity
    ]
    wanted = [(ready.sender, "send", [text], "delivered") for text in TEXTS]
    if [(one.receiver, one.kind, one.args, one.outcome) for one in told] != wanted:
        return wrong(
            "The page that is ready is to hear both headlines.",
            [f"{line_to_page(CHANNEL, [text], ready.sender)}  delivered" for text in TEXTS],
            [seen(one) for one in (told or said_by_main(trace, ready))[: 2 * len(TEXTS)]]
            or [f"no message on {CHANNEL}"],
        )
    return right("The page has said that it listens, and no headline was lost.")
