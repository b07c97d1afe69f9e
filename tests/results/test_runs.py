"""What the engine hands on carries exactly the names, dims and keys that outputs.csv promises."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.simulate.drafts import START, orders
from tests.simulate.test_conservation import besieged
from tests.simulate.test_known import airlift
from xetho.evidence.metrics import evaluate
from xetho.network import Network
from xetho.results import Runs, simulate
from xetho.results import runs as module
from xetho.simulate import play

OUTPUTS = Path(module.__file__).parent / "outputs.csv"


@pytest.fixture(scope="module")
def network() -> Network:
    return airlift().network()


@pytest.fixture(scope="module")
def runs(network: Network) -> Runs:
    """Ten campaigns of a small siege with an air bridge, six of them traced."""
    draft_plan = orders(network, lambda _r, _p, good: 5.0 if good == "food" else 0.0)
    return simulate(network, draft_plan, 10, seed=1, trace=6)


def outputs() -> list[dict[str, str]]:
    with OUTPUTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_variables_and_dims_are_those_of_the_table(runs: Runs) -> None:
    promised = {row["name"]: (row["kind"] == "daily", tuple(row["dims"].split())) for row in outputs()}
    found = {str(name): (False, tuple(map(str, v.dims))) for name, v in runs.summary.items()}
    found |= {str(name): (True, tuple(map(str, v.dims))) for name, v in runs.daily.items()}
    want = {n: (daily, ("run", "day", *dims) if daily else ("run", *dims)) for n, (daily, dims) in promised.items()}
    assert found == want


def test_sizes_and_keys(runs: Runs, network: Network) -> None:
    assert runs.summary.sizes["run"] == 10 and runs.daily.sizes["run"] == 6
    assert runs.daily.sizes["day"] == network.days
    keys = {
        "side": network.side_ids, "good": network.good_ids, "lot": network.lot_ids, "place": network.place_ids,
        "pool": network.pool_ids, "route": network.route_ids, "camp": network.battle.camp_ids,
        "position": network.battle.position_ids, "operation": network.battle.operation_ids,
        "weapon": network.battle.weapon_ids,
    }  # fmt: skip
    for dim, names in keys.items():
        assert list(runs.summary[dim].to_numpy()) == names
    assert len(runs.assumptions) == 10 and list(runs.assumptions) == ["p-drop_error_m_per_m", "p-drop_captured_share"]
    assert runs.meta["runs"] == 10 and runs.meta["seed"] == 1 and runs.meta["trace"] == 6


def test_what_never_happens_has_no_date(runs: Runs) -> None:
    assert np.isnan(runs.summary["camp_fall_date"]).all() and np.isnan(runs.summary["position_fall_date"]).all()
    assert (runs.summary["operation_date"].sel(operation="ring") == 2).all()


def test_the_last_day_of_a_series_is_the_sum_of_the_campaign(runs: Runs) -> None:
    first = runs.summary.isel(run=slice(0, 6))
    np.testing.assert_allclose(runs.daily["dead_to_date"].isel(day=-1), first["dead"])
    for daily, whole in (("air_sent_t_per_day", "air_sent_t"), ("air_received_t_per_day", "air_received_t")):
        np.testing.assert_allclose(runs.daily[daily].sum("day"), first[whole], rtol=1e-5)


def test_supply_is_told_by_side_even_when_both_raise_the_same_good(runs: Runs, network: Network) -> None:
    food = runs.summary["supplied_t"].sel(good="food")
    np.testing.assert_allclose(food.sel(side="blue"), 1000, rtol=1e-6)
    np.testing.assert_allclose(food.sel(side="red"), 510, rtol=1e-6)
    np.testing.assert_allclose(runs.summary["origin_supplied_t"].sel(lot="food"), 1510, rtol=1e-6)


def test_used_is_eaten_and_fired_and_burnt(runs: Runs) -> None:
    s = runs.summary
    assert (s["used_t"] + 1e-6 >= s["eaten_t"] + s["fired_t"]).all()
    np.testing.assert_allclose(s["used_t"].sum(["side", "good"]), s["origin_used_t"].sum("lot"), rtol=1e-5)


def test_rounds_are_tonnes_in_units_of_the_good(runs: Runs) -> None:
    tonnes = runs.daily["front_stock_t"].sel(good="shells")
    np.testing.assert_allclose(runs.daily["rounds_left"].sel(good="shells"), tonnes * 100, rtol=1e-5)  # 10 kg a shell


def test_mean_flows_and_stocks(runs: Runs, network: Network) -> None:
    assert runs.mean["flow_t"].sizes == {"day": network.days, "arc": len(network.arc_route)}
    road = network.route_ids.index("road")
    np.testing.assert_allclose(runs.mean["flow_t"].isel(arc=road), 1.25, rtol=1e-3)  # relay capacity of the road
    base = runs.mean["stock_t"].sel(place="BASE", good="food", day=0)
    assert float(base) == pytest.approx(1000 - 1.25, rel=1e-5)
    assert (runs.mean["condition"] == 1).all()


def test_every_output_answers_a_metric(runs: Runs) -> None:
    day = str(START)
    for row in outputs():
        keys = ",".join("*" for _ in row["dims"].split())
        text = f"{row['name']}[{keys}]" if keys else row["name"]
        if row["kind"] == "daily":
            text += f"@{day}..{day}:max"
        values = evaluate(text, runs, START)
        assert values.shape == ((6,) if row["kind"] == "daily" else (10,))
    sent = evaluate("air_sent_t[red]", runs, START)
    np.testing.assert_allclose(sent, 50.0, rtol=1e-5)  # 5 t a day were ordered, for ten days
    share = evaluate("air_received_t[red] / air_sent_t[red]", runs, START)
    assert ((share > 0) & (share < 1)).all()


def test_a_fall_has_a_date() -> None:
    draft = besieged()
    draft.parameter("surrender_ammo_days", 1)
    net = draft.network()
    runs = module.label(play(net, orders(net, lambda *_: 0.0), 3))
    np.testing.assert_allclose(runs.summary["camp_fall_date"], 2.75)
    np.testing.assert_allclose(evaluate("camp_fall_date[camp]", runs, START), 2.75)
    assert (runs.daily["positions_held"].isel(day=-1) == 0).all()
