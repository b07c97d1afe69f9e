"""Playing one point of a sweep: plan, campaigns, and the figures that are kept of them."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xetho.evidence.metrics import evaluate, metric_kind
from xetho.experiment.closing import headline
from xetho.experiment.designfile import Wanted
from xetho.experiment.intervals import wilson
from xetho.experiment.points import Point, limits
from xetho.network import Network, build
from xetho.plan import Plan, PlanError, kept_answers, solve
from xetho.plan.key import plan_key
from xetho.results import simulate
from xetho.scenario import load
from xetho.scenario.metrics import outputs, parse_metric
from xetho.scenario.settings import FILE
from xetho.scenario.variants import FOLDER as VARIANTS

if TYPE_CHECKING:
    from xetho.scenario import Scenario

Answer = dict[str, Any]
KEPT_PLANS = 16  # plans a process keeps: a few megabytes each in a large scenario
# The engine reckons in 32-bit numbers: what misses a limit by less than this part of it (or of 1) keeps it.
SLACK = 1e-5
PACKAGE = Path(__file__).resolve().parents[1]
# What the numbers of a point come from; a change of any of it is another version.
SOURCES = ("scenario", "network", "plan", "simulate", "results", "evidence", "experiment")


@dataclass(frozen=True)
class Job:
    """What all points of a sweep share; enough to play a point on another machine.

    Attributes:
        name: of the scenario's folder.
        files: the scenario's files, each with its path in the folder.
        outputs: what is kept of the campaigns.
        quantiles: of each output.
        plan_seconds: longest that a plan may take.
    """

    name: str
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    outputs: tuple[Wanted, ...]
    quantiles: tuple[float, ...]
    runs: int
    seed: int
    plan_seconds: float

    def unpack(self, parent: Path) -> Path:
        """Write the scenario's files to a folder of its name and return that."""
        folder = parent / self.name
        for path, data in self.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder


def scenario_files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The files of a scenario that loading reads, each with its path in the folder."""
    paths = [folder / FILE, *folder.glob("*.csv"), *(folder / VARIANTS).glob("*.toml")]
    return tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(paths))


@cache
def code_hash() -> str:
    """sha256 over the sources that the numbers of a point come from."""
    digest = hashlib.sha256()
    for part in SOURCES:
        for path in sorted((PACKAGE / part).rglob("*")):
            if path.suffix in (".py", ".csv") and "skeleton" not in path.parts:
                digest.update(f"{path.relative_to(PACKAGE).as_posix()}:{path.stat().st_size}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


class Player:
    """Plays points of one job in this process. Points whose planners read the same share a plan."""

    def __init__(self, job: Job, threads: int | None = None) -> None:
        self.job, self.threads = job, threads
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    def play(self, point: Point, folder: Path) -> Answer:
        """The figures of a point, or why it has none (`failed`), in JSON's own types.

        `folder` holds the job's scenario, unpacked.

        Every point has the same seed, and the engine's draws are keyed by name: run i of every point shares
        all draws that its changes leave alone (common random numbers).
        """
        scenario = load(folder, point.variant, point.sets)
        network = build(scenario)
        try:
            plan = self._plan(network)
        except PlanError as error:
            return {"point": point.number, "failed": f"no proven plan: {error}"}
        closing = headline(plan, network, scenario)
        job = self.job
        runs = simulate(
            network, plan, runs=job.runs, seed=job.seed, threads=self.threads, trace=_trace(job)
        )
        return {
            "point": point.number,
            "hash": scenario.hash(),
            "plan_closes": closing.closes,
            "plan_short_share": closing.short_share,
            "outputs": [
                figures(evaluate(one.metric, runs, scenario.start), one, job.quantiles, scenario) for one in job.outputs
            ],
        }

    def _plan(self, network: Network) -> Plan:
        key = plan_key(network)
        if key not in self._plans:
            self._plans[key] = solve(network, time_limit=self.job.plan_seconds, kept=kept_answers())
            if len(self._plans) > KEPT_PLANS:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return self._plans[key]


def figures(
    values: NDArray[np.float64], wanted: Wanted, quantiles: tuple[float, ...], scenario: Scenario
) -> Answer:
    """Mean, spread and quantiles of an output over the runs in which it happened, and how probable it is.

    The probability is of happening within the output's limits; without limits, of a date's happening.
    None stands for what there is not.
    """
    there = values[~np.isnan(values)]
    asked = limits(wanted, scenario.start)
    probable: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    if asked is not None:
        low, high = asked
        within = (there >= low - _slack(low)) & (there <= high + _slack(high))
        probable = wilson(int(np.sum(within)), len(values))
    elif metric_kind(wanted.metric) == "date":
        probable = wilson(len(there), len(values))
    points = np.quantile(there, quantiles) if len(there) else np.full(len(quantiles), np.nan)
    return {
        "output": wanted.name,
        "runs": len(values),
        "happened": len(there),
        "mean": _number(float(np.mean(there))) if len(there) else None,
        "sd": _number(float(np.std(there, ddof=1))) if len(there) > 1 else None,
        "quantiles": [_number(one) for one in points],
        "probability": [_number(one) for one in probable],
    }


def _slack(limit: float) -> float:
    return SLACK * max(1.0, abs(limit)) if math.isfinite(limit) else 0.0


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _trace(job: Job) -> int:
    """How many runs must keep their days: all when an output is of a day, else as few as the engine takes."""
    terms = [term for one in job.outputs for term in parse_metric(one.metric).terms]
    return job.runs if any(outputs()[term.name].kind == "daily" for term in terms) else 1
