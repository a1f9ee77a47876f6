"""The value of ``<input type=range>``: always a number between its ends, on one of its steps (HTML: 4.10.5.1.13)."""

from __future__ import annotations

import math
from collections.abc import Mapping


def sanitised(text: str, attributes: Mapping[str, str]) -> str:
    """Return the value that a range input has for `text`, or for its attribute `value`."""
    low = _number(attributes.get("min", ""), 0.0)
    high = _number(attributes.get("max", ""), 100.0)
    middle = low if high < low else low + (high - low) / 2
    value = _number(text, middle)
    value = low if high < low else min(max(value, low), high)
    step = attributes.get("step", "").strip().lower()
    if step != "any":
        width = _number(step, 1.0)
        width = width if width > 0 else 1.0
        value = low + math.floor((value - low) / width + 0.5) * width
        if value > high >= low:
            value -= width
    return f"{round(value, 10):.10g}" if abs(value) < 1e10 else repr(value)


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
