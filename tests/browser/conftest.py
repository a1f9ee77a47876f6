"""The browser tests share one JupyterLab server and one page: a start costs ten times as much as a notebook."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from jupyter_page import Lab, find_chromium, opened
from jupyter_process import Server
from lesson_run import LessonRun, run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

#: What is open, for those who report a failure.
OPENED = pytest.StashKey[tuple[Server, Lab]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests go last: from its start to its end Playwright keeps an event loop running in this thread."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed browser test shows what the server said, and keeps a picture of what a reader would have seen."""
    report = yield
    if report.failed and report.when != "teardown" and OPENED in item.config.stash and HERE in item.path.parents:
        server, lab = item.config.stash[OPENED]
        picture = lab.pictures / f"failed-{item.name}.png"
        lab.page.screenshot(path=picture)
        report.sections.append(("browser", "\n".join([f"picture: {picture}", *lab.errors()])))
        report.sections.append(("JupyterLab log", server.log_tail()))
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
def lab(chromium: str, server: Server, pytestconfig: pytest.Config) -> Iterator[Lab]:
    pictures = ROOT / ".artefacts"
    pictures.mkdir(exist_ok=True)
    with opened(server, chromium, pictures) as lab:
        pytestconfig.stash[OPENED] = server, lab
        yield lab
        del pytestconfig.stash[OPENED]


@pytest.fixture(scope="session")
def lesson(lab: Lab, request: pytest.FixtureRequest) -> LessonRun:
    """The lesson that the test names, run: tests of the same lesson follow each other, and share the run."""
    return run(lab, request.param)
