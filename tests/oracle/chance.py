"""Tests of fit at fixed seeds. `LEAST` is the p-value below which a sample counts as not being what it should be.

Seeds are fixed, so a test passes always or never; with some 150 p-values about one in a hundred changes of what is
drawn would need another seed. Samples are so large that a rate wrong by a tenth fails by many orders of magnitude.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

F = np.ndarray
LEAST = 1e-4


def fits_counts(counts: F, law: object) -> float:
    """p of chi-square: counts against a discrete law of scipy, in cells that expect at least 8."""
    counts = np.asarray(counts, dtype=np.float64)
    assert (counts == np.floor(counts)).all() and counts.min() >= 0
    low, high = law.ppf([8 / len(counts), 1 - 8 / len(counts)])  # type: ignore[attr-defined]
    edges = np.arange(low, high)  # cells: up to low, each count, beyond high - 1
    expected = np.diff([0.0, *law.cdf(edges), 1.0]) * len(counts)  # type: ignore[attr-defined]
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    return float(stats.chisquare(observed, expected, sum_check=False).pvalue)


def fits_lognormal(values: F, cv: float) -> float:
    """p of Kolmogorov and Smirnov: values against the lognormal law of mean 1 and variation cv."""
    v = np.log1p(cv**2)
    return float(stats.kstest(values, stats.lognorm(np.sqrt(v), scale=np.exp(-v / 2)).cdf).pvalue)


def independent(x: F, y: F, cells: int = 16) -> float:
    """p of chi-square for pairs of uniforms in `cells` x `cells` boxes of known equal chance."""
    boxes = np.bincount((np.asarray(x) * cells).astype(int) * cells + (np.asarray(y) * cells).astype(int),
                        minlength=cells**2)  # fmt: skip
    return float(stats.chisquare(boxes).pvalue)


def unrelated(x: F, y: F) -> float:
    """p of Spearman's rank correlation."""
    return float(stats.spearmanr(x, y).pvalue)
