"""Step 8, medical: the wounded die, return to duty or ride back; the sick recover; men rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_BURNT,
    A_DEAD,
    N_CAMPS,
    N_FORCES,
    N_GOODS,
    N_GROUPS,
    N_POSITIONS,
    P_DIE,
    P_DIE_UNTREATED,
    P_EVAC_DAY,
    P_HUNGER_SICK,
    P_MEDICAL_KG,
    P_REFILL,
    P_REST,
    P_RETURN,
    S_CAMP_MEN,
    S_FALLEN,
    S_FIELD_MEN,
    S_FORCE_MEN,
    S_FRESH,
    S_HELD,
    S_HUNGER,
    S_OVER,
    S_POS_MEN,
    S_POS_SET,
    S_REAR,
    S_RESERVE,
    S_SICK_NOW,
    S_WOUNDED,
    T_BIN_GOOD,
    T_FORCE_GROUP,
    T_FORCE_KIND,
    T_GROUP_MEDICAL,
    T_GROUP_SIDE,
    T_MEDICAL_BINS,
    T_POS_CAMP,
)
from xetho.simulate.process.losses import men_of, thin
from xetho.simulate.process.stock import take

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
LABOUR = 2
KG = 1000.0


@kernel
def medical(n: N, x: A, s: A, at: AT) -> None:
    """A day in hospital for every group, and a day's rest for every formation."""
    for g in range(at[N_GROUPS]):
        for lane in range(s.shape[1]):
            if s[at[S_OVER], lane] == 0.0 and not (g < at[N_CAMPS] and s[at[S_FALLEN] + g, lane] > 0.0):
                _treat(g, n, x, s, at, lane)
    for f in range(at[N_FORCES]):
        for lane in range(s.shape[1]):
            gap = np.float32(1.0) - s[at[S_FRESH] + f, lane]
            s[at[S_FRESH] + f, lane] += gap / max(np.float32(0.5), x[P_REST, lane])
    for p in range(at[N_POSITIONS]):
        for lane in range(s.shape[1]):
            if s[at[S_HELD] + p, lane] > 0.0 and s[at[S_OVER], lane] == 0.0:
                _refill(p, n, x, s, at, lane)


@kernel
def _treat(g: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    side = n[at[T_GROUP_SIDE] + g]
    beds = s[at[S_WOUNDED] + g, lane]
    want = beds * x[P_MEDICAL_KG, lane] / np.float32(KG)
    missing = want
    for j in range(n[at[T_GROUP_MEDICAL] + g], n[at[T_GROUP_MEDICAL] + g + 1]):
        b = n[at[T_MEDICAL_BINS] + j]
        got = take(n, s, at, b, missing, lane)
        missing -= got
        s[at[A_BURNT] + side * at[N_GOODS] + n[at[T_BIN_GOOD] + b], lane] += got
    treated = np.float32(1.0) - missing / want if want > 0.0 else np.float32(1.0)
    died = beds * min(
        np.float32(1.0), x[P_DIE, lane] + x[P_DIE_UNTREATED, lane] * (np.float32(1.0) - treated)
    )
    back = (beds - died) * x[P_RETURN, lane]
    rear = np.float32(0.0)
    if g >= at[N_CAMPS]:
        rear = (beds - died - back) * x[P_EVAC_DAY, lane]
    s[at[S_WOUNDED] + g, lane] = beds - died - back - rear
    s[at[S_REAR] + side, lane] += rear
    s[at[A_DEAD] + side, lane] += died
    well = s[at[S_SICK_NOW] + g, lane] * x[P_RETURN, lane]
    s[at[S_SICK_NOW] + g, lane] -= well
    _return(g, back + well, n, s, at, lane)
    weak = s[at[S_HUNGER] + g, lane] * x[P_HUNGER_SICK, lane]
    if weak > 0.0:
        s[at[S_SICK_NOW] + g, lane] += thin(g, weak, n, s, at, lane)


@kernel
def _return(g: int, men: float, n: N, s: A, at: AT, lane: int) -> None:
    """Back to duty: to the camp's reserve, or to the field formations in proportion to their strength."""
    if g < at[N_CAMPS]:
        s[at[S_RESERVE] + g, lane] += men
        s[at[S_CAMP_MEN] + g, lane] += men
        return
    total = men_of(g, s, at, lane)
    if total <= 0.0:
        s[at[S_SICK_NOW] + g, lane] += men  # nobody to join yet
        return
    for f in range(at[N_FORCES]):
        if n[at[T_FORCE_GROUP] + f] == g and n[at[T_FORCE_KIND] + f] != LABOUR:
            s[at[S_FORCE_MEN] + f, lane] *= np.float32(1.0) + men / total
    s[at[S_FIELD_MEN] + g, lane] += men


@kernel
def _refill(p: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """The camp's reserve makes good part of what a garrison misses."""
    c = n[at[T_POS_CAMP] + p]
    gap = max(np.float32(0.0), s[at[S_POS_SET] + p, lane] - s[at[S_POS_MEN] + p, lane]) * x[P_REFILL, lane]
    step = min(gap, s[at[S_RESERVE] + c, lane])
    s[at[S_RESERVE] + c, lane] -= step
    s[at[S_POS_MEN] + p, lane] += step
