"""`ipclab.diagram`: what crossed between the processes, as a picture, as text and as Mermaid.

Which form a front end takes of the several it is offered was looked up in JupyterLab 4.6, nbconvert 7.17 and what is
known of GitHub's viewer:

* ``image/svg+xml`` alone becomes an ``<img>`` without a text alternative in JupyterLab and in nbconvert's pages, and
  mere text in a notebook that is not trusted (any that was just downloaded).
* With ``text/vnd.mermaid`` beside it JupyterLab draws that instead and writes its own drawing into the saved
  notebook. So Mermaid is an attribute here, not an offer.
* ``text/html`` is taken first by all; an ``<img>`` with a data address passes their filters, inline SVG does not. So
  that is how the picture gets its text alternative and is shown without trust.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from html import escape

from ipclab.notebook import diagram_svg, diagram_text
from ipclab.record import Message
from ipclab.trace_export import to_mermaid

#: Messages drawn; the rest is counted.
SHOWN = 60


def _nothing() -> list[Message]:
    return []


#: Where `diagram()` finds what the last cell did; the notebook extension puts its own function here.
last_cell_messages: Callable[[], Iterable[Message]] = _nothing


class Diagram:
    """A picture of some messages, as they stood when it was made.

    `text` is a line per message, `svg` the drawing, `mermaid` the source of a Mermaid sequence diagram.
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        everything = list(messages)
        shown, hidden = everything[:SHOWN], max(0, len(everything) - SHOWN)
        self.text = diagram_text.text(shown, hidden)
        self.svg = diagram_svg.svg(shown, hidden, self.text)
        self.mermaid = to_mermaid(everything)
        self._title = diagram_svg.title(shown)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self._html(), "image/svg+xml": self.svg, "text/plain": self.text}

    def _html(self) -> str:
        data = b64encode(self.svg.encode()).decode("ascii")
        return (
            f'<img alt="{escape(self._title)}" src="data:image/svg+xml;base64,{data}" style="max-width: 100%">\n'
            f'<details><summary data-lm-suppress-shortcuts="true">In words</summary>'
            f"<pre>{escape(self.text)}</pre></details>"
        )


def diagram(messages: Iterable[Message] | Message | None = None) -> Diagram:
    """Draw messages: of the last cell by default, else a slice of the trace, other messages, or a single one.

    At most `SHOWN` are drawn. Raises TypeError for anything that is not a message.
    """
    if messages is None:
        chosen = list(last_cell_messages())
    elif isinstance(messages, Message):
        chosen = [messages]
    else:
        chosen = list(messages)
    for message in chosen:
        if not isinstance(message, Message):
            raise TypeError(f"diagram() draws messages of the trace, not {type(message).__name__}")
    return Diagram(chosen)
