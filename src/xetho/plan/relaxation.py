"""A small programme whose least value no daily plan can beat: days added up over uneven periods.

Any daily plan, added up over the days of each period, keeps every row of it: loads, carriers, throughput and labour are
sums; a way has the rate, the loss and the food of its best day; all cargo of a period arrives when its first load
could; and a stock must be there at period ends only.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xetho.plan import horizon
from xetho.plan.inputs import BoolArray, IntArray, NetworkLike
from xetho.plan.prune import PeriodMeans


def grid(days: int, longest: int, ends: Iterable[int]) -> IntArray:
    """Bounds of periods of at most so many days in which every one of the `ends` is the last day of a period.

    >>> grid(20, 8, [9, 10]).tolist()
    [0, 5, 10, 11, 16, 20]
    """
    marks = sorted({0, days} | {int(day) + 1 for day in ends if 0 <= day < days})
    bounds = [0]
    for mark in marks[1:]:
        first, length = bounds[-1], mark - bounds[-1]
        parts = -(-length // longest)
        bounds += [first + -(-length * part // parts) for part in range(1, parts + 1)]
    return np.array(bounds, dtype=np.int64)


def relaxed(network: NetworkLike, daily: PeriodMeans, bounds: IntArray) -> PeriodMeans:
    """The data of the relaxation; `daily` are the means of one-day periods."""
    first = bounds[:-1]
    days = horizon.lengths(bounds)
    works = daily.capacity > 0
    capacity = np.maximum.reduceat(daily.capacity, first, axis=0)
    loss = np.minimum.reduceat(np.where(works, daily.loss, 1.0), first, axis=0)
    return PeriodMeans(
        bounds=bounds,
        days=days,
        capacity=capacity,
        loss=np.where(capacity > 0, loss, 0.0),
        count=horizon.means(daily.count, bounds),
        labour=horizon.means(daily.labour, bounds),
        throughput=horizon.means(daily.throughput, bounds),
        inflow=horizon.sums(daily.inflow, bounds),
        need=horizon.sums(daily.need, bounds),
        hauled=horizon.sums(daily.hauled, bounds),
        earliest=True,
    )


def any_day(daily: BoolArray, bounds: IntArray) -> BoolArray:
    """Loads that are useful on some day of each period (K x W x goods)."""
    return np.asarray(np.logical_or.reduceat(daily, bounds[:-1], axis=0), dtype=np.bool_)
