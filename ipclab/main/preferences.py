"""`web_preferences`: how a window's pages may use Electron."""

from __future__ import annotations

from collections.abc import Mapping

from ipclab import versions

KNOWN = ("preload", "node_integration", "context_isolation", "sandbox", "partition", "enable_remote_module")


class WebPreferences:
    """A window's web preferences, with the defaults of the Electron version that the dial shows."""

    def __init__(self, given: Mapping[str, object] | None, electron_version: str) -> None:
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(f"web_preferences takes a dict, not {type(given).__name__}")
        given = given or {}
        unknown = [str(key) for key in given if key not in KNOWN]
        if unknown:
            raise TypeError(f"unknown web_preferences: {', '.join(unknown)}. Known: {', '.join(KNOWN)}")
        self.electron_version = electron_version
        self.version = versions.major(electron_version)
        self.node_integration = _flag(given, "node_integration", False)
        self.context_isolation = _flag(given, "context_isolation", versions.context_isolation_default(self.version))
        self.sandbox = _flag(given, "sandbox", versions.sandbox_default(self.version, self.node_integration))
        #: `enable_remote_module`, None if not given: the version decides then.
        self.remote_module = _flag(given, "enable_remote_module", False) if "enable_remote_module" in given else None
        self.preload = _text(given, "preload")
        self.partition = _text(given, "partition")


def _flag(given: Mapping[str, object], key: str, default: bool) -> bool:
    value = given.get(key, default)
    if not isinstance(value, bool):
        raise TypeError(f"web_preferences[{key!r}] takes True or False, not {value!r}")
    return value


def _text(given: Mapping[str, object], key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        if hasattr(value, "__fspath__"):
            return str(value)
        raise TypeError(f"web_preferences[{key!r}] takes text, not {type(value).__name__}")
    return value
