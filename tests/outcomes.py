"""How an `invoke` or a `send_sync` ended, as the page sees it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: What a `send_sync` returns that nobody can answer any more.
NEVER_SENT = {"error": "reply was never sent"}

#: Page code: `await outcome("ch")` is what the promise resolved with, or the text of what it was rejected with.
OUTCOME = """
async def outcome(channel, *args):
    try:
        return {"resolved": await ipc_renderer.invoke(channel, *args)}
    except Exception as error:
        return {"rejected": str(error), "type": type(error).__name__}
"""


def rejected(channel: str, text: str) -> dict[str, str]:
    """What `outcome` returns if the `invoke` was rejected with Electron's prefix and `text`."""
    return {"rejected": f"Error invoking remote method '{channel}': {text}", "type": "RemoteError"}


def no_handler(channel: str) -> dict[str, str]:
    """What `outcome` returns if nobody handles the channel."""
    return rejected(channel, f"Error: No handler registered for '{channel}'")


@contextmanager
def without_collector() -> Iterator[None]:
    """That an answer cannot come any more is found out by reference counting alone in here."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
