"""The page's tree: what `document` gives to a page's scripts, built from HTML as browsers build it.

It knows nothing of frames or processes: what changes is told to an observer, what the reader does comes in by
`Document.handle_input`. The tree as lists: a text node is ``[id, "text"]``, an element ``[id, "tag",
{attribute: value}, [children], {"value": ..., "checked": ...}]``; the last holds what differs from the attributes.
Comments are not shown. An `<option>` of a `<select multiple>` has its selectedness as ``checked``.
"""

from ipclab.renderer.dom.document import Document, Navigation
from ipclab.renderer.dom.events import CustomEvent, Event, KeyboardEvent, MouseEvent

__all__ = ["CustomEvent", "Document", "Event", "KeyboardEvent", "MouseEvent", "Navigation"]
