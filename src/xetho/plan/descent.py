"""Gradient steps on a part of a programme by periods, beside which the exact solver works: a what-if's plan soon.

The primal-dual hybrid gradient method (Chambolle and Pock, A first-order primal-dual algorithm for convex problems,
2011) with the steps of each row and column by the sizes of their coefficients (Pock and Chambolle, Diagonal
preconditioning for first order primal-dual algorithms, 2011), each step taken beyond where it ends (Condat, A
primal-dual splitting method, 2013), on rows and columns brought to like sizes before (Ruiz, A scaling algorithm to
equilibrate both rows and columns norms in matrices, 2001).  As in the plan by day stocks have no columns
(`unstocked.py`).  Nothing it says is trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from scipy import sparse

from xetho.plan.firstorder import RELAX
from xetho.plan.inputs import AnyArray, FloatArray, IntArray
from xetho.plan.model import Model
from xetho.plan.programme import Part
from xetho.plan.series import REAL
from xetho.plan.unstocked import without_stocks
from xetho.vectors import Apart, ask_for_wide_vectors

LENGTH = 100.0
"""How much longer steps are in prices than in loads, by the sizes of columns and rows (a judgement)."""

FEW = 100
"""Steps from one look at the clock to the next; so few that numbers that shrink step by step stay clear of zero."""

ROUNDS = 3
"""Times that rows and columns are brought to like sizes."""

PLAIN = np.uint32(0x7FFFFFFF)
"""A mask for positions."""

FAR = 1e30
"""Stands for a limit that is none."""

ask_for_wide_vectors()
# Sums may be taken in any order.
_compiled: Callable[..., Any] = njit(
    nogil=True, cache=True, error_model="numpy", fastmath={"nnan", "nsz", "arcp", "contract", "reassoc"},
    pipeline_class=Apart,
)  # fmt: skip


class Sums(NamedTuple):
    """A sparse matrix for products with it: its rows by how many entries they have, first all first entries.

    The q-th entries of all rows that have as many lie from first[q] on, so that a sum goes along rows without jumps.
    """

    first: AnyArray
    other: AnyArray  # position of each entry's column
    value: AnyArray


class Sides(NamedTuple):
    """What never changes of columns and rows, each in the order of its sums."""

    cost: AnyArray  # of columns
    upper: AnyArray
    down: AnyArray  # steps
    lower: AnyArray  # of rows
    most: AnyArray
    up: AnyArray  # steps
    stock: AnyArray  # periods x pairs: rows whose prices never rise
    rest: AnyArray  # all other rows


@_compiled
def _add(value: Any, other: Any, values: Any, total: Any) -> None:
    for row in range(len(value)):
        # No number is as great; but only where that is plain can the processor take sixteen at once.
        total[row] += value[row] * values[other[row] & PLAIN]


@_compiled
def _add_all(sums: Sums, values: Any, total: Any) -> None:
    for entry in range(len(sums.first) - 1):
        begin, end = sums.first[entry], sums.first[entry + 1]
        _add(sums.value[begin:end], sums.other[begin:end], values, total)


@_compiled
def _move(x: Any, ahead: Any, worth: Any, cost: Any, upper: Any, down: Any, far: Any) -> None:
    """Columns down the slope of their reduced costs; `ahead` as far again."""
    nothing = far * 0
    for column in range(len(x)):
        to = x[column] - down[column] * (cost[column] - worth[column])
        to = to if to > nothing else nothing
        to = to if to < upper[column] else upper[column]
        ahead[column] = to + to - x[column]
        x[column] += far * (to - x[column])
        worth[column] = nothing


@_compiled
def _never_rising(price: Any, level: Any, mean: Any, total: Any) -> None:
    """The nearest series (down the columns) that never rise and are never below nothing, into `level`.

    Each is the least, over where a run may begin before it, of the greatest mean of a run that ends after it (Robertson
    and others, Order restricted statistical inference, 1988); so many series at once that this is quicker than pooling.
    """
    periods, series = price.shape
    for begin in range(periods):
        total[:] = 0
        for end in range(begin, periods):
            share = REAL(1.0 / (end - begin + 1))
            for one in range(series):
                total[one] += price[end, one]
                mean[end, one] = total[one] * share
        for period in range(periods - 1, begin - 1, -1):
            for one in range(series):
                most = mean[period, one]
                if period < periods - 1:
                    most = max(most, mean[period + 1, one])
                mean[period, one] = most
                level[period, one] = min(level[period, one], most) if begin > 0 else most
    for period in range(periods):
        for one in range(series):
            level[period, one] = max(level[period, one], REAL(0))


@_compiled
def _steps(count: int, columns: Sums, rows: Sums, sides: Sides, x: Any, y: Any, relax: Any) -> None:
    """So many steps from values x and duals y, in place."""
    nothing = relax * 0
    ahead = np.empty_like(x)
    worth, used = np.zeros_like(x), np.zeros_like(y)
    periods, pairs = sides.stock.shape
    price = np.empty((periods, pairs), x.dtype)
    level, mean = np.empty_like(price), np.empty_like(price)
    total = np.empty(pairs, x.dtype)
    for step in range(count):
        # The last step ends where it leads, which keeps all signs.
        far = relax if step < count - 1 else nothing + 1
        _add_all(columns, y, worth)
        _move(x, ahead, worth, sides.cost, sides.upper, sides.down, far)
        _add_all(rows, ahead, used)
        for period in range(periods):
            for pair in range(pairs):
                row = sides.stock[period, pair]
                price[period, pair] = y[row] + sides.up[row] * (sides.lower[row] - used[row])
        _never_rising(price, level, mean, total)
        for period in range(periods):
            for pair in range(pairs):
                row = sides.stock[period, pair]
                y[row] += far * (level[period, pair] - y[row])
                used[row] = nothing
        for number in range(len(sides.rest)):
            row = sides.rest[number]
            to = used[row] - y[row] / sides.up[row]
            to = to if to > sides.lower[row] else sides.lower[row]
            to = to if to < sides.most[row] else sides.most[row]
            y[row] += far * sides.up[row] * (to - used[row])
            used[row] = nothing


@cache
def load() -> None:
    """Have the steps compiled, or loaded, before a clock is started."""
    one, none = np.ones(1, dtype=REAL), np.zeros(0, dtype=REAL)
    sums = Sums(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.uint32), none)
    at = np.zeros((1, 1), dtype=np.int64)
    _steps(1, sums, sums, Sides(one, one, one, one, one, one, at, at[0]), one.copy(), one.copy(), REAL(RELAX))


class Descent:
    """Where the method stands in a part: `values` and `duals`."""

    def __init__(self, model: Model, part: Part, cost: FloatArray, values: FloatArray, duals: FloatArray) -> None:
        """cost: of the part's columns.  values, duals: of its columns and rows, where to begin."""
        programme, self._part = part.programme, part
        self._less = less = without_stocks(model, part)
        matrix, stock = less.matrix, less.stock
        self._of_row, self._of_column = _like_sizes(matrix, stock)
        matrix = sparse.diags(self._of_row) @ matrix @ sparse.diags(self._of_column)
        order, self._by_row = _in_order(matrix.tocsr())
        across, self._by_column = _in_order(matrix.T.tocsr())
        self._row, self._column = np.argsort(order), np.argsort(across)
        self._by_row = self._by_row._replace(other=self._column[self._by_row.other].astype(np.uint32))
        self._by_column = self._by_column._replace(other=self._row[self._by_column.other].astype(np.uint32))
        self._target_cost = cost[less.target_column]
        size = abs(matrix)
        up = 1.0 / np.maximum(_sums(size, 1), 1e-9)
        # Prices of a pair step alike in all periods, so that "nearest" means the same in all.
        up[stock] = up[stock].min(axis=0)
        down = 1.0 / np.maximum(_sums(size, 0), 1e-9)
        most = programme.upper[less.columns]
        rest = np.setdiff1d(np.arange(len(order)), stock)
        self._sides = Sides(
            cost=_real(cost[less.columns] * self._of_column, across),
            upper=_real(np.where(np.isfinite(most), most / self._of_column, FAR), across),
            down=_real(down / LENGTH, across),
            lower=_real(np.where(np.isfinite(less.lower), less.lower * self._of_row, -FAR), order),
            most=_real(np.where(np.isfinite(less.upper), less.upper * self._of_row, FAR), order),
            up=_real(up * LENGTH, order),
            stock=self._row[stock],
            rest=self._row[rest],
        )
        self._x = _real(np.minimum(values, programme.upper)[less.columns] / self._of_column, across)
        self._y = _real(duals[less.rows] / self._of_row, order)

    def go_on(self, steps: int, enough: Callable[[], bool]) -> None:
        """Take so many steps, or fewer when it is enough."""
        for begun in range(0, steps, FEW):
            if enough():
                return
            count = min(FEW, steps - begun)
            _steps(count, self._by_column, self._by_row, self._sides, self._x, self._y, REAL(RELAX))

    @property
    def values(self) -> FloatArray:
        """Of the part's columns; stocks are left at nothing."""
        values = np.zeros(len(self._part.columns))
        values[self._less.columns] = self._x[self._column] * self._of_column
        return values

    @property
    def duals(self) -> FloatArray:
        """Of the part's rows, to be mended (`prices.py`)."""
        duals = np.zeros(len(self._part.rows))
        duals[self._less.rows] = self._y[self._row] * self._of_row
        # A target is worth what the price of its good falls by after it.
        less = self._less
        after = np.where(less.target_after >= 0, duals[less.target_after], 0.0)
        duals[less.target_row] = np.minimum(duals[less.target_cell] - after, self._target_cost)
        return duals


