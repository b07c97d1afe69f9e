"""How many runs are needed: play on until what is asked is known to a stated half-width.

The half-width of the 95 % interval is looked at after fixed numbers of runs, never after a time, so the same question
takes the same runs on every machine. Stopping when the interval is narrow enough leaves its coverage right for the
narrow intervals that are worth asking for (Chow and Robbins, "On the asymptotic theory of fixed-width sequential
confidence intervals for the mean", Annals of Mathematical Statistics 36, 1965).
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from xetho.evidence import evaluate, metric_kind
from xetho.experiment.intervals import wilson
from xetho.pages import CampaignError
from xetho.scenario.metrics import outputs, parse_metric

if TYPE_CHECKING:
    from xetho.results import Runs

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float, float]

FORM = "[mean|happens|pNN] METRIC[<VALUE]:HALF-WIDTH"
_OPERATORS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_TEXT = re.compile(r"(?:(mean|happens|p\d{1,2})\s+)?([^<>]+?)\s*(?:(<=|>=|<|>)\s*(\S+))?")


@dataclass(frozen=True)
class Wanted:
    """Something to be known: `what` is share, mean or quantile; `half_width` in its unit (of a date: days)."""

    text: str
    metric: str
    kind: str
    what: str
    quantile: float
    compare: str
    value: float
    half_width: float

    def numbers(self, runs: Runs, start: date) -> Floats:
        """What each run says: 0 or 1 for a share, else the metric where it happened. Raises MetricError."""
        found = evaluate(self.metric, runs, start)
        if self.what != "share":
            return found[~np.isnan(found)]
        yes = _OPERATORS[self.compare](found, self.value) if self.compare else ~np.isnan(found)
        return yes.astype(np.float64)

    def interval(self, values: Floats) -> Interval:
        """Estimate and the ends of its 95 % interval; NaN and infinity while too few runs say anything."""
        if self.what == "share":
            return wilson(int(values.sum()), len(values))
        return mean_interval(values) if self.what == "mean" else quantile_interval(values, self.quantile)


def read_wanted(texts: Sequence[str], start: date) -> list[Wanted]:
    """Read texts such as ``camp_fall_date[FORT]<1954-05-07:0.01`` or ``p95 dead[blue]:20``.

    `mean` (unless told otherwise) and `pNN` are over the runs in which the thing happened. A comparison asks for the
    share of all runs in which the metric is so, a date that never came being so in none; `happens` for the share in
    which there is any value. Raises CampaignError with everything that is wrong.
    """
    found, wrong = [], []
    for text in texts:
        try:
            found.append(_read(text, start))
        except ValueError as error:  # MetricError among them
            wrong.append(f"precision {text}: {error}")
    if wrong:
        raise CampaignError(*wrong)
    return found


def _read(text: str, start: date) -> Wanted:
    left, colon, right = text.rpartition(":")
    match = _TEXT.fullmatch(left.strip())
    if not colon or match is None:
        raise ValueError(f"it is not of the form {FORM}")
    word, metric, compare, value = match.groups()
    half_width = _number(right, "the half-width")
    if not (half_width > 0 and math.isfinite(half_width)):
        raise ValueError(f"the half-width is {right.strip()}, allowed more than 0")
    kind = metric_kind(metric)
    if any(outputs()[term.name].kind == "daily" for term in parse_metric(metric).terms):
        raise ValueError("daily outputs are kept of the first runs only; choose one for the whole campaign")
    if word and compare:
        raise ValueError(f"{word} and {compare} cannot both be asked; a comparison is a share of runs")
    share = bool(compare) or word == "happens"
    if share and half_width >= 0.5:
        raise ValueError(f"the half-width is {right.strip()}, allowed less than 0.5 for a share of runs")
    quantile = int(word[1:]) / 100 if word and word.startswith("p") else math.nan
    if quantile == 0:
        raise ValueError("p00 is the least of all runs, which no number of runs makes known; allowed p01 to p99")
    what = "share" if share else "mean" if math.isnan(quantile) else "quantile"
    bound = _bound(value, kind, start) if compare else math.nan
    return Wanted(text, metric.strip(), kind, what, quantile, compare or "", bound, half_width)


def _bound(text: str, kind: str, start: date) -> float:
    """What a metric is compared with: a number, or for dates also a day of the calendar."""
    if kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return float((date.fromisoformat(text) - start).days)
    return _number(text, "what it is compared with")


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'{name} is "{text.strip()}", which is not a number') from None


class Precision:
    """Watches runs until everything wanted is known well enough (a `results.play.Watch`)."""

    def __init__(self, wanted: Sequence[Wanted], start: date) -> None:
        self.wanted, self.start, self.runs = list(wanted), start, 0
        self._values: list[list[Floats]] = [[] for _ in wanted]

    def add(self, runs: Runs) -> None:
        """See the next runs. Raises MetricError when a metric names a key that the runs do not have."""
        for one, values in zip(self.wanted, self._values, strict=True):
            values.append(one.numbers(runs, self.start))
        self.runs += runs.summary.sizes["run"]

    def enough(self) -> bool:
        """Whether every interval is narrow enough."""
        return all(row["reached"] for row in self.table())

    def table(self) -> list[dict[str, Any]]:
        """For each thing wanted: the estimate, its interval, half-width reached and wanted, over how many runs."""
        rows = []
        for one, parts in zip(self.wanted, self._values, strict=True):
            values = np.concatenate(parts) if parts else np.empty(0)
            parts[:] = [values]
            estimate, low, high = one.interval(values)
            half = (high - low) / 2
            rows.append(
                {
                    "precision": one.text, "metric": one.metric, "kind": one.kind, "what": one.what,
                    "estimate": estimate, "low": low, "high": high, "half_width": half, "wanted": one.half_width,
                    "reached": bool(half <= one.half_width), "runs": len(values),
                }
            )  # fmt: skip
        return rows


def mean_interval(values: Floats, level: float = 0.95) -> Interval:
    """Mean of independent values and its normal interval; infinite for fewer than two."""
    if len(values) < 2:
        return (float(values[0]) if len(values) else math.nan), -math.inf, math.inf
    mean = float(np.mean(values))
    half = float(norm.ppf((1 + level) / 2) * np.std(values, ddof=1) / math.sqrt(len(values)))
    return mean, mean - half, mean + half


def quantile_interval(values: Floats, share: float, level: float = 0.95) -> Interval:
    """Quantile and its distribution-free interval between order statistics; infinite where there is none.

    Their ranks come from the binomial distribution of the number of values below the quantile, by its normal
    approximation (Conover, "Practical Nonparametric Statistics", 1999, section 3.2).
    """
    count = len(values)
    if count == 0:
        return math.nan, -math.inf, math.inf
    spread = float(norm.ppf((1 + level) / 2)) * math.sqrt(count * share * (1 - share))
    low, high = math.floor(count * share - spread) - 1, math.ceil(count * share + spread)
    at = [rank for rank in (low, high) if 0 <= rank < count]
    ordered = np.partition(values, at) if at else values
    return (
        float(np.quantile(values, share)),
        float(ordered[low]) if low >= 0 else -math.inf,
        float(ordered[high]) if high < count else math.inf,
    )
