"""The day's processes against sums done by hand and closed forms, each in a scenario that holds nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.simulate.drafts import Draft, Orders, day, orders, road
from tests.simulate.test_conservation import besieged
from xetho.results.runs import label
from xetho.simulate import Record, play
from xetho.simulate import layout as at_
from xetho.simulate.process import attrition
from xetho.simulate.process.attrition import hits

PORTERS_T = 100 * 0.025 * 20 / (2 * 20)  # relay: 100 carriers · 25 kg · 20 km/day / (2 · 20 km) = 1.25 t/day


def run(draft: Draft, tonnes: float = 10.0, runs: int = 3, good: str = "food") -> Record:
    """Play with so many tonnes a day ordered on every way."""
    network = draft.network()
    return play(network, orders(network, lambda _r, _p, g: tonnes if g == good else 0.0), runs)


def stock(record: Record, place: str, good: str = "food") -> np.ndarray:
    """Tonnes at a place at the end, by run."""
    net = record.network
    cells = [
        i for i, (p, lot) in enumerate(record.program.cells)
        if net.place_ids[p] == place and net.good_ids[int(net.lot_good[lot])] == good
    ]  # fmt: skip
    return record.kept[at_.S_STOCK][cells].sum(axis=0)


def passed(record: Record) -> np.ndarray:
    """Tonnes loaded at all places, by run."""
    return record.kept[at_.A_PASSED].sum(axis=0)


# transport ------------------------------------------------------------------------------------------------------


def test_relay_capacity() -> None:
    record = run(road())
    np.testing.assert_allclose(passed(record), 30 * PORTERS_T, rtol=1e-5)
    np.testing.assert_allclose(record.flow / (1000 * record.trace), PORTERS_T, rtol=1e-3)  # each day, each run


def test_availability_and_a_longer_stage_cut_capacity_in_proportion() -> None:
    draft = road(availability=0.6)
    draft.change("routes", "road", length_km=50)
    np.testing.assert_allclose(passed(run(draft)), 30 * PORTERS_T * 0.6 * 20 / 50, rtol=1e-5)


def test_cargo_is_on_the_road_for_the_days_its_stage_takes() -> None:
    """50 km at 20 km a day: loaded on day 0, there on day 3; the last three days' loads are under way."""
    draft = road()
    draft.change("routes", "road", length_km=50)
    draft.change("demand", "use", total_t=0.001)
    record = run(draft)
    rate = PORTERS_T * 20 / 50
    np.testing.assert_allclose(stock(record, "FRONT"), 27 * rate, rtol=1e-3)
    np.testing.assert_allclose(record.kept[at_.S_RING].sum(axis=0), 3 * rate, rtol=1e-3)


def test_throughput_is_shared_by_all_who_use_the_road() -> None:
    draft = road()
    draft.change("routes", "road", throughput_t_per_day=0.7)
    draft.add("fleets", id="more", mode="porter", side="blue", count=300)
    np.testing.assert_allclose(passed(run(draft)), 30 * 0.7, rtol=1e-5)


def test_crews_eat_where_they_load() -> None:
    """All 100 porters at work eat 0.8 kg each; half the load keeps 40 of them at work."""
    for tonnes, moved, porters in ((10.0, PORTERS_T, 100), (0.5, 0.5, 40)):
        record = run(road(food_kg_per_day=0.8), tonnes)
        np.testing.assert_allclose(stock(record, "BASE"), 1000 - 30 * (moved + porters * 0.0008), rtol=1e-5)
        np.testing.assert_allclose(record.kept[at_.A_LABOUR].sum(axis=0), 30 * porters, rtol=1e-4)


