"""The door to a page's tree: who shows the page is told what is in it, and tells what the reader does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ipclab import activity
from ipclab.errors import ProtocolError
from ipclab.main import listening
from ipclab.protocol import DocumentChanges, Input, WatchDocument, pack
from ipclab.protocol.document import MAX_DEPTH, MAX_NODES, All, Insert, Node, to_lists

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents

Changes = list[list[Any]]
Callback = Callable[[Changes], object]

#: What a reader can do to an element.
INPUTS = frozenset(
    ("click", "dblclick", "contextmenu", "input", "change", "keydown", "keyup", "submit", "focus", "blur")
)


class _Watcher:
    """Who is told, and whether the whole tree has been told already."""

    def __init__(self, callback: Callback) -> None:
        self.callback = callback
        self.has_all = False


class PageView:
    """The page of one web contents, to be shown. Nobody need to watch: then the renderer tells nothing."""

    def __init__(self, contents: WebContents) -> None:
        self._contents = contents
        self._watchers: list[_Watcher] = []
        #: The page whose tree was told last; None before the first.
        self._page: int | None = None

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Call `callback(changes)` with the whole tree soon, then with what changes; return what ends that.

        `changes` is a list of lists: ``["all", tree]`` first, and again for each new page, also in a new process
        after a crash; then ``["insert", parent_id, before_id, tree]``, ``["remove", id]``, ``["set", id, name,
        value]``, ``["unset", id, name]``, ``["text", id, text]``, ``["value", id, text]``, ``["checked", id, bool]``,
        ``["focus", id]``, ``["blur", id]`` and ``["title", text]``. A tree is ``[id, text]`` or ``[id, tag,
        attributes, children, properties]``. What is huge is told in part, so that ids may occur that were not told.
        """
        watcher = _Watcher(callback)
        self._watchers.append(watcher)
        self._ask(True)

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
                if not self._watchers:
                    self._ask(False)

        return stop

    def input(
        self,
        node_id: int,
        type: str,  # noqa: A002 (the web's name)
        fields: Mapping[str, str | bool | list[str]],
    ) -> None:
        """The reader has done something to an element of the page that is watched: its listeners hear of it.

        `type` is one of `INPUTS`. `fields` are a control's new ``value``, ``values`` or ``checked``, or a key event's
        ``key``, ``ctrl``, ``shift``, ``alt`` and ``meta``. It belongs to the caller's activity. A page that is gone,
        or does not read what it is sent, gets nothing. TypeError or ValueError for what is no input.
        """
        _check(node_id, type, fields)
        contents = self._contents
        if self._page is None or contents.host.link.closed:
            return
        size = sum(len(text) for value in fields.values() for text in _texts(value))
        if contents.host.has_room(size):
            contents.host.send(Input(activity.current.get(), self._page, node_id, type, dict(fields)))
            contents.hang.watch()

    # --- what the renderer says ----------------------------------------------------------------------------------

    def process_started(self) -> None:
        """There is another process: it does not know yet that its page is watched."""
        self._page = None
        if self._watchers:
            self._ask(True)

    def take(self, frame: DocumentChanges) -> None:
        """Tell the watchers. ProtocolError if it is more than a renderer tells at once."""
        _check_changes(frame)
        self._page = frame.page
        for watcher in self._watchers[:]:
            concerned = not watcher.has_all if frame.answers else watcher.has_all or isinstance(frame.changes[0], All)
            if concerned and watcher in self._watchers:
                watcher.has_all = True
                # Lists of its own: who shows a tree may keep it, and change it as the page does.
                listening.call("a view of the page", watcher.callback, [to_lists(change) for change in frame.changes])

    def end(self) -> None:
        """The contents are gone."""
        self._watchers.clear()
        self._page = None

    def _ask(self, begins: bool) -> None:
        self._contents.host.link.write(pack(WatchDocument(0, begins)))


def _check_changes(frame: DocumentChanges) -> None:
    room = MAX_NODES
    for change in frame.changes:
        if isinstance(change, All | Insert):
            room = _check_tree(change.tree, room)
    if not frame.changes or (frame.answers and not isinstance(frame.changes[0], All)):
        raise ProtocolError("changes of a page that are none")


def _check_tree(tree: Node, room: int) -> int:
    """Return how many more nodes may come."""
    row, depth = [tree], 0
    while row:
        room -= len(row)
        depth += 1
        if room < 0 or depth > MAX_DEPTH:
            raise ProtocolError(f"a page of more than {MAX_NODES} nodes, or {MAX_DEPTH} in each other")
        row = [child for node in row for child in node.children]
    return room


def _check(node_id: object, type: object, fields: object) -> None:  # noqa: A002
    if not isinstance(node_id, int) or isinstance(node_id, bool):
        raise TypeError(f"a node's id is a whole number, not {node_id!r:.100}")
    if not 0 < node_id < 2**53:
        raise ValueError(f"no node has the id {node_id}")
    if not isinstance(type, str) or type not in INPUTS:
        raise ValueError(f"no input of a page: {type!r:.100}")
    if not isinstance(fields, Mapping):
        raise TypeError(f"the fields of an input are a dict, not {fields!r:.100}")
    for name, value in fields.items():
        if name == "values" and isinstance(value, list) and all(isinstance(text, str) for text in value):
            continue
        if not isinstance(name, str) or name == "values" or not isinstance(value, str | bool):
            raise TypeError(
                f"a field of an input has a name and is text or a bool, and `values` are texts, not {name!r:.100}: "
                f"{value!r:.100}"
            )


def _texts(value: str | bool | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
