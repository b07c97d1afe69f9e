"""Men hit: who they were, and whether they are dead or wounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
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
    S_SCRATCH,
    S_WOUNDED,
    T_FORCE_GROUP,
    T_FORCE_KIND,
    T_GROUP_SIDE,
    T_POS_CAMP,
)
from xetho.simulate.process.mobilise import present
from xetho.simulate.rows import fill

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
LABOUR = 2
NONE, ONE = np.float32(0.0), np.float32(1.0)
SHARE, GONE = 12, 13  # scratch rows of this file


@kernel
def book(group: int, hits: float, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """Book men already taken off the strength of a group as dead or wounded, in one lane."""
    side = n[at[T_GROUP_SIDE] + group]
    dead = hits * x[P_KILLED, lane]
    s[at[A_DEAD] + side, lane] += dead
    s[at[A_WOUNDED] + side, lane] += hits - dead
    s[at[S_WOUNDED] + group, lane] += hits - dead
    s[at[S_HITS_TODAY] + group, lane] += hits


@kernel
def book_row(group: int, hits: A, n: N, x: A, s: A, at: AT) -> None:
    """The same in every lane."""
    side = n[at[T_GROUP_SIDE] + group]
    _book(
        hits, x[P_KILLED], s[at[A_DEAD] + side], s[at[A_WOUNDED] + side], s[at[S_WOUNDED] + group],
        s[at[S_HITS_TODAY] + group],
    )  # fmt: skip


@lane_loop
def _book(hits: A, killed: A, dead: A, wounded: A, beds: A, today: A) -> None:
    for lane in range(hits.shape[0]):
        died = hits[lane] * killed[lane]
        dead[lane] += died
        wounded[lane] += hits[lane] - died
        beds[lane] += hits[lane] - died
        today[lane] += hits[lane]


@kernel
def thin(group: int, share: A, day: int, n: N, s: A, at: AT) -> int:
    """Take a share of a group's fit men off its strength, wherever they serve; returns the row of how many.

    `share` is held within 0..1.
    """
    row = at[S_SCRATCH] + GONE
    gone = s[row]
    fill(gone, NONE)
    if not _hold_share(share):
        return row
    if group < at[N_CAMPS]:
        for p in range(at[N_POSITIONS]):
            if n[at[T_POS_CAMP] + p] == group:
                take_share(s[at[S_POS_MEN] + p], share, gone)
        take_share(s[at[S_RESERVE] + group], share, gone)
        take_share(s[at[S_BASE] + group], share, gone)
    else:
        for f in range(at[N_FORCES]):
            if n[at[T_FORCE_GROUP] + f] == group and n[at[T_FORCE_KIND] + f] != LABOUR and present(f, day, n, at):
                take_share(s[at[S_FORCE_MEN] + f], share, gone)
    subtract(s[men_of(group, at)], gone)
    return row


@lane_loop
def _hold_share(share: A) -> bool:
    some = np.int32(0)
    for lane in range(share.shape[0]):
        share[lane] = min(ONE, max(NONE, share[lane]))
        some = np.int32(some | np.int32(share[lane] > NONE))
    return some != 0


@lane_loop
def take_share(men: A, share: A, gone: A) -> None:
    """Take a share of a row away and add it to another."""
    for lane in range(men.shape[0]):
        part = men[lane] * share[lane]
        men[lane] -= part
        gone[lane] += part


@lane_loop
def subtract(total: A, part: A) -> None:
    """Take a row off another."""
    for lane in range(total.shape[0]):
        total[lane] -= part[lane]


@kernel
def men_of(group: int, at: AT) -> int:
    """Row of the fit men of a group, as counted this morning less today's losses."""
    if group < at[N_CAMPS]:
        return at[S_CAMP_MEN] + group
    return at[S_FIELD_MEN] + group