def test_trucks_burn_fuel_both_ways() -> None:
    """1 t a day over 20 km with 2 t trucks: half a truck's run of 40 km at 0.3 kg/km, 6 kg a day."""
    draft = road(payload_kg=2000, km_per_day=100, fuel_kg_per_km=0.3, fuel_good="fuel")
    draft.add("goods", id="fuel", name="Fuel", class_="fuel")
    draft.add("supply", id="fuel", place="BASE", good="fuel", initial_t=1)
    record = run(draft, 1.0)
    np.testing.assert_allclose(record.kept[at_.A_BURNT].sum(axis=0), 30 * 0.5 * 40 * 0.3 / 1000, rtol=1e-4)


def test_without_fuel_nothing_moves() -> None:
    draft = road(payload_kg=2000, km_per_day=100, fuel_kg_per_km=0.3, fuel_good="fuel")
    draft.add("goods", id="fuel", name="Fuel", class_="fuel")
    draft.add("supply", id="fuel", place="BASE", good="fuel", initial_t=0.03)  # for 5 days
    np.testing.assert_allclose(passed(run(draft, 1.0)), 5, rtol=1e-4)


def test_carriers_join_over_their_ramp_and_go_home() -> None:
    draft = road()
    draft.change("fleets", "porters", from_=day(4), ramp_days=4, until=day(9))
    # 25, 50, 75 and 100 porters, then 100 for two days more
    np.testing.assert_allclose(passed(run(draft)), PORTERS_T * (0.25 + 0.5 + 0.75 + 3), rtol=1e-5)


def test_the_order_of_fleet_rows_does_not_matter() -> None:
    """40 leave on the day on which 100 join: 60 are there, even when the leaving stands first."""
    draft = road()
    draft.rows["fleets"] = []
    draft.add("fleets", id="leave", pool="all", mode="porter", side="blue", count=-40, from_=day(3))
    draft.add("fleets", id="join", pool="all", mode="porter", side="blue", count=100, from_=day(3))
    record = run(draft)
    np.testing.assert_allclose(record.kept[at_.S_POOL][0], 60)
    np.testing.assert_allclose(passed(record), 27 * 0.6 * PORTERS_T, rtol=1e-5)


# weather and threats ----------------------------------------------------------------------------------------------


def test_weather_keeps_its_share_and_its_memory() -> None:
    """Foul on 30 % of days in the long run, a foul day followed by another in 70 of 100."""
    draft = road(days=60, foul_factor=0)
    draft.change("demand", "use", total_t=0.0001)
    for month in (3, 4, 5):
        draft.add("weather", id=f"m{month}", month=month, p_foul=0.3, persistence=0.7)
    record = run(draft, runs=1500)
    there = label(record).daily["front_stock_t"].isel(side=0, good=0).to_numpy()
    foul = np.diff(there, axis=1) < 0.5 * PORTERS_T  # nothing came, so the day before was foul
    assert foul.mean() == pytest.approx(0.3, abs=0.01)
    assert foul[:, 0].mean() == pytest.approx(0.3, abs=0.05)
    again = foul[:, 1:][foul[:, :-1]].mean()
    assert again == pytest.approx(0.7, abs=0.015)
    assert foul[:, 1:][~foul[:, :-1]].mean() == pytest.approx(0.3 * 0.3 / 0.7, abs=0.01)


def test_cuts_are_poisson_and_guards_turn_effort_away() -> None:
    draft = road()
    draft.change("routes", "road", guard=0.5)
    draft.add("threats", id="slides", name="Slides", kind="landslide", effort_per_day=2, targets="road",
              cuts_per_effort=1, mend_mean_mandays=1)  # fmt: skip
    cuts = run(draft, runs=2000).kept[at_.S_STRIKE_CUTS][0]
    assert cuts.mean() == pytest.approx(30, rel=0.02)
    assert cuts.var() == pytest.approx(30, rel=0.1)


