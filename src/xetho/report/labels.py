"""Names on a map that do not run into each other: the most important first, each where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xetho.report.svg import label, tag

# Width of a letter as a share of the type size, generous for the usual sans serif
LETTER = 0.56
# How far off a name with a leading line may stand (rings of 12 units), and what a crossed name or symbol costs in units
FAR_RINGS = 14
LINE_CROSSING = 60.0
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Name:
    """A name to write beside a point that is drawn with this half width and half height.

    ``led``: where there is no room beside the point, the name stands further off with a line to it.
    ``there``: number of the formation with which the name comes and goes.
    """

    words: str
    x: float
    y: float
    half_width: float
    half_height: float
    size: float
    css: str
    rank: float
    led: bool = False
    there: int | None = None


def overlaps(a: Rect, b: Rect) -> bool:
    """Whether two boxes (left, top, right, bottom) share ground."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def place(names: Sequence[Name], taken: Sequence[Rect], width: float, height: float) -> tuple[str, list[Rect]]:
    """Write the names in order of rank where one of eight places about the point is free.

    Of the rest those with a leading line are then written at the nearest free place; the others are left out.
    ``taken`` are boxes that must stay clear. Returns the SVG and the boxes written in.
    """
    busy: list[Rect] = list(taken)
    written: list[Rect] = []
    parts: list[str] = []
    crowded: list[Name] = []

    def free(box: Rect) -> bool:
        fits = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
        return fits and not any(overlaps(box, other) for other in busy)

    def write(name: Name, anchor: str, x: float, base: float, box: Rect) -> None:
        busy.append(box)
        written.append(box)
        tied = {} if name.there is None else {"data_there": name.there, "data_name": name.words}
        parts.append(label(name.words, x, base, class_=name.css, text_anchor=anchor, font_size=name.size, **tied))

    for name in sorted(names, key=lambda n: (not n.led, -n.rank)):
        spot = next((c for c in _candidates(name) if free(c[3])), None)
        if spot:
            write(name, *spot)
        elif name.led:
            crowded.append(name)
    for name in crowded:
        found = [c for c in _far_candidates(name) if free(c[3])]
        if found:
            best = min(found, key=lambda c: _cost(name, c[3], busy))
            (x1, y1), (x2, y2) = _line(name, best[3])
            parts.insert(0, tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="leader"))
            write(name, *best)
    return "".join(parts), written


def _far_candidates(name: Name) -> list[tuple[str, float, float, Rect]]:
    """Places on rings about the point, further off than the eight beside it."""
    long, tall = len(name.words) * name.size * LETTER, name.size
    out = []
    for ring in range(1, FAR_RINGS + 1):
        for k in range(24):
            angle = 2 * math.pi * k / 24
            x = name.x + (name.half_width + 12 * ring) * math.cos(angle)
            middle = name.y + (name.half_height + 12 * ring) * math.sin(angle)
            right = math.cos(angle) >= 0
            box = (x if right else x - long, middle - tall * 0.55, x + long if right else x, middle + tall * 0.55)
            out.append(("start" if right else "end", x, middle + tall * 0.35, box))
    return out


def _line(name: Name, box: Rect) -> tuple[tuple[float, float], tuple[float, float]]:
    """From the edge of what is drawn at the point to the nearer end of the name."""
    x = box[0] - 1 if box[0] >= name.x else box[2] + 1
    y = (box[1] + box[3]) / 2
    dx = min(max(x - name.x, -name.half_width), name.half_width)
    dy = min(max(y - name.y, -name.half_height), name.half_height)
    return (name.x + dx, name.y + dy), (x, y)


def _cost(name: Name, box: Rect, busy: Sequence[Rect]) -> float:
    """Length of the line, and much more for all that it crosses."""
    (x1, y1), (x2, y2) = _line(name, box)
    own = (name.x - name.half_width, name.y - name.half_height, name.x + name.half_width, name.y + name.half_height)
    steps = [(x1 + (x2 - x1) * t / 20, y1 + (y2 - y1) * t / 20) for t in range(1, 20)]
    crossed = sum(
        any(b[0] < x < b[2] and b[1] < y < b[3] for x, y in steps) for b in busy if not overlaps(b, own)
    )
    return math.hypot(x2 - x1, y2 - y1) + LINE_CROSSING * crossed


def _candidates(name: Name) -> list[tuple[str, float, float, Rect]]:
    long, tall = len(name.words) * name.size * LETTER, name.size
    gap_x, gap_y = name.half_width + 3, name.half_height + 2
    out = []
    for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1)):
        anchor = ("end", "middle", "start")[dx + 1]
        x = name.x + dx * (gap_x if dy == 0 else gap_x * 0.7)
        middle = name.y + dy * (gap_y + tall / 2)
        left = x - (0, long / 2, long)[("start", "middle", "end").index(anchor)]
        box = (left, middle - tall * 0.55, left + long, middle + tall * 0.55)
        out.append((anchor, x, middle + tall * 0.35, box))
    return out
