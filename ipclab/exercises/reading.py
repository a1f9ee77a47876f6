"""Reading the trace for checks: which message was the newest attempt, and what was the answer to it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ipclab import wording
from ipclab.exercises.verdict import Verdict, not_attempted, wrong
from ipclab.main import console
from ipclab.main.browser_window import BrowserWindow
from ipclab.main.registry import web_contents
from ipclab.record import Kind, Message

#: Cells of a call in a line of the difference.
CALL = 60

#: How much alike two channels are when one is taken for a slip of the other, from 0 to 1.
SIMILAR = 0.75

#: Why a message with this outcome is no solution.
TROUBLE = {
    "unheard": "The message arrived, but nobody in the main process listened on this channel at that moment. "
    "Run the cell of the main process first, then the page's cell again.",
    "refused": "The message was never sent, because an argument cannot be cloned.",
    "rejected": "The handler in the main process failed.",
    "pending": "The main process has not answered yet.",
    "lost": "One side of the conversation was closed meanwhile. Run the cells once more.",
}


def newest(
    trace: Sequence[Message], channel: str, kind: Kind, args: Sequence[object], any_args: bool = False
) -> Message | Verdict:
    """Return the newest message to main on `channel` if it did its work, else what is the matter.

    It must be of `kind`; `args` are what is expected. With `any_args` it may have others: the caller judges them.
    """
    wanted = [line(kind, channel, args)]
    to_main = [message for message in trace if message.receiver == "main"]
    here = [message for message in to_main if message.channel == channel]
    if not here:
        return _elsewhere(to_main, channel, wanted)
    attempts = here if any_args else [message for message in here if message.args == list(args)]
    if not attempts:
        return wrong("No message has these arguments.", wanted, [seen(here[-1])])
    attempt = attempts[-1]
    if attempt.kind != kind:
        return wrong(f"This exercise asks for `{kind}`, and the page used something else.", wanted, [seen(attempt)])
    if attempt.outcome != "delivered":
        return wrong(TROUBLE[attempt.outcome], wanted, [seen(attempt)])
    if attempt.error is not None:
        return wrong("The message arrived, but a listener in the main process raised.", wanted, [attempt.error])
    later = [message for message in to_main if message.number > attempt.number and message.channel != channel]
    if misdirected(later, channel) is not None:
        return _elsewhere(later, channel, wanted)
    return attempt


def _elsewhere(to_main: Sequence[Message], channel: str, wanted: Sequence[str]) -> Verdict:
    message = misdirected(to_main, channel)
    if message is None:
        return not_attempted(f"No message has been sent on the channel `{channel}`. Fill in the cells and run them.")
    return wrong("The message went to a channel with another name.", wanted, [seen(message)])


def answer(trace: Sequence[Message], question: Message) -> object:
    """Return the value with which main answered `question`, None if that was its value or nothing is known of it."""
    for message in trace:
        if message.answers == question.number and message.error is None:
            return message.args[0]
    return None


def misdirected(messages: Sequence[Message], channel: str) -> Message | None:
    """Return the newest of the messages whose channel looks like a slip of `channel`, None if none does."""
    similar = get_close_matches(channel, {message.channel for message in messages}, n=1, cutoff=SIMILAR)
    return [message for message in messages if message.channel == similar[0]][-1] if similar else None


def uncaught(cause: Message) -> str | None:
    """Return the line in which a page told of an exception that nobody caught, in what `cause` is part of."""
    for sender, number, text in console.said:
        if number == cause.activity and text.startswith("Uncaught "):
            return f"{sender} │ {text}"
    return None


def said_by_main(trace: Sequence[Message], cause: Message) -> list[Message]:
    """Return what main has sent to pages on account of `cause`, on whatever channel."""
    return [one for one in trace if one.sender == "main" and one.kind == "send" and one.activity == cause.activity]


def printed_promise(question: Message) -> str | None:
    """Return the line in which the page that asked printed a promise instead of an answer, None if it did not."""
    for sender, number, text in console.said:
        if sender == question.sender and number == question.activity and "<Promise" in text:
            return f"{sender} │ {text}"
    return None


def window_of(message: Message) -> BrowserWindow | None:
    """Return the window whose page sent `message`, None if it is closed."""
    contents = web_contents.from_id(int(message.sender.rpartition(" ")[2]))
    return None if contents is None else BrowserWindow.from_web_contents(contents)


def line(kind: Kind, channel: str, args: Sequence[object]) -> str:
    """Describe a message to main that is expected."""
    told = ", ".join(wording.preview(arg) for arg in args)
    return f"renderer → main  {kind}  {channel}({told})"


def line_to_page(channel: str, args: Sequence[object], receiver: str) -> str:
    """Describe a message of main to a page, as `line` does."""
    told = ", ".join(wording.preview(arg) for arg in args)
    return f"main → {receiver}  send  {channel}({told})"


def reply_line(channel: str, value: object, receiver: str = "renderer") -> str:
    """Describe an answer of main, expected or seen."""
    return f"main → {receiver}  reply  {channel}: {wording.preview(value)}"


def seen(message: Message) -> str:
    """Describe a message of the trace as `line` does, with what became of it."""
    route = f"{wording.visible(message.sender)} → {message.receiver}"
    return f"{route}  {message.kind}  {wording.call(message, CALL)}  {wording.outcome(message)}"
