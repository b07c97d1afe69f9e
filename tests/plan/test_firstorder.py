"""The gradient method against an optimum, and its two halves against one."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.plan.test_oracle import random_network
from xetho.plan import firstorder
from xetho.plan.highs import Live
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads


def test_it_stays_at_an_optimum_and_two_cores_step_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    network = random_network(3)
    means = period_means(network, np.arange(int(network.days) + 1))
    programme = build(network, means, useful_loads(network, means), labour_per_fuel_t=100.0).programme
    cost = 1000.0 * programme.shortage_cost + programme.labour_cost
    deadline = time.perf_counter() + 60.0
    best = Live(programme).fresh(cost, deadline)
    ends = []
    for shared in (0, 10**9):
        monkeypatch.setattr(firstorder, "SHARED_COLUMNS", shared)
        method = firstorder.FirstOrder(programme, cost, best.values, best.duals)
        method.go_on(50, deadline)
        assert cost @ method.values == pytest.approx(best.objective, rel=1e-4)
        assert method.mean == pytest.approx(method.values, abs=1e-2)
        away = firstorder.FirstOrder(programme, cost, np.zeros(len(cost)), best.duals)
        away.go_on(50, deadline)
        ends.append(away.values)
    assert np.array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], np.zeros(len(cost)))
