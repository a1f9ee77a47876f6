"""`ipc_main.handle` and its siblings (semantics a.1)."""

from __future__ import annotations

import pytest
from ipc import program
from rules import held

from ipclab import Error, ipc_main


@held("a.1", "ipcMain.handle", "One handler per channel per emitter; a second one is an error.")
@program
async def test_second_handler_is_an_error() -> None:
    ipc_main.handle("ch", lambda _: 1)
    with pytest.raises(Error, match="Attempted to register a second handler for 'ch'"):
        ipc_main.handle("ch", lambda _: 2)
