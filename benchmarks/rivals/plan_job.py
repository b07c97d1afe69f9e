"""What each way of making the daily plan must offer, and what all of them are given."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

import xetho
from xetho.campaign import new
from xetho.plan.prune import period_means, useful_loads
from xetho.plan.questions.common import until, wanted_weighted

SHORTAGE_FIRST = 10_000.0
"""Man-days to a weighted tonne short, where both objectives are one: as in our own first solve."""

LABOUR_PER_FUEL_T = 100.0
"""Man-days that saving a tonne of fuel is worth: ours unless told otherwise."""

EARLY = 1e-3
"""Relative gap of that objective at which rivals by interior point may end: of the quality that we are asked for."""

GAP, COST_GAP = 0.002, 0.05
"""Gaps that we are asked for: of shortage as a share of demand, and of labour as a share of it."""

LIMIT_S = 300.0


@dataclass(frozen=True)
class Outcome:
    """Priority-weighted shortage (t) and labour (man-days) of a plan; none where time ran out before there was one.

    bounds: what is proven that no plan has less of; only ours tells them.
    """

    shortage: float | None
    labour: float | None
    shortage_bound: float | None = None
    labour_bound: float | None = None


class PlanJob(ABC):
    """The daily plan of a scenario, ready to be made.

    size: `scenario` (a bundled one, or `skeleton` for the one that `xetho new` writes); `days` for its first days only,
    without stock targets.
    """

    def __init__(self, size: Mapping[str, Any], threads: int) -> None:
        self.threads = threads
        if size["scenario"] == "skeleton":
            with tempfile.TemporaryDirectory() as folder:
                whole: Any = xetho.load(new("skeleton", folder)).network
        else:
            whole = xetho.load(size["scenario"]).network
        self.network: Any = until(whole, size["days"] - 1) if "days" in size else whole
        self.wanted = wanted_weighted(self.network)

    @property
    def loads(self) -> np.ndarray:
        """Ways x goods that any plan can use on any day: no rival is made to state more."""
        daily = period_means(self.network, np.arange(int(self.network.days) + 1))
        return np.asarray(useful_loads(self.network, daily).any(axis=0))

    @abstractmethod
    def solve(self) -> Outcome:
        """Make the plan once."""

    def run(self, units: int, seed: int) -> Outcome:
        """Make the plan so many times; the last one's outcome.  Nothing is drawn: the seed has no part in it."""
        del seed
        for _ in range(units):
            found = self.solve()
        return found

    def answer(self, results: list[Outcome]) -> dict[str, Any]:
        """What is compared: the last outcome, and what is wanted (priority-weighted t)."""
        return {**asdict(results[-1]), "wanted": self.wanted}
