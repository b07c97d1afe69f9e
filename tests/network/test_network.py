"""Tables to index arrays: what a carrier moves, who can be crewed, what is needed, where assumptions act."""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulate.drafts import Draft, day, road
from tests.simulate.test_conservation import besieged
from xetho.network import Network, ground
from xetho.network.inputs import central_value


def test_relay_rate_and_travel_of_a_way() -> None:
    draft = road(availability=0.8)
    draft.change("routes", "road", length_km=50, both_ways="yes")
    net = draft.network()
    assert [net.place_ids[p] for p in net.arc_from] == ["BASE", "FRONT"]
    np.testing.assert_allclose(net.way_rate, 0.025 * 0.8 * 20 / 100)
    assert (net.way_travel == 3).all()  # 50 km at 20 km a day
    assert (net.way_expected == 1).all() and (net.way_loss == 0).all()


@pytest.mark.parametrize(("length", "pace", "days"), [(10, 20, 1), (20, 20, 1), (20.1, 20, 2), (60, 20, 3)])
def test_travel_days(length: float, pace: float, days: int) -> None:
    assert ground.travel_days(length, pace) == days


@pytest.mark.parametrize(
    ("work", "crew", "passes", "share"),
    [(0, 0, 0.3, 1), (5, 10, 0, 0.5), (5, 10, 0.4, 0.7), (50, 10, 0.4, 0.4), (1, 0, 0.4, 0.4)],
)
def test_open_share(work: float, crew: float, passes: float, share: float) -> None:
    assert ground.open_share(work, crew, passes) == pytest.approx(share)


def test_expected_rate_counts_weather_and_mending() -> None:
    draft = road(foul_factor=0.5, cut_passes=0.2)
    draft.add("weather", id="m3", month=3, p_foul=0.4)
    draft.add("weather", id="m4", month=4, p_foul=0)
    draft.change("routes", "road", mend_crew=20, exposure=2, guard=0.5)
    draft.add("threats", id="slides", name="Slides", kind="landslide", effort_per_day=2, targets="road",
              cuts_per_effort=0.5, mend_mean_mandays=8, cargo_lost_per_effort=0.1, foul_factor=3)  # fmt: skip
    net = draft.network()
    # one target takes the whole effort: 2 a day, half turned away; 8 · 0.5 = 4 man-days a day in April, of a crew of 20
    april = 1 - 4 / 20 * (1 - 0.2)
    march = 1 - 4 * (0.6 + 0.4 * 3) / 20 * (1 - 0.2)
    np.testing.assert_allclose(net.way_expected[0, -1], april)
    np.testing.assert_allclose(net.way_expected[0, 0], (1 - 0.4 * 0.5) * march)
    np.testing.assert_allclose(net.way_loss[0, -1], 1 - np.exp(-0.1))


def test_what_is_nought_in_every_run() -> None:
    """Not what an assumption acts on, even where the table has nothing."""
    draft = road()
    for name, lost in (("slides", 0.2), ("bombs", 0), ("raids", 0)):
        draft.add("threats", id=name, name=name, kind="raid", targets="road", effort_per_day=1, cuts_per_effort=1,
                  mend_mean_mandays=1, cargo_lost_per_effort=lost)  # fmt: skip
    draft.add("assumptions", id="a", name="A", target="threats[bombs].cargo_lost_per_effort", distribution="uniform",
              low=0, high=1)  # fmt: skip
    net = draft.network()
    assert net.threat_table.ids == ["slides", "bombs", "raids"]
    assert net.inputs.always_zero("threats", "cargo_lost_per_effort", 3).tolist() == [False, False, True]


def test_labour_of_a_region_limits_the_carriers_it_can_crew() -> None:
    draft = road()
    draft.add("regions", id="home", name="Home", side="blue", people=1000, labour_share=0.1,
              control=f"2030-01-01:0.5;{day(10)}:0.8")  # fmt: skip
    draft.change("fleets", "porters", region="home")
    net = draft.network()
    assert net.pool_count[0, 9] == pytest.approx(50) and net.pool_count[0, 10] == pytest.approx(80)


