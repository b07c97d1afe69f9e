"""What loads given by day really deliver: the daily model walked through from the first day to the last.

Whatever it is given, the outcome is a plan that keeps every stock at zero or more: loads that are not there are not
made, and needs go short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xetho.plan.inputs import FloatArray, NetworkLike
from xetho.plan.prune import PeriodMeans


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
    days, ways, goods = loads.shape
    arc = np.asarray(network.way_arc, dtype=np.int64)
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
    goal = np.asarray(network.arc_to, dtype=np.int64)[arc]
    lag = np.asarray(network.way_travel, dtype=np.int64)
    food_good, fuel_good = (np.asarray(g, dtype=np.int64) for g in (network.way_food_good, network.way_fuel_good))
    eats, burns = np.flatnonzero(food_good >= 0), np.flatnonzero(fuel_good >= 0)
    food = np.asarray(network.way_food, dtype=np.float64)
    fuel = np.asarray(network.way_fuel, dtype=np.float64)
    places = len(network.place_ids)
    coming = np.zeros((days + int(lag.max(initial=0)) + 1, places, goods))
    coming[:days] += daily.inflow
    stocks = np.zeros((days + 1, places, goods))
    stocks[0] = network.stock0
    made = np.zeros(loads.shape)
    unmet = np.zeros(daily.need.shape)
    withheld = np.zeros(daily.need.shape) if shortage is None else shortage
    inverse = np.divide(1.0, daily.capacity, out=np.zeros_like(daily.capacity), where=daily.capacity > 0)
    instant = np.flatnonzero(lag == 0)
    later = np.flatnonzero(lag > 0)
    for day in range(days):
        here = stocks[day] + coming[day]
        for ways_now in (instant, later):
            asked = loads[day, ways_now]
            if not asked.any():
                continue
            out = np.zeros((places, goods))
            np.add.at(out, origin[ways_now], asked)
            total = np.zeros(ways)
            total[ways_now] = asked.sum(axis=1)
            np.add.at(out, (origin[eats], food_good[eats]), total[eats] * inverse[day, eats] * food[eats])
            np.add.at(out, (origin[burns], fuel_good[burns]), total[burns] * fuel[burns])
            factor = np.where(out > here, np.divide(here, out, out=np.ones_like(out), where=out > 0), 1.0)
            whole = np.ones(ways)
            whole[eats] = np.where(food[eats] > 0, factor[origin[eats], food_good[eats]], 1.0)
            whole[burns] = np.minimum(
                whole[burns], np.where(fuel[burns] > 0, factor[origin[burns], fuel_good[burns]], 1.0)
            )
            done = asked * np.minimum(factor[origin[ways_now]], whole[ways_now][:, None])
            made[day, ways_now] = done
            np.subtract.at(here, origin[ways_now], done)
            moved = np.zeros(ways)
            moved[ways_now] = done.sum(axis=1)
            np.subtract.at(here, (origin[eats], food_good[eats]), moved[eats] * inverse[day, eats] * food[eats])
            np.subtract.at(here, (origin[burns], fuel_good[burns]), moved[burns] * fuel[burns])
            kept = done * (1.0 - daily.loss[day, ways_now])[:, None]
            if ways_now is instant:
                np.add.at(here, goal[ways_now], kept)
            else:
                np.add.at(coming, (day + lag[ways_now], goal[ways_now]), kept)
        here = np.maximum(here, 0.0)
        met = np.minimum(np.maximum(daily.need[day] - withheld[day], 0.0), here)
        unmet[day] = daily.need[day] - met
        stocks[day + 1] = here - met
    return _use_what_is_left(network, made, stocks, unmet)


def _use_what_is_left(network: NetworkLike, made: FloatArray, stocks: FloatArray, unmet: FloatArray) -> Followed:
    """Meet what was left unmet from stock that nothing asks for later, the targets' amounts kept."""
    reserve = np.zeros(unmet.shape)
    for target in network.targets:
        cell = (int(target.day), target.place, target.good)
        reserve[cell] = max(reserve[cell], min(max(float(target.t), 0.0), stocks[target.day + 1, target.place,
        target.good]))
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
        max(max(float(target.t), 0.0) - float(stocks[target.day + 1, target.place, target.good]), 0.0)
        for target in network.targets
    ]
    return Followed(made, stocks, unmet, np.array(missing))
