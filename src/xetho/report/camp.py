"""The camp close up: strongpoints held or fallen, and the formations about them, with their symbols."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from xetho.report.basemap import Box, Projection, graticule, scale_bar
from xetho.report.inputs import ReportInput
from xetho.report.labels import Name, place
from xetho.report.svg import document, tag
from xetho.report.symbols import symbol
from xetho.report.words import readable

Floats = npt.NDArray[np.float64]
WIDTH = 640.0
# Symbols closer than this are pushed apart, with a line to where they stand
CLEAR_X, CLEAR_Y = 31.0, 25.0
STEPS = 400
FIGHTING = ("infantry", "airborne", "artillery", "air_defence", "armour", "engineers")


@dataclass(frozen=True)
class CampView:
    """The close-up and what the slider needs for it."""

    name: str
    drawing: Markup
    centre: tuple[float, float]  # longitude and latitude
    identity: str
    tone: int
    fallen: list[list[int]]  # per position: % of runs in which it had fallen by the frame
    there: list[list[list[int]]]  # per symbol of formations: first and last days of its stays


def camp_name(report: ReportInput) -> str:
    """The camp that the outcome is about, else the first one."""
    positions = report.scenario.tables["positions"]
    camps = list(dict.fromkeys(positions["camp"])) if len(positions) else []
    wanted = str(report.scenario.outcome.get("camp", ""))
    return wanted if wanted in camps else (str(camps[0]) if camps else "")


def there_at_all(report: ReportInput) -> pd.DataFrame:
    """The positions that somebody holds on some day of the campaign.

    One whose `from` lies at the end stands for ground that is never held; there is nothing to show of it.
    """
    positions = report.scenario.tables["positions"]
    if not len(positions):
        return positions
    return positions[positions["from"].isna() | (positions["from"] < pd.Timestamp(report.scenario.end))]


def fallen_shares(report: ReportInput, position: str, frames: list[int]) -> list[int]:
    """% of runs in which the position had fallen by the end of each frame's day."""
    falls = np.asarray(report.runs.summary["position_fall_date"].sel(position=position), dtype=float)
    return [round(100 * float(np.mean(falls < day + 1))) for day in frames]


def camp_panel(report: ReportInput, frames: list[int]) -> CampView | None:
    """The close-up of the camp, None in a scenario without positions."""
    name = camp_name(report)
    if not name:
        return None
    tables = report.scenario.tables
    box = detail_box(report, name)
    positions = _positions_in(report, box)
    spots = tables["places"].loc[list(positions["place"])]
    view = Projection(box, WIDTH)
    sides = {s.id: (k, s.kind) for k, s in enumerate(report.scenario.sides)}
    points = [view(float(p["lon"]), float(p["lat"])) for _, p in spots.iterrows()]
    others = _formations(report, view)
    spread = push_apart(points + [(f.x, f.y) for f in others], view.width, view.height)
    parts = [tag("rect", width=view.width, height=view.height, class_="land"), graticule(view)]
    parts += _airfields(report, view)
    names: list[Name] = []
    fallen: list[list[int]] = []
    for k, (key, row) in enumerate(positions.iterrows()):
        tone, identity = sides.get(str(row["side"]), (0, "neutral"))
        taker, taker_identity = sides.get(str(row["attacker"]), (1, "neutral"))
        x, y = spread[k]
        parts.append(_leader(points[k], spread[k]))
        held = symbol_at(x, y, "infantry", identity, tone, 0.8, "held")
        lost = symbol_at(x, y, "infantry", taker_identity, taker, 0.62, "lost")
        parts.append(tag("g", held + lost, class_="position", data_position=k, data_name=str(row["name"])))
        fallen.append(fallen_shares(report, str(key), frames))
        size = 13.0 if bool(row["core"]) else 12.0
        rank = 10.0 + float(row["area_km2"] or 0)
        names.append(Name(str(row["name"]), x, y, 13, 10, size, "placename", rank, led=True))
    there: list[list[list[int]]] = []
    for k, formation in enumerate(others):
        x, y = spread[len(points) + k]
        leader = _leader((formation.x, formation.y), (x, y))
        tone, identity = sides.get(formation.side, (0, "neutral"))
        drawn = symbol_at(x, y, formation.kind, identity, tone, 0.7, "unit", formation.men)
        words = f"{formation.name}: up to {formation.men:,.0f} men on arrival"
        parts.append(tag("g", leader + drawn, class_="formation", data_there=k, data_name=words))
        there.append(formation.stays)
        names.append(Name(formation.short, x, y, 12, 14, 10, "townname", 1.0, there=k))
    busy = [(x - 14, y - 11, x + 14, y + 11) for x, y in spread]
    written, _ = place(names, busy, view.width, view.height - 18)
    title = f"The positions of {readable(name)}: held or fallen by date"
    content = "".join(parts) + written + scale_bar(view)
    drawing = document(round(view.width), round(view.height), content, title, class_="map", id="camp")
    centre = (float(spots["lon"].mean()), float(spots["lat"].mean()))
    row = positions[positions["camp"] == name].iloc[0]
    tone, identity = sides.get(str(row["side"]), (0, "neutral"))
    return CampView(camp_title(report, name), Markup(drawing), centre, identity, tone, fallen, there)


