"""`document` while a page loads: what which script sees, and when the page hears that it is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from ipc import in_preload_world, listen, open_page, program
from page_sources import html

from ipclab import BrowserWindow, LoadError, ipc_main, settle

pytest_plugins = ("page_fixtures",)

#: Two scripts, and what stands before, between and behind them.
PAGE = """<!doctype html><title>Page</title>
<script type="py">
from ipclab import document, ipc_renderer, window
def tell(when):
    found = [each.id for each in document.query_selector_all("p")]
    ipc_renderer.send("sees", when, document.ready_state, document.body is not None, found)
tell("head")
document.add_event_listener("DOMContentLoaded", lambda event: tell("document DOMContentLoaded"))
window.add_event_listener("DOMContentLoaded", lambda event: tell("window DOMContentLoaded"))
window.add_event_listener("load", lambda event: tell("load"))
window.onload = lambda event: tell("onload")
</script>
<body><p id="one">1</p>
<script>ordinary()</script>
<p id="two">2</p>
<script type="py">tell("body")</script>
<p id="three">3</p>"""

OPEN = {"node_integration": True, "context_isolation": False}


async def seen(source: str, **preferences: object) -> list[list[object]]:
    """What the scripts of a page have told on `sees`."""
    told: list[list[object]] = []
    ipc_main.on("sees", lambda _, *args: told.append(list(args)))
    contents = BrowserWindow(web_preferences={**OPEN, **preferences}).web_contents
    await contents.load_url(html(source))
    await settle()
    return told


@program
async def test_a_script_sees_what_stands_before_it_and_the_events_see_all() -> None:
    """HTML: the parser stops for each script; then DOMContentLoaded (it bubbles to the window), then load."""
    everything = ["one", "two", "three"]
    assert await seen(PAGE) == [
        ["head", "loading", False, []],
        ["body", "loading", True, ["one", "two"]],
        ["document DOMContentLoaded", "interactive", True, everything],
        ["window DOMContentLoaded", "interactive", True, everything],
        ["load", "complete", True, everything],
        ["onload", "complete", True, everything],
    ]


@program
async def test_a_document_first_used_in_a_later_script_is_built_as_far_as_that_one() -> None:
    page = """<p id=one></p><script type=py>first = True</script><p id=two></p><script type=py>
from ipclab import document, ipc_renderer
ipc_renderer.send("sees", [each.id for each in document.query_selector_all("p")])
</script><p id=three></p>"""
    assert await seen(page) == [[["one", "two"]]]


@program
async def test_a_page_that_uses_no_document_hears_its_events_too() -> None:
    page = """<script type=py>
from ipclab import ipc_renderer, window
for name in ("DOMContentLoaded", "load"):
    window.add_event_listener(name, lambda event: ipc_renderer.send("sees", event.type))
</script>"""
    assert await seen(page) == [["DOMContentLoaded"], ["load"]]


@program
async def test_a_document_first_used_after_the_load_is_whole_and_fires_nothing() -> None:
    contents = await open_page()
    await contents.load_url(html("<title>T</title><p id=a>text"))
    told = await contents.execute("""
from ipclab import window
heard = []
for name in ("DOMContentLoaded", "load"):
    window.add_event_listener(name, lambda event: heard.append(event.type))
from ipclab import document
[document.get_element_by_id("a").text_content, document.title, document.ready_state, heard]
""")
    assert told == ["text", "T", "complete", []]


@program
async def test_dom_ready_comes_after_domcontentloaded_and_did_finish_load_after_load() -> None:
    """a.4: dom-ready is DOMContentLoaded; did-finish-load comes after `onload`."""
    order: list[str] = []
    contents = BrowserWindow(web_preferences=OPEN).web_contents
    ipc_main.on("heard", lambda _, name: order.append(name))
    for name in ("dom-ready", "did-finish-load"):
        contents.on(name, lambda *_, name=name: order.append(name))
    await contents.load_url(
        html("""<script type=py>
from ipclab import ipc_renderer, window
for name in ("DOMContentLoaded", "load"):
    window.add_event_listener(name, lambda event: ipc_renderer.send("heard", event.type))