def test_effort_that_goes_by_traffic_finds_the_road_in_use() -> None:
    """Claims are the idle claim and yesterday's tonnes, so after the first day the empty road has 0.1 of 1.45."""
    draft = road()
    draft.add("routes", **(draft.rows["routes"][0] | {"id": "lane", "kind": "track"}))
    for route in ("road", "lane"):
        draft.change("routes", route, mend_crew=1000)
    draft.parameter("idle_route_t_per_day", 0.1)
    draft.add("threats", id="raids", name="Raids", kind="raid", effort_per_day=2, targets="road; lane",
              policy="traffic", cuts_per_effort=1, mend_mean_mandays=1e-6)  # fmt: skip
    network = draft.network()
    record = play(network, orders(network, lambda r, _p, _g: 10.0 if r == "road" else 0.0), 2000)
    np.testing.assert_allclose(passed(record), 30 * PORTERS_T, rtol=1e-5)
    cuts = dict(zip(network.route_ids, record.kept[at_.S_STRIKE_CUTS].mean(axis=1), strict=True))
    idle = 2 * (1 / 2 + 29 * 0.1 / (0.2 + PORTERS_T))
    assert cuts["lane"] == pytest.approx(idle, rel=0.03)
    assert cuts["road"] == pytest.approx(60 - idle, rel=0.02)


def test_cargo_is_struck_on_a_road_that_comes_into_use_later() -> None:
    """Nothing goes on the first and the last ten days; of what goes in between a third is lost to one threat of two."""
    draft = road()
    for name, lost in (("bombs", -math.log(2 / 3)), ("slides", 0.0)):
        draft.add("threats", id=name, name=name, kind="bombing", effort_per_day=1, targets="road",
                  cuts_per_effort=1, mend_mean_mandays=1e-6, cargo_lost_per_effort=lost)  # fmt: skip
    network = draft.network()
    daily = orders(network, lambda _r, _p, _g: 1.0)
    load = np.concatenate([0 * daily.load, daily.load, 0 * daily.load])
    stock_then = np.zeros((4, *daily.stock.shape[1:]))
    record = play(network, Orders(np.array([0, 10, 20, 30]), load, stock_then), 3)
    np.testing.assert_allclose(passed(record), 10, rtol=1e-5)
    np.testing.assert_allclose(record.kept[at_.A_LOST].sum(axis=0), 10 / 3, rtol=1e-4)


def test_first_stocks_and_drawn_supply() -> None:
    """A row without a total brings its first stock; one whose total is drawn brings that, whatever its table says."""
    draft = road(days=10)
    draft.add("supply", id="levy", place="BASE", good="food", initial_t=5, total_t=0)
    draft.add("assumptions", id="levy", name="Levy", target="supply[levy].total_t", effect="set",
              distribution="uniform", low=0, high=100)  # fmt: skip
    record = run(draft, 0.0, runs=50)
    drawn = record.assumptions["levy"]
    assert drawn.min() < 20 and drawn.max() > 80
    np.testing.assert_allclose(stock(record, "BASE"), 1005 + drawn, rtol=1e-5)


def test_a_cut_shuts_the_road_for_as_long_as_its_crew_needs() -> None:
    """A cut a day that takes half a crew-day leaves the mean over cuts of 1 − min(1, backlog / crew)."""
    draft = road()
    draft.change("routes", "road", mend_crew=1000)
    draft.add("threats", id="slides", name="Slides", kind="landslide", effort_per_day=1, targets="road",
              cuts_per_effort=1, mend_mean_mandays=250, mend_cv=0)  # fmt: skip
    record = run(draft, runs=2000)
    # the crew clears up to four cuts a day, so almost nothing is carried over to the next morning
    share = 1 - sum(stats.poisson.pmf(k, 1) * min(1, k / 4) for k in range(30))
    assert passed(record).mean() == pytest.approx(30 * PORTERS_T * share, rel=0.01)


def test_cargo_on_a_struck_road_is_lost_by_its_share() -> None:
    draft = road()
    draft.add("threats", id="bombs", name="Bombs", kind="bombing", effort_per_day=2, targets="road",
              cargo_lost_per_effort=0.1)  # fmt: skip
    record = run(draft)
    lost = record.kept[at_.A_LOST].sum(axis=0)
    np.testing.assert_allclose(lost, passed(record) * (1 - math.exp(-0.2)), rtol=1e-4)