def test_fleet_rows_add_up_and_ramp() -> None:
    draft = road()
    draft.change("fleets", "porters", pool="all")
    draft.add("fleets", id="later", pool="all", mode="porter", side="blue", count=40, from_=day(5), ramp_days=4)
    draft.add("fleets", id="leave", pool="all", mode="porter", side="blue", count=-30, from_=day(20))
    net = draft.network()
    assert net.pool_ids == ["all"]
    np.testing.assert_allclose(net.pool_count[0, [4, 5, 6, 8, 19, 20]], [100, 110, 120, 140, 140, 110])


def test_supply_is_spread_over_its_window_and_scaled_by_control() -> None:
    draft = road()
    draft.add("regions", id="home", name="Home", side="blue", people=1000, labour_share=0.1, control="2030-01-01:0.25")
    draft.add("supply", id="levy", place="BASE", good="food", total_t=100, from_=day(5), until=day(14), origin="near",
              region="home")  # fmt: skip
    net = draft.network()
    base, food = net.place_ids.index("BASE"), net.good_ids.index("food")
    assert set(net.lot_ids) == {"food:near", "food"}
    np.testing.assert_allclose(net.inflow[[4, 5, 14, 15], base, food], [0, 2.5, 2.5, 0])
    assert net.stock0[base, food] == 1000


def test_need_of_rations_shells_and_small_arms() -> None:
    draft = besieged()
    draft.change("forces", "garrison", small_arms="shells:0.1")
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(5))  # fmt: skip
    draft.change("weapons", "gun", rounds_assault=40)
    net = draft.network()
    hill, food, shells = net.place_ids.index("HILL"), net.good_ids.index("food"), net.good_ids.index("shells")
    np.testing.assert_allclose(net.need[:, hill, food], 0.7)  # 700 men at 1 kg
    quiet = (2 * 5 * 10 + 500 * 0.1) / 1000  # from the second day, when the siege begins
    np.testing.assert_allclose(net.need[[0, 1, 2, 4], hill, shells], [0, 0, quiet, quiet])
    np.testing.assert_allclose(net.need[5, hill, shells], quiet + 2 * 40 * 10 / 1000)


def test_cover_brings_need_forward_without_losing_any_before_the_end() -> None:
    draft = besieged()
    plain = draft.network()
    draft.parameter("cover_days", 3)
    draft.parameter("cover_build_days", 2)
    covered = draft.network()
    hill, food = plain.place_ids.index("HILL"), plain.good_ids.index("food")
    total = np.cumsum(covered.need[:, hill, food])
    np.testing.assert_allclose(total[[0, 1, 5, 9]], [0.7 * 2.5, 0.7 * 5, 0.7 * 9, 0.7 * 10])


def uncertain(**cells: object) -> Network:
    draft: Draft = road()
    draft.add("assumptions", id="a", name="A", **cells)
    return draft.network()


@pytest.mark.parametrize(
    ("cells", "payload"),
    [
        ({"distribution": "point", "central": 30}, 30),
        ({"distribution": "uniform", "low": 20, "high": 40}, 30),
        ({"distribution": "pert", "low": 10, "central": 12, "high": 40}, 12),
        ({"distribution": "lognormal", "low": 10, "central": 20, "high": 60}, 20),
        ({"distribution": "beta", "low": 2, "high": 6, "effect": "scale"}, 25 * 0.25),
        ({"distribution": "triangular", "low": -5, "central": 2, "high": 5, "effect": "add"}, 27),
    ],
)
def test_planning_takes_the_central_value_of_an_assumption(cells: dict[str, object], payload: float) -> None:
    net = uncertain(target="modes[*].payload_kg", **cells)
    assert net.inputs.column("modes", "payload_kg", 1)[0] == pytest.approx(payload)
    np.testing.assert_allclose(net.way_rate, payload / 1000 * 20 / 40)


def test_an_assumption_acts_on_all_its_targets_and_no_others() -> None:
    net = uncertain(target="supply[*].initial_t;parameters[local_menders]", distribution="point", central=7)
    assert net.inputs.parameter("local_menders") == 7 == net.stock0.max()
    assert len(net.inputs.assumptions[0].slots) == 2 and central_value(net.inputs.assumptions[0]) == 7


def test_central_values_stay_in_the_range_of_their_number() -> None:
    net = uncertain(target="modes[*].availability", distribution="point", central=3, effect="scale")
    assert net.inputs.column("modes", "availability", 1)[0] == 1
