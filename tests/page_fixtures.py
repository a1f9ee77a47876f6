"""The fixture of the tests that load files, which name this module in `pytest_plugins`."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which relative paths start at."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
