"""Chart forms as inline SVG: bands over time, ranges in rows, a histogram and bars.

Colours come from the page's CSS (``--side-0`` ...), so a chart follows the light and dark scheme;
numbers behind the bands travel beside the drawing as JSON for the pointer and the arrow keys.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from xetho.report.svg import (
    Frame,
    Scale,
    document,
    label,
    month_ticks,
    nice_ticks,
    nice_top,
    path,
    tag,
    text,
    x_axis,
    y_axis,
)
from xetho.report.words import date_of, percent, whole

Floats = npt.NDArray[np.float64]
# Generous mean width of a letter at the charts' type size of 12.5 units
LETTER_WIDTH = 7.6
MOST_BARS = 90  # of a histogram: beyond it a bar stands for several days


@dataclass(frozen=True)
class Band:
    """5, 50 and 95 % points by day (3 × D), of one side (``tone`` 0, 1, ...)."""

    name: str
    tone: int
    values: Floats


@dataclass(frozen=True)
class Claimed:
    """A recorded value over time: from ``low`` to ``high`` (NaN: open) on ``first`` .. ``last`` days."""

    words: str
    tone: int | None
    first: float
    last: float
    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """A row: what was simulated (5, 50, 95 %) and what is recorded (several bands)."""

    name: str
    tone: int
    points: tuple[float, float, float]
    recorded: tuple[tuple[str, float, float], ...]
    note: str = ""


def tone_class(tone: int | None) -> str:
    """CSS class that sets the colour of a side."""
    return "tone-none" if tone is None else f"tone-{tone}"


def bands_over_time(
    bands: Sequence[Band], claims: Sequence[Claimed], start: date, unit: str, title: str, share: bool = False
) -> Markup:
    """Median lines in 5-95 % bands with recorded values drawn over them."""
    frame = Frame(540, 270, 60, 12, 30, 30)
    days = max(b.values.shape[1] for b in bands)
    tops = [float(np.nanmax(b.values)) if np.isfinite(b.values).any() else 0.0 for b in bands]
    tops += [v for c in claims for v in (c.low, c.high) if np.isfinite(v)]
    y = frame.y(0.0, 1.0 if share and max(tops) <= 1.0 else nice_top(max(tops)))
    x = frame.x(0.0, float(days - 1))
    parts = [y_axis(frame, y, "" if share else unit, share), x_axis(frame, x, month_ticks(start, days - 1))]
    for band in bands:
        parts.append(_band(band, x, y))
    parts += [_claim(c, x, y, start, unit) for c in claims]
    foot = frame.height - frame.bottom
    parts.append(tag("line", x1=frame.left, x2=frame.left, y1=frame.top, y2=foot, class_="cursor"))
    data = {
        "start": start.isoformat(),
        "unit": "%" if share else unit,
        "left": frame.left,
        "right": frame.width - frame.right,
        "series": [
            {"name": b.name, "p": [[_compact(v * (100 if share else 1)) for v in row] for row in b.values]}
            for b in bands
        ],
    }
    drawing = document(
        frame.width,
        frame.height,
        "".join(parts),
        title,
        class_="chart follow",
        tabindex="0",
        data_chart=_dump(data),
    )
    return Markup(drawing)  # every word in it went through svg.text


def _dump(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))


def _compact(value: float) -> float | None:
    return float(f"{value:.3g}") if np.isfinite(value) else None


def _band(band: Band, x: Scale, y: Scale) -> str:
    low, middle, high = band.values
    seen = np.flatnonzero(np.isfinite(middle))
    upper = [(x(float(d)), y(float(high[d]))) for d in seen]
    lower = [(x(float(d)), y(float(low[d]))) for d in seen[::-1]]
    line = [(x(float(d)), y(float(middle[d]))) for d in seen]
    area = tag("path", d=path(upper + lower, close=True), class_="band")
    return tag("g", area + tag("path", d=path(line), class_="median"), class_=tone_class(band.tone))


def _claim(claim: Claimed, x: Scale, y: Scale, start: date, unit: str) -> str:
    low = claim.low if np.isfinite(claim.low) else y.low
    high = claim.high if np.isfinite(claim.high) else y.high
    left, right = x.clip(claim.first), x.clip(claim.last)
    top, bottom = y.clip(high), y.clip(low)
    words = f"{claim.words}: {span_words(claim.low, claim.high, unit)}, {date_of(start, claim.first)}"
    if claim.last > claim.first:
        words += f" to {date_of(start, claim.last)}"
    if right - left > 3:
        mark = tag("rect", x=left, width=right - left, y=top - 1, height=max(bottom - top, 2.0), class_="claimbox")
    elif bottom - top < 5:
        mark = tag("circle", cx=left, cy=(top + bottom) / 2, r=4.5, class_="claimdot")
    else:
        caps = "".join(tag("line", x1=left - 5, x2=left + 5, y1=v, y2=v, class_="claimbar") for v in (top, bottom))
        mark = tag("line", x1=left, x2=left, y1=top, y2=bottom, class_="claimbar") + caps
    return tag("g", tag("title", text(words)) + mark, class_=f"claim {tone_class(claim.tone)}")


def shortened(name: str, room: float) -> str:
    """A row's name, cut to what fits to the left of a chart (in page units)."""
    most = int((room - 10) / LETTER_WIDTH)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def span_words(low: float, high: float, unit: str) -> str:
    """A recorded band in words: "10 to 12 t", "at least 10 t", "up to 12 t".

    >>> span_words(10, 12, "t"), span_words(float("nan"), 12, "t"), span_words(3, 3, "")
    ('10 to 12 t', 'up to 12 t', '3')
    """
    tail = f" {unit}" if unit else ""
    if np.isfinite(low) and np.isfinite(high):
        body = whole(low) if low == high else f"{whole(low)} to {whole(high)}"
    elif np.isfinite(low):
        body = f"at least {whole(low)}"
    elif np.isfinite(high):
        body = f"up to {whole(high)}"
    else:
        return "not said"
    return body + tail


