"""What the tests of `remote` share."""

from __future__ import annotations

from ipc import open_page

from ipclab import app, trace
from ipclab.main.web_contents import WebContents


async def open_remote_page(code: str = "", version: int = 9) -> WebContents:
    """Open a window of an Electron that has `remote`, import it in the page, and run `code` there."""
    app.electron_version = version
    return await open_page(f"from ipclab import DataCloneError, remote\n{code}\nNone", enable_remote_module=True)


def asked() -> list[str]:
    """What pages have asked by `remote` so far, or main of their functions: the channels of the messages."""
    return [message.channel for message in trace if message.kind == "remote"]


async def failure(contents: WebContents, code: str) -> str:
    """Run `code`, which must raise, in the page; return what it raised, and the cause."""
    source = "\n".join(f"    {line}" for line in code.strip().splitlines())
    told: str = await contents.execute(f"""
told = "nothing"
try:
{source}
except BaseException as error:
    told = f"{{type(error).__name__}}: {{error}}"
    if error.__cause__ is not None: told += f" (cause: {{error.__cause__!r}})"
told
""")
    return told
