"""Documents for the tests of the page's tree, and a mirror that knows of it only what a view is told."""

from __future__ import annotations

from typing import Any

from ipclab.renderer.dom import Document, Navigation
from ipclab.renderer.event_target import EventTarget

URL = "file:///pages/index.html"


class Page:
    """A document and all that it tells: `changes`, `warnings`, `failures`, `navigations`, `titles`."""

    def __init__(self, html: str = "", built: bool = True) -> None:
        self.changes: list[list[Any]] = []
        self.warnings: list[str] = []
        self.failures: list[BaseException] = []
        self.navigations: list[Navigation] = []
        self.titles: list[str] = []
        self.window = EventTarget(lambda: None, self.failures.append, "the window")
        self.document = Document(
            html,
            URL,
            window=self.window,
            failed=self.failures.append,
            warn=self.warnings.append,
            navigate=self.navigations.append,
            retitled=self.titles.append,
        )
        if built:
            self.document.build_rest()
        self.document.observe(self.changes.extend)

    def __getitem__(self, selectors: str) -> Any:
        """The first element that the selectors fit."""
        found = self.document.query_selector(selectors)
        assert found is not None, selectors
        return found

    def body(self) -> str:
        body = self.document.body
        assert body is not None
        return body.inner_html

    def does(self, selectors: str, type: str, **fields: Any) -> None:  # noqa: A002 (the protocol's word)
        """What the reader does to an element in a view."""
        self.document.handle_input(self[selectors]._id, type, fields)

    def log(self, *events: str, of: str = "html", read: str = "id") -> list[str]:
        """A list to which each of these events is added when it comes up to `of`."""
        heard: list[str] = []
        for event in events:
            self[of].add_event_listener(event, lambda e: heard.append(f"{e.type} {getattr(e.target, read)}"))
        return heard


class Mirror:
    """The tree as a view has it."""

    def __init__(self, tree: list[Any]) -> None:
        self.root = tree
        self.title: str | None = None

    def apply(self, changes: list[list[Any]]) -> None:
        for kind, *rest in changes:
            getattr(self, f"_{kind}")(*rest)

    def _all(self, tree: list[Any]) -> None:
        self.root = tree

    def _insert(self, parent: int, before: int | None, tree: list[Any]) -> None:
        children = self._find(parent)[0][3]
        assert not self._has(tree[0]), "it is there already"
        at = len(children) if before is None else [each[0] for each in children].index(before)
        children.insert(at, tree)

    def _remove(self, node: int) -> None:
        found, siblings = self._find(node)
        siblings.remove(found)

    def _set(self, node: int, name: str, value: str) -> None:
        self._find(node)[0][2][name] = value

    def _unset(self, node: int, name: str) -> None:
        del self._find(node)[0][2][name]

    def _text(self, node: int, text: str) -> None:
        self._find(node)[0][1] = text

    def _value(self, node: int, value: str) -> None:
        self._find(node)[0][4]["value"] = value

    def _checked(self, node: int, value: bool) -> None:
        self._find(node)[0][4]["checked"] = value

    def _title(self, text: str) -> None:
        self.title = text

    def _focus(self, node: int) -> None:
        assert self._has(node)

    _blur = _focus

    def _has(self, node: int) -> bool:
        return any(each[0] == node for each, _ in self._all_nodes())

    def _find(self, node: int) -> tuple[list[Any], list[Any]]:
        (found,) = [pair for pair in self._all_nodes() if pair[0][0] == node]
        return found

    def _all_nodes(self) -> list[tuple[list[Any], list[Any]]]:
        found = [(self.root, [self.root])]
        for node, _ in found:
            if len(node) > 2:
                found.extend((child, node[3]) for child in node[3])
        return found


def shown(tree: list[Any]) -> list[Any]:
    """A tree as one sees it: with the state of its controls, whatever it comes from."""
    if len(tree) == 2:
        return tree
    node, tag, attributes, children, properties = tree
    state: dict[str, Any] = {}
    if tag == "input":
        state = {"value": properties.get("value", attributes.get("value", ""))}
        state["checked"] = properties.get("checked", "checked" in attributes)
    elif tag == "textarea":
        state = {"value": properties.get("value", "".join(each[1] for each in children))}
    return [node, tag, attributes, [shown(each) for each in children], state]
