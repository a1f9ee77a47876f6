"""The general way out: any value becomes a table of nodes, breadth first and without recursion on the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from ipclab.clone.kinds import is_a
from ipclab.clone.rules import (
    BYTES_RULE,
    ERROR_RULE,
    FROZENSET_RULE,
    PATTERN_RULE,
    TUPLE_RULE,
    Part,
    Refused,
    Rule,
    find_rule,
)
from ipclab.clone.text import preview
from ipclab.clone.wire import (
    CHAIN_LIMIT,
    FROZENSET,
    KEY_DEPTH,
    KEY_PARTS,
    OUT_OF_BAND,
    PATTERN_COST,
    SAME_HASH,
    TUPLE,
    Buffer,
    Wire,
    chain_too_long,
    crowded,
    pattern_cost,
)
from ipclab.errors import DataCloneError

_ATOMS = frozenset({type(None), bool, float})
_PATH_STEPS = 20  # shown at either end of a longer path
_STEP_LENGTH = 60


def flatten(value: object, root: str) -> tuple[Wire, list[Wire], list[Buffer]]:
    """Return root slot, nodes and buffers of `value`; raise `DataCloneError` with a path from `root`."""
    table = Flattener(root)
    slot = table.slot(value, -1, None)
    for index, item in enumerate(table.values):  # grows while we walk
        table.nodes.append(table.node(item, index))
    start = chain_too_long(table.causes)
    if start is not None:
        table.fail(Refused(f"has more than {CHAIN_LIMIT} causes behind it"), *table.places[start])
    return slot, table.nodes, table.buffers


class Flattener:
    """The table under construction, and enough memory of the way to say where in the value we are."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.nodes: list[Wire] = []
        self.buffers: list[Buffer] = []
        self.causes: dict[int, int] = {}
        # Node i stands for values[i], found from node places[i][0]. Keeping the values keeps their ids unique.
        self.values: list[object] = []
        self.places: list[tuple[int, object]] = []
        self._numbers: dict[int, int] = {}
        self._rules: dict[type, Rule] = {}
        self._key_parts = 0
        self._patterns: set[object] = set()
        self._pattern_cost = 0

    def slot(self, value: Any, owner: int, step: object) -> Wire:
        """Return what stands for `value`, which is found from node `owner` by `step`."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is str and value.isascii():
            return value
        if kind is bytes and len(value) < OUT_OF_BAND:
            return value
        number = self._numbers.get(id(value))
        if number is not None:
            return [number]
        try:
            rule = self._rule(kind)
            if rule.scalar is not None:
                return self._scalar(rule, rule.scalar, value)
        except Exception as error:
            self.fail(error, owner, step)
        return self._open(value, owner, step)

    def slots(self, values: list[object], owner: int, steps: Iterable[object]) -> list[Wire]:
        """Return what stands for each of `values`, as `slot` does."""
        if _are_slots(values):
            return values
        return [self.slot(value, owner, step) for value, step in zip(values, steps, strict=False)]

    def keys(self, values: list[object], owner: int, part: str) -> list[Wire]:
        """Return the key forms of dict keys or set members; in a path they are called `part`."""
        if _are_slots(values):
            return values
        self._check_hashes(values, owner, part)
        return [self._key_of(value, owner, part) for value in values]

    def arguments(self, values: tuple[object, ...], owner: int) -> list[Wire] | None:
        """Return the key forms of an exception's arguments, or None when they are not all plain constants."""
        try:
            return [self._key_of(value, owner, "", errors=False) for value in values]
        except DataCloneError:
            return None

    def data(self, data: Buffer) -> Wire:
        """Return small binary data itself, and of large data the number of the buffer it becomes."""
        if len(data) < OUT_OF_BAND:
            return data
        self.buffers.append(data)
        return len(self.buffers) - 1

    def node(self, value: object, index: int) -> Wire:
        """Return the node of `values[index]`."""
        try:
            rule = self._rule(type(value))
            assert rule.node is not None
            return rule.node(self, value, index)
        except DataCloneError:
            raise  # not by `fail`: what a frame of its own traceback refers to would live until a collection
        except Exception as error:
            self.fail(error, *self.places[index])

    def fail(self, error: Exception, owner: int, step: object) -> NoReturn:
        """Raise `error` as a `DataCloneError` that names the place."""
        if isinstance(error, Refused):
            raise DataCloneError(self._path(owner, step), str(error)) from None
        raise DataCloneError(self._path(owner, step), f"raised {preview(error, 120)}") from error

    def _scalar(self, rule: Rule, write: Callable[[Any], Wire], value: Any) -> Wire:
        if rule is PATTERN_RULE and value not in self._patterns:
            self._patterns.add(value)
            self._pattern_cost += pattern_cost(value.pattern)
            if self._pattern_cost > PATTERN_COST:
                raise Refused(
                    "is a regular expression that would take too long to compile there, with those before it"
                )
        return write(value)

    def _rule(self, kind: type) -> Rule:
        rule = self._rules.get(kind)
        if rule is None:
            rule = self._rules[kind] = find_rule(kind)
        return rule

    def _open(self, value: object, owner: int, step: object) -> Wire:
        """Give `value` the next node and return the reference to it."""
        number = len(self.values)
        self.values.append(value)
        self.places.append((owner, step))
        # All of Python shares one empty tuple; sharing what it becomes would tie unrelated lists together.
        if type(value) is not tuple or value:
            self._numbers[id(value)] = number
        return [number]

    def _key_of(self, value: object, owner: int, part: str, errors: bool = True) -> Wire:
        self._key_parts = 0
        return self._key(value, owner, part, 0, errors)

    def _key(self, value: object, owner: int, part: str, depth: int, errors: bool) -> Wire:
        kind = type(value)
        if kind in _ATOMS or kind is bytes:
            return value
        try:
            rule = self._rule(kind)
            if rule.scalar is not None:
                return self._scalar(rule, rule.scalar, value)
            if rule is BYTES_RULE:
                return bytes(memoryview(value))  # type: ignore[arg-type]
            if rule is not TUPLE_RULE and rule is not FROZENSET_RULE and (rule is not ERROR_RULE or not errors):
                raise Refused(f"{is_a(kind)}, which arrives as {rule.arrives} and cannot be a key")
            if depth == KEY_DEPTH:
                raise Refused(f"is nested more than {KEY_DEPTH} deep in a key")
        except Exception as error:
            self.fail(error, owner, Part(part))
        if rule is ERROR_RULE:
            number = self._numbers.get(id(value))
            return self._open(value, owner, Part(part)) if number is None else [number]
        members: list[object]
        if rule is TUPLE_RULE:
            tag, members = TUPLE, list(tuple.__iter__(value))  # type: ignore[arg-type]
        else:
            tag, members = FROZENSET, list(frozenset.__iter__(value))  # type: ignore[arg-type]
            self._check_hashes(members, owner, part)
        # Shared parts are written out again, and a few tuples of each other could expand without end.
        self._key_parts += len(members)
        if self._key_parts > KEY_PARTS:
            self.fail(Refused(f"has more than {KEY_PARTS:,} parts"), owner, Part(part))
        return [
            tag,
            [self._key(member, owner, f"{part}[{i}]", depth + 1, errors) for i, member in enumerate(members)],
        ]

    def _check_hashes(self, keys: list[object], owner: int, part: str) -> None:
        if crowded(keys):
            self.fail(Refused(f"is one of more than {SAME_HASH} keys of the same hash"), owner, Part(part))

    def _path(self, owner: int, step: object) -> str:
        steps = []
        while owner >= 0:
            steps.append(step)
            owner, step = self.places[owner]
        steps.reverse()
        if len(steps) > 2 * _PATH_STEPS + 1:
            left_out = Part(f"...{len(steps) - 2 * _PATH_STEPS:,} steps...")
            steps[_PATH_STEPS:-_PATH_STEPS] = [left_out]
        return self.root + "".join(map(_step_text, steps))


def _step_text(step: object) -> str:
    if type(step) is Part:
        return step
    if isinstance(step, str) and len(step) <= _STEP_LENGTH and str.isidentifier(step):
        return "." + str.__str__(step)
    return f"[{preview(step, _STEP_LENGTH)}]"


def _are_slots(values: list[Any]) -> bool:
    """Tell whether all of `values` stand for themselves, as fast as C can."""
    kinds = set(map(type, values))
    if kinds <= _ATOMS:
        return True
    if kinds == {int}:
        return bool(min(values) >= -(2**63) and max(values) < 2**64)
    return kinds == {str} and all(map(str.isascii, values))
