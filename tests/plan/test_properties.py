"""What must hold of every plan, over generated networks."""

from __future__ import annotations

import copy
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.factory import HandNetwork, campaign
from tests.plan.test_oracle import random_network
from xetho.plan import Plan, highs, horizon, prune, solve
from xetho.plan.highs import Live, dual_bound
from xetho.plan.lexicographic import solve_in_order
from xetho.plan.model import build

seeds = st.integers(0, 100_000)
steps = st.integers(2, 8)


def assert_balanced(network: HandNetwork, plan: Plan) -> None:
    """Count every good day by day: what came in, what moved, what was eaten, burnt and lost."""
    stock = network.stock0.copy()
    arriving = np.zeros((network.days + 400, *stock.shape))
    for k in range(len(plan.bounds) - 1):
        days = range(int(plan.bounds[k]), int(plan.bounds[k + 1]))
        for w, arc in enumerate(network.way_arc):
            open_days = [d for d in days if network.arc_open[arc, d]]
            lost = np.mean([network.way_loss[w, d] for d in open_days]) if open_days else 0.0
            here, there = network.arc_from[arc], network.arc_to[arc]
            for d in days:
                stock[here] -= plan.load[k, w]
                if network.way_food_good[w] >= 0:
                    stock[here, network.way_food_good[w]] -= plan.carriers[k, w] * network.way_food[w]
                if network.way_fuel_good[w] >= 0:
                    stock[here, network.way_fuel_good[w]] -= plan.load[k, w].sum() * network.way_fuel[w]
                arriving[d + network.way_travel[w], there] += plan.load[k, w] * (1 - lost)
        for d in days:
            stock += network.inflow[d] - network.need[d] + arriving[d]
        stock += plan.shortage[k]
        scale = 1.0 + network.stock0.sum() + network.inflow.sum()
        assert np.abs(plan.stock[k + 1] - stock).max() < 1e-6 * scale


@settings(max_examples=40, deadline=None)
@given(seeds, steps)
def test_mass_balance_and_limits(seed: int, step: int) -> None:
    network = random_network(seed)
    plan = solve(network, period_days=step)
    assert_balanced(network, plan)
    assert_within_limits(network, plan)


