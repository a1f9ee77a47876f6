"""One warm renderer process in reserve: starting one takes a tenth of a second, handing one over takes nothing."""

from __future__ import annotations

import asyncio

from ipclab.link import Link

#: Seconds after a window was opened before the next process is started: its first page goes first.
DELAY = 0.2

_spare: Link | None = None
_timer: asyncio.TimerHandle | None = None


def take() -> Link:
    """Return a renderer process that waits for its `Start` frame, and have another one made ready soon."""
    global _spare
    _drop_dead()
    link, _spare = _spare or Link.spawn(), None
    _schedule()
    return link


def _drop_dead() -> None:
    global _spare
    if _spare is not None and not _spare.is_alive():
        _spare.close()
        _spare = None


def _schedule() -> None:
    global _timer
    if _timer is not None:
        _timer.cancel()
    _timer = asyncio.get_running_loop().call_later(DELAY, prepare)


def prepare() -> None:
    """Start the spare process now, if there is none."""
    global _spare, _timer
    _timer = None
    _drop_dead()
    if _spare is None:
        try:
            _spare = Link.spawn()
        except OSError:
            pass  # no room for a spare; the next window will say so if it finds none either


def dismiss() -> None:
    """End the spare process, and make no other."""
    global _spare, _timer
    if _timer is not None:
        _timer.cancel()
        _timer = None
    if _spare is not None:
        _spare.close()
        _spare = None
