"""The patterns: what crosses from where to where, and how it can be broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from ipclab.notebook.playground import scripts
from ipclab.notebook.playground.cells import Cell
from ipclab.notebook.playground.scripts import Broken, Switch

SWITCHES: tuple[Switch, ...] = get_args(Switch)

#: What the switches are called.
LABELS: Mapping[Switch, str] = {
    "no_listener": "nobody listens",
    "unclonable": "a payload that cannot be cloned",
    "receiver_gone": "the receiver is gone",
    "slow": "a slow handler",
    "blocked_main": "main is blocked",
}


@dataclass(frozen=True)
class Pattern:
    """A way for a payload to cross. `how` says what each switch does to it, `why_not` why it cannot be set."""

    title: str
    how: Mapping[str, str]
    write: Callable[[str, Broken], list[Cell]]
    why_not: Mapping[str, str] = field(default_factory=dict)

    def cells(self, payload: str, broken: Broken) -> list[Cell]:
        """Return the cells for a payload (its source) and what is broken. ValueError if that cannot be."""
        for switch in SWITCHES:
            if switch in broken and switch in self.why_not:
                raise ValueError(f"{switch} does not go with {self.title!r}: {self.why_not[switch]}")
        payload = f"[{payload}, print]" if "unclonable" in broken else payload
        return [made for made in self.write(payload, broken) if made.body]


FUNCTION = "the function print goes along"
FIRST = "a message before it has main sleep for 2 s"
MAIN_STAYS = "main is the receiver, and without main there is no app"
NO_CODE = "nobody's code runs when this is read"

#: The patterns, by name.
PATTERNS: Mapping[str, Pattern] = {
    "send": Pattern(
        "send, on: a page tells main",
        {
            "no_listener": "main has no listener on the channel",
            "unclonable": FUNCTION,
            "slow": "main's listener awaits for a second first",
            "blocked_main": FIRST,
        },
        scripts.send,
        {"receiver_gone": MAIN_STAYS},
    ),
    "invoke": Pattern(
        "invoke, handle: a page asks main",
        {
            "no_listener": "main has no handler on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "main closes the window that asks before it answers",
            "slow": "main's handler awaits for a second first",
            "blocked_main": FIRST,
        },
        scripts.invoke,
    ),
    "reply": Pattern(
        "event.reply: main sends it back",
        {
            "no_listener": "the page does not listen for the reply",
            "unclonable": FUNCTION,
            "receiver_gone": "main closes the window before it replies",
            "slow": "main's listener awaits for a second before it replies",
            "blocked_main": FIRST,
        },
        scripts.reply,
    ),
    "send_sync": Pattern(
        "send_sync: a page asks and stands still",
        {
            "no_listener": "main has no listener on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "main closes the window that asks before it answers",
            "slow": "main's listener awaits for a second first",
            "blocked_main": FIRST,
        },
        scripts.send_sync,
    ),
    "to_page": Pattern(
        "web_contents.send: main tells a page",
        {
            "no_listener": "the page has no listener on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "the window is destroyed before main sends",
            "slow": "the page's listener keeps its page busy for a second",
            "blocked_main": "main sleeps for 2 s right after it has sent",
        },
        scripts.to_page,
    ),
    "broadcast": Pattern(
        "a send to each window: main tells all pages",
        {
            "no_listener": "no page has a listener on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "one of the windows is destroyed before main sends",
            "slow": "the pages' listeners keep their pages busy for a second",
            "blocked_main": "main sleeps for 2 s right after it has sent",
        },
        scripts.broadcast,
    ),
    "relay": Pattern(
        "relay: page to page by way of main",
        {
            "no_listener": "the other page has no listener on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "the other window is destroyed before the page sends",
            "slow": "main awaits for a second before it passes the message on",
            "blocked_main": FIRST,
        },
        scripts.relay,
    ),
    "send_to": Pattern(
        "send_to: page to page (until Electron 27)",
        {
            "no_listener": "the other page has no listener on the channel",
            "unclonable": FUNCTION,
            "receiver_gone": "the other window is destroyed before the page sends",
            "slow": "the other page's listener keeps its page busy for a second",
            "blocked_main": FIRST,
        },
        scripts.send_to,
    ),
    "get_global": Pattern(
        "remote.get_global: a page reads in main (Electron 9)",
        {
            "no_listener": "main shares nothing under the name",
            "unclonable": FUNCTION,
            "blocked_main": FIRST,
        },
        scripts.get_global,
        {"receiver_gone": MAIN_STAYS, "slow": NO_CODE},
    ),
    "storage": Pattern(
        "local_storage: a page keeps, another one is told",
        {
            "no_listener": "the other page does not listen for storage",
            "unclonable": "a list is kept in place of its text, and the function print in it",
            "receiver_gone": "the other window is destroyed before the page writes",
            "blocked_main": FIRST,
        },
        scripts.storage,
        {"slow": "the page that keeps something waits for no listener"},
    ),
}
