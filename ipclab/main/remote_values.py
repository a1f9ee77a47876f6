"""What of main's values crosses to a page by `remote`: copies, and proxies in their gaps."""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, ValuesView
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from ipclab import clone
from ipclab.clone.kinds import own_fields
from ipclab.errors import DataCloneError
from ipclab.main import remote_objects
from ipclab.protocol import Buffer, Part
from ipclab.remote_parts import SCALARS, assemble, nature, text

if TYPE_CHECKING:
    from ipclab.main.remote_page import RemotePage


class Shown:
    """Stands for a proxy where a value is put into words."""

    __clonable__ = False

    def __init__(self, told: str) -> None:
        self._told = told

    def __repr__(self) -> str:
        return self._told


class Outgoing:
    """A value on its way to a page: `payload` and `buffers` are its copy, `parts` what belongs in the copy's gaps.

    Plain values, dates, patterns, bytes and arrays are copied. Lists (tuples, dict views) too, item by item; sets as
    a whole. Of an awaitable the page gets a promise, of any other object, dicts and functions above all, a proxy.
    `label` is what texts call the value. Raises DataCloneError, or RecursionError for what is nested too deep.
    """

    def __init__(self, page: RemotePage, value: object, label: str = "") -> None:
        self._page = page
        self._path: list[int] = []
        self.parts: list[Part] = []
        self.buffers: list[Buffer]
        try:
            self._copy = self._convert(value, label)
            self.payload, self.buffers = clone.encode(self._copy, "result")
        except BaseException:
            self.never_arrives()
            raise

    def never_arrives(self) -> None:
        """The page does not get the proxies after all."""
        for part in self.parts:
            if part.number:
                self._page.forget(part.number, 1)

    def texts(self) -> list[str] | None:
        """Return the value in words; None if its copy says it all. Once only: the copy is used up by that."""
        return [clone.preview(self._shown())] if self.parts else None

    def texts_of_items(self) -> list[str] | None:
        """As `texts`, for each item of a list."""
        shown: Any = self._shown() if self.parts else ()
        return [clone.preview(item) for item in shown] or None

    def _shown(self) -> object:
        return assemble(self._copy, self.parts, _show)

    def _convert(self, value: object, label: str) -> object:
        if type(value) in SCALARS:
            return value
        if isinstance(value, list | tuple | KeysView | ValuesView | ItemsView):
            return [self._item(item, i, f"{label}[{i}]" if label else "") for i, item in enumerate(value)]
        if isinstance(value, BaseException):
            return self._error(value)
        if isawaitable(value) and not self._path:
            self.parts.append(Part([], "promise"))
            return None
        if isinstance(value, type):
            return self._proxy("class", value, label or value.__name__)
        if callable(value):
            return self._proxy("function", value, label or getattr(value, "__name__", "function"))
        if isinstance(value, dict):
            return self._proxy("dict", value, label or "dict")
        if _is_copied(value):
            return value
        return self._proxy("object", value, label or type(value).__name__)

    def _item(self, item: object, at: int, label: str) -> object:
        if type(item) in SCALARS:
            return item
        self._path.append(at)
        converted = self._convert(item, label)
        self._path.pop()
        return converted

    def _proxy(self, kind: str, value: object, label: str) -> object:
        number, label = self._page.hold(value, label)
        self.parts.append(Part(self._path[:], kind, number, label, remote_objects.members(value)))
        return None

    def _error(self, error: BaseException) -> list[object]:
        self.parts.append(Part(self._path[:], "error"))
        fields = {name: field for name, field in own_fields(error).items() if name[:1] != "_" and _is_clonable(field)}
        return [error, fields]


def _is_copied(value: object) -> bool:
    if isinstance(value, set | frozenset):
        return _is_clonable(value)
    kind = type(value)
    how = nature(kind)
    # The small records that events hand over: objects of ipclab's, but data.
    return how == "data" or (how == "object" and kind.__module__.startswith("ipclab."))


def _is_clonable(value: object) -> bool:
    try:
        clone.encode(value)
    except DataCloneError:
        return False
    return True


def _show(part: Part, gap: object) -> object:
    if part.kind == "error":
        assert isinstance(gap, list)
        return gap[0]
    return Shown("<Promise>" if part.kind == "promise" else text(part.kind, part.label, part.members))
