"""The special folders that `app.get_path` knows."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from ipclab.errors import Error


def get_path(name: str, app_name: str) -> str:
    """Return the folder called `name` for the app `app_name`; `Error` if there is no such name."""
    home = Path.home()
    app_data = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    if sys.platform == "darwin":
        app_data = home / "Library" / "Application Support"
    folders = {
        "home": home,
        "app_data": app_data,
        "user_data": app_data / app_name,
        "temp": Path(tempfile.gettempdir()),
        "desktop": home / "Desktop",
        "documents": home / "Documents",
        "downloads": home / "Downloads",
        "exe": Path(sys.executable),
    }
    if name not in folders:
        raise Error(f"Failed to get '{name}' path. Known names: {', '.join(folders)}")
    return str(folders[name])
