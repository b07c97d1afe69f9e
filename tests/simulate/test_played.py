"""Cuts and guards that are played: what they shut, what they leave alone, and what the plan knows of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import xetho as xt
from tests.simulate.drafts import START, Draft, orders, road
from xetho.interdict import Closed, Orders, posted
from xetho.network import build
from xetho.plan import solve
from xetho.simulate import Record, play
from xetho.simulate import layout as at_

FIRST, LAST = 10, 14
PORTERS_T = 1.25  # what the hundred porters of `road` move in a day
BEGIN, END = date(2030, 6, 20), date(2030, 7, 3)


def closed(first: int = FIRST, last: int = LAST) -> tuple[Closed, ...]:
    return (Closed("road", START + timedelta(days=first), START + timedelta(days=last)),)


def run(
    draft: Draft, cuts: tuple[Closed, ...] = (), guards: tuple[Closed, ...] = (), tonnes: float = 1.0, runs: int = 3
) -> Record:
    """The road played under orders, its plan blind to them."""
    scenario = draft.scenario()
    network = build(scenario, posted=posted(scenario, Orders(cuts, guards)))
    return play(network, orders(network, lambda _r, _p, _g: tonnes), runs)


def same(one: Record, other: Record) -> bool:
    """Whether two records hold the same figures to the last bit."""
    kept = all(one.kept[name].tobytes() == other.kept[name].tobytes() for name in one.kept)
    sums = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("flow", "stock", "condition"))
    return kept and sums and one.series.tobytes() == other.series.tobytes()


def test_nothing_passes_a_cut_road_and_what_waited_follows_when_it_is_open() -> None:
    base, cut = run(road()), run(road(), closed())
    flow = cut.flow[:, 0] / (1000 * cut.trace)
    assert np.all(flow[FIRST : LAST + 1] == 0)
    assert np.all(cut.condition[FIRST : LAST + 1] == 0) and np.all(np.delete(cut.condition, range(FIRST, LAST + 1), 0))
    np.testing.assert_array_equal(cut.flow[:FIRST], base.flow[:FIRST])
    assert cut.series[:, :FIRST].tobytes() == base.series[:, :FIRST].tobytes()
    np.testing.assert_allclose(flow[LAST + 1 :], PORTERS_T, rtol=1e-3)  # five tonnes behind, caught up with all porters
    assert cut.kept[at_.S_STRIKE_CUTS].sum() == 0  # no threat made them


def test_what_goes_round_a_cut_still_goes() -> None:
    cut = run(road(cut_passes=0.4), closed(), tonnes=10.0)
    flow = cut.flow[:, 0] / (1000 * cut.trace)
    np.testing.assert_allclose(flow[FIRST : LAST + 1], 0.4 * PORTERS_T, rtol=5e-3)
    np.testing.assert_allclose(np.delete(flow, range(FIRST, LAST + 1)), PORTERS_T, rtol=1e-3)


@pytest.mark.parametrize("cut_passes", [0.0, 0.4])
def test_without_chance_a_cut_delays_what_the_plan_says(cut_passes: float) -> None:
    """A plan by days that knows the cut is carried out day by day, and both miss what can be counted by hand."""
    scenario = road(cut_passes=cut_passes).scenario()
    network = build(scenario, posted=posted(scenario, Orders(closed())))
    plan = solve(network, period_days=1)
    record = play(network, plan, 2)
    # Loads are a day on the way, so the first day goes short; what is loaded until the cut ends feeds the next fifteen.
    loaded = PORTERS_T * (FIRST + (LAST + 1 - FIRST) * cut_passes)
    missed = 1 + (LAST + 1) - loaded
    assert float(plan.shortage.sum()) == pytest.approx(missed, abs=1e-6)
    assert float(record.kept[at_.A_SHORT].sum(axis=0).mean()) == pytest.approx(missed, abs=0.005)
    flow = record.flow[:, 0] / (1000 * record.trace)
    np.testing.assert_allclose(flow, plan.load.sum(axis=(1, 2)), atol=2e-3)


def test_no_orders_change_nothing() -> None:
    assert same(run(road()), play(road().network(), orders(road().network(), lambda _r, _p, _g: 1.0), 3))
    assert not same(run(road()), run(road(), closed()))


def test_a_guard_turns_threats_away_on_its_days() -> None:
    draft = road()
    draft.add("threats", id="raids", name="Raids", kind="raid", effort_per_day=1, targets="road", policy="even",
              cuts_per_effort=1, mend_mean_mandays=1)  # fmt: skip

    def cuts(guards: tuple[Closed, ...]) -> float:
        return float(run(draft, (), guards, runs=1000).kept[at_.S_STRIKE_CUTS].mean())

    assert cuts(()) == pytest.approx(30, rel=0.03)
    assert cuts(closed(0, 14)) == pytest.approx(15, rel=0.03)
    assert cuts(closed(0, 29)) == 0


def test_the_planner_counts_a_cut_road_as_shut_and_a_guarded_one_as_whole() -> None:
    draft = road(cut_passes=0.4)
    draft.change("routes", "road", mend_crew=10)
    draft.add("threats", id="raids", name="Raids", kind="raid", effort_per_day=1, targets="road",
              cuts_per_effort=1, mend_mean_mandays=5, cargo_lost_per_effort=0.1)  # fmt: skip
    scenario = draft.scenario()
    plain = build(scenario)
    both = build(scenario, posted=posted(scenario, Orders(closed(), closed(20, 29))))
    counted = plain.inputs.parameter("plan_capacity_share")
    np.testing.assert_allclose(plain.way_expected, counted * (1 - 0.5 * 0.6))  # half a crew-day of mending a day
    np.testing.assert_allclose(both.way_expected[0, FIRST : LAST + 1], counted * 0.4)
    np.testing.assert_allclose(both.way_expected[0, 20:], counted)
    np.testing.assert_array_equal(both.way_expected[0, :FIRST], plain.way_expected[0, :FIRST])
    assert np.all(both.way_loss[0, 20:] == 0) and np.all(both.way_loss[0, :20] == plain.way_loss[0, :20])
    assert plain.way_loss.min() > 0


@pytest.fixture(scope="module")
def campaign(skeleton: Path) -> xt.Campaign:
    return xt.load(skeleton)


CUT = (Closed("hill-road", BEGIN, END),)


def test_a_surprise_is_the_same_to_the_last_bit_until_it_comes(campaign: xt.Campaign) -> None:
    base = campaign.simulate(64)
    changed = campaign.under(CUT, surprise=True)
    assert changed.plan() is campaign.plan()
    played = changed.simulate(64)
    first = (BEGIN - campaign.scenario.start).days
    for name in base.daily:
        before, after = base.daily[name].isel(day=slice(first)), played.daily[name].isel(day=slice(first))
        assert before.to_numpy().tobytes() == after.to_numpy().tobytes(), name
    hungry = [float(runs.summary["shortage_t"].sel(good="food").mean()) for runs in (base, played)]
    assert hungry[1] > hungry[0]
    trucks = [w for w in range(len(campaign.network.way_arc)) if campaign.network.route_ids[
        campaign.network.arc_route[campaign.network.way_arc[w]]] == "hill-road"
        and campaign.network.mode_ids[campaign.network.way_mode[w]] == "truck"]  # fmt: skip
    assert trucks and changed.network.way_expected[trucks, first : first + 14].max() == 0


def test_a_plan_that_knows_the_cuts_is_another_and_no_worse_than_surprise(campaign: xt.Campaign) -> None:
    known, surprised = campaign.under(CUT), campaign.under(CUT, surprise=True)
    assert known.plan() is not campaign.plan()
    short = [float(one.simulate(1000).summary["shortage_t"].sel(good="food").mean()) for one in (known, surprised)]
    assert short[0] <= short[1] + 1e-3
    assert known.plan().objective >= campaign.plan().objective - 1e-6


def test_guards_alone_never_make_the_plan_worse(campaign: xt.Campaign) -> None:
    everywhere = [Closed(route, campaign.scenario.start, campaign.scenario.end) for route in campaign.network.route_ids]
    guarded = campaign.under(protect=everywhere)
    assert guarded.plan().objective <= campaign.plan().objective + 1e-6
    assert float(guarded.simulate(64).summary["cuts"].sum()) == 0
    others = [one for one in everywhere if one.route != "hill-road"]
    unwarned = campaign.under(CUT, others, surprise=True)
    assert unwarned.plan().objective == pytest.approx(campaign.under(protect=others).plan().objective)


def test_what_if_pairs_cuts_with_the_base_and_says_who_knew(campaign: xt.Campaign) -> None:
    metric = "shortage_t[relief,food]"
    answer = campaign.whatif(runs=64, metrics=[metric], interdict=CUT)
    row = answer.table.iloc[0]
    base, cut = campaign.simulate(64), campaign.under(CUT).simulate(64)
    by_hand = [float(runs.summary["shortage_t"].sel(side="relief", good="food").mean()) for runs in (base, cut)]
    assert row["difference"] == pytest.approx(by_hand[1] - by_hand[0], rel=1e-5)
    assert "Lowtown" in answer.title and "20 June" in answer.title and answer.plan_feasible is not None
    surprise = campaign.whatif(runs=64, metrics=[metric], interdict=CUT, surprise=True)
    assert surprise.table.iloc[0]["difference"] != row["difference"]
    assert surprise.plan_feasible is None and "does not know" in surprise.why
    assert cut.meta["cuts"] == [{"route": "hill-road", "from": str(BEGIN), "until": str(END)}]
    assert "cuts" not in base.meta


def test_a_variant_keeps_the_cuts(campaign: xt.Campaign) -> None:
    changed = campaign.under(CUT).vary(sets=["fleets[*].count=500"])
    assert changed.orders == campaign.under(CUT).orders
    assert changed.network.route_cut.sum() == (END - BEGIN).days + 1
