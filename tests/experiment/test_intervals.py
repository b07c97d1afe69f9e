"""Intervals cover what they claim to cover, and agree with published values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from xetho.experiment.intervals import mean_difference, median_difference, proportion_difference


def test_mean_interval_is_students() -> None:
    difference = np.array([1.0, 2.0, 4.0, 8.0, 3.0])
    mean, low, high = mean_difference(difference)
    known = ttest_1samp(difference, 0.0).confidence_interval(0.95)
    assert (mean, low, high) == pytest.approx((3.6, known.low, known.high))


def test_median_interval_covers() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(600):
        _, low, high = median_difference(rng.exponential(size=60))
        hits += low <= math.log(2) <= high
    assert 0.93 <= hits / 600 <= 0.985


def paired(both: int, gained: int, lost: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    base = np.repeat([True, False, True, False], [both, gained, lost, neither])
    variant = np.repeat([True, True, False, False], [both, gained, lost, neither])
    return base, variant


def test_proportion_interval_solves_its_score_equation() -> None:
    """Both ends put the score statistic, worked out another way, at the normal quantile."""
    base, variant = paired(20, 9, 2, 13)
    estimate, low, high = proportion_difference(base, variant)
    assert estimate == pytest.approx(7 / 44)
    for end in (low, high):
        # Maximise the multinomial likelihood subject to the difference by a fine search.
        grid = np.linspace(max(0.0, -end) + 1e-9, (1 - end) / 2 - 1e-9, 400_001)
        likelihood = 9 * np.log(grid + end) + 2 * np.log(grid) + 33 * np.log(1 - 2 * grid - end)
        share_lost = grid[np.argmax(likelihood)]
        variance = 44 * (2 * share_lost + end * (1 - end))
        assert abs(7 - 44 * end) / math.sqrt(variance) == pytest.approx(1.959964, abs=1e-3)


@pytest.mark.parametrize(("gain", "loss"), [(0.10, 0.02), (0.03, 0.03), (0.30, 0.05)])
def test_proportion_interval_covers(gain: float, loss: float) -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(400):
        both, gained, lost, neither = rng.multinomial(100, [0.3, gain, loss, 0.7 - gain - loss])
        _, low, high = proportion_difference(*paired(both, gained, lost, neither))
        hits += low <= gain - loss <= high
    assert 0.92 <= hits / 400 <= 0.985


def test_no_change_is_still_uncertain() -> None:
    """With no discordant pair among n the ends are ± z² / (n + z²), as the score equation gives by hand."""
    estimate, low, high = proportion_difference(*paired(10, 0, 0, 90))
    z2 = 1.959964**2
    assert estimate == 0.0
    assert (low, high) == pytest.approx((-z2 / (100 + z2), z2 / (100 + z2)), abs=1e-4)


def test_every_run_changed() -> None:
    estimate, low, high = proportion_difference(*paired(0, 50, 0, 0))
    assert (estimate, high) == (1.0, 1.0)
    assert 0.8 < low < 1.0


def test_nothing_to_compare() -> None:
    none = np.array([], dtype=bool)
    assert all(math.isnan(x) for x in proportion_difference(none, none))
    assert all(math.isnan(x) for x in mean_difference(np.array([])))