</script>""")
    )
    assert order == ["DOMContentLoaded", "dom-ready", "load", "did-finish-load"]


@program
async def test_a_preload_runs_before_anything_is_there_and_shares_the_page_with_its_scripts(here: Path) -> None:
    """Electron: the preload runs before the page's HTML is parsed; the DOM is one in all worlds."""
    (here / "preload.py").write_text("""
from ipclab import document, ipc_renderer, window
ipc_renderer.send("sees", document.body, document.query_selector("p"))
def ready(event):
    document.query_selector("p").text_content = "from the preload"
    ipc_renderer.send("sees", "ready", window.document is document)
window.add_event_listener("DOMContentLoaded", ready)
""")
    told: list[list[object]] = []
    ipc_main.on("sees", lambda _, *args: told.append(list(args)))
    contents = BrowserWindow(web_preferences={"preload": "preload.py"}).web_contents
    await contents.load_url(html("<p>page</p>"))
    assert told == [[None, None], ["ready", True]]
    assert await contents.execute("from ipclab import document\ndocument.query_selector('p').text_content") == (
        "from the preload"
    )


@program
async def test_every_world_has_the_document_by_import_and_as_the_windows() -> None:
    """Web: `window.document`."""
    contents = BrowserWindow().web_contents
    await contents.load_url(html("<p id=a>page</p>"))
    assert await contents.execute(
        "import ipclab\nfrom ipclab import *\nwindow.document is document is ipclab.document"
    )
    await in_preload_world(contents, "from ipclab import document\ndocument.get_element_by_id('a').id = 'b'")
    assert await contents.execute("document.get_element_by_id('b').text_content") == "page"


@program
async def test_the_blank_page_and_a_scripts_page_are_empty(here: Path) -> None:
    """Web: about:blank has <html>, <head> and an empty <body>."""
    contents = await open_page("from ipclab import document")
    assert await contents.execute("[document.ready_state, document.document_element.outer_html]") == [
        "complete",
        "<html><head></head><body></body></html>",
    ]
    (here / "page.py").write_text("from ipclab import document\ndocument.body.append('from a script')")
    await contents.load_file("page.py")
    assert await contents.execute("document.body.inner_html") == "from a script"


@program
async def test_a_page_that_nobody_uses_or_watches_is_not_even_parsed() -> None:
    contents = await open_page()
    await contents.load_url(html("<title>T</title><p id=a>text<script type=py>number = 6 * 7</script>"))
    loaded = await contents.execute(
        "import sys\n[number, 'justhtml' in sys.modules, 'ipclab.renderer.dom' in sys.modules]"
    )
    assert loaded == [42, False, False]


@program
async def test_a_page_that_goes_takes_its_document_along() -> None:
    contents = await open_page()
    page = html("<button id=b>b</button>")
    await contents.load_url(page)
    assert (
        await contents.execute("""
from ipclab import document
document.get_element_by_id("b").add_event_listener("click", lambda event: print("never heard"))
document.body.append("more")
document.body.text_content""")
        == "bmore"
    )
    await contents.reload()
    assert (
        await contents.execute("""
from ipclab import document
document.get_element_by_id("b").click()
document.body.text_content""")
        == "b"
    )


# --- title ---------------------------------------------------------------------------------------------------------


@program
async def test_a_title_set_by_the_page_becomes_the_windows() -> None:
    """Electron: page-title-updated (event, title, explicit_set); the window takes it over unless prevented."""
    window = BrowserWindow()
    contents = window.web_contents
    await contents.load_url(html("<title>First</title>"))
    told: list[object] = []
    window.on("page-title-updated", lambda _, title, explicit: told.append((title, explicit)))
    await contents.execute("from ipclab import document\ndocument.title = 'Second'")
    await settle()
    assert (told, window.title, contents.get_title()) == ([("Second", True)], "Second", "Second")
    await contents.execute("document.title = 'Second'")
    await contents.execute("document.query_selector('title').text_content = 'Third'")
    await settle()
    assert (told, window.title) == ([("Second", True), ("Third", True)], "Third")
    window.once("page-title-updated", lambda event, *_: event.prevent_default())
    await contents.execute("document.title = 'Fourth'")
    await settle()
    assert (window.title, contents.get_title()) == ("Third", "Fourth")


@program
async def test_a_title_that_is_only_parsed_is_told_once() -> None:
    window = BrowserWindow()
    told: list[str] = []
    window.on("page-title-updated", lambda _, title, __: told.append(title))
    await window.load_url(
        html("<title>Page</title><script type=py>from ipclab import document\ndocument.title</script>")
    )
    await settle()
    assert told == ["Page"]


# --- links ---------------------------------------------------------------------------------------------------------

CLICK = "from ipclab import document\ndocument.query_selector('a').click()"
NAVIGATION = ("did-start-loading", "did-start-navigation", "will-navigate", "did-navigate", "did-finish-load")


