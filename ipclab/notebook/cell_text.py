"""The text of cells that begin with one of ipclab's magics: its parts, and what a reader is about to type in it.

Offsets count code points, as Jupyter's messages do.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ipclab.main.lookups import Kind

CELL = re.compile(r"\s*%%(?P<magic>renderer|page|preload)(?=\s|\Z)(?P<line>[^\n]*)\n?(?P<body>.*)", re.DOTALL)

NAME = r"[^\W\d]\w*"
#: A string or comment; a group has matched if it goes on up to the end of the text.
LITERAL = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|(\Z))'
    r"|'''(?:\\.|[^\\])*?(?:'''|(\Z))"
    r'|"(?:\\.|[^"\\\n])*(?:["\n]|(\Z))'
    r"|'(?:\\.|[^'\\\n])*(?:['\n]|(\Z))"
    r"|#[^\n]*(?:\n|(\Z))",
    re.DOTALL,
)
FROM_IMPORT = re.compile(
    r"(?:^|[\n;])[ \t]*from[ \t]+(?P<of>[\w.]+)[ \t]+import(?:[ \t]*\((?:[\w\s,]*[\s,])?|[ \t]+(?:[\w \t,]*[ \t,])?)"
    r"(?P<prefix>\w*)\Z"
)
IMPORT = re.compile(
    r"(?:^|[\n;])[ \t]*(?:from|import)[ \t]+(?:[\w. \t]+,)*[ \t]*(?:(?P<of>\w[\w.]*)\.)?(?P<prefix>\w*)\Z"
)
ATTRIBUTE = re.compile(
    rf"""(?<![\w.)\]}}'"])(?P<of>(?:{NAME}|"[^"\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*{NAME}|\[[^\[\]\n]*\])*)"""
    r"[ \t]*\.[ \t]*(?P<prefix>\w*)\Z"
)
WORD = re.compile(rf"""(?<![\w.)\]}}'"])(?P<of>)(?P<prefix>(?:{NAME})?)\Z""")

#: In this order: what looks like a name may be the rest of something else.
QUESTIONS: dict[Kind, re.Pattern[str]] = {
    "member": FROM_IMPORT,
    "module": IMPORT,
    "attribute": ATTRIBUTE,
    "name": WORD,
}

ASSIGNED = re.compile(
    rf"^[ \t]*(?P<variable>{NAME})[ \t]*(?::[^=\n]+)?=(?!=)|\b(?:def|class|as|for|import)[ \t]+(?P<named>{NAME})",
    re.MULTILINE,
)
HELP = re.compile(rf"(?P<before>\?{{0,2}})(?P<name>{NAME}(?:\.{NAME})*)(?P<after>\?{{0,2}})[ \t]*(?:#.*)?")


@dataclass(frozen=True)
class MagicCell:
    """`magic`, what stands behind it on its line, and the lines below, with their offsets in the cell."""

    magic: str
    line: str
    line_start: int
    body: str

    @property
    def line_end(self) -> int:
        return self.line_start + len(self.line)

    @property
    def body_start(self) -> int:
        return self.line_end + 1


@dataclass(frozen=True)
class Question:
    """What a reader types: the beginning `prefix` of a name of the given kind, see `protocol.LookUp`."""

    kind: Kind
    of: str
    prefix: str


@dataclass(frozen=True)
class Help:
    """A line ``name?``; with two question marks `source` is asked for."""

    name: str
    source: bool


def magic_cell(code: str) -> MagicCell | None:
    """Return the parts of a cell, None if it begins with none of ipclab's magics."""
    if (match := CELL.fullmatch(code)) is None:
        return None
    return MagicCell(match["magic"], match["line"], match.start("line"), match["body"])


def question(before: str) -> Question | None:
    """What is being typed behind `before`; None in strings and comments, and where only running code could tell."""
    if any(end is not None for literal in LITERAL.finditer(before) for end in literal.groups()):
        return None
    for kind, pattern in QUESTIONS.items():
        if (match := pattern.search(before)) is not None:
            return Question(kind, match["of"] or "", match["prefix"])
    return None


def assigned(source: str) -> list[str]:
    """The names that `source` is about to define, as far as its text tells."""
    return [match["variable"] or match["named"] for match in ASSIGNED.finditer(source)]


def helps(source: str) -> tuple[str, list[Help]]:
    """Take the lines ``name?``, ``?name`` (or with two question marks) out of a cell; they are no Python.

    In their places stands ``None``, so that the other lines keep their numbers.
    """
    lines = source.split("\n")
    asked: dict[int, Help] = {}
    while True:
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError as error:
            # Its line is such a one, or the renderer has to tell of it. (Those in strings are Python.)
            number = error.lineno or 0
            match = HELP.fullmatch(lines[number - 1]) if 0 < number <= len(lines) else None
            if match is None or not match["before"] + match["after"]:
                return "\n".join(lines), []
            asked[number] = Help(match["name"], "??" in (match["before"], match["after"]))
            lines[number - 1] = "None"
        except (ValueError, RecursionError, MemoryError):
            return source, []
        else:
            break
    if not asked.keys() <= {statement.lineno for statement in tree.body}:
        return source, []  # inside of brackets
    return "\n".join(lines), [asked[number] for number in sorted(asked)]
