"""Bounds from prices against the daily programme solved whole."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.test_oracle import random_network
from xetho.plan.highs import Live
from xetho.plan.model import Model, build
from xetho.plan.prices import Prices
from xetho.plan.prune import period_means, useful_loads
from xetho.plan.relaxation import grid


def _daily(seed: int) -> tuple[Prices, Model]:
    network = random_network(seed)
    means = period_means(network, np.arange(int(network.days) + 1))
    model = build(network, means, useful_loads(network, means), labour_per_fuel_t=100.0)
    return Prices(model), model


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 100_000), st.sampled_from([(1000.0, 1.0), (1.0, 0.0)]))
def test_prices_of_the_optimum_prove_it_and_no_others_prove_more(seed: int, weights: tuple[float, float]) -> None:
    """Also when prices are off by a fifth, missing, or drawn at random."""
    prices, model = _daily(seed)
    programme = model.programme
    cost = weights[0] * programme.shortage_cost + weights[1] * programme.labour_cost
    best = Live(programme).fresh(cost, time.perf_counter() + 20.0)
    slack = 1e-4 * (1.0 + best.objective)
    assert abs(prices.bound(best.duals, *weights) - best.objective) <= slack
    draw = np.random.default_rng(seed)
    for duals in (
        best.duals * draw.uniform(0.8, 1.2, len(best.duals)),
        np.where(draw.random(len(best.duals)) < 0.5, best.duals, 0.0),
        draw.normal(0.0, 10.0 * weights[0], len(best.duals)),
    ):
        assert prices.bound(duals, *weights) <= best.objective + slack


@given(st.integers(1, 300), st.lists(st.integers(0, 299), max_size=6), st.integers(0, 60), st.integers(1, 6))
def test_a_grid_covers_the_days_and_closes_on_the_ends(days: int, ends: list[int], tail: int, step: int) -> None:
    """Bounds rise from 0 to the last day, and every end inside is the last day of a period."""
    bounds = grid(days, 28, ends, first=3, growth=1.5, tail=min(tail, days), step=step)
    assert bounds[0] == 0
    assert bounds[-1] == days
    assert np.all(np.diff(bounds) > 0)
    assert {end + 1 for end in ends if end < days} <= set(bounds.tolist())
