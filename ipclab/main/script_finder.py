"""Finds the scripts of a page in its HTML."""

from __future__ import annotations

from html.parser import HTMLParser


class ScriptFinder(HTMLParser):
    """Collects a page's scripts, in order, and its title."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str | None, int]] = []  # type, src, line
        self.texts: list[str] = []
        self.title: str | None = None
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            given = dict(attrs)
            self.found.append((given.get("type") or "", given.get("src"), self.getpos()[0]))
            self.texts.append("")
        self._inside = tag if tag in ("script", "title") else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.texts[-1] += data
        elif self._inside == "title":
            self.title = (self.title or "") + data
