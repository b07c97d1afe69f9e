"""Step 9, cohesion: it falls with losses, hunger and lost ground, and recovers; a camp that breaks gives up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_CAPTURED,
    A_DESERTED,
    A_TAKEN,
    A_WOUNDED_AT_FALL,
    N_BINS,
    N_CAMPS,
    N_GOODS,
    N_GROUPS,
    N_POSITIONS,
    P_DESERT,
    P_MORALE_HUNGER,
    P_MORALE_LOSS,
    P_MORALE_RECOVERY,
    P_SURRENDER_AMMO,
    P_SURRENDER_MEN,
    P_SURRENDER_MORALE,
    S_BASE,
    S_CAMP_FELL,
    S_CAMP_LABOUR,
    S_CAMP_MEN,
    S_FALLEN,
    S_HELD,
    S_HITS_TODAY,
    S_HUNGER,
    S_MORALE,
    S_MORALE_SHOCK,
    S_NO_AMMO,
    S_OVER,
    S_PEAK,
    S_POS_FELL,
    S_POS_MEN,
    S_RESERVE,
    S_SICK_NOW,
    S_SIEGE,
    S_STOCK,
    S_WOUNDED,
    T_BIN_CELL,
    T_BIN_GOOD,
    T_BIN_PLACE,
    T_CAMP_PLACE,
    T_CAMP_SIDE,
    T_POS_CAMP,
    T_POS_CORE,
)
from xetho.simulate.process.losses import men_of, thin

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
EVENING = 0.75  # of the day: when a camp that breaks gives up


@kernel
def cohesion(day: int, n: N, x: A, s: A, at: AT) -> None:
    """Yesterday's cohesion, less today's shocks; then who gives up."""
    for g in range(at[N_GROUPS]):
        for lane in range(s.shape[1]):
            if s[at[S_OVER], lane] == 0.0:
                _group(g, x, s, at, lane)
    for c in range(at[N_CAMPS]):
        for lane in range(s.shape[1]):
            if s[at[S_FALLEN] + c, lane] == 0.0 and s[at[S_OVER], lane] == 0.0:
                _camp(c, day, n, x, s, at, lane)


@kernel
def _group(g: int, x: A, s: A, at: AT, lane: int) -> None:
    men = men_of(g, s, at, lane) + s[at[S_HITS_TODAY] + g, lane]
    loss = s[at[S_HITS_TODAY] + g, lane] / men if men > 0.0 else np.float32(0.0)
    morale = s[at[S_MORALE] + g, lane]
    morale -= x[P_MORALE_LOSS, lane] * loss
    morale -= x[P_MORALE_HUNGER, lane] * s[at[S_HUNGER] + g, lane]
    morale -= s[at[S_MORALE_SHOCK] + g, lane]
    morale += (np.float32(1.0) - morale) * x[P_MORALE_RECOVERY, lane]
    s[at[S_MORALE] + g, lane] = min(np.float32(1.0), max(np.float32(0.0), morale))
    s[at[S_MORALE_SHOCK] + g, lane] = 0.0
    s[at[S_HITS_TODAY] + g, lane] = 0.0


@kernel
def _camp(c: int, day: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    side = n[at[T_CAMP_SIDE] + c]
    men = men_of(c, s, at, lane)
    s[at[S_PEAK] + c, lane] = max(s[at[S_PEAK] + c, lane], men)
    if s[at[S_SIEGE] + c, lane] == 0.0:
        return
    gone = thin(c, x[P_DESERT, lane] * (np.float32(1.0) - s[at[S_MORALE] + c, lane]), n, s, at, lane)
    s[at[A_DESERTED] + side, lane] += gone
    fell = np.float32(-1.0)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c and n[at[T_POS_CORE] + p] == 1 and s[at[S_HELD] + p, lane] == 0.0:
            fell = s[at[S_POS_FELL] + p, lane]
    if fell < 0.0:
        broken = s[at[S_MORALE] + c, lane] < x[P_SURRENDER_MORALE, lane]
        spent = men < x[P_SURRENDER_MEN, lane] * s[at[S_PEAK] + c, lane]
        limit = x[P_SURRENDER_AMMO, lane]
        silent = limit > 0.0 and s[at[S_NO_AMMO] + c, lane] >= limit
        if not (broken or spent or silent):
            return
        fell = np.float32(day + EVENING)
    _surrender(c, max(fell, np.float32(day)), n, s, at, lane)


@kernel
def _surrender(c: int, when: float, n: N, s: A, at: AT, lane: int) -> None:
    """Everyone left is taken, every position is lost, the stocks change hands."""
    side = n[at[T_CAMP_SIDE] + c]
    s[at[S_FALLEN] + c, lane] = 1.0
    s[at[S_CAMP_FELL] + c, lane] = when
    beds = s[at[S_WOUNDED] + c, lane]
    taken = beds + s[at[S_SICK_NOW] + c, lane] + s[at[S_RESERVE] + c, lane] + s[at[S_BASE] + c, lane]
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] != c:
            continue
        taken += s[at[S_POS_MEN] + p, lane]
        s[at[S_POS_MEN] + p, lane] = 0.0
        if s[at[S_HELD] + p, lane] > 0.0:
            s[at[S_HELD] + p, lane] = 0.0
            if s[at[S_POS_FELL] + p, lane] < 0.0:
                s[at[S_POS_FELL] + p, lane] = when
    s[at[A_WOUNDED_AT_FALL] + side, lane] += beds
    s[at[A_CAPTURED] + side, lane] += taken
    s[at[S_WOUNDED] + c, lane] = 0.0
    s[at[S_SICK_NOW] + c, lane] = 0.0
    s[at[S_RESERVE] + c, lane] = 0.0
    s[at[S_BASE] + c, lane] = 0.0
    s[at[S_CAMP_LABOUR] + c, lane] = 0.0
    s[at[S_CAMP_MEN] + c, lane] = 0.0
    for b in range(at[N_BINS]):
        if n[at[T_BIN_PLACE] + b] == n[at[T_CAMP_PLACE] + c]:
            row = side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]
            for j in range(n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]):
                s[at[A_TAKEN] + row, lane] += s[at[S_STOCK] + j, lane]
                s[at[S_STOCK] + j, lane] = 0.0
