"""The map of the two nets: routes, flows and stocks on a sheet, with the data that the date slider shows."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from xetho.report import basemap
from xetho.report.basemap import Box, Projection
from xetho.report.camp import CampView, camp_panel, symbol_at
from xetho.report.inputs import ReportInput
from xetho.report.labels import Name, place
from xetho.report.svg import document, tag
from xetho.report.words import long_date, short_date

if TYPE_CHECKING:
    from xetho.scenario import Scenario

Floats = npt.NDArray[np.float64]
WIDTH = 760.0
TOWNS = 14
MOST_FRAMES = 60
WEEK = 7
WIDEST_FLOW, LARGEST_STOCK = 11.0, 20.0


@dataclass(frozen=True)
class MapView:
    """The drawings, the buttons and the numbers behind them."""

    net: Markup
    camp: Markup
    camp_name: str
    buttons: list[tuple[int, str]]  # frame and words
    first_frame: int
    data: dict[str, Any]
    kinds: list[str]  # of routes present
    flow_legend: list[tuple[float, float]]  # t/day and width


def build(report: ReportInput) -> MapView:
    """Draw the map at its first chosen date; the rest is numbers for the script."""
    scenario = report.scenario
    frames = frame_days(report)
    flows = route_flows(report, frames)
    stocks = place_stocks(report, frames)
    box = box_of(scenario)
    view = Projection(box, WIDTH)
    sheet = basemap.sheet_for(box)
    chosen = [scenario.day(d) for d in report_dates(report)]
    buttons = [(frames.index(d), long_date(d_)) for d, d_ in zip(chosen, report_dates(report), strict=True)]
    first = buttons[len(buttons) // 2][0] if buttons else len(frames) // 2
    camp = camp_panel(report, frames)
    top_flow = float(flows.max(initial=0.0)) or 1.0
    top_stock = float(stocks.max(initial=0.0)) or 1.0
    drawing = _net(report, view, sheet, flows, stocks, first, top_flow, top_stock, camp)
    days = [long_date(date.fromordinal(scenario.start.toordinal() + d)) for d in frames]
    data: dict[str, Any] = {
        "days": frames,
        "dates": days,
        "short": [short_date(date.fromordinal(scenario.start.toordinal() + d)) for d in frames],
        "flows": [_tenths(row) for row in flows.T],
        "stocks": [_whole(row) for row in stocks.T],
        "topFlow": top_flow,
        "topStock": top_stock,
        "widest": WIDEST_FLOW,
        "largest": LARGEST_STOCK,
        "sides": {s.id: s.name for s in scenario.sides},
        "routes": _route_names(report),
        "places": _place_names(report),
        "fallen": camp.fallen if camp else [],
        "there": camp.there if camp else [],
        "first": first,
    }
    kinds = [k for k in ("road", "track", "river", "air") if (scenario.tables["routes"]["kind"] == k).any()]
    legend = [(t, flow_width(t, top_flow)) for t in legend_steps(top_flow)]
    name = camp.name if camp else ""
    return MapView(Markup(drawing), camp.drawing if camp else Markup(""), name, buttons, first, data, kinds, legend)


def report_dates(report: ReportInput) -> list[date]:
    """The dates the scenario wants shown, those within it."""
    dates = []
    for item in report.scenario.report.get("dates", ()):
        day = item if isinstance(item, date) else date.fromisoformat(str(item))
        if report.scenario.start <= day <= report.scenario.end:
            dates.append(day)
    return dates


def frame_days(report: ReportInput) -> list[int]:
    """Days shown by the slider: evenly spaced, with the chosen dates and the last day among them."""
    days = report.scenario.days
    step = max(1, math.ceil(days / MOST_FRAMES))
    chosen = {report.scenario.day(d) for d in report_dates(report)}
    return sorted(set(range(0, days, step)) | chosen | {days - 1})


def box_of(scenario: Scenario) -> Box:
    """The scenario's box, or one about its places."""
    given = scenario.report.get("bbox")
    if given and len(given) == 4:
        w, s, e, n = (float(v) for v in given)
        return w, s, e, n
    places = scenario.tables["places"]
    w, e = float(places["lon"].min()), float(places["lon"].max())
    s, n = float(places["lat"].min()), float(places["lat"].max())
    pad = max(e - w, n - s, 0.05) * 0.06
    return w - pad, s - pad, e + pad, n + pad


def _weekly(values: Floats, frames: list[int]) -> Floats:
    """Mean over the week about each frame's day (day first)."""
    half = WEEK // 2
    return np.stack([values[max(0, d - half) : d + half + 1].mean(axis=0) for d in frames])


