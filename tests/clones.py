"""How the tests of structured clone send values, in one process and between two, and tell what arrived."""

from __future__ import annotations

import asyncio
import inspect
from array import array
from typing import Any

import pytest
from ipc import open_page

from ipclab import ipc_main
from ipclab.clone import decode, encode
from ipclab.errors import DataCloneError
from ipclab.main.web_contents import WebContents


def clone(value: Any) -> Any:
    """Send `value` the way a link does: payload and buffers as fresh objects on the other side."""
    payload, buffers = encode(value)
    return decode(bytes(payload), [bytearray(buffer) for buffer in buffers])


def reason(value: Any) -> str:
    """Return the line that says where and why `value` is refused."""
    with pytest.raises(DataCloneError) as caught:
        encode((value,))
    first, second = str(caught.value).split("\n")
    assert first == "An object could not be cloned."
    return second


def exact(value: Any, seen: dict[int, int] | None = None) -> str:
    """Return a text that tells types apart, 0.0 from -0.0 and one object from two, but no NaN from another."""
    seen = {} if seen is None else seen
    name = type(value).__name__
    if isinstance(value, list | dict | set | bytearray | array | BaseException):
        if id(value) in seen:
            return f"object {seen[id(value)]}"
        seen[id(value)] = len(seen)
    if isinstance(value, list | tuple):
        return f"{name}[{', '.join([exact(item, seen) for item in value])}]"
    if isinstance(value, dict):
        pairs = [f"{exact(key, seen)}: {exact(item, seen)}" for key, item in value.items()]
        return f"{name}[{', '.join(pairs)}]"
    if isinstance(value, set | frozenset):
        return f"{name}[{', '.join(sorted([exact(item, seen) for item in value]))}]"
    if isinstance(value, int):
        return f"{name} {value:x}"
    if isinstance(value, BaseException):
        members = [exact(member, seen) for member in getattr(value, "exceptions", ())]
        return f"{name}({str(value)!r}) of {members} because of {exact(value.__cause__, seen)}"
    if hasattr(value, "tobytes"):  # a long array's repr leaves out its middle
        return f"{name} {value!r} {value.tobytes().hex()}"
    return f"{name} {value!r}"


def same(a: Any, b: Any) -> bool:
    """Compare as `exact` tells things apart."""
    return exact(a) == exact(b)


#: What the expressions may use, on both sides.
NAMES = """
import asyncio, collections, enum, math, re, types
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from ipclab import undefined
"""

PAGE = f"""
{NAMES}
from ipclab import ipc_renderer
{inspect.getsource(exact)}
async def exact_answer(): return exact(await ipc_renderer.invoke("give"))
def exact_answer_at_once(): return exact(ipc_renderer.send_sync("give at once"))
@ipc_renderer.on("take")
def tell(event, value): ipc_renderer.send("told", exact(value))
"""


class Crossing:
    """A window, and the ways of a value between its page and main; values are given as Python expressions.

    `names` is run on both sides first: what the expressions need.
    """

    def __init__(self, contents: WebContents, names: str) -> None:
        self.contents = contents
        self._names: dict[str, Any] = {"__name__": __name__}
        exec(NAMES + names, self._names)
        self._arrived: asyncio.Queue[Any] = asyncio.Queue()
        self._given: Any = None
        for channel in ("take", "told"):
            ipc_main.on(channel, lambda _, value: self._arrived.put_nowait(value))
        ipc_main.on("take at once", self._take_at_once)
        ipc_main.on("give at once", lambda event: setattr(event, "return_value", self._given))
        ipc_main.handle("take", lambda _, value: self._arrived.put_nowait(value))
        ipc_main.handle("give", lambda _: self._given)

    def _take_at_once(self, event: Any, value: Any) -> None:
        self._arrived.put_nowait(value)
        event.return_value = None

    async def told(self) -> Any:
        """Return what the next message told: a value from the page, or the text of what arrived there."""
        return await asyncio.wait_for(self._arrived.get(), 10)

    def gives(self, value: Any) -> None:
        """Make `value` what main answers when the page asks."""
        self._given = value

    def here(self, source: str) -> Any:
        """Return the value of `source`, made in main."""
        return eval(source, self._names)

    async def to_main(self, source: str) -> dict[str, str]:
        """Have the page send the value of `source` in every way; return what arrived by each."""
        arrived = {"execute": exact(await self.contents.execute(source))}
        for way, code in {
            "send": f"ipc_renderer.send('take', {source})",
            "invoke": f"await ipc_renderer.invoke('take', {source})",
            "send_sync": f"ipc_renderer.send_sync('take at once', {source})",
            "post_message": f"ipc_renderer.post_message('take', {source})",
        }.items():
            await self.contents.execute(code)
            arrived[way] = exact(await self.told())
        return arrived

    async def to_page(self, source: str) -> dict[str, str]:
        """Send the value of `source` to the page in every way; return what arrived by each."""
        arrived = {}
        self.gives(self.here(source))
        arrived["handler's result"] = await self.contents.execute("await exact_answer()")
        arrived["return_value"] = await self.contents.execute("exact_answer_at_once()")
        self.contents.send("take", self.here(source))
        arrived["web_contents.send"] = await self.told()
        self.contents.post_message("take", self.here(source))
        arrived["web_contents.post_message"] = await self.told()
        return arrived


async def crosses(values: dict[str, str], names: str = "") -> None:
    """Check that each of `values`, sent in every way between a page and main, arrives as what is given for it."""
    contents = await open_page(PAGE + names)
    crossing = Crossing(contents, names)
    for source, expected in values.items():
        text = exact(crossing.here(expected))
        arrived = await crossing.to_main(source) | await crossing.to_page(source)
        wrong = {way: got for way, got in arrived.items() if got != text}
        assert not wrong, f"{source} did not arrive as {text}"
