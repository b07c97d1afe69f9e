"""Goods, carriers and men balance at the end of every campaign, and nothing is negative or not a number."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, note, settings

from tests.simulate import conservation
from tests.simulate.drafts import BLUE, RED, Draft, day, orders, road
from tests.simulate.generate import drafts
from xetho.plan import solve
from xetho.simulate import Record, play
from xetho.simulate import layout as at_

CHECKS = (
    conservation.check_goods, conservation.check_air, conservation.check_carriers, conservation.check_men,
    conservation.check_signs,
)  # fmt: skip
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@given(drafts())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_every_campaign_balances(draft: Draft) -> None:
    network = draft.network()
    record = play(network, solve(network, period_days=4), 48, seed=3)
    note(str(draft))
    for check in CHECKS:
        check(record)


def test_the_skeleton_balances(record: Record) -> None:
    for check in CHECKS:
        check(record)
    assert record.kept[at_.S_STRIKE_CUTS].sum() > 0 and record.kept[at_.A_LOST].sum() > 0


def test_a_fall_takes_the_stocks_out_and_the_men_prisoner() -> None:
    """A camp that gives up on the first day of siege: every man and tonne in it is accounted for by hand."""
    draft = besieged()
    draft.parameter("surrender_ammo_days", 1)
    record = play(draft.network(), orders(draft.network(), lambda *_: 0.0), 4)
    kept, goods = record.kept, record.network.good_ids
    assert (kept[at_.S_CAMP_FELL] == 2.75).all()  # the evening of the day on which the siege began
    red = record.network.side_ids.index("red")
    np.testing.assert_allclose(kept[at_.A_CAPTURED][red], 700)
    np.testing.assert_allclose(kept[at_.A_CAPTURED][1 - red], 0)
    # 10 t of food less three days for 700 men at 1 kg
    taken = kept[at_.A_TAKEN].reshape(2, len(goods), 4)
    np.testing.assert_allclose(taken[red, goods.index("food")], 10 - 3 * 0.7, rtol=1e-5)
    for check in CHECKS:
        check(record)


def test_a_plan_that_moves_nothing_can_be_played() -> None:
    network = road().network()
    record = play(network, orders(network, lambda *_: 0.0), 3)
    assert record.kept[at_.A_PASSED].sum() == 0
    conservation.check_goods(record)


def test_a_plan_for_goods_that_never_come_moves_none_of_them() -> None:
    """A plan made before the supply was dropped: nothing is loaded, nothing else is disturbed."""
    draft = road()
    draft.add("goods", id="salt", name="Salt", class_="other")
    network = draft.network()
    record = play(network, orders(network, lambda _r, _p, _g: 1.0), 3)
    np.testing.assert_allclose(record.kept[at_.A_PASSED].sum(axis=0), 30, rtol=1e-5)  # the food alone
    for check in CHECKS:
        check(record)


def test_draws_beyond_the_range_of_a_number_are_brought_back_to_it() -> None:
    """A bell shape around a small stock would give negative stocks in its lower tail."""
    draft = road()
    draft.add("assumptions", id="stock", name="Stock", target="supply[food-base].initial_t", distribution="normal",
              low=0, central=5, high=40)  # fmt: skip
    network = draft.network()
    record = play(network, orders(network, lambda *_: 0.0), 2000)
    assert (record.assumptions["stock"] < 0).mean() > 0.03
    assert record.kept[at_.A_SUPPLIED].min() == 0
    conservation.check_signs(record)


def besieged() -> Draft:
    """A camp of 500 men in a strongpoint and 200 at its base with two guns and no shells, besieged from day 2."""
    draft = road(days=10)
    draft.sides = (BLUE, RED)
    draft.add("places", id="HILL", name="Hill", lat=21, lon=100, kind="front", side="red")
    draft.add("goods", id="shells", name="Shells", class_="ammunition", kg_per_unit=10)
    draft.add("supply", id="hill-food", place="HILL", good="food", initial_t=10)
    draft.add("supply", id="later-shells", place="HILL", good="shells", total_t=1, from_=day(8))
    draft.add("weapons", id="gun", name="Gun", good="shells", role="field", rounds_quiet=5)
    draft.add("positions", id="keep", name="Keep", place="HILL", camp="camp", supply_place="HILL", side="red",
              attacker="blue", core="yes", fortification=0)  # fmt: skip
    draft.add("forces", id="garrison", name="Garrison", side="red", kind="infantry", place="HILL", position="keep",
              strength=500, rations="food:1")  # fmt: skip
    draft.add("forces", id="base", name="Base", side="red", kind="artillery", place="HILL", strength=200,
              rations="food:1", weapons="gun:2")  # fmt: skip
    draft.add("forces", id="army", name="Army", side="blue", kind="infantry", place="FRONT", strength=2000,
              rations="food:0.001")  # fmt: skip
    draft.add("operations", id="ring", name="Ring", side="blue", kind="siege", target="keep", not_before=day(2))
    return draft
