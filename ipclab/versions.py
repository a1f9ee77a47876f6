"""The dial's one table: which Electron version has, warns about or lacks what.

`app.electron_version` turns the dial; windows opened from then on obey it. Source: Electron's release notes and
tags, section d of the project's semantics notes.
"""

from __future__ import annotations

from ipclab.errors import Error

OLDEST = 9
NEWEST = 43
DEFAULT = str(NEWEST)

#: What the dial shows; `app.electron_version` sets it.
dialled = DEFAULT


def major(version: str | int | float) -> int:
    """Return the major version of ``"9"``, ``"9.4.4"`` or ``9``. ValueError outside 9 to 43."""
    if isinstance(version, str):
        first, *rest = version.strip().split(".")
        number = int(first) if first.isdecimal() and all(part.isdecimal() for part in rest) else None
    elif isinstance(version, int) and not isinstance(version, bool):
        number = version
    else:
        number = None
    if number is None or not OLDEST <= number <= NEWEST:
        raise ValueError(
            f"electron_version takes a version from {OLDEST} to {NEWEST}, such as 9, '9.4.4' or '{NEWEST}'; "
            f"got {version!r}"
        )
    return number


def handler_type_error(version: int) -> type[Exception]:
    """Since 27 a handler that is no function is a TypeError."""
    return TypeError if version >= 27 else Error


def context_isolation_default(version: int) -> bool:
    """Context isolation is on by default from Electron 12."""
    return version >= 12


def sandbox_default(version: int, node_integration: bool) -> bool:
    """The sandbox is on by default from Electron 20; `node_integration` switches it off."""
    return version >= 20 and not node_integration


def no_handler_text(version: int, channel: str) -> str:
    """What an invoke without a handler says; ``Error: `` was added in 25."""
    text = f"No handler registered for '{channel}'"
    return f"Error: {text}" if version >= 25 else text


def send_swallows_errors(version: int) -> bool:
    """From 16 `web_contents.send` logs what goes wrong instead of raising it."""
    return version >= 16


def warns_send_sync_without_listeners(version: int) -> bool:
    return version >= 16


def send_sync_reply_never_sent(version: int) -> object:
    """What an unanswered `send_sync` returns: from 12 an object with `error`, in 10 and 11 nothing."""
    return {"error": "reply was never sent"} if version >= 12 else None


def check_scoped_ipc(version: int, name: str) -> None:
    """`web_contents.ipc` and `main_frame.ipc` came with 22."""
    if version < 22:
        raise AttributeError(f"{name} came with Electron 22, and this window is of {version}: use ipc_main")


def console_message_has_details(version: int) -> bool:
    """From 35 `console-message` hands over one details object; before, level, message, line and source."""
    return version >= 35
