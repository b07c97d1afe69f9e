"""A what-if planned from the basis of another plan is as good, and as well proven, as one planned from nothing."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.factory import HandNetwork, Target, campaign
from tests.plan.test_oracle import random_network
from tests.plan.test_properties import assert_balanced
from xetho.plan import Planner, horizon, lifting
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads


def changed(network: HandNetwork, what: str, rng: np.random.Generator) -> HandNetwork:
    """The network with one fleet, route, date or supply changed, so that loads come and go."""
    other = copy.deepcopy(network)
    if what == "fleet":
        other.pool_count[rng.integers(len(other.pool_ids))] *= rng.uniform(0.0, 2.0)
    elif what == "route":
        other.arc_open[rng.integers(len(other.arc_route))] = False
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
@given(st.integers(0, 100_000), st.sampled_from(["fleet", "route", "opened", "later", "supply", "need"]))
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


def test_a_replan_of_a_large_campaign_agrees() -> None:
    network = campaign(2, places=10, days=60)
    bounds = horizon.periods(network.days, 10)
    planner = Planner(network, bounds)
    planner.solve()
    other = copy.deepcopy(network)
    other.pool_count[0] *= 0.5
    plan, fresh = planner.replan(other), Planner(other, bounds).solve()
    assert plan.objective == pytest.approx(fresh.objective, rel=1e-5, abs=1e-4)
    assert plan.labour_objective == pytest.approx(fresh.labour_objective, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_basis_carried_to_its_own_programme_is_the_same(seed: int) -> None:
    network = random_network(seed)
    means = period_means(network, horizon.periods(network.days, 4))
    model = build(network, means, useful_loads(network, means), labour_per_fuel_t=100.0)
    rng = np.random.default_rng(seed)
    rows, columns = model.programme.matrix.shape
    basis = lifting.Basis(rng.integers(0, 3, columns).astype(np.int8), rng.integers(0, 3, rows).astype(np.int8))
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
