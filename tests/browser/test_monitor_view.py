"""The message monitor as a reader meets it in JupyterLab: what it draws, how it is operated, what it bears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from accessibility import axe
from jupyter_page import CURRENT, LIGHT, SECOND, THEMES, Lab
from playwright.sync_api import FloatRect, Locator, expect

SOON = 15.0 * SECOND

START = """%load_ext ipclab
import asyncio, ipclab
from ipclab import BrowserWindow, ipc_main
await ipclab.restart()"""

APP = """open_page = {"node_integration": True, "context_isolation": False}
one, two = BrowserWindow(web_preferences=open_page), BrowserWindow(web_preferences=open_page)
async def page(code, window=None):
    await (window or one).web_contents.execute(f"from ipclab import ipc_renderer\\n{code}\\nNone")

@ipc_main.on("work")
def listener(event, *args): pass

@ipc_main.handle("add")
def add(event, a, b): return a + b

@ipc_main.handle("broken")
def broken(event): raise ValueError("the disk is full")

ipc_main.handle("never", lambda event: event.sender.never)
late = asyncio.get_running_loop().create_future()
ipc_main.handle("late", lambda event: late)
await page("def flood(count):\\n    for number in range(count): ipc_renderer.send('work', number)")"""

#: One message of each outcome, with contents that would do harm if anybody took them for HTML.
MIXED = r"""await page("ipc_renderer.send('work', 'a', {'n': [1, {'deep': None}]})")
await page("await ipc_renderer.invoke('add', 2, 3)")
await page("ipc_renderer.send('nobody', 'hello?')", two)
await page("try: ipc_renderer.send('work', {'f': lambda: 1})\nexcept Exception: pass")
await page("try: await ipc_renderer.invoke('broken')\nexcept Exception: pass")
await page("ipc_renderer.send('<img src=x onerror=window.harm=1>\u202e\\x07', '<b id=harm>x</b>')")
two.web_contents.send("gone", 1)
two.web_contents.forcefully_crash_renderer()
await asyncio.sleep(0.2)
two.web_contents.send("gone", 2)
await page("import asyncio; task = asyncio.ensure_future(ipc_renderer.invoke('late'))")"""

# What the browser has drawn between two frames, in milliseconds.
WATCH_FRAMES = """() => {
    window.ipclabFrames = [];
    let last = performance.now();
    const watch = () => {
        const now = performance.now();
        window.ipclabFrames?.push(now - last);
        last = now;
        if (window.ipclabFrames) requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
}"""
LONGEST_FRAME = (
    "() => { const frames = window.ipclabFrames; window.ipclabFrames = null; return Math.max(...frames); }"
)
LAST_ROW = """last => [...document.querySelectorAll('.ipclab-monitor-row:not([hidden])')]
    .some(row => Number(row.dataset.number) === last)"""


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open(lab.write("monitor.ipynb", START, "monitor = ipclab.monitor()\nmonitor", APP))
    return lab


@pytest.fixture
def monitor(notebook: Lab) -> Locator:
    """A new monitor of a new app with two windows, in which nothing has crossed yet."""
    notebook.theme(LIGHT)
    notebook.run_all()
    shown = notebook.page.locator(".ipclab-monitor")
    expect(shown).to_be_visible(timeout=SOON)
    expect(shown.get_by_role("status")).to_have_text("0 messages", timeout=SOON)
    return shown


def row(monitor: Locator, number: int) -> Locator:
    return monitor.locator(f".ipclab-monitor-row[data-number='{number}']:visible")


def status(monitor: Locator) -> Locator:
    return monitor.get_by_role("status")


def button(monitor: Locator, name: str) -> Locator:
    return monitor.get_by_role("button", name=name, exact=True)


def test_every_outcome_is_seen_by_symbol_word_and_shape(lab: Lab, monitor: Locator) -> None:
    lab.python(MIXED)
    expect(status(monitor)).to_contain_text("11 messages", timeout=SOON)
    monitor.locator(".ipclab-monitor-scroller").evaluate("element => { element.style.height = '560px'; }")
    for number, outcome in {
        1: "✓ delivered",
        2: "✓ delivered",
        4: "○ unheard",
        5: "⊘ refused could not be cloned: args[0].f is a function",
        6: "✗ rejected ValueError: the disk is full",
        8: "○ unheard",
        10: "╳ lost",
        11: "⋯ in flight",
    }.items():
        expect(row(monitor, number).locator(".ipclab-monitor-outcome")).to_contain_text(outcome, timeout=SOON)
    shapes = {
        row(monitor, number).locator("svg").evaluate("svg => [...svg.children].map(p => p.getAttribute('d')).join()")
        for number in (1, 3, 4, 5, 6, 10, 11)
    }
    assert len(shapes) == 7
    expect(row(monitor, 3)).to_contain_text("↩ 2 add: 5")
    expect(row(monitor, 3)).to_contain_text("main to renderer 1")
    expect(monitor.locator(".ipclab-monitor-lane")).to_have_text(["■ main process", "● renderer 1", "▲ renderer 2"])
    lab.python("late.set_result('now')")  # what is in flight lands in the same row
    expect(row(monitor, 11)).to_contain_text("✓ delivered", timeout=SOON)
    assert lab.errors() == []


def test_what_a_message_contains_is_text(lab: Lab, monitor: Locator) -> None:
    lab.python(MIXED)
    expect(row(monitor, 8)).to_contain_text(r"<img src=x onerror=window.harm=1>\u202e\x07", timeout=SOON)
    row(monitor, 8).click()
    panel = monitor.get_by_role("group", name="Details of the message")
    expect(panel).to_contain_text("'<b id=harm>x</b>' str", timeout=SOON)
    assert monitor.locator("img, #harm").count() == 0
    assert lab.page.evaluate("() => window.harm") is None


def test_filters_are_combined_and_taken_back(lab: Lab, monitor: Locator) -> None:
    lab.python(MIXED)
    expect(status(monitor)).to_contain_text("11 messages", timeout=SOON)
    rows = monitor.locator(".ipclab-monitor-row:visible")
    for name, choice, count in (
        ("Direction", "to main", 7),
        ("Kind", "invoke", 3),
        ("Outcome", "rejected", 1),
    ):
        monitor.get_by_role("combobox", name=name).select_option(choice)
        expect(rows).to_have_count(count, timeout=SOON)
    expect(status(monitor)).to_contain_text("11 messages, 1 shown", timeout=SOON)
    button(monitor, "No filter").click()
    expect(rows).to_have_count(11, timeout=SOON)
    monitor.get_by_role("combobox", name="Direction").select_option("to or from renderer 2")
    expect(rows).to_have_count(3, timeout=SOON)
    button(monitor, "No filter").click()
    monitor.get_by_label("Channel").fill("NOB")
    expect(rows).to_have_count(1, timeout=SOON)
    button(monitor, "No filter").click()
    monitor.get_by_label("Text in messages").fill("deep")
    expect(rows).to_have_count(1, timeout=SOON)
    lab.python("await page(\"ipc_renderer.send('work', 'x' * 1000, 'DEEP down')\")")  # beyond what a row shows
    expect(rows).to_have_count(2, timeout=SOON)


def test_the_keyboard_alone_reads_jumps_and_closes(lab: Lab, monitor: Locator) -> None:
    lab.python(MIXED)
    expect(status(monitor)).to_contain_text("11 messages", timeout=SOON)
    box = monitor.get_by_role("listbox", name="Messages")
    panel = monitor.get_by_role("group", name="Details of the message")
    box.focus()
    lab.page.keyboard.press("Home")
    selected = monitor.locator("[role=option][aria-selected=true]")
    expect(selected).to_have_attribute("data-number", "1")
    expect(selected).to_have_attribute("aria-posinset", "1")
    expect(selected).to_have_attribute("aria-setsize", "11")
    assert box.get_attribute("aria-activedescendant") == selected.get_attribute("id")
    expect(button(monitor, "Follow")).to_have_attribute("aria-pressed", "false")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    expect(panel).to_contain_text("add (line ", timeout=SOON)
    lab.page.keyboard.press("r")
    expect(panel).to_contain_text("Message 3", timeout=SOON)
    lab.page.keyboard.press("r")
    expect(panel).to_contain_text("Message 2", timeout=SOON)
    lab.page.keyboard.press("End")
    expect(panel).to_contain_text("Message 11", timeout=SOON)
    lab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(box).to_be_focused()
    jump = monitor.get_by_role("button", name="Go to reply 3 (r)")
    row(monitor, 2).click()
    expect(jump).to_be_visible(timeout=SOON)
    jump.focus()
    lab.page.keyboard.press("Enter")
    back = monitor.get_by_role("button", name="Go to request 2 (r)")
    expect(back).to_be_focused(timeout=SOON)


def test_pause_step_and_slow_motion_lose_nothing(lab: Lab, monitor: Locator) -> None:
    rows = monitor.locator(".ipclab-monitor-row:visible")
    button(monitor, "Pause").click()
    lab.python("await page('flood(5)')")
    expect(monitor.locator(".ipclab-monitor-waiting")).to_have_text("5 messages waiting", timeout=SOON)
    expect(rows).to_have_count(0)
    button(monitor, "Next").click()
    expect(rows).to_have_count(1)
    expect(row(monitor, 1)).to_contain_text("in flight")  # seen on its way, whatever became of it
    expect(row(monitor, 1).locator("circle")).to_be_visible()
    expect(row(monitor, 1)).to_contain_text("✓ delivered", timeout=SOON)
    pace = monitor.get_by_role("slider", name="Slow motion")
    pace.fill("0.5")
    expect(pace).to_have_attribute("aria-valuetext", "0.5 s a message")
    button(monitor, "Pause").click()
    expect(rows).to_have_count(2, timeout=SOON)
    expect(rows).to_have_count(5, timeout=SOON)
    lab.python("await page('flood(200)')")
    pace.fill("0")  # at once again
    expect(status(monitor)).to_have_text("205 messages", timeout=SOON)
    expect(row(monitor, 205)).to_be_visible(timeout=SOON)


def test_scrolling_up_ends_following_and_the_end_resumes_it(lab: Lab, monitor: Locator) -> None:
    lab.python("await page('flood(100)')")
    expect(row(monitor, 100)).to_be_visible(timeout=SOON)
    follow = button(monitor, "Follow")
    monitor.get_by_role("listbox").hover()
    lab.page.mouse.wheel(0, -1500)
    expect(follow).to_have_attribute("aria-pressed", "false", timeout=SOON)
    lab.python("await page('flood(20)')")
    expect(status(monitor)).to_have_text("120 messages", timeout=SOON)
    expect(row(monitor, 120)).to_have_count(0)
    follow.click()
    expect(row(monitor, 120)).to_be_visible(timeout=SOON)


def test_clearing_the_view_keeps_the_trace_and_a_restart_is_said(lab: Lab, monitor: Locator) -> None:
    lab.python("await page('flood(3)')")
    rows = monitor.locator(".ipclab-monitor-row:visible")
    expect(rows).to_have_count(3, timeout=SOON)
    button(monitor, "Clear view").click()
    expect(rows).to_have_count(0)
    assert lab.python("print(len(ipclab.trace))").strip() == "3"
    lab.python("await page('flood(1)')")
    expect(rows).to_have_count(1, timeout=SOON)
    button(monitor, "Show them again").click()
    expect(rows).to_have_count(4, timeout=SOON)
    lab.python("await ipclab.restart()")
    expect(monitor).to_contain_text("The app was restarted", timeout=SOON)
    expect(rows).to_have_count(0)


def test_an_export_is_downloaded_and_looked_at_again(lab: Lab, monitor: Locator, tmp_path: Path) -> None:
    lab.python(MIXED)
    expect(status(monitor)).to_contain_text("11 messages", timeout=SOON)
    with lab.page.expect_download() as download:
        button(monitor, "Download").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert [message["number"] for message in json.loads(path.read_text())["messages"]] == list(range(1, 12))
    lab.python("ipclab.trace.clear()")
    rows = monitor.locator(".ipclab-monitor-row:visible")
    expect(rows).to_have_count(0, timeout=SOON)
    chooser = monitor.locator("input[type=file]")
    chooser.set_input_files(path)
    expect(monitor).to_contain_text("An export, nothing here is live: ipclab-trace.json", timeout=SOON)
    expect(row(monitor, 6)).to_contain_text("ValueError: the disk is full", timeout=SOON)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": "har"}')
    chooser.set_input_files(wrong)
    expect(monitor).to_contain_text("this is no export of a trace", timeout=SOON)
    button(monitor, "Back to the live messages").click()
    expect(rows).to_have_count(0, timeout=SOON)


def test_a_batch_that_was_lost_is_asked_for_again(lab: Lab, monitor: Locator) -> None:
    """The server between kernel and page drops messages when there are too many."""
    lab.python("await page('flood(3)')")
    rows = monitor.locator(".ipclab-monitor-row:visible")
    expect(rows).to_have_count(3, timeout=SOON)
    lab.python("really, monitor.send = monitor.send, lambda *args, **more: None\nawait page('flood(2)')")
    lab.python("monitor._send_rows()\nmonitor.send = really\nawait page('flood(2)')")
    expect(rows).to_have_count(7, timeout=SOON)


def test_a_blocked_main_is_seen_blocked(lab: Lab, monitor: Locator, tmp_path: Path) -> None:
    main = monitor.locator(".ipclab-monitor-lane").first
    gate = tmp_path / "go"
    blocking = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    lab.page.evaluate(
        f"code => {{ {CURRENT}.context.sessionContext.session.kernel.requestExecute({{code}}); }}", blocking
    )
    expect(main).to_have_text("■ main process (blocked)", timeout=SOON)
    gate.touch()
    expect(main).to_have_text("■ main process", timeout=SOON)


def test_after_a_reload_everything_is_there_again(lab: Lab, monitor: Locator) -> None:
    lab.python("await page('flood(50)')")
    expect(row(monitor, 50)).to_be_visible(timeout=SOON)
    lab.reload()
    expect(status(monitor)).to_have_text("50 messages", timeout=SOON)
    lab.python("await page('flood(50)')")
    expect(row(monitor, 100)).to_be_visible(timeout=SOON)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_with_all_outcomes_and_an_open_panel(lab: Lab, monitor: Locator, theme: str) -> None:
    axe(lab, ".ipclab-monitor")  # as long as nothing has crossed
    lab.python(MIXED)
    expect(status(monitor)).to_contain_text("11 messages", timeout=SOON)
    row(monitor, 6).click()
    expect(monitor.get_by_role("group", name="Details of the message")).to_contain_text("broken (line", timeout=SOON)
    lab.theme(theme)
    monitor.locator(".ipclab-monitor-scroller").evaluate("element => { element.style.height = '520px'; }")
    expect(row(monitor, 11)).to_be_visible(timeout=SOON)
    axe(lab, ".ipclab-monitor")
    lab.screenshot(f"monitor {theme}")


def lanes_in_sight(monitor: Locator) -> tuple[float, float]:
    """From where to where, in the page, lanes can be seen: between the numbers and the outcomes."""
    number = box_of(monitor.locator(".ipclab-monitor-heading .ipclab-monitor-number"))
    outcome = box_of(monitor.locator(".ipclab-monitor-heading .ipclab-monitor-outcome"))
    return number["x"] + number["width"], outcome["x"]


def box_of(shown: Locator) -> FloatRect:
    box = shown.bounding_box()
    assert box is not None
    return box


@contextmanager
def page_of_width(lab: Lab, width: int) -> Iterator[None]:
    """A page that has no room for JupyterLab's file browser besides."""
    lab.page.set_viewport_size({"width": width, "height": 900})
    lab.command("application:toggle-left-area")
    try:
        yield
    finally:
        lab.command("application:toggle-left-area")
        lab.page.set_viewport_size({"width": 1280, "height": 900})


def scroll_sideways(monitor: Locator, pixels: int) -> None:
    monitor.locator(".ipclab-monitor-scroller").evaluate(
        """async (element, pixels) => {
            element.scrollLeft = pixels;
            for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
        }""",
        pixels,
    )


def test_a_narrow_page_shows_four_lanes_and_what_became_of_each_message(lab: Lab, monitor: Locator) -> None:
    lab.python(MIXED)
    expect(row(monitor, 6).locator(".ipclab-monitor-trouble")).to_be_visible(timeout=SOON)
    lab.python("BrowserWindow().web_contents.send('news')")
    chips = monitor.locator(".ipclab-monitor-lane")
    expect(chips).to_have_count(4, timeout=SOON)
    with page_of_width(lab, 640):
        expect(monitor.locator(".ipclab-monitor-narrow")).to_be_visible(timeout=SOON)
        monitor.locator(".ipclab-monitor-scroller").evaluate("element => { element.style.height = '620px'; }")
        expect(row(monitor, 12)).to_be_visible(timeout=SOON)
        lab.screenshot("monitor narrow")
        left, right = lanes_in_sight(monitor)
        for chip in chips.all():
            box = box_of(chip)
            assert left <= box["x"]  # and not below its neighbour
            left = box["x"] + box["width"]
            assert left <= right
        outcome = row(monitor, 6).locator(".ipclab-monitor-outcome")
        expect(outcome).to_contain_text("✗ rejected ValueError: the disk is full")  # still read out
        assert box_of(outcome.locator(".ipclab-monitor-trouble"))["width"] <= 1
        for word in monitor.locator(".ipclab-monitor-row:visible .ipclab-monitor-word").all():
            assert word.evaluate("element => element.scrollWidth <= element.clientWidth")
        expect(row(monitor, 1).locator(".ipclab-monitor-took")).to_be_in_viewport(ratio=1)
    expect(monitor.locator(".ipclab-monitor-narrow")).to_have_count(0, timeout=SOON)


@pytest.mark.parametrize("width", [640, 1280])
def test_what_is_sent_is_read_wherever_many_lanes_are_scrolled_to(lab: Lab, monitor: Locator, width: int) -> None:
    lab.python("more = [BrowserWindow() for _ in range(9)]\nfor win in more: win.web_contents.send('news', win.id)")
    lab.python("await page(\"ipc_renderer.send('work', 'near main')\")")
    expect(monitor.locator(".ipclab-monitor-lane")).to_have_count(11, timeout=SOON)
    with page_of_width(lab, width):
        expect(row(monitor, 10)).to_be_visible(timeout=SOON)
        scroller = monitor.locator(".ipclab-monitor-scroller")
        scrollable = scroller.evaluate("element => element.scrollWidth - element.clientWidth")
        assert scrollable > 100
        lefts = set()
        for scrolled in (0, scrollable // 2, scrollable):
            scroll_sideways(monitor, scrolled)
            lab.screenshot(f"monitor lanes {width} {scrolled}")
            left, right = lanes_in_sight(monitor)
            for number in range(1, 11):
                label = row(monitor, number).locator(".ipclab-monitor-label")
                box = box_of(label)
                assert left <= box["x"], (scrolled, number)
                assert box["x"] + box["width"] <= right, (scrolled, number)
                assert label.evaluate("element => element.scrollWidth <= element.clientWidth"), (scrolled, number)
            lefts.add(left)
            assert box_of(row(monitor, 9).locator(".ipclab-monitor-outcome"))["x"] == pytest.approx(right)
        assert len(lefts) == 1  # the numbers stay where they are


def test_nothing_moves_for_a_reader_who_has_asked_for_that(lab: Lab, monitor: Locator) -> None:
    lab.page.emulate_media(reduced_motion="reduce")
    try:
        button(monitor, "Pause").click()
        lab.python("await page('flood(2)')")
        expect(monitor.locator(".ipclab-monitor-waiting")).to_have_text("2 messages waiting", timeout=SOON)
        button(monitor, "Next").click()
        expect(row(monitor, 1)).to_contain_text("✓ delivered", timeout=SOON)
        assert monitor.evaluate("root => root.getAnimations({subtree: true}).length") == 0
    finally:
        lab.page.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize(("count", "seconds", "frame"), [(10_000, 3.0, 360), (100_000, 30.0, 1_000)])
def test_floods_arrive_whole_and_the_page_stays_usable(
    lab: Lab, monitor: Locator, count: int, seconds: float, frame: float
) -> None:
    """Nothing may be lost. The limits are for a machine that has much else to do: three times what is wanted."""
    lab.page.evaluate(WATCH_FRAMES)
    begun = lab.page.evaluate("() => performance.now()")
    lab.python(f"await page('flood({count})')")
    lab.page.wait_for_function(LAST_ROW, arg=count, timeout=60 * SECOND, polling=10)
    took = (lab.page.evaluate("() => performance.now()") - begun) / 1000
    longest = lab.page.evaluate(LONGEST_FRAME)
    print(f"{count} messages drawn after {took:.2f} s, longest frame {longest:.0f} ms")
    expect(status(monitor)).to_have_text(f"{count:,} messages", timeout=SOON)
    assert took < seconds
    assert longest < frame
    kind = monitor.get_by_role("combobox", name="Kind")
    kind.select_option("reply")
    expect(monitor.locator(".ipclab-monitor-row:visible")).to_have_count(0, timeout=2 * SECOND)
    kind.select_option("")
    monitor.get_by_role("listbox").press("Home")
    expect(row(monitor, 1)).to_be_visible(timeout=2 * SECOND)
    if count == 10_000:
        lab.screenshot("monitor 10000")
