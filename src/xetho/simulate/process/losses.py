"""Men hit: who they were, and whether they are dead or wounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_DEAD,
    A_WOUNDED,
    N_CAMPS,
    N_FORCES,
    N_POSITIONS,
    P_KILLED,
    S_BASE,
    S_CAMP_MEN,
    S_FIELD_MEN,
    S_FORCE_MEN,
    S_HITS_TODAY,
    S_POS_MEN,
    S_RESERVE,
    S_WOUNDED,
    T_FORCE_GROUP,
    T_FORCE_KIND,
    T_GROUP_SIDE,
    T_POS_CAMP,
)

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
LABOUR = 2


@kernel
def book(group: int, hits: float, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """Book men already taken off the strength of a group as dead or wounded."""
    side = n[at[T_GROUP_SIDE] + group]
    dead = hits * x[P_KILLED, lane]
    s[at[A_DEAD] + side, lane] += dead
    s[at[A_WOUNDED] + side, lane] += hits - dead
    s[at[S_WOUNDED] + group, lane] += hits - dead
    s[at[S_HITS_TODAY] + group, lane] += hits


@kernel
def thin(group: int, share: float, n: N, s: A, at: AT, lane: int) -> float:
    """Take a share of a group's fit men off its strength, wherever they serve; returns how many."""
    share = min(np.float32(1.0), max(np.float32(0.0), share))
    keep = np.float32(1.0) - share
    gone = np.float32(0.0)
    if group < at[N_CAMPS]:
        for p in range(at[N_POSITIONS]):
            if n[at[T_POS_CAMP] + p] == group:
                gone += s[at[S_POS_MEN] + p, lane] * share
                s[at[S_POS_MEN] + p, lane] *= keep
        gone += (s[at[S_RESERVE] + group, lane] + s[at[S_BASE] + group, lane]) * share
        s[at[S_RESERVE] + group, lane] *= keep
        s[at[S_BASE] + group, lane] *= keep
        s[at[S_CAMP_MEN] + group, lane] -= gone
        return gone
    for f in range(at[N_FORCES]):
        if n[at[T_FORCE_GROUP] + f] == group and n[at[T_FORCE_KIND] + f] != LABOUR:
            gone += s[at[S_FORCE_MEN] + f, lane] * share
            s[at[S_FORCE_MEN] + f, lane] *= keep
    s[at[S_FIELD_MEN] + group, lane] -= gone
    return gone


@kernel
def men_of(group: int, s: A, at: AT, lane: int) -> float:
    """Fit men of a group, as counted this morning less today's losses."""
    if group < at[N_CAMPS]:
        return s[at[S_CAMP_MEN] + group, lane]
    return s[at[S_FIELD_MEN] + group, lane]
