"""What-ifs of which time ran out: plans that can be done, bounds that hold, and a gradient method that gets there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import isotonic_regression, linprog

from tests.plan.factory import HandNetwork, campaign
from tests.plan.stopping import time_for
from tests.plan.test_oracle import random_network
from tests.plan.test_properties import assert_balanced, assert_within_limits
from tests.plan.test_replan import CHANGES, changed
from xetho.plan import Plan, PlanError, Planner, horizon, soon
from xetho.plan.descent import Descent, _never_rising
from xetho.plan.feasible import feasible
from xetho.plan.highs import Live
from xetho.plan.model import Model
from xetho.plan.prices import Prices
from xetho.plan.programme import Part, parts
from xetho.plan.questions.common import grid, model_of, wanted_weighted
from xetho.plan.questions.routes import closed
from xetho.plan.unstocked import without_stocks

PERIOD_DAYS = 4
WEIGHT = 1000.0
NEAR = 1e-4
"""What the certificates of both answers leave open (t, or a share of labour)."""
PAUSE_S = 0.3


def never_done(*_arguments: object, **_options: object) -> None:
    """In place of the exact method: time for the gradient method, and no answer."""
    time.sleep(PAUSE_S)
    raise PlanError("time")


def assert_true(plan: Plan, best: Plan) -> None:
    """The plan can be done, and what is said of it does not contradict the best."""
    assert_balanced(plan.network, plan)
    assert_within_limits(plan.network, plan)
    assert min(plan.stock.min(), plan.load.min(initial=0.0), plan.shortage.min()) >= 0.0
    assert plan.bound - NEAR <= best.objective <= plan.objective + NEAR
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / wanted_weighted(plan.network))
    # The best plan is one with no more shortage than this one's.
    assert plan.labour_bound <= best.labour_objective * (1 + NEAR) + NEAR


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(CHANGES))
def test_a_plan_by_gradient_steps_can_be_done_and_its_bounds_hold(seed: int, what: str) -> None:
    network = random_network(seed)
    bounds = horizon.periods(network.days, PERIOD_DAYS)
    planner = Planner(network, bounds)
    planner.solve()
    other = changed(network, what, np.random.default_rng(seed))
    with patch.object(soon, "solve_in_order", never_done):
        plan = planner.replan(other, or_best=True)
    assert plan.status == "best so far" and not plan.proven
    assert_true(plan, Planner(other, bounds).solve())


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 100_000), st.sampled_from(CHANGES), st.integers(0, 4), st.none() | st.integers(0, 1000),
    st.booleans(),
)  # fmt: skip
def test_whatever_was_in_hand_the_bounds_hold(seed: int, what: str, count: int, torn: int | None, best: bool) -> None:
    """The exact method is stopped at any moment, with anything in hand; also after a base that was itself stopped."""
    network = random_network(seed)
    bounds = horizon.periods(network.days, PERIOD_DAYS)
    planner = Planner(network, bounds)
    planner.solve(or_best=best)
    other = changed(network, what, np.random.default_rng(seed))
    with time_for(count, torn):
        plan = planner.replan(other, or_best=True)
    assert_true(plan, Planner(other, bounds).solve())


@dataclass(frozen=True)
class Cut:
    """A large campaign planned, and the same with its main road closed."""

    planner: Planner
    base: Plan
    network: HandNetwork
    best: Plan


@pytest.fixture(scope="module")
def cut() -> Cut:
    network = campaign(2, places=10, days=60)
    planner = Planner(network, horizon.periods(network.days, 10))
    base = planner.solve(or_best=True)
    busy = int(np.argmax(np.bincount(network.arc_route[network.way_arc], base.load.sum(axis=(0, 2)))))
    other = closed(network, [busy])
    return Cut(planner, base, other, planner.replan(other))


def test_with_time_enough_it_is_the_exact_plan(cut: Cut) -> None:
    """From the base's basis to the last digit; from nothing, as here first, it may be another plan as good."""
    plan = cut.planner.replan(cut.network, or_best=True)
    assert plan.proven and plan.objective == pytest.approx(cut.best.objective, rel=1e-6)
    assert plan.labour_objective == pytest.approx(cut.best.labour_objective, rel=1e-5)
    for route in range(3):
        other = closed(cut.base.network, [route])
        exact, plan = cut.planner.replan(other), cut.planner.replan(other, or_best=True)
        assert plan.proven and np.array_equal(exact.load, plan.load)


def test_with_no_time_at_all_what_is_left_of_the_plan_stays(cut: Cut) -> None:
    plan = cut.planner.replan(cut.network, 1e-9, or_best=True)
    assert_true(plan, cut.best)
    assert not plan.proven and 0.0 < plan.load.sum() < cut.base.load.sum()
    assert cut.base.objective < cut.best.objective < plan.objective


