"""Conditions: whether what an operation, a work or a route waits for holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
from xetho.simulate.layout import (
    N_CAMPS,
    N_GOODS,
    S_FALLEN,
    S_FOOD_DAYS,
    S_FORCE_MEN,
    S_HELD,
    S_MORALE,
    S_OP_DONE,
    S_OP_TRIED,
    S_SCRATCH,
    S_STRIP,
    S_WORK,
    T_FRONT_BIN,
    T_FRONT_BINS,
    T_GROUP_SIDE,
    T_TEST_BELOW,
    T_TEST_KIND,
    T_TEST_PLACE,
    T_TEST_SUBJECT,
    U_TEST_VALUE,
    X_STRENGTH,
)
from xetho.simulate.process.stock import bin_row
from xetho.simulate.rows import add, copy, fill

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
# In the order of xetho.network.battle.CONDITIONS.
HELD, LOST, FALLEN, OP, TRIED, WORK, STOCK, FRONT, FOOD_DAYS, STRENGTH, MORALE, AIRSTRIP = range(12)
NONE, ONE = np.float32(0.0), np.float32(1.0)
VALUE, PART = 8, 9  # scratch rows of this file


@kernel
def front_stock(side: int, good: int, n: N, s: A, at: AT, out: A) -> None:
    """Tonnes of a good over the front places of a side, into `out`."""
    fill(out, NONE)
    first = at[T_FRONT_BIN] + side * at[N_GOODS] + good
    for j in range(n[first], n[first + 1]):
        add(out, s[bin_row(n, s, at, n[at[T_FRONT_BINS] + j], at[S_SCRATCH] + PART)])


@kernel
def side_morale(side: int, n: N, s: A, at: AT, out: A) -> None:
    """Cohesion of a side: of its first camp that stands, else of its field force; into `out`."""
    copy(out, s[at[S_MORALE] + at[N_CAMPS] + side])
    for c in range(at[N_CAMPS] - 1, -1, -1):
        if n[at[T_GROUP_SIDE] + c] == side:
            _where_standing(out, s[at[S_MORALE] + c], s[at[S_FALLEN] + c])


@lane_loop
def _where_standing(out: A, morale: A, fallen: A) -> None:
    for lane in range(out.shape[0]):
        out[lane] = morale[lane] if fallen[lane] == NONE else out[lane]


@kernel
def hold(first: int, end: int, n: N, u: A, x: A, s: A, at: AT, out: A) -> None:
    """Whether conditions first..end-1 all hold: 1 or 0 for each lane, into `out`."""
    fill(out, ONE)
    for i in range(first, end):
        _compare(out, s[_measure(i, n, x, s, at)], u[at[U_TEST_VALUE] + i], n[at[T_TEST_BELOW] + i] == 1)


@lane_loop
def _compare(out: A, value: A, limit: float, below: bool) -> None:
    for lane in range(out.shape[0]):
        out[lane] = out[lane] if (value[lane] < limit) == below else NONE


@kernel
def _measure(i: int, n: N, x: A, s: A, at: AT) -> int:
    """Row of what condition `i` compares with its value (1 or 0 for yes or no): of the state, or of scratch."""
    kind, k, place = n[at[T_TEST_KIND] + i], n[at[T_TEST_SUBJECT] + i], n[at[T_TEST_PLACE] + i]
    row = at[S_SCRATCH] + VALUE
    value = s[row]
    if kind == HELD:
        row = at[S_HELD] + k
    elif kind == LOST:
        _no(value, s[at[S_HELD] + k])
    elif kind == FALLEN:
        row = at[S_FALLEN] + k
    elif kind == OP:
        row = at[S_OP_DONE] + k
    elif kind == TRIED:
        _at_most_one(value, s[at[S_OP_TRIED] + k])
    elif kind == WORK:
        row = at[S_WORK] + k
    elif kind == STOCK:
        fill(value, NONE)
        if place >= 0:
            row = bin_row(n, s, at, place, row)
    elif kind == FRONT:
        front_stock(place, k, n, s, at, value)
    elif kind == FOOD_DAYS:
        row = at[S_FOOD_DAYS] + k
    elif kind == STRENGTH:
        _strength(value, s[at[S_FORCE_MEN] + k], x[at[X_STRENGTH] + k])
    elif kind == MORALE:
        side_morale(k, n, s, at, value)
    else:  # an airstrip that no camp can lose is always there
        fill(value, ONE)
        if place >= 0:
            _some(value, s[at[S_STRIP] + place])
    return row


@lane_loop
def _no(value: A, yes: A) -> None:
    for lane in range(value.shape[0]):
        value[lane] = ONE - yes[lane]


@lane_loop
def _at_most_one(value: A, count: A) -> None:
    for lane in range(value.shape[0]):
        value[lane] = min(ONE, count[lane])


@lane_loop
def _some(value: A, left: A) -> None:
    for lane in range(value.shape[0]):
        value[lane] = ONE if left[lane] > NONE else NONE


@lane_loop
def _strength(value: A, men: A, full: A) -> None:
    for lane in range(value.shape[0]):
        value[lane] = men[lane] / max(ONE, full[lane])
