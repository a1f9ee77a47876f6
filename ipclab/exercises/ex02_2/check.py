"""02-2: data travels, functions do not."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, newest, seen
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL, USER = "save-user", {"name": "John", "languages": ["zh", "en"]}


def check(trace: Sequence[Message]) -> Verdict:
    """The newest message carries the user's data and nothing else."""
    message = newest(trace, CHANNEL, "send", [USER], any_args=True)
    if isinstance(message, Verdict):
        return message
    if message.args != [USER]:
        return wrong("Main got something else.", [line("send", CHANNEL, [USER])], [seen(message)])
    return right("The data has arrived, and the function has stayed in the page.")
