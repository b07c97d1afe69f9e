"""The defender's replies to strikes: the plan of least shortage, and plans that lean little on what may be struck.

Both are solutions of one live linear programme (`slowed.py`).  Between replies only its costs and the limits of
its columns change.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from xetho.interdict import mip
from xetho.interdict.errors import NoAnswer
from xetho.interdict.graph import BoolArray, FloatArray, IntArray
from xetho.interdict.slowed import Slowed

VIOLATION = 1e-5
"""Greatest violation of a row (t, or share of a limit) or of a dual sign that passes for rounding."""

SIMPLEX_ROWS = 2000
"""Programmes with more rows are solved from nothing by interior point (with crossover), smaller ones by simplex."""

DUST_T = 1e-7
"""Tonnes below which a plan does not use a column."""

SHARPENED = 3
"""Times that a sparing plan is sharpened."""

GUESS_T, LEAST_T = 200.0, 5.0
"""Tonnes that a strike is taken to stop before anything is known, and what is added to those of the last plan.

The sum of weight x tonnes / (tonnes of the last plan + LEAST_T) comes near the sum of the weights of strikes that
stop anything (Candes, Wakin and Boyd, Journal of Fourier Analysis and Applications 14, 2008)."""


@dataclass(frozen=True)
class Reply:
    """A plan: its columns in the slowed programme, its shortage (priority-weighted t), the strikes that hurt it."""

    values: FloatArray
    shortage: float
    used: BoolArray


class Replies:
    """Plans of one side against strikes.  Not to be shared between threads; each takes a programme of its own."""

    def __init__(self, programme: Slowed, columns: IntArray | None = None) -> None:
        """columns: those that plans may use (all unless given)."""
        self.programme = programme
        self.columns: IntArray = np.arange(len(programme.upper)) if columns is None else columns
        shortage = sparse.csr_matrix(programme.shortage[self.columns])
        matrix = sparse.vstack([programme.matrix[:, self.columns], shortage]).tocsr()
        self._last_row = matrix.shape[0] - 1
        count = len(self.columns)
        self._all = np.arange(count, dtype=np.int32)
        self.large = matrix.shape[0] > SIMPLEX_ROWS
        self.seen: BoolArray = np.zeros(len(programme.upper), dtype=np.bool_)  # columns that plans have used
        self._takes = programme.takes[:, self.columns]
        self._basis: highspy.HighsBasis | None = None
        self._highs = mip.live(
            mip.Programme(
                cost=programme.shortage[self.columns], matrix=matrix,
                row_lower=np.append(programme.row_lower, -np.inf), row_upper=np.append(programme.row_upper, np.inf),
                lower=np.zeros(count), upper=programme.upper[self.columns], whole=np.zeros(count, dtype=np.bool_),
            )
        )  # fmt: skip

    def best(self, struck: Sequence[int], deadline: float) -> Reply:
        """The plan of least shortage under strikes.

        Raises NoAnswer when time is up before it is found.
        """
        self._ask(struck, np.inf)
        # Nearly all plans are as good: there is no vertex to be had cheaply, and none is needed.
        self._highs.setOptionValue("run_crossover", "off" if self.large else "on")
        # Most strikes leave the plan with nothing struck nearly right: begin from there each time.
        self._solve(self.programme.shortage[self.columns], deadline, self._basis)
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoAnswer(f"no reply of the defender in time (HiGHS: {self._highs.modelStatusToString(status)})")
        if not self._exact():
            raise NoAnswer("the solver's reply of the defender is not exact enough to be used")
        if not self.large and self._basis is None:
            self._basis = self._highs.getBasis()
        return self._reply()

    def sparing(self, struck: Sequence[int], allowed: float, weight: FloatArray, deadline: float) -> Reply | None:
        """A plan under strikes, short of no more than is allowed, that few of the other strikes hurt.

        allowed: priority-weighted t.  weight: how much it matters that a strike does not hurt the plan, by
        strike.  None when no such plan is found.  Raises NoAnswer when time is up.
        """
        self._ask(struck, allowed)
        self._highs.setOptionValue("run_crossover", "on")
        stopped = np.full(len(weight), GUESS_T)
        found: Reply | None = None
        for sharpened in range(SHARPENED + 1):
            cost = self._takes.T @ (weight / (stopped + LEAST_T))
            start = self._highs.getBasis() if sharpened else None
            self._solve(cost, deadline, start)
            status = self._highs.getModelStatus()
            if status == highspy.HighsModelStatus.kTimeLimit:
                raise NoAnswer("no sparing plan of the defender in time")
            if status != highspy.HighsModelStatus.kOptimal or not self._exact():
                return found
            found = self._reply()
            self.seen |= found.values > 0
            stopped = np.asarray(self.programme.takes @ found.values)
        return found

    def _ask(self, struck: Sequence[int], allowed: float) -> None:
        upper = self.programme.limits(struck)[self.columns]
        self._highs.changeColsBounds(len(upper), self._all, np.zeros(len(upper)), upper)
        self._highs.changeRowBounds(self._last_row, -np.inf, allowed)

    def _solve(self, cost: FloatArray, deadline: float, start: highspy.HighsBasis | None) -> None:
        highs = self._highs
        highs.changeColsCost(len(cost), self._all, cost)
        highs.clearSolver()
        highs.setOptionValue("solver", "ipx" if self.large and start is None else "simplex")
        if start is not None:
            highs.setBasis(start)
        # What changed since the start decides: costs leave it a plan, limits leave its prices.
        changed = start is not None and start is not self._basis
        highs.setOptionValue("simplex_strategy", 4 if changed else 1)
        # HiGHS counts the time of all its solves together.
        left = max(deadline - time.perf_counter(), 0.01)
        highs.setOptionValue("time_limit", highs.getRunTime() + left)
        highs.run()

    def _exact(self) -> bool:
        info = self._highs.getInfo()
        return max(info.max_primal_infeasibility, info.max_dual_infeasibility) <= VIOLATION

    def _reply(self) -> Reply:
        values = np.zeros(len(self.programme.upper))
        values[self.columns] = np.clip(np.array(self._highs.getSolution().col_value), 0.0, None)
        used: BoolArray = np.asarray(self.programme.takes @ values > DUST_T, dtype=np.bool_)
        return Reply(values, float(self.programme.shortage @ values), used)
