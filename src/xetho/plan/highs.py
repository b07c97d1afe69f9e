"""One programme held live in HiGHS, and the certificate that goes with each of its optima.

Nothing HiGHS says about its own accuracy is taken on trust: the bound is computed here from the duals by weak duality
over the finite box every feasible plan lies in (Neumaier and Shcherbina 2004, safe bounds), so it
holds however exact the duals are, and the primal values are checked against every row.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xetho.plan.inputs import FloatArray
from xetho.plan.programme import Programme

SMALL_ROWS = 2000
"""Programmes of at most this many rows go to the simplex method at once, which is quick there."""

GAP = 1e-5
"""Greatest gap between a solution and its bound, as a share of the objective (of 1 where that is less)."""

VIOLATION = 1e-5
"""Greatest violation of a row: tonnes, or a share of a shared limit."""

PIVOTS = 20_000
"""Pivots after which the simplex method is given up when it goes on from an earlier optimum."""

PRIMAL, DUAL = 4, 1
"""HiGHS's numbers of the simplex methods: primal after a change of cost, dual after one of limits."""

DEVEX, BY_LARGEST = 1, 4
"""HiGHS's numbers of edge weights that need not be worked out before the first pivot, and of scaling by the largest
coefficient: its usual scaling of these programmes takes half as many pivots more."""

STATUSES = np.array([highspy.HighsBasisStatus(number) for number in range(5)], dtype=object)
"""HiGHS's statuses by number."""

StatusArray = NDArray[np.int8]


class PlanError(RuntimeError):
    """The planner could not reach a proven answer; the message says why and what to try.

    so_far: values and row duals that the solver has had in hand, which need neither keep the rows nor prove much.
    """

    def __init__(self, message: str, so_far: Sequence[tuple[FloatArray, FloatArray]] = ()) -> None:
        self.so_far = so_far
        super().__init__(message)


@dataclass(frozen=True)
class Optimum:
    """An optimal solution with its certificate."""

    values: FloatArray
    duals: FloatArray  # change of the objective for one more unit on the right-hand side of each row
    objective: float
    bound: float  # no feasible point has a smaller objective
    broken: float = 0.0  # greatest violation of a row or of a column's limits

    @property
    def proven(self) -> bool:
        """Does it keep every row, and is its gap small enough?"""
        return self.broken <= VIOLATION and self.objective - self.bound <= GAP * max(1.0, abs(self.objective))


@dataclass(frozen=True)
class Basis:
    """Which columns and rows are basic (HiGHS's status numbers), by which a like programme can be started."""

    columns: StatusArray
    rows: StatusArray


