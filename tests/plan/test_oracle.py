"""The plan against a second programme written plainly, and solved by another door (scipy's linprog).

The second programme has a variable for everything, carriers and days of arrival included, nothing pruned, nothing
aggregated, and no array tricks.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.plan.factory import HandNetwork, Target, make
from xetho.plan import horizon, solve


def random_network(seed: int) -> HandNetwork:
    """A small network with everything in it: several modes, losses, closures, shared roads, labour, targets."""
    rng = np.random.default_rng(seed)
    count, days = int(rng.integers(3, 6)), int(rng.integers(9, 22))
    places = [f"P{n}" for n in range(count)]
    goods = ["rice", "fuel", "shells"]
    arcs, routes = [], []
    for n in range(count - 1):
        arcs.append((places[n], places[n + 1]))
        routes.append(n)
        if rng.random() < 0.5:
            arcs.append((places[n + 1], places[n]))
            routes.append(n)
    arcs.append((places[0], places[-1]))
    routes.append(count - 1)
    ways = []
    for number in range(len(arcs)):
        for mode, chance in (("porter", 0.9), ("truck", 0.7)):
            if rng.random() < chance:
                way = {
                    "arc": number,
                    "pool": mode if rng.random() < 0.7 else f"{mode}_more",
                    "mode": mode,
                    "rate": float(rng.uniform(0.05, 0.4) if mode == "porter" else rng.uniform(0.5, 2.0)),
                    "food": ("rice", float(rng.uniform(0.0, 0.05))),
                    "travel": int(rng.integers(0, 4)),
                    "crew": float(rng.integers(1, 4)),
                    "loss": float(rng.choice([0.0, 0.1])),
                    "expected": float(rng.uniform(0.5, 1.0)),
                }
                if mode == "truck":
                    way["fuel"] = ("fuel", float(rng.uniform(0.01, 0.2)))
                ways.append(way)
    pools = {str(way["pool"]): float(rng.integers(3, 15)) for way in ways}
    network = make(
        days,
        places,
        goods,
        arcs,
        ways,
        pools,
        routes=routes,
        regions={"hills": float(rng.integers(10, 40))},
        pool_region={name: "hills" for name in pools if name.startswith("porter")},
    )
    limit = np.where(rng.random(count) < 0.4, rng.uniform(1.0, 4.0, count), np.inf)
    network.arc_throughput = limit[np.array(routes)]
    network.arc_open[rng.random((len(arcs), days)) < 0.1] = False
    network.way_expected *= rng.uniform(0.6, 1.0, network.way_expected.shape)
    network.way_loss *= rng.uniform(0.0, 1.0, days)[None, :]
    network.handling[rng.integers(0, count)] = float(rng.uniform(2.0, 6.0))
    network.stock0[: count // 2 + 1] = rng.uniform(0.0, 20.0, (count // 2 + 1, 3))
    network.inflow[:, 0] = rng.uniform(0.0, 2.0, (days, 3))
    network.need[:, -1] = rng.uniform(0.0, 2.0, (days, 3)) * [1.0, 0.2, 1.0]
    network.need[:, 1, 0] = rng.uniform(0.0, 0.5, days)
    network.targets = [
        Target(count - 1, 2, int(rng.integers(0, days)), float(rng.uniform(1.0, 15.0)), 1.5),
        Target(count - 2, 0, int(rng.integers(0, days)), float(rng.uniform(1.0, 5.0)), 1.0),
    ]
    network.good_weight = np.array([1.0, 0.5, 2.0])
    return network


class Plain:
    """The programme, equation by equation."""

    def __init__(self, network: HandNetwork, bounds: np.ndarray) -> None:
        self.network, self.bounds, self.names = network, bounds, {}
        self.periods = [range(int(a), int(b)) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
        self.upper: list[float | None] = []
        self.rows_eq: list[tuple[dict[int, float], float]] = []
        self.rows_ub: list[tuple[dict[int, float], float]] = []
        self.shortage: dict[int, float] = {}
        self.labour: dict[int, float] = defaultdict(float)
        self._write()

    def variable(self, *name: object, upper: float | None = None) -> int:
        if name not in self.names:
            self.names[name] = len(self.names)
            self.upper.append(upper)
        return self.names[name]

    def _write(self) -> None:
        net, goods = self.network, range(len(self.network.good_ids))
        places, ways = range(len(net.place_ids)), range(len(net.way_arc))
        balance: dict[tuple[int, int, int], dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for k, days in enumerate(self.periods):
            n = len(days)
            pool_use, region_use = defaultdict(dict), defaultdict(dict)
            route_use, hand_use = defaultdict(dict), defaultdict(dict)
            for w in ways:
                a, q = net.way_arc[w], net.way_pool[w]
                here, there = net.arc_from[a], net.arc_to[a]
                is_open = [bool(net.arc_open[a, d]) for d in days]
                share = sum(net.way_expected[w, d] * o for d, o in zip(days, is_open, strict=True)) / n
                loss = sum(net.way_loss[w, d] * o for d, o in zip(days, is_open, strict=True)) / max(sum(is_open), 1)
                c = self.variable("carriers", k, w)
                pool_use[q][c] = 1.0
                self.labour[c] += n * max(net.way_crew[w], 1e-3)
                if net.pool_region[q] >= 0:
                    region_use[net.pool_region[q]][c] = net.way_crew[w]
                if net.way_food_good[w] >= 0:
                    balance[k, here, net.way_food_good[w]][c] -= n * net.way_food[w]
                capacity = {c: -net.way_rate[w] * share}
                for g in goods:
                    x = self.variable("load", k, w, g)
                    capacity[x] = 1.0
                    route_use[net.arc_route[a]][x] = 1.0
                    hand_use[here][x] = 1.0
                    balance[k, here, g][x] -= n
                    if net.way_fuel_good[w] >= 0:
                        balance[k, here, net.way_fuel_good[w]][x] -= n * net.way_fuel[w]
                        self.labour[x] += n * net.way_fuel[w] * 100.0
                    for d in days:
                        arrival = d + net.way_travel[w]
                        for m, later in enumerate(self.periods):
                            if arrival in later:
                                balance[m, there, g][x] += 1.0 - loss
                self.rows_ub.append((capacity, 0.0))
            for q, use in pool_use.items():
                self.rows_ub.append((use, float(np.mean([net.pool_count[q, d] for d in days]))))
            for r, use in region_use.items():
                self.rows_ub.append((use, float(np.mean([net.region_labour[r, d] for d in days]))))
            for p, use in hand_use.items():
                if np.isfinite(net.handling[p]):
                    self.rows_ub.append((use, float(net.handling[p])))
            for r, use in route_use.items():
                arcs = [a for a in range(len(net.arc_route)) if net.arc_route[a] == r]
                limits = [net.arc_throughput[a] * np.mean([net.arc_open[a, d] for d in days]) for a in arcs]
                if np.isfinite(net.arc_throughput[arcs[0]]):
                    self.rows_ub.append((use, float(min(limits))))
        for k, days in enumerate(self.periods):
            for p in places:
                for g in goods:
                    row = balance[k, p, g]
                    need = float(sum(net.need[d, p, g] for d in days))
                    row[self.variable("stock", k, p, g)] -= 1.0
                    if k > 0:
                        row[self.variable("stock", k - 1, p, g)] += 1.0
                    short = self.variable("short", k, p, g, upper=need)
                    self.shortage[short] = net.good_weight[g]
                    row[short] += 1.0
                    came = float(sum(net.inflow[d, p, g] for d in days)) + (net.stock0[p, g] if k == 0 else 0.0)
                    self.rows_eq.append((dict(row), need - came))
        for number, target in enumerate(net.targets):
            k = min(range(len(self.periods)), key=lambda j: abs(int(self.bounds[j + 1]) - target.day - 1))
            v = self.variable("target", number, upper=target.t)
            self.shortage[v] = target.weight
            self.rows_ub.append(({self.variable("stock", k, target.place, target.good): -1.0, v: -1.0}, -target.t))

    def least(self, cost: dict[int, float], extra: list[tuple[dict[int, float], float]]) -> float:
        count = len(self.names)

        def dense(rows: list[tuple[dict[int, float], float]]) -> tuple[np.ndarray, np.ndarray]:
            matrix = np.zeros((len(rows), count))
            for i, (row, _) in enumerate(rows):
                for j, value in row.items():
                    matrix[i, j] += value
            return matrix, np.array([right for _, right in rows])

        a_eq, b_eq = dense(self.rows_eq)
        a_ub, b_ub = dense(self.rows_ub + extra)
        c = np.zeros(count)
        for j, value in cost.items():
            c[j] = value
        answer = linprog(
            c, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=[(0, u) for u in self.upper], method="highs-ds"
        )
        assert answer.status == 0, answer.message
        return float(answer.fun)


@pytest.mark.parametrize("seed", range(12))
def test_both_objectives_agree_with_a_plain_programme(seed: int) -> None:
    network = random_network(seed)
    bounds = horizon.periods(network.days, 5, ends=[t.day for t in network.targets])
    plain = Plain(network, bounds)
    shortage = plain.least(plain.shortage, [])
    labour = plain.least(plain.labour, [(plain.shortage, shortage + 1e-7)])
    plan = solve(network, period_days=5)
    assert plan.bounds.tolist() == bounds.tolist()
    assert plan.objective == pytest.approx(shortage, rel=1e-6, abs=1e-6)
    assert plan.labour_objective == pytest.approx(labour, rel=1e-4, abs=1e-4)
    assert plan.gap < 1e-6 and plan.labour_gap < 1.1e-5
    # Told shortage is the objective's.
    weighted = (plan.shortage * network.good_weight).sum() + sum(
        t.weight * s for t, s in zip(network.targets, plan.target_shortage, strict=True)
    )
    assert weighted == pytest.approx(shortage, rel=1e-5, abs=1e-5)


def test_the_seeds_are_worth_testing() -> None:
    """Some instances are short, some have both kinds of limit, and goods move in all."""
    plans = [solve(random_network(seed), period_days=5) for seed in range(12)]
    assert all(plan.load.sum() > 0 for plan in plans)
    assert sum(not plan.feasible for plan in plans) >= 4
    kinds = set().union(*(set(plan.bottlenecks["kind"]) for plan in plans))
    assert {"pool", "supply", "route"} <= kinds
