"""The figures to reach, as a table and as JSON."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from .rounds import Rounds, Series


@dataclass(frozen=True)
class Figure:
    """One line of the table: a series in `unit`, and perhaps how it compares with another one.

    With `yardstick` the figure is the ratio of the two, else the value itself. `limit` is what it may be at most (at
    least, with `at_least`); None: for information.
    """

    title: str
    series: str
    unit: str
    yardstick: str | None = None
    limit: float | None = None
    at_least: bool = False


FIGURES = (
    Figure("invoke, two strings", "invoke-small/ipclab", "µs", "invoke-small/node", 1.0),
    Figure("", "invoke-small/ipclab", "µs", "invoke-small/raw"),
    Figure("", "invoke-small/ipclab", "µs", "invoke-small/asyncio"),
    Figure("invoke, a monitor open", "invoke-watched/kernel", "µs", "invoke-alone/kernel", 1.3),
    Figure("send_sync, two strings", "sync-small/ipclab", "µs", "invoke-small/ipclab", 0.85),
    Figure("remote: read a property", "remote-read/ipclab", "µs", "sync-small/ipclab", 2.0),
    Figure("invoke, 1 KB nested dict", "invoke-nested/ipclab", "µs", "invoke-small/ipclab", 1.5),
    Figure("", "invoke-nested/ipclab", "µs", "invoke-nested/node"),
    Figure("invoke, 1 MiB there and back", "invoke-mib/ipclab", "ms", "invoke-mib/node", 1.0),
    Figure("", "invoke-mib/ipclab", "ms", "invoke-mib/raw", 3.0),
    Figure("100 MB, renderer to main", "take-large/ipclab", "ms", "take-large/raw", 1.3),
    Figure("100 MB, main to renderer", "give-large/ipclab", "ms", "take-large/raw", 1.3),
    Figure("local_storage.set_item", "set-item/ipclab", "µs", "set-item/sqlite", 3.0),
    Figure("indexed_db: put a record", "put/ipclab", "µs", "put/sqlite", 3.0),
    Figure("indexed_db: get it", "get/ipclab", "µs", "get/sqlite", 3.0),
    Figure("8 windows put at once", "write-together/ipclab", "/s", "write-together/sqlite", 1 / 3, at_least=True),
    Figure("sends at once, to the listener", "flood/ipclab", "/s", "flood/node", 1.0, at_least=True),
    Figure("new window, spare warm", "window-warm/ipclab", "ms", limit=30),
    Figure("new window, cold", "window-cold/ipclab", "ms", limit=250),
    Figure("import ipclab, over asyncio", "import-bare/ipclab", "ms", limit=40),
    Figure("  with app, BrowserWindow, ipc_main", "import-usual/ipclab", "ms", limit=40),
    Figure("private memory, idle renderer", "memory/ipclab", "MB", limit=14),
    Figure("3 windows in ping-pong settle", "settle/ipclab", "ms", limit=25),
)
SCALE = {"µs": 1e6, "ms": 1e3}


def spread(values: list[float]) -> tuple[float, float]:
    """Return the quartiles around the middle half of `values`."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high


def evaluate(figure: Figure, series: Series, missing: dict[str, str]) -> dict[str, Any]:
    """Return everything the table says about a figure."""
    scale = SCALE.get(figure.unit, 1)
    told: dict[str, Any] = {"title": figure.title, "series": figure.series, "unit": figure.unit}
    values = series.get(figure.series)
    if not values:
        return {**told, "skipped": "this system does not tell"}
    told["median"] = median(values) * scale
    told["spread"] = [value * scale for value in spread(values)]
    compared = told["median"]
    if figure.yardstick is not None:
        side = figure.yardstick.partition("/")[2]
        told["yardstick"] = figure.yardstick
        others = series.get(figure.yardstick)
        if not others:
            return {**told, "skipped": missing.get(side, "not measured")}
        told["yardstick_median"] = median(others) * scale
        # Round by round, so that what slowed down both sides drops out.
        compared = told["ratio"] = median(ours / theirs for ours, theirs in zip(values, others, strict=False))
    if figure.limit is not None:
        told["limit"] = figure.limit
        told["reached"] = compared >= figure.limit if figure.at_least else compared <= figure.limit
    return told


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def row(figure: Figure, told: dict[str, Any]) -> list[str]:
    sign = "≥" if figure.at_least else "≤"
    cells = [told["title"]]
    if "median" in told:
        low, high = told["spread"]
        cells += [f"{short(told['median'])} {told['unit']}", f"{short(low)} - {short(high)}"]
    else:
        cells += ["", ""]
    if figure.yardstick is None:
        cells += ["", ""]
        limit = f"{sign} {figure.limit:g} {told['unit']}"
    else:
        what, _, side = figure.yardstick.partition("/")
        name = what if side == "ipclab" else side
        cells.append(f"{name} {short(told['yardstick_median'])}" if "yardstick_median" in told else name)
        cells.append(f"x {told['ratio']:.2f}" if "ratio" in told else "")
        limit = f"{sign} x {figure.limit:g}" if figure.limit is not None else ""
    verdict = f"skipped: {told['skipped']}" if "skipped" in told else ""
    if "reached" in told:
        verdict = "reached" if told["reached"] else "MISSED"
    return [*cells, limit, verdict]


def machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "cpus": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def result(rounds: Rounds, missing: dict[str, str]) -> dict[str, Any]:
    """Return all that was measured, for the JSON file."""
    return {
        "machine": machine(),
        "missing": missing,
        "order_exact": rounds.in_order,
        "figures": [evaluate(figure, rounds.series, missing) for figure in FIGURES],
        "series": rounds.series,
    }


def table(told: dict[str, Any]) -> str:
    """Return the table of a result."""
    rows = [["figure", "median", "middle half", "yardstick", "ratio", "to reach", ""]]
    rows += [row(figure, one) for figure, one in zip(FIGURES, told["figures"], strict=True)]
    order = "exact" if told["order_exact"] else "WRONG"
    rows.append(["order of the sends", order, "", "", "", "exact", "reached" if told["order_exact"] else "MISSED"])
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in rows]
    lines.insert(1, "-" * (sum(widths) + 2 * len(widths) - 2))
    about = told["machine"]
    lines.append(
        f"Medians over rounds, ratios round by round. Python {about['python']}, {about['cpus']} CPUs, "
        f"load {about['load'][0]:g}, {about['system']}"
    )
    return "\n".join(lines)
