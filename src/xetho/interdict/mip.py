"""One mixed-integer programme with HiGHS, with its bound and a proper answer when time runs out."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from xetho.interdict.errors import NoAnswer
from xetho.interdict.graph import BoolArray, FloatArray


@dataclass(frozen=True)
class Programme:
    """``least cost @ x`` with ``row_lower <= matrix @ x <= row_upper``, ``lower <= x <= upper``, some x whole."""

    cost: FloatArray
    matrix: sparse.csr_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    whole: BoolArray


@dataclass(frozen=True)
class Solution:
    """Values of the best point found (None when there is none), its cost, and what no point can undercut.

    A programme without a feasible point has no values and a bound of inf.
    """

    values: FloatArray | None
    cost: float
    bound: float


def live(programme: Programme) -> highspy.Highs:
    """The programme in a HiGHS of its own, quiet and on one thread, to be solved now or changed first."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = programme.matrix.shape
    lp.col_cost_ = programme.cost
    lp.col_lower_, lp.col_upper_ = programme.lower, programme.upper
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = programme.matrix.indptr
    lp.a_matrix_.index_ = programme.matrix.indices
    lp.a_matrix_.value_ = programme.matrix.data
    if programme.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(one)] for one in programme.whole]
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(lp)
    return highs


def minimise(programme: Programme, time_limit: float, *, start: FloatArray | None = None) -> Solution:
    """Least cost of the programme, to the last digit the solver has.

    start: a feasible point to begin with.  Raises NoAnswer when HiGHS fails for another reason than time.
    """
    highs = live(programme)
    options = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "mip_feasibility_tolerance": 1e-9}
    options |= {"primal_feasibility_tolerance": 1e-9, "time_limit": max(time_limit, 0.01)}
    for option, value in options.items():
        highs.setOptionValue(option, value)
    if start is not None:
        point = highspy.HighsSolution()
        point.col_value = start.tolist()
        highs.setSolution(point)
    highs.run()
    status = highs.getModelStatus()
    words = str(highs.modelStatusToString(status))
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solution(None, np.inf, np.inf)
    info = highs.getInfo()
    if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit):
        raise NoAnswer(f"the solver stopped without an answer (HiGHS: {words})")
    known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value, dtype=np.float64) if known else None
    cost = float(info.objective_function_value) if known else np.inf
    is_mip = bool(programme.whole.any())
    done = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if is_mip else (cost if done else -np.inf)
    return Solution(values, cost, min(bound, cost) if known else bound)
