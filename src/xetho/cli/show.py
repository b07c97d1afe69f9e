"""Answers as tables to read: what matters first, dates as days of the calendar, shares in percent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

# Dimensions whose outputs run to dozens of rows: left to --json and --out unless asked for.
LONG_DIMS = {"route", "place", "pool", "lot", "operation", "weapon"}
# Tables of more rows than this are left to --all, --json and --out.
SHORT_TABLE = 40
VERDICT_STYLES = {"inside": "green", "overlaps": "yellow", "outside": "red"}
USE_TITLES = {
    "test": "Test claims: only ever compared",
    "fit": "Fit claims: may calibrate",
    "input": "Input claims: set the assumptions",
    "context": "Context: for the reader",
}


def number(value: Any) -> str:
    """A number to read: three figures, thousands apart; a dash for none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        size = abs(value)
        if size >= 100:
            return f"{value:,.0f}"
        return f"{value:.3g}" if size >= 1e-4 or size == 0 else "0"
    return str(value)


def percent(share: Any) -> str:
    """A share in percent; no more figures than a few thousand runs can bear."""
    if share is None or not math.isfinite(share):
        return "-"
    return f"{100 * share:.1f} %" if 0 < share < 1 else f"{100 * share:.0f} %"


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> Table:
    """A plain table; `right` are the columns set flush right."""
    made = Table(title=escape(title), title_justify="left", header_style="bold", box=None, padding=(0, 1))
    rights = set(right)
    for place, column in enumerate(columns):
        made.add_column(column, justify="right" if place in rights else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def show_sides(console: Console, sides: Iterable[Mapping[str, Any]], proven: bool = True) -> None:
    """A line for each side: does the plan close for it, and how much of its need is met; proven: by any plan."""
    can = "can be met" if proven else "is met by the best plan known"
    for one in sides:
        mark = "[bold green]The plan closes[/]" if one["closes"] else "[bold red]The plan does not close[/]"
        met = percent(1 - one["shortage_share"]) if one["shortage_share"] > 5e-4 else "100 %"
        console.print(f"{mark} for {escape(one['name'])}: {met} of the {number(one['need_t'])} t needed {can}.")


def proven(gap: float) -> str:
    """A gap rounded up to a power of ten, in percent."""
    if not math.isfinite(gap):
        return "-"
    return next((f"{100 * power:g} %" for power in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2) if gap <= power), percent(gap))


def show_plan(console: Console, shape: Mapping[str, Any], everything: bool = False) -> None:
    """For whom the plan closes, why not, and which resources bind; long tables only with `everything`."""
    show_sides(console, shape["sides"], shape["status"] == "optimal")
    least = f"least possible shortage proven to {proven(shape['gap'])} of all need"
    console.print(f"\nThe plan is {shape['status']}; {least}.")
    # The first lines say for whom it closes, which was just said.
    binding = {row["sentence"] for row in shape["bottlenecks"]}
    for reason in shape["reasons"][len(shape["sides"]) :]:
        if reason not in binding:
            console.print(f"  - {reason}", markup=False)
    if shape["bottlenecks"]:
        console.print("\n[bold]What binds, dearest first[/]")
        for row in shape["bottlenecks"][:12]:
            console.print(f"  - {row['sentence']}", markup=False)
    for name, rows in shape["summary"].items():
        if rows and (everything or len(rows) <= SHORT_TABLE):
            console.print()
            columns = list(rows[0])
            numeric = [i for i, column in enumerate(columns) if isinstance(rows[0][column], (int, float))]
            cells = ([escape(number(row[column])) for column in columns] for row in rows)
            console.print(table(f"{name}", columns, cells, numeric))


def show_outcome(console: Console, outcome: Mapping[str, Any] | None) -> None:
    """How often the outcome comes about, and when."""
    if outcome is None:
        return
    title = escape(outcome["title"] or outcome["metric"])
    console.print(f"[bold]{title}[/]: in {percent(outcome['share'])} of the campaigns", end="")
    if outcome["p50_date"]:
        band = f"5-95 %: {outcome['p05_date']} to {outcome['p95_date']}"
        console.print(f", median {outcome['p50_date']} ({band})", end="")
    console.print()


def show_outputs(
    console: Console, rows: Iterable[Mapping[str, Any]], everything: bool, dims: Mapping[str, set[str]]
) -> None:
    """Simulated 5, 50 and 95 % points of the summary outputs."""
    chosen = [row for row in rows if everything or not dims[row["output"]] & LONG_DIMS]
    # A good that a side does not use says nothing.
    chosen = [row for row in chosen if everything or row["kind"] == "date" or row["p95"]]
    cells = []
    for row in chosen:
        if row["kind"] == "date":
            band = [row["p05_date"] or "-", row["p50_date"] or "-", row["p95_date"] or "-"]
        else:
            band = [number(row["p05"]), number(row["p50"]), number(row["p95"])]
        happened = "" if row["share_happened"] == 1 else percent(row["share_happened"])
        cells.append([escape(row["metric"]), *band, "" if row["kind"] == "date" else row["unit"], happened])
    console.print(
        table("Outputs", ["output", "5 %", "50 %", "95 %", "unit", "happens in"], cells, (1, 2, 3, 5))
    )


