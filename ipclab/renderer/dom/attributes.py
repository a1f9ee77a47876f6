"""Attributes as values: properties that reflect one, and the small objects for `class`, `style` and `data-...`."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, overload
from urllib.parse import urljoin

from ipclab.errors import InvalidCharacterError
from ipclab.renderer.dom.wording import as_text, missing

if TYPE_CHECKING:
    from ipclab.renderer.dom.element import HTMLElement

_SPACE = "\t\n\f\r "
#: One declaration of a style attribute; a semicolon may stand in quotes and brackets.
_DECLARATION = re.compile(r"""(?:[^;"'(]|"[^"]*"|'[^']*'|\([^)]*\)|["'(])+""")


class Reflected:
    """A property that reads and writes an attribute, as text."""

    __slots__ = ("_attribute", "_is_address")

    def __init__(self, attribute: str, is_address: bool = False) -> None:
        self._attribute = attribute
        self._is_address = is_address

    @overload
    def __get__(self, element: None, owner: type) -> Reflected: ...

    @overload
    def __get__(self, element: HTMLElement, owner: type) -> str: ...

    def __get__(self, element: HTMLElement | None, owner: type) -> Reflected | str:
        if element is None:
            return self
        value = element._attributes.get(self._attribute)
        if value is None:
            return ""
        return urljoin(element._document.url, value) if self._is_address else value

    def __set__(self, element: HTMLElement, value: object) -> None:
        element.set_attribute(self._attribute, value)


class Flag:
    """A property that says whether an attribute is there."""

    __slots__ = ("_attribute",)

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute

    @overload
    def __get__(self, element: None, owner: type) -> Flag: ...

    @overload
    def __get__(self, element: HTMLElement, owner: type) -> bool: ...

    def __get__(self, element: HTMLElement | None, owner: type) -> Flag | bool:
        return self if element is None else self._attribute in element._attributes

    def __set__(self, element: HTMLElement, value: object) -> None:
        element.toggle_attribute(self._attribute, bool(value))


class Number:
    """A property that reads and writes an attribute as a number; `default` where there is none."""

    __slots__ = ("_attribute", "_default")

    def __init__(self, attribute: str, default: float) -> None:
        self._attribute = attribute
        self._default = default

    @overload
    def __get__(self, element: None, owner: type) -> Number: ...

    @overload
    def __get__(self, element: HTMLElement, owner: type) -> float: ...

    def __get__(self, element: HTMLElement | None, owner: type) -> Number | float:
        if element is None:
            return self
        text = element._attributes.get(self._attribute, "")
        try:
            number = float(text)
        except ValueError:
            return self._default
        return int(number) if number.is_integer() else number

    def __set__(self, element: HTMLElement, value: float) -> None:
        element.set_attribute(self._attribute, value)


class ClassList:
    """The classes of an element (the web's `DOMTokenList`): they can be gone through, counted and looked for."""

    __slots__ = ("_element",)
    __clonable__ = False

    def __init__(self, element: HTMLElement) -> None:
        self._element = element

    @property
    def value(self) -> str:
        return self._element.class_name

    def add(self, *names: str) -> None:
        """Add the classes that it does not have."""
        self._write([*self, *_tokens("add", names)])

    def remove(self, *names: str) -> None:
        """Remove classes; those it does not have are ignored."""
        gone = _tokens("remove", names)
        self._write([each for each in self if each not in gone])

    def toggle(self, name: str, force: bool | None = None) -> bool:
        """Add a class or, if it is there, remove it; `force` says which. Return whether it is there now."""
        _tokens("toggle", [name])
        wanted = name not in self if force is None else bool(force)
        if wanted != (name in self):
            (self.add if wanted else self.remove)(name)
        return wanted

    def contains(self, name: str) -> bool:
        """Return whether it has this class."""
        return name in self

    def replace(self, old: str, new: str) -> bool:
        """Put one class in the place of another; return whether that was there."""
        _tokens("replace", [old, new])
        if old not in self:
            return False
        self._write([new if each == old else each for each in self])
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __getitem__(self, index: int) -> str:
        return self._names()[index]

    def __repr__(self) -> str:
        return f"<ClassList {self.value!r}>"

    def _names(self) -> list[str]:
        return list(dict.fromkeys(self.value.split()))

    def _write(self, names: list[str]) -> None:
        if names or self._element.has_attribute("class"):
            self._element.class_name = " ".join(dict.fromkeys(names))


def _tokens(what: str, names: object) -> list[str]:
    tokens: list[str] = list(names)  # type: ignore[call-overload]
    for name in tokens:
        if not isinstance(name, str):
            raise TypeError(f"class_list.{what} takes names, not {type(name).__name__}")
        if not name:
            raise SyntaxError(f"Failed to execute '{what}' on 'DOMTokenList': The token provided must not be empty.")
        if any(letter in _SPACE for letter in name):
            raise InvalidCharacterError(
                f"Failed to execute '{what}' on 'DOMTokenList': The token provided ('{name}') contains HTML space "
                "characters, which are not valid in tokens."
            )
    return tokens


class Style:
    """The declarations of an element's `style` attribute: ``style.background_color = "red"``.

    None or an empty text takes one away. Only the attribute is known here, not what style sheets say.
    """

    __slots__ = ("_element",)
    __clonable__ = False

    _element: HTMLElement

    def __init__(self, element: HTMLElement) -> None:
        object.__setattr__(self, "_element", element)

    @property
    def css_text(self) -> str:
        """All declarations, as in the attribute `style`."""
        return self._element.get_attribute("style") or ""

    @css_text.setter
    def css_text(self, value: object) -> None:
        self._element.set_attribute("style", value)

    def get_property_value(self, name: str) -> str:
        """Return the value of a property in CSS's spelling; an empty text if it has none."""
        return self._declarations().get(name, "")

    def set_property(self, name: str, value: object) -> None:
        """Set a property in CSS's spelling, e.g. ``background-color`` or ``--my-colour``."""
        declarations = self._declarations()
        text = as_text(value).strip()
        if text:
            declarations[name] = text
        else:
            declarations.pop(name, None)
        self.css_text = " ".join(f"{key}: {given};" for key, given in declarations.items())

    def remove_property(self, name: str) -> str:
        """Take a property away and return the value it had."""
        value = self.get_property_value(name)
        if value:
            self.set_property(name, "")
        return value

    def __getattr__(self, name: str) -> str:
        return self.get_property_value(self._css(name))

    def __setattr__(self, name: str, value: object) -> None:
        if name == "css_text":
            object.__setattr__(self, name, value)
        else:
            self.set_property(self._css(name), value)

    def __repr__(self) -> str:
        return f"<Style {self.css_text!r}>"

    def _css(self, name: str) -> str:
        if name.startswith("__") or not name.islower():
            here = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
            raise AttributeError(f"A style has no {name!r}. Here it is called {here!r}", name=name, obj=None)
        return name.rstrip("_").replace("_", "-")

    def _declarations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for declaration in _DECLARATION.findall(self.css_text):
            name, colon, value = declaration.partition(":")
            if colon and name.strip():
                key = name.strip() if name.strip().startswith("--") else name.strip().lower()
                found.pop(key, None)
                found[key] = value.strip()
        return found


class Dataset(MutableMapping[str, str]):
    """The `data-...` attributes of an element: ``dataset.user_id`` and ``dataset["user_id"]`` are `data-user-id`."""

    __slots__ = ("_element",)
    __clonable__ = False

    _element: HTMLElement

    def __init__(self, element: HTMLElement) -> None:
        object.__setattr__(self, "_element", element)

    def __getitem__(self, key: str) -> str:
        value = self._element.get_attribute(_data_name(key))
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: object) -> None:
        self._element.set_attribute(_data_name(key), value)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._element.remove_attribute(_data_name(key))

    def __iter__(self) -> Iterator[str]:
        names = [name for name in self._element._attributes if name.startswith("data-")]
        return (name.removeprefix("data-").replace("-", "_") for name in names)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getattr__(self, name: str) -> str:
        try:
            return self[name]
        except KeyError:
            raise missing(self, name) from None

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise missing(self, name) from None

    def __repr__(self) -> str:
        return f"<Dataset {dict(self)!r}>"


def _data_name(key: str) -> str:
    # The web's userId is data-user-id as well.
    return "data-" + re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", key).lower().replace("_", "-")
