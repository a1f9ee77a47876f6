"""Indexes: a store's records by another key."""

from __future__ import annotations

from ipclab.storage.key_paths import Given
from ipclab.storage.object_store import ObjectStore
from ipclab.storage.schema import IndexInfo
from ipclab.storage.source import Source


class Index(Source):
    """The records of a store by another key, found at `key_path` (the web's `IDBIndex`).

    `get` and `get_all` return the store's values, `get_key` and `get_all_keys` the store's keys.
    """

    _info: IndexInfo
    _web_name = "IDBIndex"
    _deleted = "The index or its object store has been deleted."

    def __init__(self, store: ObjectStore, info: IndexInfo) -> None:
        super().__init__(store.transaction, info)
        self.object_store = store

    @property
    def name(self) -> str:
        """Its name."""
        return self._info.name

    @property
    def key_path(self) -> Given:
        """Where in the values its keys are."""
        return self._info.key_path.given

    @property
    def unique(self) -> bool:
        """Whether no two records may have the same key."""
        return self._info.unique

    @property
    def multi_entry(self) -> bool:
        """Whether a list counts as several keys."""
        return self._info.multi_entry

    def _owner(self) -> ObjectStore:
        return self.object_store

    def _exists(self) -> bool:
        store = self.object_store
        return store._exists() and store._info.indexes.get(self._info.name) is self._info

    def __repr__(self) -> str:
        return f"<Index {self.name!r} of {self.object_store!r}>"
