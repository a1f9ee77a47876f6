"""Key paths: where in a value its key is."""

from __future__ import annotations

from typing import Any

from ipclab.storage.values import MISSING, Value

#: As it is given: ``"id"``, ``"user.name"``, ``""`` (the value itself), or several of them for a compound key.
Given = str | list[str]


class KeyPath:
    """A valid key path. ValueError (on the web a SyntaxError) if `given` is none."""

    __slots__ = ("given", "is_compound", "paths")

    def __init__(self, given: object, what: str) -> None:
        paths: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
        if not paths or not all(isinstance(path, str) and _is_valid(path) for path in paths):
            raise ValueError(
                f"{what}: The keyPath option is not a valid key path.\nA path is names with dots between them, such "
                f"as 'id' or 'user.name', or a list of these; not {given!r}"
            )
        self.is_compound = isinstance(given, list | tuple)
        self.given: Given = paths if self.is_compound else paths[0]
        self.paths = [tuple(path.split(".")) if path else () for path in paths]

    def of(self, value: Value) -> Any:
        """Return the key that a value has at this path; `MISSING` if it has none, or not all of a compound one."""
        if not self.is_compound:
            return value.at(self.paths[0])
        parts = [value.at(path) for path in self.paths]
        return MISSING if any(part is MISSING for part in parts) else parts

    def put(self, value: Value, key: float) -> Value | None:
        """Return a copy of the value that has `key` at this path; None if it has no place for one."""
        here = copy = value.copy()
        *way, last = self.paths[0]
        for part in way:
            if not isinstance(here, dict):
                return None
            here = here.setdefault(part, {})
        if not isinstance(here, dict):
            return None
        here[last] = key
        return Value(copy)


def _is_valid(path: str) -> bool:
    return path == "" or all(part.replace("$", "_").isidentifier() for part in path.split("."))
