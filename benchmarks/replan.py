"""What-if re-plans of the bundled scenario, one change each: `python -m benchmarks.replan` prints two tables.

How long each takes to its proven optimum, and what is known of each when half a second is over.  Each fleet a tenth and
a fifth less and a fifth more, each route closed for good and for a month, each stock target a week earlier and later,
each of the largest needs a fifth less and more.  The base plan is not counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import xetho
from xetho.plan import Planner
from xetho.plan.questions.common import changed, grid
from xetho.plan.questions.routes import closed

GOAL_S = 0.5
SHORTAGE_GAP, LABOUR_GAP = 0.002, 0.05
"""What the plan by day is asked for."""
MONTH, WEEK = 30, 7
NEEDS = 6
"""How many of the largest needs are changed."""


def changes(network: Any) -> Iterator[tuple[str, str, Any]]:
    """Kind, subject and network of each change."""
    yield "nothing", "", network
    for pool, name in enumerate(network.pool_ids):
        for factor in (0.9, 0.8, 1.2):
            count = np.array(network.pool_count, dtype=np.float64)
            count[pool] *= factor
            yield "a fleet", f"{name} x {factor}", changed(network, pool_count=count)
    first = (int(network.days) - MONTH) // 2
    for route, name in enumerate(network.route_ids):
        yield "a route closed", name, closed(network, [route])
        is_open = np.array(network.arc_open)
        is_open[np.asarray(network.arc_route) == route, first : first + MONTH] = False
        yield "a route closed for a month", name, changed(network, arc_open=is_open)
    for which, target in enumerate(network.targets):
        for days in (-WEEK, WEEK):
            targets = list(network.targets)
            day = min(max(target.day + days, 0), int(network.days) - 1)
            targets[which] = dataclasses.replace(target, day=day)
            yield "a date", f"target {which} by {days:+d} days", changed(network, targets=targets)
    need = np.asarray(network.need, dtype=np.float64)
    total = need.sum(axis=0)
    for cell in np.argsort(-total, axis=None)[:NEEDS]:
        place, good = np.unravel_index(cell, total.shape)
        for factor in (0.8, 1.2):
            scaled = need.copy()
            scaled[:, place, good] *= factor
            name = f"{network.good_ids[int(good)]} at {network.place_ids[int(place)]} x {factor}"
            yield "a need", name, changed(network, need=scaled)


def measure(planner: Planner, listed: list[tuple[str, str, Any]], within_s: float | None) -> list[dict[str, Any]]:
    """What each re-plan took and came to; within_s: seconds by the clock that each has, else all it needs."""
    found = []
    for kind, subject, other in listed:
        begun, used = time.perf_counter(), time.process_time()
        plan = planner.replan(other, within_s or 600.0, or_best=within_s is not None)
        found.append({
            "kind": kind, "subject": subject, "clock_s": time.perf_counter() - begun,
            "cpu_s": time.process_time() - used, "proven": plan.proven, "shortage": plan.objective,
            "shortage_bound": plan.bound, "shortage_gap": plan.gap, "labour": plan.labour_objective,
            "labour_bound": plan.labour_bound, "labour_gap": plan.labour_gap,
        })  # fmt: skip
    return found


def table(found: list[dict[str, Any]], title: str, time_name: str) -> Table:
    """Times and gaps by kind of change."""
    shown = Table("changed", "re-plans", "median s", "9 of 10 within s", "worst s", f"within {GOAL_S} s", title=title)
    if time_name == "clock_s":
        for name in ("proven optimum", f"gap of shortage to {SHORTAGE_GAP:.1%}", f"and of labour to {LABOUR_GAP:.0%}"):
            shown.add_column(name)
    for kind in [*dict.fromkeys(one["kind"] for one in found), "all"]:
        mine = [one for one in found if kind in (one["kind"], "all")]
        seconds = np.array([one[time_name] for one in mine])
        median, most, worst = np.quantile(seconds, [0.5, 0.9, 1.0], method="lower")
        row = [kind, str(len(mine)), *(f"{s:.2f}" for s in (median, most, worst))]
        row.append(f"{np.mean(seconds <= GOAL_S):.0%}")
        if time_name == "clock_s":
            short = np.array([one["shortage_gap"] <= SHORTAGE_GAP for one in mine])
            both = short & np.array([one["labour_gap"] <= LABOUR_GAP for one in mine])
            row += [f"{np.mean(share):.0%}" for share in ([one["proven"] for one in mine], short, both)]
        shown.add_row(*row)
    return shown


def main() -> None:
    """Measure, print, and write the figures of every re-plan where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replan", description=__doc__)
    parser.add_argument("--scenario", default="dien-bien-phu")
    parser.add_argument("--period-days", type=int, default=28)
    parser.add_argument("--limit", type=int, help="so many of the changes, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file for all figures (JSON)")
    asked = parser.parse_args()
    network = xetho.load(asked.scenario).network
    planner = Planner(network, grid(network, asked.period_days))
    planner.solve(600.0)
    listed = list(changes(network))
    if asked.limit is not None and asked.limit < len(listed):
        drawn = np.random.default_rng(asked.seed).choice(len(listed), asked.limit, replace=False)
        listed = [listed[n] for n in sorted(drawn)]
    planner.replan(network, or_best=True)  # brings what is compiled into memory
    named = f"{asked.scenario}, periods of {asked.period_days} days"
    exact, soon = measure(planner, listed, None), measure(planner, listed, GOAL_S)
    console = Console(width=150)
    console.print(table(exact, f"{named}: to the proven optimum, CPU seconds", "cpu_s"))
    console.print(table(soon, f"{named}: what is known after {GOAL_S} s, seconds by the clock", "clock_s"))
    if asked.out:
        asked.out.write_text(json.dumps({"exact": exact, "soon": soon}, indent=1) + "\n")


if __name__ == "__main__":
    main()
