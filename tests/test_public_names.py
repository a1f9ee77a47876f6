"""What `from ipclab import ...` gives is the thing itself, whatever has been imported before."""

from __future__ import annotations

import pkgutil

import pytest

import ipclab
from ipclab import names

SUBMODULES = {module.name for module in pkgutil.walk_packages(ipclab.__path__, "ipclab.")}
EVERYWHERE = names.COMMON | names.MAIN


def test_no_submodule_hides_a_public_name() -> None:
    """Importing a submodule binds its name in the package: one called like a public name would be given instead."""
    assert not {f"ipclab.{name}" for name in EVERYWHERE | dict.fromkeys(names.PAGE | names.PRIVILEGED)} & SUBMODULES


@pytest.mark.parametrize("name", sorted(EVERYWHERE))
def test_every_public_name_is_where_the_table_says(name: str) -> None:
    assert EVERYWHERE[name] in SUBMODULES
    assert getattr(ipclab, name) is not None
    assert type(getattr(ipclab, name)).__name__ != "module"
