"""A plan's flows on one date as a drawing by itself (SVG): what moves on each route and which way, what lies where."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xetho.report import basemap
from xetho.report.basemap import Projection
from xetho.report.labels import Name, place
from xetho.report.map import LARGEST_STOCK, TOWNS, box_of, curve, flow_width, legend_steps, plain, side_tone
from xetho.report.svg import document, label, tag
from xetho.report.words import long_date, number

if TYPE_CHECKING:
    from xetho.plan import Plan
    from xetho.scenario import Scenario

Floats = npt.NDArray[np.float64]
Point = tuple[float, float]
STYLE = Path(__file__).resolve().parent / "templates" / "flow_map.css"
WIDTH, HEAD, FOOT = 1100.0, 46.0, 66.0
LEAST_FLOW, LEAST_STOCK = 0.05, 0.5  # t/day and t: less is not drawn
SHORT_SHARE = 0.001  # of a place's need in the period: less unmet is not marked
ASIDE = 3.5  # units by which opposite flows of one route keep apart


@dataclass(frozen=True)
class Flows:
    """What a plan moves and holds on one date: t/day of each arc and good, t at each place (all goods together)."""

    day: date
    first: date  # of the plan's period
    last: date
    by_arc: Floats  # arcs x goods, t/day loaded
    stock: Floats  # places, t, between those at the ends of the period
    short: Floats  # places, share of the period's need that is not met


def flows_on(plan: Plan, when: date) -> Flows:
    """The plan's flows on a date.  Raises IndexError outside the plan's days."""
    net = plan.network
    day = (when - net.start).days
    period = plan.at_day(day)
    by_arc = np.zeros((len(net.arc_from), len(net.good_ids)))
    np.add.at(by_arc, np.asarray(net.way_arc, dtype=np.int64), plan.load[period])
    begin, end = int(plan.bounds[period]), int(plan.bounds[period + 1])
    part = (day - begin) / (end - begin)
    stock = ((1.0 - part) * plan.stock[period] + part * plan.stock[period + 1]).sum(axis=1)
    need, short = plan.need[period].sum(axis=1), plan.shortage[period].sum(axis=1)
    share = np.divide(short, need, out=np.zeros_like(need), where=need > 0)
    first, last = plan.dates(period)
    return Flows(when, first, last, by_arc, stock, share)


def draw(plan: Plan, scenario: Scenario, when: date) -> str:
    """The map of a plan's flows on a date, an SVG that needs nothing else.  Raises IndexError outside its days."""
    flows = flows_on(plan, when)
    view = Projection(box_of(scenario), WIDTH)
    sheet = basemap.sheet_for(box_of(scenario))
    places = scenario.tables["places"]
    points = {str(key): view(float(row["lon"]), float(row["lat"])) for key, row in places.iterrows()}
    top = float(flows.by_arc.sum(axis=1).max(initial=0.0)) or 1.0
    top_stock = float(flows.stock.max(initial=0.0)) or 1.0
    streams, figures = _streams(plan, scenario, points, flows, top)
    dots = [
        tag("circle", cx=x, cy=y, r=2.2, class_="place")
        for x, y in (points[key] for key in plan.network.place_ids if key in _ends(plan))
    ]
    drawing = [
        basemap.draw(sheet, view),
        *_ways(scenario, points),
        *streams,
        *_stocks(plan, scenario, points, flows, top_stock),
        *dots,
        _names(plan, scenario, sheet, view, points, flows, figures),
        basemap.scale_bar(view),
    ]
    named = f"{scenario.title}: what the plan moves on {long_date(when)}"
    height = HEAD + view.height + FOOT
    content = (
        tag("style", STYLE.read_text(encoding="utf-8") + _tones(scenario))
        + tag("rect", width=WIDTH, height=height, class_="paper")
        + label(named, 14, 30, class_="title")
        + tag("svg", "".join(drawing), y=HEAD, width=WIDTH, height=view.height)  # cuts off what the sheet has beyond it
        + _legend(scenario, flows, top, top_stock, HEAD + view.height)
    )
    return document(WIDTH, round(height), content, named, xmlns="http://www.w3.org/2000/svg")


