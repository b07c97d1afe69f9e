"""Claims as typed bands: numbers as they are, dates as days since the scenario's start."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from xetho.scenario import Scenario

Kind = Literal["number", "date"]
USES = ("input", "fit", "test", "context")

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2}))?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class ClaimError(ValueError):
    """A claim whose band cannot be read; the message names the claim, what was found and what is allowed."""


@dataclass(frozen=True)
class Claim:
    """One recorded fact with the band it allows.

    `low` and `high` are numbers in `unit`, or days since the scenario's first day 00:00 when `kind` is
    "date". An end that is not claimed is minus or plus infinity: only `low` is "more than", only `high`
    is "up to". A date without an hour covers its whole day, a month its whole month.
    """

    id: str
    subject: str
    quantity: str
    metric: str
    kind: Kind
    low: float
    high: float
    unit: str
    says: str
    use: str
    source: tuple[str, ...]


def read_claims(scenario: Scenario, kinds: dict[str, Kind]) -> list[Claim]:
    """Claims of the scenario that speak to a model output.

    Args:
        scenario: its `claims` table is read, in file order; claims with a blank metric are left out.
        kinds: whether each metric used gives a number or a date.

    Raises:
        ClaimError: a band is empty, unreadable, or its low end lies above its high end.
    """
    claims = []
    for key, row in scenario.tables["claims"].iterrows():
        metric = str(row["metric"]).strip()
        if not metric:
            continue
        kind = kinds[metric]
        low, high = band(str(key), str(row["low"]), str(row["high"]), kind, scenario.start)
        claims.append(
            Claim(
                id=str(key),
                subject=str(row["subject"]),
                quantity=str(row["quantity"]),
                metric=metric,
                kind=kind,
                low=low,
                high=high,
                unit=str(row["unit"]),
                says=str(row["says"]),
                use=str(row["use"]),
                source=tuple(row["source"]),
            )
        )
    return claims


def band(claim: str, low: str, high: str, kind: Kind, start: date) -> tuple[float, float]:
    """Ends of a claim's band as floats, infinite where the claim leaves an end open.

    >>> band("c1", "1954-05-07", "1954-05-07", "date", date(1954, 5, 1))
    (6.0, 7.0)
    >>> band("c2", "22370", "", "number", date(1954, 5, 1))
    (22370.0, inf)
    """
    low, high = low.strip(), high.strip()
    if not low and not high:
        raise ClaimError(f"claim {claim}: both low and high are blank; give at least one of them")
    read = _date_span if kind == "date" else _number_span
    try:
        first = read(low, start)[0] if low else float("-inf")
        last = read(high, start)[1] if high else float("inf")
    except ValueError as error:
        raise ClaimError(f"claim {claim}: {error}") from None
    if first > last:
        raise ClaimError(f"claim {claim}: low {low!r} lies above high {high!r}")
    return first, last


def _number_span(text: str, start: date) -> tuple[float, float]:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise ValueError(f"{text!r} is not a number (its metric gives a number)") from None
    if value != value:
        raise ValueError(f"{text!r} is not a number (its metric gives a number)")
    return value, value


def _date_span(text: str, start: date) -> tuple[float, float]:
    """First and last moment that `text` covers, in days since `start` 00:00."""
    if (found := _DAY.fullmatch(text)) is not None:
        year, month, day = (int(part) for part in found.groups()[:3])
        if found.group(4) is None:
            from_start = _days(datetime(year, month, day), start)
            return from_start, from_start + 1.0
        moment = _days(datetime(year, month, day, int(found.group(4)), int(found.group(5))), start)
        return moment, moment
    if (found := _MONTH.fullmatch(text)) is not None:
        year, month = int(found.group(1)), int(found.group(2))
        from_start = _days(datetime(year, month, 1), start)
        return from_start, from_start + monthrange(year, month)[1]
    raise ValueError(f"{text!r} is not a date (allowed: YYYY-MM-DD, YYYY-MM-DDThh:mm or YYYY-MM)")


def _days(moment: datetime, start: date) -> float:
    return (moment - datetime(start.year, start.month, start.day)) / timedelta(days=1)


def as_date(days: float, start: date) -> str:
    """Day of the calendar that `days` since `start` falls on, as YYYY-MM-DD ("" when it did not happen)."""
    if pd.isna(days) or days in (float("inf"), float("-inf")):
        return ""
    return (datetime(start.year, start.month, start.day) + timedelta(days=days)).strftime("%Y-%m-%d")
