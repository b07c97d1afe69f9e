"""One optimisation with HiGHS, and the certificate that goes with it.

Nothing HiGHS says about its own accuracy is taken on trust: the bound is computed here from the duals by weak duality
over the finite box every feasible plan lies in (Neumaier and Shcherbina 2004, safe bounds), so it
holds however exact the duals are, and the primal values are checked against every row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from xetho.plan.inputs import FloatArray
from xetho.plan.programme import Programme

SMALL_ROWS = 2000
"""Programmes of at most this many rows go to the simplex method, which ends at a vertex and is quick there."""


GAP = 1e-5
"""Greatest gap between a solution and its bound, as a share of the objective (of 1 where that is less)."""

VIOLATION = 1e-5
"""Greatest violation of a row: tonnes, or a share of a shared limit."""

# Interior point is far the faster on long campaigns, and a vertex costs more than the optimum itself; simplex is
# for small programmes and the last resort.
_ATTEMPTS = {
    True: (("simplex", "on"), ("ipm", "on")),
    False: (("ipm", "off"), ("ipm", "on"), ("simplex", "on")),
}


class PlanError(RuntimeError):
    """The planner could not reach a proven answer; the message says why and what to try."""


@dataclass(frozen=True)
class Optimum:
    """An optimal solution with its certificate."""

    values: FloatArray
    duals: FloatArray  # change of the objective for one more unit on the right-hand side of each row
    objective: float
    bound: float  # no feasible point has a smaller objective
    violation: float  # greatest violation of a row
    seconds: float


def minimise(
    programme: Programme, cost: FloatArray, *, time_limit: float, shortage_limit: float | None = None
) -> Optimum:
    """Minimise a cost over the programme.

    shortage_limit: most priority-weighted shortage allowed, when it is to be kept at its least.  Raises PlanError
    when no solver reaches a solution whose certificate holds within GAP and VIOLATION.
    """
    matrix, lower, upper = programme.matrix, programme.row_lower, programme.row_upper
    if shortage_limit is not None:
        scale = max(shortage_limit, 1.0)
        extra = sparse.csr_matrix(programme.shortage_cost[None, :] / scale)
        matrix = sparse.vstack([matrix, extra]).tocsc()
        lower = np.append(lower, -np.inf)
        upper = np.append(upper, shortage_limit / scale)
    started = time.perf_counter()
    status = "time limit reached"
    for solver, crossover in _ATTEMPTS[is_small(programme)]:
        left = time_limit - (time.perf_counter() - started)
        if left <= 0:
            break
        solution, status = _run(matrix, lower, upper, programme.upper, cost, (solver, crossover), left)
        if solution is None:
            continue
        values, duals = solution
        bound, duals = dual_bound(matrix, lower, upper, programme.reach, cost, duals)
        objective = float(cost @ values)
        violation = _violation(matrix, lower, upper, values)
        if objective - bound <= GAP * max(1.0, abs(objective)) and violation <= VIOLATION:
            return Optimum(values, duals, objective, bound, violation, time.perf_counter() - started)
        status = f"{status}, with a gap of {objective - bound:.3g} on {objective:.3g}"
    raise PlanError(
        f"the planner stopped without a proven answer after {time.perf_counter() - started:.0f} s "
        f"(HiGHS: {status}); allow more time or plan with longer periods"
    )


def is_small(programme: Programme) -> bool:
    """Is the programme one for the simplex method?"""
    return len(programme.row_lower) <= SMALL_ROWS


def dual_bound(
    matrix: sparse.csc_matrix,
    lower: FloatArray,
    upper: FloatArray,
    reach: FloatArray,
    cost: FloatArray,
    duals: FloatArray,
) -> tuple[float, FloatArray]:
    """Lower bound on ``cost @ x`` that any row duals prove, and the duals with impossible signs set to zero.

    For ``lower <= A x <= upper`` and ``0 <= x <= reach``:
    ``cost @ x >= sum of y times its side's limit + sum of min(0, cost - A'y) times reach``.
    """
    y = np.where((duals > 0) & np.isfinite(lower), duals, 0.0)
    y = np.where((duals < 0) & np.isfinite(upper), duals, y)
    sides = np.where(y > 0, np.where(np.isfinite(lower), lower, 0.0), np.where(np.isfinite(upper), upper, 0.0))
    reduced = cost - np.asarray(matrix.T @ y).ravel()
    below = np.minimum(reduced, 0.0)
    slack = np.where(below < 0, below * np.where(np.isfinite(reach), reach, 0.0), 0.0)
    if np.any((below < 0) & ~np.isfinite(reach)):
        return -np.inf, y
    return float(y @ sides + slack.sum()), y


def _violation(matrix: sparse.csc_matrix, lower: FloatArray, upper: FloatArray, values: FloatArray) -> float:
    """Greatest violation of a row or of a lower bound of zero."""
    rows = np.asarray(matrix @ values).ravel()
    worst = max(np.max(lower - rows, initial=0.0), np.max(rows - upper, initial=0.0))
    return float(max(worst, np.max(-values, initial=0.0)))


def _run(
    matrix: sparse.csc_matrix,
    lower: FloatArray,
    upper: FloatArray,
    column_upper: FloatArray,
    cost: FloatArray,
    solver: tuple[str, str],
    time_limit: float,
) -> tuple[tuple[FloatArray, FloatArray] | None, str]:
    """Values and row duals when HiGHS has some, else None; and its status in words.

    solver: the solver, and whether to cross over to a vertex.
    """
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = cost
    lp.col_lower_ = np.zeros(matrix.shape[1])
    lp.col_upper_ = column_upper
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("solver", solver[0]),
        ("run_crossover", solver[1]),
        ("time_limit", time_limit),
        ("ipm_optimality_tolerance", 0.1 * GAP),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(lp)
    highs.run()
    words = str(highs.modelStatusToString(highs.getModelStatus()))
    solution = highs.getSolution()
    if not (solution.value_valid and solution.dual_valid):
        return None, words
    values = np.array(solution.col_value, dtype=np.float64)
    return (values, np.array(solution.row_dual, dtype=np.float64)), words
