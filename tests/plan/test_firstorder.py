"""The gradient method against optima, one core against two, its prices against SciPy's, its stocks against walks."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from tests.plan.factory import HandNetwork
from tests.plan.test_oracle import random_network
from xetho.plan import firstorder, relaxation
from xetho.plan.firstorder import FirstOrder
from xetho.plan.follow import follow
from xetho.plan.highs import Live, Optimum
from xetho.plan.model import Model, build, load_values
from xetho.plan.prices import Prices
from xetho.plan.prune import period_means, useful_loads
from xetho.plan.series import Loads, Series, Worth
from xetho.plan.steps import balance, never_rising

WEIGHT = 1000.0


def _daily(seed: int) -> tuple[HandNetwork, Model, Series]:
    network = random_network(seed)
    means = period_means(network, np.arange(int(network.days) + 1))
    useful = useful_loads(network, means)
    model = build(network, means, useful, labour_per_fuel_t=100.0)
    return network, model, Series(network, model, useful, np.ones(means.need.shape[1:], dtype=bool), WEIGHT)


def _optimum(model: Model) -> Optimum:
    programme = model.programme
    cost = WEIGHT * programme.shortage_cost + programme.labour_cost
    return Live(programme).fresh(cost, time.perf_counter() + 20.0)


def _begin(network: HandNetwork, model: Model, series: Series, best: Optimum) -> tuple[Loads, Worth]:
    """An optimum as series."""
    at = model.columns
    short = np.zeros(model.means.need.shape)
    pair = model.pairs[model.short[:, 1]]
    short[model.short[:, 0], pair[:, 0], pair[:, 1]] = best.values[at.shortage : at.target]
    loads = load_values(model, best.values, series.useful.shape)
    prices = Prices(model).mended(best.duals, WEIGHT, 1.0)
    return series.from_loads(loads, short, best.values[at.target :]), series.from_duals(prices)


def _cost(series: Series, loads: Loads) -> float:
    frame = series.frame
    short = float((frame.need_cost[:, None] * loads.short).sum() + (frame.target_cost * loads.missing).sum())
    return short + float((frame.labour * loads.haul).sum())


@pytest.mark.parametrize("seed", [3, 11])
def test_it_stays_at_an_optimum_and_finds_it_from_nothing(seed: int) -> None:
    network, model, series = _daily(seed)
    best = _optimum(model)
    begin = _begin(network, model, series, best)
    prices = Prices(model)
    slack = 2e-3 * (1.0 + best.objective)
    nothing = Loads(*map(np.zeros_like, begin[0])), Worth(*map(np.zeros_like, begin[1]))
    for where, steps in ((begin, 100), (nothing, 10_000)):
        method = FirstOrder(series, *where)
        method.go_on(steps, time.perf_counter() + 20.0, 100.0)
        assert _cost(series, method.loads) == pytest.approx(best.objective, abs=slack)
        proven = prices.bound(series.to_duals(method.worth), WEIGHT, 1.0)
        assert best.objective - slack <= proven <= best.objective + 1e-6 * (1.0 + best.objective)


def test_two_cores_step_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firstorder, "SHARED_CELLS", 0)
    network, model, series = _daily(3)
    begin = _begin(network, model, series, _optimum(model))
    ends = []
    with ThreadPoolExecutor(1) as beside:
        for other in (None, beside):
            method = FirstOrder(series, begin[0], Worth(*map(np.zeros_like, begin[1])))
            method.go_on(200, time.perf_counter() + 20.0, 100.0, other)
            ends.append((*method.loads, *method.worth))
    assert all(np.array_equal(one, two) for one, two in zip(*ends, strict=True))
    assert not np.array_equal(ends[0][0], begin[0].cargo)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=40))
def test_the_nearest_that_never_rises_is_scipys(values: list[float]) -> None:
    ours = np.array(values)
    never_rising(ours, (np.empty_like(ours), np.empty_like(ours), np.empty(len(ours), dtype=np.int64)))
    theirs = np.maximum(isotonic_regression(np.array(values), increasing=False).x, 0.0)
    assert ours == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 100_000))
def test_loads_as_series_give_the_stocks_of_a_walk(seed: int) -> None:
    """And come back as they went, keep their limits, and ask for what is missing where they are too much."""
    network, model, series = _daily(seed)
    draw = np.random.default_rng(seed)
    asked = np.where(series.useful, model.means.hauled[:, :, None] * draw.uniform(0.0, 1.0, series.useful.shape), 0.0)
    none = np.zeros(model.means.need.shape)
    within = series.kept_in_limits(series.from_loads(asked, none, np.zeros(len(network.targets))))
    frame = series.frame
    used = np.zeros(frame.limit.shape)
    np.add.at(used, frame.use_limit, frame.use * within.haul[frame.use_haul])
    assert np.all(used <= frame.limit.astype(np.float64) * (1.0 + 1e-4) + 1e-6)
    loads = series.to_loads(within)
    assert loads.sum() == pytest.approx(within.cargo.sum(), rel=1e-4)
    found = follow(network, model.means, loads)
    walked = series.from_loads(found.loads, found.shortage, found.target_shortage)
    place, good = model.pairs.T
    left = np.zeros(frame.supply.shape, dtype=np.float32)
    for pair in range(len(left)):
        balance(pair, frame, walked, left[pair])
    # Until its day is over a target's amount is set aside, and what it lacks with it.
    aside = np.zeros(left.shape)
    np.add.at(aside, (frame.target_pair, frame.target_day), frame.target_t - walked.missing)
    stock = found.stock[1:, place, good].T
    assert np.cumsum(left, axis=1) + aside == pytest.approx(stock, abs=1e-2)
    method = FirstOrder(series, within, series.from_duals(np.zeros(len(model.programme.row_lower))))
    method.spare_what_is_missing(within)
    assert np.all(np.diff(method.spare, axis=1) >= 0.0)
    assert np.all(method.spare >= 0.0)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 100_000), st.integers(2, 7))
def test_loads_of_periods_are_spread_over_their_days(seed: int, length: int) -> None:
    """Whatever is loaded in a period is loaded on its days, and only on useful ones."""
    network, model, series = _daily(seed)
    bounds = np.append(np.arange(0, int(network.days), length), int(network.days))
    means = relaxation.relaxed(model.means, bounds)
    useful = relaxation.any_day(series.useful, bounds)
    coarse = build(network, means, useful, labour_per_fuel_t=100.0)
    values = np.random.default_rng(seed).uniform(0.0, 1.0, len(coarse.programme.upper))
    loads, short = relaxation.spread(coarse, values, model.means, series.useful)
    by_period = load_values(coarse, values, useful.shape)
    assert np.add.reduceat(loads, bounds[:-1], axis=0) == pytest.approx(by_period, abs=1e-9)
    assert not loads[~series.useful.any(axis=2)].any()
    at = coarse.columns
    assert short.sum() == pytest.approx(values[at.shortage : at.target].sum())
