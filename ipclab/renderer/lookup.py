"""What a renderer tells its reader's editor: which names may follow, and what an object is.

Looking must not run the page's code: attributes are found without properties, `__getattr__` and the like. Only what
Python's own tools ask for is asked for here, too: `__dir__`, and for a description `__repr__`.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import linecache
import reprlib
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from ipclab.protocol import LookUp
from ipclab.renderer.context_bridge import ExposedApi
from ipclab.renderer.run import PACKAGE_FOLDER
from ipclab.renderer.worlds import Window, World, WorldModule

#: Their attributes are ipclab's to give, and reading one has no effect.
OPEN = (Window, WorldModule, ExposedApi)
#: Descriptors that only bind, or read a slot.
HARMLESS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.WrapperDescriptorType,
    types.MemberDescriptorType,
    types.GetSetDescriptorType,
    classmethod,
    staticmethod,
)
CALLED = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)
KINDS: dict[str, Any] = {"class": type, "module": types.ModuleType, "function": CALLED}
CONTAINERS = (list, tuple, dict, str, bytes)
#: Modules of the standard library that do something when they are imported.
ACTIVE = frozenset({"antigravity", "this"})

#: More would only make an editor slow.
MAX_NAMES = 2000
MAX_TEXT = 100_000
MAX_REPR = 300


def answer(question: LookUp, world: World) -> list[tuple[str, str]]:
    """Return the names that may follow, each with what it names, or titles and texts about an object."""
    of, kind = question.of, question.kind
    try:
        if kind in ("object", "source"):
            return _description(_value(of, world), of, kind == "source")
        names: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
            "name": lambda: _names(world),
            "attribute": lambda: _attributes(_value(of, world)),
            "module": lambda: ((name, "module") for name in _modules(of)),
            "member": lambda: _members(of, world),
        }
        found = dict(names[kind]())
    except BaseException:  # whatever `__dir__` raises, or an interrupt
        return []
    prefix = question.prefix
    # Private names are for those who type an underscore.
    fit = [one for one in found.items() if one[0].startswith(prefix) and (prefix or not one[0].startswith("_"))]
    return sorted(fit, key=lambda one: (one[0].startswith("_"), one[0].lower()))[:MAX_NAMES]


def _description(value: Any, name: str, source: bool) -> list[tuple[str, str]]:
    kind = type(value)
    target = value if issubclass(kind, (*CALLED, type, types.ModuleType)) else kind
    code = _guarded(_source, target) if source else None
    about: list[tuple[str, str | None]] = [
        ("Init signature" if issubclass(kind, type) else "Signature", _guarded(_signature, value, name)),
        ("Type", kind.__name__),
        ("String form", None if target is value else _guarded(repr_of, value)),
        ("File", _guarded(_file, target)),
        ("Source", code),
        ("Docstring", None if code else _guarded(inspect.getdoc, target) or "<no docstring>"),
    ]
    return [(title, text[:MAX_TEXT]) for title, text in about if text]


def _guarded(find: Callable[..., str | None], *args: object) -> str | None:
    try:
        return find(*args)
    except BaseException:
        return None


# --- values ---------------------------------------------------------------------------------------------------------


def _value(expression: str, world: World) -> Any:
    """Return what an expression of names, attributes, items and literals stands for. LookupError for any other."""
    return _of_node(ast.parse(expression, mode="eval").body, world)


def _of_node(node: ast.expr, world: World) -> Any:
    if isinstance(node, ast.Name):
        return world.names[node.id] if node.id in world.names else vars(builtins)[node.id]
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute):
        return _attribute(_of_node(node.value, world), node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        owner = _of_node(node.value, world)
        if type(owner) in CONTAINERS:
            return owner[node.slice.value]
    raise LookupError("finding it out would run code")


def _attribute(owner: Any, name: str) -> Any:
    """Return an attribute, if it can be had without running code."""
    if type(owner) in OPEN:
        return getattr(owner, name)
    own = _own_names(owner)
    is_class = issubclass(type(owner), type)
    if not is_class and name in own:
        return own[name]
    found = inspect.getattr_static(owner, name)
    kind = type(found)
    if issubclass(kind, HARMLESS):
        binds: Any = found
        return binds.__get__(None, owner) if is_class else binds.__get__(owner, type(owner))
    if any("__get__" in vars(base) for base in kind.__mro__):
        raise LookupError("it is computed")
    return found


def _own_names(owner: Any) -> dict[str, Any]:
    """The instance's own attributes; `vars` would ask the instance."""
    try:
        own = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def _kind(value: object) -> str:
    # Not isinstance, here and below: it would ask the object for its `__class__`.
    for named, kinds in KINDS.items():
        if issubclass(type(value), kinds):
            return named
    return "instance"