def _tones(scenario: Scenario) -> str:
    return "".join(f".tone-{k} {{ color: {side.color}; }}\n" for k, side in enumerate(scenario.sides))


def _ends(plan: Plan) -> set[str]:
    """Places with a route."""
    net = plan.network
    ends = np.concatenate([np.asarray(net.arc_from), np.asarray(net.arc_to)])
    return {net.place_ids[int(end)] for end in np.unique(ends)}


def _bends(scenario: Scenario) -> dict[str, float]:
    """How far each route is bent aside, so that routes between the same two places lie side by side."""
    routes = scenario.tables["routes"]
    pairs: dict[frozenset[str], list[str]] = defaultdict(list)
    for key in routes.index:
        pairs[frozenset((str(routes["from"][key]), str(routes["to"][key])))].append(str(key))
    found = {}
    for keys in pairs.values():
        for rank, key in enumerate(keys):
            sign = 1 if str(routes["from"][key]) <= str(routes["to"][key]) else -1
            found[key] = sign * (rank - (len(keys) - 1) / 2) * 12
    return found


def _ways(scenario: Scenario, points: dict[str, Point]) -> list[str]:
    """Every route as a thin line."""
    routes, bends = scenario.tables["routes"], _bends(scenario)
    lines = []
    for key, row in routes.iterrows():
        d = curve(points[str(row["from"])], points[str(row["to"])], bends[str(key)], row["kind"] == "air").d
        tone = side_tone(scenario, str(row["side"]))
        lines.append(tag("path", d=d, class_=f"way way-{row['kind']} tone-{tone}"))
    return lines


def _streams(
    plan: Plan, scenario: Scenario, points: dict[str, Point], flows: Flows, top: float
) -> tuple[list[str], list[Name]]:
    """Each flow as a stroke as wide as it is large, with an arrowhead; and its figure, to be written where room is."""
    net, routes, bends = plan.network, scenario.tables["routes"], _bends(scenario)
    t = flows.by_arc.sum(axis=1)
    arc_route = np.asarray(net.arc_route)
    strokes, heads, figures = [], [], []
    for arc in np.argsort(-t, kind="stable").tolist():
        if t[arc] < LEAST_FLOW:
            break
        key = net.route_ids[int(arc_route[arc])]
        start, goal = (net.place_ids[int(ends[arc])] for ends in (net.arc_from, net.arc_to))
        both = sum(float(flow) >= LEAST_FLOW for flow in t[arc_route == arc_route[arc]]) > 1
        bend = bends[key] * (1 if start == str(routes["from"][key]) else -1) + (ASIDE if both else 0.0)
        air = str(routes["kind"][key]) == "air"
        tone, width = f"tone-{side_tone(scenario, str(routes['side'][key]))}", flow_width(float(t[arc]), top)
        a, b = points[start], points[goal]
        title = tag("title", f"{_named(scenario, start)} to {_named(scenario, goal)}: {number(float(t[arc]))} t/day")
        strokes.append(
            tag("path", title, d=curve(a, b, bend, air).d, class_=f"flow {tone}", stroke_width=round(width, 2))
        )
        (x, y), head = _head(a, b, bend, air, 4.0 + 0.7 * width)
        heads.append(tag("path", d=head, class_=f"head {tone}"))
        figures.append(Name(number(float(t[arc])), x, y, width / 2 + 4, width / 2 + 4, 10.5, "figure", float(t[arc])))
    return [*strokes, *heads], figures


def _head(a: Point, b: Point, bend: float, air: bool, size: float) -> tuple[Point, str]:
    """Middle of a `map.curve`, and the path of an arrowhead there."""
    length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    aside = bend + (0.1 * length if air else 0.0)
    x, y = (a[0] + b[0]) / 2 - uy * aside, (a[1] + b[1]) / 2 + ux * aside
    tip = (x + ux * size, y + uy * size)
    left, right = ((x - ux * size - s * uy * size * 0.7, y - uy * size + s * ux * size * 0.7) for s in (1, -1))
    return (x, y), "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in (left, tip, right)) + "Z"


