"""The supply plan as one linopy model, written from docs/model/plan.md row by row; nothing of our planner is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.rivals.plan_job import EARLY, LABOUR_PER_FUEL_T, LIMIT_S, SHORTAGE_FIRST, Outcome, PlanJob

NO_CREW = 1e-3
"""Man-days that a carrier without crew counts."""


@dataclass(frozen=True)
class Stated:
    """A model with its two objectives."""

    model: Any
    shortage: Any
    labour: Any

    def least(self, objective: Any, **options: Any) -> float:
        """The least of an objective.  Raises RuntimeError where HiGHS ends without a solution."""
        self.model.add_objective(objective, overwrite=True)
        status, condition = self.model.solve(
            solver_name="highs", io_api="direct", progress=False, output_flag=False, **options
        )
        if status != "ok" or condition == "time_limit":  # linopy calls that ok, too
            raise RuntimeError(f"{status}: {condition}")
        return float(self.model.objective.value)


def stated_outcome(stated: Stated) -> Outcome:
    """Both objectives at once through linopy, by HiGHS's interior point method without crossover."""
    try:
        stated.least(
            stated.shortage * SHORTAGE_FIRST + stated.labour, solver="ipm", run_crossover="off",
            ipm_optimality_tolerance=EARLY, time_limit=LIMIT_S,
        )  # fmt: skip
    except RuntimeError:
        return Outcome(None, None)
    return Outcome(float(stated.shortage.solution), float(stated.labour.solution))


