"""Step 9 of yesterday, decisions: which sieges are on and which operations go in today."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
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
    S_SCRATCH,
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
from xetho.simulate.process.conditions import hold
from xetho.simulate.rows import fill
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
ASSAULT, COUNTER, SIEGE = 0, 1, 2
NONE, ONE = np.float32(0.0), np.float32(1.0)


@step
def command(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Order tonight's operations, in the order of the table: a formation goes into one of them at most."""
    x, s = of_width(x), of_width(s)
    for c in range(at[N_CAMPS]):
        fill(s[at[S_ASSAULTED] + c], NONE)
    for f in range(at[N_FORCES]):
        fill(s[at[S_BUSY] + f], NONE)
    for o in range(at[N_OPERATIONS]):
        go, kind = s[at[S_OP_GO] + o], n[at[T_OP_KIND] + o]
        fill(go, NONE)
        if not n[at[T_OP_FROM] + o] <= day <= n[at[T_OP_UNTIL] + o]:
            continue
        p, test = n[at[T_OP_TARGET] + o], at[T_OP_TEST] + o
        c = n[at[T_POS_CAMP] + p]
        ready, ordered = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
        hold(n[test], n[test + 1], n, u, x, s, at, ready)
        if _ordered(
            ordered, ready, s[at[S_OVER]], s[at[S_FALLEN] + c], s[at[S_OP_DONE] + o], s[at[S_OP_TRIED] + o],
            s[at[S_OP_NEXT] + o], s[at[S_HELD] + p], np.float32(n[at[T_OP_ATTEMPTS] + o]), np.float32(day),
            kind == COUNTER, kind == ASSAULT,
        ):  # fmt: skip
            for lane in range(ordered.shape[0]):
                if ordered[lane] > NONE:
                    _order(o, c, day, n, x, s, at, lane)


@lane_loop
def _ordered(
    ordered: A, ready: A, over: A, fallen: A, done: A, tried: A, after: A, held: A, attempts: float, day: float,
    only_lost: bool, only_held: bool,
) -> bool:  # fmt: skip
    """Where the operation can go in today as far as time, target and conditions say; whether in any lane."""
    some = np.int32(0)
    for lane in range(ordered.shape[0]):
        idle = ready[lane] * (ONE - over[lane]) * (ONE - fallen[lane]) * (ONE - done[lane])
        idle = idle if tried[lane] < attempts and day >= after[lane] else NONE
        ours = held[lane] > NONE
        idle = NONE if (only_lost and ours) or (only_held and not ours) else idle
        ordered[lane] = idle
        some = np.int32(some | np.int32(idle > NONE))
    return some != 0


@kernel
def _order(o: int, c: int, day: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    kind = n[at[T_OP_KIND] + o]
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
