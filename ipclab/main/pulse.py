"""How a renderer process is: loading, ready, blocked, crashed or closed, for those who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from ipclab.main import listening
from ipclab.protocol import Ping, pack

if TYPE_CHECKING:
    from ipclab.main.host import RendererHost
    from ipclab.main.web_contents import WebContents

State = Literal["loading", "ready", "blocked", "crashed", "closed"]
Callback = Callable[[State], object]

#: Seconds from an answer to the next question, and after which one without an answer counts as blocked.
ASK_EVERY = 0.5
BLOCKED_AFTER = 0.4
#: Seconds by which main's own loop may be late: when it is later, the answer may lie there unread.
MAIN_LATE = 0.1


class Pulse:
    """Asks a renderer again and again whether its loop turns, while somebody watches."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        self._watchers: list[Callback] = []
        self._state: State = "closed"
        self._host: RendererHost | None = None  # who is asked
        self._number = 0
        self._begun = False  # whether the process has ever answered
        self._late = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Call `callback(state)` now and at each change; return what ends that.

        The states: ``loading`` (a page, or the process itself begins), ``ready``, ``blocked`` (its loop has not
        turned for 0.4 s: it computes, sleeps, or waits in `send_sync`), ``crashed``, ``closed``.
        """

        # A function of its own: the same callback may watch twice.
        def watcher(state: State) -> None:
            callback(state)

        self.changed()
        self._watchers.append(watcher)
        if len(self._watchers) == 1:
            self._ask_whom_there_is()
            self._state = self._look()
        listening.call("a view of the window", watcher, self._state)

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
                if not self._watchers:
                    self._rest()

        return stop

    def changed(self) -> None:
        """Something has become of the contents: a load, a crash, another process, the end."""
        if not self._watchers:
            return
        self._ask_whom_there_is()
        state = self._look()
        if state != self._state:
            self._state = state
            for watcher in self._watchers[:]:
                if watcher in self._watchers:
                    listening.call("a view of the window", watcher, state)
        if state == "closed":
            self._watchers.clear()

    def is_late(self) -> bool:
        """Whether the renderer's loop is known not to turn. False if nobody watches."""
        return self._late

    def answered(self, number: int) -> None:
        """A renderer's loop has turned."""
        if number == self._number and self._host is not None:
            self._stop_timer()
            self._begun, self._late = True, False
            self._timer = self._contents.loop.call_later(ASK_EVERY, self._ask)
            self.changed()

    def _look(self) -> State:
        contents = self._contents
        if contents.is_destroyed():
            return "closed"
        if contents.host.link.closed:
            return "crashed"
        if not self._begun:
            return "loading"
        if self._late:
            return "blocked"
        return "ready" if contents.loading.current is None else "loading"

    def _ask_whom_there_is(self) -> None:
        host = self._contents.host
        if host.link.closed:
            self._rest()
        elif host is not self._host:
            self._rest()
            self._host = host
            self._begun = host.lookups is not None
            self._ask()

    def _ask(self) -> None:
        self._number += 1
        self._contents.host.link.write(pack(Ping(0, self._number)))
        self._wait()

    def _wait(self) -> None:
        loop = self._contents.loop
        self._due = loop.time() + BLOCKED_AFTER
        self._timer = loop.call_at(self._due, self._no_answer)

    def _no_answer(self) -> None:
        if self._contents.loop.time() > self._due + MAIN_LATE:
            self._wait()
            return
        self._timer = None
        self._late = True
        self.changed()

    def _rest(self) -> None:
        self._stop_timer()
        self._host = None
        self._late = False

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
