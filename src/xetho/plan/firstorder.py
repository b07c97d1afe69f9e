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
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from scipy import sparse

from xetho.plan.inputs import AnyArray, FloatArray
from xetho.plan.programme import Programme

BALANCE = 100.0
"""How much longer steps are in prices (man-days a tonne) than in loads (t); a judgement, 30 to 1,000 do as well."""

FEW = 25
"""Steps from one look at the clock, and one point of the mean, to the next."""

SHARED_COLUMNS = 20_000
"""Smaller programmes are not worth a second core."""

FAR = 1e30
"""Stands for no limit."""


class FirstOrder:
    """A programme, one objective, and where the method stands: `values`, `duals`, and `mean`, the values' late mean."""

    def __init__(self, programme: Programme, cost: FloatArray, values: FloatArray, duals: FloatArray) -> None:
        """cost: of the columns.  values, duals: where to begin."""
        self.values, self.duals, self.mean = values.copy(), duals.copy(), values.copy()
        ahead = values.copy()
        columns, rows = programme.matrix.tocsc(), programme.matrix.tocsr()
        lower, upper, most = (
            np.clip(side, -FAR, FAR) for side in (programme.row_lower, programme.row_upper, programme.upper)
        )
        step = 1.0 / np.maximum(np.asarray(abs(columns).sum(axis=0)).ravel(), 1e-9) / BALANCE
        self._columns = (self.values, ahead, self.duals, *_arrays(columns), cost, most, step)
        step = BALANCE / np.maximum(np.asarray(abs(rows).sum(axis=1)).ravel(), 1e-9)
        self._rows = (self.duals, ahead, *_arrays(rows), lower, upper, step)
        self._half_columns, self._half_rows = _half(columns.indptr), _half(rows.indptr)

    def go_on(self, steps: int, deadline: float) -> None:
        """Take so many steps, or fewer when the deadline (time.perf_counter) comes first, large ones on two cores."""
        total, times = np.zeros(len(self.values)), 0
        with ThreadPoolExecutor(1) as beside:
            for step in range(steps):
                for work, data, half, end in (
                    (_move_columns, self._columns, self._half_columns, len(self.values)),
                    (_move_rows, self._rows, self._half_rows, len(self.duals)),
                ):
                    if len(self.values) < SHARED_COLUMNS:
                        work(0, end, *data)
                        continue
                    other = beside.submit(work, half, end, *data)
                    work(0, half, *data)
                    other.result()
                if step % FEW == FEW - 1:
                    total += self.values
                    times += 1
                    if time.perf_counter() >= deadline:
                        break
        self.mean = total / max(times, 1)


def _arrays(matrix: sparse.csc_matrix | sparse.csr_matrix) -> tuple[AnyArray, AnyArray, FloatArray]:
    return matrix.indptr, matrix.indices, matrix.data


def _half(start: AnyArray) -> int:
    """Where half of the entries are passed."""
    return int(np.searchsorted(start, start[-1] // 2))


_compiled: Callable[..., Any] = njit(nogil=True, cache=True)


@_compiled
def _move_columns(
    first: int,
    end: int,
    x: FloatArray,
    ahead: FloatArray,
    y: FloatArray,
    start: AnyArray,
    row: AnyArray,
    value: FloatArray,
    cost: FloatArray,
    most: FloatArray,
    step: FloatArray,
) -> None:
    """Columns from `first` to before `end` down the slope of their reduced costs, and as far again ahead."""
    for j in range(first, end):
        slope = cost[j]
        for entry in range(start[j], start[j + 1]):
            slope -= value[entry] * y[row[entry]]
        moved = min(max(x[j] - step[j] * slope, 0.0), most[j])
        ahead[j] = 2.0 * moved - x[j]
        x[j] = moved


@_compiled
def _move_rows(
    first: int,
    end: int,
    y: FloatArray,
    ahead: FloatArray,
    start: AnyArray,
    column: AnyArray,
    value: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    step: FloatArray,
) -> None:
    """Prices of rows from `first` to before `end` up by what is missing ahead, down by what is too much."""
    for i in range(first, end):
        total = 0.0
        for entry in range(start[i], start[i + 1]):
            total += value[entry] * ahead[column[entry]]
        moved = y[i] - step[i] * total
        up, down = moved + step[i] * lower[i], moved + step[i] * upper[i]
        y[i] = up if up > 0.0 else (down if down < 0.0 else 0.0)
