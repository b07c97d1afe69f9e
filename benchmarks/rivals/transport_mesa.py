"""Transport and cuts in Mesa: depots, roads, pools and columns of carriers are agents; a step is a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from benchmarks.models.transport import FOOD, GOODS, LEAST_T, PERIOD_DAYS, F, Net, make
from benchmarks.rivals.job import TransportJob


class Depot(mesa.Agent):
    """A place with stocks; bases get supply, the front uses it."""

    def __init__(self, model: Campaign, stock: list[float], inflow: list[float], use: list[float]) -> None:
        super().__init__(model)
        self.stock, self.inflow, self.use = stock, inflow, use
        self.due_in: dict[int, list[float]] = {}
        self.wanted = [0.0 for _ in GOODS]
        self.fed = 1.0

    def receive(self) -> None:
        arriving = self.due_in.pop(self.model.day, None)
        for g in range(len(GOODS)):
            self.stock[g] += self.inflow[g] + (arriving[g] if arriving else 0.0)
            self.wanted[g] = 0.0

    def expect(self, day: int, good: int, tonnes: float) -> None:
        self.due_in.setdefault(day, [0.0 for _ in GOODS])[good] += tonnes

    def open_mess(self) -> None:
        self.fed = 1.0

    def consume(self) -> None:
        for g, use in enumerate(self.use):
            got = min(use, self.stock[g])
            self.stock[g] -= got
            self.model.used[g] += got
            self.model.short[g] += use - got


class Road(mesa.Agent):
    """A road that raiders cut and a crew mends."""

    def __init__(self, model: Campaign, mean_cuts: float, crew: float, limit: float) -> None:
        super().__init__(model)
        self.mean_cuts, self.crew, self.limit = mean_cuts, crew, limit
        self.left = self.shut = self.wanted = self.moved = 0.0

    def strike(self) -> None:
        cuts = self.model.draw_cuts(self)
        self.model.cuts += cuts
        self.left += cuts * self.model.net.mend
        self.shut = min(1.0, self.left / self.crew)
        self.wanted = self.moved = 0.0

    def mend(self) -> None:
        self.left = max(0.0, self.left - self.crew)


class Pool(mesa.Agent):
    """Carriers shared by the columns of a pool."""

    def __init__(self, model: Campaign, count: float) -> None:
        super().__init__(model)
        self.count, self.wanted = count, 0.0

    def muster(self) -> None:
        self.wanted = 0.0


class Column(mesa.Agent):
    """A pool's carriers on one road, with their orders."""

    def __init__(
        self, model: Campaign, road: Road, pool: Pool, here: Depot, there: Depot, rate: float, food: float,
        passes: float, travel: int, orders: list[list[float]],
    ) -> None:  # fmt: skip
        super().__init__(model)
        self.road, self.pool, self.here, self.there, self.orders = road, pool, here, there, orders
        self.free_rate, self.food, self.passes, self.travel = rate, food, passes, travel
        self.due = [0.0 for _ in GOODS]
        self.want = [0.0 for _ in GOODS]
        self.rate = 0.0

    def ask(self) -> None:
        """Say what is due, and how fast a carrier is today."""
        open_share = 1.0 - self.road.shut * (1.0 - self.passes)
        self.rate = self.free_rate * open_share * (1.0 - (1.0 - self.here.fed) * (1.0 - self.model.net.unfed_work))
        for g, tonnes in enumerate(self.orders[self.model.day // PERIOD_DAYS]):
            self.due[g] += tonnes
            self.want[g] = self.due[g] if self.due[g] > LEAST_T else 0.0
            self.here.wanted[g] += self.want[g]

    def claim(self) -> None:
        """Cut the wants to the depot's stock; claim carriers and road."""
        for g in range(len(GOODS)):
            if self.here.wanted[g] > 0.0:
                self.want[g] *= min(1.0, self.here.stock[g] / self.here.wanted[g])
        total = sum(self.want)
        self.pool.wanted += total / self.rate
        self.road.wanted += total

    def march(self) -> None:
        """Load, send and eat."""
        total = sum(self.want)
        if total <= 0.0:
            return
        share = min(1.0, self.pool.count / self.pool.wanted, self.road.limit / self.road.wanted)
        for g, want in enumerate(self.want):
            part = want * share
            if part > LEAST_T and self.here.stock[g] > LEAST_T:
                part = min(part, self.here.stock[g])
                self.here.stock[g] -= part
                self.there.expect(self.model.day + self.travel, g, part)
                self.due[g] = max(0.0, self.due[g] - part)
                self.road.moved += part
        carriers = total * share / self.rate
        food = carriers * self.food
        eaten = min(food, self.here.stock[FOOD])
        self.here.stock[FOOD] -= eaten
        self.here.fed = min(self.here.fed, eaten / food if food > 0.0 else 1.0)
        self.model.used[FOOD] += eaten
        self.model.short[FOOD] += food - eaten
        self.model.carrier_days += carriers


class Campaign(mesa.Model):
    """The campaign."""

    def __init__(self, net: Net, seed: int, given: F | None = None) -> None:
        super().__init__(seed=seed)
        self.net, self.given, self.day = net, given, 0
        self.cuts = self.carrier_days = 0.0
        self.used, self.short = [0.0 for _ in GOODS], [0.0 for _ in GOODS]
        rows = zip(net.stock.tolist(), net.inflow.tolist(), net.use.tolist(), strict=True)
        self.depots = [Depot(self, *row) for row in rows]
        rows = zip(net.cuts.tolist(), net.road_crew.tolist(), net.road_limit.tolist(), strict=True)
        self.roads = [Road(self, *row) for row in rows]
        self.pools = [Pool(self, count) for count in net.pool_count.tolist()]
        for w in range(len(net.way_road)):
            Column(
                self, self.roads[net.way_road[w]], self.pools[net.way_pool[w]], self.depots[net.way_from[w]],
                self.depots[net.way_to[w]], float(net.way_rate[w]), float(net.way_food[w]), float(net.way_passes[w]),
                int(net.way_travel[w]), net.orders[:, w].tolist(),
            )  # fmt: skip

    def draw_cuts(self, road: Road) -> float:
        """Today's cuts of a road."""
        if self.given is not None:
            return float(self.given[self.day, self.roads.index(road)])
        return float(self.rng.poisson(road.mean_cuts))

    def step(self) -> None:
        """A day."""
        depots, roads, columns = (self.agents_by_type[kind] for kind in (Depot, Road, Column))
        depots.do("receive")
        roads.do("strike")
        self.agents_by_type[Pool].do("muster")
        for order in ("ask", "claim"):
            columns.do(order)
        depots.do("open_mess")
        columns.do("march")
        self.record()
        roads.do("mend")
        depots.do("consume")
        self.day += 1

    def record(self) -> None:
        """Nothing by itself: a trace overrides it."""


class Traced(Campaign):
    """A campaign that keeps its daily figures."""

    def __init__(self, net: Net, given: F) -> None:
        super().__init__(net, 0, given)
        self.kept: list[tuple[list[float], list[list[float]], list[float]]] = []

    def record(self) -> None:
        self.kept.append(
            ([r.moved for r in self.roads], [d.stock[:] for d in self.depots], [1.0 - r.shut for r in self.roads])
        )


class Job(TransportJob):
    """A prepared model."""

    def run(self, units: int, seed: int) -> F:
        return np.array([self._totals(seed * 1_000_003 + run) for run in range(units)]).T

    def _totals(self, seed: int) -> list[float]:
        campaign = Campaign(self.net, seed)
        for _ in range(self.net.days):
            campaign.step()
        return [campaign.cuts, *campaign.used, *campaign.short, campaign.carrier_days]

    def trace(self, cuts: F) -> dict[str, F]:
        campaign = Traced(self.net, cuts)
        for _ in range(self.net.days):
            campaign.step()
        moved, stock, road_open = (np.array(rows) for rows in zip(*campaign.kept, strict=True))
        return {"moved_t": moved, "stock_t": stock, "open": road_open}


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