def ranges_in_rows(rows: Sequence[Range], start: date, title: str) -> Markup:
    """Simulated 5-50-95 % dates above the recorded ones, a row each."""
    ends = [v for r in rows for v in (*r.points, *(e for _, a, b in r.recorded for e in (a, b))) if np.isfinite(v)]
    if not ends:
        return Markup("")
    step = 26.0
    frame = Frame(760, 46 + step * len(rows), 200, 16, 10, 30)
    x = frame.x(min(ends) - 2, max(ends) + 2)
    ticks = [(d + x.low, words) for d, words in _ticks_from(start, x)]
    parts = [x_axis(frame, x, ticks)]
    for value, _ in ticks:
        xx = x(value)
        parts.append(tag("line", x1=xx, x2=xx, y1=frame.top, y2=frame.height - frame.bottom, class_="grid"))
    for k, row in enumerate(rows):
        parts.append(_range(row, x, frame.top + step * (k + 0.5), frame, start))
    return Markup(document(frame.width, frame.height, "".join(parts), title, class_="chart wide"))


def _ticks_from(start: date, x: Scale) -> list[tuple[float, str]]:
    from datetime import timedelta
    from math import floor

    first = start + timedelta(days=floor(x.low))
    shift = floor(x.low) - x.low
    return [(d + shift, words) for d, words in month_ticks(first, x.high - x.low) if d + shift >= 0]


def _range(row: Range, x: Scale, y: float, frame: Frame, start: date) -> str:
    low, middle, high = row.points
    shown = shortened(row.name, frame.left)
    parts = [label(shown, frame.left - 8, y + 4, class_="rowname", text_anchor="end")]
    words = [row.name]
    if np.isfinite(middle):
        parts.append(
            tag("line", x1=x(low), x2=x(high), y1=y - 4, y2=y - 4, class_="whisker")
            + tag("circle", cx=x(middle), cy=y - 4, r=4.5, class_="dot")
        )
        words.append(f"simulated {date_of(start, middle)} ({date_of(start, low)} to {date_of(start, high)})")
    if row.note:
        words.append(row.note)
    for who, first, last in row.recorded:
        left, right = x.clip(first), x.clip(last)
        parts.append(tag("rect", x=left - 1.5, y=y + 3, width=max(right - left, 0.0) + 3, height=7, class_="recorded"))
        words.append(f"recorded {who}: {date_of(start, first)}")
    content = tag("title", text("; ".join(words))) + "".join(parts)
    return tag("g", content, class_=tone_class(row.tone))


def histogram(
    values: Floats, recorded: Sequence[tuple[str, float, float]], start: date, tone: int, title: str
) -> Markup:
    """How many runs ended on which days, the recorded day as a line."""
    happened = values[np.isfinite(values)]
    if not len(happened):
        return Markup("")
    ends = [float(happened.min()), float(happened.max()), *(v for _, a, b in recorded for v in (a, b))]
    low, high = float(np.floor(min(ends))) - 1, float(np.ceil(max(ends))) + 1
    width = max(1.0, float(np.ceil((high - low) / MOST_BARS)))
    edges = np.arange(low, high + width, width)
    counts, _ = np.histogram(happened, bins=edges)
    shares = counts / len(values)
    frame = Frame(760, 240, 48, 16, 30, 30)
    x, y = frame.x(float(edges[0]), float(edges[-1])), frame.y(0.0, nice_top(float(shares.max())))
    parts = [y_axis(frame, y, "", share=True)]
    parts.append(x_axis(frame, x, [(d + x.low, words) for d, words in _ticks_from(start, x)]))
    for left, share in zip(edges, shares, strict=False):
        if share > 0:
            a, b = x(float(left)), x(float(left) + width)
            days = f", {width:.0f} days" if width > 1 else ""
            words = f"{date_of(start, float(left))}{days}: {share * 100:.1f} % of plays"
            bar = tag(
                "rect",
                tag("title", text(words)),
                x=a + 0.5,
                y=y(float(share)),
                width=b - a - 1,
                height=y(0.0) - y(float(share)),
                class_="bar",
            )
            parts.append(bar)
    for who, first, last in recorded:
        a, b = x.clip(first), x.clip(last)
        band = tag("rect", x=a - 1, y=frame.top, width=max(b - a, 0.0) + 2, height=y(0.0) - frame.top)
        side = "end" if a > frame.width / 2 else "start"
        offset = -6 if side == "end" else max(b - a, 0.0) + 6
        words = f"recorded: {date_of(start, first, year=False)}" + (f" ({who})" if who else "")
        parts.append(tag("g", band + label(words, a + offset, frame.top + 10, text_anchor=side), class_="recordline"))
    return Markup(document(frame.width, frame.height, "".join(parts), title, class_=f"chart wide {tone_class(tone)}"))


