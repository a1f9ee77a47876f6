"""A front end for tests: it shows no pictures, but speaks with the views of a real kernel as JupyterLab does.

Its messages take the kernel's main thread, or a subshell's, as JupyterLab's do after the first few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kernel import LIMIT, Cell, Kernel

WIDGET = "application/vnd.jupyter.widget-view+json"

Item = dict[str, Any]


class Model:
    """One view's other end. `items`: what the view has told since the last whole account, in order."""

    def __init__(self, front_end: FrontEnd, model_id: str, state: Mapping[str, Any]) -> None:
        self.id = model_id
        self.state = dict(state)
        self.items: list[Item] = []
        self.buffers: list[bytes] = []
        self.main_blocked = False
        self.closed = False
        self._front_end = front_end
        self._last: int | None = None

    def say(self, item: Item, subshell: str | None = None) -> None:
        """Send what a reader's action makes `common.js` send."""
        content = {"comm_id": self.id, "data": {"method": "custom", "content": item}}
        self._front_end.kernel.ask("comm_msg", content, subshell)

    def hello(self, **have: Any) -> Model:
        """Ask for everything, and wait for it."""
        self._last = None
        self.say({**have, "t": "hello"})
        return self.until(lambda: self._last is not None)

    def until(self, condition: Callable[[], object], limit: float = LIMIT) -> Model:
        """Read until `condition()` holds. TimeoutError, with what was told, after `limit` seconds."""
        try:
            self._front_end.kernel.wait_until(condition, limit)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\ntold so far: {self.items}") from None
        return self

    def of(self, kind: str) -> list[Item]:
        """The items of a kind."""
        return [item for item in self.items if item["t"] == kind]

    def last(self, kind: str) -> Item | None:
        """The newest item of a kind, None if there is none."""
        return next(iter(reversed(self.of(kind))), None)

    def wait_for(self, kind: str, limit: float = LIMIT, **fields: Any) -> Item:
        """Wait until the newest item of a kind has these fields, and return it."""

        def told() -> bool:
            item = self.last(kind)
            return item is not None and all(item.get(name) == value for name, value in fields.items())

        self.until(told, limit)
        item = self.last(kind)
        assert item is not None
        return item

    def take(self, message: Item, buffers: Sequence[bytes]) -> None:
        if message["t"] == "main":
            self.main_blocked = message["blocked"]
        elif message["t"] == "batch":
            if message.get("whole"):
                self.items.clear()
                self.buffers.clear()
            elif self._last is None:
                return
            else:
                assert message["n"] == self._last + 1, f"batch {message['n']} after {self._last}"
            self._last = message["n"]
            self.items += message["items"]
            self.buffers += buffers


class FrontEnd:
    """Follows all views of a kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.models: dict[str, Model] = {}
        kernel.onlookers.append(self._saw)

    def shown(self, cell: Cell) -> Model:
        """Return the view that a cell displays, once it has been told everything."""
        (model_id,) = [bundle[WIDGET]["model_id"] for bundle in cell.bundles if WIDGET in bundle]
        return self.models[model_id].hello()

    def _saw(self, message: Mapping[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "comm_open" and content["target_name"] == "jupyter.widget":
            state = content["data"]["state"]
            self.models[content["comm_id"]] = Model(self, content["comm_id"], state)
            return
        model = self.models.get(content.get("comm_id", ""))
        if model is None:
            return
        if message["msg_type"] == "comm_close":
            model.closed = True
        elif message["msg_type"] == "comm_msg":
            data = content["data"]
            if data["method"] == "update":
                model.state |= data["state"]
            elif data["method"] == "custom":
                model.take(data["content"], [bytes(buffer) for buffer in message["buffers"]])
