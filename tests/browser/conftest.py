"""The browser tests share one JupyterLab server and one page: a start costs ten times as much as a notebook."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_page import Lab, Server, find_chromium, opened

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests go last: from its start to its end Playwright keeps an event loop running in this thread."""
    here = Path(__file__).parent
    items.sort(key=lambda item: here in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed browser test shows what the server said, and keeps a picture of what a reader would have seen."""
    report = yield
    fixtures: dict[str, Any] = getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and "lab" in fixtures:
        lab: Lab = fixtures["lab"]
        picture = lab.pictures / f"failed-{item.name}.png"
        lab.page.screenshot(path=picture)
        report.sections.append(("browser", "\n".join([f"picture: {picture}", *lab.errors()])))
        report.sections.append(("JupyterLab log", fixtures["server"].log_tail()))
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Without one its tests are skipped, or fail where IPCLAB_REQUIRE_BROWSER is set."""
    if path := find_chromium():
        return path
    reason = "no Chromium or Chrome found (on Debian or Ubuntu: apt install chromium)"
    if os.environ.get("IPCLAB_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    server = Server(home, folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lab(chromium: str, server: Server) -> Iterator[Lab]:
    pictures = ROOT / ".artefacts"
    pictures.mkdir(exist_ok=True)
    with opened(server, chromium, pictures) as lab:
        yield lab
