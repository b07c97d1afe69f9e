"""Time that runs out in the middle of a question: what is known then comes with bounds that hold, never as proven."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plan.factory import make
from tests.plan.stopping import time_for
from tests.plan.test_known import road
from tests.plan.test_questions import fork
from xetho.plan.questions import cheapest, largest_force, one_more, relaxations, robust


def test_cheapest_gives_the_best_service_and_a_bound_of_the_labour() -> None:
    network = make(
        20, ["A", "B", "C"], ["rice"], [("A", "B"), ("A", "C")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}, {"arc": 1, "pool": "carts", "rate": 0.1}], {"carts": 100.0},
    )  # fmt: skip
    network.stock0[0, 0] = 100.0
    network.need[10, 1:, 0] = 10.0
    with time_for(2):
        found = cheapest(network, "blue", 0.75, period_days=5)
    assert found.stopped and found.reached == pytest.approx(1.0) and found.labour == pytest.approx(110, rel=1e-4)
    assert found.labour_bound <= 60.0 + 1e-6 and found.plan.labour_gap > 0.4  # 60 is the least (test_questions)
    assert found.plan.status == "best so far" and any("Time ran out" in line for line in found.reasons)


def test_a_force_lies_between_nothing_and_its_bound() -> None:
    network = road(28, 10.0, 4.0)
    network.stock0[1, 0] = 20.0
    with time_for(2):
        found = largest_force(network, "blue", "B", 0, np.full((28, 1), 4.0), 1000.0, period_days=7)
    assert found.stopped and 0.0 <= found.factor <= (5 * 27 + 20) / (28 * 4) <= found.bound and found.gap > 0.5
    assert found.reasons[0].startswith("Time ran out: between ")
    with time_for(1):
        found = largest_force(network, "blue", "B", 0, np.full((28, 1), 4.0), 1000.0, period_days=7)
    assert found.stopped and found.factor == 0.0 and found.gap == 1.0
    assert found.reasons[0].startswith("Time ran out: between nothing and")


@pytest.mark.parametrize("count", [4, 6, 9, 12])
def test_relaxations_tell_only_those_that_are_known(count: int) -> None:
    network = road(28, 10.0, 8.0)
    network.stock0[1, 0] = 20.0
    whole = relaxations(network, "blue", period_days=7, closing=1e-6)
    with time_for(count):
        found = relaxations(network, "blue", period_days=7, closing=1e-6)
    assert found.stopped and found.reasons[-1].startswith("Time ran out before ")
    assert len(found.rows) == len(whole.rows) or "every relaxation" in found.reasons[-1]
    known = {(row.kind, row.subject): row for row in whole.rows}
    for row in found.rows:
        if row.proven:
            assert row.amount == pytest.approx(known[row.kind, row.subject].amount)
        else:
            assert row.amount is not None and row.amount >= (known[row.kind, row.subject].amount or 0.0) - 1e-6


def test_one_more_keeps_the_dual_price() -> None:
    with time_for(3):  # of the plan itself
        found = one_more(road(), "blue", "cart", period_days=7)
    assert found.stopped and found.rows[0].gain is None and found.rows[0].worth == pytest.approx(0.5 * 27)


def test_robust_keeps_the_expected_assignment_with_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    samples = [fork(*one) for one in [(1.0, 1.0), (0.2, 1.0), (1.0, 0.3), (0.1, 0.9)]]
    best = robust(fork(1.0, 1.0), samples, "blue", tail=0.5, period_days=10)

    module = sys.modules[robust.__module__]
    monkeypatch.setattr(module, "_solve", lambda *_arguments: module._Assigned(None, 0.0, done=False))
    found = robust(fork(1.0, 1.0), samples, "blue", tail=0.5, period_days=10)
    assert found.stopped and found.shortages == found.shortages_of_base
    assert found.objective >= best.objective >= found.bound
    assert found.reasons[0].startswith("Time ran out: this is the best assignment known")
