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


def tells_reply_never_sent(version: int) -> bool:
    """From 10 a renderer is told that nobody can answer it any more; before, it waited for ever."""
    return version >= 10


def send_sync_reply_never_sent(version: int) -> object:
    """What an unanswered `send_sync` returns: from 12 an object with `error`, in 10 and 11 nothing."""
    return {"error": "reply was never sent"} if version >= 12 else None


def check_sender_frame(version: int) -> None:
    """`event.sender_frame` came with 12."""
    if version < 12:
        raise AttributeError(
            f"event.sender_frame came with Electron 12, and this window is of {version}: use event.frame_id"
        )


def check_scoped_ipc(version: int, name: str) -> None:
    """`web_contents.ipc` and `main_frame.ipc` came with 22."""
    if version < 22:
        raise AttributeError(f"{name} came with Electron 22, and this window is of {version}: use ipc_main")


def console_message_has_details(version: int) -> bool:
    """From 35 `console-message` hands over one details object; before, level, message, line and source."""
    return version >= 35


def check_send_to(version: int) -> None:
    """`ipc_renderer.send_to` is there up to 27."""
    if version >= 28:
        raise AttributeError(
            f"ipcRenderer.sendTo is not a function: Electron 28 removed it, and this window is of {version}. Give "
            f"both windows one port of a MessageChannel, or relay the message through main (ipc_main.on, then "
            f"web_contents.send)"
        )


def send_to_warning(version: int) -> str | None:
    """What the console says of the first `send_to` of a page."""
    return "(electron) 'ipcRenderer.sendTo' is deprecated and will be removed." if version == 27 else None


def shows_sender_id(version: int) -> bool:
    """A renderer's `event.sender_id` is there up to 27."""
    return version <= 27


def shows_sender_is_main_frame(version: int) -> bool:
    """A renderer's `event.sender_is_main_frame` is there in 26 and 27."""
    return 26 <= version <= 27


def remote_module(version: int, given: bool | None) -> bool:
    """Whether a window has the `remote` module; `given` is its `enable_remote_module`.

    In 9 unless it is refused, from 10 to 13 only if it is asked for, from 14 never.
    """
    return version < 14 and (version < 10 if given is None else given)


def remote_refusal(version: int, given: bool | None) -> str | None:
    """Why a window has no `remote`, None if it has."""
    if remote_module(version, given):
        return None
    instead = "ask main with ipc_renderer.invoke, and have it answer with ipc_main.handle"
    if version >= 14:
        undefined = "Cannot read properties of undefined"
        why = f"Electron 14 removed it, and this window is of {version}. Instead, {instead}"
    else:
        undefined = "Cannot read property of undefined"
        why = (
            f"it is switched off in this window (Electron {version}). Open the window with "
            f"web_preferences={{'enable_remote_module': True}}; better, {instead}"
        )
    return f"remote is undefined here (TypeError: {undefined}): {why}"


def remote_warning(version: int, given: bool | None) -> str | None:
    """What the console says when a page first gets hold of `remote`."""
    if version >= 12:
        return "(electron) The remote module is deprecated. Use https://github.com/electron/remote instead."
    if version == 9 and given is None:
        return (
            "Electron Deprecation Warning The 'remote' module is deprecated and will be disabled by default in a "
            "future version of Electron. To ensure a smooth upgrade and silence this warning, specify "
            "{enableRemoteModule: true} in the WebPreferences for this window."
        )
    return None
