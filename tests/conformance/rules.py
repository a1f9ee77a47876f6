"""The register of Electron's rules: every test of this folder names the one it checks.

A rule is *held*, *deliberately different* (a test shows what ipclab does instead, and the register says why) or *not
simulated* (no test, a reason). `python -m tests.conformance` prints the register and writes it to README.md.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Verdict = Literal["held", "deliberately different", "not simulated"]
Test = TypeVar("Test", bound=Callable[..., Any])

#: The sections in the order of the table.
SECTIONS = {
    "a.1": "`ipcMain`: arrival, handlers, `event`, the invoke round trip, scoped emitters",
    "a.2": "`ipcRenderer`",
    "a.3": "`webContents`: messages and `executeJavaScript`",
    "a.4": "`webContents`: life, loads, console, crashes",
    "a.5": "`BrowserWindow`",
    "a.6": "`app`",
    "a.9": "`remote`",
    "a.10": "`Menu`, `MenuItem`",
    "a.11": "`dialog`",
    "a.12": "`process`: memory and processor time",
    "b": "Structured clone",
    "c": "EventEmitter (Node's)",
}


@dataclass(frozen=True)
class Rule:
    section: str
    topic: str
    text: str
    verdict: Verdict
    why: str
    #: Where it is registered, and the name of its test ('' if it has none).
    file: str
    test: str


RULES: list[Rule] = []


def held(section: str, topic: str, text: str) -> Callable[[Test], Test]:
    """Mark a test of a rule that ipclab keeps. `topic` is the API, `text` the rule in one sentence."""
    return _tested(section, topic, text, "held", "")


def different(section: str, topic: str, text: str, why: str) -> Callable[[Test], Test]:
    """Mark a test that shows what ipclab does in place of the rule `text`; `why` says what and why."""
    return _tested(section, topic, text, "deliberately different", why)


def not_simulated(section: str, topic: str, text: str, why: str) -> None:
    """Register a rule that ipclab has nothing for."""
    _add(Rule(section, topic, text, "not simulated", why, _file(sys._getframe(1).f_globals["__name__"]), ""))


def _tested(section: str, topic: str, text: str, verdict: Verdict, why: str) -> Callable[[Test], Test]:
    def mark(test: Test) -> Test:
        _add(Rule(section, topic, text, verdict, why, _file(test.__module__), test.__name__))

        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                return test(*args, **kwargs)
            except BaseException as failure:
                failure.add_note(f"Electron's rule ({section}, {topic}): {text}")
                raise

        return run  # type: ignore[return-value]

    return mark


def _file(module: str) -> str:
    return module.rpartition(".")[2] + ".py"


def _add(rule: Rule) -> None:
    if rule.section not in SECTIONS:
        raise ValueError(f"{rule.section!r} is no section of the table: {', '.join(SECTIONS)}")
    if not rule.text or (rule.verdict != "held" and not rule.why):
        raise ValueError(f"a rule of {rule.section} ({rule.topic}) lacks its text or its reason")
    if any((rule.section, rule.topic, rule.text, rule.test) == (r.section, r.topic, r.text, r.test) for r in RULES):
        return  # pytest and the table may both have imported the module
    RULES.append(rule)
