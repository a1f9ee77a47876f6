"""What a view owes to those who do not see it, or have no mouse: judged by axe-core and by the keyboard itself."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]
from jupyter_page import CURRENT, Lab
from playwright.sync_api import Frame, Locator, Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

#: JupyterLab's body has no height of its own and hides what is outside of it. For axe nothing in it would be visible,
#: and it would find no fault with any colour.
TALL_BODY = "body { height: 100vh !important }"

# Frames are judged one by one: axe cannot see into one of another origin. Symbols are judged as letters are.
JUDGE = """async ([selector, rules]) => {
    const {options} = axe._audit.checks['color-contrast'];
    axe.configure({checks: [{id: 'color-contrast', options: {...options, ignoreUnicode: false}}]});
    const found = await axe.run(selector ?? document, {
        iframes: false,
        resultTypes: ['violations', 'incomplete', 'passes'],
        ...(rules && {
            runOnly: {type: 'tag', values: rules},
            rules: {'document-title': {enabled: false}, 'html-has-lang': {enabled: false}},
        }),
    });
    const faults = (outcome, results) => results.flatMap(({id, nodes}) => nodes.map(node =>
        `${outcome} ${id}: ${node.target.join(' ')}: ` +
        [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')));
    const contrast = found.incomplete.filter(({id}) => id === 'color-contrast');
    return {
        faults: [...faults('violation', found.violations), ...faults('undecided', contrast)],
        passes: found.passes.map(({id}) => id),
    };
}"""

#: Of a page in a frame only what WCAG demands is asked, not landmarks and headings; and its title and its language
#: are its author's own affair.
FRAME_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])"

#: What JupyterLab's notebook makes of single keys: cells come, go, change their kind, are moved, copied, numbered, or
#: another one becomes the active one.
SHORTCUTS = (*"abcddjklmorvxyz1", "Shift+L", "Shift+M", "ArrowUp", "ArrowDown")

NOTEBOOK = f"""() => JSON.stringify({{
    cells: [...{CURRENT}.content.model.cells].map(cell => [cell.id, cell.type, cell.sharedModel.getSource()]),
    widgets: {CURRENT}.content.widgets.map(cell => [cell.inputHidden, cell.outputHidden]),
    lines: {CURRENT}.content.widgets.map(cell => cell.editor?.getOption('lineNumbers')),
    active: {CURRENT}.content.activeCellIndex,
    mode: {CURRENT}.content.mode,
    dialogs: document.querySelectorAll('.jp-Dialog').length,
}})"""

# JupyterLab hears keys after what has the focus has heard them. Notebook 7 hears them before, and leaves alone what
# bears this mark.
UNMARKED = """() => {
    window.ipclabUnmarked = [];
    document.addEventListener('keydown', ({key, target}) => {
        if (!target.hasAttribute('data-lm-suppress-shortcuts')) window.ipclabUnmarked?.push(key);
    }, {capture: true});
}"""
HEARD_BEFORE = "() => { const keys = window.ipclabUnmarked; window.ipclabUnmarked = null; return keys; }"

# Two places to come from and to arrive at, so that Tab begins right before the view and is seen to leave it.
FENCE = """root => {
    for (const [place, name] of [['beforebegin', 'before'], ['afterend', 'after']]) {
        const fence = document.createElement('span');
        fence.tabIndex = 0;
        fence.className = 'ipclab-test-fence';
        fence.dataset.fence = name;
        root.insertAdjacentElement(place, fence);
    }
    root.previousElementSibling.focus();
}"""
UNFENCE = "() => document.querySelectorAll('.ipclab-test-fence').forEach(fence => fence.remove())"
FENCE_REACHED = "() => document.activeElement?.dataset.fence"
MANY_STOPS = 200

START_TAG = "item => item.cloneNode().outerHTML"
FOCUSED = "root => root.contains(document.activeElement) ? document.activeElement : null"
ELSEWHERE = "() => document.activeElement?.outerHTML.slice(0, 200)"


def axe(lab: Lab, selector: str) -> None:
    """Assert that axe-core finds no fault with what the selector names, in the theme that is shown.

    It must have judged colours: one pass of `color-contrast` at least, and none left undecided. Frames in there, such
    as a window's page, are judged by what WCAG demands of a page.
    """
    root = lab.page.locator(selector).first
    root.scroll_into_view_if_needed()
    style = lab.page.add_style_tag(content=TALL_BODY)
    try:
        found = _judge(lab.page, selector, None)
    finally:
        style.evaluate("style => style.remove()")
    faults = found["faults"]
    for handle in lab.page.locator(selector).locator("iframe").element_handles():
        if frame := handle.content_frame():
            faults += [f"in the frame: {fault}" for fault in _judge(frame, None, FRAME_RULES)["faults"]]
    assert faults == [], "\n".join(faults)
    assert "color-contrast" in found["passes"], f"axe has judged no colours in {selector}"


def _judge(page: Page | Frame, selector: str | None, rules: list[str] | None) -> dict[str, list[str]]:
    # Not by a script element: a frame may allow none.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, list[str]] = page.evaluate(JUDGE, [selector, rules])
    return found


def leaks_no_keys(lab: Lab, root: Locator) -> None:
    """Assert that keys pressed in `root` do nothing to the notebook around it, whatever in there has the focus.

    Letters are typed into its text fields, too, and arrow keys may choose another option.
    """
    # The very elements: what is typed may have others come and go.
    focusable = [
        item for item in root.locator(FOCUSABLE).element_handles() if item.is_visible() and item.is_enabled()
    ]
    assert focusable, "nothing in there can have the focus"
    lab.page.evaluate(UNMARKED)
    for item in focusable:
        if not (item.is_visible() and item.is_enabled()):
            continue
        item.focus()
        before = _notebook(lab)  # to get the focus makes a cell the active one
        for key in SHORTCUTS:
            lab.page.keyboard.press(key)
            assert _notebook(lab) == before, f"{key} pressed in {item.evaluate(START_TAG)}"
    assert lab.page.evaluate(HEARD_BEFORE) == [], "Notebook 7 would make something of these keys"


def _notebook(lab: Lab) -> str:
    state: str = lab.page.evaluate(NOTEBOOK)
    return state


def tab_stops(lab: Lab, root: Locator) -> list[str]:
    """Return what the Tab key reaches in `root`, in order, as role and name: ``button "Clear"``.

    What is reached in a frame begins with ``frame: ``. AssertionError if Tab does not lead out of `root` again.
    """
    root.evaluate(FENCE)
    try:
        stops: list[str] = []
        for _ in range(MANY_STOPS):
            lab.page.keyboard.press("Tab")
            if lab.page.evaluate(FENCE_REACHED) == "after":
                return stops
            stops.append(_focused(lab, root))
        raise AssertionError(f"Tab does not lead out of it: {stops}")
    finally:
        lab.page.evaluate(UNFENCE)


def _focused(lab: Lab, root: Locator) -> str:
    focused = root.evaluate_handle(FOCUSED).as_element()
    assert focused is not None, f"Tab has led elsewhere: {lab.page.evaluate(ELSEWHERE)}"
    frame = focused.content_frame()
    if frame is None:
        return _name(root.locator(":focus"))
    within = frame.locator(":focus")
    return f"frame: {_name(within)}" if within.count() else "frame"


def _name(item: Locator) -> str:
    return item.aria_snapshot().partition("\n")[0].removeprefix("- ").removesuffix(":")
