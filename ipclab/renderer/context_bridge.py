"""`context_bridge`: the one way from the preload's world into an isolated page's.

What crosses is copied, functions become proxies. Follows Electron's contextBridge; a dict's entries can be read in
the page as attributes and as items, because Python's dicts, unlike JavaScript's objects, know the difference.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ipclab import clone, tasks
from ipclab.errors import Error
from ipclab.renderer.ipc_renderer import Promise

if TYPE_CHECKING:
    from ipclab.renderer.worlds import World

MAX_DEPTH = 1000
SCALARS = (type(None), bool, int, float, str, bytes)
FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)


class ContextBridge:
    """Copies an API of the preload's into the page's world."""

    def __init__(self, page: World | None) -> None:
        self._page = page

    def expose_in_main_world(self, key: str, api: object) -> None:
        """Make a frozen copy of `api` readable in the page as ``window.<key>`` and as the bare name ``<key>``.

        Raises `Error` without context isolation and if the page has that name already, TypeError for values nested
        deeper than 1000, DataCloneError for what can neither be copied nor called.
        """
        if self._page is None:
            raise Error("contextBridge API can only be used when contextIsolation is enabled")
        if not isinstance(key, str):
            raise TypeError(f"expose_in_main_world takes the name as text, not {type(key).__name__}")
        if key in self._page.names:
            raise Error("Cannot bind an API on top of an existing property on the window object")
        self._page.names[key] = _cross(api, {}, 0, freeze=True)

    def __repr__(self) -> str:
        return "<context_bridge>"


class ExposedApi:
    """A dict that crossed the bridge: read `api.name` or `api["name"]`; it cannot be changed.

    An entry wins over a dict's method of the same name (`get`, `items`, ...).
    """

    __slots__ = ("_entries",)
    _entries: dict[str, Any]

    def __init__(self) -> None:
        object.__setattr__(self, "_entries", {})

    def __getitem__(self, key: str) -> Any:
        return self._entries[key]

    def __getattr__(self, name: str) -> Any:
        if name in self._entries:
            return self._entries[name]
        if name in ("get", "items", "keys", "values"):
            return getattr(self._entries, name)
        raise AttributeError(f"the exposed API has no {name!r}; it has: {', '.join(self._entries)}")

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __dir__(self) -> list[str]:
        return list(self._entries)

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(f"Cannot assign to read only property '{name}' of an exposed API")

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<exposed API: {', '.join(self._entries)}>"


class FunctionProxy:
    """A function of the other world. Calling it copies the arguments there and the result back.

    Each crossing makes a new proxy, which is why a listener handed over the bridge cannot be removed by it.
    """

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: object) -> Any:
        seen: dict[int, Any] = {}
        crossed = [_cross(arg, seen, 1, freeze=False) for arg in args]
        try:
            result = self._function(*crossed)
        except Exception as error:
            raise _crossed_error(error) from None
        return _cross(result, {}, 1, freeze=False)

    def __repr__(self) -> str:
        return f"<function {getattr(self._function, '__name__', 'anonymous')} of the other world>"


def _crossed_error(error: BaseException) -> Error:
    """Of an exception only its text crosses."""
    return Error(str(error))


def _cross(value: Any, seen: dict[int, Any], depth: int, freeze: bool) -> Any:
    """Copy `value` for the other world; within one crossing the same object is copied once."""
    if isinstance(value, SCALARS) and type(value) in SCALARS:
        return value
    if id(value) in seen:
        return seen[id(value)]
    if depth > MAX_DEPTH:
        raise TypeError(
            "Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported."
        )
    if isinstance(value, FunctionProxy):
        return value._function  # back in its own world it is itself again
    if isinstance(value, FUNCTIONS):
        seen[id(value)] = proxy = FunctionProxy(value)
        return proxy
    if isinstance(value, dict | ExposedApi):
        entries = value._entries if isinstance(value, ExposedApi) else value
        return _cross_dict(entries, seen, depth, freeze)
    if isinstance(value, list | tuple):
        copied: list[Any] = []
        seen[id(value)] = copied
        copied += [_cross(item, seen, depth + 1, freeze) for item in value]
        return tuple(copied) if freeze else copied
    if isinstance(value, BaseException):
        return _crossed_error(value)
    if asyncio.iscoroutine(value) or asyncio.isfuture(value):
        return _cross_promise(value)
    return clone.decode(*clone.encode(value, "value"))


def _cross_dict(value: dict[str, Any], seen: dict[int, Any], depth: int, freeze: bool) -> Any:
    made: Any = ExposedApi() if freeze else {}
    entries = made._entries if freeze else made
    seen[id(value)] = made
    for key, entry in value.items():
        entries[key] = _cross(entry, seen, depth + 1, freeze)
    return made


def _cross_promise(value: Any) -> Promise:
    """A promise of the other world: settled with a copy of what that one is settled with."""
    promise = Promise(loop=asyncio.get_running_loop())
    if asyncio.iscoroutine(value):
        try:
            ended, value = tasks.run(value)
        except Exception as error:
            promise.set_exception(_crossed_error(error))
            return promise
        if ended:
            promise.set_result(_cross(value, {}, 1, freeze=False))
            return promise

    def settle(done: asyncio.Future[Any]) -> None:
        if promise.done():
            return
        if done.cancelled():
            promise.cancel()
        elif (error := done.exception()) is not None:
            promise.set_exception(_crossed_error(error))
        else:
            promise.set_result(_cross(done.result(), {}, 1, freeze=False))

    value.add_done_callback(settle)
    return promise
