"""Validation: every claim the model can speak to beside its simulated band, and a proper score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from xetho.evidence.claims import Claim, read_claims
from xetho.evidence.metrics import evaluate, metric_kind, metric_unit

if TYPE_CHECKING:
    from xetho.results import Runs
    from xetho.scenario import Scenario

COLUMNS = [
    "id", "subject", "quantity", "metric", "low", "high", "unit", "says", "use", "source", "kind",
    "p05", "p50", "p95", "share_happened", "verdict", "crps",
]  # fmt: skip

# A thing that happened in fewer runs than this is not simulated as happening at all.
SELDOM = 0.05
# Below this share the typical run does not have it, so the typical run cannot agree with the claim.
TYPICAL = 0.5


def validate(runs: Runs, scenario: Scenario) -> pd.DataFrame:
    """Every claim with a metric beside its simulated 5, 50 and 95 % points.

    Returns:
        One row a claim, in the file's order, indexed 0..n-1, with `COLUMNS`. `low` and `high` are NaN
        where the claim leaves that end open; dates are days since the scenario's start 00:00. `p05`, `p50`
        and `p95` are over the runs in which it happened (all runs for most numbers), `share_happened`
        is their share. `crps` is NaN for a band open at one end, which has no midpoint. Claims of all
        four uses are there; `score` counts only those marked `test`.

    Raises:
        ClaimError: the band of a claim cannot be read.
        MetricError: a metric names an output or a key that the runs do not have.
    """
    table = scenario.tables["claims"]
    metrics = {str(text).strip() for text in table["metric"]} - {""}
    claims = read_claims(scenario, {metric: metric_kind(metric) for metric in metrics})
    rows = [_row(claim, evaluate(claim.metric, runs, scenario.start)) for claim in claims]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(claim: Claim, values: npt.NDArray[np.float64]) -> dict[str, object]:
    # Shares are simulated as fractions; a claim in percent is compared in percent.
    if claim.unit in ("%", "percent") and metric_unit(claim.metric) == "share":
        values = values * 100.0
    happened = values[~np.isnan(values)]
    share = len(happened) / len(values) if len(values) else 0.0
    low50high = np.quantile(happened, [0.05, 0.5, 0.95]) if len(happened) else np.full(3, np.nan)
    p05, p50, p95 = (float(x) for x in low50high)
    return {
        "id": claim.id,
        "subject": claim.subject,
        "quantity": claim.quantity,
        "metric": claim.metric,
        "low": claim.low if math.isfinite(claim.low) else math.nan,
        "high": claim.high if math.isfinite(claim.high) else math.nan,
        "unit": claim.unit,
        "says": claim.says,
        "use": claim.use,
        "source": claim.source,
        "kind": claim.kind,
        "p05": p05,
        "p50": p50,
        "p95": p95,
        "share_happened": share,
        "verdict": verdict(claim.low, claim.high, p05, p50, p95, share),
        "crps": crps(happened, (claim.low + claim.high) / 2),
    }


def verdict(low: float, high: float, p05: float, p50: float, p95: float, share_happened: float = 1.0) -> str:
    """ "inside", "overlaps" or "outside".

    inside: the simulated median lies in the claimed band, or the whole claimed band lies in the simulated
    5-95 % band. overlaps: the two bands touch. outside: they do not. What happened in under half of the
    runs overlaps at best; what happened in under one run of twenty is outside.
    """
    if math.isnan(p50) or share_happened < SELDOM or p05 > high or p95 < low:
        return "outside"
    median_in_claim = low <= p50 <= high
    claim_in_band = p05 <= low and high <= p95
    return "inside" if (median_in_claim or claim_in_band) and share_happened >= TYPICAL else "overlaps"


def crps(sample: npt.NDArray[np.float64], observed: float) -> float:
    """Continuous ranked probability score of an ensemble, in the sample's unit (0 is best).

    E|X - x| - E|X - X'| / 2 (Gneiting and Raftery 2007, equation 21), the second mean taken over pairs of
    different members so that the score does not reward small ensembles (Ferro 2014, "fair").
    NaN for fewer than two members or an observation that is not finite.

    >>> crps(np.array([1.0, 3.0]), 2.0)
    0.0
    """
    members = len(sample)
    if members < 2 or not math.isfinite(observed):
        return math.nan
    ordered = np.sort(sample)
    rank = np.arange(1, members + 1)
    # Sum of |xi - xj| over pairs i<j from the order statistics: sum over k of (2k - m - 1) x(k).
    pairs = float(np.sum((2 * rank - members - 1) * ordered))
    return float(np.mean(np.abs(ordered - observed))) - pairs / (members * (members - 1))


def score(table: pd.DataFrame) -> dict[str, float | int]:
    """How the model does over the claims marked `test`; the other uses are never counted.

    Args:
        table: what `validate` returned.

    Returns:
        `claims` compared; `inside`, `overlaps`, `outside` counts; `coverage`, the share inside; `crps_days`,
        the mean score of dates; `crps_relative`, the mean score of numbers each as a share of its claim's
        midpoint, since scores of different units have no mean. NaN where there is nothing to average.
    """
    tests = table[table["use"] == "test"]
    counts = tests["verdict"].value_counts()
    dates = tests[tests["kind"] == "date"]
    numbers = tests[tests["kind"] == "number"]
    middle = ((numbers["low"] + numbers["high"]) / 2).abs()
    relative = (numbers["crps"] / middle).replace([np.inf, -np.inf], np.nan)
    inside = int(counts.get("inside", 0))
    return {
        "claims": len(tests),
        "inside": inside,
        "overlaps": int(counts.get("overlaps", 0)),
        "outside": int(counts.get("outside", 0)),
        "coverage": inside / len(tests) if len(tests) else math.nan,
        "crps_days": float(dates["crps"].mean()),
        "crps_relative": float(relative.mean()),
    }