def route_flows(report: ReportInput, frames: list[int]) -> Floats:
    """t/day on each route (both directions together): frames × routes."""
    by_arc = np.nan_to_num(np.asarray(report.runs.mean["flow_t"].transpose("day", "arc"), dtype=float))
    weekly = _weekly(by_arc, frames)
    flows = np.zeros((len(frames), len(report.network.route_ids)))
    np.add.at(flows.T, np.asarray(report.network.arc_route, dtype=int), weekly.T)
    return flows


def place_stocks(report: ReportInput, frames: list[int]) -> Floats:
    """t of all goods together at each place: frames × places."""
    stock = report.runs.mean["stock_t"].transpose("day", "place", "good").sum("good")
    values = np.nan_to_num(np.asarray(stock, dtype=float))
    return np.stack([values[min(d, len(values) - 1)] for d in frames])


def flow_width(flow: float, top: float) -> float:
    """Width in page units: by the square root, so that small flows are seen beside large ones."""
    return WIDEST_FLOW * math.sqrt(max(flow, 0.0) / top)


def legend_steps(top: float) -> list[float]:
    """Round flows (t/day) for a legend, up to the greatest."""
    power = 10 ** math.floor(math.log10(top))
    return [s for s in (power / 10, power, 5 * power) if s <= top * 1.01] or [top]


def _tenths(row: Floats) -> list[float]:
    return [round(float(v), 1) if v < 100 else round(float(v)) for v in row]


def _whole(row: Floats) -> list[int]:
    return [round(float(v)) for v in row]


def _route_names(report: ReportInput) -> list[list[str]]:
    """Name, kind and side of each route, in the order of the network."""
    routes, places = report.scenario.tables["routes"], report.scenario.tables["places"]["name"]
    names = []
    for key in report.network.route_ids:
        row = routes.loc[key]
        names.append([f"{places[row['from']]} – {places[row['to']]}", str(row["kind"]), str(row["side"])])
    return names


def _place_names(report: ReportInput) -> list[str]:
    return [str(report.scenario.tables["places"].loc[key, "name"]) for key in report.network.place_ids]


def side_tone(scenario: Scenario, side: str) -> int:
    """Number of the side's colour."""
    ids = [s.id for s in scenario.sides]
    return ids.index(side) if side in ids else 0


def _net(
    report: ReportInput,
    view: Projection,
    sheet: Any,
    flows: Floats,
    stocks: Floats,
    first: int,
    top_flow: float,
    top_stock: float,
    camp: CampView | None,
) -> str:
    places = report.scenario.tables["places"]
    points = {key: view(float(row["lon"]), float(row["lat"])) for key, row in places.iterrows()}
    parts = [basemap.draw(sheet, view)]
    parts.append(tag("g", "".join(_routes(report, points, flows[first], top_flow)), class_="routes"))
    parts.append(tag("g", "".join(_stocks(report, points, stocks, first, top_stock)), class_="stocks"))
    used = _used_places(report)
    parts.append(
        "".join(tag("circle", cx=points[k][0], cy=points[k][1], r=2.2, class_="place") for k in points if k in used)
    )
    busy = [(x - 3, y - 3, x + 3, y + 3) for key, (x, y) in points.items() if key in used]
    names: list[Name] = []
    if camp is not None:
        x, y = view(*camp.centre)
        parts.append(symbol_at(x, y, "infantry", camp.identity, camp.tone, 0.85, "campmark"))
        busy.append((x - 15, y - 12, x + 15, y + 12))
        names.append(Name(camp.name, x, y, 15, 12, 14, "placename camp-name", 1e9))
    names += _names(report, points, flows, used, camp)
    known = {plain(str(n)) for n in places["name"]}
    towns = [t for t in basemap.towns(sheet, view) if plain(t[0]) not in known][:TOWNS]
    names += [Name(words, x, y, 2, 2, 10.5, "townname", -k) for k, (words, x, y) in enumerate(towns)]
    written, _ = place(names, busy, view.width, view.height - 22)
    parts += [written, basemap.scale_bar(view)]
    title = f"Map of {report.scenario.title}: supply routes of the sides, tonnes a day and stocks"
    return document(round(view.width), round(view.height), "".join(parts), title, class_="map", id="net")


def plain(name: str) -> str:
    """A name without accents, case and gaps, to tell that two spellings are one town."""
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in bare if c.isalnum()).lower()


def _used_places(report: ReportInput) -> set[str]:
    routes = report.scenario.tables["routes"]
    return set(routes["from"]) | set(routes["to"])


