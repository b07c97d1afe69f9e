"""Step 4, works: crews mend cuts, and roads, trenches, batteries and mines grow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
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
    S_SHELLS,
    S_WORK,
    T_CAMP_SIDE,
    T_POS_WORK,
    T_POS_WORKS,
    T_WORK_FROM,
    T_WORK_KIND,
    T_WORK_SIDE,
    T_WORK_TEST,
    T_WORK_UNTIL,
    T_WORK_ZONE,
    X_LABOUR,
    X_MANDAYS,
    X_MEND_CREW,
    X_WORK_FIRE,
    X_WORK_FOUL,
)
from xetho.simulate.process.conditions import all_hold

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
TRENCH = 1


@kernel
def mend(n: N, x: A, s: A, at: AT) -> None:
    """A day's mending on every route; how long the route was shut is counted from the work found in the morning."""
    for r in range(at[N_ROUTES]):
        for lane in range(s.shape[1]):
            left = s[at[S_BACKLOG] + r, lane] - crew(r, x, at, lane)
            s[at[S_BACKLOG] + r, lane] = max(np.float32(0.0), left)


@kernel
def crew(r: int, x: A, at: AT, lane: int) -> float:
    """People who mend a route: its standing crew, or those who live by it."""
    return max(x[at[X_MEND_CREW] + r, lane], x[P_LOCAL_MENDERS, lane])


@kernel
def open_share(r: int, x: A, s: A, at: AT, cut_passes: float, lane: int) -> float:
    """Share of today's capacity left after cuts: shut while the crew mends, less what is carried round."""
    shut = min(np.float32(1.0), s[at[S_BACKLOG] + r, lane] / crew(r, x, at, lane))
    return np.float32(1.0) - shut * (np.float32(1.0) - cut_passes)


@kernel
def works(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """A day's digging and building, less in the rain and under shells; then how near the trenches have come."""
    for k in range(at[N_WORKS]):
        if not n[at[T_WORK_FROM] + k] <= day <= n[at[T_WORK_UNTIL] + k]:
            continue
        side = n[at[T_WORK_SIDE] + k]
        zone = n[at[T_WORK_ZONE] + k]
        for lane in range(s.shape[1]):
            if s[at[S_OVER], lane] > 0.0 or s[at[S_WORK] + k, lane] >= 1.0:
                continue
            first = at[T_WORK_TEST] + k
            if not all_hold(n[first], n[first + 1], n, u, x, s, at, lane):
                continue
            men = x[at[X_LABOUR] + k, lane]
            done = men
            if s[at[S_FOUL] + zone, lane] > 0.5:
                done *= x[at[X_WORK_FOUL] + k, lane]
            shells = np.float32(0.0)  # strongest fire of the other side's camps, as a share of all they want
            for c in range(at[N_CAMPS]):
                if n[at[T_CAMP_SIDE] + c] != side:
                    shells = max(shells, s[at[S_SHELLS] + c, lane])
            done *= np.float32(1.0) - shells * (np.float32(1.0) - x[at[X_WORK_FIRE] + k, lane])
            s[at[S_WORK] + k, lane] = min(np.float32(1.0), s[at[S_WORK] + k, lane] + done / x[at[X_MANDAYS] + k, lane])
            s[at[A_LABOUR] + side, lane] += men
    for p in range(at[N_POSITIONS]):
        for lane in range(s.shape[1]):
            near = np.float32(0.0)
            for j in range(n[at[T_POS_WORK] + p], n[at[T_POS_WORK] + p + 1]):
                k = n[at[T_POS_WORKS] + j]
                if n[at[T_WORK_KIND] + k] == TRENCH:
                    near = max(near, s[at[S_WORK] + k, lane])
            s[at[S_CLOSE] + p, lane] = near