class Live:
    """A programme in HiGHS that is minimised several times, each from where the last ended.

    Its last row, after those of the programme, is the priority-weighted shortage, on which a limit can be put.
    """

    def __init__(self, programme: Programme, *, tell: bool = False) -> None:
        """tell: do without HiGHS's presolve, so that what it has in hand when time is up comes with the PlanError.

        It takes as long, but where several vertices are as good it may end at another.
        """
        self.programme = programme
        self._seen: list[tuple[FloatArray, FloatArray]] = []
        shortage = sparse.csr_matrix(programme.shortage_cost[None, :])
        self._matrix: sparse.csc_matrix = sparse.vstack([programme.matrix, shortage]).tocsc()
        self._lower = np.append(programme.row_lower, -np.inf)
        self._upper = np.append(programme.row_upper, np.inf)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        if tell:
            self._highs.setOptionValue("presolve", "off")
        self._highs.passModel(self._linear_programme())

    def limit_shortage(self, most: float) -> None:
        """Allow no more priority-weighted shortage than this."""
        self._upper[-1] = most
        self._highs.changeRowBounds(len(self._upper) - 1, -highspy.kHighsInf, most)

    def fresh(self, cost: FloatArray, deadline: float, vertex: bool = True) -> Optimum:
        """Minimise from nothing; `vertex`: end at a vertex, else anywhere among the optima.

        Interior point is far the faster on long campaigns; its crossover ends at a vertex, where few loads are at
        work.  Raises PlanError when no solver reaches a certified optimum before the deadline (time.perf_counter).
        """
        small = len(self._lower) <= SMALL_ROWS
        why = "time limit reached"
        self._highs.setOptionValue("run_crossover", "on" if vertex else "off")
        for solver in ("simplex", "ipx") if small else ("ipx", "simplex"):
            self._highs.clearSolver()
            self._highs.setOptionValue("solver", solver)
            self._highs.setOptionValue("simplex_strategy", DUAL)
            found, why = self._run(cost, deadline)
            if found is not None:
                return found
        raise PlanError(
            f"the planner stopped without a proven answer (HiGHS: {why}); allow more time or plan with longer periods",
            tuple(self._seen),
        )

    def roughly(self, cost: FloatArray, deadline: float, accuracy: float) -> tuple[FloatArray, FloatArray] | None:
        """Values and row duals near an optimum, by interior point stopped early; None when there are none in time.

        accuracy: the relative gap at which it may stop.  Nothing is certified.
        """
        left = deadline - time.perf_counter()
        if left <= 0:
            return None
        self._highs.clearSolver()
        self._highs.setOptionValue("solver", "ipx")
        self._highs.setOptionValue("run_crossover", "off")
        self._highs.setOptionValue("ipm_optimality_tolerance", accuracy)
        count = len(cost)
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.ascontiguousarray(cost))
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._highs.run()
        solution = self._highs.getSolution()
        if not (solution.value_valid and solution.dual_valid):
            return None
        values, duals = (np.array(side, dtype=np.float64) for side in (solution.col_value, solution.row_dual))
        # The last row holds the shortage and is no resource's.
        return (values, duals[:-1]) if np.isfinite(values).all() and np.isfinite(duals).all() else None

    def onward(self, cost: FloatArray, deadline: float, pivots: int = PIVOTS) -> Optimum:
        """Minimise by the primal simplex method from the present basis; from nothing when that takes too many pivots.

        Raises PlanError as `fresh` does.
        """
        return self.nearby(cost, deadline, pivots) or self.fresh(cost, deadline)

    def nearby(self, cost: FloatArray, deadline: float, pivots: int = PIVOTS) -> Optimum | None:
        """Minimise by the primal simplex method from the present basis; None when that takes too many pivots."""
        return self._simplex(cost, deadline, PRIMAL, pivots)

    def mended(self, cost: FloatArray, shift: FloatArray, deadline: float, pivots: int) -> Optimum | None:
        """Minimise from the basis of a like programme; None when that takes too many pivots.

        shift: what must be added to the cost for that basis to have no reduced cost of the wrong sign.
        """
        self._highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
        self._highs.setOptionValue("simplex_scale_strategy", BY_LARGEST)
        found = self._simplex(cost + shift, deadline, DUAL, pivots)
        return self._simplex(cost, deadline, PRIMAL, pivots) if found is not None and shift.any() else found

    def _simplex(self, cost: FloatArray, deadline: float, method: int, pivots: int) -> Optimum | None:
        """Minimise from the present basis."""
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", method)
        self._highs.setOptionValue("simplex_iteration_limit", pivots)
        found, _ = self._run(cost, deadline)
        self._highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        return found

    @property
    def out_of_time(self) -> bool:
        """Did the last run end because time was up?"""
        return bool(self._highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit)

    @property
    def basis(self) -> Basis:
        """The present basis."""
        basis = self._highs.getBasis()
        return Basis(
            np.fromiter(map(int, basis.col_status), dtype=np.int8),
            np.fromiter(map(int, basis.row_status), dtype=np.int8),
        )

    def start_from(self, basis: Basis) -> None:
        """Begin from a basis, which need not be a proper one: HiGHS mends it."""
        start = highspy.HighsBasis()
        start.col_status = STATUSES[basis.columns].tolist()
        start.row_status = STATUSES[basis.rows].tolist()
        start.alien = True
        self._highs.setBasis(start)

    def _run(self, cost: FloatArray, deadline: float) -> tuple[Optimum | None, str]:
        """An optimum whose certificate holds, or None; and HiGHS's status in words."""
        left = deadline - time.perf_counter()
        if left <= 0:
            return None, "time limit reached"
        count = len(cost)
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.ascontiguousarray(cost))
        # HiGHS counts its time over all runs of an instance.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._highs.run()
        words = str(self._highs.modelStatusToString(self._highs.getModelStatus()))
        solution = self._highs.getSolution()
        if not (solution.value_valid and solution.dual_valid):
            return None, words
        values = np.array(solution.col_value, dtype=np.float64)
        duals = np.array(solution.row_dual, dtype=np.float64)
        found = _optimum(self._matrix, self._lower, self._upper, self.programme, cost, values, duals)
        if np.isfinite(values).all() and np.isfinite(duals).all():
            self._seen.append((values, duals[:-1]))
        if not found.proven:
            return None, f"{words}, with a gap of {found.objective - found.bound:.3g} on {found.objective:.3g}"
        # The dual of the row that holds the shortage is no resource's.
        return replace(found, duals=found.duals[:-1]), words

    def _linear_programme(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self._matrix.shape
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_ = np.zeros(lp.num_col_)
        lp.col_upper_ = self.programme.upper
        lp.row_lower_, lp.row_upper_ = self._lower, self._upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self._matrix.indptr
        lp.a_matrix_.index_ = self._matrix.indices
        lp.a_matrix_.value_ = self._matrix.data
        return lp


def certified(programme: Programme, cost: FloatArray, values: FloatArray, duals: FloatArray) -> Optimum | None:
    """The optimum that values and row duals from anywhere make of a programme; None when they prove none."""
    matrix, lower, upper = programme.matrix, programme.row_lower, programme.row_upper
    found = _optimum(matrix, lower, upper, programme, cost, values, duals)
    return found if found.proven else None


def _optimum(
    matrix: sparse.csc_matrix, lower: FloatArray, upper: FloatArray, programme: Programme,
    cost: FloatArray, values: FloatArray, duals: FloatArray,
) -> Optimum:  # fmt: skip
    """Values with what duals prove of them; the rows are the programme's or more."""
    bound, duals = dual_bound(matrix, lower, upper, programme.reach, cost, duals)
    beyond = float(np.max(values - programme.upper, initial=0.0))
    return Optimum(values, duals, float(cost @ values), bound, max(violation(matrix, lower, upper, values), beyond))


def violation(matrix: sparse.csc_matrix, lower: FloatArray, upper: FloatArray, values: FloatArray) -> float:
    """Greatest violation of a row ``lower <= matrix @ values <= upper`` or of a lower bound of zero."""
    rows = np.asarray(matrix @ values).ravel()
    worst = max(np.max(lower - rows, initial=0.0), np.max(rows - upper, initial=0.0))
    return float(max(worst, np.max(-values, initial=0.0)))


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
