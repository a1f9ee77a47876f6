"""Each lesson shows a window to be used: what the reader does in it is seen, and the right messages cross.

A flow begins where running the lesson has ended; test_lessons.py judges the same run.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from jupyter_page import SECOND, Lab
from lesson_run import LESSONS, LessonRun
from playwright.sync_api import FrameLocator, Locator, expect

SOON = 15.0 * SECOND

#: The messages, such as `renderer 1 → main: send tick, delivered`.
MESSAGES = """import ipclab
print([f"{each.sender} → {each.receiver}: {each.kind} {each.channel}, {each.outcome}" for each in ipclab.trace])"""


@dataclass(frozen=True)
class Window:
    """A window as a cell shows it."""

    view: Locator

    @property
    def page(self) -> FrameLocator:
        return self.view.frame_locator(".ipclab-window-frame")

    def press(self, button: str) -> None:
        """Press a button of the page, once the page stands still: what is above it may still be growing."""
        place = None
        for _ in range(100):
            before, place = place, self.view.bounding_box()
            if place is not None and place == before:
                break
            self.view.page.wait_for_timeout(50)
        self.page.get_by_role("button", name=button, exact=True).click(timeout=SOON)

    def shows(self, selector: str, text: str) -> None:
        """Expect this text in the page."""
        expect(self.page.locator(selector)).to_have_text(text, timeout=SOON)


@dataclass(frozen=True)
class Flow:
    """What a reader does in the windows that the cell with the id `cell` shows, and which messages that causes."""

    cell: str
    use: Callable[..., None]
    messages: tuple[str, ...] = ()
    #: How many windows the cell shows: `use` gets one argument for each.
    windows: int = 1
    #: False if it is a matter of time which of its messages comes first.
    in_order: bool = True


def count(window: Window) -> None:
    expect(window.view.get_by_role("menuitem", name="Edit")).to_be_visible(timeout=SOON)
    window.shows("output", "0")
    window.press("Count")
    window.shows("output", "1")


def both_ends(window: Window) -> None:
    window.shows("output", "1")
    window.press("Emit here")
    window.shows("output", "2")
    window.press("Send to main")
    window.view.get_by_role("button", name="Console").click()
    expect(window.view.get_by_role("log")).to_contain_text("main heard: a click", timeout=SOON)


def download(window: Window) -> None:
    bar = window.view.get_by_role("progressbar")
    window.press("Tell main")
    window.shows("#share", "60")
    window.shows("#result", "None")
    expect(bar).to_have_attribute("aria-valuenow", "60", timeout=SOON)
    window.press("Tell the wrong channel")
    window.shows("#share", "80")
    expect(bar).to_have_attribute("aria-valuenow", "60")


def confirm(window: Window) -> None:
    window.shows("output", "confirm")
    window.press("Delete all notes")
    window.shows("output", "pending")
    window.view.get_by_role("button", name="cancel", exact=True).click(timeout=SOON)
    window.shows("output", "cancel")


def export(window: Window) -> None:
    bar = window.view.get_by_role("progressbar")
    window.page.get_by_label("Pages").fill("8")
    window.press("Export")
    expect(bar).to_be_visible(timeout=SOON)
    window.press("Are you there?")
    window.shows("#answer", "pong")
    expect(bar).to_be_visible()
    window.shows("#progress", "exported")
    expect(bar).to_be_hidden(timeout=SOON)


def share(here: Window, there: Window) -> None:
    here.page.get_by_label("Name").fill("Ann")
    here.press("Write")
    there.shows("output", "Mary")
    there.press("Read")
    there.shows("output", "Ann")


def relay(left: Window, right: Window) -> None:
    left.page.get_by_label("Text").fill("are you there?")
    left.press("Tell")
    right.shows("output", "are you there?")
    right.page.get_by_label("Text").fill("yes")
    right.press("Tell")
    left.shows("output", "yes")
    right.shows("output", "are you there?")


def send_to(here: Window, there: Window) -> None:
    there.press("Send")
    there.page.get_by_label("To number").fill("3")
    there.page.get_by_label("Text").fill("hello, too")
    there.press("Send")
    here.shows("output", "hello, too, from 4")


def share_text(left: Window, right: Window) -> None:
    left.page.get_by_label("For all windows").fill("tea")
    right.shows("output", "tea")
    expect(right.page.get_by_label("For all windows")).to_have_value("tea")
    left.page.get_by_label("For this one").fill("milk")
    expect(right.page.get_by_label("For this one")).to_have_value("")


def block(left: Window, right: Window) -> None:
    left_state, right_state = (window.view.locator(".ipclab-window-state") for window in (left, right))
    left.press("Ask with send_sync")
    expect(left_state).to_have_text("blocked", timeout=SOON)
    left.press("Count")
    right.press("Count")
    right.shows("#counted", "4")
    left.shows("#counted", "1")
    expect(left_state).to_have_text("ready", timeout=SOON)
    left.press("Ask with invoke")
    left.shows("#answer", "pending")
    left.press("Count")
    left.shows("#counted", "2")
    left.shows("#answer", "the answer")
    left.press("Make main busy")
    for state in (left_state, right_state):
        expect(state).to_have_text("main is blocked", timeout=SOON)
    for state in (left_state, right_state):
        expect(state).to_have_text("ready", timeout=SOON)


def use_menus(left: Window, right: Window) -> None:
    left.press("Menu")
    left.view.get_by_role("menuitem", name="Copy").click(timeout=SOON)
    left.shows("#chosen", "copy")
    left.view.get_by_role("menuitem", name="File").click(timeout=SOON)
    left.view.get_by_role("menuitem", name="Delete note").click(timeout=SOON)
    left.view.get_by_role("button", name="Delete", exact=True).click(timeout=SOON)
    left.shows("#chosen", "delete")
    right.page.get_by_label("Name").fill("Kim")
    right.press("Change")
    left.shows("#user", "Kim")


#: In the order of the lessons, so that both tests of one share its run.
FLOWS = {
    "00-welcome": Flow("show-window", count),
    "01-event-emitters": Flow("show-ends", both_ends, ("renderer 3 → main: send do-work, delivered",)),
    "02-send-and-on": Flow(
        "show-download",
        download,
        ("renderer 2 → main: send progress, delivered", "renderer 2 → main: send porgress, unheard"),
    ),
    "03-invoke-and-handle": Flow(
        "show-confirm",
        confirm,
        ("renderer 2 → main: invoke confirm, delivered", "main → renderer 2: reply confirm, delivered"),
    ),
    "04-main-to-renderer": Flow(
        "show-export",
        export,
        (
            "renderer 4 → main: invoke export, delivered",
            *["main → renderer 4: send progress, delivered"] * 8,
            "renderer 4 → main: invoke ping, delivered",
            "main → renderer 4: reply ping, delivered",
            "main → renderer 4: reply export, delivered",
        ),
        in_order=False,
    ),
    "05-shared-global": Flow(
        "show-user",
        share,
        (
            "renderer 3 → main: remote getGlobal shared_object, delivered",
            "main → renderer 3: reply getGlobal shared_object, delivered",
            "renderer 3 → main: remote set shared_object.user, delivered",
            "main → renderer 3: reply set shared_object.user, delivered",
            "renderer 4 → main: remote getGlobal shared_object, delivered",
            "main → renderer 4: reply getGlobal shared_object, delivered",
            "renderer 4 → main: remote get shared_object.user, delivered",
            "main → renderer 4: reply get shared_object.user, delivered",
        ),
        windows=2,
    ),
    "06-relay": Flow(
        "show-talk",
        relay,
        (
            "renderer 4 → main: send tell, delivered",
            "main → renderer 5: send told, delivered",
            "renderer 5 → main: send tell, delivered",
            "main → renderer 4: send told, delivered",
        ),
        windows=2,
    ),
    "07-send-to": Flow(
        "show-post",
        send_to,
        (
            "renderer 4 → renderer 99: send_to post, lost",
            "renderer 4 → renderer 3: send_to post, delivered",
        ),
        windows=2,
    ),
    "08-web-storage": Flow(
        "show-memo",
        share_text,
        ("renderer 5 → renderer 6: storage local_storage, delivered",),
        windows=2,
    ),
    "09-send-sync": Flow(
        "show-patience",
        block,
        (
            "renderer 4 → main: send_sync patience, delivered",
            "main → renderer 4: reply patience, delivered",
            "renderer 4 → main: invoke patience, delivered",
            "main → renderer 4: reply patience, delivered",
            "renderer 4 → main: send be-busy, delivered",
        ),
        windows=2,
    ),
    "10-what-ipc-is-for": Flow(
        "show-desks",
        use_menus,
        (
            "renderer 5 → main: send show-menu, delivered",
            "main → renderer 5: send command, delivered",
            "main → renderer 5: send command, delivered",
            "renderer 6 → main: invoke change-profile, delivered",
            *[f"main → renderer {number}: send profile-changed, delivered" for number in (1, 2, 5, 6)],
            *[f"main → renderer {number}: send profile-changed, unheard" for number in (7, 8, 9)],
            "main → renderer 6: reply change-profile, delivered",
        ),
        windows=2,
    ),
}


def crossed(lab: Lab) -> list[str]:
    messages: list[str] = ast.literal_eval(lab.python(MESSAGES))
    return messages


@pytest.mark.parametrize("lesson", FLOWS, indirect=True)
def test_a_reader_uses_the_window_of_a_lesson(lab: Lab, lesson: LessonRun) -> None:
    flow = FLOWS[lesson.name]
    shown = lab.output([cell["id"] for cell in lesson.cells].index(flow.cell)).locator(".ipclab-window")
    expect(shown).to_have_count(flow.windows, timeout=SOON)
    before = crossed(lab)
    flow.use(*(Window(shown.nth(number)) for number in range(flow.windows)))

    # What a page shows may be seen before main has its message.
    deadline = time.monotonic() + SOON / SECOND
    arranged = list if flow.in_order else sorted
    expected = arranged([*before, *flow.messages])
    while (messages := arranged(crossed(lab))) != expected and time.monotonic() < deadline:
        pass
    assert messages == expected
    assert lab.errors() == []


def test_every_lesson_has_a_flow() -> None:
    """The playground has tests of its own."""
    assert list(FLOWS) == [lesson.removesuffix(".ipynb") for lesson in LESSONS if not lesson.startswith("90")]
