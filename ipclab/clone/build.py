"""The general way in: a table of nodes becomes a value, in two passes without recursion on the data.

Everything here comes from another process: whatever does not look as `ipclab.clone` describes it raises, and
`decode` makes a `ProtocolError` of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipclab.clone.wire import (
    ARRAY,
    BYTEARRAY,
    BYTES,
    DATETIME,
    DICT,
    ERROR,
    FROZENSET,
    INTEGER,
    KEY_DEPTH,
    LIST,
    NUMPY,
    PATTERN,
    PATTERN_COST,
    RE_FLAGS,
    SET,
    TEXT,
    TUPLE,
    Buffer,
    Wire,
    chain_too_long,
    crowded,
    pattern_cost,
)
from ipclab.errors import ProtocolError
from ipclab.undefined_value import undefined

_SCALARS = frozenset({type(None), bool, int, float, str, bytes})
_SLOTS = _SCALARS | {list}


def build(slot: Wire, nodes: Wire, buffers: Sequence[Buffer]) -> object:
    """Return the value in `slot`; raise when the message is not as `ipclab.clone` describes it."""
    return _Builder(nodes, buffers).value(slot)


def _malformed(what: str) -> ProtocolError:
    return ProtocolError(f"a malformed value arrived ({what})")


class _Builder:
    """The objects of a message: first all of them empty, then filled, so that any may refer to any."""

    def __init__(self, nodes: Wire, buffers: Sequence[Buffer]) -> None:
        if type(nodes) is not list:
            raise _malformed("no table of nodes")
        self._nodes: list[Wire] = nodes
        # Each is taken once: a buffer named twice would be copied, and a short message could name it a million times.
        self._buffers: list[Buffer | None] = list(buffers)
        self._patterns: dict[tuple[str | bytes, int], Any] = {}
        self._pattern_cost = 0
        self._errors = {i for i, node in enumerate(nodes) if node[0] == ERROR}
        self._objects: list[Any] = [self._empty(node) for node in nodes]
        for index in self._errors:
            self._build_error(index)
        for node, item in zip(nodes, self._objects, strict=True):
            self._fill(node, item)
        if any(buffer is not None for buffer in self._buffers):
            raise _malformed("a buffer that nothing names")
        if chain_too_long({i: nodes[i][4][0] for i in self._errors if nodes[i][4] is not None}) is not None:
            raise _malformed("too many causes")

    def value(self, slot: Wire) -> Any:
        """Return what `slot` stands for."""
        if type(slot) in _SCALARS:
            return slot
        if type(slot) is list and len(slot) == 1:
            return self._objects[self._number(slot)]
        return self._scalar(slot)

    def _number(self, slot: Wire) -> int:
        """Return the number of an existing node that `slot` refers to."""
        if type(slot) is not list or len(slot) != 1:
            raise _malformed("no reference")
        number = slot[0]
        if type(number) is not int or not 0 <= number < len(self._nodes):
            raise _malformed("a reference to no node")
        return number

    def _error_number(self, slot: Wire) -> int:
        number = self._number(slot)
        if number not in self._errors:
            raise _malformed("a reference to no exception")
        return number

    def _empty(self, node: Wire) -> Any:
        """Return the object of `node`, complete if it refers to no other; of an exception, None for now."""
        tag, *parts = node
        if tag == LIST:
            [items] = parts  # filled where it is
            return _list_of(items)
        if tag == DICT:
            _keys, _values = parts
            return {}
        if tag == SET:
            [_members] = parts
            return set()
        if tag == ERROR:
            _name, _message, _arguments, _cause, _members = parts
            return None
        if tag == BYTES:
            [data] = parts
            data = self._data(data)
            return data if type(data) is bytes else bytes(data)
        if tag == BYTEARRAY:
            [data] = parts
            return self._mutable_data(data)
        if tag == ARRAY:
            from array import array

            typecode, data = parts
            items = array(typecode)
            items.frombytes(self._data(data))
            if typecode in "uw":
                items.tounicode()  # raises for what is no character, which an array would hold unchecked
            return items
        if tag == NUMPY:
            from ipclab.clone.numpy_arrays import assemble

            dtype, shape, data = parts
            return assemble(dtype, shape, self._mutable_data(data))
        raise _malformed("no known node")

    def _fill(self, node: Wire, item: Any) -> None:
        tag = node[0]
        if tag == LIST:
            self._fill_list(item)
        elif tag == DICT:
            keys, values = _list_of(node[1]), _list_of(node[2])
            self._fill_list(values)
            item.update(zip(self._keys(keys), values, strict=True))
        elif tag == SET:
            item.update(self._keys(_list_of(node[1])))
        elif tag == ERROR and node[4] is not None:
            item.__cause__ = self._objects[self._error_number(node[4])]

    def _fill_list(self, items: list[Any]) -> None:
        """Replace the slots in `items` by what they stand for."""
        kinds = set(map(type, items))
        if not kinds <= _SLOTS:
            raise _malformed("no known slot")
        if list in kinds:
            for i, slot in enumerate(items):
                if type(slot) is list:
                    items[i] = self.value(slot)

    def _keys(self, keys: list[Wire]) -> list[Any]:
        if set(map(type, keys)) <= _SCALARS:
            return keys
        return _spread([self._key(key, 0) for key in keys])

    def _key(self, key: Wire, depth: int, errors: bool = True) -> Any:
        if type(key) in _SCALARS:
            return key
        if type(key) is list and len(key) == 1 and errors:
            return self._objects[self._error_number(key)]
        if type(key) is list and len(key) == 2 and key[0] in (TUPLE, FROZENSET):
            if depth == KEY_DEPTH:
                raise _malformed("a key nested too deep")
            members = [self._key(member, depth + 1, errors) for member in _list_of(key[1])]
            return tuple(members) if key[0] == TUPLE else frozenset(_spread(members))
        return self._scalar(key)

    def _build_error(self, start: int) -> None:
        """Build an exception; if it is a group then first its members, which cannot be put in later."""
        waiting = [start]
        begun = set()
        while waiting:
            index = waiting[-1]
            if self._objects[index] is not None:
                waiting.pop()
                continue
            _, name, message, arguments, _, members = self._nodes[index]
            numbers = None if members is None else [self._error_number(member) for member in _list_of(members)]
            missing = [number for number in numbers or () if self._objects[number] is None]
            if missing and index in begun:
                raise _malformed("an exception group inside itself")
            begun.add(index)
            if missing:
                waiting += missing
                continue
            self._objects[index] = self._error(name, message, arguments, numbers)

    def _error(self, name: Wire, message: Wire, arguments: Wire, members: list[int] | None) -> BaseException:
        from ipclab.clone.exceptions import rebuild

        text = message if type(message) is str else self._scalar(message)
        if type(text) is not str:
            raise _malformed("an exception without a text")
        if arguments is not None:
            arguments = [self._key(argument, 0, errors=False) for argument in _list_of(arguments)]
        return rebuild(name, text, arguments, None if members is None else [self._objects[n] for n in members])

    def _scalar(self, slot: Wire) -> Any:
        """Return the value of a slot or key that is an array but refers to nothing."""
        if type(slot) is not list:
            raise _malformed("no known slot")
        if not slot:
            return undefined
        tag, *parts = slot
        if tag == INTEGER:
            [data] = parts
            return int.from_bytes(_bytes_of(data), "little", signed=True)
        if tag == TEXT:
            [data] = parts
            return _bytes_of(data).decode("utf-8", "surrogatepass")
        if tag == DATETIME:
            from datetime import datetime, timedelta, timezone

            text, fold = parts
            moment = datetime.fromisoformat(text).replace(fold=fold)
            if text[-16:-7] in ("+00:00:00", "-00:00:00"):  # CPython takes an offset below one second for UTC
                moment = moment.replace(tzinfo=timezone(timedelta(microseconds=int(text[-16] + text[-6:]))))
            return moment
        if tag == PATTERN:
            source, flags = parts
            if type(source) is list:
                source = self._scalar(source)
            if type(flags) is not int or flags & ~RE_FLAGS or type(source) not in (str, bytes):
                raise _malformed("no regular expression")
            return self._pattern(source, flags)
        raise _malformed("no known slot")

    def _pattern(self, source: str | bytes, flags: int) -> Any:
        import re

        found = self._patterns.get((source, flags))
        if found is None:
            self._pattern_cost += pattern_cost(source)
            if self._pattern_cost > PATTERN_COST:
                raise _malformed("regular expressions that take too long to compile")
            found = self._patterns[source, flags] = re.compile(source, flags)
        return found

    def _data(self, data: Wire) -> Buffer:
        if type(data) is bytes:
            return data
        if type(data) is not int or not 0 <= data < len(self._buffers):
            raise _malformed("no buffer of this number")
        buffer = self._buffers[data]
        if buffer is None:
            raise _malformed("a buffer named twice")
        self._buffers[data] = None
        return buffer

    def _mutable_data(self, data: Wire) -> bytearray:
        buffer = self._data(data)
        return buffer if type(buffer) is bytearray else bytearray(buffer)


def _spread(keys: list[Any]) -> list[Any]:
    """Return `keys`, refusing those that would make a table of them take time by the square of their number."""
    if crowded(keys):
        raise _malformed("too many keys of one hash")
    return keys


def _list_of(items: Wire) -> list[Wire]:
    if type(items) is not list:
        raise _malformed("no list where one belongs")
    return items


def _bytes_of(data: Wire) -> bytes:
    if type(data) is not bytes:
        raise _malformed("no binary data where it belongs")
    return data
