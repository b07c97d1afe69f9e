"""Plans whose answer can be worked out by hand."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest

from tests.plan.factory import HandNetwork, Target, make
from xetho.plan import PlanError, solve
from xetho.plan.highs import Live


def road(days: int = 28, carriers: float = 10.0, need: float = 8.0, **way: object) -> HandNetwork:
    """A depot A full of rice, a front B that needs some a day, and one road between them."""
    network = make(
        days,
        ["A", "B"],
        ["rice"],
        [("A", "B")],
        [{"arc": 0, "pool": "carts", "rate": 0.5, **way}],
        {"carts": carriers},
    )
    network.stock0[0, 0] = 1000.0
    network.need[:, 1, 0] = need
    return network


def test_one_road_carries_what_its_carriers_can() -> None:
    plan = solve(road(), period_days=7)
    # 10 carriers of 0.5 t/day; what is loaded on the last day cannot be used before the end.
    delivered = 10 * 0.5 * 27
    assert plan.shortage.sum() == pytest.approx(8 * 28 - delivered, rel=1e-6)
    assert plan.objective == pytest.approx(plan.bound, rel=1e-6)
    assert not plan.feasible
    assert plan.carriers[0, 0] == pytest.approx(10.0)


def test_what_one_more_carrier_is_worth() -> None:
    plan = solve(road(), period_days=7)
    row = plan.bottlenecks.set_index("kind").loc["pool"]
    assert row["worth_t_per_unit"] == pytest.approx(0.5 * 27, rel=1e-6)
    assert row["worth_per_day"] == pytest.approx(0.5 * 27 / 28, rel=1e-6)
    assert (row["from"], row["until"]) == (date(2001, 3, 1), date(2001, 3, 28))
    assert row["sentence"] == (
        "One more carrier of pool carts from 1 March to 28 March 2001 is worth 0.482 t/day less shortage."
    )
    assert row["one_percent"] == pytest.approx(0.01 * 0.5 * 27 * 10)


def test_enough_carriers_close_the_plan_with_least_labour() -> None:
    network = road(carriers=100.0, crew=2.0)
    network.stock0[1, 0] = 8.0  # what is eaten before the first cart can arrive
    plan = solve(network, period_days=7)
    assert plan.feasible and plan.status == "optimal"
    assert plan.labour_objective == pytest.approx(8 * 27 / 0.5 * 2, rel=1e-5)
    assert plan.labour_gap < 1.1e-5  # the cost that decides ties
    assert plan.reasons()[0].startswith("The plan closes: all 224 t needed can be met")


@pytest.mark.parametrize(("crew", "limited"), [(2e6, 0), (2e7, 0), (2e9, 1)])
def test_no_labour_is_too_much_for_a_tonne(crew: float, limited: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """4, 40 and 4,000 million man-days a tonne: only the last needs a limit on the shortage, which is slow to keep."""
    limits: list[float] = []
    usual = Live.limit_shortage
    monkeypatch.setattr(Live, "limit_shortage", lambda live, most: (limits.append(most), usual(live, most)))
    network = road(carriers=100.0, crew=crew)
    network.stock0[1, 0] = 8.0
    plan = solve(network, period_days=7)
    assert plan.feasible and plan.status == "optimal"
    assert plan.labour_objective == pytest.approx(8 * 27 / 0.5 * crew, rel=1e-5)
    assert len(limits) == limited


def test_relays_eat_by_the_stage_and_not_by_the_line() -> None:
    """Porters of 25 kg load, 0.9 kg/day and 22 km/day: fed from their own load they stop at 306 km.

    Fed from the depot where each stage begins, n stages over D km pass on (1 + f)^-n of what left, where f is what the
    stage eats for each tonne it carries: f = r (2 D / n) / (P v).  At 306 km that tends to 1/e, not to nothing.
    """
    load_kg, eats_kg, pace_km = 25.0, 0.9, 22.0
    critical_km = load_kg / (eats_kg * 2 / pace_km)
    assert critical_km == pytest.approx(305.6, abs=0.1)
    for distance, stages in ((critical_km, 10), (550.0, 20), (150.0, 1)):
        stage_km = distance / stages
        rate = load_kg / 1000 * pace_km / (2 * stage_km)
        places = [f"P{n}" for n in range(stages + 1)]
        network = make(
            180,
            places,
            ["rice"],
            [(places[n], places[n + 1]) for n in range(stages)],
            [{"arc": n, "pool": "porters", "rate": rate, "food": ("rice", eats_kg / 1000)} for n in range(stages)],
            {"porters": 1e6},
        )
        network.stock0[0, 0] = 100.0
        network.need[-1, stages, 0] = 100.0
        plan = solve(network, period_days=18)
        eaten_per_t = eats_kg * 2 * stage_km / (load_kg * pace_km)
        met = 100.0 - plan.shortage.sum()
        assert met == pytest.approx(100.0 / (1 + eaten_per_t) ** stages, rel=1e-5)
        if stages > 1:
            assert met / 100 == pytest.approx(math.exp(-distance / critical_km), rel=0.12)


def test_the_shorter_road_first_then_the_longer() -> None:
    network = make(
        20,
        ["A", "B"],
        ["rice"],
        [("A", "B"), ("A", "B")],
        [
            {"arc": 0, "pool": "carts", "rate": 1.0},
            {"arc": 1, "pool": "carts", "rate": 0.25},
        ],
        {"carts": 100.0},
    )
    network.arc_throughput[0] = 4.0
    network.stock0[0, 0] = network.stock0[1, 0] = 1000.0
    network.stock0[1, 0] = 6.0
    network.need[:, 1, 0] = 6.0
    plan = solve(network, period_days=5)
    assert plan.feasible
    # Of 80 t by the short road at a carrier-day each, 76 t can be used in time; 38 t go by the long one at four.
    assert plan.load[:, 0, 0].sum() * 5 == pytest.approx(80.0)
    assert plan.labour_objective == pytest.approx(80 + 38 * 4, rel=1e-5)
    kinds = plan.bottlenecks.set_index("kind")
    assert kinds.loc["route", "worth_in"] == "man-days"
    # A tonne moved to the short road saves three man-days.
    assert kinds.loc["route", "worth_per_day"] == pytest.approx(3.0, rel=0.1)
    assert "man-days of labour a day for the same supply" in kinds.loc["route", "sentence"]


def test_trucks_stop_without_fuel() -> None:
    network = make(
        30,
        ["A", "B"],
        ["ammunition", "fuel"],
        [("A", "B")],
        [{"arc": 0, "pool": "trucks", "rate": 2.0, "fuel": ("fuel", 0.1)}],
        {"trucks": 50.0},
    )
    network.stock0[0] = [100.0, 1.0]
    network.need[-1, 1, 0] = 40.0
    plan = solve(network, period_days=15)
    assert plan.shortage.sum() == pytest.approx(30.0, rel=1e-6)
    supply = plan.bottlenecks[plan.bottlenecks["good"] == "fuel"].iloc[0]
    assert supply["worth_t_per_unit"] == pytest.approx(10.0)
    assert supply["sentence"] == (
        "One more tonne of fuel at A from 1 March to 15 March 2001 is worth 10 t less shortage."
    )
    modes = plan.summary["modes"].set_index("mode").loc["cart"]
    assert modes["t"] == pytest.approx(10.0) and modes["fuel_t"] == pytest.approx(1.0)
    assert modes["ton_km"] == pytest.approx(100.0)
    assert modes["delivered_per_started"] == pytest.approx(10 / 11)


def test_nothing_moves_where_crews_have_nothing_to_eat() -> None:
    network = make(
        20,
        ["A", "B"],
        ["shells", "rice"],
        [("A", "B")],
        [{"arc": 0, "pool": "porters", "rate": 0.01, "food": ("rice", 0.001)}],
        {"porters": 1000.0},
    )
    network.stock0[0, 0] = 50.0
    network.need[10:, 1, 0] = 1.0
    plan = solve(network)
    assert plan.load.sum() == 0.0
    assert plan.shortage.sum() == pytest.approx(10.0)
    assert any("Nothing can leave A: its carriers draw rice, and none is there." in r for r in plan.reasons())


def test_arrivals_are_split_between_periods_by_travel_time() -> None:
    network = road(days=14, need=0.0, travel=3)
    network.pool_count[:, 7:] = 0.0
    network.need[-1, 1, 0] = 100.0
    plan = solve(network, period_days=7)
    moved = plan.load[0, 0, 0] * 7
    assert moved == pytest.approx(35.0)
    # Loaded on days 0-6, usable four days later on days 4-10: three of the seven in the first period.
    assert plan.stock[1, 1, 0] == pytest.approx(35 * 3 / 7)
    assert plan.shortage[1, 1, 0] == pytest.approx(100 - 35)


def test_cargo_under_way_at_the_end_is_of_no_use() -> None:
    network = road(days=10, need=0.0, travel=20)
    network.need[-1, 1, 0] = 5.0
    plan = solve(network, period_days=5)
    assert plan.load.sum() == 0.0
    assert plan.shortage.sum() == pytest.approx(5.0)


def test_losses_on_the_way() -> None:
    network = road(days=21, need=0.0, loss=0.2, rate=10.0)
    network.stock0[0, 0] = 50.0
    network.need[-1, 1, 0] = 45.0
    plan = solve(network, period_days=7)
    assert plan.shortage.sum() == pytest.approx(45 - 40, rel=1e-6)
    assert plan.summary["sides"].iloc[0]["lost_t"] == pytest.approx(10.0)


def test_a_stock_target_counts_at_its_date() -> None:
    network = road(days=40, need=0.0)
    network.targets = [Target(1, 0, 19, 120.0, 1.0)]
    plan = solve(network, period_days=10)
    # Nineteen days of loads can be used by the end of day 19.
    assert plan.target_shortage[0] == pytest.approx(120 - 19 * 5.0)
    row = plan.shortages.iloc[0]
    assert row["kind"] == "target" and row["t"] == pytest.approx(25.0)
    assert row["sentence"] == "B is 25 t of rice below the 120 t that must stand there on 20 March 2001."
    assert not plan.feasible


def test_priorities_decide_who_goes_short() -> None:
    network = make(
        20,
        ["A", "B"],
        ["rice", "shells"],
        [("A", "B")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}],
        {"carts": 1.0},
    )
    network.stock0[0] = 100.0
    network.need[-1, 1] = 15.0
    network.good_weight[:] = [1.0, 3.0]
    plan = solve(network, period_days=5)
    assert plan.shortage[..., 1].sum() == pytest.approx(0.0, abs=1e-6)
    assert plan.shortage[..., 0].sum() == pytest.approx(30 - 19)
    assert "priority-weighted" in plan.bottlenecks.iloc[0]["sentence"]


@pytest.mark.parametrize("limit", ["region", "handling", "route", "closed"])
def test_shared_limits(limit: str) -> None:
    network = make(
        21,
        ["A", "B", "C"],
        ["rice"],
        [("A", "B"), ("B", "A"), ("A", "C")],
        [
            {"arc": 0, "pool": "one", "rate": 1.0, "crew": 3.0},
            {"arc": 1, "pool": "one", "rate": 1.0, "crew": 3.0},
            {"arc": 2, "pool": "two", "rate": 1.0, "crew": 3.0},
        ],
        {"one": 100.0, "two": 100.0},
        routes=[0, 0, 1],
        regions={"hills": 1e6},
        pool_region={"one": "hills", "two": "hills"},
    )
    network.stock0[0, 0] = 1e4
    network.need[-1, 1:, 0] = 100.0
    expected = 0.0
    if limit == "region":
        network.region_labour[:] = 12.0  # four carriers in all
        expected = 200 - 4 * 20
    elif limit == "handling":
        network.handling[0] = 5.0
        expected = 200 - 5 * 20
    elif limit == "route":
        network.arc_throughput[:2] = 2.0
        expected = 100 - 2 * 20
    else:
        network.arc_open[0, 3:] = False
        network.pool_count[0] = 10.0
        expected = 100 - 3 * 10 * 6 / 7  # the open days' loads come evenly over the week, less its last day
    plan = solve(network, period_days=7)
    if limit == "closed":
        # Three open days of ten carriers make 30 t, all of them in time in the weeks that follow.
        expected = 100 - 30
    assert plan.shortage.sum() == pytest.approx(expected, rel=1e-5)
    if limit != "closed":
        assert limit in set(plan.bottlenecks["kind"])


def test_both_directions_share_a_road() -> None:
    network = make(
        21,
        ["A", "B"],
        ["rice", "salt"],
        [("A", "B"), ("B", "A")],
        [{"arc": 0, "pool": "carts", "rate": 1.0}, {"arc": 1, "pool": "carts", "rate": 1.0}],
        {"carts": 100.0},
        routes=[0, 0],
    )
    network.arc_throughput[:] = 3.0
    network.stock0[0, 0] = network.stock0[1, 1] = 100.0
    network.need[-1, 1, 0] = network.need[-1, 0, 1] = 50.0
    plan = solve(network, period_days=7)
    assert plan.shortage.sum() == pytest.approx(100 - 3 * 20, rel=1e-6)


def test_unreachable_need_is_told_with_place_and_amount() -> None:
    network = make(12, ["A", "B", "C"], ["rice"], [("A", "B")], [{"arc": 0, "pool": "carts"}], {"carts": 5.0})
    network.stock0[0, 0] = 10.0
    network.need[4:8, 2, 0] = 2.5
    plan = solve(network, period_days=4)
    row = plan.shortages.iloc[0]
    assert (row["place"], row["good"], row["t"], row["share"]) == ("C", "rice", pytest.approx(10.0), 1.0)
    assert row["sentence"] == "C is 10 t short of rice from 5 March to 8 March 2001: 100 % of its need."
    story = " ".join(plan.reasons())
    assert "The plan does not close." in story and "No rice can come to C." in story


def test_two_sides_are_told_apart() -> None:
    network = make(
        14,
        ["A", "B", "X", "Y"],
        ["rice"],
        [("A", "B"), ("X", "Y")],
        [{"arc": 0, "pool": "carts"}, {"arc": 1, "pool": "planes"}],
        {"carts": 100.0, "planes": 1.0},
    )
    network.side_ids = ["blue", "red"]
    network.place_side = np.array([0, 0, 1, 1])
    network.stock0[[0, 2], 0] = 1000.0
    network.need[-1, [1, 3], 0] = 26.0
    plan = solve(network, period_days=7)
    sides = plan.summary["sides"].set_index("side")
    assert sides.loc["blue", "shortage_t"] == pytest.approx(0.0, abs=1e-6)
    assert sides.loc["red", "shortage_t"] == pytest.approx(13.0)
    assert set(plan.bottlenecks[plan.bottlenecks["worth_in"] == "t"]["key"]) == {"planes"}
    assert (plan.closes_for("blue"), plan.closes_for("red"), plan.feasible) == (True, False, False)
    assert plan.side_shortage_share("red") == pytest.approx(0.5)
    assert plan.reasons()[0] == "The plan closes for blue but not for red."
    assert any(line.startswith("red: 50 % of its need is unmet") for line in plan.reasons())


def test_an_empty_campaign_is_a_plan() -> None:
    network = make(5, ["A"], ["rice"], [], [], {})
    plan = solve(network)
    assert plan.feasible and plan.objective == 0.0
    assert plan.stock.shape == (2, 1, 1)
    json.dumps(plan.to_dict())


def test_frames_and_json_say_the_same() -> None:
    plan = solve(road(), period_days=7)
    told = json.loads(json.dumps(plan.to_dict(), allow_nan=False))
    assert told["format"] == "xetho-plan-1"
    assert set(told["tables"]) >= {"loads", "carriers", "stocks", "needs", "bottlenecks", "modes", "sides", "pools"}
    frames = plan.to_frames()
    assert frames["loads"]["t_per_day"].sum() == pytest.approx(plan.load.sum())
    assert frames["needs"]["shortage_t"].sum() == pytest.approx(plan.shortage.sum())
    assert told["tables"]["loads"][0]["from"] == "2001-03-01"
    assert frames["pools"].iloc[0]["share_used"] == pytest.approx(plan.carriers.mean() / 10)


def test_periods_by_day() -> None:
    plan = solve(road(), period_days=7)
    assert [plan.at_day(day) for day in (0, 6, 7, 27)] == [0, 0, 1, 3]
    with pytest.raises(IndexError, match="outside the plan"):
        plan.at_day(28)


def test_no_time_is_a_failure_and_not_an_answer() -> None:
    with pytest.raises(PlanError, match="time"):
        solve(road(), time_limit=0.0)
