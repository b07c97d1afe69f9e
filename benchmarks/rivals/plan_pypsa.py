"""The supply plan by day as a PyPSA network: goods at places are buses, loads on ways are links that take days.

Every limit that ways share (carriers of a pool, people of a region, a road, handling) is a bus of its own with a
generator of what there is each day; a link draws its part of it through a further port, and food and fuel likewise.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.rivals.plan_job import LABOUR_PER_FUEL_T, Outcome, PlanJob
from benchmarks.rivals.plan_linopy import NO_CREW, Stated, stated_outcome

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

logging.getLogger("pypsa").setLevel(logging.ERROR)


def state(network: Any, loads: np.ndarray | None = None) -> Stated:
    """The whole daily plan.  loads: ways x goods that get links at all (each does unless given)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return _state(network, loads)


def _state(net: Any, loads: np.ndarray | None) -> Stated:
    days = int(net.days)
    grid = pypsa.Network()
    grid.set_snapshots(range(days))
    arc = np.asarray(net.way_arc)
    start, goal = np.asarray(net.arc_from)[arc], np.asarray(net.arc_to)[arc]
    pool, route = np.asarray(net.way_pool), np.asarray(net.arc_route)[arc]
    cells = [(p, g) for p in range(len(net.place_ids)) for g in range(len(net.good_ids))]
    at = [f"{p} {g}" for p, g in cells]
    need = np.stack([np.asarray(net.need)[:, p, g] for p, g in cells], axis=1)
    came = np.stack([np.asarray(net.inflow)[:, p, g] for p, g in cells], axis=1)
    there = np.array([float(np.asarray(net.stock0)[p, g]) for p, g in cells])
    all_of = np.asarray(net.stock0).sum(axis=0) + np.asarray(net.inflow).sum(axis=(0, 1))
    grid.add("Bus", at)
    grid.add("Load", at, bus=at, p_set=_table(need - came, at))
    grid.add("Store", at, bus=at, e_nom=[float(all_of[g]) for _, g in cells], e_initial=there)
    weight = np.array([float(net.good_weight[g]) for _, g in cells])
    short = [f"short {name}" for name in at]
    grid.add("Generator", short, bus=at, p_nom=1.0, p_max_pu=_table(need, short), marginal_cost=weight)

    capacity = np.asarray(net.way_rate)[:, None] * np.asarray(net.way_expected) * np.asarray(net.arc_open)[arc]
    works = capacity > 0
    per_t = np.divide(1.0, capacity, out=np.zeros_like(capacity), where=works)  # carriers for a tonne a day
    crew = np.asarray(net.way_crew, dtype=float)
    limits = np.asarray(net.arc_throughput, dtype=float)[:, None] * np.ones(days)
    limits[~np.asarray(net.arc_open) & np.isfinite(limits)] = 0.0
    passes = {r: limits[np.asarray(net.arc_route) == r].min(axis=0) for r in np.unique(route)}
    handling = np.asarray(net.handling, dtype=float)
    shared: dict[str, np.ndarray] = {f"pool {q}": np.asarray(net.pool_count, dtype=float)[q] for q in np.unique(pool)}
    shared |= {f"region {h}": row for h, row in enumerate(np.asarray(net.region_labour, dtype=float))}
    shared |= {f"route {r}": row for r, row in passes.items() if np.isfinite(row).all()}
    shared |= {f"handling {p}": np.full(days, handling[p]) for p in np.flatnonzero(np.isfinite(handling))}
    grid.add("Bus", list(shared))
    grid.add("Generator", list(shared), bus=list(shared), p_nom=1.0, p_max_pu=pd.DataFrame(shared))

    pairs = np.argwhere(np.ones((len(arc), len(net.good_ids)), dtype=bool) if loads is None else loads)
    w = pairs[:, 0]
    names = [f"{way} {good}" for way, good in pairs]
    food, fuel = np.asarray(net.way_food), np.asarray(net.way_fuel)
    ate, burnt = np.asarray(net.way_food_good), np.asarray(net.way_fuel_good)
    region = np.asarray(net.pool_region)[pool]

    def bus(there: np.ndarray, name: Any) -> list[str]:
        return [name(way) if there[way] else "" for way in w]

    every = np.ones(len(arc), dtype=bool)
    ports = [
        (bus(every, lambda way: f"pool {pool[way]}"), -per_t),
        (bus(region >= 0, lambda way: f"region {region[way]}"), -per_t * crew[:, None]),
        (bus(np.array([f"route {r}" in shared for r in route]), lambda way: f"route {route[way]}"), -1.0 * works),
        (bus(np.isfinite(handling)[start], lambda way: f"handling {start[way]}"), -1.0 * works),
        (bus(ate >= 0, lambda way: f"{start[way]} {ate[way]}"), -per_t * food[:, None]),
        (bus(burnt >= 0, lambda way: f"{start[way]} {burnt[way]}"), -1.0 * works * fuel[:, None]),
    ]
    # PyPSA takes the efficiency of the day of arrival, and what is lost is known by the day of loading.
    kept = np.zeros((len(arc), days))
    for way, lag in enumerate(np.asarray(net.way_travel).tolist()):
        kept[way, lag:] = 1.0 - np.asarray(net.way_loss)[way, : max(days - lag, 0)]
    labour = per_t * np.maximum(crew, NO_CREW)[:, None] + np.where(burnt >= 0, fuel, 0.0)[:, None] * LABOUR_PER_FUEL_T
    more: dict[str, Any] = {}
    for number, (buses, factor) in enumerate(ports, start=2):
        more |= {f"bus{number}": buses, f"efficiency{number}": _table(factor[w].T, names)}
    most = (capacity * np.asarray(net.pool_count)[pool]).max(axis=1)[w]
    grid.add(
        "Link", names,
        bus0=[f"{start[way]} {good}" for way, good in pairs], bus1=[f"{goal[way]} {good}" for way, good in pairs],
        efficiency=_table(kept[w].T, names), delay=np.asarray(net.way_travel)[w].astype(int), cyclic_delay=False,
        p_nom=most, p_max_pu=_table(works[w].T.astype(float), names), **more,
    )  # fmt: skip
    model = grid.optimize.create_model()
    unmet = model["Generator-p"].sel(name=short)
    shortage = (unmet * pd.Series(weight, index=pd.Index(short, name="name"))).sum()
    for j, target in enumerate(net.targets):
        missing = model.add_variables(lower=0, upper=float(target.t), name=f"missing-{j}")
        stands = model["Store-e"].sel(name=f"{target.place} {target.good}", snapshot=int(target.day))
        model.add_constraints(stands + missing >= float(target.t), name=f"target-{j}")
        shortage = shortage + missing * float(target.weight)
    cost = _table(labour[w].T, names)
    cost.index.name, cost.columns.name = "snapshot", "name"
    return Stated(model, shortage, (model["Link-p"] * cost).sum())


def _table(values: np.ndarray, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=range(len(values)), columns=names)


class Job(PlanJob):
    """The whole daily plan stated and solved anew each time."""

    def solve(self) -> Outcome:
        """Both objectives at once, by interior point."""
        return stated_outcome(state(self.network, self.loads))


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """Ready for the registry."""
    return Job(size, threads)
