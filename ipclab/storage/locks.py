"""Who has a database open, across processes: a lock on a file, shared or exclusive."""

from __future__ import annotations

import fcntl
import os


class FileLock:
    """A lock on the file at `path`. The system releases it when the process ends, however it does."""

    _descriptor = -1

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> bool:
        """Take the lock together with others, or try to; an exclusive lock is given up for it."""
        return self._take(fcntl.LOCK_SH)

    def exclude(self) -> bool:
        """Take the lock alone, or try to. On failure a shared one is lost, too."""
        return self._take(fcntl.LOCK_EX)

    def _take(self, how: int) -> bool:
        try:
            fcntl.flock(self._descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            # The system may keep what was held, or not.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            return False
        return True

    def close(self) -> None:
        """Release the lock for good."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    __del__ = close
