"""`invoke` beyond Electron's rules: the promise's repr, Python's exceptions as text."""

from __future__ import annotations

import asyncio

import pytest
from ipc import open_page, program
from outcomes import OUTCOME, rejected

from ipclab import DataCloneError, RendererError, ipc_main


@program
async def test_a_promise_can_be_awaited_by_several_and_shows_its_state() -> None:
    contents = await open_page(OUTCOME)
    ipc_main.handle("ch", lambda _: 7)
    assert await contents.execute("""
promise = ipc_renderer.invoke("ch")
states = [repr(promise), await promise, await promise, repr(promise)]
failing = ipc_renderer.invoke("nobody")
try: await failing
except Exception: states.append(repr(failing))
states
""") == ["<Promise pending>", 7, 7, "<Promise fulfilled>", "<Promise rejected>"]


class UntellableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


FAILURES = [
    (KeyError("k"), "KeyError: 'k'"),
    (ValueError(0), "ValueError: 0"),
    (FileNotFoundError(2, "No such file", "x"), "FileNotFoundError: [Errno 2] No such file: 'x'"),
    (StopIteration("over"), "StopIteration: over"),
    (UntellableError(), "UntellableError: (its text cannot be made)"),
    (DataCloneError("a", "is a function"), "DataCloneError: An object could not be cloned.\na is a function"),
]


@pytest.mark.parametrize(
    ("error", "text"), FAILURES, ids=[type(error).__name__ + text[-5:] for error, text in FAILURES]
)
@program
async def test_what_a_failing_handler_raises_arrives_as_text(
    error: Exception, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Design 4.3: the Python class's name, then what `str` says."""
    contents = await open_page(OUTCOME)

    @ipc_main.handle("sync")
    def fails(_: object) -> None:
        raise error

    @ipc_main.handle("async")
    async def fails_later(_: object) -> None:
        await asyncio.sleep(0)
        if isinstance(error, StopIteration):
            raise ValueError("a coroutine cannot raise StopIteration")
        raise error

    assert await contents.execute("await outcome('sync')") == rejected("sync", text)
    if not isinstance(error, StopIteration):
        assert await contents.execute("await outcome('async')") == rejected("async", text)
        assert "Error occurred in handler for 'async': " in capsys.readouterr().err


@program
async def test_execute_reports_a_rejected_invoke_with_its_text() -> None:
    contents = await open_page()
    with pytest.raises(RendererError, match=r"^Error invoking remote method 'nope': Error: No handler") as caught:
        await contents.execute("await ipc_renderer.invoke('nope')")
    assert caught.value.name == "RemoteError"
