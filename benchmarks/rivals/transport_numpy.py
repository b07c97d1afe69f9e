"""Transport and cuts in plain NumPy: arrays over runs, Python loops over days and over rounds of ways.

Chunks of runs are spread over threads: NumPy lets go of the interpreter lock inside its loops.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.models.transport import FOOD, LEAST_T, PERIOD_DAYS, SHELLS, F, Net, make
from benchmarks.rivals.job import TransportJob

SIDE_BY_SIDE = 45_000  # ways times runs: near the best of 100 to 10,000 runs at each size of the benchmark


def play(net: Net, runs: int, rng: np.random.Generator, given: F | None = None) -> tuple[F, dict[str, F]]:
    """Campaigns side by side: totals[figure, run], and with given cuts the daily figures of the first."""
    goods = net.stock.shape[1]
    first_way = np.flatnonzero(np.diff(net.way_road, prepend=-1))  # ways are in the order of their roads
    in_pool = (net.way_pool == np.arange(len(net.pool_count))[:, None]).astype(float)
    front = net.places - 1
    rounds = [
        (ways, net.way_from[ways], np.flatnonzero(net.way_to[ways] != front), np.flatnonzero(net.way_to[ways] == front))
        for ways in net.ranks()
    ]
    ring = int(net.way_travel.max()) + 1
    passes, way_food = net.way_passes[:, None], net.way_food[:, None]
    crew, limit, count = net.road_crew[:, None], net.road_limit[:, None], net.pool_count[:, None]

    stock = np.repeat(net.stock[:, :, None], runs, axis=2)
    under_way = np.zeros((ring, *stock.shape))
    left = np.zeros((len(net.cuts), runs))
    fed = np.ones((net.places, runs))
    due = np.zeros((len(net.way_road), goods, runs))
    totals = np.zeros((6, runs))
    moved_t, open_t = np.zeros((net.days, len(net.cuts))), np.zeros((net.days, len(net.cuts)))
    stock_t = np.zeros((net.days, *net.stock.shape))
    for day in range(net.days):
        stock += under_way[day % ring] + net.inflow[:, :, None]
        under_way[day % ring] = 0.0
        cuts = rng.poisson(net.cuts[:, None], left.shape) if given is None else given[day][:, None]
        totals[0] += cuts.sum(axis=0)
        left += cuts * net.mend
        shut = np.minimum(1.0, left / crew)
        rate = net.way_rate[:, None] * (1.0 - shut[net.way_road] * (1.0 - passes))
        rate *= 1.0 - (1.0 - fed[net.way_from]) * (1.0 - net.unfed_work)

        due += net.orders[day // PERIOD_DAYS][:, :, None]
        want = np.where(due > LEAST_T, due, 0.0)
        depot_want = np.zeros_like(stock)
        for ways, here, *_ in rounds:
            depot_want[here] += want[ways]
        cover = np.minimum(1.0, stock / np.maximum(depot_want, 1e-12))
        want *= cover[net.way_from]
        way_want = want.sum(axis=1)
        pool_share = np.minimum(1.0, count / np.maximum(in_pool @ (way_want / rate), 1e-12))
        road_share = np.minimum(1.0, limit / np.maximum(np.add.reduceat(way_want, first_way), 1e-12))
        share = np.minimum(pool_share[net.way_pool], road_share[net.way_road])
        part = want * share[:, None]
        at_work = way_want * share / rate
        food = at_work * way_food
        totals[5] += at_work.sum(axis=0)

        fed[:] = 1.0
        for ways, here, inner, last in rounds:
            held = stock[here]
            sent = np.where((part[ways] > LEAST_T) & (held > LEAST_T), np.minimum(part[ways], held), 0.0)
            held -= sent
            eaten = np.minimum(food[ways], held[:, FOOD])
            held[:, FOOD] -= eaten
            stock[here] = held
            due[ways] = np.maximum(0.0, due[ways] - sent)
            slot = (day + net.way_travel[ways]) % ring
            under_way[slot[inner], net.way_to[ways[inner]]] += sent[inner]  # each to a depot of its own
            for i in last:
                under_way[slot[i], front] += sent[i]
            fed[here] = np.minimum(fed[here], np.where(food[ways] > 0.0, eaten / np.maximum(food[ways], 1e-12), 1.0))
            totals[1] += eaten.sum(axis=0)
            totals[3] += (food[ways] - eaten).sum(axis=0)
            if given is not None:
                moved_t[day, net.way_road[ways]] += sent[:, :, 0].sum(axis=1)
        if given is not None:
            stock_t[day], open_t[day] = stock[:, :, 0], 1.0 - shut[:, 0]

        left = np.maximum(0.0, left - crew)
        got = np.minimum(net.use[:, :, None], stock)
        stock -= got
        short = (net.use[:, :, None] - got).sum(axis=0)
        totals[1] += got[:, FOOD].sum(axis=0)
        totals[2] += got[:, SHELLS].sum(axis=0)
        totals[3] += short[FOOD]
        totals[4] += short[SHELLS]
    return totals, {"moved_t": moved_t, "stock_t": stock_t, "open": open_t}


class Job(TransportJob):
    """A prepared model."""

    def run(self, units: int, seed: int) -> F:
        chunk = SIDE_BY_SIDE // len(self.net.way_road)
        sizes = [min(chunk, units - first) for first in range(0, units, chunk)]
        rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(len(sizes))]
        with ThreadPoolExecutor(self.threads) as pool:
            parts = pool.map(lambda job: play(self.net, *job)[0], zip(sizes, rngs, strict=True))
            return np.concatenate(list(parts), axis=1)

    def trace(self, cuts: F) -> dict[str, F]:
        return play(self.net, 1, np.random.default_rng(0), cuts)[1]


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
