"""Where cargo is eaten on the way: closed forms on a road, and what became of every tonne adds up."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plan.factory import make
from tests.plan.test_oracle import random_network
from xetho.plan import solve
from xetho.plan.prune import period_means


def test_a_stage_that_eats_a_fifth() -> None:
    """A -> B -> C; a carrier moves a tonne a day and eats a quarter of one, so 1.25 t leave for each that comes."""
    network = make(
        20, ["A", "B", "C"], ["rice"], [("A", "B"), ("B", "C")],
        [{"arc": n, "pool": f"carts{n}", "rate": 1.0, "food": ("rice", 0.25)} for n in (0, 1)],
        {"carts0": 50.0, "carts1": 50.0},
    )  # fmt: skip
    network.stock0[0, 0], network.stock0[1, 0] = 1000.0, 25.0
    network.need[10, 2, 0] = 100.0
    plan = solve(network, period_days=5)
    rows = plan.accounts["origins"].set_index("origin")
    # 125 t leave B, 25 of it for the crews; 100 of the 125 come from A, where 25 are eaten to bring them.
    assert rows.loc["A", ["met_t", "eaten_t"]].tolist() == pytest.approx([80.0, 25.0 + 20.0], rel=1e-6)
    assert rows.loc["B", ["met_t", "eaten_t"]].tolist() == pytest.approx([20.0, 5.0], rel=1e-6)
    assert rows.loc["A", "delivered_per_started"] == pytest.approx(80 / 125)
    assert rows.loc["B", "delivered_per_started"] == pytest.approx(20 / 25)
    stages = plan.accounts["stages"]
    assert stages[["origin", "goal"]].to_numpy().tolist() == [["A", "B"], ["B", "C"]]
    assert stages["eaten_t"].tolist() == pytest.approx([25.0, 25.0]) and (stages["spent_per_t"] == 0.25).all()
    assert (
        "Carriers of blue eat 50 t of rice on the way: 0.667 kg is delivered for each kg that starts, least of what "
        "comes from A (0.64 kg)." in plan.reasons()
    )
    # A tonne carried takes a day of a cart's one man; both stages are 10 km long.
    assert "Carrying takes 2,000 ton-km (cart 100 %) and 200 days of labour." in plan.reasons()


def test_what_one_place_supplies_twice_as_much_of_is_two_thirds_of_every_use() -> None:
    network = make(
        10, ["A", "B", "C"], ["rice"], [("A", "C"), ("B", "C")],
        [{"arc": n, "pool": f"carts{n}", "rate": 1.0, "loss": 0.5} for n in (0, 1)], {"carts0": 90.0, "carts1": 90.0},
    )  # fmt: skip
    network.stock0[:2, 0] = 80.0, 40.0
    network.need[9, 2, 0] = 60.0
    rows = solve(network, period_days=10).accounts["origins"].set_index("origin")
    # Half is lost; a tenth of what is loaded evenly over the ten days comes after the last of them.
    assert rows["met_t"].tolist() == pytest.approx([36.0, 18.0])
    assert rows["lost_t"].tolist() == pytest.approx([40.0, 20.0])
    assert rows["left_t"].tolist() == pytest.approx([4.0, 2.0])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("period_days", [1, 5])
def test_every_tonne_is_accounted_for(seed: int, period_days: int) -> None:
    network = random_network(seed)
    plan = solve(network, period_days=period_days)
    by_good = plan.accounts["origins"].groupby("good")[["supply_t", "met_t", "lost_t", "left_t"]].sum()
    drawn = plan.accounts["origins"].groupby("good")[["eaten_t", "burnt_t"]].sum().sum(axis=1)
    sides = plan.summary["sides"].set_index("good").loc[by_good.index]
    np.testing.assert_allclose(by_good["supply_t"], sides["supply_t"], rtol=1e-9)
    np.testing.assert_allclose(by_good["met_t"], sides["met_t"], atol=1e-4)
    np.testing.assert_allclose(by_good["lost_t"], sides["lost_t"], atol=1e-4)
    np.testing.assert_allclose(drawn, sides["carriers_used_t"], atol=1e-4)
    # What is left lies in stock or is still on the road when the campaign ends.
    means = period_means(network, plan.bounds)
    moved = plan.load * means.days[:, None, None] * (1.0 - means.loss)[:, :, None]
    here = [1.0 - means.arrival_shares(int(lag)).sum(axis=1) for lag in network.way_travel]
    late = np.einsum("wk,kwg->g", np.array(here), moved)
    left = (plan.stock[-1].sum(axis=0) + late)[[network.good_ids.index(good) for good in by_good.index]]
    np.testing.assert_allclose(by_good["left_t"], left, atol=1e-3)
    # And stages add up to the modes.
    both = plan.accounts["stages"].groupby("mode")[["t", "eaten_t", "burnt_t"]].sum()
    modes = plan.summary["modes"].set_index("mode").loc[both.index]
    np.testing.assert_allclose(both["t"], modes["t"], atol=1e-4)
    np.testing.assert_allclose(both["eaten_t"], modes["food_t"], atol=1e-4)
