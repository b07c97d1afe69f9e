"""Conditions: whether what an operation, a work or a route waits for holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    N_BINS,
    N_CAMPS,
    N_GOODS,
    S_FALLEN,
    S_FOOD_DAYS,
    S_FORCE_MEN,
    S_HELD,
    S_MORALE,
    S_OP_DONE,
    S_OP_TRIED,
    S_STRIP,
    S_WORK,
    T_BIN_GOOD,
    T_BIN_PLACE,
    T_CAMP_PLACE,
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
from xetho.simulate.process.stock import held

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
# In the order of xetho.network.battle.CONDITIONS.
HELD, LOST, FALLEN, OP, TRIED, WORK, STOCK, FRONT, FOOD_DAYS, STRENGTH, MORALE, AIRSTRIP = range(12)


@kernel
def front_stock(side: int, good: int, n: N, s: A, at: AT, lane: int) -> float:
    """Tonnes of a good over the front places of a side."""
    total = np.float32(0.0)
    first = at[T_FRONT_BIN] + side * at[N_GOODS] + good
    for j in range(n[first], n[first + 1]):
        total += held(n, s, at, n[at[T_FRONT_BINS] + j], lane)
    return total


@kernel
def camp_of(place: int, n: N, at: AT) -> int:
    """The camp supplied from a place, -1 when none is."""
    for c in range(at[N_CAMPS]):
        if n[at[T_CAMP_PLACE] + c] == place:
            return c
    return -1


@kernel
def side_morale(side: int, n: N, s: A, at: AT, lane: int) -> float:
    """Cohesion of a side: of its first camp that stands, else of its field force."""
    for c in range(at[N_CAMPS]):
        if n[at[T_GROUP_SIDE] + c] == side and s[at[S_FALLEN] + c, lane] == 0.0:
            return s[at[S_MORALE] + c, lane]
    return s[at[S_MORALE] + at[N_CAMPS] + side, lane]


@kernel
def measure(i: int, n: N, x: A, s: A, at: AT, lane: int) -> float:
    """What condition `i` compares with its value (1 or 0 for yes or no)."""
    kind = n[at[T_TEST_KIND] + i]
    k = n[at[T_TEST_SUBJECT] + i]
    place = n[at[T_TEST_PLACE] + i]
    value = np.float32(0.0)
    if kind == HELD:
        value = s[at[S_HELD] + k, lane]
    elif kind == LOST:
        value = np.float32(1.0) - s[at[S_HELD] + k, lane]
    elif kind == FALLEN:
        value = s[at[S_FALLEN] + k, lane]
    elif kind == OP:
        value = s[at[S_OP_DONE] + k, lane]
    elif kind == TRIED:
        value = min(np.float32(1.0), s[at[S_OP_TRIED] + k, lane])
    elif kind == WORK:
        value = s[at[S_WORK] + k, lane]
    elif kind == STOCK:
        value = _stock_at(k, place, n, s, at, lane)
    elif kind == FRONT:
        value = front_stock(place, k, n, s, at, lane)
    elif kind == FOOD_DAYS:
        value = s[at[S_FOOD_DAYS] + k, lane]
    elif kind == STRENGTH:
        value = s[at[S_FORCE_MEN] + k, lane] / max(np.float32(1.0), x[at[X_STRENGTH] + k, lane])
    elif kind == MORALE:
        value = side_morale(k, n, s, at, lane)
    elif kind == AIRSTRIP:
        c = camp_of(place, n, at)
        value = np.float32(1.0) if c < 0 or s[at[S_STRIP] + c, lane] > 0.0 else np.float32(0.0)
    return value


@kernel
def _stock_at(good: int, place: int, n: N, s: A, at: AT, lane: int) -> float:
    for b in range(at[N_BINS]):
        if n[at[T_BIN_PLACE] + b] == place and n[at[T_BIN_GOOD] + b] == good:
            return held(n, s, at, b, lane)
    return np.float32(0.0)


@kernel
def all_hold(first: int, end: int, n: N, u: A, x: A, s: A, at: AT, lane: int) -> bool:
    """Whether conditions first..end-1 all hold."""
    for i in range(first, end):
        value = measure(i, n, x, s, at, lane)
        limit = u[at[U_TEST_VALUE] + i]
        if n[at[T_TEST_BELOW] + i] == 1:
            if value >= limit:
                return False
        elif value < limit:
            return False
    return True