def assert_within_limits(network: HandNetwork, plan: Plan) -> None:
    """Look up every limit: carriers, people, roads, handling, needs and the first target's stock."""
    for array in (plan.load, plan.carriers, plan.stock, plan.shortage, plan.target_shortage):
        assert array.min(initial=0.0) >= 0.0
    assert np.all(plan.shortage <= plan.need + 1e-9)
    bounds = plan.bounds
    at_work = np.zeros((len(bounds) - 1, len(network.pool_ids)))
    np.add.at(at_work.T, network.way_pool, plan.carriers.T)
    assert np.all(at_work <= horizon.means(network.pool_count.T, bounds) + 1e-6)
    people = np.zeros((len(bounds) - 1, 1))
    for w, pool in enumerate(network.way_pool):
        if network.pool_region[pool] >= 0:
            people[:, 0] += plan.carriers[:, w] * network.way_crew[w]
    assert np.all(people <= horizon.means(network.region_labour.T, bounds) + 1e-5)
    moved = plan.load.sum(axis=2)
    for route in range(len(network.route_ids)):
        ways = np.flatnonzero(network.arc_route[network.way_arc] == route)
        arcs = np.flatnonzero(network.arc_route == route)
        if not np.isfinite(network.arc_throughput[arcs[0]]):
            continue
        share = horizon.means(network.arc_open[arcs].T.astype(float), bounds).min(axis=1)
        assert np.all(moved[:, ways].sum(axis=1) <= network.arc_throughput[arcs[0]] * share + 1e-6)
    for place in range(len(network.place_ids)):
        ways = np.flatnonzero(network.arc_from[network.way_arc] == place)
        assert np.all(moved[:, ways].sum(axis=1) <= network.handling[place] + 1e-6)
    missing = (
        network.targets[0].t
        - plan.stock[horizon.nearest_end(bounds, network.targets[0].day) + 1][
            network.targets[0].place, network.targets[0].good
        ]
    )
    assert plan.target_shortage[0] >= missing - 1e-5


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(1.0, 3.0))
def test_more_of_a_good_thing_never_hurts(seed: int, factor: float) -> None:
    network = random_network(seed)
    base = solve(network, period_days=5).objective
    for field in ("pool_count", "stock0", "inflow", "arc_throughput", "handling", "way_expected"):
        more = copy.deepcopy(network)
        setattr(more, field, getattr(more, field) * factor)
        assert solve(more, period_days=5).objective <= base + 1e-5 * (1 + base), field


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_more_loss_or_longer_travel_never_helps(seed: int) -> None:
    network = random_network(seed)
    base = solve(network, period_days=5).objective
    worse = copy.deepcopy(network)
    worse.way_loss = np.minimum(worse.way_loss + 0.1, 1.0)
    assert solve(worse, period_days=5).objective >= base - 1e-5 * (1 + base)
    later = copy.deepcopy(network)
    later.way_travel = later.way_travel + 2
    assert solve(later, period_days=5).objective >= base - 1e-5 * (1 + base)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_worth_lies_between_the_loss_of_one_and_the_gain_of_one(seed: int) -> None:
    """A dual is a slope of a convex function: between the slopes to the left and to the right."""
    network = random_network(seed)
    plan = solve(network, period_days=5)
    if plan.feasible:
        return
    step = 1e-2
    of_shortage = plan.bottlenecks["worth_in"] != "man-days"
    for row in plan.bottlenecks[(plan.bottlenecks["kind"] == "pool") & of_shortage].itertuples():
        first = (row[5] - network.start).days
        last = (row[6] - network.start).days
        pool = network.pool_ids.index(row.key)
        change = {}
        for sign in (-1, 1):
            other = copy.deepcopy(network)
            other.pool_count[pool, first : last + 1] += sign * step
            change[sign] = (plan.objective - solve(other, period_days=5).objective) / step
        assert change[1] - 1e-4 <= row.worth_t_per_unit <= -change[-1] + 1e-4


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(0, 1000))
def test_any_duals_prove_a_bound(seed: int, noise: int) -> None:
    """The certificate holds for duals that are wrong: it never exceeds the least cost."""
    network = random_network(seed)
    means = prune.period_means(network, horizon.periods(network.days, 5))
    programme = build(network, means, prune.useful_loads(network, means), labour_per_fuel_t=100.0).programme
    cost = 100 * programme.shortage_cost + programme.labour_cost
    best = Live(programme).fresh(cost, time.perf_counter() + 10.0)
    assert best.objective == pytest.approx(best.bound, rel=1e-6, abs=1e-6)
    wrong = best.duals + np.random.default_rng(noise).normal(0.0, 1.0, best.duals.shape)
    bound, _ = dual_bound(programme.matrix, programme.row_lower, programme.row_upper, programme.reach, cost, wrong)
    assert bound <= best.objective + 1e-6 * (1 + abs(best.objective))


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_leaving_out_useless_loads_changes_nothing(seed: int) -> None:
    network = random_network(seed)
    means = prune.period_means(network, horizon.periods(network.days, 4))
    works = (means.capacity > 0) & (means.count[:, network.way_pool] > 0)
    every = np.repeat(works[:, :, None], len(network.good_ids), axis=2)
    least = []
    for loads in (every, prune.useful_loads(network, means)):
        programme = build(network, means, loads, labour_per_fuel_t=100.0).programme
        answer = solve_in_order(programme, 20.0, lambda _line: None)
        least.append((programme.shortage_cost @ answer.values, programme.labour_cost @ answer.values))
    assert least[0] == pytest.approx(least[1], rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("strength", [1.0, 0.1])
def test_the_way_of_large_programmes_agrees_with_that_of_small(
    strength: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interior point with crossover on a programme that simplex can do as well: both are exact, and agree."""
    network = campaign(3, places=9, days=60, strength=strength * 0.02)
    exact = solve(network, period_days=12)
    monkeypatch.setattr(highs, "SMALL_ROWS", 0)
    joint = solve(network, period_days=12)
    wanted = float((network.need.sum(axis=(0, 1)) * network.good_weight).sum())
    assert joint.objective == pytest.approx(exact.objective, abs=1e-7 * wanted)
    assert joint.feasible == exact.feasible
    assert joint.labour_objective == pytest.approx(exact.labour_objective, rel=1e-4)
    assert_balanced(network, joint)
    assert joint.bound <= exact.objective + 1e-6 * wanted


def test_a_large_campaign_is_proven_and_told() -> None:
    network = campaign(1, places=14, days=100)
    told: list[str] = []
    plan = solve(network, progress=told.append)
    assert told[0].startswith("planning 8 periods")
    assert plan.gap < 1e-6 and plan.labour_gap < 1e-4
    assert plan.stock.min() >= 0.0
    assert len(plan.reasons()) > 1