def camp_title(report: ReportInput, name: str) -> str:
    """The camp's name in words: that of the place that feeds it, if it has one."""
    tables = report.scenario.tables
    positions = tables["positions"][tables["positions"]["camp"] == name]
    key = str(positions["supply_place"].mode().iloc[0])
    if name in tables["places"].index:
        return str(tables["places"].loc[name, "name"])
    if key in tables["places"].index and name == name.lower():
        return str(tables["places"].loc[key, "name"])
    return readable(name)


def detail_box(report: ReportInput, name: str) -> Box:
    """The box of the close-up: the scenario's own, or one about the camp's positions."""
    given = report.scenario.report.get("detail_bbox")
    if isinstance(given, list | tuple) and len(given) == 4:
        w, s, e, n = (float(v) for v in given)
        return w, s, e, n
    tables = report.scenario.tables
    mine = tables["positions"]["camp"] == name
    return _box(tables["places"].loc[list(tables["positions"].loc[mine, "place"])])


def _positions_in(report: ReportInput, box: Box) -> pd.DataFrame:
    """Positions whose place lies in the box, of whatever camp."""
    positions = there_at_all(report)
    w, s, e, n = box
    spots = report.scenario.tables["places"].loc[list(positions["place"])]
    inside = spots["lon"].between(w, e).to_numpy() & spots["lat"].between(s, n).to_numpy()
    return positions[inside]


def _box(spots: pd.DataFrame) -> Box:
    """A box about the points with room for names, at least 4 km wide and not much taller than wide."""
    w, e = float(spots["lon"].min()), float(spots["lon"].max())
    s, n = float(spots["lat"].min()), float(spots["lat"].max())
    km = 111.195
    squeeze = math.cos(math.radians((s + n) / 2))
    pad = 0.12 * max((e - w) * km * squeeze, (n - s) * km, 4.0)
    wide, tall = max((e - w) * km * squeeze + 2 * pad, 4.0), max((n - s) * km + 2 * pad, 3.0)
    wide = max(wide, tall / 1.3)
    tall = max(tall, wide * 0.6)
    lon, lat = (w + e) / 2, (s + n) / 2
    dx, dy = wide / 2 / (km * squeeze), tall / 2 / km
    return lon - dx, lat - dy, lon + dx, lat + dy