def bars(rows: Sequence[tuple[str, float]], title: str) -> Markup:
    """Shares as horizontal bars, in the order given."""
    if not rows:
        return Markup("")
    step = 24.0
    frame = Frame(760, 12 + step * len(rows), 320, 60, 4, 4)
    x = frame.x(0.0, max(max(abs(v) for _, v in rows), 1e-12))
    parts = []
    for k, (name, value) in enumerate(rows):
        y = frame.top + step * k
        shown = shortened(name, frame.left)
        parts.append(
            tag(
                "g",
                tag("title", text(f"{name}: {percent(value)}"))
                + label(shown, frame.left - 8, y + 16, class_="rowname", text_anchor="end")
                + tag(
                    "rect",
                    x=frame.left,
                    y=y + 5,
                    width=max(x(abs(value)) - frame.left, 1.0),
                    height=14,
                    class_="bar",
                )
                + label(percent(value), x(abs(value)) + 6, y + 16, class_="tick"),
            )
        )
    return Markup(document(frame.width, frame.height, "".join(parts), title, class_="chart wide tone-none"))


def probability_rows(rows: Sequence[tuple[str, float, float, float]], title: str) -> Markup:
    """A share of runs per row (name, share, low, high) from 0 to 100 %; the interval as a whisker."""
    step = 30.0
    frame = Frame(760, 40 + step * len(rows), 310, 60, 4, 30)
    x = frame.x(0.0, 1.0)
    foot = frame.height - frame.bottom
    parts = [x_axis(frame, x, [(t, f"{t * 100:.0f} %") for t in nice_ticks(0.0, 1.0, 4)])]
    for k, (name, share, low, high) in enumerate(rows):
        y = frame.top + step * (k + 0.5)
        shown = shortened(name, frame.left)
        bar = tag("rect", x=frame.left, y=y - 7, width=max(x(share) - frame.left, 1.0), height=14, class_="bar")
        whisker = ""
        if np.isfinite(low) and np.isfinite(high) and high > low:
            whisker = tag("line", x1=x.clip(low), x2=x.clip(high), y1=y, y2=y, class_="whisker")
        words = label(
            f"{share * 100:.0f} %",
            max(x.clip(share), x.clip(high) if whisker else 0) + 6,
            y + 4,
            class_="tick",
        )
        parts.append(
            tag(
                "g",
                tag("title", text(name))
                + label(shown, frame.left - 8, y + 4, class_="rowname", text_anchor="end")
                + bar
                + whisker
                + words,
                class_="tone-0" if k == 0 else "tone-none",
            )
        )
    parts.append(tag("line", x1=frame.left, x2=frame.left, y1=frame.top, y2=foot, class_="axis"))
    return Markup(document(frame.width, frame.height, "".join(parts), title, class_="chart wide"))


def strip(low: float, high: float, p05: float, p50: float, p95: float) -> Markup:
    """A claim in a line: recorded band below, simulated band above, on an axis of their own."""
    seen = [v for v in (low, high, p05, p95) if np.isfinite(v)]
    if len(seen) < 2 or not np.isfinite(p50):
        return Markup("")
    span = max(seen) - min(seen) or abs(seen[0]) or 1.0
    x = Scale(min(seen) - span * 0.06, max(seen) + span * 0.06, 2.0, 138.0)
    a = x(low) if np.isfinite(low) else 0.0
    b = x(high) if np.isfinite(high) else 140.0
    content = (
        tag("line", x1=x(p05), x2=x(p95), y1=7, y2=7, class_="whisker")
        + tag("circle", cx=x(p50), cy=7, r=3.5, class_="dot")
        + tag("rect", x=a - 1.5, width=max(b - a, 0.0) + 3, y=14, height=6, class_="recorded")
    )
    title = "simulated band above, recorded below"
    return Markup(document(140, 24, content, title, class_="strip tone-none", width_=140, height_=24))
