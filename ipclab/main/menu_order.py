"""The order of a menu's template: `before`, `after`, their likes for groups, and separators that separate nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipclab.main.menu_item import MenuItem

Entry = "Mapping[str, Any] | MenuItem"
Group = list[Any]

PLACES = ("before", "after", "before_group_containing", "after_group_containing")


def field(entry: Mapping[str, Any] | MenuItem, name: str) -> Any:
    """Return a field of an entry, None if it has none of that name."""
    return entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)


def in_order(template: Sequence[Any]) -> Group:
    """Return the entries of a template in the order they ask for, without needless separators."""
    separators = [entry for entry in template if _separates(entry)]
    groups = _merged(_groups(template))
    groups = [_sorted(group, _edges_in(group)) for group in groups]
    groups = _sorted(groups, _edges_between(groups))
    joined: Group = []
    for group in groups:
        if joined:
            joined.append(separators.pop(0) if separators else {"type": "separator"})
        joined += group
    return _without_needless_separators(joined)


def _separates(entry: Any) -> bool:
    return field(entry, "type") == "separator" and not any(field(entry, place) for place in PLACES)


def _groups(entries: Iterable[Any]) -> list[Group]:
    """Cut the entries at their separators."""
    groups: list[Group] = [[]]
    for entry in entries:
        if not _separates(entry):
            groups[-1].append(entry)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _places(entry: Any, name: str) -> Sequence[str]:
    return field(entry, name) or ()


def _index_of(groups: list[Group], wanted: str, ignored: Group) -> int | None:
    """Return which group, but for `ignored`, has the item with this id."""
    for index, group in enumerate(groups):
        if group is not ignored and any(field(entry, "id") == wanted for entry in group):
            return index
    return None


def _merged(groups: list[Group]) -> list[Group]:
    """Move whole groups to the items of other groups that one of theirs wants to be beside."""
    while True:
        move = _next_move(groups)
        if move is None:
            return groups
        group, target = move
        groups[target] += group
        groups = [each for each in groups if each is not group]


def _next_move(groups: list[Group]) -> tuple[Group, int] | None:
    for group in groups:
        for entry in group:
            for wanted in (*_places(entry, "before"), *_places(entry, "after")):
                if (target := _index_of(groups, wanted, group)) is not None:
                    return group, target
    return None


def _edges_in(group: Group) -> dict[int, list[int]]:
    """Which items of a group come after which others."""
    indexes = {field(entry, "id"): index for index, entry in enumerate(group)}
    edges: dict[int, list[int]] = {}
    for index, entry in enumerate(group):
        for wanted in _places(entry, "before"):
            if wanted in indexes:
                edges.setdefault(indexes[wanted], []).append(index)
        for wanted in _places(entry, "after"):
            if wanted in indexes:
                edges.setdefault(index, []).append(indexes[wanted])
    return edges


def _edges_between(groups: list[Group]) -> dict[int, list[int]]:
    """Which groups come after which others: the first wish of a group that can be granted counts."""
    edges: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        for target, comes_before in _wishes(groups, group):
            first, second = (index, target) if comes_before else (target, index)
            edges.setdefault(second, []).append(first)
            break
    return edges


def _wishes(groups: list[Group], group: Group) -> Iterable[tuple[int, bool]]:
    for entry in group:
        for name in ("before_group_containing", "after_group_containing"):
            for wanted in _places(entry, name):
                if (target := _index_of(groups, wanted, group)) is not None:
                    yield target, name.startswith("before")


def _sorted(nodes: Group, edges: Mapping[int, Sequence[int]]) -> Group:
    """Put each node behind those its edges lead to, else leave the order as it is; cycles are broken."""
    order: Group = []
    seen: set[int] = set()

    def visit(index: int) -> None:
        if index not in seen:
            seen.add(index)
            for other in edges.get(index, ()):
                visit(other)
            order.append(nodes[index])

    for index in range(len(nodes)):
        visit(index)
    return order


def _without_needless_separators(entries: Group) -> Group:
    """Drop the separators that stand first, last or behind another one, unless they are hidden."""

    def stays(entry: Any) -> bool:
        return field(entry, "type") != "separator" or field(entry, "visible") is False

    single = [
        entry
        for index, entry in enumerate(entries)
        if stays(entry) or not index or field(entries[index - 1], "type") != "separator"
    ]
    return [entry for index, entry in enumerate(single) if stays(entry) or 0 < index < len(single) - 1]
