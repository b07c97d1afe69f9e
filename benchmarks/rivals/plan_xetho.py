"""Our daily plan to the gaps asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.rivals.plan_job import COST_GAP, GAP, LIMIT_S, Outcome, PlanJob
from xetho.plan import solve_daily


class Job(PlanJob):
    """`xetho.plan.solve_daily`."""

    def solve(self) -> Outcome:
        """The plan with both bounds."""
        plan = solve_daily(self.network, LIMIT_S, gap=GAP, cost_gap=COST_GAP)
        return Outcome(plan.objective, plan.labour_objective, plan.bound, plan.labour_bound)


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """Ready for the registry."""
    return Job(size, threads)
