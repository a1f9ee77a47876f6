"""The playground, as a reader plays: by mouse, by keyboard, in every theme; the code can be copied."""

from __future__ import annotations

import pytest
from accessibility import axe
from jupyter_page import SECOND, THEMES, Lab
from playwright.sync_api import Locator, expect

SOON = 10.0 * SECOND

CELLS = (
    "%load_ext ipclab\nimport ipclab\nawait ipclab.restart()",
    "play = ipclab.playground(monitor=False)\nplay",
    "play",
)


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open(lab.write("play.ipynb", *CELLS))
    return lab


@pytest.fixture
def play(notebook: Lab) -> Locator:
    """A playground of its own for each test, in one kernel."""
    notebook.run_all()
    shown = notebook.page.locator(".ipclab-playground").first
    expect(shown.get_by_role("checkbox")).to_have_count(5, timeout=SOON)
    return shown


def pattern(play: Locator) -> Locator:
    return play.get_by_role("combobox", name="Pattern")


def payload(play: Locator) -> Locator:
    return play.get_by_role("textbox", name="Payload")


def outcome(play: Locator) -> Locator:
    return play.locator(".ipclab-playground-outcome")


def send(play: Locator) -> None:
    play.get_by_role("button", name="Send").click()


def test_a_reader_sends_breaks_it_and_sends_again(lab: Lab, play: Locator) -> None:
    pattern(play).select_option("invoke")
    payload(play).fill("{'name': 'John'}")
    send(play)
    expect(outcome(play)).to_have_text("delivered: Everything arrived.", timeout=SOON)
    expect(play.get_by_role("log")).to_contain_text("main has got {'name': 'John'}\nrenderer 1 │ main answers 'pong'")

    play.get_by_role("checkbox", name="nobody listens").check()
    send(play)
    expect(outcome(play)).to_contain_text("unheard: Main has no handler on the channel", timeout=SOON)
    expect(play.get_by_role("group", name="The error")).to_contain_text("No handler registered for 'play'")
    expect(outcome(lab.page.locator(".ipclab-playground").nth(1))).to_contain_text("unheard")
    assert lab.errors() == []


def test_the_code_follows_the_form_and_can_be_copied(lab: Lab, play: Locator) -> None:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    play.get_by_text("Show the code").click()
    pattern(play).select_option("send_to")
    payload(play).fill("'<b>hi</b>'")
    last = play.get_by_role("group", name="Cell 4, renderer of win")
    expect(last).to_contain_text("""ipc_renderer.send_to(other_id, "play", '<b>hi</b>')""", timeout=SOON)
    expect(play.locator("pre b")).to_have_count(0)
    play.get_by_role("button", name="Copy cell 4").click()
    expect(play.get_by_text("Copied.")).to_be_visible(timeout=SOON)
    assert lab.page.evaluate("() => navigator.clipboard.readText()") == last.text_content()


def test_a_payload_that_is_none_is_told_while_it_is_typed(play: Locator) -> None:
    payload(play).fill("true")
    expect(play.get_by_text("true is not Python's: write True")).to_be_visible(timeout=SOON)
    expect(payload(play)).to_have_attribute("aria-invalid", "true")
    send(play)
    payload(play).fill("True")
    expect(payload(play)).to_have_attribute("aria-invalid", "false", timeout=SOON)
    expect(outcome(play)).to_be_hidden()


def test_sending_what_is_no_payload_leaves_no_older_result_behind(play: Locator) -> None:
    payload(play).fill("'good'")
    send(play)
    expect(outcome(play)).to_have_text("delivered: Everything arrived.", timeout=SOON)
    payload(play).fill("[1, 2")
    send(play)

    expect(play).to_contain_text("Nothing was sent", timeout=SOON)
    expect(outcome(play)).to_be_hidden()
    payload(play).fill("[1, 2]")
    send(play)
    expect(outcome(play)).to_have_text("delivered: Everything arrived.", timeout=SOON)
    expect(play).not_to_contain_text("Nothing was sent")


def test_typing_fast_loses_no_letter(lab: Lab, play: Locator) -> None:
    text = "'the quick brown fox jumps over the lazy dog'"
    payload(play).fill("")
    payload(play).press_sequentially(text)
    expect(payload(play)).to_have_value(text)
    expect(payload(lab.page.locator(".ipclab-playground").nth(1))).to_have_value(text, timeout=SOON)


def test_a_switch_that_does_not_go_with_the_pattern_says_why(play: Locator) -> None:
    gone = play.get_by_role("checkbox", name="the receiver is gone")
    expect(gone).to_be_disabled()
    expect(play.get_by_text("not here: main is the receiver, and without main there is no app")).to_be_visible()
    pattern(play).select_option("relay")
    expect(gone).to_be_enabled(timeout=SOON)


def test_a_blocked_main_is_seen_blocked(play: Locator) -> None:
    play.get_by_role("checkbox", name="main is blocked").check()
    send(play)
    expect(play.get_by_text("Main is blocked: every window waits.")).to_be_visible(timeout=SOON)
    expect(outcome(play)).to_contain_text("delivered", timeout=SOON)


def test_a_run_can_be_stopped(play: Locator) -> None:
    pattern(play).select_option("send_sync")
    play.get_by_role("checkbox", name="a slow handler").check()
    send(play)
    play.get_by_role("button", name="Stop").click()
    expect(play.get_by_role("group", name="The error")).to_have_text("stopped", timeout=SOON)


def test_enter_in_the_payload_sends_and_leaves_the_focus_where_it_is(lab: Lab, play: Locator) -> None:
    payload(play).focus()
    lab.page.keyboard.press("Enter")
    expect(outcome(play)).to_contain_text("delivered", timeout=SOON)
    expect(payload(play)).to_be_focused()


def test_axe_finds_nothing_in_what_a_run_shows(lab: Lab, play: Locator) -> None:
    play.get_by_text("Show the code").click()
    pattern(play).select_option("invoke")
    play.get_by_role("checkbox", name="nobody listens").check()
    send(play)
    expect(outcome(play)).to_contain_text("unheard", timeout=SOON)
    for theme in reversed(THEMES):  # the last one is that of the other tests
        lab.theme(theme)
        axe(lab, ".ipclab-playground")


def test_after_the_page_is_loaded_again_everything_is_there(lab: Lab, play: Locator) -> None:
    pattern(play).select_option("reply")
    payload(play).fill("'again'")
    send(play)
    expect(outcome(play)).to_contain_text("delivered", timeout=SOON)
    lab.reload()
    expect(payload(play)).to_have_value("'again'", timeout=SOON)
    expect(pattern(play)).to_have_value("reply")
    expect(outcome(play)).to_contain_text("delivered")
    expect(play.get_by_role("log")).to_contain_text("the page has got 'again'")
