"""Pages for the tests of loads, as `data:` addresses."""

from __future__ import annotations

from urllib.parse import quote

#: All events of a load, in the order of one that goes well.
EVENTS = (
    "did-start-loading",
    "did-start-navigation",
    "did-frame-navigate",
    "did-navigate",
    "dom-ready",
    "did-frame-finish-load",
    "did-finish-load",
    "did-fail-load",
    "did-stop-loading",
)

#: The events of a load that goes well.
WELL = [event for event in EVENTS if event != "did-fail-load"]


def html(body: str) -> str:
    """The address of a page."""
    return "data:text/html," + quote(body)


def script(*lines: str) -> str:
    """The address of a page with one script."""
    return html('<script type="py">\n' + "\n".join(lines) + "\n</script>")


#: A page that never gets ready.
ENDLESS = script("import asyncio", "await asyncio.Event().wait()")
