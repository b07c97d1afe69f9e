"""A gradient method that betters a plan by day, and its prices, where they stand.

The primal-dual hybrid gradient method (Chambolle and Pock, A first-order primal-dual algorithm for convex problems,
2011) with the steps of each row and column by the sizes of their coefficients (Pock and Chambolle, Diagonal
preconditioning for first order primal-dual algorithms, 2011).  It is slow from nothing and quick from near by: what
two coarse programmes leave to be done is local in time and place.  Nothing it says is trusted: loads are walked
through.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from xetho.plan.inputs import AnyArray, FloatArray
from xetho.plan.programme import Programme

BALANCE = 100.0
"""How much longer steps are in prices (man-days a tonne) than in loads (t); a judgement, 30 to 1,000 do as well."""

FEW = 25
"""Steps from one look at the clock to the next."""

FAR = 1e30
"""Stands for no limit."""


class FirstOrder:
    """A programme, one objective, and where the method stands."""

    def __init__(self, programme: Programme, cost: FloatArray, values: FloatArray, duals: FloatArray) -> None:
        """cost: of the columns.  values, duals: where to begin."""
        rows, columns = programme.matrix.tocsr(), programme.matrix.tocsc()
        self.values, self.duals = values.copy(), duals.copy()
        self.mean = self.values
        self._ahead = values.copy()
        size = np.asarray(abs(columns).sum(axis=0)).ravel(), np.asarray(abs(rows).sum(axis=1)).ravel()
        self._fixed = (
            *(rows.indptr, rows.indices, rows.data, columns.indptr, columns.indices, columns.data),
            cost,
            *(np.clip(side, -FAR, FAR) for side in (programme.row_lower, programme.row_upper, programme.upper)),
            1.0 / np.maximum(size[0], 1e-9) / BALANCE,
            BALANCE / np.maximum(size[1], 1e-9),
        )

    def go_on(self, steps: int, deadline: float) -> None:
        """Take so many steps, or fewer when the deadline (time.perf_counter) comes first."""
        total, times = np.zeros(len(self.values)), 0
        while times * FEW < steps and time.perf_counter() < deadline:
            _steps(FEW, self.values, self.duals, self._ahead, *self._fixed)
            total += self.values
            times += 1
        self.mean = total / max(times, 1)


_compiled: Callable[..., Any] = njit(nogil=True, cache=True, fastmath=True)


@_compiled
def _steps(
    steps: int,
    x: FloatArray,
    y: FloatArray,
    ahead: FloatArray,
    row_start: AnyArray,
    row_column: AnyArray,
    row_value: FloatArray,
    column_start: AnyArray,
    column_row: AnyArray,
    column_value: FloatArray,
    cost: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    most: FloatArray,
    step_x: FloatArray,
    step_y: FloatArray,
) -> None:
    for _ in range(steps):
        for j in range(len(x)):
            slope = cost[j]
            for entry in range(column_start[j], column_start[j + 1]):
                slope -= column_value[entry] * y[column_row[entry]]
            moved = min(max(x[j] - step_x[j] * slope, 0.0), most[j])
            ahead[j] = 2.0 * moved - x[j]
            x[j] = moved
        for i in range(len(y)):
            total = 0.0
            for entry in range(row_start[i], row_start[i + 1]):
                total += row_value[entry] * ahead[row_column[entry]]
            moved = y[i] - step_y[i] * total
            up, down = moved + step_y[i] * lower[i], moved + step_y[i] * upper[i]
            y[i] = up if up > 0.0 else (down if down < 0.0 else 0.0)
