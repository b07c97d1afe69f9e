"""Questions to a plan, against closed forms, exhaustive search over dates, and differences of whole plans."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.plan.factory import HandNetwork, Target, make
from tests.plan.test_known import road
from tests.plan.test_oracle import random_network
from xetho.plan import PlanError, Planner, horizon, solve
from xetho.plan.questions import (
    QuestionError,
    Stock,
    cheapest,
    earliest,
    largest_force,
    one_more,
    relaxations,
    robust,
    without_routes,
)
from xetho.plan.questions.common import changed, reach_days, until
from xetho.plan.questions.earliest import cut
from xetho.plan.questions.robust import in_tail


def line(days: int, *travel: int, carriers: float = 10.0) -> HandNetwork:
    """Depots P0, P1, ... in a line, each stage of its own pool, half a tonne a carrier and day."""
    places = [f"P{n}" for n in range(len(travel) + 1)]
    ways = [{"arc": n, "pool": f"pool{n}", "rate": 0.5, "travel": lag} for n, lag in enumerate(travel)]
    pools = {f"pool{n}": carriers for n in range(len(travel))}
    network = make(days, places, ["rice"], list(itertools.pairwise(places)), ways, pools)
    network.stock0[0, 0] = 1000.0
    return network


# without routes -----------------------------------------------------------------------------------------------


def test_without_the_short_road_the_long_one_serves_as_far_as_it_can() -> None:
    network = make(
        20, ["A", "B"], ["rice"], [("A", "B"), ("A", "B")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}, {"arc": 1, "pool": "carts", "rate": 0.25}], {"carts": 8.0},
    )  # fmt: skip
    network.stock0[0, 0] = 1000.0
    network.need[:, 1, 0] = 4.0
    found = without_routes(network, ["R0"], period_days=5)
    # 8 carts move 8 t/day by the short road and 2 by the long one, for use on all days but the first.
    assert found.base.objective == pytest.approx(0.0, abs=1e-6)
    assert found.more_short_t == pytest.approx(80 - 19 * 2)
    assert found.reasons[0].startswith("Without R0 42 t more go short (52.5 % of all that is wanted)")


def test_a_road_that_only_saves_labour() -> None:
    network = road(carriers=100.0, need=2.0)
    network.arc_route = np.array([0])
    network.stock0[1, 0] = 200.0
    found = without_routes(network, ["R0"], period_days=7)
    assert found.more_short_t == 0 and "nothing more goes short" in found.reasons[0]


# the earliest date ------------------------------------------------------------------------------------------------


def test_earliest_is_when_the_carriers_have_brought_it() -> None:
    # 5 t/day from the first day on, usable after 3 days: 23 t stand at the end of day 2 + ceil(23 / 5) = 7.
    found = earliest(line(30, 2), "blue", [Stock(1, 0, 23.0)], period_days=1)
    assert (found.day, found.not_before, found.travel_day) == (7, 6, 3)
    assert found.tried[7] and not found.tried[6] and found.missing_t == pytest.approx(3.0)
    assert found.reasons[0] == "The 23 t stated can stand at P1 on 8 March 2001 and not a day sooner."


def test_travel_alone_bounds_the_date() -> None:
    found = earliest(line(30, 2, 4), "blue", [Stock(2, 0, 0.1)], period_days=14)
    assert found.travel_day == 3 + 5 == found.day


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_earliest_agrees_with_trying_every_day(seed: int) -> None:
    network = random_network(seed)
    place, good = len(network.place_ids) - 1, 2
    stock = Stock(place, good, 4.0, 2.0)
    if not np.isfinite(reach_days(network)[place, good]):
        pytest.skip("nothing can come there")
    found = earliest(network, "blue", [stock], period_days=3)

    def does(day: int) -> bool:
        days = until(network, day)
        without = Planner(days, cut(3, day + 1)).solve()
        both = Planner(changed(days, targets=[Target(place, good, day, 4.0, 2.0)]), cut(3, day + 1)).solve()
        return both.objective <= without.objective + 1e-4 * 8.0

    first = reach_days(network)[place, good]
    doing = [day for day in range(network.days) if does(day)]
    assert all(day >= first for day in doing)
    if found.day is None:
        assert network.days - 1 not in doing
    else:
        assert found.day in doing and (found.day - 1) not in doing
        assert found.tried == {day: day in doing for day in found.tried}


def test_needs_come_before_the_stock() -> None:
    network = line(30, 0)
    network.need[:, 1, 0] = 4.0  # of the 5 t/day that come
    network.stock0[1, 0] = 4.0
    found = earliest(network, "blue", [Stock(1, 0, 6.0)], period_days=1)
    assert found.day == 6  # a tonne is left over on each day after the first


def test_time_that_runs_out_leaves_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from xetho.plan.questions import common
    from xetho.plan.questions import earliest as module_function

    calls = iter(range(100))
    whole = common.plan_of

    def slow(*arguments: object) -> object:
        if next(calls) > 2:
            raise PlanError("time")
        return whole(*arguments)  # type: ignore[arg-type]

    import sys

    monkeypatch.setattr(sys.modules[module_function.__module__], "plan_of", slow)
    found = earliest(line(60, 2), "blue", [Stock(1, 0, 180.0)], period_days=7)
    assert found.stopped and found.day is not None and found.day - found.not_before > 1
    assert "Dates between were not tried" in found.reasons[0]


# the largest force ------------------------------------------------------------------------------------------------


def test_largest_force_is_what_the_carriers_feed() -> None:
    network = road(28, 10.0, 4.0)
    network.stock0[1, 0] = 20.0
    found = largest_force(network, "blue", "B", 0, np.full((28, 1), 4.0), 1000.0, period_days=7)
    # 5 t/day for 27 days and 20 t that lie there, over 28 days of 4 t: the road is what binds.
    assert found.factor == pytest.approx((5 * 27 + 20) / (28 * 4), rel=1e-6)
    assert found.bound == pytest.approx(found.factor, rel=1e-4)
    assert found.men == pytest.approx(1000 * found.factor)
    assert found.held_by[0] == "carriers of pool carts"


def test_a_force_takes_nothing_from_others() -> None:
    network = road(28, 10.0, 4.0)
    network.stock0[1, 0] = 20.0
    force = np.full((28, 1), 1.0)  # a quarter of those there: the others' 3 t/day come first
    found = largest_force(network, "blue", "B", 0, force, period_days=7)
    assert found.factor == pytest.approx((5 * 27 + 20 - 28 * 3) / 28, rel=1e-6)


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_a_larger_force_would_leave_more_short(seed: int) -> None:
    network = random_network(seed)
    place = len(network.place_ids) - 1
    force = network.need[:, place] * 0.5
    found = largest_force(network, "blue", network.place_ids[place], 4, force, period_days=4)

    def least(factor: float) -> float:
        need = network.need.copy()
        need[4:, place] += (factor - 1.0) * force[4:]
        bounds = horizon.periods(network.days, 4, ends=[t.day for t in network.targets])
        return Planner(changed(network, need=need), bounds).solve().objective

    none = least(0.0)
    assert least(found.factor) >= none - 1e-5
    assert least(found.factor * 1.05 + 0.02) > none + 1e-5
    if found.factor > 0.01:
        # What is short at the largest force is no more than without it.
        assert least(found.factor * 0.999) == pytest.approx(none, abs=2e-3)


# cheapest ---------------------------------------------------------------------------------------------------------


def test_cheapest_leaves_what_is_dearest_to_bring() -> None:
    network = make(
        20, ["A", "B", "C"], ["rice"], [("A", "B"), ("A", "C")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}, {"arc": 1, "pool": "carts", "rate": 0.1}], {"carts": 100.0},
    )  # fmt: skip
    network.stock0[0, 0] = 100.0
    network.need[10, 1:, 0] = 10.0
    found = cheapest(network, "blue", 0.75, period_days=5)
    # All 10 t for B at a day each, and 5 of the 10 t for C at ten.
    assert found.labour == pytest.approx(10 + 50, rel=1e-4)
    assert found.labour_of_best == pytest.approx(10 + 100, rel=1e-4)
    assert found.reached == pytest.approx(0.75, rel=1e-6)
    assert found.labour_bound == pytest.approx(found.labour, rel=1e-4)


def test_service_that_cannot_be_had_is_told() -> None:
    with pytest.raises(QuestionError, match=r"no plan gives blue 98 % of what it wants: the most is 60"):
        cheapest(road(28, 10.0, 8.0), "blue", 0.98, period_days=7)


# worth --------------------------------------------------------------------------------------------------------------


def test_one_more_cart_in_words() -> None:
    found = one_more(road(), "blue", "cart", period_days=7)
    row = found.rows[0]
    assert row.worth == pytest.approx(0.5 * 27) and row.gain == pytest.approx(0.5 * 27)
    assert found.reasons[0] == (
        "One more carrier of pool carts, working mostly between A and B, from 1 March to 28 March 2001 is worth "
        "0.482 t/day less shortage."
    )


def test_one_more_is_only_there_when_the_others_are() -> None:
    network = road(28, 10.0, 8.0)
    network.pool_count[0, :14] = 0.0  # half of the one period
    found = one_more(network, "blue", "carts", period_days=28)
    row = found.rows[0]
    # Half a tonne on 14 of 28 days, of which loads of 27 days can be used.
    assert row.worth == pytest.approx(0.5 * 14 * 27 / 28) and row.gain == pytest.approx(row.worth)
    assert row.stretches[0].first.isoformat() == "2001-03-15" and row.stretches[0].until.isoformat() == "2001-03-28"


def test_worth_in_labour_where_nothing_more_can_be_met() -> None:
    network = road(carriers=100.0, need=2.0)  # the first day's need comes too late: short, but not for want of carts
    network.way_arc, network.arc_route = np.array([0]), np.array([0])
    found = one_more(network, "blue", "carts", period_days=7)
    assert found.rows[0].worth_in == "man-days" and found.rows[0].worth == 0
    assert "worth nothing" in found.reasons[0]


# relaxations --------------------------------------------------------------------------------------------------------


def test_relaxations_of_a_road_in_closed_form() -> None:
    network = road(28, 10.0, 8.0)
    network.stock0[1, 0] = 20.0
    found = relaxations(network, "blue", period_days=7, closing=1e-6)
    rows = {(row.kind, row.subject): row for row in found.rows}
    short = 28 * 8 - 20 - 27 * 5
    assert rows["need", "by priority"].amount == pytest.approx(short)
    assert rows["need", "alike"].amount == pytest.approx(1 - short / (28 * 8), rel=1e-5)
    # The first week needs 56 t: 20 lie there, and 6 of 7 days' loads can be used in it.
    assert rows["carriers", "mode cart"].amount == pytest.approx(max(36 / 6, (56 * 4 - 20) / 27) / 0.5 - 10, abs=1e-2)
    later = rows["date", "B"].amount
    assert later is not None and later == int(later) and 0 < later < 28
    assert not found.closes and "blue: 69 t of the 224 t wanted must go short." in found.reasons


def test_a_plan_that_closes_needs_none() -> None:
    network = road(28, 100.0, 2.0)
    network.stock0[1, 0] = 20.0
    found = relaxations(network, "blue", period_days=7)
    assert found.closes and found.rows == () and "closes" in found.reasons[0]


def test_what_comes_too_late_for_any_number_of_carriers() -> None:
    network = line(28, 9)
    network.need[:5, 1, 0] = 1.0  # before anything can be there
    network.need[20:, 1, 0] = 6.0
    found = relaxations(network, "blue", period_days=4, closing=1e-6)
    assert any("5 t of it is wanted before anything can have travelled there" in line for line in found.reasons)


# robust ---------------------------------------------------------------------------------------------------------------


def fork(share_0: float, share_1: float) -> HandNetwork:
    """Two roads from A to B, one pool; each road lets pass a share of what its carts would move."""
    network = make(
        10, ["A", "B"], ["rice"], [("A", "B"), ("A", "B")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}, {"arc": 1, "pool": "carts", "rate": 0.8}], {"carts": 10.0},
    )  # fmt: skip
    network.stock0[0, 0] = 1000.0
    network.need[9, 1, 0] = 72.0
    network.way_expected[0] *= share_0
    network.way_expected[1] *= share_1
    return network


def test_robust_agrees_with_a_search_over_assignments() -> None:
    """One period and two roads: the assignment is one number, and 9 of 10 days' loads can be used."""
    shares = [(1.0, 1.0), (0.2, 1.0), (1.0, 0.3), (0.1, 0.9)]
    samples = [fork(*one) for one in shares]
    found = robust(fork(1.0, 1.0), samples, "blue", tail=0.5, period_days=10)

    def objective(y: float) -> float:
        short = [max(72.0 - 9 * 10 * (a * y + 0.8 * b * (1 - y)), 0.0) for a, b in shares]
        return 0.5 * float(np.mean(short)) + 0.5 * in_tail(short, 0.5)

    best = min(objective(y) for y in np.linspace(0, 1, 2001))
    assert found.objective == pytest.approx(best, rel=1e-3, abs=1e-3)
    assert found.bound == pytest.approx(found.objective, abs=1e-3)
    assert objective(float(found.assignment[0, 0])) == pytest.approx(best, abs=0.1)
    # All carts on the better road is what the expected plan does.
    assert found.shortages_of_base == pytest.approx([0.0, 54.0, 0.0, 63.0], abs=1e-3)
    assert found.expected < found.expected_of_base and found.worst < found.worst_of_base