def _like_sizes(matrix: sparse.csr_matrix, stock: IntArray) -> tuple[FloatArray, FloatArray]:
    """Factors of rows and columns that bring their greatest coefficients near one; the same for rows of a pair."""
    row, column = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    entries = abs(matrix).tocoo()
    for _ in range(ROUNDS):
        size = entries.data * row[entries.row] * column[entries.col]
        greatest = [np.zeros(len(row)), np.zeros(len(column))]
        for most, of in zip(greatest, (entries.row, entries.col), strict=True):
            np.maximum.at(most, of, size)
            most[most < 1e-10] = 1.0
        greatest[0][stock] = greatest[0][stock].max(axis=0)
        row /= np.sqrt(greatest[0])
        column /= np.sqrt(greatest[1])
    return row, column


def _in_order(matrix: sparse.csr_matrix) -> tuple[IntArray, Sums]:
    """The order of the rows, those with most entries first, and what adds them up (columns as they were)."""
    count = np.diff(matrix.indptr)
    order = np.argsort(-count, kind="stable")
    long = [int(np.sum(count > entry)) for entry in range(int(count.max(initial=0)))]
    at = np.concatenate([np.zeros(0, dtype=np.int64), *(matrix.indptr[order[:n]] + q for q, n in enumerate(long))])
    first = np.concatenate([[0], np.cumsum(long, dtype=np.int64)])
    return order, Sums(first.astype(np.int64), matrix.indices[at], matrix.data[at].astype(REAL))


def _sums(matrix: sparse.csr_matrix, axis: int) -> FloatArray:
    return np.asarray(matrix.sum(axis=axis), dtype=np.float64).ravel()


def _real(values: AnyArray, order: IntArray) -> AnyArray:
    return np.ascontiguousarray(values[order], dtype=REAL)
