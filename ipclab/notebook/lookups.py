"""What is known of a name in a renderer's world, as Jupyter's front ends show it."""

from __future__ import annotations

from ipclab.main.lookups import Kind
from ipclab.main.web_contents import WebContents
from ipclab.notebook.cell_text import Question

#: Seconds that a renderer has for its answer while somebody types; a busy one gives none.
WHILE_TYPING = 0.3

#: Those whose text is put below them.
LONG = ("Source", "Docstring")


async def names(contents: WebContents, world: str, question: Question) -> list[tuple[str, str]] | None:
    """Return the names that may be meant, and what each of them names; None if the renderer does not answer."""
    lookups = contents.host.lookups
    if lookups is None:
        return None
    return await lookups.ask(world, question.kind, question.of, question.prefix, limit=WHILE_TYPING)


async def description(
    contents: WebContents, world: str, name: str, source: bool, limit: float = WHILE_TYPING
) -> str | None:
    """Return a text about what `name` names, '' if it names nothing; None if the renderer does not answer."""
    lookups = contents.host.lookups
    kind: Kind = "source" if source else "object"
    about = None if lookups is None else await lookups.ask(world, kind, name, limit=limit)
    if not about:
        return None if about is None else ""
    return "\n".join(_paragraph(*one) for one in [*about, ("Process", contents.label)])


def _paragraph(title: str, text: str) -> str:
    heading = f"\x1b[31m{title}:\x1b[39m"  # in red, as IPython's own
    if "\n" in text and title in LONG:
        return f"{heading}\n{text.rstrip()}"
    return f"{heading}{' ' * max(1, 15 - len(title))}{text}"
