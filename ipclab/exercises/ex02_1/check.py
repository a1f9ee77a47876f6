"""02-1: a message, and what main did about it."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import line, newest, seen, window_of
from ipclab.exercises.verdict import Verdict, right, wrong
from ipclab.record import Message

CHANNEL, TITLE = "set-title", "Lesson 2 done"


def check(trace: Sequence[Message]) -> Verdict:
    """The newest message carries the title, and its sender's window has it."""
    message = newest(trace, CHANNEL, "send", [TITLE], any_args=True)
    if isinstance(message, Verdict):
        return message
    if message.args != [TITLE]:
        return wrong("Main got something else.", [line("send", CHANNEL, [TITLE])], [seen(message)])
    same = [one for one in trace if one.channel == CHANNEL and one.activity == message.activity]
    twice = [one for one in same if one.args == [TITLE]]
    if message.activity and len(twice) > 1:
        return wrong("The page sends one message.", [line("send", CHANNEL, [TITLE])], [seen(one) for one in twice])
    window = window_of(message)
    title = None if window is None else window.title
    if title != TITLE:
        return wrong(
            "The message arrived as it should, but the window's title is another one.",
            [f"the window's title is {TITLE!r}"],
            ["the window is closed" if window is None else f"the window's title is {title!r}"],
        )
    return right("The page asked, and main gave its window the title.")