# --- names ----------------------------------------------------------------------------------------------------------


def _names(world: World) -> Iterable[tuple[str, str]]:
    yield from ((word, "keyword") for word in keyword.kwlist)
    yield from ((name, _kind(value)) for name, value in vars(builtins).items())
    yield from ((name, _kind(value)) for name, value in world.names.items())


def _attributes(owner: Any) -> Iterable[tuple[str, str]]:
    names = dir_of(owner)
    if type(owner) is Window:
        names = [*names, *owner._names]
    for name in names:
        try:
            yield name, _kind(_attribute(owner, name))
        except Exception:
            yield name, "instance"


def dir_of(value: object) -> list[str]:
    """`dir` may call the page's `__dir__`, which an interrupt can stop."""
    return [name for name in dir(value) if type(name) is str and name.isidentifier()]


def _members(module: str, world: World) -> Iterable[tuple[str, str]]:
    """What `from module import` may give: a module's names, and the modules in it."""
    if module == "ipclab":
        found: Any = world.module()
    elif (found := sys.modules.get(module)) is None and _may_import(module):
        import importlib

        found = importlib.import_module(module)
    yield from ((name, "module") for name in _modules(module))
    if found is not None:
        yield from _attributes(found)


def _may_import(module: str) -> bool:
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names and top not in ACTIVE


def _modules(package: str) -> set[str]:
    """The modules in a package, or all that can be imported at the top."""
    if package.partition(".")[0] == "ipclab":
        return set()
    import pkgutil

    if not package:
        known = {name for name in (*sys.stdlib_module_names, *sys.modules) if "." not in name}
        return known | {module.name for module in pkgutil.iter_modules()}
    if (loaded := sys.modules.get(package)) is not None:
        places = getattr(loaded, "__path__", None)
    elif "." not in package:
        from importlib.util import find_spec

        spec = find_spec(package)
        places = None if spec is None else spec.submodule_search_locations
    else:
        places = None  # to find it, its package would have to be imported
    depth = package.count(".") + 1
    found = {module.name for module in pkgutil.iter_modules(places)} if places else set()
    return found | {name.split(".")[depth] for name in list(sys.modules) if name.startswith(f"{package}.")}


# --- descriptions ---------------------------------------------------------------------------------------------------


def repr_of(value: object) -> str:
    """Return a short form of `value`; it may call the page's `__repr__`, which an interrupt can stop."""
    short = reprlib.Repr()
    short.maxother = short.maxstring = short.maxlong = MAX_REPR
    return short.repr(value)


def _signature(value: Any, name: str) -> str | None:
    if not callable(value):
        return None
    if not issubclass(type(value), (*CALLED, type)):
        value = _attribute(value, "__call__")
    return f"{name}{inspect.signature(value)}"


def _file(value: Any) -> str | None:
    """Where the reader's own or Python's code is."""
    file = _cell_of(value) if issubclass(type(value), type) else None
    file = file or inspect.getfile(inspect.unwrap(value))
    return None if file.startswith(PACKAGE_FOLDER) else file


def _source(value: Any) -> str | None:
    if issubclass(type(value), type) and (cell := _cell_of(value)) is not None:
        lines = linecache.getlines(cell)
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, ast.ClassDef) and node.name == value.__name__:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                return _dedented(lines[first - 1 : node.end_lineno])
    return _dedented(inspect.getsourcelines(value)[0])


def _dedented(lines: list[str]) -> str:
    return inspect.cleandoc("\n" + "".join(lines))


def _cell_of(kind: type) -> str | None:
    """The cell or script that has defined a class, as its methods tell; Python itself looks for a module's file."""
    if kind.__module__ != "__main__":
        return None
    files = (value.__code__.co_filename for value in vars(kind).values() if isinstance(value, types.FunctionType))
    return next((file for file in files if file in linecache.cache), None)
