"""What to protect: a map of worst cuts and best guards, what each is worth, and the campaigns played under them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from xetho.report import basemap
from xetho.report.basemap import Box, Projection
from xetho.report.inputs import ReportInput
from xetho.report.labels import Name, place
from xetho.report.map import WIDTH, curves, side_tone
from xetho.report.story import outcome_words
from xetho.report.svg import document, tag
from xetho.report.words import MINUS, date_of, listed, number, percent

if TYPE_CHECKING:
    from xetho.experiment import Protecting, WhatIf
    from xetho.interdict import Closed

CUT, GUARD, LEFT = "cut", "guard", "left"
SIZE = 9.0  # half the width of a mark on the map
ROOM = 0.35  # about the places that matter, as a share of how far they lie apart
ASPECT = 1.25  # least breadth of the map for its height


@dataclass(frozen=True)
class Listed:
    """A route in one of the lists: its name and what the list says of it, line by line."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A figure without cuts, under the worst cuts, and with guards under the cuts that are left."""

    label: str
    base: str
    cut: str
    guarded: str


@dataclass(frozen=True)
class ProtectView:
    """The section: sentences, lists, drawing and table. `worst` is what cuts are called in this scenario."""

    side: str
    worst: str
    neutral: bool
    sentences: list[str]
    outcome: list[str]
    cuts: list[Listed]
    guards: list[Listed]
    left: list[Listed]
    drawing: Markup
    legend: list[tuple[str, str]]
    rows: list[Row]
    runs: int
    through: list[tuple[str, str]]


def view(report: ReportInput) -> ProtectView | None:
    """What the section shows; None when it was not asked for."""
    shown = report.protecting
    if shown is None:
        return None
    found = shown.guards
    side = next((s.name for s in report.scenario.sides if s.id == found.side), found.side)
    worst = "worst disruption" if found.neutral else "worst cuts"
    lists = {CUT: found.unguarded.cuts, GUARD: found.guards, LEFT: found.attack.cuts if found.guards else ()}
    legend = [(CUT, f"{worst} with nothing guarded"), (GUARD, "guard"), (LEFT, f"{worst} then left")]
    through = [(number(found.base), "with every route open")]
    through += [(number(found.unguarded.value), f"under the {worst}")] if found.unguarded.cuts else []
    through += [(number(found.attack.value), f"with the guards, under the {worst} then left")] if found.guards else []
    return ProtectView(
        side=side, worst=worst, neutral=found.neutral,
        sentences=[line for line in shown.lines if line.startswith(("Proof", "Not proven", "No choice"))],
        outcome=_outcome(report, shown, worst),
        cuts=[Listed(name) for name in _route_names(report, found.unguarded.cuts)],
        guards=[Listed(name, _worth(report, shown, at, worst))
                for at, name in enumerate(_route_names(report, found.guards))],
        left=[Listed(name) for name in _route_names(report, lists[LEFT])],
        drawing=Markup(_drawing(report, lists, side, worst)),
        legend=[(kind, words) for kind, words in legend if lists[kind]],
        rows=_rows(report, shown), runs=max((w.runs for w in (shown.cut, shown.guarded) if w), default=0),
        through=through,
    )  # fmt: skip


def legend_mark(kind: str) -> Markup:
    """The mark for the legend."""
    return Markup(tag("svg", _mark(kind, 10, 10), viewBox="0 0 20 20", width=20, height=20, aria_hidden="true"))


def _route_names(report: ReportInput, rows: tuple[Closed, ...]) -> list[str]:
    return [report.names.routes.get(one.route, one.route) for one in rows]


# words and figures --------------------------------------------------------------------------------------------------


