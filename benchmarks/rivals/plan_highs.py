"""The daily programme, written and pruned by our own planner, given whole to HiGHS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from benchmarks.rivals.plan_job import EARLY, LABOUR_PER_FUEL_T, LIMIT_S, SHORTAGE_FIRST, Outcome, PlanJob
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads


class Job(PlanJob):
    """Both objectives at once, by one of HiGHS's methods."""

    def __init__(self, size: Mapping[str, Any], threads: int, options: Mapping[str, Any]) -> None:
        super().__init__(size, threads)
        self.options = options

    def solve(self) -> Outcome:
        """Writing the programme is part of it, as it is of ours."""
        daily = period_means(self.network, np.arange(int(self.network.days) + 1))
        useful = useful_loads(self.network, daily)
        programme = build(self.network, daily, useful, labour_per_fuel_t=LABOUR_PER_FUEL_T).programme
        highs = highspy.Highs()
        for name, value in {"output_flag": False, "time_limit": LIMIT_S, **self.options}.items():
            highs.setOptionValue(name, value)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = programme.matrix.shape
        lp.col_cost_ = SHORTAGE_FIRST * programme.shortage_cost + programme.labour_cost
        lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), programme.upper
        lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = programme.matrix.indptr, programme.matrix.indices
        lp.a_matrix_.value_ = programme.matrix.data
        highs.passModel(lp)
        highs.run()
        if highs.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown):
            return Outcome(None, None)
        values = np.array(highs.getSolution().col_value)
        return Outcome(float(programme.shortage_cost @ values), float(programme.labour_cost @ values))


def interior(size: Mapping[str, Any], threads: int) -> Job:
    """Interior point without crossover."""
    return Job(size, threads, {"solver": "ipx", "run_crossover": "off", "ipm_optimality_tolerance": EARLY})


def simplex(size: Mapping[str, Any], threads: int) -> Job:
    """The dual simplex method."""
    return Job(size, threads, {"solver": "simplex"})
