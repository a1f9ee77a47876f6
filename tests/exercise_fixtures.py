"""A kernel for the tests of exercises; a pytest plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kernel import Kernel, Kernels, kernels


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernels]:
    with kernels() as shared:
        yield shared


@pytest.fixture
def lesson(shared: Kernels) -> Kernel:
    """A kernel in which the first cell of a lesson has run."""
    kernel = shared.fresh()
    kernel.good("from ipclab import BrowserWindow, ipc_main\nwin = BrowserWindow(title='lesson')")
    return kernel
