"""What the tests of storage share: pages that may keep something, and what they keep it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ipc import OPEN

from ipclab import BrowserWindow
from ipclab.main import pages, storage_folder
from ipclab.main.web_contents import WebContents

#: The page that `stored_page` shows; it has these names.
PAGE = "stored.py"
pages.named_pages[PAGE] = """
import asyncio, os, signal, time
from datetime import UTC, datetime, timedelta, timezone
from ipclab import (
    ConstraintError, DataCloneError, DataError, InvalidAccessError, InvalidStateError, KeyRange, NotFoundError,
    QuotaExceededError, ReadOnlyError, SecurityError, TransactionInactiveError, VersionError,
    indexed_db, local_storage, session_storage, set_timeout, undefined, window,
)
"""


async def stored_page(code: str = "", **preferences: object) -> WebContents:
    """Open a window with the page, run `code` in it, and return its contents."""
    window = BrowserWindow(web_preferences={**OPEN, **preferences})
    await window.load_file(PAGE)
    await window.web_contents.execute(code)
    return window.web_contents


async def failure(contents: WebContents, code: str) -> str:
    """Return `Name: first line` of what `code` raises in a page; '' if it raises nothing."""
    told: Any = await contents.execute(f"""
try:
{"".join(f"    {line}" + chr(10) for line in code.splitlines())}
    told = ""
except BaseException as error:
    told = f"{{type(error).__name__}}: {{str(error).splitlines()[0]}}"
told
""")
    return str(told)


def temporary_folder() -> Path:
    """Return the folder that goes with the app."""
    assert storage_folder._temporary is not None
    return storage_folder._temporary.path
