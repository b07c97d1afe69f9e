"""The plan against two other programs that state it their own way: PyPSA's network of links, and one linopy model."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plan.test_oracle import random_network
from xetho.plan import horizon, solve

SAME = 1e-6
SLACK = 1e-9  # of all that is wanted: what the second objective may give up of the first


def check(stated: object, shortage: float, labour: float, wanted: float) -> None:
    """Least shortage, then least labour with the shortage kept there, to 1e-6 relative."""
    least = stated.least(stated.shortage)  # type: ignore[attr-defined]
    assert shortage == pytest.approx(least, rel=SAME, abs=SAME * wanted)
    stated.model.add_constraints(stated.shortage <= least + SLACK * wanted, name="kept")  # type: ignore[attr-defined]
    work = stated.least(stated.labour)  # type: ignore[attr-defined]
    assert labour == pytest.approx(work, rel=SAME, abs=SAME)


@pytest.mark.parametrize("seed", [2, 4])
def test_one_linopy_model_on_periods(seed: int) -> None:
    linopy = pytest.importorskip("benchmarks.rivals.plan_linopy")
    network = random_network(seed)
    bounds = horizon.periods(network.days, 5, ends=[t.day for t in network.targets])
    plan = solve(network, period_days=5)
    wanted = float((plan.need * network.good_weight).sum() + sum(t.t * t.weight for t in network.targets))
    check(linopy.state(network, bounds), plan.objective, plan.labour_objective, wanted)


@pytest.mark.parametrize("seed", [1, 5])
def test_pypsa_links_with_delay_and_efficiency_by_day(seed: int) -> None:
    rival = pytest.importorskip("benchmarks.rivals.plan_pypsa")
    network = random_network(seed)
    plan = solve(network, period_days=1)
    wanted = float((plan.need * network.good_weight).sum() + sum(t.t * t.weight for t in network.targets))
    check(rival.state(network), plan.objective, plan.labour_objective, wanted)


def test_something_is_short_and_something_is_lost_on_the_way() -> None:
    """What is compared above must not be plain sailing."""
    plans = [solve(random_network(seed), period_days=1) for seed in (1, 2, 4, 5)]
    assert any(plan.objective > 1.0 for plan in plans)
    assert all(plan.labour_objective > 1.0 for plan in plans)
    assert sum(float(plan.summary["sides"]["lost_t"].sum()) for plan in plans) > 0.1
    assert np.ptp([len(plan.bounds) for plan in plans]) > 0
