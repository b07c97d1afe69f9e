"""Periods, sums over them, and the split of arrivals between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xetho.plan import horizon


@given(
    days=st.integers(1, 400),
    step=st.integers(1, 40),
    ends=st.lists(st.integers(-5, 420), max_size=8),
)
def test_periods_cover_every_day_once(days: int, step: int, ends: list[int]) -> None:
    bounds = horizon.periods(days, step, ends=ends)
    assert bounds[0] == 0 and bounds[-1] == days
    lengths = horizon.lengths(bounds)
    assert lengths.min() >= 1 and lengths.max() <= step


def test_a_lone_target_day_ends_a_period() -> None:
    bounds = horizon.periods(208, 14, ends=[110])
    assert 111 in bounds
    assert bounds[horizon.nearest_end(bounds, 110) + 1] == 111


def test_crowded_days_do_not_multiply_periods() -> None:
    assert len(horizon.periods(100, 20, ends=range(40, 60))) <= 8


@given(
    days=st.integers(1, 300),
    step=st.integers(1, 30),
    near=st.integers(1, 30),
    ends=st.lists(st.integers(0, 299), max_size=6),
)
def test_periods_before_a_date_are_short(days: int, step: int, near: int, ends: list[int]) -> None:
    bounds = horizon.periods(days, step, ends=ends, near_days=near)
    assert bounds[0] == 0 and bounds[-1] == days
    lengths = horizon.lengths(bounds)
    assert lengths.min() >= 1 and lengths.max() <= step
    for end in ends:
        if end < days and all(abs(end - other) > 2 * step for other in ends if other != end) and end > 2 * step:
            inside = (bounds[:-1] >= end + 1 - step) & (bounds[1:] <= end + 1)
            assert lengths[inside].max(initial=0) <= max(near, 1)


def test_a_fine_stretch_is_cut_into_days() -> None:
    bounds = horizon.periods(30, 10, fine=(10, 14))
    assert set(range(10, 16)) <= set(bounds.tolist())
    assert len(bounds) == 1 + 1 + 5 + 2


@pytest.mark.parametrize(("days", "step"), [(0, 7), (5, 0)])
def test_nonsense_is_refused(days: int, step: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        horizon.periods(days, step)


def test_sums_and_means_over_uneven_periods() -> None:
    bounds = np.array([0, 3, 5])
    daily = np.arange(5.0)[:, None] * [1.0, 10.0]
    assert horizon.sums(daily, bounds).tolist() == [[3.0, 30.0], [7.0, 70.0]]
    assert horizon.means(daily, bounds).tolist() == [[1.0, 10.0], [3.5, 35.0]]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 25))
def test_arrivals_agree_with_counting_days(lengths: list[int], lag: int) -> None:
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    shares = horizon.arrival_shares(bounds, lag)
    for k, length in enumerate(lengths):
        counted = np.zeros(len(lengths))
        for day in range(bounds[k], bounds[k + 1]):
            arrival = horizon.period_of(bounds, day + lag)
            if arrival < len(lengths):
                counted[arrival] += 1 / length
        assert shares[k] == pytest.approx(counted)
