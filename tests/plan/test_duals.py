"""What one more of a resource is told to be worth, against plans with a little more and a little less of it.

The least shortage is convex in every resource, so the dual lies between the two one-sided differences whatever the
step; at a kink, where the dual is any number of an interval, they bracket it and nothing more can be said.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xetho
from tests.plan.test_oracle import random_network
from xetho.plan import Plan, Planner, horizon, solve
from xetho.plan.questions.worth import more

SAMPLE = 2  # rows of each kind and network
Row = dict[Any, Any]


def change(network: Any, row: Row, step: float) -> Any:
    """The network with so much more (less when negative) of a row's resource; None where that cannot be tried.

    Handling and throughput are given for all days, so only stretches of the whole campaign can be tried.
    """
    first, last = (row["from"] - network.start).days, (row["until"] - network.start).days + 1
    if row["kind"] in ("route", "handling"):
        return more(network, row["kind"], row["key"], step) if (first, last) == (0, int(network.days)) else None
    if row["kind"] == "supply":
        place, good = list(network.place_ids).index(row["key"]), list(network.good_ids).index(row["good"])
        there = network.stock0[place, good] >= -step and first == 0
        return more(network, "stock", f"{row['key']}:{row['good']}", step) if there else None
    if row["kind"] == "pool":
        count = np.asarray(network.pool_count)[list(network.pool_ids).index(row["key"]), first:last]
        if (count <= max(-step, 0.0)).any():
            return None
    return more(network, row["kind"], row["key"], step, (first, last))


def sides(planner: Planner, plan: Plan, network: Any, row: Row, step: float) -> tuple[float, float, float] | None:
    """What a unit more gains and a unit less costs, and how far either may be out; None where it cannot be tried."""
    changed = [change(network, row, by) for by in (step, -step)]
    if any(one is None for one in changed):
        return None
    up, down = (planner.replan(one) for one in changed)
    if row["worth_in"] == "man-days":
        assert up.objective == pytest.approx(plan.objective, abs=1e-6)
        if down.objective > plan.objective + 1e-6:
            return None  # with less of it something goes short: labour is no price then
        noise = sum(one.labour_objective - one.labour_bound + 1e-5 * one.labour_objective for one in (plan, up, down))
        gain, loss = (plan.labour_objective - up.labour_objective, down.labour_objective - plan.labour_objective)
    else:
        noise = sum(one.objective - one.bound + 1e-7 * one.objective for one in (plan, up, down)) + 1e-7
        gain, loss = (plan.objective - up.objective, down.objective - plan.objective)
    return gain / step, loss / step, noise / step


@pytest.mark.parametrize("seed", range(12))
def test_duals_lie_between_one_sided_differences(seed: int) -> None:
    network = random_network(seed)
    plan = solve(network, period_days=5)
    planner = Planner(network, plan.bounds)
    planner.solve()
    for row in plan.bottlenecks.groupby("kind").head(SAMPLE).to_dict("records"):
        step = 0.05 if row["worth_in"] == "man-days" else 1e-3
        if (found := sides(planner, plan, network, row, step)) is not None:
            gain, loss, noise = found
            assert gain - noise <= row["worth_t_per_unit"] <= loss + noise, row["sentence"]


def test_enough_of_each_kind_is_tried() -> None:
    """The sample above is not empty for any kind, and most of its duals are slopes, not kinks."""
    tried: dict[str, int] = {}
    tight = 0
    for seed in range(8):
        network = random_network(seed)
        plan = solve(network, period_days=5)
        planner = Planner(network, plan.bounds)
        short = plan.bottlenecks[plan.bottlenecks["worth_in"] != "man-days"]
        for row in short.groupby("kind").head(1).to_dict("records"):
            if (found := sides(planner, plan, network, row, 1e-3)) is not None:
                tried[row["kind"]] = tried.get(row["kind"], 0) + 1
                tight += found[1] - found[0] <= 2 * found[2] + 1e-3 * found[1]
    assert set(tried) >= {"pool", "supply"} and sum(tried.values()) >= 6
    assert tight >= 0.5 * sum(tried.values())


def test_duals_of_a_real_campaign() -> None:
    """Carriers, supply and road of the bundled scenario, on long periods."""
    network = xetho.load("dien-bien-phu").network
    bounds = horizon.periods(int(network.days), 70)
    planner = Planner(network, bounds)
    plan = planner.solve()
    kinds = set()
    for row in plan.bottlenecks.groupby(["kind", "worth_in"]).head(1).to_dict("records"):
        step = 0.02 * (np.asarray(network.pool_count).max() if row["kind"] == "region" else 50.0)
        if (found := sides(planner, plan, network, row, step)) is not None:
            gain, loss, noise = found
            assert gain - noise <= row["worth_t_per_unit"] <= loss + noise, row["sentence"]
            kinds.add((row["kind"], row["worth_in"]))
    assert len(kinds) >= 2
