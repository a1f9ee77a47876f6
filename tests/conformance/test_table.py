"""README.md of this folder says what the tests say."""

from __future__ import annotations

from pathlib import Path

from table import README, collect, counts, markdown


def test_readme_is_the_table_of_the_tests() -> None:
    assert README.read_text(encoding="utf-8") == markdown(collect()), "run: python -m tests.conformance"


def test_every_section_has_rules_that_are_held() -> None:
    assert all(count["held"] for _, count in counts(collect()))


def test_no_test_of_this_folder_names_no_rule() -> None:
    """Each test function is in the table, apart from those of this file."""
    named = {(rule.file, rule.test) for rule in collect()}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name != "test_table.py":
            defined = {
                line.split("def ")[1].split("(")[0]
                for line in path.read_text(encoding="utf-8").splitlines()
                if line.startswith(("def test_", "async def test_"))
            }
            assert {(path.name, name) for name in defined} <= named
