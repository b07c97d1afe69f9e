"""Every rival plays the campaign that the engine plays: day by day without chance, paired with it, and in the mean."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.models.transport import SHELLS, Net, make
from benchmarks.rivals.job import TRACE, TransportJob
from benchmarks.rivals.transport_numba import Job as Reference
from benchmarks.rivals.transport_xetho import Job as Engine
from benchmarks.transport import RIVALS, SIZES, TOLERANCE, TOLERANCE_T, compare
from xetho.results.runs import label
from xetho.simulate import play

NET = make(next(iter(SIZES.values())))
RUNS = {"mesa": 40, "simpy": 20}  # slow ones; the others play 1,000
Rival = Callable[[Net], TransportJob]


@pytest.fixture(params=[r.name for r in RIVALS])
def rival(request: pytest.FixtureRequest) -> Rival:
    """One of the rivals; left out when its package is not installed."""
    pytest.importorskip(request.param)
    module = importlib.import_module(f"benchmarks.rivals.transport_{request.param}")
    return lambda net: module.Job(net, 2)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(NET, 2)


def none(net: Net) -> np.ndarray:
    """No cuts, by day and road."""
    return np.zeros((net.days, len(net.cuts)))


def check_same(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Within the stated tolerance on every day."""
    for name in TRACE:
        np.testing.assert_allclose(theirs[name], mine[name], rtol=TOLERANCE, atol=TOLERANCE_T, err_msg=name)


def test_the_model_has_scarce_stocks_carriers_and_roads() -> None:
    """What is compared below must not be plain sailing: each limit is felt on some day, none on all."""
    trace, wanted = Reference(NET, 1).trace(none(NET)), np.zeros(len(NET.pool_count))
    full = trace["moved_t"] >= NET.road_limit - 1e-9
    assert 0 < full.sum() < full[:, np.isfinite(NET.road_limit)].size
    empty = trace["stock_t"][:, :, SHELLS] < 1e-3
    assert 0 < empty.sum() < empty.size
    np.add.at(wanted, NET.way_pool, NET.orders.sum(axis=2).max(axis=0) / NET.way_rate)
    assert (wanted > NET.pool_count).any()


def test_without_chance_the_same_day_by_day(rival: Rival, engine: Engine) -> None:
    check_same(engine.trace(none(NET)), rival(NET).trace(none(NET)))


def test_the_same_day_by_day_in_a_wide_net(rival: Rival) -> None:
    """Roads side by side share depots, so the order of loading matters."""
    wide = make({"lines": 2, "stages": 3, "width": 3, "days": 40, "cuts": 0.1})
    check_same(Engine(wide, 1).trace(none(wide)), rival(wide).trace(none(wide)))


def test_the_engines_own_cuts_give_the_same_campaign(rival: Rival) -> None:
    """With crews who mend all within the day, the open share tells the day's cuts; the rival is given those."""
    net = replace(NET, road_crew=np.full(len(NET.cuts), 5 * NET.mend), cuts=4 * NET.cuts)
    daily, totals = Engine(net, 1).traced(seed=5)
    cuts = np.round((1.0 - daily["open"]) * 5.0)
    assert cuts.max() < 5 and cuts.sum() == totals[0, 0] > 100
    check_same(daily, rival(net).trace(cuts))


def test_the_same_under_heavy_cuts_that_take_days_to_mend(rival: Rival) -> None:
    cuts = np.random.default_rng(7).poisson(0.3, none(NET).shape).astype(float)
    mine = Reference(NET, 1).trace(cuts)
    assert mine["open"].min() == 0.0
    check_same(mine, rival(NET).trace(cuts))


def test_with_chance_the_same_means(rival: Rival, engine: Engine, request: pytest.FixtureRequest) -> None:
    job = rival(NET)
    runs = RUNS.get(request.node.callspec.params["rival"], 1000)
    said = compare(engine.answer([engine.run(1000, 1)]), job.answer([job.run(runs, 1)]))
    assert said["problems"] == [], said
    assert said["runs"] == runs


def test_a_rival_of_another_model_is_found_out(engine: Engine) -> None:
    """The comparison has teeth: a tenth more cuts, or carriers a hundredth faster, are told."""
    mine = engine.answer([engine.run(1000, 1)])
    for other in (replace(NET, cuts=1.1 * NET.cuts), replace(NET, way_rate=1.01 * NET.way_rate)):
        job = Reference(other, 2)
        assert compare(mine, job.answer([job.run(1000, 1)]))["problems"]


def test_runs_without_a_trace_can_be_labelled(engine: Engine) -> None:
    runs = label(play(engine.network, engine.plan, 3, trace=0))
    assert runs.summary["cuts"].shape[0] == 3
    assert runs.daily["front_stock_t"].shape[0] == 0


def test_the_scenario_is_the_model(engine: Engine) -> None:
    """Numbers that went through the CSV tables are those of the model."""
    network, net = engine.network, NET
    np.testing.assert_array_equal(network.arc_to[network.way_arc], net.way_to)
    np.testing.assert_array_equal(network.way_travel, net.way_travel)
    np.testing.assert_allclose(network.way_rate, net.way_rate)
    np.testing.assert_allclose(network.way_food, net.way_food)
    np.testing.assert_allclose(network.stock0, net.stock)
    np.testing.assert_allclose(network.inflow[3], net.inflow)
    np.testing.assert_allclose(network.need[3], net.use)
    np.testing.assert_allclose(network.pool_count[:, 3], net.pool_count)
    np.testing.assert_allclose(network.arc_throughput, net.road_limit)
