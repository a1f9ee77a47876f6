"""The payload: any Python literal. It is read, never evaluated."""

from __future__ import annotations

import ast

#: Characters of a payload's source.
LONGEST = 2_000

#: What JavaScript calls otherwise.
HERE = {"true": "True", "false": "False", "null": "None", "undefined": "None", "NaN": "None", "Infinity": "1e999"}


class PayloadError(ValueError):
    """What was typed is no Python literal; the text says why."""


def normal(source: str) -> str:
    """Return the source of a literal in one form, on one line. PayloadError if it is none."""
    if len(source) > LONGEST:
        raise PayloadError(f"a payload here has {LONGEST:,} characters at most, and this one has {len(source):,}")
    if not source.strip():
        raise PayloadError("the payload is empty: write a Python literal, None for instance")
    try:
        tree = ast.parse(source.strip(), mode="eval")
        ast.literal_eval(tree)
        return ast.unparse(tree)
    except (RecursionError, MemoryError):
        raise PayloadError("the payload is nested too deep to be typed") from None
    except SyntaxError as error:
        raise PayloadError(f"this is no Python literal: {error.msg}") from None
    except (ValueError, TypeError) as error:
        raise PayloadError(_why_not(source) or f"this is no Python literal: {error}") from None


def _why_not(source: str) -> str | None:
    """Say what stands in `source` that is no literal, None if that is not known."""
    tree = ast.parse(source.strip(), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in HERE:
                return f"{node.id} is not Python's: write {HERE[node.id]}"
            if node.id != "set":
                return (
                    f"{node.id} is a name, and nothing is evaluated here: write a literal, or '{node.id}' in quotes"
                )
    return None


def source_of(value: object) -> str:
    """Return the source of a value that is a literal. PayloadError if it is none."""
    text = repr(value)
    try:
        return normal(text)
    except PayloadError as error:
        raise PayloadError(f"{text[:60]} cannot be written as a literal: {error}") from None
