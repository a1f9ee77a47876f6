"""Starting the renderer process of web contents."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from ipclab import activity
from ipclab.main import spare
from ipclab.main.host import OnFrame, RendererHost
from ipclab.main.preferences import WebPreferences
from ipclab.protocol import VERSION, Start


def start(
    contents_id: int,
    preferences: WebPreferences,
    loop: asyncio.AbstractEventLoop,
    on_frame: OnFrame,
    on_gone: Callable[[str, int], None],
) -> RendererHost:
    """Start a process (or take the spare one) and tell it which renderer it is."""
    first = Start(
        activity.current.get(),
        VERSION,
        contents_id,
        preferences.electron_version,
        preferences.context_isolation,
        preferences.node_integration,
        preferences.sandbox,
        [path for path in sys.path if isinstance(path, str)],
        _working_directory(),
        preferences.remote_module,
    )
    link = spare.take()
    try:
        host = RendererHost(contents_id, link, loop, on_frame, on_gone)
        host.send(first)
    except BaseException:
        link.close()
        raise
    return host


def _working_directory() -> str:
    """Return the program's working directory, '' if it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return ""