def _routes(report: ReportInput, points: dict[Any, Any], flow: Floats, top: float) -> list[str]:
    routes = report.scenario.tables["routes"]
    nets, streams = [], []
    for index, (key, line) in enumerate(curves(report, points).items()):
        tone = f"tone-{side_tone(report.scenario, str(routes['side'][key]))}"
        nets.append(tag("path", d=line.d, class_=f"way way-{routes['kind'][key]} {tone}"))
        width = round(flow_width(flow[index], top), 2)
        streams.append(tag("path", d=line.d, class_=f"flow {tone}", data_route=index, stroke_width=width))
    return nets + streams


@dataclass(frozen=True)
class Curve:
    """The line of a route on the page, and the point halfway along it."""

    d: str
    middle: tuple[float, float]


def curves(report: ReportInput, points: dict[Any, Any]) -> dict[str, Curve]:
    """The line of every route, in the order of the network; routes between the same places lie side by side."""
    routes = report.scenario.tables["routes"]
    ways = {key: tuple(str(routes[c][key]) for c in ("from", "to", "kind")) for key in routes.index}
    pairs: dict[frozenset[str], list[str]] = defaultdict(list)
    for key in report.network.route_ids:
        pairs[frozenset(ways[key][:2])].append(key)
    lines = {}
    for key in report.network.route_ids:
        start, goal, kind = ways[key]
        twins = pairs[frozenset((start, goal))]
        sign = 1 if start <= goal else -1
        bend = sign * (twins.index(key) - (len(twins) - 1) / 2) * 12
        lines[key] = curve(points[start], points[goal], bend, kind == "air")
    return lines


def curve(a: tuple[float, float], b: tuple[float, float], bend: float, air: bool) -> Curve:
    """The line from a to b, bent sideways by so many units, and through the air by a tenth of the way too."""
    (x1, y1), (x2, y2) = a, b
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    if air:
        bend += 0.1 * length
    if not bend:
        return Curve(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", ((x1 + x2) / 2, (y1 + y2) / 2))
    nx, ny = -(y2 - y1) / length, (x2 - x1) / length
    mx, my = (x1 + x2) / 2 + nx * 2 * bend, (y1 + y2) / 2 + ny * 2 * bend
    halfway = ((x1 + x2) / 4 + mx / 2, (y1 + y2) / 4 + my / 2)
    return Curve(f"M{x1:.1f} {y1:.1f}Q{mx:.1f} {my:.1f} {x2:.1f} {y2:.1f}", halfway)


def _stocks(report: ReportInput, points: dict[Any, Any], stocks: Floats, first: int, top: float) -> list[str]:
    places = report.scenario.tables["places"]
    parts = []
    for index in np.argsort(-stocks.max(axis=0)):
        key = report.network.place_ids[index]
        if stocks[:, index].max() < 0.5:
            continue
        x, y = points[key]
        r = LARGEST_STOCK * math.sqrt(stocks[first, index] / top)
        tone = side_tone(report.scenario, str(places.loc[key, "side"]))
        parts.append(tag("circle", cx=x, cy=y, r=round(r, 1), class_=f"stock tone-{tone}", data_place=int(index)))
    return parts


def _names(
    report: ReportInput, points: dict[Any, Any], flows: Floats, used: set[str], camp: CampView | None
) -> list[Name]:
    routes: pd.DataFrame = report.scenario.tables["routes"]
    passed: dict[str, float] = defaultdict(float)
    for index, key in enumerate(report.network.route_ids):
        for end in ("from", "to"):
            passed[str(routes.loc[key, end])] += float(flows[:, index].mean())
    names = []
    for place_id, row in report.scenario.tables["places"].iterrows():
        key = str(place_id)
        if key not in used or (camp is not None and row["name"] == camp.name):
            continue
        x, y = points[key]
        rank = passed[key] + 1.0
        names.append(Name(str(row["name"]), x, y, 3, 3, 12.5, "placename", rank))
    return names


def legend_symbol(width: float, tone: int) -> Markup:
    """A stroke of the width for the legend."""
    line = tag("line", x1=2, x2=34, y1=8, y2=8, class_=f"flow tone-{tone}", stroke_width=round(max(width, 0.5), 2))
    return Markup(tag("svg", line, viewBox="0 0 36 16", width=36, height=16, aria_hidden="true"))


def legend_way(kind: str) -> Markup:
    """A stroke of the kind of route for the legend."""
    line = tag("line", x1=2, x2=34, y1=8, y2=8, class_=f"way way-{kind} tone-none")
    return Markup(tag("svg", line, viewBox="0 0 36 16", width=36, height=16, aria_hidden="true"))