def test_carriers_are_lost_by_their_share_at_work() -> None:
    draft = road(days=10)
    draft.add("threats", id="bombs", name="Bombs", kind="bombing", effort_per_day=1, targets="road",
              carriers_lost_per_effort=0.05)  # fmt: skip
    lost = run(draft, runs=2000).kept[at_.S_POOL_LOST][0]
    keep = 1 - (1 - math.exp(-0.05))
    assert lost.mean() == pytest.approx(100 * (1 - keep**10), rel=0.02)


# the air bridge ----------------------------------------------------------------------------------------------------


def airlift() -> Draft:
    """The besieged camp with its airstrip lost: drops from 300 m on 1.5 km², 1 m of error for each metre."""
    draft = besieged()
    draft.add("places", id="HOME", name="Home", lat=22, lon=100, kind="airfield", side="red")
    draft.add("supply", id="home", place="HOME", good="food", initial_t=500)
    draft.add("modes", id="plane", name="Plane", medium="air", payload_kg=2000, sorties_per_day=1.5, availability=0.5)
    draft.add("routes", id="bridge", from_="HOME", to="HILL", length_km=100, kind="air", modes="plane", side="red")
    draft.add("fleets", id="planes", mode="plane", side="red", count=10)
    draft.add("positions", id="strip", name="Strip", place="HILL", camp="camp", supply_place="HILL", side="red",
              attacker="blue", commands="airstrip:1", area_km2=9, from_=day(9))  # fmt: skip
    draft.change("positions", "keep", area_km2=1.5)
    draft.parameter("drop_error_m_per_m", 1)
    draft.parameter("drop_captured_share", 0.4)
    return draft


def test_rayleigh_recovery_of_drops() -> None:
    record = run(airlift(), 100.0)
    red = record.network.side_ids.index("red")
    sent, got = record.kept[at_.A_AIR_SENT][red], record.kept[at_.A_AIR_GOT][red]
    np.testing.assert_allclose(sent, 10 * 10 * 2 * 0.5 * 1.5, rtol=1e-5)  # days · aircraft · payload · share · sorties
    gathered = 1 - math.exp(-1.5 / (2 * math.pi * 0.3**2))
    expected = sent * (9 * gathered + 1) / 10  # on the last day the strip is there and aircraft land
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    outside = sent - got
    food = record.network.good_ids.index("food")
    taken = record.kept[at_.A_TAKEN].reshape(2, -1, record.runs)[red, food]
    lost = record.kept[at_.A_LOST].reshape(2, -1, record.runs)[red, food]
    np.testing.assert_allclose(taken, 0.4 * outside, rtol=1e-4)
    np.testing.assert_allclose(lost, 0.6 * outside, rtol=1e-4)


