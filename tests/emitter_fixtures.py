"""The fixtures of the tests of EventEmitter, which name this module in `pytest_plugins`."""

from __future__ import annotations

from typing import Any

import pytest

from ipclab import EventEmitter


@pytest.fixture
def emitter() -> EventEmitter:
    return EventEmitter()


@pytest.fixture
def seen() -> list[Any]:
    """What listeners have noted."""
    return []
