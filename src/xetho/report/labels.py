"""Names on a map that do not run into each other: the most important first, each where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xetho.report.svg import label

# Width of a letter as a share of the type size, generous for the usual sans serif
LETTER = 0.56
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Name:
    """A name to write beside a point that is drawn with this half width and half height."""

    words: str
    x: float
    y: float
    half_width: float
    half_height: float
    size: float
    css: str
    rank: float


def overlaps(a: Rect, b: Rect) -> bool:
    """Whether two boxes (left, top, right, bottom) share ground."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def place(names: Sequence[Name], taken: Sequence[Rect], width: float, height: float) -> tuple[str, list[Rect]]:
    """Write the names in order of rank where one of eight places about the point is free; leave out the rest.

    ``taken`` are boxes that must stay clear. Returns the SVG and the boxes written in.
    """
    busy: list[Rect] = list(taken)
    written: list[Rect] = []
    parts: list[str] = []
    for name in sorted(names, key=lambda n: -n.rank):
        for anchor, x, base, box in _candidates(name):
            fits = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            if fits and not any(overlaps(box, other) for other in busy):
                busy.append(box)
                written.append(box)
                parts.append(label(name.words, x, base, class_=name.css, text_anchor=anchor, font_size=name.size))
                break
    return "".join(parts), written


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
