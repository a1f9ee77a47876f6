"""What is left of live views where no kernel runs: a saved notebook, opened; and nbconvert's HTML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import execute
from jupyter_page import SECOND, Lab
from nbconvert import HTMLExporter
from playwright.sync_api import Page, expect

SOON = 10.0 * SECOND

CELLS = (
    """%load_ext ipclab
import ipclab
from ipclab import BrowserWindow
win = BrowserWindow(title="Notes")
win""",
    """%%renderer win
from ipclab import ipc_renderer
ipc_renderer.send("nobody-listens", 1)""",
    "ipclab.monitor()",
    """ipclab.predict("What is printed?", {"`one`": "It is.", "`two`": "It is not."}, answer="`one`")""",
    "ipclab.playground()",
)
NAME = "saved.ipynb"


@pytest.fixture(scope="module")
def saved(lab: Lab) -> Path:
    """A notebook with views, executed and saved as the lessons are."""
    path = lab.folder / NAME
    lab.write(NAME, *CELLS)
    execute(path)
    return path


@pytest.fixture
def converted(lab: Lab, saved: Path) -> Iterator[Page]:
    """nbconvert's HTML of it, in a page that reaches no other host."""
    html, _ = HTMLExporter().from_filename(str(saved))  # type: ignore[no-untyped-call]
    file = saved.with_suffix(".html")
    file.write_text(html, encoding="utf-8")
    browser = lab.page.context.browser
    assert browser is not None
    page = browser.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto(file.as_uri())
    yield page
    page.close()


def read(page: Page) -> None:
    """Assert that all views can be read there."""
    expect(page.get_by_text("window 1 “Notes”")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("What is printed?").first).to_be_visible()
    expect(page.get_by_text("The playground").first).to_be_visible()
    picture = page.get_by_alt_text("unheard").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert page.get_by_text("model not found").count() == 0


def test_a_saved_notebook_holds_no_view_that_needs_a_kernel(saved: Path) -> None:
    notebook = nbformat.read(saved, as_version=4)  # type: ignore[no-untyped-call]
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    bundles = [set(output["data"]) for output in outputs if "data" in output]
    assert len(bundles) >= 4
    assert set().union(*bundles) <= {"text/plain", "text/html", "image/svg+xml"}
    assert "widgets" not in notebook.metadata


def test_a_saved_notebook_can_be_read_before_it_is_run(lab: Lab, saved: Path) -> None:
    lab.open(saved.name)
    read(lab.page)
    lab.screenshot("saved")
    assert lab.errors() == []


def test_nbconverts_page_can_be_read_without_any_other_host(converted: Page) -> None:
    read(converted)
