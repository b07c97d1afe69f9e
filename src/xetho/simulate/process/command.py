"""Step 9 of yesterday, decisions: which sieges are on and which operations go in today."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    N_CAMPS,
    N_FORCES,
    N_OPERATIONS,
    S_ASSAULTED,
    S_BUSY,
    S_FALLEN,
    S_FORCE_MEN,
    S_HELD,
    S_OP_DAY,
    S_OP_DONE,
    S_OP_GO,
    S_OP_NEXT,
    S_OP_TRIED,
    S_OVER,
    S_RESERVE,
    S_SIEGE,
    T_OP_ATTEMPTS,
    T_OP_FORCE,
    T_OP_FORCES,
    T_OP_FROM,
    T_OP_KIND,
    T_OP_TARGET,
    T_OP_TEST,
    T_OP_UNTIL,
    T_POS_CAMP,
    X_RETRY,
)
from xetho.simulate.process.conditions import all_hold

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
ASSAULT, COUNTER, SIEGE = 0, 1, 2


@kernel
def command(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Order tonight's operations, in the order of the table: a formation goes into one of them at most."""
    for c in range(at[N_CAMPS]):
        for lane in range(s.shape[1]):
            s[at[S_ASSAULTED] + c, lane] = 0.0
    for f in range(at[N_FORCES]):
        for lane in range(s.shape[1]):
            s[at[S_BUSY] + f, lane] = 0.0
    for o in range(at[N_OPERATIONS]):
        dated = n[at[T_OP_FROM] + o] <= day <= n[at[T_OP_UNTIL] + o]
        for lane in range(s.shape[1]):
            s[at[S_OP_GO] + o, lane] = 0.0
            if dated and s[at[S_OVER], lane] == 0.0:
                _decide(o, day, n, u, x, s, at, lane)


@kernel
def _decide(o: int, day: int, n: N, u: A, x: A, s: A, at: AT, lane: int) -> None:
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    kind = n[at[T_OP_KIND] + o]
    if s[at[S_FALLEN] + c, lane] > 0.0 or s[at[S_OP_DONE] + o, lane] > 0.0:
        return
    if s[at[S_OP_TRIED] + o, lane] >= n[at[T_OP_ATTEMPTS] + o] or day < s[at[S_OP_NEXT] + o, lane]:
        return
    ours = s[at[S_HELD] + p, lane] > 0.0
    if (kind == ASSAULT and not ours) or (kind == COUNTER and ours):
        return
    first = at[T_OP_TEST] + o
    if not all_hold(n[first], n[first + 1], n, u, x, s, at, lane):
        return
    if kind == SIEGE:
        s[at[S_SIEGE] + c, lane] = 1.0
        s[at[S_OP_DONE] + o, lane] = 1.0
        s[at[S_OP_DAY] + o, lane] = day
        s[at[S_OP_TRIED] + o, lane] = 1.0
        return
    if kind == COUNTER and s[at[S_RESERVE] + c, lane] < 1.0:
        return
    if kind == ASSAULT and not _muster(o, n, s, at, lane):
        return
    s[at[S_OP_GO] + o, lane] = 1.0
    s[at[S_OP_TRIED] + o, lane] += 1.0
    if s[at[S_OP_DAY] + o, lane] < 0.0:
        s[at[S_OP_DAY] + o, lane] = day
    s[at[S_OP_NEXT] + o, lane] = day + x[at[X_RETRY] + o, lane]
    s[at[S_SIEGE] + c, lane] = 1.0
    s[at[S_ASSAULTED] + c, lane] = 1.0


@kernel
def _muster(o: int, n: N, s: A, at: AT, lane: int) -> bool:
    """Whether any of the operation's formations is there and free tonight; those that are become busy."""
    found = False
    for j in range(n[at[T_OP_FORCE] + o], n[at[T_OP_FORCE] + o + 1]):
        f = n[at[T_OP_FORCES] + j]
        if s[at[S_FORCE_MEN] + f, lane] >= 1.0 and s[at[S_BUSY] + f, lane] == 0.0:
            s[at[S_BUSY] + f, lane] = o + 1.0
            found = True
    return found
