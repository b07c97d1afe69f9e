"""The value of a metric in every run: one number a run, NaN where the thing did not happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from xetho.evidence.naming import Names
from xetho.scenario.metrics import EVERY, Metric, Output, Term, outputs, parse_metric
from xetho.scenario.problems import CellError, unknown

if TYPE_CHECKING:
    import xarray as xr

    from xetho.results import Runs

Floats = npt.NDArray[np.float64]


class MetricError(ValueError):
    """A metric that the runs cannot answer; the message names it, what was found and what is allowed."""


@dataclass(frozen=True)
class About:
    """What a metric is: `label` in words, `unit` ("share" for a ratio of equals), `kind` number or date."""

    label: str
    unit: str
    kind: Literal["number", "date"]


def evaluate(text: str, runs: Runs, start: date) -> Floats:
    """Value of the metric in each run.

    Args:
        text: a metric in the grammar of docs/design/interfaces.md.
        start: first day of the scenario, from which days are counted.

    Returns:
        One number a run, in the output's unit; for dates, days since `start` 00:00. Daily outputs are kept
        for the first `trace` runs only, so their metrics have that many values. NaN: it did not happen,
        or a ratio's lower part is zero.

    Raises:
        MetricError: the text is not a metric, or names an output, key or day that the runs do not have.
    """
    metric = _parse(text)
    top = _term(metric.top, runs, start, text)
    if metric.bottom is None:
        return top
    bottom = _term(metric.bottom, runs, start, text)
    pairs = min(len(top), len(bottom))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom[:pairs] != 0.0, top[:pairs] / bottom[:pairs], np.nan)


def metric_kind(text: str) -> Literal["number", "date"]:
    """Whether the metric gives a number or a date. Raises MetricError."""
    metric = _parse(text)
    return "date" if outputs()[metric.top.name].kind == "date" else "number"


def metric_unit(text: str) -> str:
    """Unit of the metric's values; "share" when it is a ratio of two equal units. Raises MetricError."""
    metric = _parse(text)
    top = outputs()[metric.top.name].unit
    if metric.bottom is None:
        return top
    bottom = outputs()[metric.bottom.name].unit
    return "share" if top == bottom else f"{top}/{bottom}"


def describe(text: str, names: Names | None = None) -> About:
    """The metric in words, its keys by name when `names` are given, with its unit and kind. Raises MetricError.

    >>> describe("dead[blue]").label
    'Killed and died of wounds (blue)'
    """
    metric = _parse(text)
    label = _words(metric.top, names)
    if metric.bottom is not None:
        label = f"{label} / {_words(metric.bottom, names)}"
    return About(label, metric_unit(text), metric_kind(text))


def _words(term: Term, names: Names | None) -> str:
    label = outputs()[term.name].description
    keys = [names.key(key) for key in term.keys] if names else term.keys
    if keys:
        label += f" ({', '.join('all' if key == EVERY else key for key in keys)})"
    if term.first is None:
        return label
    if term.first == term.last:
        return f"{label}, {term.first}"
    return f"{label}, {term.how} of {term.first} to {term.last}"


def _parse(text: str) -> Metric:
    try:
        return parse_metric(text)
    except CellError as error:
        raise MetricError(_said(text, error)) from None


def _said(text: str, error: CellError) -> str:
    allowed = f" (allowed: {error.allowed})" if error.allowed else ""
    hint = f"; {error.hint}" if error.hint else ""
    return f"metric {text}: {error.found}{allowed}{hint}"


def _term(term: Term, runs: Runs, start: date, text: str) -> Floats:
    output = outputs()[term.name]
    dataset = runs.daily if output.kind == "daily" else runs.summary
    if term.name not in dataset:
        raise MetricError(f"metric {text}: these runs did not record {term.name}")
    values = _select(dataset[term.name], output, term, text)
    if output.kind == "daily":
        values = _fold(values, term, start, text)
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _select(values: xr.DataArray, output: Output, term: Term, text: str) -> xr.DataArray:
    for dim, key in zip(output.dims, term.keys, strict=True):
        if key == EVERY:
            values = values.sum(dim)
            continue
        known = [str(label) for label in values[dim].to_numpy()]
        if key not in known:
            raise MetricError(_said(text, unknown(key, f"a {dim} of this scenario", known)))
        values = values.isel({dim: known.index(key)})
    return values


def _fold(values: xr.DataArray, term: Term, start: date, text: str) -> xr.DataArray:
    """One number a run from a run × day array: the term's mean, sum, max or min over its days."""
    assert term.first is not None and term.last is not None  # the parser asks daily outputs for days
    first, last = (term.first - start).days, (term.last - start).days
    days = values.sizes["day"]
    if first < 0 or last >= days:
        raise MetricError(f"metric {text}: its days lie outside the campaign (day 0 is {start}, {days} days)")
    window = values.isel(day=slice(first, last + 1)).astype(np.float64)
    match term.how:
        case "sum":
            return window.sum("day")
        case "max":
            return window.max("day")
        case "min":
            return window.min("day")
        case _:
            return window.mean("day")
