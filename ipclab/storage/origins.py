"""Origins: which pages share storage."""

from __future__ import annotations


def origin_of(url: str) -> str | None:
    """Return the origin of a page, None if it is opaque (``about:blank``, ``data:``). All files are one origin."""
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "file":
        return "file://"
    if scheme == "app" and rest.startswith("//"):
        for end in "/?#":
            rest = rest[:2] + rest[2:].partition(end)[0]
        return f"app:{rest}"
    return None
