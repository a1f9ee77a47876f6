"""Where storage is kept: for the life of the app in a private temporary folder, for longer in `user_data`.

What is temporary must not stay behind, even if main is killed: a tiny process waits for main's end, and removes it.
"""

from __future__ import annotations

import atexit
import os
import subprocess
from pathlib import Path

from ipclab.link import close_all

PERSIST = "persist:"

#: Waits until main closes its end of the pipe, or is gone. Renderers may take a moment longer to die, and a file
#: that they make meanwhile keeps its folder: so it tries again.
REMOVE = 'read _; n=0; while [ -e "$1" ] && [ $n -lt 100 ]; do rm -rf "$1" || sleep 0.05; n=$((n + 1)); done'
#: Seconds that this may take when main waits for it.
PATIENCE = 3.0

#: A longer name of a partition does not become the name of a folder.
LONGEST = 100


class _Temporary:
    """The temporary folder, and the process that removes it."""

    def __init__(self) -> None:
        import tempfile

        self.path = Path(tempfile.mkdtemp(prefix="ipclab-"))  # nobody else can read it
        self._owner = os.getpid()
        self._remover = subprocess.Popen(
            ["/bin/sh", "-c", REMOVE, "ipclab", str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # Whatever ends main together with its process group, its session, or all that has its environment, must
            # not end this process, too.
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )

    def remove(self) -> None:
        """Have it removed, and wait for that."""
        if os.getpid() != self._owner:
            return  # a fork of main that ends
        assert self._remover.stdin is not None
        self._remover.stdin.close()
        try:
            self._remover.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._remover.kill()
            self._remover.wait()
        if self.path.exists():  # somebody has ended that process
            import shutil

            shutil.rmtree(self.path, ignore_errors=True)


_temporary: _Temporary | None = None


def key_of(partition: str | None) -> str:
    """Return what two partitions have in common exactly if they share storage; that of the default session is ''."""
    if not partition or partition == PERSIST:
        return ""
    # As in Electron, whose folders for these have names in lower case.
    return partition.lower() if partition.startswith(PERSIST) else partition


def of_partition(partition: str | None) -> tuple[Path, bool]:
    """Return the folder of a partition, which is there then, and whether it outlives the app."""
    key = key_of(partition)
    durable = key.startswith(PERSIST)
    if durable:
        from ipclab.main.app import app

        folder = Path(app.get_path("user_data")) / "Partitions" / _escaped(key.removeprefix(PERSIST))
    else:
        folder = _temporary_path() / (f"partition-{_escaped(key)}" if key else "default")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder, durable


def of_session(contents_id: int) -> Path:
    """Return the file of a window's session storage."""
    return _temporary_path() / f"session-{contents_id}.sqlite"


def window_gone(contents_id: int) -> None:
    """Remove what belonged to a window alone."""
    if _temporary is not None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{of_session(contents_id)}{suffix}").unlink(missing_ok=True)


def restart() -> None:
    """Remove what is temporary. No renderer is left that uses it."""
    global _temporary
    temporary, _temporary = _temporary, None
    if temporary is not None:
        atexit.unregister(_end)
        temporary.remove()


def _temporary_path() -> Path:
    global _temporary
    if _temporary is None:
        _temporary = _Temporary()
        atexit.register(_end)
    return _temporary.path


def _end() -> None:
    close_all()
    restart()


def _escaped(name: str) -> str:
    """Return a partition's name as a folder may be called."""
    from urllib.parse import quote

    escaped = quote(name, safe="", errors="surrogatepass").replace(".", "%2E")
    if len(escaped) <= LONGEST:
        return escaped
    from hashlib import blake2s

    return f"{escaped[:LONGEST]}-{blake2s(escaped.encode(), digest_size=10).hexdigest()}"