def test_flak_costs_aircraft_and_drives_drops_up() -> None:
    """Four guns with shells: above the limit drops go to 600 m, and 1 in 100 sorties and gun is lost."""
    draft = airlift()
    draft.add("weapons", id="flak", name="Flak", good="shells", role="flak", rounds_quiet=5)
    draft.add("supply", id="flak-shells", place="FRONT", good="shells", initial_t=50)
    draft.add("forces", id="battery", name="Battery", side="blue", kind="air_defence", place="FRONT", strength=100,
              rations="food:0.001", weapons="flak:4")  # fmt: skip
    draft.add("threats", id="fire", name="Fire", kind="flak", side="blue", targets="bridge", weapons="flak",
              carriers_lost_per_effort=0.0025)  # fmt: skip
    draft.parameter("drop_height_high_m", 600)
    draft.parameter("drop_height_guns", 3.5)
    record = run(draft, 100.0, runs=3000)
    red = record.network.side_ids.index("red")
    pool = record.network.pool_ids.index("planes")
    # sorties shrink with the aircraft: each day 7.5 % of the fleet's 0.75 sorties · 1 % is lost in expectation
    expected = 10 * (1 - (1 - 0.75 * 0.01) ** 10)
    assert record.kept[at_.S_POOL_LOST][pool].mean() == pytest.approx(expected, rel=0.04)
    height = label(record).daily["drop_height_m"].sel(side="red")
    assert (height.isel(day=slice(0, 9)).to_numpy() == 600).all()
    gathered = 1 - math.exp(-1.5 / (2 * math.pi * 0.6**2))
    got = label(record).daily["air_received_t_per_day"].sel(side="red", day=0)
    sent = label(record).daily["air_sent_t_per_day"].sel(side="red", day=0)
    np.testing.assert_allclose(got, sent * gathered, rtol=1e-4)
    rounds = record.kept[at_.A_ROUNDS][record.network.battle.weapon_ids.index("flak")]
    np.testing.assert_allclose(rounds, 10 * 4 * 5, rtol=1e-4)
    assert record.kept[at_.A_AIR_GOT][red].min() > 0


# contact --------------------------------------------------------------------------------------------------------


def lanchester(p: float, q: float, a: float, d: float, hours: int) -> list[tuple[float, float]]:
    """Strengths by the engine's law in steps small enough for the differential equation."""
    men = [(1000.0, 600.0)]
    for _ in range(hours):
        A, D = men[-1]
        men.append((A - hits(d, D, A, 500.0, p, q), D - hits(a, A, D, 500.0, p, q)))
    return men


def test_lanchester_square_law() -> None:
    a, d = 0.0004, 0.0006
    for A, D in lanchester(1, 0, a, d, 800):
        assert a * A**2 - d * D**2 == pytest.approx(a * 1000**2 - d * 600**2, rel=2e-3)


def test_lanchester_linear_law() -> None:
    a, d = 0.0004, 0.0006
    for A, D in lanchester(1, 1, a, d, 800):
        assert a * A - d * D == pytest.approx(a * 1000 - d * 600, rel=1e-4)


def test_the_law_is_stated_at_its_reference_strength() -> None:
    """Both sides at the reference: hits are rate times strength whatever the exponents."""
    for p, q in ((1, 0), (1, 1), (0.5, 1.2)):
        assert hits(0.02, 500.0, 500.0, 500.0, p, q) == pytest.approx(10)
    assert hits(0.02, 0.0, 500.0, 500.0, 1, 0) == 0 == hits(0.02, 500.0, 0.0, 500.0, 1, 0)


@settings(deadline=None)  # the first call may compile the law
@given(
    st.floats(0, 1), st.floats(0, 1e5), st.floats(0, 1e5), st.floats(10, 1e4), st.floats(0, 2), st.floats(-0.5, 2),
)  # fmt: skip
def test_the_law_of_assaults_is_the_one_that_is_fitted(
    rate: float, firing: float, target: float, reference: float, p: float, q: float
) -> None:
    """The engine's law in single precision beside the law in double precision that battles of record are held to."""
    args = [float(np.float32(value)) for value in (rate, firing, target, reference, p, q)]
    whole = attrition.lanchester(*args)
    if args[1] > 1e-3 and args[2] > 1e-3 or whole == 0.0:
        assert hits(*(np.float32(value) for value in args)) == pytest.approx(whole, rel=2e-5, abs=1e-6)


