"""Tables of what was measured."""

from __future__ import annotations

from typing import Any

from rich.table import Table


def case_tables(record: dict[str, Any]) -> list[Table]:
    """A table for each size: time of a unit and how many times ours. A goal is judged on the lesser ratio."""
    return [_at_size(record, size) for size in dict.fromkeys(entry["size"] for entry in record["entries"])]


def _at_size(record: dict[str, Any], size: str) -> Table:
    unit = record["unit"]
    table = Table(title=f"{record['title']}, {size}: time of a {unit}, and how many times ours", title_justify="left")
    table.add_column("contender")
    for name in ("threads", f"{unit}s timed", "CPU ms", "wall ms", "x CPU", "x wall", "goal"):
        table.add_column(name, justify="right")
    table.add_column("same answer")
    for entry in record["entries"]:
        if entry["size"] != size:
            continue
        goal = record["goals"].get(entry["contender"])
        ratios = [entry[name] for name in ("ratio_cpu", "ratio_wall") if name in entry]
        met = "" if goal is None or not ratios else f"{goal:,.0f} {'met' if min(ratios) >= goal else 'not met'}"
        table.add_row(
            entry["contender"], str(entry["threads"]), f"{entry['units']:,}", f"{1e3 * entry['cpu_s_per_unit']:,.4g}",
            f"{1e3 * entry['wall_s_per_unit']:,.4g}", *([f"{r:,.3g}" for r in ratios] or ["", ""]), met,
            _agreement(entry.get("agreement")),
        )  # fmt: skip
    return table


def _agreement(said: dict[str, Any] | None) -> str:
    if said is None:
        return ""
    return "yes" if not said["problems"] else "NO: " + "; ".join(said["problems"])


def growth_table(curves: list[dict[str, Any]]) -> Table:
    """Times along each axis with the fitted exponent and how straight the line is."""
    table = Table(title="Growth of our time", title_justify="left")
    for name in ("axis", "of"):
        table.add_column(name)
    for name in ("from", "to", "CPU s", "exponent", "off the line"):
        table.add_column(name, justify="right")
    table.add_column("says")
    for curve in curves:
        table.add_row(
            curve["axis"], curve["title"], f"{curve['x'][0]:g}", f"{curve['x'][-1]:g}",
            f"{curve['cpu_s'][0]:.3g} to {curve['cpu_s'][-1]:.3g}", f"{curve['exponent_cpu']:.2f}",
            f"{curve['off_line_cpu']:.0%}", _says(curve),
        )  # fmt: skip
    return table


def _says(curve: dict[str, Any]) -> str:
    if curve["per_thread"]:
        first, *others = zip(curve["x"], curve["wall_s"], strict=True)
        faster = [f"{first[1] / seconds:.2f} at {threads:g}" for threads, seconds in others]
        return "times faster by the clock: " + ", ".join(faster)
    if curve["must_be_linear"]:
        return "linear within 15 %" if curve["linear"] else "NOT linear within 15 %"
    return ""
