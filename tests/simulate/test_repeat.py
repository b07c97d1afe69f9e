"""The same seed gives the same campaigns, whatever the threads, blocks or number of runs, and what-ifs share draws."""

from __future__ import annotations

import time
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulate.drafts import Draft, Orders, day, orders, road
from tests.simulate.generate import drafts
from tests.simulate.test_conservation import besieged
from xetho.network import Network
from xetho.plan import Plan, solve
from xetho.simulate import Record, play
from xetho.simulate import layout as at_
from xetho.simulate.run import Chunk, Engine

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def assert_same(one: Record, other: Record, runs: int | None = None) -> None:
    """Every run of `one` is the run of that number in `other`, to the last bit."""
    for name, rows in one.kept.items():
        np.testing.assert_array_equal(rows, other.kept[name][:, :runs])
    for name, values in one.assumptions.items():
        np.testing.assert_array_equal(values, other.assumptions[name][:runs])
    np.testing.assert_array_equal(one.series, other.series[:, :, :runs])


def assert_same_end(one: Record, other: Record) -> None:
    """The same campaigns, to the last bit of what is kept of their ends."""
    for name, rows in one.kept.items():
        assert rows.tobytes() == other.kept[name].tobytes(), name


@given(drafts(), st.integers(0, 2**63 - 1), st.integers(1, 90))
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_threads_and_blocks_do_not_matter(draft: Draft, seed: int, lanes: int) -> None:
    network = draft.network()
    plan = solve(network, period_days=5)
    one = play(network, plan, 70, seed=seed, threads=1)
    for other in (
        play(network, plan, 70, seed=seed, threads=2, lanes=16), play(network, plan, 70, seed=seed, lanes=lanes),
    ):  # fmt: skip
        assert_same(one, other)
        for sums in ("flow", "stock", "condition"):
            assert getattr(one, sums).tobytes() == getattr(other, sums).tobytes()
        assert all(one.kept[name].tobytes() == other.kept[name].tobytes() for name in one.kept)


def test_cuts_of_several_threats_do_not_depend_on_the_lanes_beside() -> None:
    """Some 400 cuts a day in a block of 128 lanes, often several of a threat: lists of them end anywhere."""
    draft = road()
    draft.change("routes", "road", mend_crew=100)
    draft.change("demand", "use", total_t=1)
    for name, effort in (("slides", 2.0), ("bombs", 0.7), ("raids", 0.4)):
        draft.add("threats", id=name, name=name, kind="raid", effort_per_day=effort, targets="road",
                  cuts_per_effort=1, mend_mean_mandays=30, mend_cv=0.7, cargo_lost_per_effort=0.01)  # fmt: skip
    network = draft.network()
    plan = orders(network, lambda _r, _p, _g: 1.0)
    one = play(network, plan, 300)
    for lanes in (1, 37):
        assert_same_end(one, play(network, plan, 300, lanes=lanes))


@given(drafts(fights=True), st.integers(0, 2**63 - 1))
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_campaigns_finished_apart_from_their_block_are_the_same(draft: Draft, seed: int) -> None:
    """Blocks halt when few of their campaigns are left, unless they are traced."""
    network = draft.network()
    plan = solve(network, period_days=5)
    traced = play(network, plan, 130, seed=seed, trace=130)
    assert_same_end(traced, play(network, plan, 130, seed=seed, trace=0, lanes=16))


def test_blocks_halt_when_most_of_their_campaigns_are_over() -> None:
    """A camp that falls in nine of ten runs, over the days: later blocks halt, and nothing else changes."""
    draft = besieged()
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), hours=12, commit_share=0.5)  # fmt: skip
    draft.parameter("assault_attack_rate", 0.1)
    draft.parameter("defender_break", 0.3)
    draft.camp, draft.days_after = "camp", 1
    network = draft.network()
    plan = solve(network, period_days=5)
    with Engine(network, plan, threads=1, lanes=16) as engine:
        halted = [engine.start(first, 64, 0).record() for first in (0, 64)]
        assert engine.halt_day < network.days
    for first, record in zip((0, 64), halted, strict=True):
        with Engine(network, plan, threads=1, lanes=64) as engine:
            assert_same_end(engine.start(first, 64, 64).record(), record)


