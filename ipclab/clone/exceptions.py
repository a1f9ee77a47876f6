"""Exceptions take their nearest builtin class, their text and their cause along, and nothing else."""

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

from ipclab.errors import ProtocolError


class Parts(NamedTuple):
    """What travels of an exception; `arguments` are those that the builtin class would be built from."""

    name: str
    message: str
    arguments: tuple[object, ...]
    cause: BaseException | None
    members: tuple[BaseException, ...] | None


class _Verbatim(str):
    """A text whose repr is itself, because the str of a KeyError is the repr of its argument."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def dismantle(error: BaseException) -> Parts:
    """Return what travels of `error`, read through the builtin class so that subclasses have no say in it."""
    base = next(cls for cls in type(error).__mro__ if vars(builtins).get(cls.__name__) is cls)
    reader: Any = base
    message = str.__str__(str(error))
    arguments = reader.__reduce__(error)[1]  # unlike `args` these include an OSError's filename
    members = None
    if issubclass(base, BaseExceptionGroup):
        members = reader.exceptions.__get__(error)
        arguments = arguments[:1]
    return Parts(base.__name__, message, arguments, reader.__cause__.__get__(error), members)


def rebuild(
    name: object, message: str, arguments: list[Any] | None, members: list[BaseException] | None
) -> BaseException:
    """Return a new exception of the builtin class `name` whose text is `message`.

    A class that cannot be built to say `message` (UnicodeDecodeError from a text alone) gives way to its base.
    """
    wanted = _builtin(name)
    for cls in wanted.__mro__:
        for candidate in _candidates(cls, message, arguments, members):
            try:
                error = cls(*candidate)
                if type(error) is cls and str(error) == message and isinstance(error, BaseException):
                    return error
            except Exception:  # noqa: S112, PERF203, RUF100 (not these arguments, then)
                continue
    raise ProtocolError("a malformed value arrived (an exception that cannot be built)")


def _candidates(
    cls: type, message: str, arguments: list[Any] | None, members: list[BaseException] | None
) -> list[tuple[Any, ...]]:
    candidates: list[tuple[Any, ...]] = []
    if members is not None and issubclass(cls, BaseExceptionGroup):
        candidates.append((*(arguments or ()), members))
    elif arguments is not None and not (issubclass(cls, UnicodeError) and _out_of_range(arguments)):
        candidates.append(tuple(arguments))
    candidates.append((message,))
    if issubclass(cls, KeyError):
        candidates.append((_Verbatim(message),))
    return candidates


def _out_of_range(arguments: list[Any]) -> bool:
    """Tell whether the text of a Unicode error would read outside its object (CPython before 3.14 may crash)."""
    if len(arguments) < 4:
        return False
    body, start, end = arguments[-4:-1]
    return not (
        isinstance(body, str | bytes)
        and isinstance(start, int)
        and isinstance(end, int)
        and 0 <= start <= end <= len(body)
    )


def _builtin(name: object) -> type[BaseException]:
    cls = vars(builtins).get(name) if isinstance(name, str) else None
    if not (isinstance(cls, type) and issubclass(cls, BaseException)):
        raise ProtocolError("a malformed value arrived (an exception of no builtin class)")
    return cls
