"""Transport and cuts played by Xetho: the model as a scenario folder, its orders as the plan, the engine whole."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.models.transport import FOOD, SHELLS, F, Net, make, orders, write_scenario
from benchmarks.rivals.job import TransportJob
from xetho.network import Network, build
from xetho.results import Runs
from xetho.results.runs import label
from xetho.scenario import load
from xetho.simulate import play


class Job(TransportJob):
    """The scenario loaded and built, ready to be played."""

    def __init__(self, net: Net, threads: int) -> None:
        super().__init__(net, threads)
        self.network = self._network()
        self.plan = orders(self.net)

    def _network(self, *sets: str) -> Network:
        with tempfile.TemporaryDirectory() as folder:
            network = build(load(write_scenario(self.net, Path(folder) / "bench"), sets=sets))
        mine = np.array([network.pool_ids.index(self.net.pool_ids[q]) for q in self.net.way_pool])
        route = network.arc_route[network.way_arc]
        if not (np.array_equal(route, self.net.way_road) and np.array_equal(network.way_pool, mine)):
            raise AssertionError("the scenario's ways are not in the order of the model's")
        return network

    def run(self, units: int, seed: int) -> F:
        runs = label(play(self.network, self.plan, units, seed=seed, threads=self.threads, trace=0))
        return totals(runs)

    def trace(self, cuts: F) -> dict[str, F]:
        """Without chance only: the engine draws its own cuts (see `traced`)."""
        if cuts.any():
            raise ValueError("the engine draws its own cuts")
        quiet = self._network("threats[raiders].effort_per_day=0")
        return daily(label(play(quiet, self.plan, 1, threads=1, trace=1)))

    def traced(self, seed: int) -> tuple[dict[str, F], F]:
        """Daily figures and totals of one campaign with chance on."""
        runs = label(play(self.network, self.plan, 1, seed=seed, threads=1, trace=1))
        return daily(runs), totals(runs)


def totals(runs: Runs) -> F:
    """The figures of TOTALS by run."""
    s = runs.summary
    used, short = s["used_t"].sum("side"), s["shortage_t"].sum("side")
    rows = [
        s["cuts"].sum("route"), used[:, FOOD], used[:, SHELLS], short[:, FOOD], short[:, SHELLS],
        s["labour_days"].sum("side"),
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64)


def daily(runs: Runs) -> dict[str, F]:
    """The figures of TRACE by day."""
    mean = runs.mean
    return {
        "moved_t": mean["flow_t"].to_numpy(),
        "stock_t": mean["stock_t"].to_numpy(),
        "open": mean["condition"].to_numpy(),
    }


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
