"""Worlds: the namespaces of a page, and which of ipclab's names each may import.

With context isolation a page has two: the main world (the page's) and the isolated world (the preload's). Each has
its own globals, its own import hook and so its own answer to `from ipclab import ipc_renderer`. Worlds teach
Electron's rules; in Python they are no security boundary.
"""

from __future__ import annotations

import builtins
import importlib
import types
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ipclab import names

if TYPE_CHECKING:
    from ipclab.renderer.event_target import EventTarget

Listener = Callable[..., object]

#: The window's attributes that are functions for its events.
ON_EVENTS = ("onload", "onbeforeunload", "onunload", "onstorage")

#: Whether the running code is a preload's (or a plain %%renderer cell's): it may reach Electron even where it shares
#: the page's world.
is_preload: ContextVar[bool] = ContextVar("ipclab_is_preload", default=False)


class Window:
    """The page's global object: its attributes are the world's global names, and what every page has.

    `onload` is a function called when the page is there, `onbeforeunload` and `onunload` are called before it goes,
    and when it does; `onstorage` is called when another window has changed the `local_storage` that they share.
    """

    __clonable__ = False

    _names: dict[str, Any]
    _target: EventTarget
    _module: WorldModule

    def __init__(self, world_names: dict[str, Any], target: EventTarget, module: WorldModule) -> None:
        object.__setattr__(self, "_names", world_names)
        object.__setattr__(self, "_target", target)
        object.__setattr__(self, "_module", module)

    def add_event_listener(
        self, event: str, listener: Listener | None = None, *, once: bool = False, capture: bool = False
    ) -> Any:
        """Call `listener(event)` when the page is there (``DOMContentLoaded``, then ``load``), is about to go
        (``beforeunload``) or goes (``unload``), when another window has changed the `local_storage` they share
        (``storage``; the event has `key`, `old_value`, `new_value`, `url` and `storage_area`), and at the events of
        the document that come up to the window.

        Without `listener` it is a decorator. `once`: at the first event only; `capture`: on an event's way down,
        before the document's own listeners. A ``beforeunload`` listener that calls `event.prevent_default()` or
        gives `event.return_value` a value keeps the page; so does `window.onbeforeunload` by returning anything but
        None.
        """
        if listener is None:

            def decorate(function: Listener) -> Listener:
                self._target.add(event, function, capture=capture, once=once)
                return function

            return decorate
        return self._target.add(event, listener, capture=capture, once=once)

    def remove_event_listener(self, event: str, listener: Listener, *, capture: bool = False) -> None:
        """Remove a listener, of the way down if `capture`; one that was never added is ignored."""
        self._target.remove(event, listener, capture=capture)

    def __getattr__(self, name: str) -> Any:
        if name in ON_EVENTS:
            return self._target.attribute(name.removeprefix("on"))
        try:
            return self._names[name]
        except KeyError:
            if name in names.PAGE:
                return self._module.find(name)
            raise AttributeError(f"window has no {name!r}: no script of this world has defined it") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ON_EVENTS:
            self._target.set_attribute(name.removeprefix("on"), value)
        else:
            self._names[name] = value

    def __delattr__(self, name: str) -> None:
        if name in ON_EVENTS:
            self._target.set_attribute(name.removeprefix("on"), None)
        elif name in self._names:
            del self._names[name]
        else:
            raise AttributeError(f"window has no {name!r}")

    def __repr__(self) -> str:
        return "<window>"


class World:
    """One namespace of a page: `names` are its globals.

    `import ipclab` in it gives `preload_module` to a preload's code, and `page_module` to any other. `target` has the
    listeners of the page's window, which is one in all worlds.
    """

    def __init__(self, page_module: WorldModule, preload_module: WorldModule, target: EventTarget) -> None:
        self.names: dict[str, Any] = {}
        self._page_module = page_module
        self._preload_module = preload_module
        own_builtins = dict(vars(builtins))
        own_builtins["__import__"] = self._import
        self.names.update(__name__="__main__", __builtins__=own_builtins)
        for module in (page_module, preload_module):
            module.provide("window", Window(self.names, target, module))

    def module(self) -> WorldModule:
        """What `import ipclab` gives the code that is running."""
        return self._preload_module if is_preload.get() else self._page_module

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 (the builtin's own names)
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level == 0 and name == "ipclab":
            module = self.module()
            for wanted in fromlist or ():
                if wanted != "*":
                    module.find(wanted)
            return module
        if level == 0 and name.startswith(("ipclab.main", "ipclab.notebook")):
            raise ImportError(names.foreign_to_renderer(name, self._page_module.renderer))
        return importlib.__import__(name, globals, locals, fromlist or (), level)


class WorldModule(types.ModuleType):
    """`ipclab` as one world sees it."""

    def __init__(self, renderer: str, gives: Mapping[str, Any], refusal: str | None) -> None:
        super().__init__("ipclab")
        self.renderer = renderer
        self._gives = dict(gives)
        self._makes: dict[str, Callable[[], Any]] = {}
        self._refusal = refusal
        self.__all__ = sorted(self._gives)

    def provide(self, name: str, value: Any) -> None:
        self._gives[name] = value
        self.__all__ = sorted({*self.__all__, name})

    def offer(self, name: str, make: Callable[[], Any], listed: bool = True) -> None:
        """As `provide`, of what is made when it is first asked for; `make` may raise an ImportError instead."""
        self._makes[name] = make
        if listed:
            self.__all__ = sorted({*self.__all__, name})

    def find(self, name: str) -> Any:
        """Return what `from ipclab import <name>` gives here, or raise the ImportError that explains."""
        if name in self._gives:
            return self._gives[name]
        if name in self._makes:
            made = self._gives[name] = self._makes[name]()
            return made
        if name in names.COMMON:
            return getattr(importlib.import_module(names.COMMON[name]), name)
        if name in names.PRIVILEGED and self._refusal is not None:
            raise ImportError(names.not_for_the_page(name, self._refusal))
        if name in names.NOT_YET:
            raise ImportError(names.not_yet(name))
        if name in names.MAIN:
            raise ImportError(names.foreign_to_renderer(name, self.renderer))
        if told := names.hint(name, self._gives):
            raise ImportError(f"cannot import name {name!r} from 'ipclab'{told}")
        raise ImportError(f"cannot import name {name!r} from 'ipclab': in {self.renderer} it gives {self.listing()}")

    def listing(self) -> str:
        return ", ".join(self.__all__)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.find(name)

    def __dir__(self) -> list[str]:
        return [*self.__all__, *names.COMMON]

    def __repr__(self) -> str:
        return f"<module 'ipclab' of {self.renderer}>"
