"""The `event` objects that main's listeners and handlers get as their first argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents
    from ipclab.main.web_frame import WebFrameMain


class Event:
    """An event that a listener may prevent (Electron's `Event`)."""

    default_prevented = False
    __clonable__ = False

    def prevent_default(self) -> None:
        """Keep the app from doing what it does by default after this event."""
        self.default_prevented = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class IpcMainInvokeEvent(Event):
    """A handler's event: who asked. It cannot reply; the handler's result is the answer.

    `sender` is the web contents, `sender_frame` its frame (None once it is gone), `process_id` and `frame_id` are
    Chromium's numbers (the operating system's is `sender.get_os_process_id()`).
    """

    type = "frame"

    def __init__(self, sender: WebContents) -> None:
        self.sender = sender
        self.process_id = sender.id
        self.frame_id = 1

    @property
    def sender_frame(self) -> WebFrameMain | None:
        return None if self.sender.is_destroyed() else self.sender.main_frame

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from web contents {self.sender.id}>"


class IpcMainEvent(IpcMainInvokeEvent):
    """The event of a `send`: `reply(channel, *args)` answers the frame that sent it with a message of its own."""

    def reply(self, channel: str, *args: object) -> None:
        """Send `args` to the sending frame on `channel`; if the frame is gone, the reply is discarded silently."""
        if not self.sender.is_destroyed():
            self.sender.send(channel, *args)


class IpcMainSyncEvent(IpcMainEvent):
    """The event of a `send_sync`: the first value assigned to `return_value` is the answer, also later on.

    If the event is forgotten without an answer, the renderer gets ``{'error': 'reply was never sent'}``.
    """

    def __init__(self, sender: WebContents, answer: Callable[[Any], None], give_up: Callable[[], None]) -> None:
        super().__init__(sender)
        self._answer: Callable[[Any], None] | None = answer
        self._give_up = give_up

    @property
    def return_value(self) -> None:
        """Always None when read, as in Electron."""
        return None

    @return_value.setter
    def return_value(self, value: object) -> None:
        if self._answer is not None:
            self._answer(value)  # raises DataCloneError: then a later assignment can still answer
            self._answer = None

    def __del__(self) -> None:
        if getattr(self, "_answer", None) is not None:
            self._give_up()
