"""Periods: how the days of a campaign are grouped for planning, and how daily series are summed over them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from xetho.plan.inputs import AnyArray, FloatArray, IntArray


def periods(
    days: int,
    period_days: int = 14,
    *,
    ends: Iterable[int] = (),
    near_days: int | None = None,
    fine: tuple[int, int] | None = None,
) -> IntArray:
    """Bounds of the planning periods: period k covers days ``bounds[k] .. bounds[k+1]-1``.

    days: number of days.  period_days: longest period.  ends: days that should close a period, such as those of
    stock targets; one within half a period of another bound is left inside a period, so that a crowd
    of dates does not make a crowd of periods.  near_days: longest period in the `period_days` that lead up to each of
    those days (the same as elsewhere unless given).  fine: first and last day of a stretch that is cut into days.
    Between those days the periods are as even as whole days allow, the longer first.  Returns K+1 increasing integers
    from 0 to `days`.  Raises ValueError for fewer than one day.

    >>> periods(20, 7).tolist()
    [0, 7, 14, 20]
    >>> periods(20, 7, ends=[9]).tolist()
    [0, 5, 10, 15, 20]
    >>> periods(40, 10, ends=[29], near_days=5).tolist()
    [0, 10, 20, 25, 30, 40]
    """
    near_days = period_days if near_days is None else min(near_days, period_days)
    if days < 1 or near_days < 1:
        raise ValueError("a plan needs at least one day, and periods of at least one day")
    closing = sorted({int(day) + 1 for day in ends if 0 <= day < days})
    longest = np.full(days, period_days, dtype=np.int64)
    for bound in closing:
        longest[max(0, bound - period_days) : bound] = near_days
    marks = {0, days}
    if fine is not None:
        first, last = min(max(fine[0], 0), days), min(max(fine[1] + 1, 0), days)
        longest[first:last] = 1
        marks |= {first, last}
    changes = (np.flatnonzero(np.diff(longest)) + 1).tolist()
    for bound in [*closing, *changes]:
        apart = max(1, int(longest[bound - 1]) // 2)
        if all(abs(bound - mark) >= apart for mark in marks):
            marks.add(bound)
    bounds = [0]
    for mark in sorted(marks)[1:]:
        first, length = bounds[-1], mark - bounds[-1]
        parts = math.ceil(length / int(longest[(first + mark) // 2]))
        bounds += [first + math.ceil(length * part / parts) for part in range(1, parts + 1)]
    return np.array(bounds, dtype=np.int64)


def lengths(bounds: IntArray) -> IntArray:
    """Days in each period (K)."""
    return np.diff(bounds)


def period_of(bounds: IntArray, day: int) -> int:
    """Index of the period that contains a day; -1 before the first, K after the last."""
    return int(np.searchsorted(bounds, day, side="right")) - 1


def nearest_end(bounds: IntArray, day: int) -> int:
    """Index of the period whose end is nearest to the end of a day (the earlier of two as near)."""
    return int(np.argmin(np.abs(bounds[1:] - (day + 1))))


def sums(daily: AnyArray, bounds: IntArray) -> FloatArray:
    """Sum a series over each period; the first axis is days (D x ... to K x ...)."""
    return np.add.reduceat(np.asarray(daily, dtype=np.float64), bounds[:-1], axis=0)


def means(daily: AnyArray, bounds: IntArray) -> FloatArray:
    """Mean of a series over each period; the first axis is days (D x ... to K x ...)."""
    total = sums(daily, bounds)
    shape = (-1,) + (1,) * (total.ndim - 1)
    return np.asarray(total / lengths(bounds).reshape(shape), dtype=np.float64)


def arrival_shares(bounds: IntArray, lag: int) -> FloatArray:
    """Share of what is loaded evenly over period k that can be used in period m (K x K).

    lag: days from loading to use.  Row k sums to 1 less the part that arrives after the last day.

    >>> arrival_shares(np.array([0, 4, 8]), 1).tolist()
    [[0.75, 0.25], [0.0, 0.75]]
    """
    first, last = bounds[:-1, None] + lag, bounds[1:, None] + lag
    overlap = np.minimum(last, bounds[None, 1:]) - np.maximum(first, bounds[None, :-1])
    return np.asarray(np.clip(overlap, 0, None) / lengths(bounds)[:, None], dtype=np.float64)


def earliest_arrivals(bounds: IntArray, lag: int) -> FloatArray:
    """As `arrival_shares`, had all cargo of a period been loaded on its first day: no daily plan is sooner.

    >>> earliest_arrivals(np.array([0, 4, 8]), 1).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    first = bounds[:-1, None] + lag
    return np.asarray((bounds[None, :-1] <= first) & (first < bounds[None, 1:]), dtype=np.float64)