def _outcome(report: ReportInput, shown: Protecting, worst: str) -> list[str]:
    """How the share of campaigns with the outcome changes, in sentences; none where the scenario names no outcome."""
    title = str(report.scenario.outcome.get("title", "The outcome")).rstrip("?.")
    lines = []
    if shown.cut is not None and np.isfinite(shown.cut.outcome_variant):
        lines.append(
            f"{title}: in {percent(shown.cut.outcome_base)} of campaigns as it was, in "
            f"{percent(shown.cut.outcome_variant)} under the {worst} ({_change(shown.cut)})."
        )
    if shown.guarded is not None and np.isfinite(shown.guarded.outcome_variant):
        lines.append(
            f"With the guards, and the {worst} then left: in {percent(shown.guarded.outcome_variant)} "
            f"({_change(shown.guarded)} from as it was)."
        )
    if shown.saved is not None and np.isfinite(shown.saved.outcome_variant):
        lines.append(f"So the guards change it by {_change(shown.saved)}{_chance(shown.saved)}.")
    return lines


def _worth(report: ReportInput, shown: Protecting, at: int, worst: str) -> tuple[str, ...]:
    """What a guard is worth, in tonnes a day and in the outcome's share of campaigns, and the cuts without it."""
    found, reply, answer = shown.guards, shown.guards.replies[at], shown.without[at]
    if reply is None:
        return ("what it is worth was not found in time",)
    words = f"worth {number(found.worth[at])} t a day"
    if answer is not None and np.isfinite(answer.outcome_variant):
        words += (
            f"; without it {_within(outcome_words(report))} in {percent(answer.outcome_variant)} instead of "
            f"{percent(answer.outcome_base)} of campaigns ({_change(answer)}){_chance(answer)}"
        )
    same = reply.cuts == found.attack.cuts
    then = "the same" if same else listed(_route_names(report, reply.cuts))
    return words, f"the {worst} without it: {then}"


