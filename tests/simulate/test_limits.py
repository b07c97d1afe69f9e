"""Without chance the campaign follows its plan; more carriers never hurt, more bombing never helps."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from hypothesis import HealthCheck, assume, given, settings

from tests.simulate.drafts import Draft
from tests.simulate.generate import drafts
from xetho.network import Network, build
from xetho.plan import Plan, solve
from xetho.scenario import load
from xetho.simulate import Record, play
from xetho.simulate import layout as at_

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def planned_flow(network: Network, plan: Plan) -> np.ndarray:
    """Tonnes by day and arc as the plan has them, even over each period."""
    period = np.searchsorted(plan.bounds, np.arange(network.days), side="right") - 1
    by_arc = np.zeros((plan.load.shape[0], len(network.arc_route)))
    np.add.at(by_arc.T, network.way_arc, plan.load.sum(axis=2).T)
    return by_arc[period]


def shortage(record: Record) -> float:
    """Mean tonnes that could not be met."""
    return float(record.kept[at_.A_SHORT].sum(axis=0).mean())


@given(drafts(fights=False, threats=False, uncertain=False))
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
def test_a_daily_plan_is_carried_out_day_by_day(draft: Draft) -> None:
    """No threats, no weather, no uncertainty and a plan by days: every arc carries what is planned, a day late at most.

    Left out are plans that let people go hungry at a depot to send its food on (in a campaign depots feed their own
    first, and hungry carriers carry less) and plans that send a few kilograms (which wait until they are a load).
    """
    network = draft.network()
    plan = solve(network, period_days=1)
    hungry = np.flatnonzero((plan.shortage > 1e-6).any(axis=(0, 2)))
    loading = network.arc_from[network.way_arc[plan.load.any(axis=(0, 2))]]
    assume(not np.isin(loading, hungry).any() and plan.load[plan.load > 0].min(initial=1) > 0.01)
    record = play(network, plan, 2)
    want = planned_flow(network, plan)
    ahead = np.cumsum(record.flow / 2000 - want, axis=0)
    assert (np.abs(ahead) <= want.max(axis=0) + 0.01).all()
    assert np.abs(ahead[-1]).max(initial=0) <= 0.03 + 1e-3 * want.sum(axis=0).max(initial=0)
    assert shortage(record) <= float(plan.shortage.sum()) + 1e-4 * network.need.sum() + 0.001


@given(drafts(fights=False, threats=False, uncertain=False))
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_a_coarse_plan_is_never_a_period_behind(draft: Draft) -> None:
    """Over longer periods a plan is a relaxation: cargo may be counted on before it is there, within a period."""
    network = draft.network()
    plan = solve(network, period_days=4)
    record = play(network, plan, 2)
    done = np.cumsum(record.flow / 2000, axis=0)
    want = np.cumsum(planned_flow(network, plan), axis=0)
    days = np.diff(plan.bounds).max()
    ahead = (done - want).max(initial=0)
    assert ahead <= 0.01 + 1e-3 * want.max(initial=0), "more was carried than ordered"
    # every stage may wait for a period, so what hangs behind grows with the stages on the way
    stages = len(network.place_ids)
    behind = (want - done)[-1]
    assert (behind <= stages * days * planned_flow(network, plan).max(axis=0) + 0.05).all()


def test_the_skeleton_without_chance_meets_its_plan(skeleton: object) -> None:
    scenario = load(
        str(skeleton),
        sets=("threats[landslides].effort_per_day=1e-9", "modes[porter].payload_kg=25", "parameters[local_menders]=30")
        + tuple(f"weather[{m}].{c}=0" for m in ("june", "july") for c in ("p_foul", "persistence")),
    )
    network = build(scenario)
    for days, missed in ((1, 1e-4), (7, 0.04)):  # share of need that a plan by weeks counts on too early
        plan = solve(network, period_days=days)
        assert plan.feasible
        record = play(network, plan, 2)
        done, want = np.cumsum(record.flow / 2000, axis=0), np.cumsum(planned_flow(network, plan), axis=0)
        assert (np.abs(done - want) <= days * planned_flow(network, plan).max(axis=0) + 0.05).all()
        assert shortage(record) <= missed * network.need.sum()


# more of a good thing, more of a bad one -----------------------------------------------------------------------------


@given(drafts(fights=False))
@settings(max_examples=6, deadline=None, suppress_health_check=SLOW)
def test_more_carriers_do_not_raise_the_mean_shortage(draft: Draft) -> None:
    """The same orders with half as many carriers again, paired: shortage of all but the crews' own food not up by
    more than 2 % of need (more crews at work eat more, and who eats first at a poor depot is chance)."""
    network = draft.network()
    plan = solve(network, period_days=5)
    before = play(network, plan, 100, seed=4)
    more = deepcopy(draft)
    for fleet in more.rows["fleets"]:
        fleet["count"] = str(1.5 * float(fleet["count"]))
    after = play(more.network(), plan, 100, seed=4)
    assert shortage(after) <= shortage(before) + 0.02 * network.need.sum() + 0.01


@given(drafts(fights=False))
@settings(max_examples=6, deadline=None, suppress_health_check=SLOW)
def test_more_bombing_does_not_raise_deliveries(draft: Draft) -> None:
    """The same orders under four times the effort, paired: no more reaches the front (within 1 % for what rerouted
    carriers may win where a road shared its throughput)."""
    network = draft.network()
    plan = solve(network, period_days=5)
    before = play(network, plan, 100, seed=4)
    worse = deepcopy(draft)
    for threat in worse.rows["threats"]:
        threat["effort_per_day"] = str(4 * float(threat["effort_per_day"]))
    after = play(worse.network(), plan, 100, seed=4)
    front = [a for a, place in enumerate(network.arc_to) if network.place_front[place]]
    was, now = before.flow[:, front].sum(), after.flow[:, front].sum()
    assert now <= 1.01 * was + 1000
    assert after.kept[at_.S_STRIKE_CUTS].sum() >= before.kept[at_.S_STRIKE_CUTS].sum()
