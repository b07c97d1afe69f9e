"""Plans and answers of which time ran out: whatever was in hand, they can be done, and no bound says too much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.factory import HandNetwork, campaign
from tests.plan.stopping import time_for
from tests.plan.test_oracle import random_network
from tests.plan.test_properties import assert_balanced, assert_within_limits
from xetho.plan import PlanError, Planner, highs, horizon, solve
from xetho.plan.feasible import best_values, violation_of
from xetho.plan.lexicographic import FIRST_WEIGHT, weighted
from xetho.plan.questions import (
    QuestionError,
    cheapest,
    earliest,
    largest_force,
    one_more,
    relaxations,
    robust,
    without_routes,
)
from xetho.plan.questions.common import Stock, changed, grid, model_of, reach_days, wanted_weighted

seeds = st.integers(0, 100_000)
counts = st.integers(0, 5)
junk = st.none() | st.integers(0, 1000)
PERIOD_DAYS = 4
NEAR = 1e-4
"""What the certificates of both answers leave open (t, or a share of labour)."""


@settings(max_examples=25, deadline=None)
@given(seeds, counts, junk)
def test_a_stopped_plan_can_be_done_and_its_bounds_hold(seed: int, count: int, torn: int | None) -> None:
    network = random_network(seed)
    bounds = horizon.periods(network.days, PERIOD_DAYS, ends=[target.day for target in network.targets])
    best = Planner(network, bounds).solve()
    with time_for(count, torn):
        plan = Planner(network, bounds).solve(or_best=True)
    assert_balanced(network, plan)
    assert_within_limits(network, plan)
    assert min(plan.stock.min(), plan.load.min(initial=0.0), plan.shortage.min()) >= 0.0
    assert plan.bound - NEAR <= best.objective <= plan.objective + NEAR
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / wanted_weighted(network))
    if plan.objective <= best.objective + 1e-9:
        assert plan.labour_bound <= best.labour_objective * (1 + NEAR) + NEAR
    assert plan.status == ("optimal" if plan.proven else "best so far")
    if not plan.proven:
        assert not len(plan.bottlenecks) or count > 0
        assert any("Time ran out" in line for line in plan.reasons())


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(0, 1000))
def test_anything_walked_through_keeps_every_row(seed: int, torn: int) -> None:
    network = random_network(seed)
    model, _ = model_of(network, grid(network, PERIOD_DAYS))
    programme = model.programme
    rng = np.random.default_rng(torn)
    values = rng.exponential(float(rng.choice([0.1, 10.0, 1000.0])), len(programme.upper))
    nothing = best_values(network, model, programme, ())
    found = best_values(network, model, programme, [values])
    assert violation_of(programme, found) < 1e-9 and violation_of(programme, nothing) < 1e-9
    assert found.min() >= -1e-12
    assert programme.shortage_cost @ found <= programme.shortage_cost @ nothing + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_what_is_optimal_stays_so_when_walked_through(seed: int) -> None:
    """A plan whose rows all hold already loses nothing."""
    network = random_network(seed)
    model, _ = model_of(network, grid(network, PERIOD_DAYS))
    live = highs.Live(model.programme, tell=True)
    best = live.fresh(model.programme.shortage_cost + 1e-6 * model.programme.labour_cost, np.inf)
    found = best_values(network, model, model.programme, [best.values])
    assert model.programme.shortage_cost @ found == pytest.approx(model.programme.shortage_cost @ best.values, abs=1e-5)


def test_interior_point_stopped_early_gives_more_than_nothing() -> None:
    """Fifteen iterations, far from enough: what stands then breaks rows, and walked through it is half way there."""
    network = campaign(places=20, days=112)
    model, _ = model_of(network, grid(network, 28))
    programme = model.programme
    live = highs.Live(programme, tell=True)
    live._highs.setOptionValue("ipm_iteration_limit", 15)
    in_hand = live.roughly(weighted(programme, FIRST_WEIGHT), np.inf, 1e-8)
    assert in_hand is not None
    assert violation_of(programme, in_hand[0]) > 0.01
    none, some = (best_values(network, model, programme, known) for known in ((), in_hand[:1]))
    assert violation_of(programme, some) < 1e-9
    assert programme.shortage_cost @ some < 0.5 * (programme.shortage_cost @ none)


def test_no_time_at_all_carries_nothing() -> None:
    network = campaign(places=20, days=112)
    plan = solve(network, 28, 1e-9, or_best=True)
    assert plan.load.max() == 0.0 and plan.bound == 0.0 and not plan.proven
    with pytest.raises(PlanError):
        solve(network, 28, 1e-9)


# every question ------------------------------------------------------------------------------------------------------


def asked(seed: int) -> tuple[HandNetwork, int]:
    """A network and its last place."""
    network = random_network(seed)
    return network, len(network.place_ids) - 1


@settings(max_examples=25, deadline=None)
@given(seeds, counts, junk)
def test_cheapest(seed: int, count: int, torn: int | None) -> None:
    network, _ = asked(seed)
    try:
        best = cheapest(network, "blue", 0.6, period_days=PERIOD_DAYS)
    except QuestionError:
        return
    with time_for(count, torn):
        found = cheapest(network, "blue", 0.6, period_days=PERIOD_DAYS)
    assert_balanced(network, found.plan)
    assert_within_limits(network, found.plan)
    assert found.best_service - NEAR <= best.best_service <= found.best_service_bound + NEAR
    assert found.reached <= best.best_service + NEAR
    assert found.labour_bound <= best.labour * (1 + NEAR) + NEAR
    if found.reached >= 0.6:
        assert found.labour >= best.labour * (1 - NEAR) - NEAR
    assert found.stopped or found.labour == pytest.approx(best.labour, rel=NEAR, abs=NEAR)


@settings(max_examples=25, deadline=None)
@given(seeds, counts, junk)
def test_largest_force(seed: int, count: int, torn: int | None) -> None:
    network, place = asked(seed)
    force = network.need[:, place] * 0.5

    def ask() -> tuple[float, float, bool]:
        found = largest_force(network, "blue", network.place_ids[place], 4, force, period_days=PERIOD_DAYS)
        return found.factor, found.bound, found.stopped

    try:
        best, _, _ = ask()
    except QuestionError:
        return
    with time_for(count, torn):
        factor, bound, stopped = ask()
    assert factor - 2e-3 <= best <= bound + NEAR
    assert stopped or factor == pytest.approx(best, abs=2e-3)


@settings(max_examples=12, deadline=None)
@given(seeds, counts, junk)
def test_without_routes(seed: int, count: int, torn: int | None) -> None:
    network, _ = asked(seed)
    best = without_routes(network, ["R0"], period_days=PERIOD_DAYS)
    with time_for(count, torn):
        found = without_routes(network, ["R0"], period_days=PERIOD_DAYS)
    for plan, optimum in ((found.base, best.base), (found.plan, best.plan)):
        assert_balanced(plan.network, plan)
        assert plan.bound - NEAR <= optimum.objective <= plan.objective + NEAR
    assert not found.plan.load[:, np.asarray(network.arc_route)[network.way_arc] == 0].any()
    assert found.least_more - NEAR <= best.plan.objective - best.base.objective <= found.most_more + NEAR
    assert found.stopped == (not (found.base.proven and found.plan.proven))


@settings(max_examples=12, deadline=None)
@given(seeds, counts, junk)
def test_one_more(seed: int, count: int, torn: int | None) -> None:
    network, _ = asked(seed)
    name = network.pool_ids[0]
    best = one_more(network, "blue", name, period_days=PERIOD_DAYS).rows[0]
    with time_for(count, torn):
        found = one_more(network, "blue", name, period_days=PERIOD_DAYS)
    row = found.rows[0]
    if row.worth is None:
        assert found.stopped and row.gain is None and "Time ran out" in found.reasons[0]
    if row.worth_in == best.worth_in:
        assert best.gain is not None and best.gain <= row.most * (1 + NEAR) + NEAR


@settings(max_examples=6, deadline=None)
@given(seeds, st.integers(0, 12), junk)
def test_relaxations(seed: int, count: int, torn: int | None) -> None:
    network, _ = asked(seed)
    network = changed(network, good_weight=np.ones(3))  # so that least by priority is least in tonnes
    network.targets = []
    best = relaxations(network, "blue", period_days=PERIOD_DAYS)
    with time_for(count, torn):
        found = relaxations(network, "blue", period_days=PERIOD_DAYS)
    assert found.closes in (best.closes, None) and (found.stopped or found.closes is not None)
    whole = {(row.kind, row.subject): row for row in best.rows}
    for row in found.rows:
        if row.kind == "date" and not found.base.proven:
            continue
        other = whole.get((row.kind, row.subject))
        if other is None:
            assert not row.proven or row.kind == "need"
        elif row.amount is None or other.amount is None:
            assert row.amount == other.amount or not (row.proven and other.proven)
        elif row.proven and other.proven:
            assert row.amount == pytest.approx(other.amount, rel=1e-3, abs=1e-3)
        else:
            assert row.amount >= other.amount - 1e-3


@settings(max_examples=6, deadline=None)
@given(seeds, st.integers(0, 20), junk)
def test_earliest(seed: int, count: int, torn: int | None) -> None:
    network, place = asked(seed)
    if not np.isfinite(reach_days(network)[place, 2]):
        return
    stocks = [Stock(place, 2, 4.0, 2.0)]
    try:
        best = earliest(network, "blue", stocks, period_days=PERIOD_DAYS)
    except QuestionError:
        return
    with time_for(count, torn):
        found = earliest(network, "blue", stocks, period_days=PERIOD_DAYS)
    for day, does in found.tried.items():
        assert best.tried.get(day, does) == does
    assert found.stopped or (found.day, found.not_before) == (best.day, best.not_before)
    if found.day is not None and best.day is not None:
        assert found.day >= best.day
    if best.day is not None:
        assert found.not_before < best.day


@settings(max_examples=6, deadline=None)
@given(seeds, st.integers(0, 14), junk)
def test_robust(seed: int, count: int, torn: int | None) -> None:
    network, _ = asked(seed)
    rng = np.random.default_rng(seed)
    samples = [changed(network, way_expected=network.way_expected * rng.uniform(0.2, 1.0)) for _ in range(3)]
    best = robust(network, samples, "blue", period_days=PERIOD_DAYS)
    with time_for(count, torn):
        found = robust(network, samples, "blue", period_days=PERIOD_DAYS)
    near = 1e-3 * best.wanted
    assert found.bound - near <= best.objective <= found.objective + near
    assert found.gap == pytest.approx((found.objective - found.bound) / found.wanted)
    assert np.all(np.array(found.shortages) >= 0.0)
