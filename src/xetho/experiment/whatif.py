"""What-if: base against variant, run by run over the same draws, each difference with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from xetho.evidence.metrics import describe, evaluate
from xetho.evidence.naming import Names
from xetho.experiment.intervals import mean_difference, median_difference, proportion_difference
from xetho.experiment.sensitivity import hangs_on

if TYPE_CHECKING:
    from xetho.results import Runs

TABLE_COLUMNS = [
    "metric", "label", "unit", "kind", "base", "variant", "difference", "low", "high",
    "share_base", "share_variant", "pairs",
]  # fmt: skip


# An outcome rarer than this, or missing as rarely, is settled: too few runs are left to ask what decides it.
CERTAIN = 0.02


class PairingError(ValueError):
    """Base and variant runs that do not belong together, so that no run-by-run difference exists."""


@dataclass(frozen=True)
class WhatIf:
    """Answer to one what-if.

    Attributes:
        name, title, why: of the variant, in the scenario's words.
        runs: paired runs compared.
        table: one row a metric with `TABLE_COLUMNS`. Numbers: means and the mean difference with its
            Student interval. Dates (days since the start): medians over the runs in which it happened, and
            the median difference over runs in which it happened in both. `share_base` and `share_variant`
            are the shares of runs in which it happened.
        outcome_base, outcome_variant: shares of runs with the scenario's outcome; `outcome_difference` with
            `outcome_low`, `outcome_high` is their paired difference and its 95 % score interval. NaN when
            the scenario names no outcome.
        hangs_on: assumptions that decide the answer as (id, name, share of variance); none when none
            stands out from chance. `hangs_on_what` says of what: whether the outcome comes about under the
            variant; when that is as good as certain, the difference in its date; else in the first metric.
        outcome_by_assumption: for each of those, the outcome's share in the runs with the lowest and
            highest third of the assumption: columns assumption, name, low_third, high_third.
        plan_feasible, plan_shortage_share: whether the variant's own plan closes for the side asked about (who
            attacks the camp of the outcome; all sides when there is none), and the share of that side's need it
            leaves unmet; None and NaN when it was not planned.
        plan_side: that side's name.
        plan_reasons: the plan's sentences.
    """

    name: str
    title: str
    why: str
    runs: int
    table: pd.DataFrame
    outcome_base: float = math.nan
    outcome_variant: float = math.nan
    outcome_difference: float = math.nan
    outcome_low: float = math.nan
    outcome_high: float = math.nan
    hangs_on: list[tuple[str, str, float]] = field(default_factory=list)
    hangs_on_what: str = ""
    outcome_by_assumption: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan_feasible: bool | None = None
    plan_shortage_share: float = math.nan
    plan_side: str = ""
    plan_reasons: list[str] = field(default_factory=list)


def whatif(
    base: Runs,
    variant: Runs,
    metrics: Sequence[str],
    *,
    start: date,
    outcome: str | None = None,
    name: str = "",
    title: str = "",
    why: str = "",
    assumption_names: dict[str, str] | None = None,
    names: Names | None = None,
) -> WhatIf:
    """Compare paired runs: run i of both shares its seed and every draw that the variant does not change.

    Args:
        base, variant: runs of the same seed; where one has more, its first ones are used.
        metrics: metric strings as in claims; one row of the table each.
        start: first day of the scenario, for dates inside metrics.
        outcome: date metric whose happening is the outcome (a camp falls), or None.
        assumption_names, names: words for ids, for labels.

    Raises:
        PairingError: seeds differ or one of them has no runs.
        MetricError: a metric names an output or key that the runs do not have.
    """
    if base.meta.get("seed") != variant.meta.get("seed"):
        raise PairingError(f"seed {base.meta.get('seed')} cannot be paired with {variant.meta.get('seed')}")
    runs = min(base.summary.sizes["run"], variant.summary.sizes["run"])
    if runs == 0:
        raise PairingError("there are no runs to compare")
    rows = [
        _row(metric, evaluate(metric, base, start), evaluate(metric, variant, start), runs, names)
        for metric in metrics
    ]
    answer = WhatIf(name, title, why, runs, pd.DataFrame(rows, columns=TABLE_COLUMNS))
    words = assumption_names or {}
    if outcome is not None:
        answer = _with_outcome(answer, outcome, base, variant, start, words)
    if not answer.hangs_on_what and metrics:
        answer = _with_difference(answer, metrics[0], base, variant, start, words)
    return answer


def _row(
    metric: str,
    base: npt.NDArray[np.float64],
    variant: npt.NDArray[np.float64],
    runs: int,
    names: Names | None,
) -> dict[str, object]:
    pairs = min(len(base), len(variant), runs)
    base, variant = base[:pairs], variant[:pairs]
    about = describe(metric, names)
    both = ~np.isnan(base) & ~np.isnan(variant)
    difference = (variant - base)[both]
    centre = np.median if about.kind == "date" else np.mean
    interval = median_difference if about.kind == "date" else mean_difference
    middle, low, high = interval(difference)
    return {
        "metric": metric,
        "label": about.label,
        "unit": about.unit,
        "kind": about.kind,
        "base": _over(centre, base),
        "variant": _over(centre, variant),
        "difference": middle,
        "low": low,
        "high": high,
        "share_base": float(np.mean(~np.isnan(base))) if pairs else math.nan,
        "share_variant": float(np.mean(~np.isnan(variant))) if pairs else math.nan,
        "pairs": int(both.sum()),
    }


def _over(centre: object, values: npt.NDArray[np.float64]) -> float:
    there = values[~np.isnan(values)]
    if len(there) == 0:
        return math.nan
    return float(np.median(there) if centre is np.median else np.mean(there))


def _with_outcome(
    answer: WhatIf, outcome: str, base: Runs, variant: Runs, start: date, names: dict[str, str]
) -> WhatIf:
    before = ~np.isnan(evaluate(outcome, base, start)[: answer.runs])
    after = ~np.isnan(evaluate(outcome, variant, start)[: answer.runs])
    difference, low, high = proportion_difference(before, after)
    answer = replace(
        answer,
        outcome_base=float(before.mean()),
        outcome_variant=float(after.mean()),
        outcome_difference=difference,
        outcome_low=low,
        outcome_high=high,
    )
    draws = variant.assumptions.iloc[: answer.runs]
    if CERTAIN < after.mean() < 1 - CERTAIN:
        deciding = hangs_on(after, draws, names)
        thirds = outcome_by_assumption(after, draws, deciding)
        what = "whether the outcome comes about"
        return replace(answer, hangs_on=deciding, hangs_on_what=what, outcome_by_assumption=thirds)
    if (before & after).any():
        return _with_difference(answer, outcome, base, variant, start, names)
    return answer


def _with_difference(
    answer: WhatIf, metric: str, base: Runs, variant: Runs, start: date, names: dict[str, str]
) -> WhatIf:
    before, after = evaluate(metric, base, start), evaluate(metric, variant, start)
    pairs = min(len(before), len(after), answer.runs)
    deciding = hangs_on(after[:pairs] - before[:pairs], variant.assumptions.iloc[:pairs], names)
    return replace(answer, hangs_on=deciding, hangs_on_what=f"difference in: {describe(metric).label}")


def outcome_by_assumption(
    happened: npt.NDArray[np.bool_], assumptions: pd.DataFrame, deciding: Sequence[tuple[str, str, float]]
) -> pd.DataFrame:
    """Share of runs with the outcome in the lowest and highest third of each deciding assumption.

    Returns:
        Columns assumption, name, low_third, high_third; one row for each of `deciding`.
    """
    rows = []
    for key, name, _ in deciding:
        draws = assumptions[key].to_numpy(dtype=np.float64)
        low, high = np.quantile(draws, [1 / 3, 2 / 3])
        rows.append(
            {
                "assumption": key,
                "name": name,
                "low_third": float(happened[draws <= low].mean()),
                "high_third": float(happened[draws >= high].mean()),
            }
        )
    return pd.DataFrame(rows, columns=["assumption", "name", "low_third", "high_third"])
