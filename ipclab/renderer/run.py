"""Running source text in a world: compile, await, keep the last expression's value, tell what went wrong."""

from __future__ import annotations

import ast
import asyncio
import linecache
import os
import selectors
import sys
import traceback
from collections.abc import Awaitable
from types import CodeType, FrameType, TracebackType
from typing import Any

from ipclab.errors import STACK_LIMIT
from ipclab.interruption import as_raised

PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OWN_FOLDERS = (PACKAGE_FOLDER, os.path.dirname(asyncio.__file__), selectors.__file__)
CO_COROUTINE = 0x80

#: ipclab's functions that call the page's code; what any other calls is ipclab's own work. (`_run` is the loop's.)
RUNNERS = ("run_source", "emit", "__call__", "run", "_rest", "fire", "bundle_of", "_form", "dir_of", "repr_of")


def compile_source(source: str, name: str) -> tuple[CodeType, CodeType | None]:
    """Compile `source`, which may await at the top. Return its statements and, apart, its last expression."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    tree = ast.parse(source, name, "exec")
    last = tree.body[-1] if tree.body else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    value = None
    if isinstance(last, ast.Expr):
        tree.body.pop()
        value = compile(ast.Expression(last.value), name, "eval", flags, dont_inherit=True)
    return compile(tree, name, "exec", flags, dont_inherit=True), value


async def run_source(source: str, name: str, names: dict[str, Any], await_result: bool = False) -> Any:
    """Run `source` in the namespace `names`; return the value of its last statement if that is an expression."""
    statements, value = compile_source(source, name)
    pending = eval(statements, names)
    if statements.co_flags & CO_COROUTINE:
        await pending
    if value is None:
        return None
    result = eval(value, names)
    if value.co_flags & CO_COROUTINE:
        result = await result
    if await_result and isinstance(result, Awaitable):
        result = await result
    return result


def strip(tb: TracebackType | None) -> TracebackType | None:
    """Drop the leading frames that are ipclab's own: the reader wants to see the cell's lines."""
    while tb is not None and tb.tb_frame.f_code.co_filename.startswith(PACKAGE_FOLDER):
        tb = tb.tb_next
    return tb


def traceback_text(error: BaseException) -> str:
    """Format `error` with the lines of the code that raised it, without ipclab's own frames."""
    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error))
    told = traceback.TracebackException(type(error), error, strip(error.__traceback__), compact=True)
    _strip_summaries(told)
    return "".join(told.format())


def in_page_code(frame: FrameType | None) -> tuple[bool, FrameType | None]:
    """Whether `frame` is the page's code or was called by it; not so the loop's own work and ipclab's.

    The second value is the outermost function of ipclab's that the page has called, if it is inside one.
    """
    inside = None
    while frame is not None and (caller := frame.f_back) is not None:
        if frame.f_code.co_filename.startswith(OWN_FOLDERS):
            inside = frame
        elif _runs_page_code(caller):
            return True, inside
        frame = caller
    return False, None


def _runs_page_code(frame: FrameType) -> bool:
    code = frame.f_code
    if code.co_filename.startswith(PACKAGE_FOLDER):
        return code.co_name in RUNNERS
    return code.co_name == "_run" and code.co_filename.startswith(OWN_FOLDERS)


def without_number(name: str) -> str:
    """A console's texts are the same in every run: they say ``cell``, where tracebacks say ``cell [3]``."""
    before, bracket, after = name.partition(" [")
    return before + after.partition("]")[2] if bracket and before == "cell" else name


def uncaught_text(error: BaseException) -> str:
    """What a console shows of an exception that nobody caught: its text first, then where."""
    error = as_raised(error)
    name, message, _ = describe(error)
    where = [
        f"    at {without_number(line.filename)}, line {line.lineno}: {line.line}"
        for line in traceback.extract_tb(error.__traceback__)
        if not line.filename.startswith(PACKAGE_FOLDER)
    ]
    if isinstance(error, SyntaxError) and not (file := error.filename or "<").startswith("<"):
        # It is the text that is wrong, not who compiles it.
        where = [f"    at {without_number(file)}, line {error.lineno}: {(error.text or '').strip()}"]
    innermost = reversed(where[-STACK_LIMIT:])
    return "\n".join([f"{name}: {message}" if message else name, *innermost])


def warning_text(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """What a console shows of a warning: where in the reader's code it comes from, and no file of ipclab's."""
    told = f"{category.__name__}: {message}\n"
    if filename.startswith(PACKAGE_FOLDER):
        return told
    source = (linecache.getline(filename, lineno) if line is None else line).strip()
    return f"{without_number(filename)}, line {lineno}: {told}" + (f"  {source}\n" if source else "")


def _strip_summaries(told: traceback.TracebackException) -> None:
    seen: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.stack[:] = [line for line in one.stack if not line.filename.startswith(PACKAGE_FOLDER)]
        waiting += [one.__cause__, one.__context__]


def name_of(error: BaseException) -> str:
    """The name by which an exception is known on the other side."""
    return "Error" if type(error) is Exception else type(error).__name__


REPRS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "application/json": "_repr_json_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
}


def bundle_of(value: object) -> dict[str, str] | None:
    """Return the MIME bundle that shows `value` in a notebook, None for None."""
    if value is None:
        return None
    if type(value) in (dict, list, tuple, set, frozenset):
        import pprint

        text = pprint.pformat(value, width=100, sort_dicts=False)
    else:
        text = repr(value)
    bundle = {"text/plain": text}
    if isinstance(value, type):
        return bundle
    whole = _form(value, "_repr_mimebundle_", include=None, exclude=None)
    data = whole[0] if isinstance(whole, tuple) else whole
    if isinstance(data, dict):
        bundle.update({kind: shown for kind, shown in data.items() if isinstance(shown, str)})
    for kind, method in REPRS.items():
        shown = None if kind in bundle else _form(value, method)
        if isinstance(shown, bytes):
            import base64

            shown = base64.b64encode(shown).decode()
        if isinstance(shown, str):
            bundle[kind] = shown
    return bundle


def _form(value: object, method: str, **arguments: object) -> Any:
    """Return one rich form of `value`; None if it has none, or if making it fails (the others are shown then)."""
    make = getattr(value, method, None)
    if not callable(make):
        return None
    try:
        return make(**arguments)
    except Exception as error:
        print(f"{type(value).__name__}.{method} failed: {name_of(error)}: {error}", file=sys.stderr)
        return None


def describe(error: BaseException) -> tuple[str, str, str]:
    """Return name, message and traceback text of `error`."""
    error = as_raised(error)
    try:
        message = str(error)
    except BaseException:
        message = f"<{type(error).__name__} whose text cannot be made>"
    return name_of(error), message, traceback_text(error)
