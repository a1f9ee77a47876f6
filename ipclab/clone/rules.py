"""What each kind of value becomes on the wire: one small function for each row of the table in the design."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ipclab.clone.kinds import is_a, is_ordinary, own_fields, refusal, unknown
from ipclab.clone.wire import (
    ARRAY,
    BYTEARRAY,
    BYTES,
    DATETIME,
    DICT,
    ERROR,
    INTEGER,
    LIST,
    NUMPY,
    PATTERN,
    RE_FLAGS,
    SET,
    TEXT,
    Wire,
)
from ipclab.undefined_value import Undefined

if TYPE_CHECKING:
    from ipclab.clone.flatten import Flattener


class Refused(Exception):  # noqa: N818 (becomes a DataCloneError once the place is known)
    """A value cannot be cloned, for this reason."""


class Part(str):
    """A step of a path that is text already, like ``.<key>``; any other step is an index, a key or a field's name."""

    __slots__ = ()


class Rule(NamedTuple):
    """How values of a type are written: as a scalar (then `scalar` is set) or as a node of their own."""

    arrives: str
    scalar: Callable[[Any], Wire] | None = None
    node: Callable[[Flattener, Any, int], Wire] | None = None


def find_rule(kind: type) -> Rule:
    """Return the rule for a type; raise `Refused` when its values cannot be cloned."""
    rule = _EXACT.get(kind)
    if rule is not None:
        return rule
    # Windows, web contents, ports and page elements say so themselves: this floor does not know them.
    if getattr(kind, "__clonable__", True) is False:
        raise Refused(is_a(kind))
    for base, rule in _BASES.items():
        if issubclass(kind, base):
            return rule
    for module, name, rule in _LOADED:
        loaded = getattr(sys.modules.get(module), name, None)
        if loaded is not None and issubclass(kind, loaded):
            return rule
    reason = refusal(kind)
    if reason is not None:
        raise Refused(reason)
    if is_ordinary(kind):
        return _INSTANCE_RULE
    raise Refused(unknown(kind))


# The base types' own methods, because a subclass may override what `str(value)` or `list(value)` would call.


def _integer(value: int) -> Wire:
    number = int.__int__(value)
    if -(2**63) <= number < 2**64:
        return number
    return [INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)]


def _text(value: str) -> Wire:
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return [TEXT, text.encode("utf-8", "surrogatepass")]
    return text


def _float(value: float) -> Wire:
    return float.__float__(value)


def _undefined(_: Undefined) -> Wire:
    return []


def _datetime(value: Any) -> Wire:
    from datetime import datetime

    return [DATETIME, datetime.isoformat(value), value.fold]


def _pattern(value: Any) -> Wire:
    source = value.pattern
    if isinstance(source, str):
        return [PATTERN, _text(source), value.flags & RE_FLAGS]
    return [PATTERN, bytes(source), value.flags & RE_FLAGS]


def _list(table: Flattener, value: list[object], index: int) -> Wire:
    items = list.copy(value)
    return [LIST, table.slots(items, index, range(len(items)))]


def _tuple(table: Flattener, value: tuple[object, ...], index: int) -> Wire:
    items = list(tuple.__iter__(value))
    return [LIST, table.slots(items, index, range(len(items)))]


def _dict(table: Flattener, value: dict[object, object], index: int) -> Wire:
    # An OrderedDict keeps an order of its own; that of the dict beneath it may be another.
    base: type[dict[object, object]] = OrderedDict if isinstance(value, OrderedDict) else dict
    keys, values = list(base.keys(value)), list(base.values(value))
    return [DICT, table.keys(keys, index, ".<key>"), table.slots(values, index, keys)]


def _set(table: Flattener, value: set[object], index: int) -> Wire:
    return [SET, table.keys(list(set.__iter__(value)), index, ".<member>")]


def _frozenset(table: Flattener, value: frozenset[object], index: int) -> Wire:
    return [SET, table.keys(list(frozenset.__iter__(value)), index, ".<member>")]


def _instance(table: Flattener, value: object, index: int) -> Wire:
    fields = own_fields(value)
    names = list(fields)
    return [DICT, table.slots(names, index, names), table.slots(list(fields.values()), index, names)]  # type: ignore[arg-type]


def _bytes(table: Flattener, value: bytes, _: int) -> Wire:
    return [BYTES, table.data(value if type(value) is bytes else memoryview(value))]


def _bytearray(table: Flattener, value: bytearray, _: int) -> Wire:
    return [BYTEARRAY, table.data(value if type(value) is bytearray else memoryview(value))]


def _memoryview(table: Flattener, value: memoryview, _: int) -> Wire:
    try:
        return [BYTEARRAY, table.data(value.cast("B"))]
    except TypeError:  # strided, empty in several dimensions, or of a foreign format
        return [BYTEARRAY, table.data(value.tobytes())]


def _array(table: Flattener, value: Any, _: int) -> Wire:
    return [ARRAY, value.typecode, table.data(memoryview(value).cast("B"))]


def _numpy(table: Flattener, value: Any, _: int) -> Wire:
    from ipclab.clone.numpy_arrays import dismantle

    dtype, shape, data = dismantle(value)
    return [NUMPY, dtype, shape, table.data(data)]


def _error(table: Flattener, value: BaseException, index: int) -> Wire:
    from ipclab.clone.exceptions import dismantle

    parts = dismantle(value)
    cause = None
    if parts.cause is not None:
        cause = table.slot(parts.cause, index, "__cause__")
        table.causes[index] = cause[0]
    members = None
    if parts.members is not None:
        members = [table.slot(m, index, Part(f".exceptions[{i}]")) for i, m in enumerate(parts.members)]
    return [ERROR, parts.name, _text(parts.message), table.arguments(parts.arguments, index), cause, members]


BYTES_RULE = Rule("bytes", node=_bytes)
TUPLE_RULE = Rule("a list", node=_tuple)
FROZENSET_RULE = Rule("a set", node=_frozenset)
ERROR_RULE = Rule("an exception", node=_error)
PATTERN_RULE = Rule("a pattern", _pattern)
_INSTANCE_RULE = Rule("a dict", node=_instance)
_BYTEARRAY_RULE = Rule("a bytearray", node=_bytearray)

_BASES: dict[type, Rule] = {
    int: Rule("an int", _integer),
    float: Rule("a float", _float),
    str: Rule("a str", _text),
    bytes: BYTES_RULE,
    list: Rule("a list", node=_list),
    tuple: TUPLE_RULE,
    dict: Rule("a dict", node=_dict),
    set: Rule("a set", node=_set),
    frozenset: FROZENSET_RULE,
    bytearray: _BYTEARRAY_RULE,
    BaseException: ERROR_RULE,
}

_EXACT: dict[type, Rule] = _BASES | {
    memoryview: Rule("a bytearray", node=_memoryview),
    Undefined: Rule("undefined", _undefined),
}

# A value of one of these types exists only where its module is loaded.
_LOADED = (
    ("datetime", "datetime", Rule("a datetime", _datetime)),
    ("re", "Pattern", PATTERN_RULE),
    ("array", "array", Rule("an array", node=_array)),
    ("numpy", "ndarray", Rule("a numpy array", node=_numpy)),
)