def _stocks(
    plan: Plan, scenario: Scenario, points: dict[str, Point], flows: Flows, top: float
) -> list[str]:
    """Stocks as circles of their area; a ring about the places that go short in the period."""
    parts = []
    for index in np.argsort(-flows.stock, kind="stable").tolist():
        key = plan.network.place_ids[index]
        x, y = points[key]
        r = LARGEST_STOCK * math.sqrt(flows.stock[index] / top)
        tone = side_tone(scenario, str(scenario.tables["places"].loc[key, "side"]))
        if flows.stock[index] >= LEAST_STOCK:
            title = tag("title", f"{_named(scenario, key)}: {number(float(flows.stock[index]))} t")
            parts.append(tag("circle", title, cx=x, cy=y, r=round(r, 1), class_=f"stock tone-{tone}"))
        if flows.short[index] >= SHORT_SHARE:
            parts.append(tag("circle", cx=x, cy=y, r=round(max(r, 5.0) + 2.5, 1), class_="short"))
    return parts


def _names(
    plan: Plan, scenario: Scenario, sheet: Path | None, view: Projection, points: dict[str, Point], flows: Flows,
    figures: list[Name],
) -> str:  # fmt: skip
    """Names of places by what passes them, then the figures of flows, then towns, where there is room."""
    net, ends = plan.network, _ends(plan)
    passing = np.zeros(len(net.place_ids))
    for side in (net.arc_from, net.arc_to):
        np.add.at(passing, np.asarray(side, dtype=np.int64), flows.by_arc.sum(axis=1))
    names = [
        Name(_named(scenario, key), *points[key], 3, 3, 12.5, "placename", 1e6 + float(passing[index]))
        for index, key in enumerate(net.place_ids)
        if key in ends
    ]
    known = {plain(_named(scenario, key)) for key in net.place_ids}
    towns = [town for town in basemap.towns(sheet, view) if plain(town[0]) not in known][:TOWNS]
    names += [Name(words, x, y, 2, 2, 10.5, "townname", -rank) for rank, (words, x, y) in enumerate(towns)]
    busy = [(x - 3, y - 3, x + 3, y + 3) for x, y in (points[key] for key in ends)]
    return place([*names, *figures], busy, view.width, view.height - 22)[0]


def _named(scenario: Scenario, key: str) -> str:
    return str(scenario.tables["places"].loc[key, "name"]) or key


def _legend(scenario: Scenario, flows: Flows, top: float, top_stock: float, y: float) -> str:
    """Whose colour is which, widths of flows, the largest stock, and which dates the figures are of."""
    parts, x = [], 14.0
    for tone, side in enumerate(scenario.sides):
        parts.append(tag("rect", x=x, y=y + 12, width=12, height=12, class_=f"key tone-{tone}"))
        parts.append(label(side.name, x + 17, y + 22))
        x += 40 + 7.2 * len(side.name)
    for t in legend_steps(top):
        width = round(max(flow_width(t, top), 0.5), 2)
        parts.append(tag("line", x1=x, x2=x + 30, y1=y + 18, y2=y + 18, class_="flow sample", stroke_width=width))
        parts.append(label(f"{t:g} t/day", x + 36, y + 22))
        x += 100
    parts.append(tag("circle", cx=x + LARGEST_STOCK, cy=y + 24, r=LARGEST_STOCK, class_="stock sample"))
    parts.append(label(f"{number(top_stock)} t in stock", x + 2 * LARGEST_STOCK + 6, y + 28))
    x += 2 * LARGEST_STOCK + 140
    if (flows.short >= SHORT_SHARE).any():
        parts.append(tag("circle", cx=x, cy=y + 18, r=7, class_="short"))
        parts.append(label("goes short", x + 12, y + 22))
    spell = (
        f"Mean of {long_date(flows.first)} to {long_date(flows.last)}, the plan's period with this date"
        if flows.last > flows.first
        else "The plan of this day"
    )
    parts.append(label(f"Figures are t/day loaded. {spell}; stocks are of the date.", 14, y + 54, class_="note"))
    return "".join(parts)
