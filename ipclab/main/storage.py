"""Main's part in storage: it says where the files are, and tells the other windows of what one has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipclab import clone
from ipclab.errors import ProtocolError
from ipclab.main import dispatch, registry, storage_folder
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import OpenStorage, Reply, StorageEvent, StorageNews
from ipclab.storage.origins import origin_of

if TYPE_CHECKING:
    from ipclab.main.web_contents import WebContents


def on_open(contents: WebContents, frame: OpenStorage) -> None:
    """A renderer asks where its storage is, and waits for the answer."""
    dispatch.decode(frame.payload, [])
    if contents.host.is_waiting(frame.call):
        raise ProtocolError(f"call {frame.call} for a second time")
    message = dispatch.record(contents, "storage", frame, [])
    contents.host.waits(frame.call, lambda: None)
    answer: object
    try:
        answer = _place(contents, frame.channel)
    except OSError as error:
        answer = f"there can be no storage: {error}"
    trace.mark(message.number, "delivered", traffic.now())
    # The answer has no place in the trace: a path is different in every run.
    if contents.host.goes_on(frame.call):
        contents.host.send(Reply(frame.activity, 0, frame.call, clone.encode(answer)[0]))


def _place(contents: WebContents, what: str) -> tuple[str, bool]:
    """Return where the files of `what` are, and whether they outlive the app."""
    if what == "session_storage":
        return str(storage_folder.of_session(contents.id)), False
    folder, durable = storage_folder.of_partition(contents.preferences.partition)
    if what == "local_storage":
        return str(folder / "local_storage.sqlite"), durable
    if what == "indexed_db":
        return str(folder), durable
    raise ProtocolError(f"there is no storage {what[:50]!r}")


def on_news(contents: WebContents, frame: StorageNews, buffers: list[bytes]) -> None:
    """Tell the other windows of the partition whose pages have this origin."""
    dispatch.decode(frame.payload, list(buffers))
    key = storage_folder.key_of(contents.preferences.partition)
    origin = origin_of(frame.url)
    for other in list(registry.contents.values()):
        if (
            other is contents
            or other.host.link.closed
            or origin_of(other.loading.page.url) != origin
            or storage_folder.key_of(other.preferences.partition) != key
        ):
            continue
        message = trace.add(
            "storage",
            contents.label,
            other.label,
            frame.channel,
            frame.payload,
            buffers,
            sent_at=traffic.since_start(frame.sent_at),
            activity=frame.activity,
        )
        if not other.host.has_room(message.size):
            trace.mark(message.number, "lost", traffic.now(), "the renderer does not read")
            continue
        event = StorageEvent(frame.activity, message.number, frame.channel, frame.payload, frame.url)
        other.host.send(event, [*buffers], message.number)
        other.hang.watch()
