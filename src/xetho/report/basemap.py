"""The sheet behind the map: coast, rivers, borders, towns and relief, if a bundled sheet covers the box.

A sheet is a folder under ``basemap/`` with ``sheet.json`` (its box); whatever is missing in it is not drawn.
Where no sheet covers a scenario the map stands on a plain grid of meridians and parallels.
"""

from __future__ import annotations

import base64
import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xetho.report.svg import label, nice_ticks, path, tag

SHEETS = Path(__file__).resolve().parent / "basemap"

Box = tuple[float, float, float, float]  # west, south, east, north
Point = tuple[float, float]


@dataclass(frozen=True)
class Projection:
    """Plate carrée true at the middle latitude: longitude and latitude to page units."""

    box: Box
    width: float

    @property
    def height(self) -> float:
        w, s, e, n = self.box
        return self.width * (n - s) / ((e - w) * self.squeeze)

    @property
    def squeeze(self) -> float:
        return math.cos(math.radians((self.box[1] + self.box[3]) / 2))

    @property
    def units_per_km(self) -> float:
        w, _, e, _ = self.box
        return self.width / ((e - w) * self.squeeze * 111.195)

    def __call__(self, lon: float, lat: float) -> Point:
        w, s, e, n = self.box
        return (lon - w) / (e - w) * self.width, (n - lat) / (n - s) * self.height

    def inside(self, lon: float, lat: float) -> bool:
        w, s, e, n = self.box
        return w <= lon <= e and s <= lat <= n


def sheet_for(box: Box) -> Path | None:
    """The first bundled sheet that covers the box, by name."""
    for folder in sorted(SHEETS.glob("*/sheet.json")):
        w, s, e, n = json.loads(folder.read_text(encoding="utf-8"))["bbox"]
        if w <= box[0] and s <= box[1] and e >= box[2] and n >= box[3]:
            return folder.parent
    return None


def _lines(file: Path) -> Iterator[list[Point]]:
    if not file.exists():
        return
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        rings = geometry["coordinates"] if geometry["type"] == "Polygon" else [geometry["coordinates"]]
        for ring in rings:
            yield [(float(p[0]), float(p[1])) for p in ring]


def _layer(file: Path, view: Projection, css: str, closed: bool = False) -> str:
    w, s, e, n = view.box
    data = []
    for line in _lines(file):
        lons, lats = [p[0] for p in line], [p[1] for p in line]
        if max(lons) >= w and min(lons) <= e and max(lats) >= s and min(lats) <= n:
            data.append(path([view(*p) for p in line], close=closed))
    return tag("path", d="".join(data), class_=css) if data else ""


def draw(sheet: Path | None, view: Projection, relief: bool = True) -> str:
    """Everything behind the nets, as SVG; the relief, which is large, only where it is wanted."""
    if sheet is None:
        return tag("rect", width=view.width, height=view.height, class_="land") + graticule(view)
    w, s, e, n = json.loads((sheet / "sheet.json").read_text(encoding="utf-8"))["bbox"]
    parts = [
        tag("rect", width=view.width, height=view.height, class_="sea"),
        _layer(sheet / "coast.geojson", view, "land", closed=True),
    ]
    if relief and (sheet / "relief.png").exists():
        (left, top), (right, foot) = view(w, n), view(e, s)
        picture = base64.b64encode((sheet / "relief.png").read_bytes()).decode("ascii")
        parts.append(
            tag(
                "image",
                x=left,
                y=top,
                width=right - left,
                height=foot - top,
                preserveAspectRatio="none",
                href=f"data:image/png;base64,{picture}",
                class_="relief",
            )
        )
    parts.append(_layer(sheet / "rivers.geojson", view, "river"))
    parts.append(_layer(sheet / "borders.geojson", view, "border"))
    parts.append(graticule(view))
    return "".join(parts)


def towns(sheet: Path | None, view: Projection) -> list[tuple[str, float, float]]:
    """Names and page positions of the sheet's towns in the box, the largest first."""
    if sheet is None or not (sheet / "towns.csv").exists():
        return []
    with (sheet / "towns.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["name"], float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    return [(name, *view(lon, lat)) for name, lon, lat in rows if view.inside(lon, lat)]


def graticule(view: Projection) -> str:
    """Meridians and parallels with their degrees at the edge."""
    w, s, e, n = view.box
    parts = []
    for lon in nice_ticks(w, e, 5)[1:-1]:
        x = view(lon, n)[0]
        parts.append(tag("line", x1=x, x2=x, y1=0, y2=view.height))
        parts.append(label(f"{abs(lon):g}° {'E' if lon >= 0 else 'W'}", x + 3, view.height - 4))
    for lat in nice_ticks(s, n, 5)[1:-1]:
        y = view(w, lat)[1]
        parts.append(tag("line", x1=0, x2=view.width, y1=y, y2=y))
        parts.append(label(f"{abs(lat):g}° {'N' if lat >= 0 else 'S'}", 3, y - 3))
    return tag("g", "".join(parts), class_="graticule")


def scale_bar(view: Projection) -> str:
    """A bar of a round number of kilometres, about a fifth of the width."""
    km = max(nice_ticks(0, view.width / view.units_per_km / 4, 2))
    length = km * view.units_per_km
    x, y = view.width - length - 14, view.height - 14
    bar = tag("path", d=f"M{x:.1f} {y - 4:.1f}v4h{length:.1f}v-4")
    return tag("g", bar + label(f"{km:g} km", x + length / 2, y - 7, text_anchor="middle"), class_="scalebar")