def test_an_assault_of_two_hours_by_hand() -> None:
    draft = besieged()
    draft.change("positions", "keep", fortification=1)
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), attempts=1, hours=2, commit_share=0.5)  # fmt: skip
    for name, value in {
        "assault_attack_rate": 0.2, "assault_defend_rate": 0.1, "attacker_break": 1, "defender_break": 0,
        "killed_share": 0.4, "fort_cover_attack": 0.5,
    }.items():  # fmt: skip
        draft.parameter(name, value)
    record = run(draft, 0.0)
    red = record.network.side_ids.index("red")
    attackers, defenders = 1000.0, 500.0
    for _ in range(2):
        on_defenders = 0.2 / (1 + 1) * attackers
        on_attackers = 0.1 * (1 + 0.5 * 1) * defenders
        attackers, defenders = attackers - on_attackers, defenders - on_defenders
    for side, lost in ((red, 500 - defenders), (1 - red, 1000 - attackers)):
        np.testing.assert_allclose(record.kept[at_.A_DEAD][side], 0.4 * lost, rtol=1e-4)
        np.testing.assert_allclose(record.kept[at_.A_WOUNDED][side], 0.6 * lost, rtol=1e-4)
    assert (record.kept[at_.S_POS_FELL] == -1).all()


def test_a_position_falls_at_the_hour_its_defenders_break() -> None:
    draft = besieged()
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), hour=18, hours=12, commit_share=0.5)  # fmt: skip
    draft.parameter("assault_attack_rate", 0.1)  # 100 an hour: 500, 400, 300, 200, 100 left
    draft.parameter("defender_break", 0.3)
    draft.parameter("captured_share", 0.5)
    record = run(draft, 0.0)
    runs = label(record)
    np.testing.assert_allclose(runs.summary["position_fall_date"].to_numpy(), 3 + (18 + 4) / 24, rtol=1e-6)
    # it is the core: those who reached the camp and the wounded at hand are taken with the rest
    np.testing.assert_allclose(runs.summary["camp_fall_date"].to_numpy(), 3 + (18 + 4) / 24, rtol=1e-6)
    red = record.network.side_ids.index("red")
    dead = record.kept[at_.A_DEAD][red]
    np.testing.assert_allclose(dead, 400 * 0.25, rtol=1e-4)
    np.testing.assert_allclose(record.kept[at_.A_CAPTURED][red], 700 - dead, rtol=1e-4)


def test_hunger_is_remembered_as_a_moving_share() -> None:
    """No food at all: after n days with a memory of 5 days hunger is 1 − 0.8ⁿ and cohesion falls by its sum."""
    draft = besieged()
    draft.rows["supply"] = [r for r in draft.rows["supply"] if r["id"] != "hill-food"]
    draft.add("supply", id="hill-food", place="HILL", good="food", total_t=0.001, from_=day(9))
    draft.rows["operations"] = []
    draft.parameter("morale_hunger_per_day", 0.1)
    morale = label(run(draft, 0.0)).daily["morale"].sel(side="red").to_numpy()
    hunger = 1 - 0.8 ** np.arange(1, 9)
    np.testing.assert_allclose(morale[:, :8], np.tile(1 - 0.1 * np.cumsum(hunger), (3, 1)), rtol=1e-4)


def test_the_wounded_die_return_and_are_carried_out_by_hand() -> None:
    """One day's sniping on a field force, then hospital: deaths first, then returns, then the ride to the rear."""
    draft = besieged()
    for name, value in {
        "siege_hits_defender": 0.1, "killed_share": 0.25, "wounded_die_per_day": 0.1, "wounded_return_per_day": 0.2,
    }.items():  # fmt: skip
        draft.parameter(name, value)
    runs = label(run(draft, 0.0))
    fit, care, dead, men = 700.0, 0.0, 0.0, []
    for today in range(10):
        if today >= 2:
            hit = 0.1 * fit
            fit, care, dead = fit - hit, care + 0.75 * hit, dead + 0.25 * hit
        died = 0.1 * care
        back = 0.2 * (care - died)
        fit, care, dead = fit + back, care - died - back, dead + died
        men.append((fit, care, dead))
    for name, column in (("fit_men", 0), ("wounded_in_care", 1), ("dead_to_date", 2)):
        got = runs.daily[name].sel(side="red").to_numpy()[0]
        np.testing.assert_allclose(got, [m[column] for m in men], rtol=1e-4, atol=1e-3)