def push_apart(points: list[tuple[float, float]], width: float, height: float) -> list[tuple[float, float]]:
    """Move symbols that cover each other, as little as needed and inside the frame; deterministic."""
    spots = np.array(points, dtype=float).reshape(-1, 2)
    home = spots.copy()
    reach = np.array([CLEAR_X, CLEAR_Y])
    order = np.arange(len(spots), dtype=float)
    # two on one spot are parted in a direction that depends on their order only
    turn = order[:, None] - order[None, :]
    aside = np.stack([np.cos(order[:, None] + order[None, :]) * turn, turn], axis=-1)
    for step in range(STEPS):
        gap = spots[:, None, :] - spots[None, :, :]
        gap = np.where(np.any(gap != 0, axis=-1, keepdims=True), gap, aside)
        near = np.hypot(gap[..., 0] / reach[0], gap[..., 1] / reach[1])
        np.fill_diagonal(near, np.inf)
        push = np.where(near < 1, (1 - near) / 2, 0.0)[..., None] * gap / np.maximum(near, 0.05)[..., None]
        if not push.any():
            break
        spots += 0.5 * push.sum(axis=1)
        if step < STEPS // 2:
            spots += (home - spots) * 0.01
        spots = np.clip(spots, [18, 20], [width - 18, height - 26])
    return [(round(float(x), 1), round(float(y), 1)) for x, y in spots]


def symbol_at(x: float, y: float, kind: str, identity: str, tone: int, scale: float, css: str, men: float = 0.0) -> str:
    """A map symbol moved and scaled to its place."""
    where = f"translate({x:.1f} {y:.1f}) scale({scale:g})"
    return tag("g", symbol(kind, identity, men), transform=where, class_=f"app6 {css} tone-{tone}")


def _leader(spot: tuple[float, float], symbol_spot: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = spot, symbol_spot
    dot = tag("circle", cx=x1, cy=y1, r=2, class_="place")
    if math.hypot(x2 - x1, y2 - y1) < 4:
        return dot
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="leader") + dot


def _airfields(report: ReportInput, view: Projection) -> list[str]:
    places = report.scenario.tables["places"]
    parts = []
    for _, row in places[places["kind"] == "airfield"].iterrows():
        if view.inside(float(row["lon"]), float(row["lat"])):
            x, y = view(float(row["lon"]), float(row["lat"]))
            strip = tag("rect", x=x - 5, y=y - 17, width=10, height=34, rx=2, class_="airfield")
            parts.append(tag("g", tag("title", str(row["name"]).replace("<", "&lt;")) + strip))
    return parts


@dataclass(frozen=True)
class Formation:
    """A formation (or those of one parent) in the field within the close-up, with the days it is there."""

    name: str
    side: str
    kind: str
    men: float
    stays: list[list[int]]
    x: float
    y: float

    @property
    def short(self) -> str:
        """The name without what follows a comma or stands in brackets, cut to what fits beside a symbol."""
        bare = self.name.split(",")[0].split(" (")[0]
        return bare if len(bare) <= 22 else bare[:21].rstrip() + "…"


def _formations(report: ReportInput, view: Projection) -> list[Formation]:
    """Fighting formations outside the strongpoints that are in view; those of one parent share a symbol."""
    scenario = report.scenario
    forces, places = scenario.tables["forces"], scenario.tables["places"]
    groups: dict[tuple[str, ...], list[Any]] = {}
    for _, row in forces.iterrows():
        if row["position"] or row["kind"] not in FIGHTING or row["place"] not in places.index:
            continue
        spot = places.loc[row["place"]]
        if view.inside(float(spot["lon"]), float(spot["lat"])):
            key = tuple(str(row[c]) for c in ("place", "side", "kind", "parent"))
            groups.setdefault(key, []).append(row)
    found = []
    for (spot_id, side, kind, parent), rows in groups.items():
        stays = []
        present = np.zeros(scenario.days + 1)
        for row in rows:
            first = 0 if pd.isna(row["from"]) else scenario.day(row["from"].date())
            last = scenario.days if pd.isna(row["until"]) else scenario.day(row["until"].date())
            stays.append([first, last])
            present[max(first, 0) : max(last + 1, 0)] += float(row["strength"])
        name = parent if len(rows) > 1 and parent else str(rows[0]["name"])
        x, y = view(float(places["lon"][spot_id]), float(places["lat"][spot_id]))
        found.append(Formation(name, side, kind, float(present.max()), stays, x, y))
    return found