def show_whatif(console: Console, shape: Mapping[str, Any], outcome_title: str) -> None:
    """The answer in a sentence, then base against variant metric by metric."""
    console.print(f"[bold]{escape(shape['title'] or shape['name'])}[/]")
    if shape["why"]:
        console.print(escape(shape["why"]))
    outcome = shape["outcome"]
    if outcome["base"] is not None and math.isfinite(outcome["base"]):
        console.print(
            f"{escape(outcome_title or 'Outcome')}: "
            f"{percent(outcome['base'])} → {percent(outcome['variant'])}, "
            f"difference {points(outcome['difference'])} points "
            f"(95 %: {points(outcome['low'])} to {points(outcome['high'])}), {shape['runs']} paired campaigns"
        )
    plan = shape["plan"]
    if plan["feasible"] is not None:
        short = f"does not: {percent(plan['shortage_share'])} of what they need is unmet"
        console.print(f"For {escape(plan['side'] or 'all sides')} its plan {'closes' if plan['feasible'] else short}.")
    show_hangs_on(console, shape)
    cells = [_difference_cells(row) for row in shape["table"]]
    columns = ["metric", "base", "variant", "difference", "95 % interval", "unit"]
    console.print(table("Base against variant", columns, cells, (1, 2, 3, 4)))


def show_answers(console: Console, answers: Sequence[Mapping[str, Any]]) -> None:
    """Every what-if in a line: does its plan close, how often the outcome comes about, on what it hangs."""
    cells = []
    for one in answers:
        outcome = one["outcome"]
        interval = f" ({points(outcome['low'])} to {points(outcome['high'])})"
        change = points(outcome["difference"]) + (interval if math.isfinite(outcome["low"]) else "")
        hangs = one["hangs_on"][0]["name"] if one["hangs_on"] else "none stands out"
        plan = "closes" if one["plan"]["feasible"] else f"{percent(one['plan']['shortage_share'])} short"
        cells.append([escape(one["name"]), plan, percent(outcome["variant"]), change, escape(hangs)])
    if cells:
        columns = ["what if", f"plan ({answers[0]['plan']['side']})", "outcome", "points (95 %)", "hangs on"]
        console.print(table("What if", columns, cells, (2, 3)))


def show_hangs_on(console: Console, shape: Mapping[str, Any]) -> None:
    """Which assumptions decide it, or honestly that none stands out."""
    thirds = {row["assumption"]: row for row in shape["outcome_by_assumption"]}
    if not shape["hangs_on"]:
        what = f" ({shape['hangs_on_what']})" if shape["hangs_on_what"] else ""
        console.print(f"Of the assumptions none stands out from chance{what}.", markup=False)
    for found in shape["hangs_on"]:
        what = f"{percent(found['share'])} of the variance of {shape['hangs_on_what']}"
        line = f"It hangs on: {found['name']} ({what})"
        if (third := thirds.get(found["assumption"])) is not None:
            low, high = percent(third["low_third"]), percent(third["high_third"])
            line += f": {low} in its lowest third, {high} in its highest"
        console.print(line, markup=False)


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign; a dash for none."""
    return f"{100 * share:+.1f}" if math.isfinite(share) else "-"


def _difference_cells(row: Mapping[str, Any]) -> list[str]:
    if row["kind"] == "date":
        base, variant = row["base_date"] or "-", row["variant_date"] or "-"
        unit = "days"
    else:
        base, variant, unit = number(row["base"]), number(row["variant"]), row["unit"]
    interval = f"{number(row['low'])} to {number(row['high'])}"
    return [escape(row["metric"]), base, variant, number(row["difference"]), interval, unit]


def show_validation(console: Console, shape: Mapping[str, Any]) -> None:
    """Claims by use, each beside its simulated band, and the score over test claims."""
    for use, title in USE_TITLES.items():
        rows = [row for row in shape["claims"] if row["use"] == use]
        if not rows:
            continue
        columns = ["claim", "what", "says", "claimed", "simulated 5-50-95 %", "unit", "verdict"]
        console.print(table(title, columns, (_claim_cells(row) for row in rows)))
        console.print()
    show_score(console, shape["score"])


def show_score(console: Console, found: Mapping[str, Any]) -> None:
    """How many test claims lie inside, and the mean scores."""
    if found["claims"]:
        console.print(
            f"Test claims: {found['inside']} inside, {found['overlaps']} overlap, "
            f"{found['outside']} outside of {found['claims']}; "
            f"mean score (CRPS) "
            f"{number(found['crps_days'])} days, {number(found['crps_relative'])} of the claimed value"
        )


def _claim_cells(row: Mapping[str, Any]) -> list[str]:
    if row["kind"] == "date":
        low, high = row["low_date"] or "", _day_before(row) or ""
        band = " ".join(row[f"{name}_date"] or "-" for name in ("p05", "p50", "p95"))
        unit = "" if row["share_happened"] == 1 else f"in {percent(row['share_happened'])}"
    else:
        low = number(row["low"]) if math.isfinite(row["low"]) else ""
        high = number(row["high"]) if math.isfinite(row["high"]) else ""
        band = " ".join(number(row[name]) for name in ("p05", "p50", "p95"))
        unit = row["unit"]
    verdict = row["verdict"]
    return [
        escape(row["id"]),
        escape(row["quantity"]),
        escape(row["says"]),
        _claimed(low, high),
        band,
        escape(unit),
        f"[{VERDICT_STYLES[verdict]}]{verdict}[/]",
    ]


def _claimed(low: str, high: str) -> str:
    if not high:
        return f"over {low}"
    if not low:
        return f"up to {high}"
    return low if low == high else f"{low} to {high}"


def _day_before(row: Mapping[str, Any]) -> str | None:
    """The claim's last day: a band of whole days ends at a midnight that belongs to the next day."""
    text = row["high_date"]
    if not text or row["high"] != math.floor(row["high"]):
        return text or None
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
