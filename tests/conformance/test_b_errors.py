"""Structured clone of errors: exceptions (semantics b)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from clones import clone, crosses, same
from ipc import program
from rules import different, held

from ipclab.errors import DataCloneError

CLASSES = """
class CustomError(ValueError):
    def __init__(self, code, *, detail):
        super().__init__(code)
        self.code, self.detail = code, detail
    def __str__(self): return f"{self.detail} ({self.code})"
class Demanding(OSError):
    def __init__(self, *, path): super().__init__(13, "denied", path)
class Textless(Exception):
    def __init__(self, first, second): pass
def caused(error, cause):
    error.__cause__ = cause
    return error
"""


@held("b", "Error", "The well-known classes arrive as what they are, with their message.")
@different(
    "b",
    "Error",
    "Any other class becomes `Error`, its name lost.",
    "Python has 70 builtin exceptions where JavaScript has 7 errors: the nearest builtin base class arrives.",
)
@held("b", "Python's own types", "Exceptions arrive as the nearest builtin class, awkward constructors or not.")
@program
async def test_exceptions_cross_both_ways() -> None:
    builtin = [
        "ValueError('boom')",
        "[TypeError(), KeyError('user'), KeyError('渲染', 2)]",
        "OSError(2, 'gone', 'x')",
    ]
    builtin += ["UnicodeDecodeError('utf-8', b'\\xff', 0, 1, 'bad')"]
    builtin += ["caused(ValueError('a'), caused(KeyError('b'), OSError('c')))"]
    builtin += ["ExceptionGroup('many', [ValueError('a'), KeyError('b')])"]
    await crosses(
        {source: source for source in builtin}
        | {
            "CustomError(5, detail='bad')": "ValueError('bad (5)')",
            "Demanding(path='x.txt')": "OSError(\"[Errno 13] denied: 'x.txt'\")",
            "Textless(1, 2)": "Exception(1, 2)",
        },
        CLASSES,
    )


class CustomError(ValueError):
    def __init__(self, code: int, *, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.detail} ({self.code})"


class CustomKeyError(KeyError):
    def __str__(self) -> str:
        return "no such key"


class DemandingError(OSError):
    def __init__(self, *, path: str) -> None:
        super().__init__(13, "denied", path)


class AbstractError(Exception):
    def __new__(cls, *_: object) -> Any:
        raise AssertionError("constructed anew")


def unusual() -> AbstractError:
    error = Exception.__new__(AbstractError)
    error.args = ("text", 1)
    return error


def syntax_error() -> SyntaxError:
    with pytest.raises(SyntaxError) as caught:
        compile("1 +", "cell.py", "exec")
    return caught.value


@held("b", "Error", "The message is kept.")
@held("b", "Error", "`cause` is kept.")
@held("b", "Error", "`code` and any other own property are lost.")
@held("b", "Python's own types", "Exceptions arrive as the nearest builtin class, awkward constructors or not.")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("boom"), ValueError),
        (ValueError(), ValueError),
        (TypeError("a", 1, None), TypeError),
        (ValueError("list", [1, 2]), ValueError),
        (KeyError("user"), KeyError),
        (KeyError("user", 2), KeyError),
        (KeyError(Path("x")), KeyError),
        (CustomKeyError("x"), KeyError),
        (CustomError(5, detail="bad"), ValueError),
        (DemandingError(path="x.txt"), OSError),
        (unusual(), Exception),
        (OSError(2, "No such file or directory", "x.txt"), FileNotFoundError),
        (FileNotFoundError(2, "No such file", Path("x.txt")), FileNotFoundError),
        (type("Own", (OSError,), {})(2, "mine"), OSError),
        (OSError("text only"), OSError),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), UnicodeDecodeError),
        (UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range"), UnicodeEncodeError),
        (UnicodeTranslateError("é", 0, 1, "no"), UnicodeTranslateError),
        (syntax_error(), SyntaxError),
        (ImportError("no module", name="x", path="y"), ImportError),
        (AttributeError("no attribute", name="x", obj=5), AttributeError),
        (StopIteration(5), StopIteration),
        (SystemExit(3), SystemExit),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (asyncio.CancelledError("stop"), BaseException),
        (UserWarning("careful"), UserWarning),
        (ExceptionGroup("many", [ValueError("a"), KeyError("b")]), ExceptionGroup),
        (BaseExceptionGroup("worse", [KeyboardInterrupt()]), BaseExceptionGroup),
        (Exception("\ud800"), Exception),
        (DataCloneError("args[0]", "is a function"), Exception),
    ],
    ids=lambda item: item.__name__ if isinstance(item, type) else type(item).__name__,
)
def test_exceptions_arrive_as_the_nearest_builtin_class(error: BaseException, expected: type) -> None:
    error.note = "lost"  # type: ignore[attr-defined]
    error.__cause__ = ZeroDivisionError("why")
    got: BaseException = clone([error])[0]
    assert type(got) is expected
    assert str(got) == str(error)
    assert not hasattr(got, "note")
    assert type(got.__cause__) is ZeroDivisionError
    assert str(got.__cause__) == "why"
    assert str(clone(got)) == str(error)


@held("b", "Error", "An own property that is a function does not make it fail: own properties are not visited.")
@program
async def test_unclonable_fields_of_exceptions_do_not_matter() -> None:
    names = "def failing():\n    error = ValueError('x')\n    error.callback = print\n    return error\n"
    await crosses({"failing()": "ValueError('x')"}, names)


@different(
    "b",
    "Error",
    "The `stack` string is kept.",
    "Python's traceback is no text but the frames themselves, which belong to their process; it stays behind.",
)
def test_the_traceback_stays_behind() -> None:
    with pytest.raises(ValueError, match="x") as caught:
        raise ValueError("x")
    assert caught.value.__traceback__ is not None
    assert clone(caught.value).__traceback__ is None


@held("b", "Error", "The message is kept as a string, whatever it was.")
def test_arguments_of_exceptions() -> None:
    """Those that are constants arrive as such, which Electron has nothing to compare with."""
    assert clone(KeyError(("a", 1))).args == (("a", 1),)
    assert clone(OSError(13, "denied", "f")).filename == "f"
    assert clone(ValueError("list", [1])).args == ("('list', [1])",)


@different(
    "b",
    "Error",
    "`AggregateError.errors` is lost.",
    "An exception group without its members cannot be made, so they travel with it.",
)
def test_exception_groups_keep_their_members() -> None:
    inner = ExceptionGroup("inner", [ValueError("a")])
    shared = TypeError("shared")
    got_shared, got = clone([shared, ExceptionGroup("outer", [shared, inner])])
    assert got.exceptions[0] is got_shared
    assert got.exceptions[1].exceptions[0].args == ("a",)


@held(
    "b", "cycles and sharing", "An error that is in its own chain of causes, or in a `Map` or `Set`, is one object."
)
def test_exceptions_in_cycles_and_sets() -> None:
    first, second = ValueError("first"), TypeError("second")
    first.__cause__, second.__cause__ = second, first
    got = clone([first, {first: "key"}, {second}])
    assert got[0].__cause__.__cause__ is got[0]
    assert list(got[1]) == [got[0]]
    assert list(got[2]) == [got[0].__cause__]
    itself = ExceptionGroup("group", [first])
    first.__cause__ = itself
    got = clone(itself)
    assert got.exceptions[0].__cause__ is got
    assert same(got, itself)
