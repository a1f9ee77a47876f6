"""What each type is to structured clone: which fields an instance has, and why a type is refused."""

from __future__ import annotations

from collections.abc import Container
from types import MemberDescriptorType

_POINTER = tuple.__itemsize__


def own_fields(value: object) -> dict[str, object]:
    """Return the fields of an instance: its slots, base classes first, then its `__dict__`.

    ``__dunder__`` names belong to Python (typing leaves `__orig_class__` on instances), not to the data.
    """
    fields: dict[str, object] = {}
    for cls in reversed(type(value).__mro__):
        for name, member in _slots(cls):
            try:
                fields[name] = member.__get__(value)
            except AttributeError:
                continue  # declared but not set
    if type(value).__dictoffset__:
        fields |= value.__dict__
    return {name: field for name, field in fields.items() if not _is_special(name)}


def _is_special(name: object) -> bool:
    return not isinstance(name, str) or (name.startswith("__") and name.endswith("__"))


def is_ordinary(cls: type) -> bool:
    """Tell whether instances keep all their state in `__dict__` and `__slots__`, where we can see it.

    A type written in C that keeps more shows it by its size; `pickle` tells by the same sum.
    """
    if cls.__module__ == "builtins" and cls is not object:
        return False
    pointers = sum(len(_slots(base)) for base in cls.__mro__)
    pointers += (cls.__dictoffset__ > 0) + (cls.__weakrefoffset__ > 0)
    return not cls.__itemsize__ and cls.__basicsize__ <= object.__basicsize__ + pointers * _POINTER


def _slots(cls: type) -> list[tuple[str, MemberDescriptorType]]:
    """Return the slots `cls` itself declares, in the order it declares them (the class sorts them)."""
    namespace = vars(cls)
    declared = namespace.get("__slots__", ())
    private = "_" + cls.__name__.lstrip("_")
    found = []
    for name in (declared,) if isinstance(declared, str) else declared:
        if name.startswith("__") and not name.endswith("__"):
            name = private + name
        member = namespace.get(name)
        if type(member) is MemberDescriptorType:
            found.append((name, member))
    return found


def relative_in(cls: type, names: Container[str]) -> type | None:
    """Return the nearest base of `cls` (or itself) that `names` holds.

    Names are ``package.Type`` without leading underscores of the package (`_thread` is `thread`), so that types can
    be told without being imported.
    """
    for base in cls.__mro__:
        if _name(base) in names:
            return base
    return None


def refusal(cls: type) -> str | None:
    """Return why instances of `cls` are refused by name (``is a function``), or None for no such reason."""
    base = relative_in(cls, _REFUSED)
    return None if base is None else _REFUSED[_name(base)]


def _name(cls: type) -> str:
    return f"{cls.__module__.partition('.')[0].lstrip('_')}.{cls.__name__}"


def is_a(cls: type, hint: str = "") -> str:
    """Return ``is a BrowserWindow``, with ``: hint`` behind it."""
    article = "an" if cls.__name__[:1] in set("AEIOaeio") else "a"
    return f"is {article} {cls.__name__}{hint and ': '}{hint}"


def unknown(cls: type) -> str:
    """Return why a type that is neither cloned nor listed is refused."""
    if hasattr(cls, "__next__"):
        return "is an iterator: send list(value)"
    return is_a(cls)


_LIST = "send list(value)"
_REBUILD = "send str(value) and rebuild it there"
_ISO = "send value.isoformat() and rebuild it there"

# Keys as in `relative_in`.
_REFUSED = {
    "builtins.function": "is a function",
    "builtins.builtin_function_or_method": "is a function",
    "builtins.method": "is a method",
    "builtins.method-wrapper": "is a method",
    "builtins.method_descriptor": "is a method",
    "builtins.wrapper_descriptor": "is a method",
    "builtins.classmethod_descriptor": "is a method",
    "functools.partial": "is a function",
    "functools.lru_cache_wrapper": "is a function",
    "functools._lru_cache_wrapper": "is a function",
    "builtins.type": "is a class",
    "types.GenericAlias": "is a class",
    "builtins.module": "is a module",
    "builtins.coroutine": "is a coroutine",
    "builtins.generator": "is a generator",
    "builtins.async_generator": "is an async generator",
    "asyncio.Task": "is a task",
    "asyncio.Future": "is a future",
    "concurrent.Future": "is a future",
    "thread.lock": "is a lock",
    "thread.RLock": "is a lock",
    "asyncio.Lock": "is a lock",
    "asyncio.Condition": "is a Condition",
    "asyncio.Event": "is an Event",
    "asyncio.Queue": "is a Queue",
    "asyncio.Semaphore": "is a Semaphore",
    "threading._RLock": "is a lock",
    "threading.Condition": "is a Condition",
    "threading.Event": "is an Event",
    "threading.Semaphore": "is a Semaphore",
    "threading.Barrier": "is a Barrier",
    "threading.Thread": "is a thread",
    "multiprocessing.Lock": "is a lock",
    "multiprocessing.RLock": "is a lock",
    "queue.Queue": "is a Queue",
    "queue.SimpleQueue": "is a SimpleQueue",
    "io.StringIO": "is a file: send value.getvalue()",
    "io.BytesIO": "is a file: send value.getvalue()",
    "io._IOBase": "is a file",
    "tempfile._TemporaryFileWrapper": "is a file",
    "socket.socket": "is a socket",
    "subprocess.Popen": "is a process",
    "multiprocessing.SharedMemory": "is a SharedMemory: send bytes(value.buf)",
    "os._Environ": "is os.environ: send dict(value)",
    "weakref.ReferenceType": "is a weak reference",
    "weakref.ProxyType": "is a weak reference",
    "weakref.CallableProxyType": "is a weak reference",
    "weakrefset.WeakSet": "is a WeakSet",
    "weakref.WeakKeyDictionary": "is a WeakKeyDictionary",
    "weakref.WeakValueDictionary": "is a WeakValueDictionary",
    "decimal.Decimal": f"is a Decimal: {_REBUILD}",
    "pydecimal.Decimal": f"is a Decimal: {_REBUILD}",
    "fractions.Fraction": f"is a Fraction: {_REBUILD}",
    "uuid.UUID": f"is a UUID: {_REBUILD}",
    "pathlib.PurePath": f"is a Path: {_REBUILD}",
    "ipaddress._BaseAddress": f"is an IP address: {_REBUILD}",
    "ipaddress._BaseNetwork": f"is an IP network: {_REBUILD}",
    "datetime.date": f"is a date: {_ISO}",
    "datetime.time": f"is a time: {_ISO}",
    "datetime.timedelta": "is a timedelta: send value.total_seconds() and rebuild it there",
    "datetime.tzinfo": "is a time zone: send its name",
    "builtins.complex": "is a complex: send [value.real, value.imag]",
    "builtins.range": f"is a range: {_LIST}",
    "builtins.slice": "is a slice: send [value.start, value.stop, value.step]",
    "builtins.mappingproxy": "is a mappingproxy: send dict(value)",
    "builtins.dict_keys": f"is a dict view: {_LIST}",
    "builtins.dict_values": f"is a dict view: {_LIST}",
    "builtins.dict_items": f"is a dict view: {_LIST}",
    "collections.deque": f"is a deque: {_LIST}",
    "enum.Enum": "is an Enum: send value.value and rebuild it there",
    "re.Match": "is a Match: send value.groups() or value.groupdict()",
    "numpy.generic": "is a numpy scalar: send value.item()",
    "pandas.DataFrame": "is a DataFrame: send value.to_dict()",
    "pandas.Series": "is a Series: send value.to_dict()",
}
