"""What loads given by day really deliver: the daily model walked through from the first day to the last.

Whatever it is given, the outcome is a plan that keeps every stock at zero or more: loads that are not there are not
made, and needs go short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from xetho.plan.inputs import AnyArray, FloatArray, NetworkLike
from xetho.plan.prune import PeriodMeans
from xetho.vectors import ask_for_wide_vectors


@dataclass(frozen=True)
class Followed:
    """Daily loads that could be made, and what comes of them."""

    loads: FloatArray  # days x ways x goods, t
    stock: FloatArray  # (days + 1) x places x goods, t
    shortage: FloatArray  # days x places x goods, t
    target_shortage: FloatArray  # t


def follow(network: NetworkLike, daily: PeriodMeans, loads: FloatArray, shortage: FloatArray | None = None) -> Followed:
    """Make the loads day by day as far as stocks allow.

    shortage: need that is left unmet on purpose so that it can move on or stand as a target (days x places x goods).
    """
    days = len(loads)
    arc = np.asarray(network.way_arc, dtype=np.int64)
    lag = np.asarray(network.way_travel, dtype=np.int64)
    coming = np.zeros((days + int(lag.max(initial=0)) + 1, *daily.need.shape[1:]))
    coming[:days] += daily.inflow
    stocks = np.zeros((days + 1, *daily.need.shape[1:]))
    stocks[0] = network.stock0
    carrier_days = np.divide(1.0, daily.capacity, out=np.zeros_like(daily.capacity), where=daily.capacity > 0)
    food_good, fuel_good = (np.asarray(g, dtype=np.int64) for g in (network.way_food_good, network.way_fuel_good))
    food = np.where(food_good >= 0, np.asarray(network.way_food, dtype=np.float64), 0.0)
    fuel = np.where(fuel_good >= 0, np.asarray(network.way_fuel, dtype=np.float64), 0.0)
    made = np.zeros(loads.shape)
    unmet = np.zeros(daily.need.shape)
    _walk(
        np.ascontiguousarray(loads),
        made,
        stocks,
        unmet,
        coming,
        np.ascontiguousarray(daily.need),
        np.zeros(daily.need.shape) if shortage is None else np.ascontiguousarray(shortage),
        1.0 - daily.loss,
        np.asarray(network.arc_from, dtype=np.int64)[arc],
        np.asarray(network.arc_to, dtype=np.int64)[arc],
        lag,
        np.stack([food_good, fuel_good]),
        np.stack([carrier_days * food, np.broadcast_to(fuel, carrier_days.shape)]),
    )
    return use_what_is_left(network, [int(target.day) for target in network.targets], made, stocks, unmet)


ask_for_wide_vectors()
_compiled: Callable[..., Any] = njit(nogil=True, cache=True, error_model="numpy")


@_compiled
def _walk(
    loads: FloatArray,
    made: FloatArray,
    stocks: FloatArray,
    unmet: FloatArray,
    coming: FloatArray,
    need: FloatArray,
    withheld: FloatArray,
    kept: FloatArray,
    origin: AnyArray,
    goal: AnyArray,
    lag: AnyArray,
    draw_good: AnyArray,
    draw: FloatArray,
) -> None:
    """Fill `made`, `stocks` and `unmet`; draw_good and draw: of food and fuel, by way, and t a tonne by day and way."""
    days, ways, goods = loads.shape
    places = stocks.shape[1]
    here, out = np.zeros((places, goods)), np.zeros((places, goods))
    for day in range(days):
        for place in range(places):
            for good in range(goods):
                here[place, good] = stocks[day, place, good] + coming[day, place, good]
        # What arrives on the day it is loaded can be loaded again by those that take longer.
        for instant in (True, False):
            for place in range(places):
                for good in range(goods):
                    out[place, good] = 0.0
            for way in range(ways):
                if (lag[way] == 0) == instant:
                    total = 0.0
                    for good in range(goods):
                        out[origin[way], good] += loads[day, way, good]
                        total += loads[day, way, good]
                    for kind in range(2):
                        if draw[kind, day, way] > 0.0:
                            out[origin[way], draw_good[kind, way]] += total * draw[kind, day, way]
            # From here on what is asked is the share of it that is there.
            for place in range(places):
                for good in range(goods):
                    asked = out[place, good]
                    out[place, good] = here[place, good] / asked if asked > here[place, good] else 1.0
            for way in range(ways):
                if (lag[way] == 0) != instant:
                    continue
                place, whole, total = origin[way], 1.0, 0.0
                for kind in range(2):
                    if draw[kind, day, way] > 0.0:
                        whole = min(whole, out[place, draw_good[kind, way]])
                for good in range(goods):
                    amount = loads[day, way, good] * min(out[place, good], whole)
                    made[day, way, good] = amount
                    here[place, good] -= amount
                    total += amount
                    if not instant:
                        coming[day + lag[way], goal[way], good] += amount * kept[day, way]
                for kind in range(2):
                    if draw[kind, day, way] > 0.0:
                        here[place, draw_good[kind, way]] -= total * draw[kind, day, way]
            if instant:
                for way in range(ways):
                    if lag[way] == 0:
                        for good in range(goods):
                            here[goal[way], good] += made[day, way, good] * kept[day, way]
        for place in range(places):
            for good in range(goods):
                there = max(here[place, good], 0.0)
                met = min(max(need[day, place, good] - withheld[day, place, good], 0.0), there)
                unmet[day, place, good] = need[day, place, good] - met
                stocks[day + 1, place, good] = there - met


def use_what_is_left(
    network: NetworkLike, ends: Sequence[int], made: FloatArray, stocks: FloatArray, unmet: FloatArray
) -> Followed:
    """Meet what was left unmet from stock that nothing asks for later, the targets' amounts kept.

    ends: the day (or period) at whose end each target must stand.
    """
    reserve = np.zeros(unmet.shape)
    for target, end in zip(network.targets, ends, strict=True):
        cell = (end, target.place, target.good)
        reserve[cell] = max(reserve[cell], min(max(float(target.t), 0.0), stocks[end + 1, target.place, target.good]))
    place, good = np.nonzero((unmet > 0).any(axis=0))
    short, after = unmet[:, place, good], stocks[1:, place, good]
    spare = np.minimum.accumulate((after - reserve[:, place, good])[::-1], axis=0)[::-1]
    used = np.zeros(short.shape[1])
    for day in range(len(short)):
        more = np.clip(np.minimum(short[day], spare[day] - used), 0.0, None)
        short[day] -= more
        used += more
        after[day] -= used
    unmet[:, place, good] = short
    stocks[1:, place, good] = after
    missing = [
        max(max(float(target.t), 0.0) - float(stocks[end + 1, target.place, target.good]), 0.0)
        for target, end in zip(network.targets, ends, strict=True)
    ]
    return Followed(made, stocks, unmet, np.array(missing))
