"""Transport and cuts in SimPy: stocks are containers, roads and consumers processes, cargo under way a process each."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import simpy

from benchmarks.models.transport import FOOD, GOODS, LEAST_T, PERIOD_DAYS, F, Net, make
from benchmarks.rivals.job import TransportJob

Process = Generator[simpy.Event, Any, None]
# Hours of the day, as shares of it: supply arrives at 0.
STRIKE, LOAD, MEND, USE = 0.1, 0.3, 0.5, 0.6


class Depot:
    """Stocks of a place by good, and how its crews were fed."""

    def __init__(self, env: simpy.Environment, stock: list[float]) -> None:
        self.store = [simpy.Container(env, init=tonnes) for tonnes in stock]
        self.fed = 1.0


class Road:
    """How much mending a road needs and what passed on it today."""

    def __init__(self) -> None:
        self.left = self.shut = self.moved = 0.0


class Campaign:
    """Processes of one campaign on one environment."""

    def __init__(self, net: Net, seed: int, given: F | None = None) -> None:
        self.net, self.given = net, given
        self.env = simpy.Environment()
        self.rng = np.random.default_rng(seed)
        self.depots = [Depot(self.env, row) for row in net.stock.tolist()]
        self.roads = [Road() for _ in net.road_crew]
        self.cuts = self.carrier_days = 0.0
        self.used, self.short = [0.0 for _ in GOODS], [0.0 for _ in GOODS]
        self.kept: list[tuple[list[float], list[list[float]], list[float]]] = []
        for p, depot in enumerate(self.depots):
            if net.inflow[p].any():
                self.env.process(self.supply(depot, net.inflow[p].tolist()))
            if net.use[p].any():
                self.env.process(self.consume(depot, net.use[p].tolist()))
        for r, road in enumerate(self.roads):
            self.env.process(self.be_cut(r, road, float(net.cuts[r]), float(net.road_crew[r])))
        self.env.process(self.staff())

    def play(self) -> None:
        """From the first day to the last."""
        self.env.run(until=self.net.days)

    def supply(self, depot: Depot, inflow: list[float]) -> Process:
        while True:
            for store, tonnes in zip(depot.store, inflow, strict=True):
                if tonnes > 0.0:
                    yield store.put(tonnes)
            yield self.env.timeout(1)

    def be_cut(self, r: int, road: Road, mean: float, crew: float) -> Process:
        yield self.env.timeout(STRIKE)
        for day in range(self.net.days):
            cuts = float(self.rng.poisson(mean) if self.given is None else self.given[day, r])
            self.cuts += cuts
            road.left += cuts * self.net.mend
            road.shut = min(1.0, road.left / crew)
            yield self.env.timeout(MEND - STRIKE)
            road.left = max(0.0, road.left - crew)
            yield self.env.timeout(1 + STRIKE - MEND)

    def consume(self, depot: Depot, use: list[float]) -> Process:
        yield self.env.timeout(USE)
        while True:
            for g, tonnes in enumerate(use):
                got = min(tonnes, depot.store[g].level)
                if got > 0.0:
                    yield depot.store[g].get(got)
                self.used[g] += got
                self.short[g] += tonnes - got
            yield self.env.timeout(1)

    def deliver(self, goal: Depot, good: int, tonnes: float, days: float) -> Process:
        yield self.env.timeout(days)
        yield goal.store[good].put(tonnes)

    def staff(self) -> Process:
        """Every day: what is due, who gets carriers and road, loading way after way."""
        net = self.net
        ways = list(
            zip(
                net.way_road.tolist(), net.way_pool.tolist(), net.way_from.tolist(), net.way_to.tolist(),
                net.way_travel.tolist(), net.way_rate.tolist(), net.way_food.tolist(), net.way_passes.tolist(),
                strict=True,
            )
        )  # fmt: skip
        orders, limit, count = net.orders.tolist(), net.road_limit.tolist(), net.pool_count.tolist()
        due = [[0.0 for _ in GOODS] for _ in ways]
        yield self.env.timeout(LOAD)
        for day in range(net.days):
            plan, rates, wants = orders[day // PERIOD_DAYS], [], []
            depot_want = [[0.0 for _ in GOODS] for _ in self.depots]
            for w, (road, _, here, _, _, rate, _, passes) in enumerate(ways):
                rate *= 1.0 - self.roads[road].shut * (1.0 - passes)
                rates.append(rate * (1.0 - (1.0 - self.depots[here].fed) * (1.0 - net.unfed_work)))
                for g in range(len(GOODS)):
                    due[w][g] += plan[w][g]
                want = [tonnes if tonnes > LEAST_T else 0.0 for tonnes in due[w]]
                for g, tonnes in enumerate(want):
                    depot_want[here][g] += tonnes
                wants.append(want)
            pool_want, road_want = [0.0 for _ in count], [0.0 for _ in limit]
            for (road, pool, here, *_), rate, want in zip(ways, rates, wants, strict=True):
                for g, tonnes in enumerate(want):
                    if tonnes > 0.0:
                        want[g] = tonnes * min(1.0, self.depots[here].store[g].level / depot_want[here][g])
                pool_want[pool] += sum(want) / rate
                road_want[road] += sum(want)
            for depot in self.depots:
                depot.fed = 1.0
            for each in self.roads:
                each.moved = 0.0
            for w, (road, pool, here, there, travel, _, ration, _) in enumerate(ways):
                total, depot = sum(wants[w]), self.depots[here]
                if total <= 0.0:
                    continue
                share = min(1.0, count[pool] / pool_want[pool], limit[road] / road_want[road])
                for g, tonnes in enumerate(wants[w]):
                    part = tonnes * share
                    if part > LEAST_T and depot.store[g].level > LEAST_T:
                        part = min(part, depot.store[g].level)
                        yield depot.store[g].get(part)
                        self.env.process(self.deliver(self.depots[there], g, part, travel - LOAD))
                        due[w][g] = max(0.0, due[w][g] - part)
                        self.roads[road].moved += part
                carriers = total * share / rates[w]
                food = carriers * ration
                eaten = min(food, depot.store[FOOD].level)
                if eaten > 0.0:
                    yield depot.store[FOOD].get(eaten)
                self.used[FOOD] += eaten
                self.short[FOOD] += food - eaten
                self.carrier_days += carriers
                if food > 0.0:
                    depot.fed = min(depot.fed, eaten / food)
            if self.given is not None:
                self.record()
            yield self.env.timeout(1)

    def record(self) -> None:
        """Keep the day's figures."""
        moved, road_open = [r.moved for r in self.roads], [1.0 - r.shut for r in self.roads]
        self.kept.append((moved, [[store.level for store in d.store] for d in self.depots], road_open))


class Job(TransportJob):
    """A prepared model."""

    def run(self, units: int, seed: int) -> F:
        return np.array([self._totals(seed * 1_000_003 + run) for run in range(units)]).T

    def _totals(self, seed: int) -> list[float]:
        campaign = Campaign(self.net, seed)
        campaign.play()
        return [campaign.cuts, *campaign.used, *campaign.short, campaign.carrier_days]

    def trace(self, cuts: F) -> dict[str, F]:
        campaign = Campaign(self.net, 0, cuts)
        campaign.play()
        moved, stock, road_open = (np.array(rows) for rows in zip(*campaign.kept, strict=True))
        return {"moved_t": moved, "stock_t": stock, "open": road_open}


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
