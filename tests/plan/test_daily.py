"""The daily plan against the daily programme solved whole: its bound from below, its value from above."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.test_oracle import random_network
from tests.plan.test_properties import assert_balanced
from xetho.plan import daily, solve, solve_daily


@pytest.mark.parametrize("small_loads", [daily.SMALL_LOADS, 0])
def test_bound_and_value_bracket_the_whole_programme(small_loads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 0 every network takes the way of large ones: periods, gradient steps, walked through day by day."""
    monkeypatch.setattr(daily, "SMALL_LOADS", small_loads)

    @settings(max_examples=12, deadline=None, derandomize=True)
    @given(st.integers(0, 100_000))
    def bracket(seed: int) -> None:
        network = random_network(seed)
        whole = solve(network, period_days=1)
        found = solve_daily(network, time_limit=20.0)
        slack = 1e-6 * (1.0 + whole.objective)
        assert found.bound <= whole.objective + slack
        assert found.objective >= whole.bound - slack
        assert len(found.bounds) == network.days + 1
        assert_balanced(network, found)
        wanted = found.need.sum() + sum(target.t for target in network.targets)
        if found.status == "within gap" and wanted > 0:
            assert found.gap <= 0.002 + 1e-9

    bracket()
