"""Messages of many large buffers, and what happens when nobody reads them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from ipc import open_page, program

from ipclab import Error, link, trace

COLLECT = """
got = []
@ipc_renderer.on("ch")
def listen(event, *args): got.append(args)
"""


@program
async def test_a_message_of_more_than_a_thousand_large_buffers_arrives() -> None:
    contents = await open_page("got = []\n@ipc_renderer.on('ch')\ndef listen(event, b): got.append(len(b))")
    contents.send("ch", [bytes([number % 256]) * 65_536 for number in range(1_100)])
    async with asyncio.timeout(5):
        assert await contents.execute("got") == [1_100]


@program
async def test_a_renderer_that_does_not_read_is_an_error_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages queue up in main's memory; the bound is stated in the error."""
    monkeypatch.setattr(link, "MAX_QUEUED", 1 << 20)
    contents = await open_page(COLLECT)
    os.mkfifo(tmp_path / "gate")
    busy = asyncio.ensure_future(contents.execute(f"open({str(tmp_path / 'gate')!r}).read()"))
    await asyncio.sleep(0)

    def send_too_much() -> None:
        for _ in range(100):
            contents.send("ch", b"x" * 100_000)

    with pytest.raises(Error, match=r"^renderer 1 does not read: "):
        send_too_much()
    sent = len(trace) - 1
    assert trace[-1].outcome == "lost"
    await asyncio.to_thread((tmp_path / "gate").write_text, "go")
    assert await busy == "go"
    assert await contents.execute("len(got)") == sent
