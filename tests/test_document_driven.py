"""Without a front end, code drives a page by `click()` and `value` (design 4.6), as in a browser's console."""

from __future__ import annotations

from typing import Any

import pytest
from ipc import in_preload_world, open_page, program
from page_sources import html

from ipclab import BrowserWindow, DataCloneError, ipc_main, settle, trace
from ipclab.main.web_contents import WebContents

FORM = html("""<form id=f><input id=name value=old><input id=agree type=checkbox><button id=send>Send</button></form>
<p id=answer></p>
<script type=py>
from ipclab import document, ipc_renderer
name, agree, answer = map(document.get_element_by_id, ("name", "agree", "answer"))
order = []
async def submitted(event):
    event.prevent_default()
    answer.text_content = await ipc_renderer.invoke("greet", name.value, agree.checked)
document.get_element_by_id("f").add_event_listener("submit", submitted)
</script>""")


async def open_form() -> WebContents:
    contents = await open_page()
    await contents.load_url(FORM)
    return contents


@program
async def test_a_form_that_is_filled_in_and_sent_by_code_reaches_main_and_shows_the_answer() -> None:
    """Web: click() on a submit button fires submit; preventDefault keeps the page; the listener may be async."""
    contents = await open_form()
    ipc_main.handle("greet", lambda _, name, agree: f"Hello {name}, {agree}")
    await contents.execute("name.value = 'you'\nagree.click()\ndocument.get_element_by_id('send').click()")
    await settle()
    assert await contents.execute("answer.text_content") == "Hello you, True"
    assert [(message.kind, message.channel) for message in trace] == [("invoke", "greet"), ("reply", "greet")]


@program
async def test_a_value_set_by_code_fires_nothing() -> None:
    """HTML: input and change are fired for what the reader does."""
    contents = await open_form()
    assert await contents.execute("""
heard = []
for kind in ("input", "change"):
    name.add_event_listener(kind, lambda event: heard.append(event.type))
name.value = "new"
[heard, name.value, name.get_attribute("value")]""") == [[], "new", "old"]


@program
async def test_a_click_goes_down_and_up_again_until_it_is_stopped() -> None:
    """DOM: capture, target, bubble; the window comes first and last; stopPropagation ends it."""
    contents = await open_form()
    await contents.execute("""
from ipclab import window
heard = []
def hear(who, capture=False):
    def listen(event):
        heard.append((who, int(event.event_phase)))
    return listen
button = document.get_element_by_id("agree")
window.add_event_listener("click", hear("window down"), capture=True)
document.body.add_event_listener("click", hear("body"))
document.add_event_listener("click", hear("document"))
window.add_event_listener("click", hear("window"))
button.add_event_listener("click", hear("box"))
button.click()
None""")
    told = [("window down", 1), ("box", 2), ("body", 3), ("document", 3), ("window", 3)]
    assert [tuple(each) for each in await contents.execute("heard")] == told
    await contents.execute("""
heard.clear()
document.body.add_event_listener("click", lambda event: event.stop_propagation())
button.click()""")
    assert [tuple(each) for each in await contents.execute("heard")] == told[:3]


@program
async def test_a_listener_that_raises_ends_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """DOM: the exception is reported, the others hear the event, click() returns."""
    contents = await open_form()
    assert await contents.execute("""
heard = []
def fail(event): raise ValueError("not me")
async def fail_later(event): raise ValueError("nor me")
agree.add_event_listener("click", fail)
agree.add_event_listener("click", fail_later)
agree.add_event_listener("click", lambda event: heard.append(event.type))
agree.click()
[heard, agree.checked]""") == [["click"], True]
    await settle()
    told = capfd.readouterr().err
    assert "Uncaught ValueError: not me" in told
    assert "Uncaught (in promise) ValueError: nor me" in told


@program
async def test_an_element_does_not_cross_to_main() -> None:
    """Structured clone refuses DOM nodes: 'could not be cloned'."""
    contents = await open_form()
    with pytest.raises(DataCloneError):
        await contents.execute("ipc_renderer.send('element', answer)")
    with pytest.raises(DataCloneError):
        await contents.execute("document")


@program
async def test_main_changes_a_page_by_a_message_or_by_execute() -> None:
    contents = await open_form()
    await contents.execute("ipc_renderer.on('show', lambda event, text: setattr(answer, 'text_content', text))\nNone")
    contents.send("show", "<b>as text</b>")
    await settle()
    assert await contents.execute("answer.inner_html") == "&lt;b&gt;as text&lt;/b&gt;"
    assert await contents.execute("answer.children") == []


@program
async def test_a_preload_listens_to_the_pages_button_and_may_send_what_the_page_cannot() -> None:
    """Context isolation: the DOM is shared, ipc_renderer is the preload's."""
    contents = BrowserWindow().web_contents
    await contents.load_url(html("<button id=b>b</button>"))
    heard: list[Any] = []
    ipc_main.on("clicked", lambda _, who: heard.append(who))
    await in_preload_world(
        contents,
        """
from ipclab import document, ipc_renderer
@document.get_element_by_id("b").add_event_listener("click")
def clicked(event):
    ipc_renderer.send("clicked", event.target.id)
""",
    )
    with pytest.raises(ImportError, match="not available to the page"):
        await contents.execute("from ipclab import ipc_renderer")
    await contents.execute("from ipclab import document\ndocument.get_element_by_id('b').click()")
    await settle()
    assert heard == ["b"]


@program
async def test_a_page_makes_and_dispatches_events_of_its_own() -> None:
    """DOM: dispatchEvent(new CustomEvent(type, {detail})) reaches the listeners; False if one prevented it."""
    contents = await open_form()
    assert await contents.execute("""
from ipclab import CustomEvent, Event
heard = []
document.add_event_listener("order", lambda event: heard.append(event.detail))
name.dispatch_event(CustomEvent("order", detail={"tea": 2}, bubbles=True))
answer.add_event_listener("leave", lambda event: event.prevent_default())
[heard, answer.dispatch_event(Event("leave", cancelable=True))]""") == [[{"tea": 2}], False]
