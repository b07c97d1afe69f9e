"""What-if re-plans of the bundled scenario, one change each: `python -m benchmarks.replan` prints their processor time.

Each fleet a tenth and a fifth less and a fifth more, each route closed for good and for a month, each stock target a
week earlier and later, each of the largest needs a fifth less and more.  The base plan is not counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections import defaultdict
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


def measure(scenario: str, period_days: int, limit: int | None, seed: int) -> dict[str, list[tuple[str, float | None]]]:
    """CPU seconds of each re-plan by kind of change, None where there was no proof in a minute.

    limit: at most so many changes, drawn at random.
    """
    network = xetho.load(scenario).network
    planner = Planner(network, grid(network, period_days))
    planner.solve(600.0)
    listed = list(changes(network))
    if limit is not None and limit < len(listed):
        listed = [listed[n] for n in sorted(np.random.default_rng(seed).choice(len(listed), limit, replace=False))]
    taken: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for kind, subject, other in listed:
        started = time.process_time()
        try:
            planner.replan(other, 600.0)
            seconds: float | None = time.process_time() - started
        except xetho.PlanError:
            seconds = None
        taken[kind].append((subject, seconds))
    return dict(taken)


def table(taken: dict[str, list[tuple[str, float | None]]], title: str) -> Table:
    """Median, ninth tenth and worst by kind."""
    shown = Table("changed", "re-plans", "median s", "9 of 10 within s", "worst s", f"within {GOAL_S} s", title=title)
    everything = [pair for pairs in taken.values() for pair in pairs]
    for kind, pairs in [*taken.items(), ("all", everything)]:
        seconds = np.array([np.inf if s is None else s for _, s in pairs])
        median, most, worst = np.quantile(seconds, [0.5, 0.9, 1.0], method="lower")
        within = f"{np.mean(seconds <= GOAL_S):.0%}"
        shown.add_row(kind, str(len(pairs)), f"{median:.2f}", f"{most:.2f}", f"{worst:.2f}", within)
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
    taken = measure(asked.scenario, asked.period_days, asked.limit, asked.seed)
    Console(width=120).print(table(taken, f"{asked.scenario}, periods of {asked.period_days} days: CPU seconds"))
    if asked.out:
        asked.out.write_text(json.dumps(taken, indent=1) + "\n")


if __name__ == "__main__":
    main()
