"""A what-if planned from the basis of another plan is as good, and as well proven, as one planned from nothing."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.factory import HandNetwork, Target, campaign
from tests.plan.test_oracle import random_network
from tests.plan.test_properties import assert_balanced
from xetho import load, new
from xetho.plan import Plan, Planner, horizon, lexicographic, lifting
from xetho.plan.highs import Basis
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads
from xetho.plan.questions.common import grid
from xetho.plan.questions.routes import closed

CHANGES = ["fleet", "route", "days", "roads", "opened", "later", "supply", "need"]


def changed(network: HandNetwork, what: str, rng: np.random.Generator) -> HandNetwork:
    """The network with one fleet, route, date or supply changed, so that loads come and go."""
    other = copy.deepcopy(network)
    if what == "fleet":
        other.pool_count[rng.integers(len(other.pool_ids))] *= rng.uniform(0.0, 2.0)
    elif what == "route":
        other.arc_open[rng.integers(len(other.arc_route))] = False
    elif what == "days":
        first = int(rng.integers(other.days // 2))
        other.arc_open[rng.integers(len(other.arc_route)), first : first + other.days // 3] = False
    elif what == "roads":
        other.way_expected = np.clip(other.way_expected * rng.uniform(0.5, 1.5, (len(other.way_arc), 1)), 0.0, 1.0)
    elif what == "opened":
        other.arc_open[:] = True
    elif what == "later":
        first = other.targets[0]
        other.targets = [Target(first.place, first.good, other.days - 1, first.t, first.weight), *other.targets[1:]]
    elif what == "supply":
        other.stock0[rng.integers(len(other.place_ids))] = 0.0
    else:
        other.need = np.roll(other.need, 3, axis=0)
    return other


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(CHANGES))
def test_a_replan_agrees_with_a_plan_from_nothing(seed: int, what: str) -> None:
    network = random_network(seed)
    bounds = horizon.periods(network.days, 4)
    planner = Planner(network, bounds)
    planner.solve()
    other = changed(network, what, np.random.default_rng(seed))
    plan, fresh = planner.replan(other), Planner(other, bounds).solve()
    assert plan.objective == pytest.approx(fresh.objective, rel=1e-6, abs=1e-6)
    assert plan.labour_objective == pytest.approx(fresh.labour_objective, rel=1e-4, abs=1e-4)
    assert plan.gap < 1e-6 and plan.labour_gap < 1.1e-5
    assert_balanced(other, plan)


@pytest.fixture(scope="module")
def large() -> tuple[HandNetwork, Planner, Plan]:
    network = campaign(2, places=10, days=60)
    planner = Planner(network, horizon.periods(network.days, 10))
    return network, planner, planner.solve()


def test_a_replan_of_a_large_campaign_agrees(large: tuple[HandNetwork, Planner, Plan]) -> None:
    network, planner, base = large
    other = copy.deepcopy(network)
    other.pool_count[0] *= 0.5
    plan, fresh = planner.replan(other), Planner(other, base.bounds).solve()
    assert plan.objective == pytest.approx(fresh.objective, rel=1e-5, abs=1e-4)
    assert plan.labour_objective == pytest.approx(fresh.labour_objective, rel=1e-4)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 100_000), st.permutations(CHANGES))
def test_what_was_asked_before_makes_no_difference(seed: int, order: list[str]) -> None:
    network = random_network(seed)
    bounds = horizon.periods(network.days, 4)
    others = [changed(network, what, np.random.default_rng(seed)) for what in order[:3]]
    asked = Planner(network, bounds)
    base = asked.solve()
    plans = [asked.replan(other) for other in others]
    for other, plan in zip(reversed(others), reversed(plans), strict=True):
        alone = Planner(network, bounds)
        alone.solve()
        assert np.array_equal(alone.replan(other).load, plan.load)
    assert np.array_equal(asked.replan(network).load, base.load)


def test_a_route_closed_in_the_skeleton_scenario_agrees(tmp_path: Path) -> None:
    network = load(new("skeleton", tmp_path)).network
    bounds = grid(network, 7)
    planner = Planner(network, bounds)
    worse = 0
    for route in range(len(network.route_ids)):
        other = closed(network, [route])
        plan, fresh = planner.replan(other), Planner(other, bounds).solve()
        assert plan.objective == pytest.approx(fresh.objective, rel=1e-6, abs=1e-4)
        assert plan.labour_objective == pytest.approx(fresh.labour_objective, rel=3e-5)
        worse += fresh.objective > planner.replan(network).objective + 1.0
    assert worse


def without_solver(*_arguments: object, **_options: object) -> None:
    raise AssertionError("a solver was asked")


def test_what_the_base_proves_is_not_solved(
    large: tuple[HandNetwork, Planner, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, planner, base = large
    monkeypatch.setattr(lexicographic, "Live", without_solver)
    assert np.array_equal(planner.replan(network).load, base.load)
    moved = np.zeros(len(network.route_ids))
    np.add.at(moved, network.arc_route[network.way_arc], base.load.sum(axis=(0, 2)))
    unused, used = int(np.argmin(moved)), int(np.argmax(moved))
    assert moved[unused] == 0.0
    assert np.array_equal(planner.replan(closed(network, [unused])).load, base.load)
    with pytest.raises(AssertionError, match="a solver was asked"):
        planner.replan(closed(network, [used]))


@pytest.mark.parametrize("seed", range(4))
def test_a_basis_carried_to_its_own_programme_is_the_same(seed: int) -> None:
    network = random_network(seed)
    means = period_means(network, horizon.periods(network.days, 4))
    model = build(network, means, useful_loads(network, means), labour_per_fuel_t=100.0)
    rng = np.random.default_rng(seed)
    rows, columns = model.programme.matrix.shape
    basis = Basis(rng.integers(0, 3, columns).astype(np.int8), rng.integers(0, 3, rows).astype(np.int8))
    lifted = lifting.match(model, model).basis(basis)
    assert np.array_equal(lifted.columns, basis.columns) and np.array_equal(lifted.rows, basis.rows)


def test_another_network_is_refused() -> None:
    network = random_network(1)
    planner = Planner(network, horizon.periods(network.days, 4))
    other = copy.deepcopy(network)
    other.good_ids = ["rice", "fuel", "salt"]
    with pytest.raises(ValueError, match="same good ids"):
        planner.replan(other)
    other = copy.deepcopy(network)
    other.days = network.days - 1
    with pytest.raises(ValueError, match="same days"):
        planner.replan(other)