def state(network: Any, bounds: np.ndarray, loads: np.ndarray | None = None) -> Stated:
    """All columns and rows of the plan on these periods.

    loads: ways x goods that get columns at all (each does unless given).
    """
    net, spans = network, [slice(int(a), int(b)) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
    n = np.diff(bounds).astype(float)
    arc = np.asarray(net.way_arc)
    start, goal = np.asarray(net.arc_from)[arc], np.asarray(net.arc_to)[arc]
    is_open = np.asarray(net.arc_open, dtype=float)[arc]  # ways x days

    def mean(series: np.ndarray) -> np.ndarray:
        return np.stack([series[:, span].mean(axis=1) for span in spans])  # periods x ...

    def rows(values: np.ndarray, *names: pd.RangeIndex) -> xr.DataArray:
        return xr.DataArray(values, coords=list(names))

    kappa = np.asarray(net.way_rate) * mean(np.asarray(net.way_expected) * is_open)
    lost = mean(np.asarray(net.way_loss) * is_open) / np.maximum(mean(is_open), 1e-12)
    shares = _shares(bounds, np.asarray(net.way_travel))

    periods, ways, goods = (pd.RangeIndex(size, name=name) for size, name in (
        (len(n), "k"), (len(arc), "w"), (len(net.good_ids), "g")))  # fmt: skip
    places = pd.RangeIndex(len(net.place_ids), name="p")
    model = linopy.Model()
    wanted = np.stack([np.asarray(net.need)[span].sum(axis=0) for span in spans])
    came = np.stack([np.asarray(net.inflow)[span].sum(axis=0) for span in spans])
    came[0] += np.asarray(net.stock0)
    there = np.ones((len(ways), len(goods)), dtype=bool) if loads is None else loads
    mask = rows(np.broadcast_to(there, (len(n), *there.shape)), periods, ways, goods)
    x = model.add_variables(lower=0, coords=[periods, ways, goods], name="x", mask=mask)
    c = model.add_variables(lower=0, coords=[periods, ways], name="c")
    s = model.add_variables(lower=0, coords=[periods, places, goods], name="s")
    u = model.add_variables(lower=0, upper=rows(wanted, periods, places, goods), name="u")
    days = rows(n, periods)
    food, fuel = np.asarray(net.way_food), np.asarray(net.way_fuel)
    moved = model.add_variables(lower=0, coords=[periods, ways], name="moved")
    model.add_constraints(moved - x.sum("g") == 0, name="moved")
    draws = [np.zeros((len(ways), len(goods))) for _ in range(2)]  # t of each good eaten by a carrier, burnt by a tonne
    for amount, which, drawn in ((food, net.way_food_good, draws[0]), (fuel, net.way_fuel_good, draws[1])):
        of = np.flatnonzero(np.asarray(which) >= 0)
        drawn[of, np.asarray(which)[of]] = amount[of]
    for p in places:
        away, home = np.flatnonzero(start == p), np.flatnonzero(goal == p)
        left = s.sel(p=p) - s.sel(p=p).shift(k=1).fillna(0) - u.sel(p=p)
        if len(away):
            left = left + x.sel(w=away).sum("w")
            left = left + (c.sel(w=away) * rows(draws[0][away], ways[away], goods) * days).sum("w")
            left = left + (moved.sel(w=away) * rows(draws[1][away], ways[away], goods)).sum("w")
        for later in range(len(n)):
            bring = home[(shares[later][:, home] > 0).any(axis=0)]
            if len(bring):
                kept = np.zeros((len(n), len(bring)))
                kept[later:] = (shares[later] * (1.0 - lost))[: len(n) - later, bring]
                sent = x.sel(w=bring).shift(k=later).fillna(0)
                left = left - (sent * rows(kept, periods, ways[bring])).sum("w")
        model.add_constraints(left == rows(came[:, p] - wanted[:, p], periods, goods), name=f"balance-{p}")
    model.add_constraints(moved - c * rows(kappa * n[:, None], periods, ways) <= 0, name="carriers")
    pool, route = np.asarray(net.way_pool), np.asarray(net.arc_route)[arc]
    region = np.asarray(net.pool_region)[pool]
    crew = np.asarray(net.way_crew, dtype=float)
    count, labour = mean(np.asarray(net.pool_count)), mean(np.asarray(net.region_labour))
    for q in np.unique(pool):
        of = np.flatnonzero(pool == q)
        model.add_constraints(c.sel(w=of).sum("w") <= rows(count[:, q], periods), name=f"pool-{q}")
    for h in np.unique(region[region >= 0]):
        of = np.flatnonzero(region == h)
        model.add_constraints(
            (c.sel(w=of) * rows(crew[of], ways[of])).sum("w") <= rows(labour[:, h], periods), name=f"region-{h}"
        )
    limits = np.asarray(net.arc_throughput, dtype=float)
    for r in np.unique(route):
        arcs = np.flatnonzero(np.asarray(net.arc_route) == r)
        if np.isfinite(limits[arcs]).any():
            most = (limits[arcs] * mean(np.asarray(net.arc_open, dtype=float))[:, arcs]).min(axis=1)
            of = np.flatnonzero(route == r)
            model.add_constraints(moved.sel(w=of).sum("w") <= rows(most * n, periods), name=f"route-{r}")
    handling = np.asarray(net.handling, dtype=float)
    for p in np.unique(start):
        if np.isfinite(handling[p]):
            of = np.flatnonzero(start == p)
            model.add_constraints(moved.sel(w=of).sum("w") <= rows(handling[p] * n, periods), name=f"handling-{p}")
    weight = rows(np.asarray(net.good_weight, dtype=float), goods)
    shortage = (u * weight).sum()
    for j, target in enumerate(net.targets):
        v = model.add_variables(lower=0, upper=float(target.t), name=f"v-{j}")
        k = int(np.argmin(np.abs(bounds[1:] - (target.day + 1))))
        model.add_constraints(s.sel(k=k, p=target.place, g=target.good) + v >= float(target.t), name=f"target-{j}")
        shortage = shortage + v * float(target.weight)
    work = (c * rows(np.maximum(crew, NO_CREW), ways) * days).sum()
    burnt = np.where(np.asarray(net.way_fuel_good) >= 0, fuel, 0.0)
    return Stated(model, shortage, work + (moved * rows(burnt, ways)).sum() * LABOUR_PER_FUEL_T)


def _shares(bounds: np.ndarray, travel: np.ndarray) -> list[np.ndarray]:
    """By how many periods later, what of a way's load of each period (periods x ways) can be used then."""
    count = len(bounds) - 1
    found = [np.zeros((count, len(travel))) for _ in range(count)]
    for k in range(count):
        for day in range(int(bounds[k]), int(bounds[k + 1])):
            for w, lag in enumerate(travel.tolist()):
                if day + lag < bounds[-1]:
                    m = int(np.searchsorted(bounds, day + lag, side="right")) - 1
                    found[m - k][k, w] += 1.0 / (bounds[k + 1] - bounds[k])
    return found


class Job(PlanJob):
    """The whole daily plan stated and solved anew each time."""

    def solve(self) -> Outcome:
        """Both objectives at once, by interior point."""
        return stated_outcome(state(self.network, np.arange(int(self.network.days) + 1), self.loads))


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """Ready for the registry."""
    return Job(size, threads)
