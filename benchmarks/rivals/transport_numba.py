"""Transport and cuts in scalar Numba: one campaign at a time with plain loops, campaigns spread over threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numba import njit, prange

from benchmarks.models.transport import LEAST_T, PERIOD_DAYS, F, Net, make
from benchmarks.rivals.job import TransportJob


@njit(cache=True)
def play(
    days, use_cuts, given, road_limit, road_crew, mean_cuts, mend, way_road, way_pool, way_from, way_to,
    way_rate, way_food, way_passes, way_travel, pool_count, unfed_work, stock0, inflow, use, orders, period_days,
    least_t, moved_out, stock_out, open_out, totals,
):  # fmt: skip
    """One campaign; totals in place, daily figures where moved_out has rows.

    Constants come as arguments: Numba's cache would not see a change of them in another file.
    """
    roads, ways, places, goods = len(road_limit), len(way_road), stock0.shape[0], stock0.shape[1]
    ring = way_travel.max() + 1
    stock, under_way = stock0.copy(), np.zeros((ring, places, goods))
    left, shut = np.zeros(roads), np.zeros(roads)
    fed, due, want = np.ones(places), np.zeros((ways, goods)), np.zeros((ways, goods))
    rate, way_want = np.zeros(ways), np.zeros(ways)
    depot_want, pool_want, road_want = np.zeros((places, goods)), np.zeros(len(pool_count)), np.zeros(roads)
    trace = len(moved_out) > 0
    for day in range(days):
        today, plan = under_way[day % ring], orders[day // period_days]
        for p in range(places):
            for g in range(goods):
                stock[p, g] += today[p, g] + inflow[p, g]
                today[p, g] = 0.0
                depot_want[p, g] = 0.0
        for r in range(roads):
            cuts = given[day, r] if use_cuts else np.random.poisson(mean_cuts[r])
            totals[0] += cuts
            left[r] += cuts * mend
            shut[r] = min(1.0, left[r] / road_crew[r])
            road_want[r] = 0.0
        pool_want[:] = 0.0
        for w in range(ways):
            hungry = 1.0 - fed[way_from[w]]
            rate[w] = way_rate[w] * (1.0 - shut[way_road[w]] * (1.0 - way_passes[w]))
            rate[w] *= 1.0 - hungry * (1.0 - unfed_work)
            for g in range(goods):
                due[w, g] += plan[w, g]
                want[w, g] = due[w, g] if rate[w] > 0.0 and due[w, g] > least_t else 0.0
                depot_want[way_from[w], g] += want[w, g]
        fed[:] = 1.0
        for w in range(ways):
            way_want[w] = 0.0
            for g in range(goods):
                all_want = depot_want[way_from[w], g]
                if all_want > 0.0:
                    want[w, g] *= min(1.0, stock[way_from[w], g] / all_want)
                way_want[w] += want[w, g]
            if way_want[w] > 0.0:
                pool_want[way_pool[w]] += way_want[w] / rate[w]
                road_want[way_road[w]] += way_want[w]
        for w in range(ways):
            if way_want[w] <= 0.0:
                continue
            here, road = way_from[w], way_road[w]
            share = min(1.0, pool_count[way_pool[w]] / pool_want[way_pool[w]], road_limit[road] / road_want[road])
            for g in range(goods):
                part = want[w, g] * share
                if part > least_t and stock[here, g] > least_t:
                    part = min(part, stock[here, g])
                    stock[here, g] -= part
                    under_way[(day + way_travel[w]) % ring, way_to[w], g] += part
                    due[w, g] = max(0.0, due[w, g] - part)
                    if trace:
                        moved_out[day, road] += part
            at_work = way_want[w] * share / rate[w]
            food = at_work * way_food[w]
            eaten = min(food, stock[here, 0])
            stock[here, 0] -= eaten
            totals[1] += eaten
            totals[3] += food - eaten
            totals[5] += at_work
            if food > 0.0:
                fed[here] = min(fed[here], eaten / food)
        if trace:
            stock_out[day] = stock
            open_out[day] = 1.0 - shut
        for r in range(roads):
            left[r] = max(0.0, left[r] - road_crew[r])
        for p in range(places):
            for g in range(goods):
                got = min(use[p, g], stock[p, g])
                stock[p, g] -= got
                totals[1 + g] += got
                totals[3 + g] += use[p, g] - got


@njit(parallel=True, cache=True)
def play_many(seed, totals, days, *rest):
    """Campaigns side by side, one a row of totals."""
    nothing = np.zeros((0, 0))
    for run in prange(len(totals)):
        np.random.seed(seed + run)
        play(days, False, nothing, *rest, nothing, np.zeros((0, 0, 0)), nothing, totals[run])


class Job(TransportJob):
    """A prepared model."""

    def __init__(self, net: Net, threads: int) -> None:
        super().__init__(net, threads)
        numba.set_num_threads(threads)
        self.numbers = (
            net.road_limit, net.road_crew, net.cuts, net.mend, net.way_road, net.way_pool, net.way_from,
            net.way_to, net.way_rate, net.way_food, net.way_passes, net.way_travel, net.pool_count, net.unfed_work,
            net.stock, net.inflow, net.use, net.orders, PERIOD_DAYS, LEAST_T,
        )  # fmt: skip

    def run(self, units: int, seed: int) -> F:
        totals = np.zeros((units, 6))
        play_many(seed * 1_000_003 % 2**31, totals, self.net.days, *self.numbers)
        return totals.T

    def trace(self, cuts: F) -> dict[str, F]:
        moved, road_open = np.zeros_like(cuts), np.zeros_like(cuts)
        stock = np.zeros((len(cuts), *self.net.stock.shape))
        play(self.net.days, True, cuts, *self.numbers, moved, stock, road_open, np.zeros(6))
        return {"moved_t": moved, "stock_t": stock, "open": road_open}


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