@given(drafts())
@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
def test_fewer_runs_are_the_first_of_more(draft: Draft) -> None:
    network = draft.network()
    plan = solve(network, period_days=5)
    assert_same(play(network, plan, 50, seed=9), play(network, plan, 200, seed=9), runs=50)


def test_fewer_traced_runs_change_nothing_else(network: Network, plan: Plan, record: Record) -> None:
    other = play(network, plan, 300, seed=1, trace=10)
    for name, rows in record.kept.items():
        np.testing.assert_array_equal(rows, other.kept[name])
    np.testing.assert_array_equal(record.series[:, :, :10], other.series)


def test_another_seed_is_another_campaign(network: Network, plan: Plan, record: Record) -> None:
    other = play(network, plan, 300, seed=2)
    assert (record.kept[at_.S_STRIKE_CUTS] != other.kept[at_.S_STRIKE_CUTS]).mean() > 0.5


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"runs": 5, "threads": 0}])
def test_no_runs_or_threads_is_refused(network: Network, plan: Plan, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        play(network, plan, **wrong)


# common random numbers -------------------------------------------------------------------------------------


def fit(plan: Plan | Orders, old: Network, new: Network) -> Orders:
    """The same loads and stocks in a network with other rows, matched by names."""
    ways = {_way(new, w): w for w in range(len(new.way_arc))}
    load = np.zeros((plan.load.shape[0], len(new.way_arc), len(new.good_ids)))
    stock = np.zeros((plan.stock.shape[0], len(new.place_ids), len(new.good_ids)))
    goods = [new.good_ids.index(g) for g in old.good_ids]
    for w in range(len(old.way_arc)):
        if _way(old, w) in ways:
            load[:, ways[_way(old, w)], goods] = plan.load[:, w]
    for i, place in enumerate(old.place_ids):
        stock[:, new.place_ids.index(place), goods] = plan.stock[:, i]
    return Orders(plan.bounds, load, stock)


def _way(net: Network, w: int) -> tuple[str, str, str]:
    arc = net.way_arc[w]
    return net.route_ids[net.arc_route[arc]], net.place_ids[net.arc_from[arc]], net.pool_ids[net.way_pool[w]]


def with_bystanders(draft: Draft) -> Draft:
    """The same with things that have nothing to do with the rest, put first where order could matter."""
    draft = deepcopy(draft)
    rows = draft.rows
    zone = rows["places"][0]["zone"]
    rows["places"].insert(0, {"id": "NOWHERE", "name": "Nowhere", "lat": "1", "lon": "1", "kind": "depot",
                              "side": "blue", "zone": zone})  # fmt: skip
    rows["places"].insert(1, dict(rows["places"][0], id="ELSEWHERE"))
    rows["goods"].insert(0, {"id": "tea", "name": "Tea", "class": "other"})
    rows["modes"].insert(0, {"id": "mule", "name": "Mule", "medium": "land", "payload_kg": "50", "km_per_day": "20"})
    rows["routes"].insert(0, {"id": "lane", "from": "NOWHERE", "to": "ELSEWHERE", "length_km": "9", "kind": "track",
                              "modes": "mule", "side": "blue"})  # fmt: skip
    rows["fleets"].insert(0, {"id": "mules", "mode": "mule", "side": "blue", "count": "7"})
    return draft


@given(drafts())
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_bystanders_change_no_run(draft: Draft) -> None:
    """An unused place, good, mode, route and pool leave every run as it was, to the last bit."""
    old = draft.network()
    plan = solve(old, period_days=5)
    before = play(old, plan, 40, seed=5)
    new = with_bystanders(draft).network()
    after = play(new, fit(plan, old, new), 40, seed=5)
    same = (at_.A_DEAD, at_.A_LABOUR, at_.A_CAPTURED, at_.S_POS_FELL, at_.S_OP_DAY, at_.A_AIR_GOT, at_.S_FORCE_MEN)
    for name in same:
        np.testing.assert_array_equal(before.kept[name], after.kept[name])
    np.testing.assert_array_equal(before.kept[at_.S_STRIKE_CUTS], after.kept[at_.S_STRIKE_CUTS][1:])
    np.testing.assert_array_equal(before.kept[at_.S_POOL], after.kept[at_.S_POOL][1:])
    np.testing.assert_array_equal(before.kept[at_.A_PASSED], after.kept[at_.A_PASSED][2:])
    goods, runs = len(old.good_ids), before.runs
    for name in (at_.A_EATEN, at_.A_SHORT, at_.A_LOST, at_.A_FIRED, at_.A_TAKEN):
        was = before.kept[name].reshape(-1, goods, runs)
        now = after.kept[name].reshape(-1, goods + 1, runs)[:, 1:]
        np.testing.assert_array_equal(was, now)


@given(drafts(fights=False))
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_dropping_a_pool_keeps_weather_and_strikes(draft: Draft) -> None:
    """Cuts depend on weather and effort alone (not by traffic), so losing carriers must leave every cut as it is."""
    draft = deepcopy(draft)
    for threat in draft.rows["threats"]:
        threat["policy"] = "exposure"
    old = draft.network()
    plan = solve(old, period_days=5)
    before = play(old, plan, 40, seed=5)
    lost = old.pool_ids[0]
    draft.rows["fleets"] = [r for r in draft.rows["fleets"] if r["pool"] != lost]
    draft.add("fleets", id="other", mode=old.mode_ids[int(old.pool_mode[0])], side="blue", count=1)
    new = draft.network()
    after = play(new, fit(plan, old, new), 40, seed=5)
    np.testing.assert_array_equal(before.kept[at_.S_STRIKE_CUTS], after.kept[at_.S_STRIKE_CUTS])
    np.testing.assert_array_equal(before.condition, after.condition)
    mine = old.way_pool == 0
    alone = np.setdiff1d(old.way_arc[mine], old.way_arc[~mine])  # what goes there goes with the pool that is dropped
    assert not before.flow[:, alone].any() or np.abs(before.kept[at_.A_LABOUR] - after.kept[at_.A_LABOUR]).sum() > 0


@given(drafts(fights=True))
@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
def test_what_cannot_matter_changes_no_run(draft: Draft) -> None:
    """Weapons that no one has and the size of a unit that nobody counts do nothing."""
    draft = deepcopy(draft)
    draft.add("weapons", id="idle", name="Idle", good="shells", role="rocket", rounds_quiet=1)
    old = draft.network()
    plan = solve(old, period_days=5)
    before = play(old, plan, 40, seed=6)
    draft.change("weapons", "idle", rounds_quiet=500, casualties_per_100_rounds=50)
    draft.change("goods", "stores", kg_per_unit=17)
    assert_same(before, play(draft.network(), plan, 40, seed=6))


# threads ----------------------------------------------------------------------------------------------------


def test_progress_ends_with_all_runs(network: Network, plan: Plan) -> None:
    told: list[tuple[int, int]] = []
    play(network, plan, 900, threads=2, progress=lambda done, runs: told.append((done, runs)))
    assert told[-1] == (900, 900)
    assert told == sorted(told)


def test_what_goes_wrong_in_a_block_ends_the_play(
    network: Network, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes through, and the blocks that nobody has begun are left."""
    engine = Engine(network, plan, threads=2)
    begun: list[int] = []
    block = engine._block

    def third_fails(chunk: Chunk, begin: int) -> None:
        begun.append(begin)
        if len(begun) == 3:
            raise MemoryError("no room")
        time.sleep(0.01)
        block(chunk, begin)

    monkeypatch.setattr(engine, "_block", third_fails)
    with pytest.raises(MemoryError, match="no room"), engine:
        engine.start(0, 200 * engine.lanes, 0).record()
    assert 3 <= len(begun) < 20
