"""How values and names become the web's text, and what is said of a name that nothing has."""

from __future__ import annotations

import re

#: What may be the name of an element; the web's rule for names that begin with a letter.
_NAME = re.compile(r"[A-Za-z][^\0\t\n\f\r />]*")
_NOT_IN_ATTRIBUTE = re.compile(r"[\0\t\n\f\r />=]")


def as_text(value: object) -> str:
    """Return what the web's conversion to a string gives: nothing for None, lower case for booleans."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if not text.isascii():
        # Half a surrogate pair could not be sent to a view.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def is_element_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_attribute_name(name: str) -> bool:
    return bool(name) and _NOT_IN_ATTRIBUTE.search(name) is None


def collapsed(text: str) -> str:
    """Return `text` without white space around it and with one space for each stretch of it."""
    return " ".join(part for part in re.split(r"[\t\n\f\r ]+", text) if part)


def missing(what: object, name: str) -> AttributeError:
    """Return the error for an attribute that `what` does not have."""
    known = [each for each in dir(what) if not each.startswith("_")]
    here = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    if here != name and here in known:
        told = f". Here it is called {here!r}"
    else:
        from difflib import get_close_matches

        close = get_close_matches(here, known, 1)
        told = f". Did you mean {close[0]!r}?" if close else ""
    return AttributeError(f"{what!r} has no {name!r}{told}", name=name, obj=None)
