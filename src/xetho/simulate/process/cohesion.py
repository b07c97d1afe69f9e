"""Step 9, cohesion: it falls with losses, hunger and lost ground, and recovers; a camp that breaks gives up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
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
    P_BREAK_TIME,
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
    S_SCRATCH,
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
from xetho.simulate.rows import add, greatest, some
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
NONE, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-9)


@step
def cohesion(day: int, n: N, x: A, s: A, at: AT) -> None:
    """Yesterday's cohesion, less today's shocks; then who gives up."""
    x, s = of_width(x), of_width(s)
    for g in range(at[N_GROUPS]):
        _shake(
            s[at[S_MORALE] + g], s[men_of(g, at)], s[at[S_HITS_TODAY] + g], s[at[S_HUNGER] + g],
            s[at[S_MORALE_SHOCK] + g], s[at[S_OVER]], x[P_MORALE_LOSS], x[P_MORALE_HUNGER], x[P_MORALE_RECOVERY],
        )  # fmt: skip
    for c in range(at[N_CAMPS]):
        _camp(c, day, n, x, s, at)


@lane_loop
def _shake(
    morale: A, men: A, hits: A, hunger: A, shock: A, over: A, by_loss: A, by_hunger: A, recovery: A
) -> None:
    for lane in range(morale.shape[0]):
        before = men[lane] + hits[lane]
        loss = hits[lane] / max(before, TINY) if before > NONE else NONE
        left = morale[lane] - by_loss[lane] * loss - by_hunger[lane] * hunger[lane] - shock[lane]
        left += (ONE - left) * recovery[lane]
        left = min(ONE, max(NONE, left))
        morale[lane] = left if over[lane] == NONE else morale[lane]
        shock[lane] = NONE if over[lane] == NONE else shock[lane]
        hits[lane] = NONE if over[lane] == NONE else hits[lane]


@kernel
def _camp(c: int, day: int, n: N, x: A, s: A, at: AT) -> None:
    """Men slip away from a besieged camp; it ends when its core is lost or it breaks."""
    under, share = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    greatest(s[at[S_PEAK] + c], s[at[S_CAMP_MEN] + c])
    if not _under_siege(
        under, share, s[at[S_SIEGE] + c], s[at[S_FALLEN] + c], s[at[S_OVER]], s[at[S_MORALE] + c], x[P_DESERT]
    ):
        return
    ends, fell = s[at[S_SCRATCH] + 2], s[at[S_SCRATCH] + 3]
    _broken(
        ends, fell, under, s[at[S_MORALE] + c], s[at[S_CAMP_MEN] + c], s[at[S_PEAK] + c], s[at[S_NO_AMMO] + c],
        x[P_SURRENDER_MORALE], x[P_SURRENDER_MEN], x[P_SURRENDER_AMMO], x[P_BREAK_TIME], np.float32(day),
    )  # fmt: skip
    add(s[at[A_DESERTED] + n[at[T_CAMP_SIDE] + c]], s[thin(c, share, day, n, s, at)])
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c and n[at[T_POS_CORE] + p] == 1:
            _core_lost(ends, fell, under, s[at[S_HELD] + p], s[at[S_POS_FELL] + p])
    if some(ends):
        for lane in range(ends.shape[0]):
            if ends[lane] > NONE:
                _surrender(c, max(fell[lane], np.float32(day)), n, s, at, lane)


@lane_loop
def _under_siege(under: A, share: A, siege: A, fallen: A, over: A, morale: A, desert: A) -> bool:
    found = np.int32(0)
    for lane in range(under.shape[0]):
        under[lane] = siege[lane] * (ONE - fallen[lane]) * (ONE - over[lane])
        share[lane] = under[lane] * desert[lane] * (ONE - morale[lane])
        found = np.int32(found | np.int32(under[lane] > NONE))
    return found != 0


@lane_loop
def _broken(
    ends: A, fell: A, under: A, morale: A, men: A, peak: A, silent: A, least: A, least_men: A, days: A, time: A,
    day: float,
) -> None:
    """By cohesion, by numbers, or by guns that have had no shells for so many days."""
    for lane in range(ends.shape[0]):
        broken = morale[lane] < least[lane] or men[lane] < least_men[lane] * peak[lane]
        quiet = days[lane] > NONE and silent[lane] >= days[lane]
        ends[lane] = under[lane] if broken or quiet else NONE
        fell[lane] = day + time[lane]


@lane_loop
def _core_lost(ends: A, fell: A, under: A, held: A, when: A) -> None:
    for lane in range(ends.shape[0]):
        lost = under[lane] > NONE and held[lane] == NONE
        ends[lane] = ONE if lost else ends[lane]
        fell[lane] = when[lane] if lost else fell[lane]


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
