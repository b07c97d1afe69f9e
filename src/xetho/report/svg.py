"""Small SVG writer: escaped elements, axes and scales shared by the charts and the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from xetho.report.words import MONTHS, number


def tag(name: str, content: str = "", **attributes: object) -> str:
    """One element. ``content`` is markup; attribute values are escaped; ``_`` in names becomes ``-``.

    >>> tag("text", text("a<b"), x=1, class_="l")
    '<text x="1" class="l">a&lt;b</text>'
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    opening = " ".join(parts)
    return f"<{opening}>{content}</{name}>" if content else f"<{opening}/>"


def text(words: object) -> str:
    """Escaped text for use as content."""
    return escape(str(words))


def label(words: object, x: float, y: float, **attributes: object) -> str:
    """A text element."""
    return tag("text", text(words), x=round(x, 1), y=round(y, 1), **attributes)


def path(points: Sequence[tuple[float, float]], close: bool = False) -> str:
    """Path data through points, to a tenth of a unit."""
    if not points:
        return ""
    body = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M{body}{'Z' if close else ''}"


@dataclass(frozen=True)
class Scale:
    """Maps values from ``low..high`` linearly to ``start..stop`` on the page."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.stop - self.start)

    def clip(self, value: float) -> float:
        """Position of the value, held inside the axis."""
        return self(min(max(value, self.low), self.high))


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values (1, 2, 2.5 or 5 times a power of ten) covering low to high."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((m * power for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - rough))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def nice_top(value: float) -> float:
    """The next round value at or above ``value``."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return min(m * power for m in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * power >= value * 0.9999)


def month_ticks(start: date, days: float) -> list[tuple[float, str]]:
    """First of each month as (day, words); more days when few months are in view; the year where it turns."""
    end = start + timedelta(days=math.ceil(days))
    ticks: list[tuple[float, str]] = []
    if days <= 24:
        step = max(1, round(days / 6))
        for k in range(0, int(days) + 1, step):
            day = start + timedelta(days=k)
            ticks.append((float(k), f"{day.day} {MONTHS[day.month - 1]}"))
        return ticks
    marks = (1,) if days > 75 else (1, 11, 21)
    every = max(1, round(days / 30 / 8)) if days > 75 else 1
    year, month, count = start.year, start.month, 0
    while (year, month) <= (end.year, end.month):
        for mark in marks:
            day = date(year, month, mark)
            if start <= day <= end and count % every == 0:
                words = MONTHS[month - 1] if days > 75 else f"{mark} {MONTHS[month - 1]}"
                # two years side by side would run into each other: January's speaks for both
                if days > 75 and (month == 1 or (not ticks and month < 12)):
                    words += f" {year}"
                ticks.append((float((day - start).days), words))
        year, month, count = (year, month + 1, count + 1) if month < 12 else (year + 1, 1, count + 1)
    return ticks


@dataclass(frozen=True)
class Frame:
    """The plot area of a chart: margins, x axis in days or numbers, y axis in numbers."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    def x(self, low: float, high: float) -> Scale:
        return Scale(low, high, self.left, self.width - self.right)

    def y(self, low: float, high: float) -> Scale:
        return Scale(low, high, self.height - self.bottom, self.top)


def y_axis(frame: Frame, scale: Scale, unit: str, share: bool = False) -> str:
    """Horizontal grid lines with their values, the unit above the top one."""
    parts = []
    for tick in nice_ticks(scale.low, scale.high, 4):
        y = scale(tick)
        parts.append(tag("line", x1=frame.left, x2=frame.width - frame.right, y1=y, y2=y, class_="grid"))
        words = f"{tick * 100:.0f} %" if share else number(tick)
        parts.append(label(words, frame.left - 6, y + 4, class_="tick", text_anchor="end"))
    parts.append(label(unit, 2, frame.top - 10, class_="unit"))
    return "".join(parts)


def x_axis(frame: Frame, scale: Scale, ticks: Sequence[tuple[float, str]]) -> str:
    """A base line with ticks and words below."""
    base = frame.height - frame.bottom
    parts = [tag("line", x1=frame.left, x2=frame.width - frame.right, y1=base, y2=base, class_="axis")]
    for value, words in ticks:
        x = scale(value)
        parts.append(tag("line", x1=x, x2=x, y1=base, y2=base + 4, class_="axis"))
        near_end = x > frame.width - frame.right - 14
        anchor = "end" if near_end else "middle"
        parts.append(label(words, x + (8 if near_end else 0), base + 18, class_="tick", text_anchor=anchor))
    return "".join(parts)


def document(width: float, height: float, content: str, title: str, **attributes: object) -> str:
    """An inline SVG image with its words for those who cannot see it."""
    return tag(
        "svg",
        tag("title", text(title)) + content,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=title,
        **attributes,
    )
