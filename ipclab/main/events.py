"""The `event` objects that main's listeners and handlers get as their first argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipclab import activity, clone, versions
from ipclab.errors import DataCloneError
from ipclab.main.traffic import trace, traffic

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

    `sender` is the web contents; `process_id`, `frame_id` and `frame_tree_node_id` are Chromium's numbers (the
    operating system's is `sender.get_os_process_id()`).
    """

    type = "frame"

    def __init__(self, sender: WebContents) -> None:
        frame = sender.main_frame
        self.sender = sender
        self.process_id = frame.process_id
        self.frame_id = frame.routing_id
        self.frame_tree_node_id = frame.frame_tree_node_id

    @property
    def sender_frame(self) -> WebFrameMain | None:
        """The frame that sent, looked up when read; None once it is gone: its window, its process, or its page in
        favour of one from another origin. AttributeError before Electron 12.
        """
        versions.check_sender_frame(self.sender.electron_version)
        return self._living_frame()

    def _living_frame(self) -> WebFrameMain | None:
        sender = self.sender
        gone = sender.is_destroyed() or sender.is_crashed() or sender.main_frame.routing_id != self.frame_id
        return None if gone else sender.main_frame

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from web contents {self.sender.id}>"


class IpcMainMessageEvent(IpcMainInvokeEvent):
    """The event of a `post_message`; `ports` are those that were transferred."""

    def __init__(self, sender: WebContents) -> None:
        super().__init__(sender)
        self.ports: list[object] = []


class IpcMainEvent(IpcMainInvokeEvent):
    """The event of a `send`: `reply(channel, *args)` answers the frame that sent it with a message of its own."""

    def reply(self, channel: str, *args: object) -> None:
        """Send `args` to the sending frame on `channel`; if the frame is gone, the reply is discarded silently."""
        if (frame := self._living_frame()) is not None and not frame.detached:
            frame.send(channel, *args)
        else:
            self._discard(channel, args)

    def _discard(self, channel: str, args: tuple[object, ...]) -> None:
        try:
            payload, buffers = clone.encode(args)
        except DataCloneError:
            return  # as in Electron, nobody looks at what cannot arrive
        if not isinstance(channel, str):
            return
        trace.add(
            "send",
            "main",
            self.sender.label,
            channel,
            payload,
            buffers,
            sent_at=traffic.now(),
            activity=activity.current.get(),
            outcome="lost",
        )


class IpcMainSyncEvent(IpcMainEvent):
    """The event of a `send_sync`: the first value assigned to `return_value` is the answer, also later on.

    If the event is forgotten without an answer, the renderer gets ``{'error': 'reply was never sent'}`` (None in
    Electron 10 and 11; in 9 it waits for ever).
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