def test_one_sample_is_its_own_plan() -> None:
    network = random_network(3)
    found = robust(network, [network], "blue", tail=1.0, period_days=5)
    plan = solve(network, period_days=5)
    assert found.expected == pytest.approx(plan.objective, rel=1e-4, abs=1e-4)
    assert found.bound == pytest.approx(plan.objective, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("seed", [1, 4])
def test_the_tail_is_what_a_linear_programme_says(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(0, 10, 7)
    for tail in (0.1, 0.3, 0.5, 1.0):
        # min eta + sum z / (n tail) with z >= v - eta, z >= 0 (Rockafellar and Uryasev 2000).
        cost = np.r_[1.0, np.full(7, 1 / (7 * tail))]
        answer = linprog(cost, A_ub=np.c_[-np.ones(7), -np.eye(7)], b_ub=-values, bounds=[(0, None)] * 8)
        assert in_tail(values.tolist(), tail) == pytest.approx(answer.fun)


# bad questions ---------------------------------------------------------------------------------------------------


def test_bad_questions_in_one_line_each() -> None:
    network = road()
    island = make(20, ["A", "B", "C"], ["rice"], [("A", "B")], [{"arc": 0, "pool": "carts"}], {"carts": 5.0})
    island.stock0[0, 0] = 10.0
    for call, said in (
        (lambda: without_routes(network, ["R00"]), '"R00" is not a route; did you mean "R0"'),
        (lambda: without_routes(network, []), "name at least one route"),
        (lambda: earliest(network, "blu", [Stock(1, 0, 5.0)]), '"blu" is not a side; did you mean "blue"'),
        (lambda: earliest(network, "blue"), "blue has no stock that must stand"),
        (lambda: earliest(network, "blue", [Stock(1, 0, -5.0)]), "allowed more than 0"),
        (lambda: earliest(island, "blue", [Stock(2, 0, 5.0)]), "no way brings rice to C"),
        (lambda: largest_force(network, "blue", "B", 0, np.zeros((28, 1))), "nothing limits its size"),
        (lambda: largest_force(island, "blue", "C", 0, np.ones((20, 1))), "no way brings rice to C"),
        (lambda: largest_force(network, "blue", "Q", 0, np.ones((28, 1))), '"Q" is not a place'),
        (lambda: cheapest(network, "blue", 1.5), "service: found 1.5"),
        (lambda: cheapest(island, "blue", 0.5), "needs nothing"),
        (lambda: one_more(network, "blue", "catr"), 'did you mean "cart"'),
        (lambda: one_more(network, "blue", "R0"), "has no limit"),
        (lambda: robust(network, [network], "blue", tail=0.0), "tail: found 0"),
        (lambda: earliest(network, "blue", [Stock(1, 0, 5.0)], period_days=0), "period days: found 0"),
    ):
        with pytest.raises(QuestionError, match=said.replace("(", "\\(")) as told:
            call()
        assert len(told.value.problems) == 1
