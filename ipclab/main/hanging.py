"""Whether a renderer still works off what it is sent: `unresponsive` and `responsive`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ipclab import activity
from ipclab.main import listening
from ipclab.main.events import Event

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

#: Seconds, Chromium's, after which a renderer that works nothing off counts as hung.
HUNG_AFTER = 15.0
#: Seconds between two looks at a hung one: it may have come to life again.
LOOK_AGAIN = 0.1
#: Seconds, Electron's, by which the window says it later than the contents: a short hang is over by then.
WINDOW_LATER = 0.05


class HangMonitor:
    """Tells of a renderer that works off nothing of what main sends it (Chromium: of the reader's input)."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        self._timer: asyncio.TimerHandle | None = None
        self._window_timer: asyncio.TimerHandle | None = None
        self._progress = 0
        self._hung = False

    def watch(self) -> None:
        """Something was sent."""
        if self._timer is None:
            self._progress = self._contents.host._worked_off
            self._look_after(HUNG_AFTER)

    def stop(self) -> None:
        """The process is gone."""
        for timer in (self._timer, self._window_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._window_timer = None
        self._hung = False

    def _look_after(self, seconds: float) -> None:
        self._timer = self._contents.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        host = self._contents.host
        before, self._progress = self._progress, host._worked_off
        if host._sent and before == self._progress:
            self._look_after(LOOK_AGAIN)
            if not self._hung:
                activity.run(activity.last(), self._unresponsive)
            return
        if host._sent:
            self._look_after(HUNG_AFTER)
        if self._hung:
            activity.run(activity.last(), self._responsive)

    def _unresponsive(self) -> None:
        self._hung = True
        self._window_timer = self._contents.loop.call_later(WINDOW_LATER, self._tell_window, "unresponsive")
        self._contents.announce("unresponsive")

    def _responsive(self) -> None:
        self._hung = False
        if self._window_timer is not None:
            self._window_timer.cancel()
        self._contents.announce("responsive")
        self._tell_window("responsive")

    def _tell_window(self, event: str) -> None:
        window = self._contents.owner()
        if window is not None and not window.is_destroyed():
            listening.announce(window, event, Event())