def test_gradient_steps_find_nearly_the_best(cut: Cut) -> None:
    """Twenty looks at its loads, against what is left of the base plan."""
    left = cut.planner.replan(cut.network, 1e-9, or_best=True)

    def after_steps(*_arguments: object, **_options: object) -> None:
        while looked[0] < 20:
            time.sleep(0.01)
        raise PlanError("time")

    looked = [0]
    look = soon._Search.look

    def counted(self: soon._Search, values: np.ndarray) -> None:
        look(self, values)
        looked[0] += 1

    with patch.object(soon, "solve_in_order", after_steps), patch.object(soon._Search, "look", counted):
        plan = cut.planner.replan(cut.network, or_best=True)
    assert_true(plan, cut.best)
    assert plan.objective - cut.best.objective < 0.1 * (left.objective - cut.best.objective)
    # Its prices are poorer, but the base plan's prove nothing of what now goes short.
    assert cut.base.objective < 1e-6 and plan.bound > 0.3 * cut.best.objective


# the method ----------------------------------------------------------------------------------------------------------


def _model(seed: int) -> tuple[Model, Part]:
    network = random_network(seed)
    model, _ = model_of(network, grid(network, PERIOD_DAYS))
    return model, parts(model.programme)[0]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 100_000))
def test_without_stocks_the_optimum_is_the_same(seed: int) -> None:
    model, part = _model(seed)
    programme = part.programme
    cost = WEIGHT * programme.shortage_cost + programme.labour_cost
    best = Live(programme).fresh(cost, time.perf_counter() + 20.0)
    less = without_stocks(model, part)
    periods, pairs = less.stock.shape
    # Stocks are sums of what comes and goes up to each period, and none is below nothing.
    sums = sparse.kron(np.tril(np.ones((periods, periods))), sparse.eye(pairs))
    stock = less.stock.ravel()
    other = np.setdiff1d(np.arange(len(less.rows)), stock)
    at_most, at_least = (np.isfinite(side[other]) for side in (less.upper, less.lower))
    limits = sparse.vstack([
        -(sums @ less.matrix[stock]), less.matrix[other][at_most], -less.matrix[other][at_least]
    ])  # fmt: skip
    most = np.concatenate([-(sums @ less.lower[stock]), less.upper[other][at_most], -less.lower[other][at_least]])
    upper = [None if np.isinf(u) else u for u in programme.upper[less.columns]]
    found = linprog(cost[less.columns], A_ub=limits, b_ub=most, bounds=[(0.0, u) for u in upper], method="highs")
    assert found.fun == pytest.approx(best.objective, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", [3, 11, 29])
def test_it_stays_at_an_optimum_and_finds_it_from_nothing(seed: int) -> None:
    network = random_network(seed)
    model, part = _model(seed)
    programme = part.programme
    cost = WEIGHT * programme.shortage_cost + programme.labour_cost
    best = Live(programme).fresh(cost, time.perf_counter() + 20.0)
    slack = 5e-3 * (1.0 + best.objective)
    nothing = np.zeros(len(best.values)), np.zeros(len(best.duals))
    rows, columns = model.programme.matrix.shape
    for where, steps in (((best.values, best.duals), 100), (nothing, 20_000)):
        method = Descent(model, part, cost, *where)
        method.go_on(steps, lambda: False)
        values, duals = np.zeros(columns), np.zeros(rows)
        values[part.columns], duals[part.rows] = method.values, method.duals
        walked = feasible(network, model, model.programme, values)[part.columns]
        assert best.objective - slack <= cost @ walked <= best.objective + slack
        mended = Prices(model).mended(duals, WEIGHT, 1.0)
        alone = np.zeros(rows)
        alone[part.rows] = mended[part.rows]
        proven = Prices(model).bound(alone, WEIGHT, 1.0)
        assert best.objective - slack <= proven <= best.objective + 1e-6 * (1.0 + best.objective)


def test_it_stops_when_it_is_enough() -> None:
    model, part = _model(3)
    cost = WEIGHT * part.programme.shortage_cost + part.programme.labour_cost
    method = Descent(model, part, cost, np.zeros(len(part.columns)), np.zeros(len(part.rows)))
    method.go_on(1000, lambda: True)
    assert not method.values.any() and not method.duals.any()


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(0, 1000))
def test_the_nearest_that_never_rise_are_scipys(periods: int, series: int, seed: int) -> None:
    price = np.random.default_rng(seed).normal(0.0, 10.0, (periods, series)).astype(np.float32)
    level, mean, total = np.empty_like(price), np.empty_like(price), np.empty(series, dtype=np.float32)
    _never_rising(price, level, mean, total)
    for ours, values in zip(level.T, price.T, strict=True):
        theirs = np.maximum(isotonic_regression(values.astype(np.float64), increasing=False).x, 0.0)
        assert ours == pytest.approx(theirs, abs=1e-4)
