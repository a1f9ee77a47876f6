"""Scalars as JavaScript writes them: web storage keeps text only."""

from __future__ import annotations

import math

from ipclab.undefined_value import undefined


def js_text(value: object, what: str) -> str:
    """Return `value` as text. `what` (``value``, ``key``) is what the TypeError for anything but scalars names."""
    if isinstance(value, str):
        return str.__str__(value)
    if value is None:
        return "null"
    if value is undefined:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value)
    kind = type(value).__name__
    if what == "key":
        raise TypeError(f"a storage key is text, not {kind}")
    raise TypeError(
        f"storage keeps text only, and this is a value of type {kind} (a browser would keep '[object Object]' or "
        f"the like). Keep json.dumps(value), and read it back with json.loads"
    )


def _number(value: float) -> str:
    """JavaScript's `Number::toString`: Python's digits, other rules for the exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"  # -0 too
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = float.__repr__(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to the power of `point`.
    point = len(whole) + int(exponent or 0) if whole != "0" else len(digits) - len(fraction)
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0") if len(digits) <= point else f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        first, rest = digits[0], digits[1:]
        text = f"{first}{'.' if rest else ''}{rest}e{point - 1:+d}"
    return sign + text
