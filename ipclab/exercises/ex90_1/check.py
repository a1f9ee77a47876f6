"""90-1: a message that nobody heard, one that was refused, and one that was lost."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import seen
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

#: The playground's channels.
CHANNELS = ("play", "played", "relay")

FATES = {"unheard": "nobody listens", "refused": "could not be cloned", "lost": "the receiver is gone"}


def check(trace: Sequence[Message]) -> Verdict:
    """Each of the three fates has a message of the playground."""
    failed = {
        message.outcome: message for message in trace if message.channel in CHANNELS and message.outcome in FATES
    }
    if not failed:
        return not_attempted("No message of the playground has failed yet. Break something, and send.")
    if len(failed) < len(FATES):
        missing = [f"a message that is {fate}: {why}" for fate, why in FATES.items() if fate not in failed]
        return wrong("Some have failed, but not in all three ways.", missing, [seen(one) for one in failed.values()])
    return right("Nobody heard the first, the second never left, and the third had nowhere to go.")
