"""Step 4, works: crews mend cuts, and roads, trenches, batteries and mines grow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import lane_loop, step
from xetho.simulate.layout import (
    A_LABOUR,
    N_CAMPS,
    N_POSITIONS,
    N_ROUTES,
    N_WORKS,
    P_LOCAL_MENDERS,
    S_BACKLOG,
    S_CLOSE,
    S_FOUL,
    S_OVER,
    S_SCRATCH,
    S_SHELLS,
    S_SHUT,
    S_WORK,
    T_CAMP_SIDE,
    T_POS_WORK,
    T_POS_WORKS,
    T_ROUTE_STRIKE,
    T_WORK_FROM,
    T_WORK_KIND,
    T_WORK_SIDE,
    T_WORK_TEST,
    T_WORK_UNTIL,
    T_WORK_ZONE,
    U_ROUTE_CUT,
    X_LABOUR,
    X_MANDAYS,
    X_MEND_CREW,
    X_WORK_FIRE,
    X_WORK_FOUL,
)
from xetho.simulate.process.conditions import hold
from xetho.simulate.rows import fill, greatest
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
TRENCH = 1
NONE, HALF, ONE, TINY = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(1e-9)


@step
def mend(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """How long cuts shut each route today; then a day's mending by its standing crew or those who live by it."""
    x, s = of_width(x), of_width(s)
    for r in range(at[N_ROUTES]):
        shut, played = s[at[S_SHUT] + r], u[at[U_ROUTE_CUT] + day * at[N_ROUTES] + r] > NONE
        if n[at[T_ROUTE_STRIKE] + r] < n[at[T_ROUTE_STRIKE] + r + 1]:
            _work_off(shut, s[at[S_BACKLOG] + r], x[at[X_MEND_CREW] + r], x[P_LOCAL_MENDERS])
            if played:
                fill(shut, ONE)
        elif played or (day > 0 and u[at[U_ROUTE_CUT] + (day - 1) * at[N_ROUTES] + r] > NONE):
            fill(shut, ONE if played else NONE)  # nothing else ever strikes it


@lane_loop
def _work_off(shut: A, backlog: A, crew: A, local: A) -> None:
    """The part of the day that the crew needs for what was left in the morning, and what it leaves."""
    for lane in range(backlog.shape[0]):
        menders = max(crew[lane], local[lane])
        shut[lane] = min(ONE, backlog[lane] / menders)
        backlog[lane] = max(NONE, backlog[lane] - menders)


@step
def works(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """A day's digging and building, less in the rain and under shells; then how near the trenches have come."""
    x, s = of_width(x), of_width(s)
    go, shells = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    for k in range(at[N_WORKS]):
        if not n[at[T_WORK_FROM] + k] <= day <= n[at[T_WORK_UNTIL] + k]:
            continue
        side, test = n[at[T_WORK_SIDE] + k], at[T_WORK_TEST] + k
        hold(n[test], n[test + 1], n, u, x, s, at, go)
        fill(shells, NONE)  # strongest fire of the other side's camps, as a share of all they want
        for c in range(at[N_CAMPS]):
            if n[at[T_CAMP_SIDE] + c] != side:
                greatest(shells, s[at[S_SHELLS] + c])
        _build(
            go, s[at[S_OVER]], s[at[S_WORK] + k], s[at[S_FOUL] + n[at[T_WORK_ZONE] + k]], shells, x[at[X_LABOUR] + k],
            x[at[X_WORK_FOUL] + k], x[at[X_WORK_FIRE] + k], x[at[X_MANDAYS] + k], s[at[A_LABOUR] + side],
        )  # fmt: skip
    for p in range(at[N_POSITIONS]):
        near = s[at[S_CLOSE] + p]
        fill(near, NONE)
        for j in range(n[at[T_POS_WORK] + p], n[at[T_POS_WORK] + p + 1]):
            k = n[at[T_POS_WORKS] + j]
            if n[at[T_WORK_KIND] + k] == TRENCH:
                greatest(near, s[at[S_WORK] + k])


@lane_loop
def _build(
    go: A, over: A, work: A, foul: A, shells: A, men: A, in_rain: A, under_fire: A, mandays: A, labour: A
) -> None:
    for lane in range(work.shape[0]):
        at_work = men[lane] if go[lane] > NONE and over[lane] == NONE and work[lane] < ONE else NONE
        done = at_work * (in_rain[lane] if foul[lane] > HALF else ONE)
        done *= ONE - shells[lane] * (ONE - under_fire[lane])
        work[lane] = min(ONE, work[lane] + done / max(mandays[lane], TINY))
        labour[lane] += at_work
