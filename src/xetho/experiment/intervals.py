"""Intervals: of a proportion, and of paired differences of means, medians and proportions over the same runs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm, t

Floats = npt.NDArray[np.float64]


def wilson(hits: int, runs: int, level: float = 0.95) -> tuple[float, float, float]:
    """Share of runs with a hit and its score interval: (share, low, high); NaN for no runs.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22. It stays within 0..1 and has width even when all runs agree.

    >>> [round(one, 4) for one in wilson(8, 10)]
    [0.8, 0.4902, 0.9433]
    """
    if runs == 0:
        return math.nan, math.nan, math.nan
    share = hits / runs
    z = float(norm.ppf((1 + level) / 2))
    centre = (share + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z / (1 + z * z / runs) * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
    # At either end the formula is exact; its rounding is not.
    return share, centre - half if hits else 0.0, centre + half if hits < runs else 1.0


def mean_difference(difference: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Mean of paired differences and its Student interval: (mean, low, high) in the differences' unit.

    NaN ends for fewer than two pairs.
    """
    pairs = len(difference)
    if pairs == 0:
        return math.nan, math.nan, math.nan
    mean = float(np.mean(difference))
    if pairs < 2:
        return mean, math.nan, math.nan
    half = float(t.ppf((1 + level) / 2, pairs - 1) * np.std(difference, ddof=1) / math.sqrt(pairs))
    return mean, mean - half, mean + half


def median_difference(difference: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Median of paired differences and its distribution-free interval: (median, low, high).

    The ends are order statistics whose ranks come from the binomial distribution of the number of pairs
    below the median (Conover 1999, section 3.2), by its normal approximation. NaN ends for fewer than
    six pairs, where no pair of order statistics reaches 95 %.
    """
    pairs = len(difference)
    if pairs == 0:
        return math.nan, math.nan, math.nan
    median = float(np.median(difference))
    if pairs < 6:
        return median, math.nan, math.nan
    ordered = np.sort(difference)
    half = float(norm.ppf((1 + level) / 2)) * math.sqrt(pairs) / 2
    low = max(math.floor(pairs / 2 - half), 0)
    high = min(math.ceil(pairs / 2 + half), pairs - 1)
    return median, float(ordered[low]), float(ordered[high])


def proportion_difference(
    base: npt.NDArray[np.bool_], variant: npt.NDArray[np.bool_], level: float = 0.95
) -> tuple[float, float, float]:
    """Difference of two proportions over the same runs, variant less base, and its score interval.

    Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design", equations 8 to 10: the ends are where the score statistic equals the normal
    quantile. Unlike the interval of the plain mean it does not shrink to nothing when no run changed.

    Returns:
        (difference, low, high), each within -1..1; NaN for no runs.
    """
    runs = len(base)
    if runs == 0:
        return math.nan, math.nan, math.nan
    gained = int(np.sum(variant & ~base))
    lost = int(np.sum(base & ~variant))
    estimate = (gained - lost) / runs
    quantile = float(norm.ppf((1 + level) / 2))

    def excess(delta: float) -> float:
        return _score(gained, lost, runs, delta)

    low, high = -1.0, 1.0
    edge = 1e-9
    if estimate > -1.0:
        low = float(brentq(lambda d: excess(d) - quantile, -1.0 + edge, estimate, xtol=1e-10))
    if estimate < 1.0:
        high = float(brentq(lambda d: excess(d) + quantile, estimate, 1.0 - edge, xtol=1e-10))
    return estimate, low, high


def _score(gained: int, lost: int, runs: int, delta: float) -> float:
    """Tango's score statistic for a true difference of `delta`; falls as `delta` rises."""
    top = gained - lost - runs * delta
    if top == 0.0:
        return 0.0
    # Restricted maximum-likelihood share of runs lost, given the difference.
    b = -gained - lost + (2 * runs - gained + lost) * delta
    c = -lost * delta * (1 - delta)
    share_lost = (math.sqrt(max(b * b - 8 * runs * c, 0.0)) - b) / (4 * runs)
    variance = runs * (2 * share_lost + delta * (1 - delta))
    if variance <= 0.0:
        return math.copysign(math.inf, top)
    return top / math.sqrt(variance)