@program
async def test_a_link_that_is_clicked_loads_what_it_leads_to(here: Path) -> None:
    """Electron: did-start-navigation, will-navigate (for what the page itself begins), did-navigate."""
    (here / "a.html").write_text("<a href='b.html?x=1#y'>b</a>")
    (here / "b.html").write_text("<p>second page")
    contents = BrowserWindow().web_contents
    fired = listen(contents, *NAVIGATION)
    await contents.load_file("a.html")
    assert fired == [each for each in NAVIGATION if each != "will-navigate"]
    fired.clear()
    wanted: list[object] = []
    contents.on("will-navigate", lambda _, url: wanted.append(url))
    await contents.execute(CLICK)
    await settle()
    assert fired == list(NAVIGATION)
    assert wanted == [(here / "b.html").as_uri() + "?x=1#y"]
    assert await contents.execute("from ipclab import document\ndocument.body.text_content") == "second page"


@program
async def test_a_navigation_that_main_prevents_leaves_the_page(here: Path) -> None:
    """Electron: event.preventDefault() in will-navigate."""
    (here / "a.html").write_text("<a href='b.html'>b</a>")
    contents = BrowserWindow().web_contents
    await contents.load_file("a.html")
    fired = listen(contents, "did-start-loading", "did-navigate", "did-fail-load", "did-stop-loading")
    contents.on("will-navigate", lambda event, _: event.prevent_default())
    await contents.execute("kept = 1\n" + CLICK)
    await settle()
    assert fired == ["did-start-loading", "did-stop-loading"]
    assert await contents.execute("kept") == 1


@program
async def test_a_click_that_the_page_prevents_goes_nowhere(here: Path) -> None:
    """Web: event.preventDefault() keeps from following the link."""
    (here / "a.html").write_text("<a href='b.html'>b</a>")
    contents = BrowserWindow().web_contents
    await contents.load_file("a.html")
    fired = listen(contents, *NAVIGATION)
    await contents.execute(
        """
from ipclab import document
document.add_event_listener("click", lambda event: event.prevent_default())
"""
        + CLICK
    )
    await settle()
    assert fired == []


@program
async def test_a_page_kept_under_a_name_is_found_by_a_link(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Design 4.1: %%page names win over files; a page that is written anew reloads where it is shown."""
    from ipclab.main.pages import named_pages

    monkeypatch.setitem(named_pages, "a.html", "<a href='sub/b.html'>b</a>")
    monkeypatch.setitem(named_pages, "sub/b.html", "<p>named")
    contents = BrowserWindow().web_contents
    await contents.load_file("a.html")
    await contents.execute(CLICK)
    await settle()
    assert await contents.execute("from ipclab import document\ndocument.body.text_content") == "named"
    assert contents.shows("sub/b.html")
    await contents.reload()
    assert contents.get_url() == (here / "sub/b.html").as_uri()


@program
async def test_a_link_to_the_internet_fails_as_its_load_does(capfd: pytest.CaptureFixture[str]) -> None:
    contents = BrowserWindow().web_contents
    await contents.load_url(html("<a href='https://example.org/'>out</a>"))
    failed: list[object] = []
    contents.on("did-fail-load", lambda _, errno, code, url, main: failed.append((errno, code, url, main)))
    await contents.execute("kept = 1\n" + CLICK)
    await settle()
    with pytest.raises(LoadError) as caught:
        await contents.load_url("https://example.org/")
    assert failed == [(caught.value.errno, caught.value.code, "https://example.org/", True)] * 2
    assert await contents.execute("kept") == 1
    # Who clicks it awaits nothing: the console says what a browser would show in the page's place.
    assert capfd.readouterr().err == f"renderer 1 │ {caught.value}\n"


@pytest.mark.parametrize(
    ("href", "told"),
    [
        ("javascript:alert(1)", "no JavaScript is run"),
        ("data:text/html,x", "Not allowed to navigate top frame to data URL"),
        ("file:///etc/passwd", "Not allowed to load local resource"),
    ],
)
@program
async def test_where_no_page_may_go(href: str, told: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Chromium: no top-level data:, no file: from elsewhere. Here no javascript: at all."""
    contents = BrowserWindow().web_contents
    await contents.load_url(html(f"<a href='{href}'>x</a>"))
    fired = listen(contents, *NAVIGATION)
    await contents.execute("kept = 1\n" + CLICK)
    await settle()
    assert fired == []
    assert await contents.execute("kept") == 1
    assert told in capfd.readouterr().err


@program
async def test_a_link_for_another_window_is_not_followed(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "a.html").write_text("<a href='b.html' target='_blank'>b</a>")
    contents = BrowserWindow().web_contents
    await contents.load_file("a.html")
    fired = listen(contents, *NAVIGATION)
    await contents.execute(CLICK)
    await settle()
    assert fired == []
    assert 'target="_blank"' in capfd.readouterr().err