def _within(sentence: str) -> str:
    """A sentence as it stands within another: an article at its beginning loses its capital, a name does not."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "A", "An") else sentence


def _change(answer: WhatIf) -> str:
    low, high = (_points(value) for value in (answer.outcome_low, answer.outcome_high))
    return f"{_points(answer.outcome_difference)} points, 95 % interval {low} to {high}"


def _chance(answer: WhatIf) -> str:
    return ", which may be chance" if answer.outcome_low <= 0 <= answer.outcome_high else ""


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", MINUS) if abs(share) >= 0.0005 else "0"


def _rows(report: ReportInput, shown: Protecting) -> list[Row]:
    """The compared figures side by side; a cell without its answer is blank."""
    first = shown.cut or shown.guarded
    if first is None:
        return []
    rows = []
    if np.isfinite(first.outcome_base):
        title = f"{report.scenario.outcome.get('title', 'The outcome')}: share of campaigns"
        rows.append(_row(title, percent(first.outcome_base), shown, lambda w: percent(w.outcome_variant)))
    rows.append(_row("Need that the best plan meets", percent(1 - report.headline.short_share), shown, _met))
    for index, row in first.table.iterrows():
        told = _teller(report, row)
        unit = "" if row["unit"] in ("date", "share") else f" ({row['unit']})"
        rows.append(_row(f"{row['label']}{unit}", told(float(row["base"])), shown, _cell(int(str(index)), told)))
    return rows


def _row(label: str, base: str, shown: Protecting, told: Callable[[WhatIf], str]) -> Row:
    cut, guarded = (told(one) if one is not None else "–" for one in (shown.cut, shown.guarded))
    return Row(label, base, cut, guarded)


def _met(answer: WhatIf) -> str:
    return percent(1 - answer.plan_shortage_share)


def _cell(index: int, told: Callable[[float], str]) -> Callable[[WhatIf], str]:
    return lambda answer: told(float(answer.table["variant"].iloc[index]))


def _teller(report: ReportInput, row: pd.Series[Any]) -> Callable[[float], str]:
    """How a figure of this metric is written."""
    if row["unit"] == "date":
        return lambda value: date_of(report.scenario.start, value)
    return percent if row["unit"] == "share" else number


# drawing ------------------------------------------------------------------------------------------------------------


def _drawing(report: ReportInput, lists: dict[str, tuple[Closed, ...]], side: str, worst: str) -> str:
    """The side's routes with a mark on each that is cut or guarded."""
    routes, places = report.scenario.tables["routes"], report.scenario.tables["places"]
    shown = report.protecting
    assert shown is not None
    mine = [key for key in report.network.route_ids if routes["side"][key] == shown.guards.side]
    ends = list(dict.fromkeys(str(routes[c][key]) for key in mine for c in ("from", "to")))
    marked = {one.route: [kind for kind in lists if any(x.route == one.route for x in lists[kind])]
              for rows in lists.values() for one in rows}  # fmt: skip
    told = {str(routes[c][key]) for key in marked for c in ("from", "to")}
    box = _box(places.loc[sorted(told) or ends])
    view = Projection(box, WIDTH)
    sheet = basemap.sheet_for(box)
    points = {key: view(float(row["lon"]), float(row["lat"])) for key, row in places.iterrows()}
    lines = curves(report, points)
    tone = f"tone-{side_tone(report.scenario, shown.guards.side)}"
    parts = [basemap.draw(sheet, view, relief=False)]
    parts += [tag("path", d=lines[key].d, class_=f"way way-{routes['kind'][key]} {tone}") for key in mine]
    parts += [tag("path", d=lines[key].d, class_=f"marked marked-{kinds[0]}") for key, kinds in marked.items()]
    parts += [tag("circle", cx=points[k][0], cy=points[k][1], r=2.2, class_="place") for k in ends]
    busy = [(points[k][0] - 3, points[k][1] - 3, points[k][0] + 3, points[k][1] + 3) for k in ends]
    words = {CUT: worst, GUARD: "guard", LEFT: f"{worst} then left"}
    for key, kinds in marked.items():
        x, y = lines[key].middle
        for number_, kind in enumerate(kinds):
            at = x + (number_ - (len(kinds) - 1) / 2) * 2.1 * SIZE
            name = f"{report.names.routes.get(key, key)}: {words[kind]}"
            parts.append(tag("g", _mark(kind, at, y), data_mark=kind, data_name=name))
            busy.append((at - SIZE, y - SIZE, at + SIZE, y + SIZE))
    busy.append((0.75 * view.width - 14, view.height - 34, view.width, view.height))  # the bar of kilometres
    names = [
        Name(str(places.loc[k, "name"]), *points[k], 3, 3, 12.5, "placename", 1.0, led=k in told) for k in ends
    ]
    written, _ = place(names, busy, view.width, view.height - 22)
    parts += [written, basemap.scale_bar(view)]
    title = f"Map of the routes of {side} with the {worst} and the guards"
    return document(round(view.width), round(view.height), "".join(parts), title, class_="map", id="guarded")


def _box(places: pd.DataFrame) -> Box:
    """A box with room about the places, not much higher than broad."""
    w, e = float(places["lon"].min()), float(places["lon"].max())
    s, n = float(places["lat"].min()), float(places["lat"].max())
    pad = max(e - w, n - s, 0.05) * ROOM
    w, s, e, n = w - pad, s - pad, e + pad, n + pad
    wider = max(0.0, ASPECT * (n - s) / math.cos(math.radians((s + n) / 2)) - (e - w)) / 2
    return w - wider, s, e + wider, n


def _mark(kind: str, x: float, y: float) -> str:
    """A cross for a cut, a shield for a guard, an open cross for a cut that is left; told apart without colour."""
    if kind == GUARD:
        d = f"M{x:.1f} {y - 8:.1f}l7 2.5v5c0 4 -3 7 -7 9c-4 -2 -7 -5 -7 -9v-5z"
        return tag("path", d=d, class_="mark mark-guard")
    ring = tag("circle", cx=round(x, 1), cy=round(y, 1), r=7.5, class_=f"mark mark-{kind}")
    return ring + tag("path", d=f"M{x - 3.5:.1f} {y - 3.5:.1f}l7 7m0 -7l-7 7", class_=f"cross cross-{kind}")
