"""09-2: main answers a second question while the answer to the first one takes its time."""

from __future__ import annotations

from collections.abc import Sequence

from ipclab.exercises.reading import answer, line, newest, reply_line
from ipclab.exercises.verdict import Verdict, not_attempted, right, wrong
from ipclab.record import Message

SLOW, VALUE = "read-sensor", 21
QUICK, NAME = "sensor-name", "thermometer"


def check(trace: Sequence[Message]) -> Verdict:
    """The newest value is right, and the `sensor-name` asked for after it was answered before it."""
    slow = newest(trace, SLOW, "invoke", [])
    if isinstance(slow, Verdict):
        return slow
    given = answer(trace, slow)
    if given is None:
        return not_attempted(f"The handler for `{SLOW}` answers `None` so far. Fill it in and run both cells.")
    if given != VALUE:
        return wrong(
            "Main's answer is another one.", [reply_line(SLOW, VALUE)], [reply_line(SLOW, given, slow.sender)]
        )
    later = [one for one in trace if one.activity == slow.activity and one.number > slow.number]
    quick = next((one for one in later if one.kind == "invoke" and one.channel == QUICK), None)
    if quick is None:
        return wrong(
            f"The page asks for the value, and then for the `{QUICK}`.",
            [line("invoke", SLOW, []), line("invoke", QUICK, [])],
            [line("invoke", SLOW, [])],
        )
    answers = [one for one in later if one.answers in (slow.number, quick.number)]
    if answers[0].answers != quick.number:
        return wrong(
            f"The answer to `{QUICK}` had to wait until the sensor was read.",
            [reply_line(QUICK, NAME), reply_line(SLOW, VALUE)],
            [reply_line(one.channel, one.args[0], one.receiver) for one in answers],
        )
    return right("Main was free while the sensor was read.")
