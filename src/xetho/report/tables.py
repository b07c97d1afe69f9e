"""Data frames as HTML tables: headings in words with their unit, numbers right, every text escaped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from xetho.report.words import NOTHING, long_date, number, percent, readable

# Endings of column names that are units (the longest first), with the unit as it is written
UNITS = (
    ("_t_per_unit", "t per unit"),
    ("_t_per_day", "t/day"),
    ("_ton_km", "t km"),
    ("_tkm", "t km"),
    ("_km2", "km²"),
    ("_days", "days"),
    ("_share", "share"),
    ("_t", "t"),
    ("_km", "km"),
    ("_kg", "kg"),
    ("_m", "m"),
)
WHOLE_NAMES = {
    "t": ("Amount", "t"),
    "ton_km": ("Ton-kilometres", "t km"),
    "carrier_days": ("Carrier-days", ""),
    "labour_days": ("Labour", "man-days"),
    "from": ("From", ""),
    "until": ("Until", ""),
}


@dataclass(frozen=True)
class Table:
    """A table ready for the page."""

    caption: str
    html: Markup


def heading(column: str) -> tuple[str, str]:
    """A column's name in words and its unit.

    >>> heading("need_t"), heading("carrier_days")
    (('Need', 't'), ('Carrier-days', ''))
    """
    if column in WHOLE_NAMES:
        return WHOLE_NAMES[column]
    for ending, unit in UNITS:
        if column.endswith(ending) and len(column) > len(ending):
            return readable(column[: -len(ending)]).capitalize(), unit
    return readable(column).capitalize(), ""


def cell(value: Any, column: str = "") -> str:
    """One value in words (not yet escaped)."""
    if value is None or value is pd.NaT:
        return NOTHING
    if isinstance(value, pd.Timestamp | date):
        return long_date(value)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.integer | np.floating):
        amount = float(value)
        if math.isinf(amount):
            return "no limit"
        return percent(amount) if "share" in column else number(amount)
    return str(value)


def is_number(value: Any) -> bool:
    """Whether the value is set right."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool | np.bool_)


def frame_table(
    frame: pd.DataFrame,
    caption: str,
    names: Mapping[str, Callable[[Any], str]] | None = None,
    leave_out: tuple[str, ...] = (),
    most: int = 200,
) -> Table:
    """A data frame as a table; ``names`` turns a column's ids into words; rows past ``most`` are counted."""
    shown = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
    columns = [c for c in shown.columns if c not in leave_out]
    head = []
    for column in columns:
        words, unit = heading(str(column))
        note = f' <span class="unit">({escape(unit)})</span>' if unit else ""
        numeric = len(shown) > 0 and is_number(shown[column].iloc[0])
        head.append(f'<th scope="col"{" class=num" if numeric else ""}>{escape(words)}{note}</th>')
    body = []
    for _, row in shown.head(most).iterrows():
        cells = []
        for k, column in enumerate(columns):
            value = row[column]
            words = names[str(column)](value) if names and str(column) in names else cell(value, str(column))
            tag = "th scope=row" if k == 0 else "td" + (" class=num" if is_number(value) else "")
            cells.append(f"<{tag}>{escape(words)}</{tag.split()[0]}>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    if len(shown) > most:
        body.append(f'<tr><td colspan="{len(columns)}">and {len(shown) - most} more rows</td></tr>')
    markup = (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{''.join(head)}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )
    return Table(caption, Markup(markup))
